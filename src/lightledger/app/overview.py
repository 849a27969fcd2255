"""The strip under the panels: the whole series, and the range that filters everything."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QGraphicsGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import is_good

from .countslabel import CountsLabel
from .curves import quantiles
from .panels.axes import LEFT_WIDTH, TIME_HEIGHT, BottomAxis
from .panels.corner import CornerLabel
from .panels.inview import InView
from .panels.item import CurveItem
from .panels.points import Points
from .presenter import Presenter
from .theme import LIGHT, Theme, Themes, color, small_font
from .timerange import TimeRange

#: An edge of the range is grabbed within this many pixels.
HIT_PX = 10
_STRIP_HEIGHT = 72
#: The panels are painted first.
_AFTER_MS = 12


class RangeItem(InView):
    """The filter as a filled band with two edges, and the view as a thin frame."""

    def __init__(self, times: TimeRange) -> None:
        super().__init__()
        self._times = times
        self._theme: Theme = LIGHT
        self.setZValue(10)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paint(self, painter: QPainter, *args: object) -> None:
        transform = painter.transform()
        box = self.device_box(painter)
        low, high = (t * transform.m11() + transform.dx() for t in self._times.clipped_filter())
        painter.save()
        painter.resetTransform()
        band = QRectF(low, box.top(), high - low, box.height())
        painter.fillRect(band, color(self._theme.accent, self._theme.range_alpha))
        painter.setPen(QPen(color(self._theme.accent), 2))
        for x in (low, high):
            x = min(max(x, box.left() + 1), box.right() - 1)
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
            grip = QRectF(x - 2.5, box.center().y() - 8, 5, 16)
            painter.fillRect(grip, color(self._theme.accent))
        first, last = (t * transform.m11() + transform.dx() for t in self._times.view)
        seen = QRectF(first, box.top() + 0.5, last - first, box.height() - 1)
        painter.setPen(QPen(color(self._theme.muted), 1, Qt.PenStyle.DotLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if first > box.left() or last < box.right():
            painter.drawRect(seen & box)
        painter.restore()


class StripBox(pg.ViewBox):
    """Mouse of the strip: drag an edge, drag the range, drag anew beside it; double click: all."""

    def __init__(self, times: TimeRange) -> None:
        super().__init__(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.disableAutoRange()
        self._times = times
        self._grip = ""
        self._start = (0.0, 0.0)
        self.setAcceptHoverEvents(True)

    def grip_at(self, where: QPointF) -> str:
        """What a press there would move: 'low', 'high', 'both' or 'new'."""
        ends = [self.mapViewToScene(QPointF(t, 0)).x() for t in self._times.clipped_filter()]
        near = [abs(where.x() - end) for end in ends]
        if min(near) <= HIT_PX:
            return "low" if near[0] <= near[1] else "high"
        inside = ends[0] < where.x() < ends[1]
        return "both" if inside and self._times.filtered else "new"

    def hoverEvent(self, event: object) -> None:
        if event.isExit():  # type: ignore[attr-defined]
            self.unsetCursor()
            return
        grip = self.grip_at(event.scenePos())  # type: ignore[attr-defined]
        shape = {
            "low": Qt.CursorShape.SizeHorCursor,
            "high": Qt.CursorShape.SizeHorCursor,
            "both": Qt.CursorShape.OpenHandCursor,
        }.get(grip, Qt.CursorShape.CrossCursor)
        self.setCursor(shape)

    def mouseDragEvent(self, event: object, axis: int | None = None) -> None:
        ev = event
        if ev.button() != Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            ev.ignore()  # type: ignore[attr-defined]
            return
        ev.accept()  # type: ignore[attr-defined]
        begin = self.mapSceneToView(ev.buttonDownScenePos()).x()  # type: ignore[attr-defined]
        now = self.mapSceneToView(ev.scenePos()).x()  # type: ignore[attr-defined]
        if ev.isStart():  # type: ignore[attr-defined]
            self._grip = self.grip_at(ev.buttonDownScenePos())  # type: ignore[attr-defined]
            self._start = self._times.clipped_filter()
        low, high = self._start
        if self._grip == "low":
            self._times.set_filter(now, high)
        elif self._grip == "high":
            self._times.set_filter(low, now)
        elif self._grip == "both":
            self._times.set_filter(low + now - begin, high + now - begin)
        else:
            self._times.set_filter(begin, now)

    def mouseClickEvent(self, event: object) -> None:
        if event.double():  # type: ignore[attr-defined]
            self._times.clear_filter()
        event.accept()  # type: ignore[attr-defined]

    def wheelEvent(self, event: object, axis: int | None = None) -> None:
        event.ignore()  # type: ignore[attr-defined]


class Overview(QWidget):
    """Strip and the sentence that counts what passes.

    Parameters
    ----------
    presenter : Presenter
    themes : Themes
    """

    def __init__(self, presenter: Presenter, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._presenter, self._themes = presenter, themes
        self._times = presenter.session.times
        self.strip = StripBox(self._times)
        self.points = CurveItem(error_bars=False, size=3)
        self.range = RangeItem(self._times)
        for item in (self.points, self.range):
            self.strip.addItem(item, ignoreBounds=True)
        self._axis = BottomAxis("bottom", "calendar")
        self._axis.linkToView(self.strip)
        self._corner = CornerLabel()
        self._view = pg.GraphicsView(self)
        self._view.setFixedHeight(_STRIP_HEIGHT)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setAccessibleName("Overview of the whole series")
        self._view.setToolTip(
            "The whole series. Drag the edges or the blue range: only what lies inside passes.\n"
            "Drag beside it for a new range; double click for everything."
        )
        central = pg.GraphicsWidget()
        grid = QGraphicsGridLayout(central)
        grid.setContentsMargins(0, 4, 8, 0)
        grid.setSpacing(0)
        grid.setColumnFixedWidth(0, LEFT_WIDTH)
        grid.addItem(self._corner, 1, 0)
        grid.addItem(self.strip, 0, 1)
        grid.addItem(self._axis, 1, 1)
        grid.setRowFixedHeight(1, TIME_HEIGHT)
        grid.setRowStretchFactor(0, 1)
        self._view.setCentralItem(central)
        self.counts = CountsLabel(self)
        self.all_button = QPushButton("All times", self)
        self.all_button.setProperty("flat", True)
        self.all_button.setToolTip("Let all times pass (double click on the strip)")
        self.all_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.all_button.clicked.connect(self._times.clear_filter)
        self.range_button = QPushButton("Range…", self)
        self.range_button.setProperty("flat", True)
        self.range_button.setToolTip("Type the ends of the range, MJD or dates  (D)")
        self.range_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cleaning_button = QPushButton(self)
        self.cleaning_button.setProperty("flat", True)
        self.cleaning_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        line = QHBoxLayout()
        line.setContentsMargins(LEFT_WIDTH, 0, 8, 4)
        line.addWidget(self.counts, 1)
        line.addWidget(self.cleaning_button)
        line.addWidget(self.all_button)
        line.addWidget(self.range_button)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._view)
        outer.addLayout(line)
        self._soon = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._soon.timeout.connect(self._show_curve)
        presenter.changed.connect(self._follow)
        presenter.passing_changed.connect(self._show_passing)
        self._times.view_changed.connect(self._show_view)
        presenter.local.view_changed.connect(self._show_view)
        themes.changed.connect(self.apply_theme)
        self.apply_theme()
        self._show_curve()

    def apply_theme(self) -> None:
        theme = self._themes.current
        self._view.setBackground(color(theme.background))
        self._axis.set_theme(theme, grid=False)
        self._corner.set_text("range", theme)
        self.range.set_theme(theme)
        self.counts.setFont(small_font())
        self.counts.set_theme(theme)
        self.strip.setBackgroundColor(color(theme.plot))
        self._show_curve()

    def _follow(self) -> None:
        """Count at once; the strip follows when the panels are painted."""
        self._show_passing(redraw=False)
        self._soon.start()

    def _show_curve(self) -> None:
        self._soon.stop()
        shown = self._presenter.current
        if shown is None:
            return
        curve = shown.curve
        theme = self._themes.current
        bands = tuple(self._presenter.session.field.bands)
        self.points.set_style(theme, theme.marker(bands.index(shown.band)))
        nothing = np.zeros(len(curve), bool)
        keep = shown.passing.keep
        bare = np.full(len(curve), np.nan)
        self.points.set_points(Points(curve.lc.time, curve.y, bare, bare, keep, ~keep, nothing))
        self.strip.invertY(curve.inverted)
        self.strip.setXRange(*self._times.whole, padding=0)
        # not by what passes: the strip would jump under the hand that drags the range
        good = curve.y[
            is_good(curve.lc.value, curve.lc.flags) & curve.drawable & (not shown.damaged)
        ]
        if good.size == 0:
            good = curve.y[curve.drawable]
        if good.size:
            low, high = quantiles(good, 0.005, 0.995)
            air = 0.25 * (high - low) or 0.05 * abs(high) or 1.0
            if math.isfinite(air):
                self.strip.setYRange(low - air, high + air, padding=0)
        self.strip.updateMatrix()  # else painting does it, and asks for a second painting
        self._show_passing(redraw=False)

    def _show_passing(self, redraw: bool = True) -> None:
        if redraw:
            self._show_curve()
            return
        self._show_view()
        self.all_button.setVisible(self._times.filtered)
        cleaned = self._presenter.session.cleaning.words
        self.cleaning_button.setVisible(bool(cleaned))
        self.cleaning_button.setText(cleaned)
        self.cleaning_button.setToolTip(f"Other points pass than by default: {cleaned}")

    def _show_view(self) -> None:
        self.counts.set_words(self._presenter.counts())
        self.range.update()
