"""Does something else see the same: another band, another measurement, the cleaned image?"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from lightledger.analysis.correlation import pearson, winsorised
from lightledger.analysis.excess import VARIABLE_ABOVE
from lightledger.domain import counted

from .answer import CALM_BELOW, MIN_POINTS, Answer, Mark

#: A one-sided chance of 1 % of a normal number.
ONE_PER_CENT = 2.326
#: Cleaning that changed more than this share of the points, by over 3 sigma, is a doubt.
MOST_CHANGED = 0.05


def bands_agree(
    here: np.ndarray, there: np.ndarray, error_here: float, error_there: float, excess: float
) -> Answer:
    """Whether two bands vary together.

    Parameters
    ----------
    here, there : ndarray of float64, shape (n_pair,)
        Relative deviations in visits of one time, all finite.
    error_here, error_there : float
        Typical relative error in each band.
    excess : float
        In the band that is asked about.

    Notes
    -----
    r is Pearson's of deviations drawn in to 5 robust sigma. Ok: r above 0 with 1 % chance of noise
    (Fisher's z, one-sided). Doubt: it varies (excess above `VARIABLE_ABOVE`), and r is below half
    of what a common relative variation would give through both bands' noise (attenuation, Spearman
    1904, Am. J. Psychol. 15, 72) with a chance of 1 %. A constant star is doubted as rarely as it
    has that excess, 1 in 10,000.
    """
    n = here.size
    if n < MIN_POINTS:
        return Answer(Mark.UNKNOWN, "", f"{counted(n, 'pair')} of visits: too few")
    a, b = winsorised(here), winsorised(there)
    r = pearson(a, b)
    if not math.isfinite(r):
        return Answer(Mark.UNKNOWN, "", "one band does not change at all")
    step = 1 / math.sqrt(n - 3)
    z = math.atanh(min(max(r, -1 + 1e-12), 1 - 1e-12))
    number, pairs = f"r {r:.2f}", f"r = {r:.2f} in {counted(n, 'pair')} of visits"
    if z > ONE_PER_CENT * step:
        return Answer(Mark.OK, number, pairs)
    if not excess > VARIABLE_ABOVE:
        return Answer(Mark.UNKNOWN, number, f"{pairs}; nothing varies enough to be compared")
    signal = max(float(np.var(a)) - error_here**2, 0.0)
    own, other = (
        signal / (signal + e**2) if signal > 0 else 0.0 for e in (error_here, error_there)
    )
    expected = math.sqrt(own * other)
    words = f"{pairs}; a variation of both would give {expected:.2f}"
    if z < math.atanh(min(0.5 * expected, 0.999)) - ONE_PER_CENT * step:
        return Answer(Mark.DOUBT, number, words)
    return Answer(Mark.UNKNOWN, number, f"{words}: too much noise to tell")


def measurements_agree(excess: float, others: Mapping[str, float]) -> Answer:
    """Whether other measurements of the band see the same.

    Parameters
    ----------
    excess : float
        In the current measurement.
    others : mapping of str to float
        In the others of the band.

    Notes
    -----
    A variation (excess above `VARIABLE_ABOVE`) that fewer than half of the others see at
    `CALM_BELOW` is a doubt; so is one that half of them see when this one is calm. A constant star
    needs an excess above `VARIABLE_ABOVE` for either: 1 in 10,000.
    """
    known = np.array([e for e in others.values() if math.isfinite(e)])
    if not known.size or not math.isfinite(excess):
        return Answer(Mark.UNKNOWN, "", "no other measurement has an excess here")
    if excess > VARIABLE_ABOVE:
        n = int(np.count_nonzero(known > CALM_BELOW))
        words = (
            f"excess {excess:.1f} here; {n} of {known.size} others have more than {CALM_BELOW:g}"
        )
        return Answer(Mark.OK if 2 * n >= known.size else Mark.DOUBT, f"{n}/{known.size}", words)
    n = int(np.count_nonzero(known > VARIABLE_ABOVE))
    words = (
        f"excess {excess:.1f} here; {n} of {known.size} others have more than {VARIABLE_ABOVE:g}"
    )
    doubt = excess < CALM_BELOW and 2 * n >= known.size
    return Answer(Mark.DOUBT if doubt else Mark.OK, f"{n}/{known.size}", words)


def clean_agrees(
    sci: np.ndarray, clean: np.ndarray, error: np.ndarray, excess_sci: float, excess_clean: float
) -> Answer:
    """Whether the light curve is the same with and without cosmic rays.

    Parameters
    ----------
    sci, clean, error : ndarray of float, shape (n,)
        Values of the visits that are good in both, and the error of the first.

    Notes
    -----
    Doubt: a variation (excess above `VARIABLE_ABOVE`) that is gone in the other (below
    `CALM_BELOW`), or more than 5 % of the points, and at least 3, changed by over 3 sigma. Both
    are measured on the same pixels, so noise does not make them differ: a constant star is
    doubted only where cosmic rays are that many.
    """
    if sci.size < MIN_POINTS:
        return Answer(Mark.UNKNOWN, "", f"{sci.size} visits have both: too few")
    with np.errstate(invalid="ignore", divide="ignore"):
        changed = int(np.count_nonzero(np.abs(sci - clean) > 3 * error))
    number = f"{changed} of {sci.size}"
    words = f"{number} points changed by more than 3 sigma"
    if math.isfinite(excess_sci) and math.isfinite(excess_clean):
        words += f"; excess {excess_sci:.1f} as observed, {excess_clean:.1f} cleaned"
        low, high = sorted((excess_sci, excess_clean))
        if high > VARIABLE_ABOVE and low < CALM_BELOW:
            return Answer(Mark.DOUBT, number, words)
    many = changed >= 3 and changed > MOST_CHANGED * sci.size
    return Answer(Mark.DOUBT if many else Mark.OK, number, words)
