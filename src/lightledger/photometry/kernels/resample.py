"""Kernels of the stack: bilinear resampling and robust combination, row by row."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import inner, kernel

#: Rounding of the map must not cost the outermost pixels.
EDGE = 0.01


@kernel
def bilinear(
    image: np.ndarray, sky: np.ndarray, step: int, map_x: np.ndarray, map_y: np.ndarray,
    factor: float, out: np.ndarray, lo: int, hi: int,
) -> None:  # fmt: skip
    """Resample (image - sky) * factor to rows [lo, hi) of the reference, into ``out[y - lo]``.

    ``map_x, map_y`` are the image's pixel of every ``step``-th reference pixel. nan where the image
    does not reach, or where its good pixels hold less than half of the weight.
    """
    ny, nx = image.shape
    n_row, n_column = map_x.shape
    for y in range(lo, hi):
        r = min(y // step, max(n_row - 2, 0))
        below = min(r + 1, n_row - 1)
        fy = (y - r * step) / step
        for x in range(out.shape[1]):
            c = min(x // step, max(n_column - 2, 0))
            beside = min(c + 1, n_column - 1)
            fx = (x - c * step) / step
            u = (1 - fy) * ((1 - fx) * map_x[r, c] + fx * map_x[r, beside]) + fy * (
                (1 - fx) * map_x[below, c] + fx * map_x[below, beside]
            )
            v = (1 - fy) * ((1 - fx) * map_y[r, c] + fx * map_y[r, beside]) + fy * (
                (1 - fx) * map_y[below, c] + fx * map_y[below, beside]
            )
            out[y - lo, x] = np.nan
            if not (u >= -EDGE and v >= -EDGE and u <= nx - 1 + EDGE and v <= ny - 1 + EDGE):
                continue
            i, j = min(int(u), nx - 2), min(int(v), ny - 2)
            du, dv = u - i, v - j
            total, weight = 0.0, 0.0
            for b in range(2):
                wy = dv if b == 1 else 1.0 - dv
                for a in range(2):
                    w = wy * (du if a == 1 else 1.0 - du)
                    value = image[j + b, i + a]
                    if w > 0.0 and math.isfinite(value):
                        total += w * (value - sky[j + b, i + a])
                        weight += w
            if weight >= 0.5:
                out[y - lo, x] = total / weight * factor


@kernel
def clipped_sums(
    layers: np.ndarray, sigma: np.ndarray, clip: float, total: np.ndarray, weight: np.ndarray,
    coverage: np.ndarray, lo: int, hi: int,
) -> None:  # fmt: skip
    """Add the layers (n, hi - lo, nx) to the sums of rows [lo, hi), without outliers and nan.

    A value v of layer k enters ``total`` as v / sigma_k^2 and ``weight`` as 1 / sigma_k^2 when it
    lies within ``clip`` times the larger of sigma_k and 1.4826 times the median absolute deviation
    of the median; of one or two values all enter. ``coverage`` counts all that are finite.
    """
    n = layers.shape[0]
    values, away = np.empty(n), np.empty(n)
    for y in range(lo, hi):
        for x in range(layers.shape[2]):
            m = np.int64(0)
            for k in range(n):
                value = np.float64(layers[k, y - lo, x])
                if math.isfinite(value):
                    _insert(values, m, value)
                    m += 1
            if m == 0:
                continue
            coverage[y, x] += m
            median = 0.5 * (values[(m - 1) // 2] + values[m // 2])
            spread = np.inf
            if m > 2:
                for k in range(m):
                    _insert(away, k, abs(values[k] - median))
                spread = 1.4826 * 0.5 * (away[(m - 1) // 2] + away[m // 2])
            sums, weights = 0.0, 0.0
            for k in range(n):
                value = np.float64(layers[k, y - lo, x])
                if math.isfinite(value) and abs(value - median) <= clip * max(spread, sigma[k]):
                    w = 1.0 / (sigma[k] * sigma[k])
                    sums += w * value
                    weights += w
            total[y, x] += sums
            weight[y, x] += weights


@inner
def _insert(values: np.ndarray, m: int, value: float) -> None:
    """Put a value into the m sorted ones before it."""
    k = m
    while k > 0 and values[k - 1] > value:
        values[k] = values[k - 1]
        k -= 1
    values[k] = value
