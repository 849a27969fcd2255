"""Where points stand on the screen, and which of them can be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QTransform

from .points import Group
from .thinning import extremes

#: Points so far beyond the left and the right edge still reach in, pixels.
MARGIN = 8.0


@dataclass(frozen=True)
class Placed:
    """A `Group` on the screen; arrays of shape (n,), pixels.

    Attributes
    ----------
    px, py : ndarray of float64
    level : ndarray of bool
        Between the edges of the plot.
    n_level : int
    """

    group: Group
    transform: QTransform
    box: QRectF
    px: np.ndarray
    py: np.ndarray
    level: np.ndarray
    n_level: int

    @property
    def _all(self) -> bool:
        return self.n_level == self.px.size

    @property
    def dots(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of those that can be seen."""
        return (self.px, self.py) if self._all else (self.px[self.level], self.py[self.level])

    @property
    def cells(self) -> np.ndarray | None:
        """Colours of those that can be seen."""
        cells = self.group.cells
        return cells if self._all or cells is None else cells[self.level]

    def bars(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """X, upper and lower end of the error bars of those that can be seen."""
        group, px = self.group, self.px
        low, high, barred = group.low, group.high, group.barred
        level = self.level
        if barred is not None:
            px, level = px[barred], level[barred]
        if not self._all:
            px, low, high = px[level], low[level], high[level]
        scale, shift = self.transform.m22(), self.transform.dy()
        upper, lower = (high, low) if scale < 0 else (low, high)
        first = np.maximum(upper * scale + shift, self.box.top() - 2)
        return px, first, np.minimum(lower * scale + shift, self.box.bottom() + 2)

    @property
    def beyond(self) -> np.ndarray:
        """Above or below the edges, and seen but for that; none where all are level."""
        if self._all:
            return np.empty(0, bool)
        return self._beside() & ~self.level

    def over(self) -> np.ndarray:
        """Above the upper edge."""
        return self._beside() & (self.py < self.box.top())

    def under(self) -> np.ndarray:
        """Below the lower edge."""
        return self._beside() & (self.py > self.box.bottom())

    def _beside(self) -> np.ndarray:
        box = self.box
        return (self.px >= box.left() - MARGIN) & (self.px <= box.right() + MARGIN)

    def thinned(self) -> Placed:
        """The lowest and the highest of each column of pixels alone."""
        level = extremes(self.px, self.py, self.level)
        return replace(self, level=level, n_level=int(np.count_nonzero(level)))


def place(group: Group, transform: QTransform, box: QRectF) -> Placed:
    """Put points on the screen.

    Parameters
    ----------
    transform : QTransform
        Without rotation, from the units of the axes to pixels.
    box : QRectF
        The plot, pixels.
    """
    if group.size == 0:
        return Placed(group, transform, box, group.x, group.y, np.empty(0, bool), 0)
    px = group.x * transform.m11()
    px += transform.dx()
    py = group.y * transform.m22()
    py += transform.dy()
    level = px >= box.left() - MARGIN
    level &= px <= box.right() + MARGIN
    level &= py >= box.top()
    level &= py <= box.bottom()
    return Placed(group, transform, box, px, py, level, int(np.count_nonzero(level)))
