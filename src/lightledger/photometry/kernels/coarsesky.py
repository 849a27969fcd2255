"""Kernels of the coarse sky that stars are found on: clipped boxes, a surface through them."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import inner, kernel

#: Samples of one sky box.
_SAMPLES = 450


@inner
def _sort(values: np.ndarray, n: int) -> None:
    """Shell's sort of the first ``n``, in place; numpy's takes a second and more to compile."""
    gap = n // 2
    while gap > 0:
        for k in range(gap, n):
            value, at = values[k], k
            while at >= gap and values[at - gap] > value:
                values[at] = values[at - gap]
                at -= gap
            values[at] = value
        gap = 1 if gap == 2 else int(gap / 2.2)


@kernel
def sky_boxes(
    image: np.ndarray,
    bad: np.ndarray,
    edges_y: np.ndarray,
    edges_x: np.ndarray,
    level: np.ndarray,
    noise: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Clipped median and standard deviation of every box in box rows [lo, hi).

    Some 450 pixels of a box on a regular raster are used; a box with fewer than 16
    good ones gives nan. Iterated 3-sigma clip about the median (works for quantised counts, where
    a median deviation may be 0).
    """
    sample = np.empty(4 * _SAMPLES, np.float32)
    for j in range(lo, hi):
        for i in range(edges_x.size - 1):
            y0, y1, x0, x1 = edges_y[j], edges_y[j + 1], edges_x[i], edges_x[i + 1]
            step = max(1, int(math.sqrt((y1 - y0) * (x1 - x0) / _SAMPLES)))
            n = np.int64(0)
            for y in range(y0, y1, step):
                for x in range(x0, x1, step):
                    if not bad[y, x] and math.isfinite(image[y, x]) and n < sample.size:
                        sample[n] = image[y, x]
                        n += 1
            level[j, i] = np.nan
            noise[j, i] = np.nan
            if n < 16:
                continue
            _sort(sample, n)
            first, last = 0, n
            for _ in range(12):
                median = 0.5 * (sample[(first + last - 1) // 2] + sample[(first + last) // 2])
                total = 0.0
                for k in range(first, last):
                    total += (sample[k] - median) ** 2
                sigma = math.sqrt(total / (last - first))
                a, b = first, last
                while a < b and sample[a] < median - 3.0 * sigma:
                    a += 1
                while b > a and sample[b - 1] > median + 3.0 * sigma:
                    b -= 1
                if (a == first and b == last) or b - a < 8:
                    break
                first, last = a, b
            level[j, i] = median
            noise[j, i] = sigma


@kernel
def bilinear_mesh(
    mesh: np.ndarray, edges_y: np.ndarray, edges_x: np.ndarray, out: np.ndarray, lo: int, hi: int
) -> None:
    """Mesh values at box centres interpolated to every pixel of rows [lo, hi).

    Outside the outermost centres, by half a box, the slope goes on.
    """
    my, mx = mesh.shape
    nx = out.shape[1]
    left, share = np.empty(nx, np.int64), np.empty(nx, np.float32)
    i = 0
    for x in range(nx):
        while i < mx - 2 and 0.5 * (edges_x[i + 1] + edges_x[i + 2] - 1) <= x:
            i += 1
        first = 0.5 * (edges_x[i] + edges_x[i + 1] - 1)
        left[x], share[x] = i, 0.0
        if mx > 1:
            share[x] = (x - first) / (0.5 * (edges_x[i + 1] + edges_x[i + 2] - 1) - first)
    row = np.empty(mx + 1, np.float32)
    j = 0
    for y in range(lo, hi):
        while j < my - 2 and 0.5 * (edges_y[j + 1] + edges_y[j + 2] - 1) <= y:
            j += 1
        first = 0.5 * (edges_y[j] + edges_y[j + 1] - 1)
        v, above = 0.0, j
        if my > 1:
            v, above = (y - first) / (0.5 * (edges_y[j + 1] + edges_y[j + 2] - 1) - first), j + 1
        for i in range(mx):
            row[i] = mesh[j, i] * (1.0 - v) + mesh[above, i] * v
        row[mx] = row[mx - 1]
        for x in range(nx):
            i = left[x]
            out[y, x] = row[i] + (row[i + 1] - row[i]) * share[x]
