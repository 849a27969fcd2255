"""Fewer points of the same look: what is drawn where there are many more points than pixels."""

from __future__ import annotations

import numpy as np

#: Up to so many points are drawn one by one.
ALL_UP_TO = 20_000


def extremes(px: np.ndarray, py: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Lowest and highest point of each pixel column.

    Parameters
    ----------
    px, py : ndarray of float64, shape (n,)
        Places on the screen, pixels.
    which : ndarray of bool, shape (n,)
        Points to choose among.

    Returns
    -------
    ndarray of bool, shape (n,)
        A subset of ``which``: at most two points in a column, no extreme left out.
    """
    (places,) = np.nonzero(which)
    chosen = np.zeros(which.size, bool)
    if places.size == 0:
        return chosen
    column = np.floor(px[places]).astype(np.int64)
    order = np.lexsort((py[places], column))
    places, column = places[order], column[order]
    edges = np.flatnonzero(np.diff(column)) + 1
    chosen[places[np.concatenate([[0], edges])]] = True
    chosen[places[np.concatenate([edges, [places.size]]) - 1]] = True
    return chosen
