"""Clipped median and scatter of sorted values."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import inner, kernel

#: Scatter that clipping at 3 sigma leaves of a normal distribution:
#: sqrt(1 - 2 k phi(k) / (2 Phi(k) - 1)) for k = 3.
LEFT_AFTER_CLIP = 0.9865766


@inner
def _first_at_least(values: np.ndarray, n: int, bound: float) -> int:
    """Place of the first of ``n`` sorted values that is >= bound."""
    lo = 0
    hi = n
    while lo < hi:
        middle = (lo + hi) // 2
        if values[middle] < bound:
            lo = middle + 1
        else:
            hi = middle
    return lo


@inner
def _first_above(values: np.ndarray, n: int, bound: float) -> int:
    """Place of the first of ``n`` sorted values that is > bound."""
    lo = 0
    hi = n
    while lo < hi:
        middle = (lo + hi) // 2
        if values[middle] <= bound:
            lo = middle + 1
        else:
            hi = middle
    return lo


@inner
def _scatter(values: np.ndarray, first: int, stop: int, reference: float) -> float:
    """Standard deviation of ``values[first:stop]``; ``reference`` is near their mean."""
    total = 0.0
    square = 0.0
    for k in range(first, stop):
        d = values[k] - reference
        total += d
        square += d * d
    n = stop - first
    mean = total / n
    return math.sqrt(max(square / n - mean * mean, 0.0))


@inner
def _grouped_median(values: np.ndarray, first: int, stop: int) -> float:
    """Median in which equal values are spread over half the gaps to their neighbours.

    The plain median of whole counts is itself a whole count, which in a large aperture is a step
    of many sigma; for continuous values the difference is negligible.
    """
    middle = (first + stop) // 2
    value = np.float64(values[middle])
    before = max(_first_at_least(values, stop, value), first)
    after = _first_above(values, stop, value)
    lower = 0.5 * (np.float64(values[before - 1]) + value) if before > first else value
    upper = 0.5 * (np.float64(values[after]) + value) if after < stop else value
    return lower + (upper - lower) * (0.5 * (first + stop) - before) / (after - before)


@inner
def clipped_median(values: np.ndarray, n: int) -> tuple[float, float, int]:
    """Median and scatter of ``n`` sorted values, clipped at 3 sigma around the median.

    Starts from the narrower of the two halves of the 68 % range, so that neighbours (which only
    brighten) do not widen the first cut; then iterates with the standard deviation of what is
    left, corrected for the clipping.

    Returns
    -------
    level, rms : float
        nan for n = 0.
    n_left : int
    """
    if n == 0:
        return np.nan, np.nan, 0
    first = 0 * n  # to numba a plain 0 is a type of its own, and would be compiled for
    stop = n
    level = _grouped_median(values, first, n)
    below = level - np.float64(values[int(0.1587 * (n - 1))])
    above = np.float64(values[int(0.8413 * (n - 1) + 0.5)]) - level
    rms: float = min(below, above)
    if rms <= 0.0:
        rms = _scatter(values, first, n, level)
    for _ in range(20):
        if rms == 0.0:
            break
        new_first = _first_at_least(values, n, level - 3.0 * rms)
        new_stop = _first_above(values, n, level + 3.0 * rms)
        if new_stop <= new_first:
            break
        same = new_first == first and new_stop == stop
        first = new_first
        stop = new_stop
        level = _grouped_median(values, first, stop)
        rms = _scatter(values, first, stop, level)
        rms /= LEFT_AFTER_CLIP
        if same:
            break
    return level, rms, stop - first


@kernel
def clipped_medians(
    values: np.ndarray,
    counts: np.ndarray,
    level: np.ndarray,
    rms: np.ndarray,
    left: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """`clipped_median` of the first ``counts[i]`` of each sorted row ``values[i]``."""
    for i in range(lo, hi):
        level[i], rms[i], left[i] = clipped_median(values[i], counts[i])
