"""Meshes of the background: SExtractor's estimator on each, and the median filter of the grid."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel

#: Most levels of the histogram, which reaches 5 sigma to both sides; as many as SExtractor's,
#: because where stars crowd, the width of a level decides where the clipping stops.
LEVELS = 4096
_LEVELS_PER_PIXEL = 0.9973557  # sqrt(2 / pi) x 5 / 4
_HALF_RANGE = 5.0
#: Clipping stops when the scatter changes by less.
_SETTLED = 1e-4


@kernel
def _good_pixels(
    image: np.ndarray, bad: np.ndarray, box: int, j: int, i: int, values: np.ndarray
) -> int:
    """Collect the good pixels of mesh (j, i); their number."""
    ny, nx = image.shape
    n = 0
    for row in range(j * box, min((j + 1) * box, ny)):
        for column in range(i * box, min((i + 1) * box, nx)):
            if not bad[row, column]:
                values[n] = image[row, column]
                n += 1
    return n


@kernel
def _moments_within(
    values: np.ndarray, n: int, low: float, high: float
) -> tuple[float, float, int]:
    """Mean, standard deviation and number of the values in [low, high]."""
    reference = np.float64(values[n // 2])
    count = 0
    total = 0.0
    square = 0.0
    for k in range(n):
        value = values[k]
        if value >= low and value <= high:
            d = value - reference
            count += 1
            total += d
            square += d * d
    if count == 0:
        return reference, 0.0, 0
    mean = total / count
    return reference + mean, math.sqrt(max(square / count - mean * mean, 0.0)), count


@kernel
def _level_of(cumulated: np.ndarray, first: int, stop: int) -> float:
    """Median, in levels, of the histogram's levels ``first`` to ``stop``.

    SExtractor's interpolation between the two levels that meet where both sums balance. Whole
    counts leave the levels around empty: then values are spread over half the gaps to the next
    level that holds any, because a median must not jump from one count to the next.
    """
    total = cumulated[stop] - cumulated[first]
    half = cumulated[first] + 0.5 * total
    lo = first
    hi = stop - 1
    while lo < hi:
        middle = (lo + hi) // 2
        if cumulated[middle + 1] < half:
            lo = middle + 1
        else:
            hi = middle
    here = cumulated[lo + 1] - cumulated[lo]
    before = cumulated[lo] - cumulated[lo - 1] if lo > first else 0.0
    after = cumulated[lo + 2] - cumulated[lo + 1] if lo + 1 < stop else 0.0
    if before > 0.0 or after > 0.0:
        if cumulated[lo] - cumulated[first] < cumulated[stop] - cumulated[lo + 1]:
            return lo + 0.5 + (half - cumulated[lo + 1]) / max(here, after)
        return lo - 0.5 + (half - cumulated[lo]) / max(here, before)
    left = lo - 1
    while left >= first and cumulated[left + 1] == cumulated[left]:
        left -= 1
    right = lo + 1
    while right < stop and cumulated[right + 1] == cumulated[right]:
        right += 1
    lower = 0.5 * (left + lo) if left >= first else lo - 0.5
    upper = 0.5 * (lo + right) if right < stop else lo + 0.5
    return lower + (upper - lower) * (half - cumulated[lo]) / here


@kernel
def _mode(values: np.ndarray, n: int, cumulated: np.ndarray) -> tuple[float, float]:
    """Background and scatter of ``n`` values; ``cumulated`` is scratch, shape (3, LEVELS + 1)."""
    mean, rms, _ = _moments_within(values, n, -np.inf, np.inf)
    mean, rms, kept = _moments_within(values, n, mean - 2.0 * rms, mean + 2.0 * rms)
    if not rms > 0.0:
        return mean, 0.0
    n_level = min(LEVELS, int(_LEVELS_PER_PIXEL * kept) + 1)
    width = 2.0 * _HALF_RANGE * rms / n_level
    zero = mean - _HALF_RANGE * rms
    counts = cumulated[0]
    counts[: n_level + 1] = 0.0
    per_width = 1.0 / width
    for k in range(n):
        level = (values[k] - zero) * per_width + 0.5
        if level >= 0.0 and level < n_level:
            counts[np.uintp(level) + np.uintp(1)] += 1.0
    # Cumulated number, sum and sum of squares of the levels: any range in two look-ups.
    cumulated[1, 0] = 0.0
    cumulated[2, 0] = 0.0
    for level in range(n_level):
        here = counts[level + 1]
        centred = level - 0.5 * n_level
        cumulated[0, level + 1] = cumulated[0, level] + here
        cumulated[1, level + 1] = cumulated[1, level] + here * centred
        cumulated[2, level + 1] = cumulated[2, level] + here * centred * centred
    first = 0 * n  # to numba a plain 0 is a type of its own, and would be compiled for
    stop = n_level
    scatter = 10.0 * n_level
    last = 1.0
    average = 0.0
    median = 0.0
    for _ in range(100):
        if scatter < 0.1 or abs(scatter / last - 1.0) <= _SETTLED:
            break
        last = scatter
        total = cumulated[0, stop] - cumulated[0, first]
        if not total > 0.0:
            break
        average = (cumulated[1, stop] - cumulated[1, first]) / total
        square = (cumulated[2, stop] - cumulated[2, first]) / total
        scatter = math.sqrt(max(square - average * average, 0.0))
        median = _level_of(cumulated[0], first, stop) - 0.5 * n_level
        first = int(max(median + 0.5 * n_level - 3.0 * scatter + 0.5, 0.0))
        stop = int(min(median + 0.5 * n_level + 3.0 * scatter + 0.5, n_level - 1.0)) + 1
    centre = zero + 0.5 * n_level * width
    if scatter <= 0.0:
        return centre + average * width, 0.0
    if abs(average - median) < 0.3 * scatter:
        return centre + (2.5 * median - 1.5 * average) * width, scatter * width
    return centre + median * width, scatter * width


@kernel
def mesh_modes(
    image: np.ndarray,
    bad: np.ndarray,
    box: int,
    level: np.ndarray,
    rms: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Background of the rows ``lo`` to ``hi`` of meshes, by SExtractor's estimator.

    Cut at 2 sigma around the mean, then a histogram over 5 sigma clipped at 3 sigma around its
    median until the scatter settles; 2.5 median - 1.5 mean, or the median where the field is
    crowded (Bertin & Arnouts 1996, A&AS 117, 393; back.c).

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
    bad : ndarray of bool, shape (ny, nx)
    box : int
    level, rms : ndarray of float64, shape (n_mesh_y, n_mesh_x)
        Results; nan for meshes with less than half of their pixels good.
    """
    ny, nx = image.shape
    values = np.empty(min(box, ny) * min(box, nx), np.float32)
    cumulated = np.empty((3, LEVELS + 1))
    for j in range(lo, hi):
        height = min(box, ny - j * box)
        for i in range(level.shape[1]):
            n = _good_pixels(image, bad, box, j, i, values)
            if n == 0 or 2 * n < height * min(box, nx - i * box):
                level[j, i] = np.nan
                rms[j, i] = np.nan
            else:
                level[j, i], rms[j, i] = _mode(values, n, cumulated)


@kernel
def median_filter_3x3(grid: np.ndarray, out: np.ndarray) -> None:
    """Median over 3 x 3; at the edge over the part that stays symmetric, as SExtractor does."""
    ny, nx = grid.shape
    near = np.empty(9)
    for row in range(ny):
        up = min(1, row, ny - 1 - row)
        for column in range(nx):
            side = min(1, column, nx - 1 - column)
            n = 0
            for r in range(row - up, row + up + 1):
                for c in range(column - side, column + side + 1):
                    # insertion keeps the few values sorted
                    value = grid[r, c]
                    at = n
                    while at > 0 and near[at - 1] > value:
                        near[at] = near[at - 1]
                        at -= 1
                    near[at] = value
                    n += 1
            out[row, column] = near[n // 2]
