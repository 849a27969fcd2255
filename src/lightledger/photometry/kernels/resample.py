"""Kernels of the stack: bilinear resampling and robust combination, row by row."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel


@kernel
def bilinear(
    image: np.ndarray, sky: np.ndarray, matrix: np.ndarray, factor: float, out: np.ndarray,
    lo: int, hi: int,
) -> None:  # fmt: skip
    """Resample (image - sky) * factor to rows [lo, hi) of the reference, into ``out[y - lo]``.

    ``matrix`` (2, 3) takes reference pixels to pixels of the image. nan where the image does not
    reach, or where its good pixels hold less than half of the weight.
    """
    ny, nx = image.shape
    for y in range(lo, hi):
        for x in range(out.shape[1]):
            u = matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]
            v = matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]
            out[y - lo, x] = np.nan
            if not (u >= 0.0 and v >= 0.0 and u <= nx - 1 and v <= ny - 1):
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
def clipped_mean(
    layers: np.ndarray, clip: float, coadd: np.ndarray, coverage: np.ndarray, lo: int, hi: int
) -> None:
    """Mean of the layers (n, rows, nx) in rows [lo, hi), without outliers and nan.

    A value enters when it lies within ``clip`` robust standard deviations (1.4826 times the median
    absolute deviation) of the median; of up to three values the median is taken. ``coverage``
    counts the layers that have data, outliers included.
    """
    n = layers.shape[0]
    values, away = np.empty(n, np.float32), np.empty(n, np.float32)
    for y in range(lo, hi):
        for x in range(layers.shape[2]):
            m = 0
            for k in range(n):
                value = layers[k, y, x]
                if math.isfinite(value):
                    values[m] = value
                    m += 1
            coverage[y, x] = m
            if m == 0:
                coadd[y, x] = np.nan
                continue
            part = np.sort(values[:m])
            median = 0.5 * (part[(m - 1) // 2] + part[m // 2])
            if m <= 3:
                coadd[y, x] = median
                continue
            for k in range(m):
                away[k] = abs(part[k] - median)
            spread = np.sort(away[:m])
            allowed = clip * 1.4826 * 0.5 * (spread[(m - 1) // 2] + spread[m // 2])
            total, kept = 0.0, 0
            for k in range(m):
                if abs(part[k] - median) <= allowed:
                    total += part[k]
                    kept += 1
            coadd[y, x] = total / kept if kept > 0 else median
