"""Pixels of the local sky."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel


@kernel
def fill_annuli(
    image: np.ndarray,
    bad: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    r_in: float,
    r_out: float,
    values: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Good pixels whose centres lie at ``r_in <= r < r_out`` of each object; the rest is inf.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        nan finds nothing.
    values : ndarray of float32, shape (n, capacity)
    counts : ndarray of int64, shape (n,)
    """
    ny, nx = image.shape
    inner2 = r_in * r_in
    outer2 = r_out * r_out
    capacity = values.shape[1]
    for i in range(x.size):
        n = 0
        if math.isfinite(x[i]) and math.isfinite(y[i]):
            row_first = int(min(max(math.ceil(y[i] - r_out), 0.0), float(ny)))
            row_stop = int(min(max(math.floor(y[i] + r_out) + 1.0, 0.0), float(ny)))
            for row in range(row_first, row_stop):
                dy2 = (row - y[i]) * (row - y[i])
                if dy2 > outer2:
                    continue
                half = math.sqrt(outer2 - dy2)
                first = int(min(max(math.ceil(x[i] - half), 0.0), float(nx)))
                stop = int(min(max(math.floor(x[i] + half) + 1.0, 0.0), float(nx)))
                # The hole is jumped over, all but its rim.
                hole = math.sqrt(max(inner2 - dy2, 0.0)) - 1.0
                hole_first = math.ceil(x[i] - hole)
                hole_last = math.floor(x[i] + hole)
                column = first
                while column < stop:
                    if column >= hole_first and column <= hole_last:
                        column = int(hole_last) + 1
                        continue
                    r2 = (column - x[i]) * (column - x[i]) + dy2
                    if r2 >= inner2 and r2 < outer2 and not bad[row, column] and n < capacity:
                        values[i, n] = image[row, column]
                        n += 1
                    column += 1
        counts[i] = n
        for k in range(n, capacity):
            values[i, k] = np.inf
