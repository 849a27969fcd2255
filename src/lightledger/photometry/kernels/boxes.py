"""Square boxes: their finite pixels collected, and robust locations of sorted values."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel

#: Median absolute deviation to standard deviation of a normal distribution.
_MAD_TO_SIGMA = 1.4826022185056018
_HALF_PI = 0.5 * math.pi
#: Rows of the results of `locations`.
MEDIAN, BIWEIGHT, CLIPPED = 0, 1, 2
#: Sums run in so many lanes, which the processor adds side by side, and always in one order.
LANES = 16


@kernel
def fill_boxes(
    image: np.ndarray, x: np.ndarray, y: np.ndarray, side: float, narrow: int, values: np.ndarray,
    counts: np.ndarray, owners: np.ndarray,
) -> int:  # fmt: skip
    """Collect the finite pixels of boxes, those with few apart from those with many.

    A pixel is inside when its centre is in ``[x - side / 2, x + side / 2)``, and likewise in y.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
    x, y : ndarray of float64, shape (n,)
        nan makes an empty box.
    side : float
    narrow : int
        Rows of at most so many values come first, and are filled up with inf to this length; the
        others to the last column.
    values : ndarray of float32, shape (>= n, > most pixels that a box may have)
    counts, owners : ndarray of int64, shape (>= n,)
        Of each row: how many values it has, and of which box.

    Returns
    -------
    int
        How many rows are narrow.
    """
    ny, nx = image.shape
    half = 0.5 * side
    first, stop = 0, x.size
    for i in range(x.size):
        n = np.uintp(0)
        if math.isfinite(x[i]) and math.isfinite(y[i]):
            left = int(min(max(math.ceil(x[i] - half), 0.0), float(nx)))
            right = int(min(max(math.ceil(x[i] + half), 0.0), float(nx)))
            top = int(min(max(math.ceil(y[i] - half), 0.0), float(ny)))
            bottom = int(min(max(math.ceil(y[i] + half), 0.0), float(ny)))
            into = values[first]
            for row in range(top, bottom):
                pixels = image[row, left:right]
                for k in range(pixels.size):
                    # written always and kept when finite: no branch to guess
                    value = pixels[k]
                    into[n] = value
                    n += np.uintp(value - value == 0.0)
        count = np.int64(n)
        row = first
        if count <= narrow:
            values[row, count:narrow] = np.inf
            first += 1
        else:
            stop -= 1
            row = stop
            values[row, :count] = values[first, :count]
            values[row, count:] = np.inf
        counts[row] = count
        owners[row] = i
    return first


@kernel
def _median_deviation(values: np.ndarray, n: int, median: float) -> float:
    """Median absolute deviation of ``n`` sorted values.

    The k least deviations are those of k neighbours in order; the first of them is searched by
    halving.
    """
    k = (n + 1) // 2
    lo = 0
    hi = n - k
    while lo < hi:
        middle = (lo + hi) // 2
        if values[middle + k - 1] - median < median - values[middle]:
            lo = middle + 1
        else:
            hi = middle
    if lo > 0 and median - values[lo - 1] < values[lo + k - 1] - median:
        lo -= 1
    deviation = max(median - values[lo], values[lo + k - 1] - median)
    if n % 2 == 1:
        return deviation
    following = np.inf
    if lo > 0:
        following = median - values[lo - 1]
    if lo + k < n:
        following = min(following, values[lo + k] - median)
    return 0.5 * (deviation + following)


@kernel
def _mean_and_scatter(
    values: np.ndarray, first: int, stop: int, near: float, lanes: np.ndarray
) -> tuple[float, float]:
    """Mean less ``near`` and standard deviation (over n) of ``values[first:stop]``."""
    totals, squares = lanes[0], lanes[1]
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


@kernel
def _biweight(
    values: np.ndarray, n: int, median: float, width: float, lanes: np.ndarray
) -> tuple[float, float]:
    """Biweight location of ``n`` values less their median, and its error; ``width`` is c MAD."""
    moved, weight, spread, slope = lanes[0], lanes[1], lanes[2], lanes[3]
    lanes[:] = 0.0
    scale = 1.0 / width
    for start in range(0, n, LANES):
        part = values[start : min(start + LANES, n)]
        for k in range(part.size):
            d = part[k] - median
            u2 = d * scale * d * scale
            w = max(1.0 - u2, 0.0)
            w2 = w * w
            moved[k] += w2 * d
            weight[k] += w2
            spread[k] += w2 * w2 * d * d
            slope[k] += w * (1.0 - 5.0 * u2)
    return moved.sum() / weight.sum(), math.sqrt(spread.sum()) / abs(slope.sum())


@kernel
def locations(
    values: np.ndarray,
    counts: np.ndarray,
    constant: float,
    clip: float,
    iterations: int,
    rows: np.ndarray,
    owners: np.ndarray,
    start: int,
    value: np.ndarray,
    error: np.ndarray,
    used: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Median, biweight and clipped mean of sorted values, and the error of each.

    Parameters
    ----------
    values : ndarray of float32, shape (n, width)
        Sorted along rows, of which the first ``counts[i]`` count.
    counts : ndarray of int64, shape (n,)
    constant, clip, iterations : float, float, int
        As in `lightledger.photometry.boxes.box_statistics`.
    rows : ndarray of int64, shape (3,)
        Rows of the results for `MEDIAN`, `BIWEIGHT`, `CLIPPED`; -1: not asked for.
    owners, start : ndarray of int64, shape (n,), and int
        The results of row i are in column ``start + owners[i]``.
    value, error : ndarray of float64, shape (n_method, n_object)
    used : ndarray of int32, shape (n_method, n_object)
    """
    lanes = np.empty((4, LANES))
    for i in range(lo, hi):
        n = counts[i]
        at = start + owners[i]
        for row in rows:
            if row >= 0:
                value[row, at] = np.nan
                error[row, at] = np.nan
                used[row, at] = n
        if n == 0:
            continue
        v = values[i]
        median = 0.5 * (np.float64(v[(n - 1) // 2]) + np.float64(v[n // 2]))
        if rows[MEDIAN] >= 0 or rows[BIWEIGHT] >= 0:
            deviation = _median_deviation(v, n, median)
            scatter = deviation * _MAD_TO_SIGMA
            if deviation == 0.0:  # half of the values are equal
                mean, scatter = _mean_and_scatter(v, 0, n, median, lanes)
            plain = math.sqrt(_HALF_PI / n) * scatter if n > 1 else np.nan
            if rows[MEDIAN] >= 0:
                value[rows[MEDIAN], at] = median
                error[rows[MEDIAN], at] = plain
            if rows[BIWEIGHT] >= 0:
                moved = 0.0
                if deviation > 0.0:
                    moved, plain = _biweight(v, n, median, constant * deviation, lanes)
                value[rows[BIWEIGHT], at] = median + moved
                error[rows[BIWEIGHT], at] = plain
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
        if m > 0:
            value[rows[CLIPPED], at] = median + mean
        if m > 1:
            error[rows[CLIPPED], at] = scatter / math.sqrt(m - 1.0)
