"""The mouse in a diagram: drag pans, wheel zooms, Shift-drag draws a lasso, Ctrl-drag a box.

With Shift or Ctrl what is outlined or clicked comes to what is selected already.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal

_WHEEL_STEP = 1.0015  # per eighth of a degree
#: The lasso has no corners closer than this, in pixels.
_STEP_PX = 4.0
_MORE = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


class Tool(Enum):
    """What dragging does; the value is the word on its button."""

    PAN = "pan"
    LASSO = "lasso"
    BOX = "box"


class DiagramBox(pg.ViewBox):
    """A view box that never ranges by itself; it tells what the hand asks for.

    Attributes
    ----------
    tool : Tool
    adds : bool
        Whether the outline of now comes to what is selected already.
    """

    #: Zoom by factors in x and y about a place.
    zoom_about = Signal(float, float, QPointF)
    pan_by = Signal(float, float)
    #: Corners of a selection as an array (n, 2) in the numbers of the view; whether it is done.
    outlined = Signal(object, bool)
    clicked = Signal(object)
    #: A click with Shift or Ctrl.
    clicked_more = Signal(object)
    double_clicked = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.disableAutoRange()
        self.tool = Tool.PAN
        self.adds = False
        self._path: list[QPointF] = []

    def wheelEvent(self, event: Any, axis: int | None = None) -> None:
        factor = _WHEEL_STEP ** -event.delta()
        in_x, in_y = (1.0 if axis == 1 else factor), (1.0 if axis == 0 else factor)
        self.zoom_about.emit(in_x, in_y, self.mapSceneToView(event.scenePos()))
        event.accept()

    def _tool_of(self, event: Any) -> Tool:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return Tool.LASSO
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return Tool.BOX
        return self.tool

    def mouseDragEvent(self, event: Any, axis: int | None = None) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        event.accept()
        tool = Tool.PAN if axis is not None else self._tool_of(event)
        now = self.mapSceneToView(event.scenePos())
        if event.isStart():
            self._path = [event.buttonDownScenePos()] if tool is not Tool.PAN else []
            self.adds = bool(event.modifiers() & _MORE)
        if not self._path:
            before = self.mapSceneToView(event.lastScenePos())
            by = before - now
            self.pan_by.emit(0.0 if axis == 1 else by.x(), 0.0 if axis == 0 else by.y())
            return
        at = event.scenePos()
        if tool is Tool.BOX:
            start = self._path[0]
            shape = [start, QPointF(at.x(), start.y()), at, QPointF(start.x(), at.y())]
        else:
            if (at - self._path[-1]).manhattanLength() >= _STEP_PX:
                self._path.append(at)
            shape = [*self._path, at]
        corners = [self.mapSceneToView(point) for point in shape]
        outline = np.array([(c.x(), c.y()) for c in corners])
        self.outlined.emit(outline, bool(event.isFinish()))

    def mouseClickEvent(self, event: Any) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        if event.double():
            self.double_clicked.emit()
        else:
            more = bool(event.modifiers() & _MORE)
            (self.clicked_more if more else self.clicked).emit(event.scenePos())
        event.accept()
