"""Meshes of the background: SExtractor's estimator on each."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import inner, kernel

#: Most levels of the histogram, which reaches 5 sigma to both sides; as many as SExtractor's,
#: because where stars crowd, the width of a level decides where the clipping stops.
LEVELS = 4096
_LEVELS_PER_PIXEL = 0.9973557  # sqrt(2 / pi) x 5 / 4
_HALF_RANGE = 5.0
#: Clipping stops when the scatter changes by less.
_SETTLED = 1e-4


@inner
def _copied(
    image: np.ndarray, bad: np.ndarray, rows: tuple, columns: tuple, mesh: np.ndarray
) -> float:
    """Copy a mesh, row after row, nan for bad pixels.

    Returns some good value, from which the sums count; nan without one.
    """
    width = columns[1] - columns[0]
    some = np.nan
    for y in range(rows[0], rows[1]):
        row, unusable = image[y, columns[0] : columns[1]], bad[y, columns[0] : columns[1]]
        into = mesh[(y - rows[0]) * width : (y - rows[0] + 1) * width]
        for k in range(width):
            into[k] = np.float32(np.nan) if unusable[k] else row[k]
    for k in range((rows[1] - rows[0]) * width):
        if mesh[k] == mesh[k]:
            some = np.float64(mesh[k])
            break
    return some


@inner
def _taken(value: float, low: float, high: float, reference: float) -> tuple[float, float]:
    """1 for a value in [low, high], else 0, and that times its distance from the reference."""
    wide = np.float64(value)
    taken = (wide >= low) & (wide <= high)
    return 1.0 if taken else 0.0, wide - reference if taken else 0.0


@inner
def _moments_within(
    mesh: np.ndarray, width: int, low: float, high: float, reference: float, scratch: np.ndarray
) -> tuple[float, float, int]:
    """Mean, standard deviation and number of the values of a mesh in [low, high].

    Sums run down the columns, side by side: in the processor's lanes, and yet in one order.
    ``reference`` is near the mean; ``scratch`` is float64, shape (3, >= width).
    """
    counts, totals, squares = scratch[0, :width], scratch[1, :width], scratch[2, :width]
    for k in range(width):
        counts[k] = totals[k] = squares[k] = 0.0
    start = 0
    while start + 4 * width <= mesh.size:
        # four rows at once: the sums are fetched and put back once for all of them
        part = mesh[start : start + 4 * width]
        for k in range(width):
            one_a, a = _taken(part[k], low, high, reference)
            one_b, b = _taken(part[width + k], low, high, reference)
            one_c, c = _taken(part[2 * width + k], low, high, reference)
            one_d, d = _taken(part[3 * width + k], low, high, reference)
            counts[k] += one_a + one_b + one_c + one_d
            totals[k] = totals[k] + a + b + c + d
            squares[k] = squares[k] + a * a + b * b + c * c + d * d
        start += 4 * width
    while start < mesh.size:
        part = mesh[start : start + width]
        for k in range(width):
            one, d = _taken(part[k], low, high, reference)
            counts[k] += one
            totals[k] += d
            squares[k] += d * d
        start += width
    count, total, square = 0.0, 0.0, 0.0
    for k in range(width):
        count += counts[k]
        total += totals[k]
        square += squares[k]
    if count == 0.0:
        return reference, 0.0, 0
    mean = total / count
    return reference + mean, math.sqrt(max(square / count - mean * mean, 0.0)), int(count)


@inner
def _histogram(
    mesh: np.ndarray, zero: float, width: float, n_level: int, counts: np.ndarray,
    levels: np.ndarray,
) -> None:  # fmt: skip
    """Count values per level; ``counts[n_level]`` takes all others. ``levels`` is scratch."""
    counts[: n_level + 1] = 0
    per_width = 1.0 / width
    for k in range(mesh.size):
        level = (np.float64(mesh[k]) - zero) * per_width + 0.5
        within = (level >= 0.0) & (level < n_level)
        levels[k] = np.int32(level if within else n_level)
    for k in range(mesh.size):
        counts[np.uintp(levels[k])] += 1


@inner
def _range_sums(
    counts: np.ndarray, first: int, stop: int, middle: int
) -> tuple[np.int64, np.int64, np.int64]:
    """Number, sum and sum of squares of the levels ``first`` to ``stop``, less ``middle``.

    With its sign turned when ``stop`` comes first, as an integral.
    """
    number, total, square = np.int64(0), np.int64(0), np.int64(0)
    for level in range(min(first, stop), max(first, stop)):
        here, centred = np.int64(counts[level]), np.int64(level - middle)
        number += here
        total += here * centred
        square += here * centred * centred
    sign = 1 if first <= stop else -1
    return sign * number, sign * total, sign * square


@inner
def _median_at(counts: np.ndarray, first: int, number: int, at: int, below: int) -> tuple[int, int]:
    """First level at which half of the ``number`` pixels from level ``first`` on is reached.

    Searched from level ``at``, which has ``below`` pixels from level ``first`` on before it.
    Returns the level and how many are before it.
    """
    half = 0.5 * number
    while below + counts[at] < half:
        below += counts[at]
        at += 1
    while at > first and below >= half:
        at -= 1
        below -= counts[at]
    return at, below


@inner
def _level_of(counts: np.ndarray, first: int, stop: int, number: int, lo: int, below: int) -> float:
    """Median, in levels, of the histogram's levels ``first`` to ``stop``.

    SExtractor's interpolation between the two levels that meet where both sums balance. Whole
    counts leave the levels around empty: then values are spread over half the gaps to the next
    level that holds any, because a median must not jump from one count to the next. ``lo`` and
    ``below`` are those of `_median_at`.
    """
    half = 0.5 * number
    here = counts[lo]
    before = counts[lo - 1] if lo > first else 0
    after = counts[lo + 1] if lo + 1 < stop else 0
    if before > 0 or after > 0:
        if below < number - below - here:
            return lo + 0.5 + (half - below - here) / max(here, after)
        return lo - 0.5 + (half - below) / max(here, before)
    left = lo - 1
    while left >= first and counts[left] == 0:
        left -= 1
    right = lo + 1
    while right < stop and counts[right] == 0:
        right += 1
    lower = 0.5 * (left + lo) if left >= first else lo - 0.5
    upper = 0.5 * (lo + right) if right < stop else lo + 0.5
    return lower + (upper - lower) * (half - below) / here


@inner
def _mode(
    image: np.ndarray, bad: np.ndarray, rows: tuple, columns: tuple, counts: np.ndarray,
    pixels: np.ndarray, levels: np.ndarray, scratch: np.ndarray,
) -> tuple[float, float]:  # fmt: skip
    """Background and scatter of a mesh; nan with less than half of its pixels good."""
    across = columns[1] - columns[0]
    mesh = pixels[: (rows[1] - rows[0]) * across]
    near = _copied(image, bad, rows, columns, mesh)
    mean, rms, n = _moments_within(mesh, across, -np.inf, np.inf, near, scratch)
    if n == 0 or 2 * n < mesh.size:
        return np.nan, np.nan
    low, high = mean - 2.0 * rms, mean + 2.0 * rms
    mean, rms, kept = _moments_within(mesh, across, low, high, mean, scratch)
    if not rms > 0.0:
        return mean, 0.0
    n_level = min(LEVELS, int(_LEVELS_PER_PIXEL * kept) + 1)
    middle = n_level // 2
    width = 2.0 * _HALF_RANGE * rms / n_level
    zero = mean - _HALF_RANGE * rms
    _histogram(mesh, zero, width, n_level, counts, levels)
    first = 0 * n  # to numba a plain 0 is a type of its own, and would be compiled for
    stop = n_level
    # all sums are of whole numbers: what enters and what leaves a range makes them exactly
    number, total, square = _range_sums(counts, first, middle, middle)
    at, below = middle, number
    upper = _range_sums(counts, middle, stop, middle)
    number, total, square = number + upper[0], total + upper[1], square + upper[2]
    scatter = 10.0 * n_level
    last = 1.0
    average = 0.0
    median = 0.0
    for _ in range(100):
        if scatter < 0.1 or abs(scatter / last - 1.0) <= _SETTLED:
            break
        last = scatter
        if number == 0:
            break
        average, spread = total / number, square / number
        scatter = math.sqrt(max(spread - average * average, 0.0))
        at, below = _median_at(counts, first, number, at, below)
        median = _level_of(counts, first, stop, number, at, below) - middle
        first_now = int(max(median + middle - 3.0 * scatter + 0.5, 0.0))
        stop_now = int(min(median + middle + 3.0 * scatter + 0.5, n_level - 1.0)) + 1
        left = _range_sums(counts, first, first_now, middle)
        entered = _range_sums(counts, stop, stop_now, middle)
        number += entered[0] - left[0]
        total += entered[1] - left[1]
        square += entered[2] - left[2]
        below -= left[0]
        first, stop = first_now, stop_now
    centre = zero + middle * width
    if scatter <= 0.0:
        return centre + average * width, 0.0
    if abs(average - median) < 0.3 * scatter:
        return centre + (2.5 * median - 1.5 * average) * width, scatter * width
    return centre + median * width, scatter * width


@inner
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
    counts = np.empty(LEVELS + 1, np.int32)
    n_most = min(box, ny) * min(box, nx)
    pixels, levels = np.empty(n_most, np.float32), np.empty(n_most, np.int32)
    scratch = np.empty((3, min(box, nx)))
    for j in range(lo, hi):
        rows = (j * box, min((j + 1) * box, ny))
        for i in range(level.shape[1]):
            columns = (i * box, min((i + 1) * box, nx))
            if changed.shape[0] > 0 and not _holds_any(changed, rows, columns):
                continue
            level[j, i], rms[j, i] = _mode(
                image, bad, rows, columns, counts, pixels, levels, scratch
            )
