"""Planes of the reference grid looked up at the pixels of a frame, row by row."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import inner, kernel


@inner
def _blend(map_x: np.ndarray, map_y: np.ndarray, step: int, row: int, nodes: np.ndarray) -> None:
    """Reference pixels of one frame row at the nodes of its columns, into ``nodes`` (2, n)."""
    j = min(row // step, map_x.shape[0] - 2)
    t = row / step - j
    for i in range(map_x.shape[1]):
        nodes[0, i] = (1.0 - t) * map_x[j, i] + t * map_x[j + 1, i]
        nodes[1, i] = (1.0 - t) * map_y[j, i] + t * map_y[j + 1, i]


@kernel
def nearest(
    plane: np.ndarray, map_x: np.ndarray, map_y: np.ndarray, step: int, out: np.ndarray,
    lo: int, hi: int,
) -> None:  # fmt: skip
    """Values of the nearest pixels in frame rows [lo, hi); 0 off the plane."""
    ny, nx = plane.shape
    nodes = np.empty((2, map_x.shape[1]))
    for row in range(lo, hi):
        _blend(map_x, map_y, step, row, nodes)
        for i in range(map_x.shape[1] - 1):
            u, v = nodes[0, i] + 0.5, nodes[1, i] + 0.5
            du = (nodes[0, i + 1] - nodes[0, i]) / step
            dv = (nodes[1, i + 1] - nodes[1, i]) / step
            for column in range(i * step, min((i + 1) * step, out.shape[1])):
                value = 0
                # A map that is nan is nowhere.
                if u >= 0.0 and v >= 0.0 and u < nx and v < ny:
                    value = plane[int(v), int(u)]
                out[row, column] = value
                u += du
                v += dv


@inner
def _keys(s: float, weights: np.ndarray) -> None:
    """Weights of the pixels at -1, 0, 1, 2 for the place s in [0, 1) (Keys 1981, a = -1/2)."""
    weights[0] = s * (-0.5 + s * (1.0 - 0.5 * s))
    weights[1] = 1.0 + s * s * (-2.5 + 1.5 * s)
    weights[2] = s * (0.5 + s * (2.0 - 1.5 * s))
    weights[3] = s * s * (-0.5 + 0.5 * s)


@kernel
def interpolated(
    plane: np.ndarray, map_x: np.ndarray, map_y: np.ndarray, step: int, cubic_from: float,
    out: np.ndarray, lo: int, hi: int,
) -> None:  # fmt: skip
    """Interpolated values in frame rows [lo, hi); nan off the plane and beside a nan.

    Bilinear, and where that is above ``cubic_from`` by the cubic convolution of Keys (1981, IEEE
    Trans. ASSP 29, 1153), which keeps the cores of stars, if all of its 4 x 4 pixels are known.
    """
    ny, nx = plane.shape
    nodes = np.empty((2, map_x.shape[1]))
    across, along = np.empty(4), np.empty(4)
    for row in range(lo, hi):
        _blend(map_x, map_y, step, row, nodes)
        for i in range(map_x.shape[1] - 1):
            start_u, start_v = nodes[0, i], nodes[1, i]
            du = (nodes[0, i + 1] - start_u) / step
            dv = (nodes[1, i + 1] - start_v) / step
            for column in range(i * step, min((i + 1) * step, out.shape[1])):
                u = start_u + du * (column - i * step)
                v = start_v + dv * (column - i * step)
                if not (u >= 0.0 and v >= 0.0 and u <= nx - 1 and v <= ny - 1):
                    out[row, column] = math.nan
                    continue
                x, y = int(u), int(v)
                s, t = u - x, v - y
                # On a pixel's very centre the next one does not matter, not even when it is nan.
                right = x + 1 if s > 0.0 else x
                above = y + 1 if t > 0.0 else y
                low = (1.0 - s) * plane[y, x] + s * plane[y, right]
                high = (1.0 - s) * plane[above, x] + s * plane[above, right]
                value = (1.0 - t) * low + t * high
                out[row, column] = value
                if not value > cubic_from or x < 1 or y < 1 or x > nx - 3 or y > ny - 3:
                    continue
                _keys(s, along)
                _keys(t, across)
                value = 0.0
                for k in range(4):
                    inner = 0.0
                    for m in range(4):
                        inner += along[m] * plane[y + k - 1, x + m - 1]
                    value += across[k] * inner
                if math.isfinite(value):
                    out[row, column] = value
