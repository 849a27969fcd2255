"""What passes of a light curve, with its running median and the scatter about it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QWidget

from lightledger.analysis.running import Smooth
from lightledger.app.panels.axes import BottomAxis, ValueAxis
from lightledger.app.panels.points import Points
from lightledger.app.session import Session
from lightledger.app.shown import Trace
from lightledger.app.smallplot import Overlay, SmallPlot
from lightledger.app.theme import Themes, color


class LevelItem(Overlay):
    """A line and a band about it, drawn through points no further apart than the window."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[np.ndarray] = []

    def set_level(self, time: np.ndarray, smooth: Smooth, window_d: float) -> None:
        """Draw a running median; ``time`` of the points it is at."""
        table = np.array([time, smooth.level, smooth.level - smooth.scatter,
                          smooth.level + smooth.scatter])  # fmt: skip
        breaks = np.flatnonzero(np.diff(time) > window_d) + 1
        self._pieces = [piece for piece in np.split(table, breaks, axis=1) if piece.size]
        self.update()

    def clear(self) -> None:
        self._pieces = []
        self.update()

    def draw(self, painter: QPainter, t: QTransform, box: QRectF) -> None:
        line = QPen(color(self.theme.text), 2)
        for piece in self._pieces:
            x = piece[0] * t.m11() + t.dx()
            # One place a column of pixels: a running median does not jump within one.
            columns = np.floor(np.clip(x, box.left() - 1, box.right() + 1))
            places = np.flatnonzero(np.diff(columns, append=np.inf))
            x = x[places]
            level, low, high = piece[1:, places] * t.m22() + t.dy()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self.theme.text, 0.14))
            edge = np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])
            painter.drawPolygon(_line(*edge))
            painter.setPen(line)
            painter.drawPolyline(_line(x, level))


def _line(x: np.ndarray, y: np.ndarray) -> QPolygonF:
    return QPolygonF([QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)])


class SmoothedPlot(SmallPlot):
    """Over the times in view; points that a clip marks have a ring."""

    def __init__(self, session: Session, themes: Themes, parent: QWidget | None = None) -> None:
        level = LevelItem()
        bottom = BottomAxis("bottom")
        bottom.set_kind("hours" if session.short else "calendar", session.times.first)
        corner = "h, UTC" if session.short else "UTC"
        super().__init__(session, themes, level, (ValueAxis(), bottom), corner, parent)
        self.level = level
        self.setAccessibleName("Light curve with its running median")
        self.setMinimumHeight(130)
        session.times.view_changed.connect(self._show_view)
        self._show_view()

    def _show_view(self) -> None:
        self.box.setXRange(*self._session.times.view, padding=0)

    def show_trace(self, trace: Trace) -> None:
        """What passes of a light curve; its running median is not known yet."""
        curve, keep = trace.curve, trace.passing.keep
        self.style_points()
        none = np.zeros(len(curve), bool)
        self.points.set_points(
            Points(curve.lc.time, curve.y, curve.y - curve.error, curve.y + curve.error, keep,
                   none, none)
        )  # fmt: skip
        self.box.invertY(curve.inverted)
        good = curve.y[keep & curve.drawable]
        if good.size:
            self.fit_values(good)
        self.level.set_title(curve.unit)
