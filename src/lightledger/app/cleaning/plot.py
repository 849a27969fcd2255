"""What passes of a light curve, with its running median and the scatter about it."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from lightledger.analysis.running import Smooth
from lightledger.app.panels.axes import TIME_HEIGHT, BottomAxis, ValueAxis
from lightledger.app.panels.corner import CornerLabel
from lightledger.app.panels.inview import InView
from lightledger.app.panels.item import CurveItem
from lightledger.app.panels.points import Points
from lightledger.app.session import Session
from lightledger.app.shown import Trace
from lightledger.app.theme import LIGHT, Theme, Themes, color, small_font

_LEFT = 52


class LevelItem(InView):
    """A line and a band about it, drawn through points no further apart than the window."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._pieces: list[np.ndarray] = []
        self._title = ""
        self.setZValue(5)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_title(self, words: str) -> None:
        """The unit, in the upper right corner."""
        self._title = words
        self.update()

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

    def paint(self, painter: QPainter, *args: object) -> None:
        t, box = painter.transform(), self.device_box(painter)
        painter.save()
        painter.resetTransform()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = QPen(color(self._theme.text), 2)
        for piece in self._pieces:
            x = piece[0] * t.m11() + t.dx()
            level, low, high = piece[1:] * t.m22() + t.dy()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self._theme.text, 0.14))
            edge = np.concatenate([x, x[::-1]]), np.concatenate([low, high[::-1]])
            painter.drawPolygon(QPolygonF([QPointF(*p) for p in zip(*edge, strict=True)]))
            painter.setPen(line)
            painter.drawPolyline([QPointF(*p) for p in zip(x, level, strict=True)])
        painter.setFont(small_font())
        painter.setPen(color(self._theme.muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(box.adjusted(0, 2, -5, 0), int(right), self._title)
        painter.restore()


class SmoothedPlot(pg.GraphicsView):
    """Over the times in view; points that a clip marks have a ring."""

    def __init__(self, session: Session, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Light curve with its running median")
        self.setMinimumHeight(130)
        self._session, self._themes = session, themes
        self.points, self.level = CurveItem(), LevelItem()
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self._box.disableAutoRange()
        for item in (self.points, self.level):
            self._box.addItem(item, ignoreBounds=True)
        self._left, self._bottom = ValueAxis(), BottomAxis("bottom")
        self._bottom.set_kind("hours" if session.short else "calendar", session.times.first)
        self._left.setWidth(_LEFT)
        self._bottom.setHeight(TIME_HEIGHT)
        self._corner = CornerLabel()
        central = pg.GraphicsWidget()
        grid = QGraphicsGridLayout(central)
        grid.setContentsMargins(0, 6, 8, 0)
        grid.setSpacing(0)
        grid.addItem(self._left, 0, 0)
        grid.addItem(self._box, 0, 1)
        grid.addItem(self._bottom, 1, 1)
        grid.addItem(self._corner, 1, 0)
        grid.setRowStretchFactor(0, 1)
        for axis in (self._left, self._bottom):
            axis.linkToView(self._box)
        self.setCentralItem(central)
        session.times.view_changed.connect(self._show_view)
        themes.changed.connect(self.apply_theme)
        self.apply_theme()
        self._show_view()

    def apply_theme(self) -> None:
        theme = self._themes.current
        self.setBackground(color(theme.plot))
        for axis in (self._left, self._bottom):
            axis.set_theme(theme, grid=axis is self._left)
        self._box.border = pg.mkPen(color(theme.grid), width=1)
        self.level.set_theme(theme)
        self._corner.set_text("h, UTC" if self._session.short else "UTC", theme)
        self._style_points()

    def _style_points(self) -> None:
        bands = tuple(self._session.field.bands)
        band = self._session.band
        marker = self._themes.current.marker(bands.index(band) if band in bands else 0)
        self.points.set_style(self._themes.current, marker)

    def _show_view(self) -> None:
        self._box.setXRange(*self._session.times.view, padding=0)

    def show_trace(self, trace: Trace) -> None:
        """What passes of a light curve; its running median is not known yet."""
        curve, keep = trace.curve, trace.passing.keep
        self._style_points()
        none = np.zeros(len(curve), bool)
        self.points.set_points(
            Points(curve.lc.time, curve.y, curve.y - curve.error, curve.y + curve.error, keep,
                   none, none)
        )  # fmt: skip
        self._box.invertY(curve.inverted)
        good = curve.y[keep & curve.drawable]
        if good.size:
            low, high = np.percentile(good, [0.5, 99.5])
            air = 0.15 * (high - low) or 0.05 * abs(high) or 1.0
            self._box.setYRange(low - air, high + air, padding=0)
        self.level.set_title(curve.unit)
