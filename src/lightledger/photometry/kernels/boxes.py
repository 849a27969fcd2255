"""Square boxes: their finite pixels collected, and robust locations of sorted values."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import inner, kernel

from .packing import packed_before

#: Median absolute deviation to standard deviation of a normal distribution.
_MAD_TO_SIGMA = 1.4826022185056018
_HALF_PI = 0.5 * math.pi
#: Rows of the results of `locations`.
MEDIAN, BIWEIGHT, CLIPPED = 0, 1, 2
#: Sums run in so many lanes, which the processor adds side by side, and always in one order.
LANES = 16


@kernel
def _fetch(starts: np.ndarray, pixels: np.ndarray, y: np.ndarray, side: float) -> np.float32:
    """Read the pixels of the rows around objects in order, into the processor's cache.

    From box to box they would come from memory one line at a time, at a third of the speed. The sum
    is of no use, but what nothing comes of is not read.
    """
    last = starts.shape[0] - 1
    top, bottom = last, 0
    for i in range(y.size):
        if 0.0 <= y[i] <= last:
            top, bottom = min(top, int(y[i])), max(bottom, int(y[i]))
    top, bottom = max(top - int(side), 0), min(bottom + int(side), last)
    total = np.float32(0.0)
    for k in range(starts[top, 0], starts[bottom, 0], LANES):
        total += pixels[k]
    return total


@kernel
def fill_boxes(
    words: np.ndarray, starts: np.ndarray, pixels: np.ndarray, shape: tuple, x: np.ndarray,
    y: np.ndarray, side: float, widths: np.ndarray, regions: np.ndarray, collected: np.ndarray,
    begins: np.ndarray, counts: np.ndarray, filled: np.ndarray,
) -> None:  # fmt: skip
    """Collect the packed pixels of boxes, those with few apart from those with many.

    A pixel is inside when its centre is in ``[x - side / 2, x + side / 2)``, and likewise in y.

    Parameters
    ----------
    words, starts, pixels
        Of `packing.pack_finite`; ``LANES`` pixels at least are behind the last one.
    shape : tuple of int
        Of the image, (ny, nx).
    x, y : ndarray of float64, shape (n,)
        nan makes an empty box.
    side : float
    widths : ndarray of int64, shape (n_width,)
        Increasing, the last one enough for any box: what is collected of a box is filled up with
        inf to the first that holds it.
    regions : ndarray of int64, shape (n_width,)
        Where in ``collected`` the boxes of each width are put, one behind the other.
    collected : ndarray of float32
        ``LANES`` values more in each region than its boxes take.
    begins, counts : ndarray of int64, shape (>= n,)
        Where the pixels of each box begin in ``collected``, and how many there are.
    filled : ndarray of int64, shape (n_width,)
        How many boxes there are of each width.
    """
    ny, nx = shape
    half = 0.5 * side
    firsts, stretches = np.empty(int(side) + 2, np.uintp), np.empty(int(side) + 2, np.uintp)
    filled[:] = 0
    collected[0] = _fetch(starts, pixels, y, side)  # written over
    for i in range(x.size):
        n_row, count = 0, np.uintp(0)
        if math.isfinite(x[i]) and math.isfinite(y[i]):
            left = int(min(max(math.ceil(x[i] - half), 0.0), float(nx)))
            right = int(min(max(math.ceil(x[i] + half), 0.0), float(nx)))
            top = int(min(max(math.ceil(y[i] - half), 0.0), float(ny)))
            bottom = int(min(max(math.ceil(y[i] + half), 0.0), float(ny)))
            n_row = bottom - top
            for k in range(n_row):
                first = packed_before(words, starts, top + k, left)
                stretch = packed_before(words, starts, top + k, right) - first
                firsts[k] = first
                stretches[k] = stretch
                count += stretch
        kind = 0
        for width in widths[:-1]:
            kind += width < np.int64(count)
        begin = regions[kind] + filled[kind] * widths[kind]
        filled[kind] += 1
        begins[i] = begin
        counts[i] = count
        at, stop = np.uintp(begin), np.uintp(begin + widths[kind])
        for k in range(n_row):
            # whole blocks and always one, which leaves nothing to guess; what is too much is
            # written over by what follows
            first, after = firsts[k], at + stretches[k]
            while True:
                for lane in range(LANES):
                    collected[at + np.uintp(lane)] = pixels[first + np.uintp(lane)]
                at += np.uintp(LANES)
                first += np.uintp(LANES)
                if at >= after:
                    break
            at = after
        while at < stop:
            for lane in range(LANES):
                collected[at + np.uintp(lane)] = np.inf
            at += np.uintp(LANES)


@inner
def _median_deviation(values: np.ndarray, n: int, median: float) -> float:
    """Median absolute deviation of ``n`` sorted values.

    The k least deviations are those of k neighbours in order; the first of them is searched by
    halving. Nothing branches on the values, which no processor could guess.
    """
    k = (n + 1) // 2
    lo = 0
    left = n - k
    while left > 0:
        half = (left + 1) // 2
        at = lo + half - 1
        ahead = values[at + k - 1] - median < median - values[at]
        lo = lo + half if ahead else lo
        left -= half
    deviation = max(median - values[lo], values[lo + k - 1] - median)
    before = median - values[max(lo - 1, 0)]
    back = (lo > 0) & (before < deviation)
    lo = lo - 1 if back else lo
    deviation = before if back else deviation
    # the next one, for the mean of two
    before = median - values[max(lo - 1, 0)]
    after = values[min(lo + k, n - 1)] - median
    before = before if lo > 0 else np.inf
    after = after if lo + k < n else np.inf
    return deviation if n % 2 == 1 else 0.5 * (deviation + min(before, after))


@inner
def _mean_and_scatter(
    values: np.ndarray, first: int, stop: int, near: float, lanes: np.ndarray
) -> tuple[float, float]:
    """Mean less ``near`` and standard deviation (over n) of ``values[first:stop]``."""
    totals, squares = lanes[:LANES], lanes[LANES : 2 * LANES]
    totals[:] = 0.0
    squares[:] = 0.0
    for start in range(first, stop, LANES):
        part = values[start : min(start + LANES, stop)]
        for k in range(part.size):
            d = part[k] - near
            totals[k] += d
            squares[k] += d * d
    n = stop - first
    mean = totals.sum() / n
    return mean, math.sqrt(max(squares.sum() / n - mean * mean, 0.0))


@inner
def _biweight(
    values: np.ndarray, n: int, median: float, width: float, lanes: np.ndarray
) -> tuple[float, float]:
    """Biweight location of ``n`` values less their median, and its error; ``width`` is c MAD."""
    lanes[:] = 0.0
    scale = 1.0 / width
    beyond = 2.0 * width  # what fills up the last lanes weighs nothing
    for start in range(0, n, LANES):
        part = values[start : start + LANES]
        for k in range(LANES):
            d = part[k] - median
            d = d if start + k < n else beyond
            u2 = d * scale * d * scale
            w = max(1.0 - u2, 0.0)
            w2 = w * w
            # one array: of several the compiler would have to ask whether they overlap
            lanes[k] += w2 * d
            lanes[LANES + k] += w2
            lanes[2 * LANES + k] += w2 * w2 * d * d
            lanes[3 * LANES + k] += w * (1.0 - 5.0 * u2)
    moved, weight, spread, slope = 0.0, 0.0, 0.0, 0.0
    for k in range(LANES):
        moved += lanes[k]
        weight += lanes[LANES + k]
        spread += lanes[2 * LANES + k]
        slope += lanes[3 * LANES + k]
    return moved / weight, math.sqrt(spread) / abs(slope)


@kernel
def locations(
    collected: np.ndarray,
    begins: np.ndarray,
    counts: np.ndarray,
    constant: float,
    clip: float,
    iterations: int,
    rows: np.ndarray,
    start: int,
    n_box: int,
    value: np.ndarray,
    error: np.ndarray,
    used: np.ndarray,
) -> None:
    """Median, biweight and clipped mean of sorted values, and the error of each.

    Parameters
    ----------
    collected, begins, counts
        Of `fill_boxes`, the pixels of each box sorted.
    constant, clip, iterations : float, float, int
        As in `lightledger.photometry.boxes.box_statistics`.
    rows : ndarray of int64, shape (3,)
        Rows of the results for `MEDIAN`, `BIWEIGHT`, `CLIPPED`; -1: not asked for.
    start, n_box : int
        So many boxes; the results of the first are put into column ``start``.
    value, error : ndarray of float64, shape (n_method, n_object)
    used : ndarray of int32, shape (n_method, n_object)
    """
    lanes = np.empty(4 * LANES)
    for i in range(n_box):
        n = counts[i]
        at = start + i
        if n == 0:
            for row in rows:
                if row >= 0:
                    value[row, at], error[row, at], used[row, at] = np.nan, np.nan, 0
            continue
        v = collected[begins[i] :]
        median = 0.5 * (np.float64(v[(n - 1) // 2]) + np.float64(v[n // 2]))
        if rows[MEDIAN] >= 0 or rows[BIWEIGHT] >= 0:
            deviation = _median_deviation(v, n, median)
            scatter = deviation * _MAD_TO_SIGMA
            if deviation == 0.0:  # half of the values are equal
                mean, scatter = _mean_and_scatter(v, 0 * n, n, median, lanes)
            plain = math.sqrt(_HALF_PI / n) * scatter if n > 1 else np.nan
            if rows[MEDIAN] >= 0:
                value[rows[MEDIAN], at] = median
                error[rows[MEDIAN], at] = plain
                used[rows[MEDIAN], at] = n
            if rows[BIWEIGHT] >= 0:
                moved = 0.0
                if deviation > 0.0:
                    moved, plain = _biweight(v, n, median, constant * deviation, lanes)
                value[rows[BIWEIGHT], at] = median + moved
                error[rows[BIWEIGHT], at] = plain
                used[rows[BIWEIGHT], at] = n
        if rows[CLIPPED] < 0:
            continue
        first = 0 * n
        stop = n
        mean, scatter = _mean_and_scatter(v, first, stop, median, lanes)
        for _ in range(iterations):
            m = stop - first
            centre = 0.5 * (np.float64(v[first + (m - 1) // 2]) + np.float64(v[first + m // 2]))
            least, most = centre - clip * scatter, centre + clip * scatter
            while first < stop and v[first] < least:
                first += 1
            while stop > first and v[stop - 1] > most:
                stop -= 1
            if stop - first == m or stop == first:
                break
            mean, scatter = _mean_and_scatter(v, first, stop, median, lanes)
        m = stop - first
        used[rows[CLIPPED], at] = m
        value[rows[CLIPPED], at] = median + mean if m > 0 else np.nan
        error[rows[CLIPPED], at] = scatter / math.sqrt(m - 1.0) if m > 1 else np.nan
