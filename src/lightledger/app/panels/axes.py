"""Axes of our own: fixed widths, major lines only, round numbers."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QFont

from lightledger.app.theme import Theme, color, small_font
from lightledger.app.timelabels import asinh_ticks, calendar_ticks, mjd_ticks

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


class BottomAxis(_Axis):
    """The X axis, above or below: civil time (UTC), hours, or plain numbers.

    Attributes
    ----------
    kind : {'number', 'calendar', 'hours'}
        All of times are positions in MJD; hours count from 0 h of the day ``first``.
    """

    def __init__(self, orientation: str, kind: str = "number") -> None:
        super().__init__(orientation)
        self.kind = kind
        self._first = 0.0
        self.setHeight(TIME_HEIGHT)

    def set_kind(self, kind: str, first: float = 0.0) -> None:
        """Count in other units; ``first`` is a time (MJD) of the day that hours count from."""
        first = float(np.floor(first))
        if (kind, first) != (self.kind, self._first):
            self.kind, self._first = kind, first
            self.picture = None
            self.update()

    def set_name(self, name: str, theme: Theme) -> None:
        """Words below the ticks, for what is too long for the corner; '' for none."""
        self.label.setFont(small_font())
        self.setLabel(name, color=theme.muted)
        self.showLabel(bool(name))

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        at_most = max(int(size / (84 if self.kind == "calendar" else 92)), 2)
        if self.kind == "calendar":
            ticks, self._labels = calendar_ticks(low, high, at_most)
        elif self.kind == "hours":
            ends = (24 * (low - self._first), 24 * (high - self._first))
            hours, self._labels = mjd_ticks(*ends, at_most)
            ticks = [self._first + hour / 24 for hour in hours]
        else:
            ticks, self._labels = mjd_ticks(low, high, at_most)
        return [(1.0, ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return self._labels


class ValueAxis(_Axis):
    """The brightness axis: round numbers, as many decimals as the range needs."""

    def __init__(self) -> None:
        super().__init__("left")
        self.setWidth(LEFT_WIDTH)
        self._softening = 0.0

    def set_softening(self, softening: float) -> None:
        """Positions are asinh(value / softening); 0: the values themselves."""
        if softening != self._softening:
            self._softening = softening
            self.picture = None
            self.update()

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:
        low, high = min(low, high), max(low, high)
        if not (np.isfinite(low) and np.isfinite(high)):
            return []
        if self._softening > 0:
            ticks, self._labels = asinh_ticks(low, high, self._softening, max(int(size / 28), 2))
            return [(1.0, ticks)]
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
