"""The light curve over two cycles of the chosen period, live while that is dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from lightledger.analysis.periods import Found, Peak, fit, fold
from lightledger.app.curves import unit_text
from lightledger.app.panels.axes import TIME_HEIGHT
from lightledger.app.panels.corner import CornerLabel
from lightledger.app.panels.inview import InView
from lightledger.app.panels.item import CurveItem
from lightledger.app.panels.points import Points
from lightledger.app.theme import LIGHT, Marker, Theme, Themes, color, small_font

from .plot import NumberAxis

if TYPE_CHECKING:
    from lightledger.app.session import Session

_LEFT = 52
_PER_CYCLE = 120


class _Model(InView):
    """What the search thinks the light curve is, over the points."""

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._x = self._y = np.empty(0)
        self._title = ""
        self.setZValue(5)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_title(self, words: str) -> None:
        """The unit, in the upper right corner."""
        self._title = words
        self.update()

    def set_curve(self, x: np.ndarray, y: np.ndarray) -> None:
        self._x, self._y = x, y
        self.update()

    def paint(self, painter: QPainter, *args: object) -> None:
        if self._x.size == 0:
            return
        t, box = painter.transform(), self.device_box(painter)
        painter.save()
        painter.resetTransform()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self._theme.text, 0.8), 1.5))
        painter.drawPath(pg.arrayToQPath(self._x * t.m11() + t.dx(), self._y * t.m22() + t.dy()))
        painter.setPen(QPen(color(self._theme.muted), 1, Qt.PenStyle.DotLine))
        for phase in (0.0, 1.0):
            x = phase * t.m11() + t.dx()
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        painter.setFont(small_font())
        painter.setPen(color(self._theme.muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(box.adjusted(0, 2, -5, 0), int(right), self._title)
        painter.restore()


class FoldedPlot(pg.GraphicsView):
    """Phases from -0.5 to 1.5, phase 0 at the epoch; the points that were searched."""

    def __init__(self, session: Session, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Folded light curve")
        self.setMinimumHeight(110)
        self._session, self._themes = session, themes
        self._found: Found | None = None
        self.points, self.model = CurveItem(), _Model()
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self._box.disableAutoRange()
        for item in (self.points, self.model):
            self._box.addItem(item, ignoreBounds=True)
        self._left, self._bottom = NumberAxis("left", 34), NumberAxis("bottom", 64)
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
        self._box.setXRange(-0.5, 1.5, padding=0)
        themes.changed.connect(self.apply_theme)
        self.apply_theme()

    def apply_theme(self) -> None:
        theme = self._themes.current
        self.setBackground(color(theme.plot))
        for axis in (self._left, self._bottom):
            axis.set_theme(theme, grid=axis is self._left)
        self.model.set_theme(theme)
        self._box.border = pg.mkPen(color(theme.grid), width=1)
        self.points.set_style(theme, self._marker())
        self._corner.set_text("phase", theme)
        self._name_unit()

    def _marker(self) -> Marker:
        bands = tuple(self._session.field.bands)
        band = self._session.band
        return self._themes.current.marker(bands.index(band) if band in bands else 0)

    def _name_unit(self) -> None:
        self.model.set_title(unit_text(self._found.series.unit) if self._found is not None else "")

    def show_found(self, found: Found | None) -> None:
        """Of which series phases are shown; the range of fluxes is of all of its points."""
        self._found = found
        self.points.set_style(self._themes.current, self._marker())
        self._name_unit()
        if found is not None:
            low, high = np.percentile(found.series.flux, [0.5, 99.5])
            air = 0.15 * (high - low) or 0.05 * abs(high) or 1.0
            self._box.setYRange(low - air, high + air, padding=0)

    def show_chosen(self, peak: Peak | None) -> None:
        """Fold at a period, or show nothing."""
        nothing = np.empty(0)
        if self._found is None or peak is None:
            none = np.empty(0, bool)
            self.points.set_points(Points(*(nothing,) * 4, none, none, none))
            self.model.set_curve(nothing, nothing)
            return
        series = self._found.series
        epoch = peak.epoch if np.isfinite(peak.epoch) else series.middle
        phase = fold(series.time, peak.period, epoch)
        phase = np.concatenate([phase, np.where(phase < 0.5, phase + 1, phase - 1)])
        flux, error = np.tile(series.flux, 2), np.tile(series.error, 2)
        keep = np.ones(phase.size, bool)
        points = Points(phase, flux, flux - error, flux + error, keep, ~keep, ~keep)
        self.points.set_points(points)
        self.model.set_curve(*self._model(peak, epoch))

    def _model(self, peak: Peak, epoch: float) -> tuple[np.ndarray, np.ndarray]:
        assert self._found is not None
        series, boxes = self._found.series, self._found.boxes
        if boxes is None:
            phase = np.linspace(-0.5, 1.5, 2 * _PER_CYCLE + 1)
            model = fit(series, peak.frequency, self._found.wanted.n_terms)
            return phase, model.at(epoch + phase * peak.period)
        half = 0.5 * peak.duration / peak.period
        folded = np.abs((fold(series.time, peak.period, epoch) + 0.5) % 1 - 0.5)
        outside = folded > half
        weight = series.error**-2.0
        level = float(np.average(series.flux[outside], weights=weight[outside])) if (
            outside.any()
        ) else float(np.median(series.flux))  # fmt: skip
        floor = level - peak.size
        corners = [-0.5, -half, -half, half, half, 1 - half, 1 - half, 1 + half, 1 + half, 1.5]
        heights = [level, level, floor, floor, level, level, floor, floor, level, level]
        return np.array(corners), np.array(heights)

    def plot_rect(self) -> QRectF:
        """The plot area in the scene."""
        return self._box.sceneBoundingRect()
