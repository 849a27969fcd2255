"""Axes of our own: fixed widths, major lines only, MJD below and the calendar (UTC) above."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFont

from lightledger.app.theme import Theme, color, small_font
from lightledger.app.timelabels import calendar_ticks, mjd_ticks

#: Width of every left axis: the spines of all panels and of the overview stand in one line.
LEFT_WIDTH = 76
#: Height of a time axis with labels.
TIME_HEIGHT = 22


class _Axis(pg.AxisItem):
    """An axis with one level of ticks, drawn in the theme's colours."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=-4)
        self.setZValue(-200)  # grid lines stay under the points
        self.enableAutoSIPrefix(False)
        self.setStyle(tickTextOffset=4, autoExpandTextSpace=False)
        self._labels: list[str] = []

    def set_theme(self, theme: Theme, grid: bool) -> None:
        font: QFont = small_font()
        self.setTickFont(font)
        self.setTextPen(color(theme.muted))
        self.setPen(color(theme.error_bar))
        self.setTickPen(color(theme.grid))
        self.setGrid(255 if grid else False)


class TimeAxis(_Axis):
    """Times of the view, as MJD (UTC) or as civil time (UTC)."""

    def __init__(self, orientation: str, calendar: bool) -> None:
        super().__init__(orientation)
        self.calendar = calendar
        self.setHeight(TIME_HEIGHT)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        per_label = 84 if self.calendar else 92
        at_most = max(int(size / per_label), 2)
        make = calendar_ticks if self.calendar else mjd_ticks
        ticks, self._labels = make(low, high, at_most)
        return [(1.0, ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return self._labels


class ValueAxis(_Axis):
    """The brightness axis: round numbers, as many decimals as the range needs."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(LEFT_WIDTH)

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        low, high = min(low, high), max(low, high)
        if not (np.isfinite(low) and np.isfinite(high)):
            return []
        ticks, self._labels = mjd_ticks(low, high, max(int(size / 42), 2))
        if any(abs(tick) >= 10_000 for tick in ticks):
            self._labels = [f"{tick:,.0f}" for tick in ticks]
        return [(1.0, ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return self._labels

    def set_unit(self, unit: str) -> None:
        """Name the unit along the axis."""
        if unit != self.labelText:
            self.setLabel(unit)
            self.showLabel(bool(unit))

    def set_label_color(self, theme: Theme) -> None:
        self.labelStyle = {"color": theme.muted}
        self.label.setFont(small_font())
        self.setLabel(self.labelText, **self.labelStyle)

    def resizeEvent(self, event: object = None) -> None:
        super().resizeEvent(event)
        # stock places the label half outside of an axis of fixed width
        self.label.setPos(2.0, self.size().height() / 2 + self.label.boundingRect().width() / 2)
