"""The mouse in a panel: drag zooms time, Shift-drag pans, wheel zooms time or one axis.

Two fingers on a touchpad: see `PanelStack`.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsRectItem

from lightledger.app.theme import Theme, color

_WHEEL_STEP = 1.0015  # per eighth of a degree


class TimeViewBox(pg.ViewBox):
    """A view box that never ranges by itself; it tells what the hand asks for."""

    #: Show the times between (MJD).
    zoom_to = Signal(float, float)
    #: Zoom time by a factor about a time.
    zoom_about = Signal(float, float)
    #: Move the view by days.
    pan_by = Signal(float)
    #: A Y range chosen by hand, bottom and top.
    y_chosen = Signal(float, float)
    #: A click into the panel: scene position.
    clicked = Signal(object)
    #: Right click: position on the screen.
    menu_wanted = Signal(object)
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.setZValue(-100)
        self._band = QGraphicsRectItem(0, 0, 1, 1)
        self._band.setZValue(1e6)
        self._band.hide()
        self.addItem(self._band, ignoreBounds=True)

    def set_theme(self, theme: Theme) -> None:
        self._band.setPen(pg.mkPen(color(theme.accent), width=0))
        self._band.setBrush(color(theme.accent, theme.range_alpha))

    def paint(self, painter: QPainter, *args: object) -> None:
        """The border; stock strokes it as a path."""
        if self.border is not None:
            painter.setPen(self.border)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.boundingRect())

    def wheelEvent(self, event: object, axis: int | None = None) -> None:
        factor = _WHEEL_STEP ** -event.delta()  # type: ignore[attr-defined]
        where = self.mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        if axis == 1:
            (low, high) = self.viewRange()[1]
            y = where.y()
            self.y_chosen.emit(y + (low - y) * factor, y + (high - y) * factor)
        else:
            self.zoom_about.emit(factor, where.x())
        event.accept()  # type: ignore[attr-defined]

    def mouseDragEvent(self, event: object, axis: int | None = None) -> None:
        ev = event
        if ev.button() != Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            ev.ignore()  # type: ignore[attr-defined]
            return
        ev.accept()  # type: ignore[attr-defined]
        now = self.mapSceneToView(ev.scenePos())  # type: ignore[attr-defined]
        before = self.mapSceneToView(ev.lastScenePos())  # type: ignore[attr-defined]
        if axis == 1:
            self._move_y(now.y() - before.y())
            return
        if axis == 0 or ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:  # type: ignore[attr-defined]
            self._band.hide()
            self.pan_by.emit(before.x() - now.x())
            return
        start = self.mapSceneToView(ev.buttonDownScenePos())  # type: ignore[attr-defined]
        low, high = min(start.x(), now.x()), max(start.x(), now.x())
        bottom, top = self.viewRange()[1]
        self._band.setRect(QRectF(low, bottom, high - low, top - bottom))
        self._band.setVisible(not ev.isFinish())  # type: ignore[attr-defined]
        if ev.isFinish() and high > low:  # type: ignore[attr-defined]
            self.zoom_to.emit(low, high)

    def pan_y(self, pixels: float) -> None:
        """Move what is shown down by pixels of the scene."""
        start, end = (self.mapSceneToView(QPointF(0, y)).y() for y in (0.0, pixels))
        self._move_y(end - start)

    def _move_y(self, by: float) -> None:
        low, high = self.viewRange()[1]
        self.y_chosen.emit(low - by, high - by)

    def mouseClickEvent(self, event: object) -> None:
        if event.button() == Qt.MouseButton.RightButton:  # type: ignore[attr-defined]
            self.menu_wanted.emit(event.screenPos())  # type: ignore[attr-defined]
        elif event.double():  # type: ignore[attr-defined]
            self.double_clicked.emit()
        else:
            self.clicked.emit(event.scenePos())  # type: ignore[attr-defined]
        event.accept()  # type: ignore[attr-defined]
