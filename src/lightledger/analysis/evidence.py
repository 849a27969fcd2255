"""Is it real? What a light curve's own records say for and against a variation.

Each question is answered by ok, doubt or unknown, with its numbers. Rules are such that a constant
star with normal noise is doubted in at most 2 % of cases by each (tested by simulation); each says
its own rate.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .correlation import circular, pearson, spearman, winsorised
from .excess import VARIABLE_ABOVE

#: An excess under this is none to speak of.
CALM_BELOW = 2.0
#: Points or pairs that a correlation needs.
MIN_POINTS = 10
#: A one-sided chance of 1 % of a normal number.
ONE_PER_CENT = 2.326
#: Correlations weaker than this explain under a tenth of the variance: no doubt.
WEAK = 0.3
#: Chance of a correlation with any of the quantities tried, for a doubt.
CHANCE = 0.01
#: Cleaning that changed more than this share of the points, by over 3 sigma, is a doubt.
MOST_CHANGED = 0.05
N_EXTREME = 3
#: As `lightledger.analysis.excess.well_measured` has them.
MOST_SATURATED, MOST_EDGE = 0.02, 0.25
#: Visits of a setup that make a level of their own.
_LEVEL = 5


class Mark(Enum):
    """An answer; the value is its word."""

    OK = "ok"
    DOUBT = "doubt"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """One answer.

    Attributes
    ----------
    mark : Mark
    number : str
        What it rests on, short, such as 'r 0.93'.
    words : str
        The numbers in a sentence.
    subject : str
        What it is about where that is found out, such as 'fwhm_px'.
    """

    mark: Mark
    number: str = ""
    words: str = ""
    subject: str = ""


def settled(value: np.ndarray, setup: np.ndarray, good: np.ndarray) -> np.ndarray:
    """Relative deviations from the median of each setup.

    Parameters
    ----------
    value : ndarray of float, shape (n,)
    setup : ndarray, shape (n,)
    good : ndarray of bool, shape (n,)

    Returns
    -------
    ndarray of float64, shape (n,)
        (value - median of the good points of its setup) / median of all; setups of fewer than 5
        good points have the level of all. nan where not good, or the median is not positive.
    """
    out = np.full(value.size, np.nan)
    if not good.any():
        return out
    used = np.asarray(value, np.float64)[good]
    middle = float(np.median(used))
    if not middle > 0:
        return out
    level = np.full(used.size, middle)
    names = np.asarray(setup)[good]
    for name in np.unique(names):
        these = names == name
        if np.count_nonzero(these) >= _LEVEL:
            level[these] = np.median(used[these])
    out[good] = (used - level) / middle
    return out


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
        return Answer(Mark.UNKNOWN, "", f"{n} pairs of visits: too few")
    a, b = winsorised(here), winsorised(there)
    r = pearson(a, b)
    if not math.isfinite(r):
        return Answer(Mark.UNKNOWN, "", "one band does not change at all")
    step = 1 / math.sqrt(n - 3)
    z = math.atanh(min(max(r, -1 + 1e-12), 1 - 1e-12))
    number, pairs = f"r {r:.2f}", f"r = {r:.2f} in {n} pairs of visits"
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


def robust_spread(deviation: np.ndarray) -> float:
    """The spread behind excess, of deviations of equal errors, all finite, shape (n,).

    The larger of 1.4826 MAD and the range without 5 % (at least 2) on either side, over that of
    normal noise; see `lightledger.analysis.statistics.statistics`.
    """
    n = deviation.size
    scatter = 1.4826 * float(np.median(np.abs(deviation - np.median(deviation))))
    if n < 5:
        return scatter
    trim = max(round(0.05 * n), 2 if n >= 12 else 1)
    ordered = np.sort(deviation)
    width = 2 * _normal_quantile((n - trim - 0.375) / (n + 0.25))
    return max(scatter, float(ordered[n - 1 - trim] - ordered[trim]) / width)


def _normal_quantile(p: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)


def without_extremes(
    deviation: np.ndarray, excess: float, width: float
) -> tuple[Answer, np.ndarray]:
    """Whether a variation rests on a few points.

    Parameters
    ----------
    deviation : ndarray of float64, shape (n,)
        Relative, all finite.
    excess, width : float
        Of the object; see `lightledger.analysis.excess.excess_width`.

    Returns
    -------
    Answer
    extreme : ndarray of int64
        Places of the most extreme points.

    Notes
    -----
    Excess is taken again without the `N_EXTREME` points furthest from the median. Doubt: above
    `VARIABLE_ABOVE` with them, below `CALM_BELOW` without. A constant star needs that excess: 1
    in 10,000.
    """
    far = np.argsort(np.abs(deviation - np.median(deviation)) if deviation.size else deviation)
    extreme = far[-N_EXTREME:].astype(np.int64)
    if deviation.size < MIN_POINTS or not math.isfinite(excess + width):
        return Answer(Mark.UNKNOWN, "", "no excess, or too few points"), extreme
    rest = np.delete(deviation, extreme)
    before, after = robust_spread(deviation), robust_spread(rest)
    left = excess + math.log10(after / before) / width if after > 0 and before > 0 else math.nan
    words = f"excess {excess:.1f}, without its {N_EXTREME} most extreme points {left:.1f}"
    number = f"{left:.1f}"
    if not excess > VARIABLE_ABOVE:
        return Answer(Mark.UNKNOWN, number, f"{words}: there is no variation to explain"), extreme
    return Answer(Mark.OK if left >= CALM_BELOW else Mark.DOUBT, number, words), extreme


def strongest_correlation(
    deviation: np.ndarray, quantities: Mapping[str, np.ndarray], angles: frozenset[str]
) -> Answer:
    """The quantity of the visits that brightness goes with most surely.

    Parameters
    ----------
    deviation : ndarray of float64, shape (n,)
        Relative; nan is left out.
    quantities : mapping of str to ndarray, shape (n,)
        nan is left out.
    angles : frozenset of str
        Those that are angles, in degrees.

    Notes
    -----
    Spearman's rank correlation, for angles that with cosine and sine. Doubt: the chance of as much
    in noise is below `CHANCE` over the number of quantities tried (Bonferroni), and abs(r) at least
    `WEAK`: of constant stars with white noise at most 1 %. A slow variation and a slow drift of the
    instrument also go together by chance: look at it.
    """
    found: list[tuple[float, float, str, int]] = []
    for name, values in quantities.items():
        known = np.isfinite(deviation) & np.isfinite(values)
        n = int(np.count_nonzero(known))
        if n < MIN_POINTS or np.ptp(values[known]) == 0:
            continue
        r, chance = (circular if name in angles else spearman)(values[known], deviation[known])
        if math.isfinite(r):
            found.append((chance, r, name, n))
    if not found:
        return Answer(Mark.UNKNOWN, "", "no quantity of the visits is known in enough of them")
    chance, r, name, n = min(found)
    words = (
        f"r = {r:.2f} in {n} visits, the surest of {len(found)} quantities; noise gives as much "
        f"in {_per_cent(min(chance * len(found), 1))} of stars"
    )
    doubt = chance * len(found) < CHANCE and abs(r) >= WEAK
    return Answer(Mark.DOUBT if doubt else Mark.OK, f"r {r:.2f}", words, name)


def _per_cent(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.1 else f"{max(100 * share, 1e-9):.1g} %"


def neighbourhood(n_seen: int, n_saturated: int, n_edge: int, blended: bool | None) -> Answer:
    """Whether it is saturated, at an edge, or shares its aperture with a neighbour.

    Doubt: saturated in more than 2 % or cut in more than 25 % of the visits that saw it, or
    blended. These are facts, not chances: a star that is none of these is never doubted.
    """
    if not n_seen:
        return Answer(Mark.UNKNOWN, "", "no visit saw it")
    parts = []
    if n_saturated > MOST_SATURATED * n_seen:
        parts.append("saturated")
    if blended:
        parts.append("blended")
    if n_edge > MOST_EDGE * n_seen:
        parts.append("edge")
    words = f"saturated in {n_saturated}, cut or thinly covered in {n_edge} of {n_seen} visits; "
    words += {None: "blends are not known", True: "blended", False: "not blended"}[blended]
    if parts:
        return Answer(Mark.DOUBT, ", ".join(parts), words)
    return Answer(Mark.OK if blended is not None else Mark.UNKNOWN, "", words)
