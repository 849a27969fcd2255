"""One light curve after another: everything that `lightledger.analysis.statistics` reports."""

from __future__ import annotations

import numpy as np
from numba import njit

from .moments import believed, chi_square, deviations, powers, take_levels, total, wander
from .order import N_PIN, median_of, neighbours, quantile, take_pins, to_keys
from .points import (
    N_GOOD,
    by_setup,
    clip,
    copy,
    correct,
    count,
    gather,
    known_errors,
    longest_gap,
)

#: Columns of ``numbers``; the first do without order statistics.
MEAN, STD, SKEWNESS, INV_ETA, CHI2, FIRST, LAST, GAP = range(8)
MEDIAN, SCATTER, IQR, AMPLITUDE, MEDIAN_ERROR, SPREAD = range(8, 14)
N_NUMBER = 14


@njit(nogil=True, cache=True, error_model="numpy")
def summarise(
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    first_row: int,
    last_row: int,
    lo: int,
    hi: int,
    mask: np.uint16,
    unobserved: np.uint16,
    saturated: np.uint16,
    edge: np.uint16,
    which: np.ndarray,
    gain: np.ndarray,
    gain_error: np.ndarray,
    times: np.ndarray,
    code: np.ndarray,
    n_setup: int,
    least: int,
    floor: float,
    clip_sigma: float,
    trim: np.ndarray,
    width: np.ndarray,
    everything: bool,
    counts: np.ndarray,
    numbers: np.ndarray,
    levels: np.ndarray,
    window: np.ndarray,
) -> None:
    """Fill ``counts`` (n_row, 4), ``numbers`` (n_row, 14), ``levels`` (n_row, n_setup), ``window``.

    Rows ``[first_row, last_row)``, slots ``[lo, hi)`` of ``value, error`` (f4), ``flags`` (u2),
    C-contiguous and at least ``hi`` wide. ``which[row]`` is the row of ``gain, gain_error``
    (n, n_visit) that corrects a light curve, -1: none. ``code`` (n_visit,) numbers the setups; one
    with fewer than ``least`` good points has the level of all. ``floor`` is a fraction of the mean.
    ``trim[n]`` points on either side are left out of the range, whose width for unit normal
    noise is ``width[n]``. Without ``everything`` the order statistics stay nan. ``levels`` are
    what the residuals behind chi2 are taken from, ``window`` (n_row, 2) what the clip lets pass.
    """
    size = hi - lo
    better, worse = np.empty(size, np.float32), np.empty(size, np.float32)
    good, its_error = np.empty(size + 1, np.float32), np.empty(size + 1, np.float32)
    work, more = np.empty(size + 1, np.float32), np.empty(size + 1, np.float32)
    grouped, its_sigma = np.empty(size, np.float32), np.empty(size, np.float32)
    slot, identity = np.empty(size + 1, np.int32), np.arange(size).astype(np.int32)
    key, pin, cell = np.empty(size, np.int32), np.empty(N_PIN, np.int32), np.empty(1, np.int32)
    n_of, level = np.zeros(n_setup, np.int64), np.zeros(n_setup)
    when, codes = times[lo:hi], code[lo:hi]
    ordered = everything or clip_sigma > 0
    gap = longest_gap(when, identity, size)

    for row in range(first_row, last_row):
        numbers[row, :] = np.nan
        levels[row, :] = np.nan
        window[row, 0], window[row, 1] = -np.inf, np.inf
        v, e, f = value[row, lo:hi], error[row, lo:hi], flags[row, lo:hi]
        if which[row] >= 0:
            correct(v, e, gain[which[row], lo:hi], gain_error[which[row], lo:hi], better, worse)
        else:
            copy(v, better)
            copy(e, worse)
        n = count(better, f, mask, unobserved, saturated, edge, counts[row])
        whole = n == size
        if whole:
            y, sigma, at = better, worse, identity
        else:
            y, sigma, at = good, its_error, slot
            gather(better, worse, f, mask, y, sigma, at)
        if n == 0:
            continue

        median = np.nan
        if ordered:
            median = median_of(y, n, key, pin, cell)
            deviations(y, n, median, work)
            scatter = 1.4826 * median_of(work, n, key, pin, cell)
            if clip_sigma > 0 and n > 2 and scatter > 0:
                limit = clip_sigma * scatter
                window[row, 0], window[row, 1] = median - limit, median + limit
                m = clip(y, sigma, at, n, window[row], good, its_error, slot)
                y, sigma, at, whole, n = good, its_error, slot, whole and m == n, m
                counts[row, N_GOOD] = n
                median = median_of(y, n, key, pin, cell)
                deviations(y, n, median, work)
                scatter = 1.4826 * median_of(work, n, key, pin, cell)
            numbers[row, MEDIAN] = median
            numbers[row, SCATTER] = scatter

        mean = total(y, n) / n
        squares, cubes = powers(y, n, mean)
        numbers[row, MEAN] = mean
        numbers[row, FIRST], numbers[row, LAST] = when[at[0]], when[at[n - 1]]
        if n > 1:
            numbers[row, STD] = np.sqrt(squares / (n - 1))
            numbers[row, GAP] = gap if whole else longest_gap(when, at, n)
        # Equal numbers leave rounding of the mean.
        if n > 2 and squares > n * (1e-12 * mean) ** 2:
            numbers[row, SKEWNESS] = (cubes / n) / (squares / n) ** 1.5

        n_level = 1
        if n_setup > 1:
            n_level = take_levels(y, at, n, codes, mean, least, n_of, level)
            for i in range(n):
                work[i] = y[i] - level[codes[at[i]]]
        else:
            level[0] = mean
            for i in range(n):
                work[i] = y[i] - mean
        if n > 1:
            own, steps = wander(work, n)
            if steps > 0:
                numbers[row, INV_ETA] = own / steps
        chi2, n_error, shift = chi_square(work, sigma, n, (floor * mean) ** 2)
        if n_error > n_level:
            numbers[row, CHI2] = chi2 / (n_error - n_level)
        for g in range(n_setup):
            levels[row, g] = level[g] + shift
        if not everything:
            continue

        to_keys(y, n, key)
        n_pin = take_pins(key, n, pin)
        low = quantile(key, n, 0.05, pin, n_pin, cell)
        quarter = quantile(key, n, 0.25, pin, n_pin, cell)
        upper = quantile(key, n, 0.75, pin, n_pin, cell)
        high = quantile(key, n, 0.95, pin, n_pin, cell)
        numbers[row, IQR] = upper - quarter
        numbers[row, AMPLITUDE] = 0.5 * (high - low)
        if n_error == n:
            typical = median_of(sigma, n, key, pin, cell)
        else:
            typical = median_of(more, known_errors(sigma, n, more), key, pin, cell)
        numbers[row, MEDIAN_ERROR] = typical

        # Residuals to the median of each setup; where a larger error excuses them, smaller.
        if n_setup > 1:
            by_setup(y, sigma, at, n, codes, n_of, grouped, its_sigma)
            start = 0
            for g in range(n_setup):
                stop = n_of[g]
                mid = median
                if stop - start >= least:
                    mid = median_of(grouped[start:stop], stop - start, key, pin, cell)
                believed(
                    grouped[start:stop],
                    its_sigma[start:stop],
                    stop - start,
                    mid,
                    typical,
                    work[start:stop],
                )
                start = stop
        else:
            believed(y, sigma, n, median, typical, work)
        to_keys(work, n, key)
        n_pin = take_pins(key, n, pin)
        spread = 0.0
        if width[n] > 0:
            k = trim[n]
            low = neighbours(key, n, k, pin, n_pin, cell)[0]
            high = neighbours(key, n, n - 1 - k, pin, n_pin, cell)[0]
            spread = (high - low) / width[n]
        deviations(work, n, quantile(key, n, 0.5, pin, n_pin, cell), more)
        spread = max(spread, 1.4826 * median_of(more, n, key, pin, cell))
        numbers[row, SPREAD] = spread
