"""What an item draws, and those of its points that are drawn in one way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Points:
    """What an item draws; all arrays of shape (n,).

    Attributes
    ----------
    x, y : ndarray of float64
        In the units of the axes; nan is not drawn.
    low, high : ndarray of float64
        Ends of the error bars; nan for none.
    keep, faint, rejected : ndarray of bool
        Drawn fully, faintly, as a hollow x; a point in none of them is not drawn.
    cells : ndarray of int, or None
        Which of ``fills`` each point has.
    fills : tuple of str
        Colours '#RRGGBB'; () for that of the marker.
    limited : ndarray of bool, or None
        Drawn as upper limits, an open triangle that points to the fainter; None for none.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    keep: np.ndarray
    faint: np.ndarray
    rejected: np.ndarray
    cells: np.ndarray | None = None
    fills: tuple[str, ...] = ()
    limited: np.ndarray | None = None


_NONE = np.empty(0, bool)
NOTHING = Points(*(np.empty(0),) * 4, _NONE, _NONE, _NONE)


class Group:
    """Points that are drawn alike, side by side in memory; arrays of shape (n,).

    Attributes
    ----------
    x, y : ndarray of float64
    low, high : ndarray of float64
        Ends of the error bars, of those points alone that have one.
    barred : ndarray of intp, or None
        Which of the points have one; None: all.
    cells : ndarray of int, or None
    """

    __slots__ = ("barred", "cells", "high", "low", "x", "y")

    def __init__(self, points: Points, which: np.ndarray) -> None:
        (places,) = np.nonzero(which)
        self.x, self.y = points.x[places], points.y[places]
        low, high = points.low[places], points.high[places]
        self.barred: np.ndarray | None = None
        known = np.isfinite(low) & np.isfinite(high)
        if not known.all():
            (self.barred,) = np.nonzero(known)
            low, high = low[known], high[known]
        self.low, self.high = low, high
        coloured = points.cells is not None and bool(points.fills)
        self.cells = points.cells[places] if coloured and points.cells is not None else None

    @property
    def size(self) -> int:
        return int(self.x.size)
