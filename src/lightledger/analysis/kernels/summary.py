"""One light curve after another: everything that `lightledger.analysis.statistics` reports."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lightledger.compiling import kernel

from .moments import (
    chi_square,
    powers,
    take_believed,
    take_deviations,
    take_levels,
    take_residuals,
    wander,
)
from .order import N_PIN, median_of, neighbours, quantile, take_pins, to_keys
from .points import (
    N_GOOD,
    clip,
    copy,
    correct,
    count,
    gather,
    group,
    known_errors,
    longest_gap,
    rescale,
    take_edges,
)

#: Columns of ``numbers``; the first do without order statistics.
MEAN, STD, SKEWNESS, INV_ETA, CHI2, FIRST, LAST = range(7)
GAP, MEDIAN, SCATTER, IQR, AMPLITUDE, MEDIAN_ERROR, SPREAD = range(7, 14)
N_NUMBER = 14

_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Planes(NamedTuple):
    """``value, error`` (f4) and ``flags`` (u2): C-contiguous rows, wider than the visits."""

    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray


class Gains(NamedTuple):
    """``which`` (n_row,) of ``gain, gain_error`` (n, n_visit) corrects a row; -1: none.

    ``noise`` (n_visit,) multiplies all errors; (0,): they stay.
    """

    which: np.ndarray
    gain: np.ndarray
    gain_error: np.ndarray
    noise: np.ndarray


class Runs(NamedTuple):
    """``times`` (n_visit,); slots ``start[r]:start[r + 1]`` are of setup ``code[r]``."""

    times: np.ndarray
    start: np.ndarray
    code: np.ndarray


class Choice(NamedTuple):
    """Slots ``[lo, hi)``, flags that hide a point, the clip, and how much is wanted.

    ``depth`` 0: moments; 1: and order statistics; 2: all.
    """

    lo: int
    hi: int
    mask: np.uint16
    clip_sigma: float
    depth: int


class Rules(NamedTuple):
    """Flags by what they say; points that make a level; the floor, a fraction of the mean.

    ``trim[n]`` points on either side are left out of the range, whose width for unit normal
    noise is ``width[n]``.
    """

    unobserved: np.uint16
    saturated: np.uint16
    edge: np.uint16
    least: int
    floor: float
    trim: np.ndarray
    width: np.ndarray


class Found(NamedTuple):
    """``counts`` (n_row, 4; i4), ``numbers`` (n_row, 14), and for pairs of bands: ``level``

    (n_row, n_setup), what the residuals behind chi2 are taken from, and ``window`` (n_row, 2),
    what the clip lets pass.
    """

    counts: np.ndarray
    numbers: np.ndarray
    level: np.ndarray
    window: np.ndarray


@kernel
def summarise(
    planes: Planes,
    gains: Gains,
    runs: Runs,
    choice: Choice,
    rules: Rules,
    first_row: int,
    last_row: int,
    found: Found,
) -> None:
    """Fill what is ``found`` of rows ``[first_row, last_row)``; nan where it is not known."""
    lo, size, mask = choice.lo, choice.hi - choice.lo, choice.mask
    n_setup, clip_sigma, least = found.level.shape[1], choice.clip_sigma, rules.least
    better, worse = np.empty(size, np.float32), np.empty(size, np.float32)
    good, its_error = np.empty(size + 1, np.float32), np.empty(size + 1, np.float32)
    work, more = np.empty(size + 1, np.float32), np.empty(size + 1, np.float32)
    slot, identity = np.empty(size + 1, np.uint32), np.arange(size).astype(np.uint32)
    key, pin, cell = np.empty(size, np.int32), np.empty(N_PIN, np.int32), np.empty(1, np.int32)
    q, is_good = np.empty(5), np.empty(size, np.uint8)
    n_of, level = np.zeros(n_setup, np.int64), np.zeros(n_setup)
    edge, gap = np.zeros(runs.start.size, np.int64), np.empty(size + 1)
    times = runs.times[lo : choice.hi]
    rescaled, noise = gains.noise.size > 0, gains.noise[lo : choice.hi]
    whole_gap = longest_gap(times, identity, size, gap)

    for row in range(first_row, last_row):
        numbers, counts = found.numbers[row], found.counts[row]
        window = found.window[row]
        numbers[:] = np.nan
        found.level[row, :] = np.nan
        window[0], window[1] = -np.inf, np.inf

        value, error = planes.value[row, lo : choice.hi], planes.error[row, lo : choice.hi]
        flags = planes.flags[row, lo : choice.hi]
        use = gains.which[row]
        if use >= 0:
            gain, gain_error = (
                gains.gain[use, lo : choice.hi],
                gains.gain_error[use, lo : choice.hi],
            )
            if rescaled:
                rescale(error, noise, worse)
                correct(value, worse, gain, gain_error, better, worse)
            else:
                correct(value, error, gain, gain_error, better, worse)
        else:
            copy(value, better)
            if rescaled:
                rescale(error, noise, worse)
            else:
                copy(error, worse)
        n = count(
            better, flags, mask, rules.unobserved, rules.saturated, rules.edge, is_good, counts
        )
        if n == 0:
            continue
        y, sigma, at = better, worse, identity
        if n < size:
            y, sigma, at = good, its_error, slot
            gather(better, worse, is_good, y, sigma, at)

        if clip_sigma > 0 and n > 2:
            median = median_of(y, n, key, pin, cell)
            take_deviations(y, n, median, work)
            limit = clip_sigma * 1.4826 * median_of(work, n, key, pin, cell)
            if limit > 0:
                window[0], window[1] = median - limit, median + limit
                n = clip(y, sigma, at, n, window, good, its_error, slot)
                y, sigma, at = good, its_error, slot
                counts[N_GOOD] = n

        take_edges(at, n, runs.start, lo, edge)
        n_level, mean = take_levels(y, edge, runs.code, least, n_of, level)
        squares, cubes = powers(y, n, mean)
        numbers[MEAN] = mean
        numbers[FIRST], numbers[LAST] = times[at[0]], times[at[n - 1]]
        if n > 1:
            numbers[STD] = np.sqrt(squares / (n - 1))
        # Equal numbers leave rounding of the mean.
        if n > 2 and squares > n * (1e-12 * mean) ** 2:
            numbers[SKEWNESS] = (cubes / n) / (squares / n) ** 1.5

        for r in range(runs.code.size):
            part = slice(edge[r], edge[r + 1])
            take_residuals(y[part], level[runs.code[r]], work[part])
        if n > 1:
            own, steps = wander(work, n)
            if steps > 0:
                numbers[INV_ETA] = own / steps
        chi2, n_error, shift = chi_square(work, sigma, n, (rules.floor * mean) ** 2)
        if n_error > n_level:
            numbers[CHI2] = chi2 / (n_error - n_level)
        for g in range(n_setup):
            found.level[row, g] = level[g] + shift
        if choice.depth < 1:
            continue

        if n > 1:
            numbers[GAP] = whole_gap if n == size else longest_gap(times, at, n, gap)

        to_keys(y, n, key)
        n_pin = take_pins(key, n, pin)
        for k in range(5):
            q[k] = quantile(key, n, _QUANTILES[k], pin, n_pin, cell)
        median = q[2]
        take_deviations(y, n, median, work)
        numbers[MEDIAN] = median
        numbers[IQR] = q[3] - q[1]
        numbers[AMPLITUDE] = 0.5 * (q[4] - q[0])
        numbers[SCATTER] = 1.4826 * median_of(work, n, key, pin, cell)
        if choice.depth < 2:
            continue

        errors = sigma
        if n_error < n:
            errors = more
            known_errors(sigma, n, more)
        typical = median_of(errors, n_error, key, pin, cell)
        numbers[MEDIAN_ERROR] = typical

        # Residuals to the median of each setup; where a larger error excuses them, smaller.
        group(y, edge, runs.code, n_of, work)
        group(sigma, edge, runs.code, n_of, more)
        start = 0
        for g in range(n_setup):
            stop, middle = start + n_of[g], median
            if n_of[g] >= least and n_of[g] < n:
                middle = median_of(work[start:stop], n_of[g], key, pin, cell)
            part = slice(start, stop)
            take_believed(work[part], more[part], middle, typical, work[part])
            start = stop
        to_keys(work, n, key)
        n_pin = take_pins(key, n, pin)
        spread = 0.0
        if rules.width[n] > 0:
            k = rules.trim[n]
            low = neighbours(key, n, k, pin, n_pin, cell)[0]
            high = neighbours(key, n, n - 1 - k, pin, n_pin, cell)[0]
            spread = (high - low) / rules.width[n]
        take_deviations(work, n, quantile(key, n, 0.5, pin, n_pin, cell), more)
        numbers[SPREAD] = max(spread, 1.4826 * median_of(more, n, key, pin, cell))
