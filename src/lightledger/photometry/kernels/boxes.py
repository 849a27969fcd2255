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


@kernel
def fill_boxes(
    image: np.ndarray, x: np.ndarray, y: np.ndarray, side: float, values: np.ndarray,
    counts: np.ndarray, lo: int, hi: int,
) -> None:  # fmt: skip
    """Collect the finite pixels of the boxes ``lo`` to ``hi``; the rest of a row is inf.

    A pixel is inside when its centre is in ``[x - side / 2, x + side / 2)``, and likewise in y.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
    x, y : ndarray of float64, shape (n,)
        nan makes an empty box.
    side : float
    values : ndarray of float32, shape (n, >= ceil(side) ** 2)
    counts : ndarray of int64, shape (n,)
    """
    ny, nx = image.shape
    half = 0.5 * side
    for i in range(lo, hi):
        n = 0
        if math.isfinite(x[i]) and math.isfinite(y[i]):
            left = int(min(max(math.ceil(x[i] - half), 0.0), float(nx)))
            right = int(min(max(math.ceil(x[i] + half), 0.0), float(nx)))
            top = int(min(max(math.ceil(y[i] - half), 0.0), float(ny)))
            bottom = int(min(max(math.ceil(y[i] + half), 0.0), float(ny)))
            for row in range(top, bottom):
                for column in range(left, right):
                    value = image[row, column]
                    if value - value == 0.0:
                        values[i, n] = value
                        n += 1
        counts[i] = n
        for k in range(n, values.shape[1]):
            values[i, k] = np.inf


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
    values: np.ndarray, first: int, stop: int, near: float
) -> tuple[float, float]:
    """Mean less ``near`` and standard deviation (over n) of ``values[first:stop]``."""
    total = 0.0
    square = 0.0
    for k in range(first, stop):
        d = values[k] - near
        total += d
        square += d * d
    n = stop - first
    mean = total / n
    return mean, math.sqrt(max(square / n - mean * mean, 0.0))


@kernel
def locations(
    values: np.ndarray,
    counts: np.ndarray,
    constant: float,
    clip: float,
    iterations: int,
    wanted: np.ndarray,
    value: np.ndarray,
    error: np.ndarray,
    used: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Median, biweight and clipped mean of sorted rows, and the error of each.

    Parameters
    ----------
    values : ndarray of float32, shape (n, width)
        Rows sorted, of which the first ``counts[i]`` count.
    counts : ndarray of int64, shape (n,)
    constant, clip, iterations : float, float, int
        As in `lightledger.photometry.boxes.box_statistics`.
    wanted : ndarray of bool, shape (3,)
        Which of `MEDIAN`, `BIWEIGHT`, `CLIPPED`.
    value, error : ndarray of float64, shape (3, n)
    used : ndarray of int32, shape (3, n)
    """
    for i in range(lo, hi):
        n = counts[i]
        for m in range(3):
            value[m, i] = np.nan
            error[m, i] = np.nan
            used[m, i] = n
        if n == 0:
            continue
        row = values[i]
        median = 0.5 * (np.float64(row[(n - 1) // 2]) + np.float64(row[n // 2]))
        deviation = _median_deviation(row, n, median)
        scatter = deviation * _MAD_TO_SIGMA
        if deviation == 0.0 and n > 1:  # half of the values are equal
            mean, scatter = _mean_and_scatter(row, 0, n, median)
        if n > 1:
            error[MEDIAN, i] = math.sqrt(_HALF_PI / n) * scatter
            error[BIWEIGHT, i] = error[MEDIAN, i]
        value[MEDIAN, i] = median
        value[BIWEIGHT, i] = median
        if wanted[BIWEIGHT] and deviation > 0.0:
            scale = 1.0 / (constant * deviation)
            moved, weight, spread, slope = 0.0, 0.0, 0.0, 0.0
            for k in range(n):
                d = values[i, k] - median
                u2 = d * scale * d * scale
                w = max(1.0 - u2, 0.0)
                w2 = w * w
                moved += w2 * d
                weight += w2
                spread += w2 * w2 * d * d
                slope += w * (1.0 - 5.0 * u2)
            value[BIWEIGHT, i] = median + moved / weight
            error[BIWEIGHT, i] = math.sqrt(spread) / abs(slope)
        if not wanted[CLIPPED]:
            continue
        first = 0 * n
        stop = n
        mean, scatter = _mean_and_scatter(row, first, stop, median)
        for _ in range(iterations):
            m = stop - first
            centre = 0.5 * (np.float64(row[first + (m - 1) // 2]) + np.float64(row[first + m // 2]))
            least, most = centre - clip * scatter, centre + clip * scatter
            while first < stop and row[first] < least:
                first += 1
            while stop > first and row[stop - 1] > most:
                stop -= 1
            if stop - first == m or stop == first:
                break
            mean, scatter = _mean_and_scatter(row, first, stop, median)
        m = stop - first
        used[CLIPPED, i] = m
        if m > 0:
            value[CLIPPED, i] = median + mean
        if m > 1:
            error[CLIPPED, i] = scatter / math.sqrt(m - 1.0)
