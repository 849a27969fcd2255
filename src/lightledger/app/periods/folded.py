"""The light curve over two cycles of the chosen period, live while that is dragged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform
from PySide6.QtWidgets import QWidget

from lightledger.analysis.periods import Found, Peak, fit, fold
from lightledger.analysis.periods.series import BARYCENTRIC
from lightledger.app.curves import unit_text
from lightledger.app.panels.points import Points
from lightledger.app.smallplot import Overlay, SmallPlot
from lightledger.app.theme import Themes, color

from .peaktable import epoch_text, period_text
from .plot import NumberAxis

if TYPE_CHECKING:
    from lightledger.app.session import Session

_PER_CYCLE = 120


class _Model(Overlay):
    """What the search thinks the light curve is, over the points."""

    def __init__(self) -> None:
        super().__init__()
        self._x = self._y = np.empty(0)

    def set_curve(self, x: np.ndarray, y: np.ndarray) -> None:
        self._x, self._y = x, y
        self.update()

    def draw(self, painter: QPainter, t: QTransform, box: QRectF) -> None:
        if self._x.size == 0:
            return
        painter.setPen(QPen(color(self.theme.text, 0.8), 1.5))
        painter.drawPath(pg.arrayToQPath(self._x * t.m11() + t.dx(), self._y * t.m22() + t.dy()))
        painter.setPen(QPen(color(self.theme.muted), 1, Qt.PenStyle.DotLine))
        for phase in (0.0, 1.0):
            x = phase * t.m11() + t.dx()
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))


class FoldedPlot(SmallPlot):
    """Phases from -0.5 to 1.5, phase 0 at the epoch; the points that were searched."""

    def __init__(self, session: Session, themes: Themes, parent: QWidget | None = None) -> None:
        model = _Model()
        axes = NumberAxis("left", 34), NumberAxis("bottom", 64)
        super().__init__(session, themes, model, axes, "phase", parent)
        self.model = model
        self.setAccessibleName("Folded light curve")
        self.setMinimumHeight(110)
        self._found: Found | None = None
        self.box.setXRange(-0.5, 1.5, padding=0)
        self.points.set_cycles(2)

    def show_found(self, found: Found | None) -> None:
        """Of which series phases are shown; the range of fluxes is of all of its points."""
        self._found = found
        self.style_points()
        self.model.set_title(unit_text(found.series.unit) if found is not None else "")
        if found is not None:
            self.fit_values(found.series.flux)

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
        phase[phase >= 0.5] -= 1.0
        flux, error, keep = series.flux, series.error, np.ones(phase.size, bool)
        points = Points(phase, flux, flux - error, flux + error, keep, ~keep, ~keep)
        self.points.set_points(points)
        self.model.set_curve(*self._model(peak, epoch))

    def say_fold(self, name: str, peak: Peak | None, found: Found | None) -> None:
        """Whose, period and epoch beside the unit, for a figure that stands alone."""
        if peak is not None and found is not None:
            barycentric = found.series.scale == BARYCENTRIC
            zero = "BJD_TDB − 2400000.5" if barycentric else "MJD UTC"
            words = f"{name}: P = {period_text(peak, found.width)} d, "
            words += f"epoch {epoch_text(peak)} ({zero})"
            self.model.set_title(f"{words}    {unit_text(found.series.unit)}")

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
        return self.box.sceneBoundingRect()
