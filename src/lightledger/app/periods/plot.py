"""The periodogram: power over frequency or period; dragging in it chooses a period."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from lightledger.analysis.periods import Found
from lightledger.analysis.periods.peaks import aliases
from lightledger.app.panels.axes import TIME_HEIGHT, Axis
from lightledger.app.panels.corner import CornerLabel
from lightledger.app.theme import Themes, color
from lightledger.app.timelabels import mjd_ticks
from lightledger.app.touchpad import touch_of

from .line import LineItem

_LEFT = 60
#: Between labels of powers of ten, which are short.
_DECADE_PX = 48
#: Dragging takes the highest peak within so many pixels: a peak is far narrower than one.
_SNAP_PX = 3.0
_WHEEL = 1.0015


class NumberAxis(Axis):
    """Round numbers; of powers of ten where ``logarithmic`` (X is log10 then)."""

    def __init__(self, orientation: str, pixels: int) -> None:
        super().__init__(orientation)
        self.logarithmic = False
        self._pixels = pixels

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        n = max(int(size / self._pixels), 2)
        if not self.logarithmic:
            ticks, self._labels = mjd_ticks(low, high, n)
        elif high - low < 0.7:
            values, self._labels = mjd_ticks(10**low, 10**high, n)
            ticks = [math.log10(v) for v in values if v > 0]
            self._labels = [w for v, w in zip(values, self._labels, strict=True) if v > 0]
        else:
            n = max(int(size / _DECADE_PX), 2)
            steps = (1, 2, 5) if high - low < n / 3 else (1,)
            every = max(1, math.ceil((high - low) / n))
            values = [
                s * 10.0**k for k in range(math.floor(low), math.ceil(high) + 1) for s in steps
                if k % every == 0
            ]  # fmt: skip
            ticks = [math.log10(v) for v in values if low <= math.log10(v) <= high]
            self._labels = [f"{10**t:g}" for t in ticks]
        return [(1.0, ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return self._labels


class _Box(pg.ViewBox):
    """Drag chooses, Shift-drag moves, the wheel zooms, double click shows everything."""

    pointed = Signal(QPointF)
    whole_wanted = Signal()
    zoomed = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.disableAutoRange()

    def mouseDragEvent(self, event: object, axis: int | None = None) -> None:
        ev = event
        if ev.button() != Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            ev.ignore()  # type: ignore[attr-defined]
            return
        ev.accept()  # type: ignore[attr-defined]
        if ev.modifiers() & Qt.KeyboardModifier.ShiftModifier:  # type: ignore[attr-defined]
            now = self.mapSceneToView(ev.scenePos()).x()  # type: ignore[attr-defined]
            before = self.mapSceneToView(ev.lastScenePos()).x()  # type: ignore[attr-defined]
            self.show_moved(before - now, 1.0, 0.0)
        else:
            self.pointed.emit(ev.scenePos())  # type: ignore[attr-defined]

    def mouseClickEvent(self, event: object) -> None:
        event.accept()  # type: ignore[attr-defined]
        if event.double():  # type: ignore[attr-defined]
            self.whole_wanted.emit()
        elif event.button() == Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            self.pointed.emit(event.scenePos())  # type: ignore[attr-defined]

    def wheelEvent(self, event: object, axis: int | None = None) -> None:
        event.accept()  # type: ignore[attr-defined]
        about = self.mapSceneToView(event.scenePos()).x()  # type: ignore[attr-defined]
        self.show_moved(0.0, _WHEEL ** -event.delta(), about)  # type: ignore[attr-defined]

    def show_moved(self, shift: float, factor: float, about: float) -> None:
        """Shift the view and then enlarge it about a place, both in numbers of the axis."""
        low, high = self.viewRange()[0]
        low, high = (about + (end + shift - about) * factor for end in (low, high))
        self.setXRange(low, high, padding=0)
        self.zoomed.emit()


class PeriodogramPlot(pg.GraphicsView):
    """Power and, where there is one, the spectral window below it."""

    #: A frequency was pointed at, 1/d.
    chosen = Signal(float)

    def __init__(self, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Periodogram")
        self.setToolTip(
            "Click or drag: fold at the highest peak there. Wheel: zoom, Shift-drag: move,\n"
            "double click: everything. Dotted: where else this period would show up."
        )
        self.setMinimumHeight(120)
        self._themes = themes
        self._found: Found | None = None
        self._as_period = True
        self.power, self.spectral = LineItem(), LineItem()
        self._boxes = (_Box(), _Box())
        self._lefts = (NumberAxis("left", 34), NumberAxis("left", 34))
        self.bottom = NumberAxis("bottom", 64)
        central = pg.GraphicsWidget()
        self._grid = QGraphicsGridLayout(central)
        self._grid.setContentsMargins(0, 6, 8, 0)
        self._grid.setSpacing(0)
        for row, (box, left, item) in enumerate(
            zip(self._boxes, self._lefts, (self.power, self.spectral), strict=True)
        ):
            box.addItem(item, ignoreBounds=True)
            left.setWidth(_LEFT)
            left.linkToView(box)
            self._grid.addItem(left, row, 0)
            self._grid.addItem(box, row, 1)
            box.pointed.connect(lambda at, b=box: self._point(b, at))
            box.whole_wanted.connect(self.show_whole)
            box.zoomed.connect(lambda b=box: self._zoomed(b))
        self.bottom.linkToView(self._boxes[0])
        self.bottom.setHeight(TIME_HEIGHT)
        self._corner = CornerLabel()
        self._grid.addItem(self.bottom, 2, 1)
        self._grid.addItem(self._corner, 2, 0)
        self._grid.setRowStretchFactor(0, 3)
        self.setCentralItem(central)
        self.show_window(False)
        themes.changed.connect(self.apply_theme)
        self.apply_theme()

    # -- look

    def apply_theme(self) -> None:
        theme = self._themes.current
        self.setBackground(color(theme.plot))
        for axis in (*self._lefts, self.bottom):
            axis.set_theme(theme, grid=axis is not self.bottom)
        for item in (self.power, self.spectral):
            item.set_theme(theme)
        for box in self._boxes:
            box.border = pg.mkPen(color(theme.grid), width=1)
        self._name_axes()

    def show_window(self, on: bool) -> None:
        """Show the spectral window below, or not."""
        for part in (self._boxes[1], self._lefts[1]):
            part.setVisible(on)
        self._grid.setRowStretchFactor(1, 2 if on else 0)
        self._grid.setRowMaximumHeight(1, 10_000 if on else 0)

    def show_as_period(self, on: bool) -> None:
        """Period (logarithmic) or frequency along the axis."""
        self._as_period = on
        self._draw()
        self.show_whole()

    # -- content

    def show_found(self, found: Found | None) -> None:
        """Draw a result; the zoom stays where the frequencies are the same."""
        before, self._found = self._found, found
        self.show_window(found is not None and found.window is not None)
        self._draw()
        if found is not None and (before is None or before.grid != found.grid):
            self.show_whole()
        self._fit_y()

    def set_dimmed(self, on: bool) -> None:
        self.power.set_dimmed(on)
        self.spectral.set_dimmed(on)

    def show_chosen(self, frequency: float) -> None:
        """Mark a frequency, 1/d, and where its aliases are; nan for none."""
        if self._found is None or not frequency > 0:
            self.power.set_chosen(float("nan"), [])
            return
        others = aliases(frequency, self._found.width, self._found.cycles)
        marks = [(name, self._x(f)) for name, f in others if f > 0]
        self.power.set_chosen(self._x(frequency), marks)

    def show_whole(self) -> None:
        """Everything that was searched."""
        if self._found is not None:
            grid = self._found.grid
            low, high = sorted((self._x(grid.first), self._x(grid.last)))
            self._boxes[0].setXRange(low, high, padding=0.01)
            self._zoomed(self._boxes[0])

    @property
    def ends(self) -> tuple[float, float]:
        """What is in view of the axis of periods (log10) or frequencies."""
        low, high = self._boxes[0].viewRange()[0]
        return low, high

    def show_range(self, ends: tuple[float, float]) -> None:
        """Show what another plot of the same result shows."""
        self._boxes[0].setXRange(*ends, padding=0)
        self._zoomed(self._boxes[0])

    def _draw(self) -> None:
        found = self._found
        nothing = np.empty(0)
        frequencies = found.grid.frequencies if found is not None else nothing
        x = -np.log10(frequencies) if self._as_period else frequencies
        order = slice(None, None, -1) if self._as_period else slice(None)
        x = np.ascontiguousarray(x[order])
        power = np.ascontiguousarray(found.power[order]) if found is not None else nothing
        self.power.set_curve(x, power)
        window = found.window if found is not None else None
        self.spectral.set_curve(*((x, window[order]) if window is not None else (nothing, nothing)))
        bound = found.bound if found is not None else None
        level = bound.level if bound is not None else float("nan")
        self.power.set_level(level, "1 % false alarms")
        self._name_axes()

    def _name_axes(self) -> None:
        boxes = self._found is not None and self._found.wanted.method == "bls"
        self._corner.set_text("P [d]" if self._as_period else "1/d", self._themes.current)
        self.power.set_title("log-likelihood gained" if boxes else "power")
        self.spectral.set_title("spectral window")
        self.bottom.logarithmic = self._as_period
        self.bottom.picture = None
        self.bottom.update()

    def _x(self, frequency: float) -> float:
        return -math.log10(frequency) if self._as_period else frequency

    def _frequency(self, x: float) -> float:
        return 10**-x if self._as_period else x

    # -- mouse

    def viewportEvent(self, event: QEvent) -> bool:
        touch = touch_of(event)
        if touch is None:
            return super().viewportEvent(event)
        box = self._boxes[0]
        about = box.mapSceneToView(self.mapToScene(touch.where.toPoint())).x()
        box.show_moved(-touch.by.x() * box.viewPixelSize()[0], 1 / touch.factor, about)
        return True

    def _point(self, box: _Box, where: QPointF) -> None:
        """Take the highest peak under the mouse; where single frequencies are apart, the place."""
        if self._found is None:
            return
        x = box.mapSceneToView(where).x()
        ends = [box.mapSceneToView(where + QPointF(d, 0)).x() for d in (-_SNAP_PX, _SNAP_PX)]
        width = abs(self._frequency(ends[0]) - self._frequency(ends[1]))
        top = self.power.highest(*ends)
        if width > 4 * self._found.grid.step and math.isfinite(top):
            x = top
        frequency = self._frequency(x)
        grid = self._found.grid
        self.chosen.emit(min(max(frequency, grid.first / 2), 2 * grid.last))

    def _zoomed(self, source: _Box) -> None:
        low, high = source.viewRange()[0]
        for box in self._boxes:
            if box is not source:
                box.setXRange(low, high, padding=0)
        self._fit_y()

    def _fit_y(self) -> None:
        low, high = self._boxes[0].viewRange()[0]
        top = self.power.top(low, high) or 1.0
        self._boxes[0].setYRange(0, 1.18 * top, padding=0)
        self._boxes[1].setYRange(0, 1.08 * (self.spectral.top(low, high) or 1.0), padding=0)
