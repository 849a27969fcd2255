"""Which points lie inside a line drawn by hand."""

from __future__ import annotations

import numpy as np


def inside(x: np.ndarray, y: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Points inside a polygon, by the rule of even and odd crossings.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        nan is outside.
    corners : ndarray of float, shape (m, 2)
        The last is joined to the first.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    found = np.zeros(x.size, bool)
    if len(corners) < 3:
        return found
    (left, bottom), (right, top) = corners.min(axis=0), corners.max(axis=0)
    with np.errstate(invalid="ignore"):
        (near,) = np.nonzero((x >= left) & (x <= right) & (y >= bottom) & (y <= top))
    px, py, odd = x[near], y[near], np.zeros(near.size, bool)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            crosses = (y1 > py) != (y2 > py)
            odd ^= crosses & (px < (x2 - x1) * (py - y1) / (y2 - y1) + x1)
    found[near] = odd
    return found
