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
def _first_good(image: np.ndarray, bad: np.ndarray, rows: tuple, columns: tuple) -> float:
    """Some value of the mesh, from which the sums count; nan without a good pixel."""
    for y in range(rows[0], rows[1]):
        for x in range(columns[0], columns[1]):
            if not bad[y, x]:
                return np.float64(image[y, x])
    return np.nan


@kernel
def _moments_within(
    image: np.ndarray, bad: np.ndarray, rows: tuple, columns: tuple, low: float, high: float,
    reference: float, scratch: np.ndarray,
) -> tuple[float, float, int]:  # fmt: skip
    """Mean, standard deviation and number of the mesh's good pixels in [low, high].

    Sums run down the columns, side by side: in the processor's lanes, and yet in one order.
    ``reference`` is near the mean; ``scratch`` is float64, shape (3, box).
    """
    width = columns[1] - columns[0]
    counts, totals, squares = scratch[0, :width], scratch[1, :width], scratch[2, :width]
    for k in range(width):
        counts[k] = totals[k] = squares[k] = 0.0
    for y in range(rows[0], rows[1]):
        row, unusable = image[y, columns[0] : columns[1]], bad[y, columns[0] : columns[1]]
        for k in range(width):
            value = row[k]
            taken = (value >= low) & (value <= high) & (not unusable[k])
            d = np.float64(value) - reference if taken else 0.0
            counts[k] += 1.0 if taken else 0.0
            totals[k] += d
            squares[k] += d * d
    count, total, square = 0.0, 0.0, 0.0
    for k in range(width):
        count += counts[k]
        total += totals[k]
        square += squares[k]
    if count == 0.0:
        return reference, 0.0, 0
    mean = total / count
    return reference + mean, math.sqrt(max(square / count - mean * mean, 0.0)), int(count)


@kernel
def _histogram(
    image: np.ndarray, bad: np.ndarray, rows: tuple, columns: tuple, zero: float, width: float,
    n_level: int, counts: np.ndarray, levels: np.ndarray,
) -> None:  # fmt: skip
    """Count good pixels per level; ``counts[n_level]`` takes all others. ``levels`` is scratch."""
    counts[: n_level + 1] = 0
    per_width = 1.0 / width
    n = columns[1] - columns[0]
    for y in range(rows[0], rows[1]):
        row, unusable = image[y, columns[0] : columns[1]], bad[y, columns[0] : columns[1]]
        for k in range(n):
            level = (np.float64(row[k]) - zero) * per_width + 0.5
            within = (level >= 0.0) & (level < n_level) & (not unusable[k])
            levels[k] = np.int32(level) if within else np.int32(n_level)
        for k in range(n):
            counts[np.uintp(levels[k])] += 1


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
def _mode(
    image: np.ndarray, bad: np.ndarray, rows: tuple, columns: tuple, counts: np.ndarray,
    cumulated: np.ndarray, levels: np.ndarray, scratch: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Background and scatter of a mesh; nan with less than half of its pixels good."""
    near = _first_good(image, bad, rows, columns)
    mean, rms, n = _moments_within(image, bad, rows, columns, -np.inf, np.inf, near, scratch)
    if n == 0 or 2 * n < (rows[1] - rows[0]) * (columns[1] - columns[0]):
        return np.nan, np.nan
    low, high = mean - 2.0 * rms, mean + 2.0 * rms
    mean, rms, kept = _moments_within(image, bad, rows, columns, low, high, mean, scratch)
    if not rms > 0.0:
        return mean, 0.0
    n_level = min(LEVELS, int(_LEVELS_PER_PIXEL * kept) + 1)
    middle = n_level // 2
    width = 2.0 * _HALF_RANGE * rms / n_level
    zero = mean - _HALF_RANGE * rms
    _histogram(image, bad, rows, columns, zero, width, n_level, counts, levels)
    # Cumulated number, sum and sum of squares of the levels: any range in two look-ups.
    number, total, square = np.int64(0), np.int64(0), np.int64(0)
    for level in range(n_level):
        cumulated[0, level] = number
        cumulated[1, level] = total
        cumulated[2, level] = square
        here, centred = np.int64(counts[level]), level - middle
        number += here
        total += here * centred
        square += here * centred * centred
    cumulated[0, n_level] = number
    cumulated[1, n_level] = total
    cumulated[2, n_level] = square
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
        number = cumulated[0, stop] - cumulated[0, first]
        if number == 0:
            break
        average = (cumulated[1, stop] - cumulated[1, first]) / number
        spread = (cumulated[2, stop] - cumulated[2, first]) / number
        scatter = math.sqrt(max(spread - average * average, 0.0))
        median = _level_of(cumulated[0], first, stop) - middle
        first = int(max(median + middle - 3.0 * scatter + 0.5, 0.0))
        stop = int(min(median + middle + 3.0 * scatter + 0.5, n_level - 1.0)) + 1
    centre = zero + middle * width
    if scatter <= 0.0:
        return centre + average * width, 0.0
    if abs(average - median) < 0.3 * scatter:
        return centre + (2.5 * median - 1.5 * average) * width, scatter * width
    return centre + median * width, scatter * width


@kernel
def _holds_any(mask: np.ndarray, rows: tuple, columns: tuple) -> bool:
    """Whether a mesh of the mask holds any pixel."""
    for y in range(rows[0], rows[1]):
        row = mask[y, columns[0] : columns[1]]
        n = 0
        for k in range(row.size):
            n += row[k]
        if n > 0:
            return True
    return False


@kernel
def mesh_modes(
    image: np.ndarray,
    bad: np.ndarray,
    changed: np.ndarray,
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
    changed : ndarray of bool, shape (ny, nx) or (0, 0)
        Meshes without such a pixel are left as they are; (0, 0): all are done.
    box : int
    level, rms : ndarray of float64, shape (n_mesh_y, n_mesh_x)
        Results; nan for meshes with less than half of their pixels good.
    """
    ny, nx = image.shape
    counts, cumulated = np.empty(LEVELS + 1, np.int32), np.empty((3, LEVELS + 1), np.int64)
    levels, scratch = np.empty(min(box, nx), np.int32), np.empty((3, min(box, nx)))
    for j in range(lo, hi):
        rows = (j * box, min((j + 1) * box, ny))
        for i in range(level.shape[1]):
            columns = (i * box, min((i + 1) * box, nx))
            if changed.shape[0] > 0 and not _holds_any(changed, rows, columns):
                continue
            level[j, i], rms[j, i] = _mode(
                image, bad, rows, columns, counts, cumulated, levels, scratch
            )


@kernel
def spline_rows(
    nodes: np.ndarray, curvatures: np.ndarray, box: int, out: np.ndarray, lo: int, hi: int
) -> None:
    """Natural cubic splines through mesh centres, evaluated at the pixels of rows [lo, hi).

    Parameters
    ----------
    nodes, curvatures : ndarray of float32, shape (ny, n_mesh)
        Values at mesh centres and second derivatives (per mesh squared) along each row;
        n_mesh >= 2.
    box : int
        Pixels between centres, the first of which is at (box - 1) / 2. Beyond the outermost ones
        the outermost polynomial goes on.
    out : ndarray of float32, shape (ny, nx)
    """
    nx = out.shape[1]
    n = nodes.shape[1]
    place = np.empty(nx, np.float32)  # of each pixel between two centres, in meshes
    for x in range(nx):
        at = (x + 0.5) / box - 0.5
        place[x] = at - min(max(math.floor(at), 0.0), n - 2.0)
    half, sixth = np.float32(0.5), np.float32(1.0 / 6.0)
    for y in range(lo, hi):
        for i in range(n - 1):
            # from centre i to the next; the first and the last piece reach to the edges
            start = 0 if i == 0 else (2 * i + 1) * box // 2
            stop = nx if i == n - 2 else (2 * i + 3) * box // 2
            a, c = nodes[y, i], half * curvatures[y, i]
            d = sixth * (curvatures[y, i + 1] - curvatures[y, i])
            b = nodes[y, i + 1] - a - c - d
            row, t = out[y, start:stop], place[start:stop]
            for k in range(row.size):
                row[k] = a + t[k] * (b + t[k] * (c + t[k] * d))


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
