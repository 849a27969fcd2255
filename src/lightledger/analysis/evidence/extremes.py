"""Does it rest on a few points? Relative deviations, and their spread without the extremes."""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np

from lightledger.analysis.excess import VARIABLE_ABOVE

from .answer import CALM_BELOW, MIN_POINTS, Answer, Mark

#: Visits of a setup that make a level of their own.
_LEVEL = 5


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
    for name in set(names.tolist()):  # faster than sorting texts
        these = names == name
        if np.count_nonzero(these) >= _LEVEL:
            level[these] = np.median(used[these])
    out[good] = (used - level) / middle
    return out


N_EXTREME = 3


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
    width = 2 * NormalDist().inv_cdf((n - trim - 0.375) / (n + 0.25))
    return max(scatter, float(ordered[n - 1 - trim] - ordered[trim]) / width)


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
