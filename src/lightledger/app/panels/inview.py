"""What our plot items share: they fill their view and draw in device coordinates."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter


class InView(pg.GraphicsObject):
    """An item as large as the view box it is in.

    `pyqtgraph`'s own ``viewRect`` is of the last painted transform, one frame late.
    """

    def __init__(self) -> None:
        super().__init__()
        self._box = QRectF()

    def boundingRect(self) -> QRectF:
        return self._box

    def viewRangeChanged(self, *args: object) -> None:
        view = self.getViewBox()
        if view is not None and view.viewRect() != self._box:
            self.prepareGeometryChange()
            self._box = view.viewRect()

    def viewTransformChanged(self) -> None:
        self.viewRangeChanged()
        self.update()

    def device_box(self, painter: QPainter) -> QRectF:
        """The view's rectangle where the painter draws, in pixels."""
        return painter.transform().mapRect(self._box)
