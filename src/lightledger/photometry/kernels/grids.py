"""From the grid of the meshes to pixels: the median filter of the grid, and splines through it."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel


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
