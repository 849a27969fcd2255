"""Meshes of the background: collecting their pixels, and the median filter of the grid."""

from __future__ import annotations

import numpy as np

from .compiling import kernel


@kernel
def fill_meshes(
    image: np.ndarray,
    bad: np.ndarray,
    box: int,
    row_first: int,
    values: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Good pixels of the row of meshes that starts at ``row_first``; the rest becomes inf.

    Parameters
    ----------
    values : ndarray of float32, shape (n_mesh, box * box)
    counts : ndarray of int64, shape (n_mesh,)
    """
    ny, nx = image.shape
    counts[:] = 0
    for row in range(row_first, min(row_first + box, ny)):
        for mesh in range(values.shape[0]):
            at = counts[mesh]
            for column in range(mesh * box, min((mesh + 1) * box, nx)):
                if not bad[row, column]:
                    values[mesh, at] = image[row, column]
                    at += 1
            counts[mesh] = at
    for mesh in range(values.shape[0]):
        for at in range(counts[mesh], values.shape[1]):
            values[mesh, at] = np.inf


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
