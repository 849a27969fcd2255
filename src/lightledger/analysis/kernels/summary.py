"""One pass over light curves: everything that `lightledger.analysis.statistics` reports."""

from __future__ import annotations

import numpy as np
from numba import njit

from .select import median_of, select

#: Columns of ``counts``.
N_GOOD, N_OBSERVED, N_SATURATED, N_EDGE = range(4)
#: Columns of ``numbers``.
MEDIAN, MEAN, SCATTER, STD, INV_ETA, SPREAD, MEDIAN_ERROR = range(7)


@njit(nogil=True, cache=True)
def summarise(
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    slots: np.ndarray,
    setup: np.ndarray,
    n_setup: int,
    mask: np.uint16,
    unobserved: np.uint16,
    saturated: np.uint16,
    edge: np.uint16,
    trim: np.ndarray,
    width: np.ndarray,
    min_per_setup: int,
    lo: int,
    hi: int,
    counts: np.ndarray,
    numbers: np.ndarray,
) -> None:
    """Fill ``counts`` (n_row, 4) and ``numbers`` (n_row, 7) for rows ``[lo, hi)``.

    ``value, error`` (f8) and ``flags`` (u2) are (n_row, n_visit); ``slots`` lists the visits to
    use, in order of time; ``setup`` (n_visit,) numbers their setups, -1: too rare to have a
    median. ``trim[n]`` points on either side are left out of the range, whose width for unit
    normal noise is ``width[n]``.
    """
    n_slot = slots.size
    good = np.empty(n_slot)
    sigma = np.empty(n_slot)
    group = np.empty(n_slot, np.int64)
    residual = np.empty(n_slot)
    work = np.empty(n_slot)
    level = np.empty(n_setup)
    for row in range(lo, hi):
        n = 0
        n_observed = 0
        n_saturated = 0
        n_edge = 0
        for s in range(n_slot):
            j = slots[s]
            flag = flags[row, j]
            if (flag & unobserved) == 0:
                n_observed += 1
                if flag & edge:
                    n_edge += 1
                if flag & saturated:
                    n_saturated += 1
            if (flag & mask) == 0 and np.isfinite(value[row, j]):
                good[n] = value[row, j]
                sigma[n] = error[row, j]
                group[n] = setup[j]
                n += 1
        counts[row, N_GOOD] = n
        counts[row, N_OBSERVED] = n_observed
        counts[row, N_SATURATED] = n_saturated
        counts[row, N_EDGE] = n_edge
        for c in range(7):
            numbers[row, c] = np.nan
        if n == 0:
            continue

        total = 0.0
        for i in range(n):
            total += good[i]
            work[i] = good[i]
        mean = total / n
        median = median_of(work, n)
        squares = 0.0
        for i in range(n):
            squares += (good[i] - mean) ** 2
            work[i] = abs(good[i] - median)
        numbers[row, MEDIAN] = median
        numbers[row, MEAN] = mean
        numbers[row, SCATTER] = 1.4826 * median_of(work, n)
        if n > 1:
            numbers[row, STD] = np.sqrt(squares / (n - 1))

        n_error = 0
        for i in range(n):
            if np.isfinite(sigma[i]) and sigma[i] > 0:
                work[n_error] = sigma[i]
                n_error += 1
        typical = median_of(work, n_error)
        numbers[row, MEDIAN_ERROR] = typical

        # Residuals to the median of each setup, where it has enough points to have one.
        for g in range(n_setup):
            m = 0
            for i in range(n):
                if group[i] == g:
                    work[m] = good[i]
                    m += 1
            level[g] = median_of(work, m) if m >= min_per_setup else median
        for i in range(n):
            reference = median
            if n_setup > 1 and group[i] >= 0:
                reference = level[group[i]]
            residual[i] = good[i] - reference

        if n > 1:
            total = 0.0
            for i in range(n):
                total += residual[i]
            centre = total / n
            squares = (residual[0] - centre) ** 2
            steps = 0.0
            for i in range(1, n):
                squares += (residual[i] - centre) ** 2
                steps += (residual[i] - residual[i - 1]) ** 2
            if steps > 0:
                numbers[row, INV_ETA] = squares / steps

        # Points with more than the usual error count for less; smaller errors are not believed.
        for i in range(n):
            if np.isfinite(sigma[i]) and sigma[i] > typical:
                residual[i] *= typical / sigma[i]
            work[i] = residual[i]
        centre = median_of(work, n)
        for i in range(n):
            work[i] = abs(residual[i] - centre)
        by_mad = 1.4826 * median_of(work, n)
        if width[n] > 0:
            k = trim[n]
            for i in range(n):
                work[i] = residual[i]
            high = select(work, n, n - 1 - k)
            low = select(work, n - k, k)
            by_mad = max(by_mad, (high - low) / width[n])
        numbers[row, SPREAD] = by_mad
