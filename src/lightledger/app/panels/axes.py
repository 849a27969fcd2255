"""Axes of our own: fixed widths, major lines only, round numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QFont, QPainter

from lightledger.app.theme import LIGHT, Theme, color, small_font
from lightledger.app.timelabels import asinh_ticks, calendar_ticks, mjd_ticks

from .words import size_of, still

#: Width of every left axis: the spines of all panels and of the overview stand in one line.
LEFT_WIDTH = 76
#: Height of a time axis with labels.
TIME_HEIGHT = 22
#: Between a tick and its label, and length of a tick where there is no grid.
_GAP, _TICK = 4.0, 4.0
#: Of the words along a left axis, from its left end.
_NAME_LEFT = 6.0


@dataclass(frozen=True)
class _Laid:
    """What an axis draws, until its range or its size is another."""

    spine: QLineF
    ticks: list[QLineF]
    alpha: float
    words: list[tuple[QPointF, str]]


class Axis(pg.AxisItem):
    """An axis with one level of ticks, drawn in the theme's colours.

    Stock records a picture of every axis and plays it, and lays out its label as HTML: 0.5 ms for
    each range. Here ``picture``, which stock forgets whenever something changes, is a `_Laid`.
    """

    def __init__(self, orientation: str) -> None:
        self._bounds: QRectF | None = None
        self.picture: _Laid | None = None
        self.labelText: str = ""
        super().__init__(orientation, maxTickLength=-4)
        self.setZValue(-200)  # grid lines stay under the points
        self.enableAutoSIPrefix(False)
        self.setStyle(tickTextOffset=4, autoExpandTextSpace=False)
        self._labels: list[str] = []
        self._theme = LIGHT

    def set_theme(self, theme: Theme, grid: bool) -> None:
        font: QFont = small_font()
        if (theme, grid, font) == (self._theme, bool(self.grid), self.style["tickFont"]):
            return
        self._theme = theme
        self._bounds = None
        self.setTickFont(font)
        self.setGrid(255 if grid else False)

    def _updateLabel(self) -> None:
        self.picture = None
        self.update()

    def set_text(self, words: str) -> None:
        """Words along the axis, beyond its labels; '' for none."""
        if words != self.labelText:
            self.labelText = words
            self._updateLabel()

    # -- room

    def boundingRect(self) -> QRectF:
        if self._bounds is None:
            self._bounds = super().boundingRect()
        return self._bounds

    def _forget_bounds(self) -> None:
        self.prepareGeometryChange()
        self._bounds = None

    def resizeEvent(self, event: object = None) -> None:
        self._forget_bounds()
        self.picture = None

    def moveEvent(self, event: object) -> None:
        self._forget_bounds()
        super().moveEvent(event)

    def linkedViewChanged(self, view: pg.ViewBox, newRange: object = None) -> None:
        if newRange is None:  # the view has another size
            self._forget_bounds()
        super().linkedViewChanged(view, newRange)

    # -- painting

    def paint(self, painter: QPainter, *args: object) -> None:
        if self.picture is None:
            self.picture = self._lay_out()
        laid = self.picture
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(color(self._theme.error_bar))
        painter.drawLine(laid.spine)
        if laid.ticks:
            painter.setPen(color(self._theme.grid, laid.alpha))
            painter.drawLines(laid.ticks)
        if laid.words:
            painter.setFont(self.style["tickFont"] or small_font())
            painter.setPen(color(self._theme.muted))
            for where, word in laid.words:
                painter.drawStaticText(where, still(word))
        if self.labelText:
            self._write_text(painter)

    def _write_text(self, painter: QPainter) -> None:
        font = small_font()
        box = self.mapRectFromParent(self.geometry())
        width, height = size_of(self.labelText, font)
        painter.setFont(font)
        painter.setPen(color(self._theme.muted))
        if self.orientation != "left":
            where = QPointF(box.center().x() - width / 2, box.bottom() - height)
            painter.drawStaticText(where, still(self.labelText))
            return
        painter.save()
        painter.translate(box.left() + _NAME_LEFT, box.center().y() + width / 2)
        painter.rotate(-90)
        painter.drawText(QRectF(0, 0, width + 2, height), 0, self.labelText)
        painter.restore()

    def _lay_out(self) -> _Laid:
        box = self.mapRectFromParent(self.geometry())
        across = self.orientation in ("top", "bottom")
        length = box.width() if across else box.height()
        if self.orientation == "left":
            spine = QLineF(box.right() - 1, box.top() - 1, box.right() - 1, box.bottom() + 1)
        else:
            y = box.bottom() - 1 if self.orientation == "top" else box.top() + 1
            spine = QLineF(box.left() - 1, y, box.right() + 1, y)
        low, high = self.range
        levels = self.tickValues(low, high, length) if length > 0 and high != low else []
        values = levels[0][1] if levels else []
        strings = self.tickStrings(values, 1.0, 1.0) if self.style["showValues"] else []
        scale = length / (high - low) if high != low else 0.0
        places = [(value - low) * scale for value in values]
        if not across:
            places = [length - place for place in places]
        alpha = 1.0 if self.grid is False else min(0.05 * length / (len(places) + 1), 1.0)
        seen = [place for place in places if -0.5 <= place <= length + 0.5]
        return _Laid(spine, self._ticks(box, seen), alpha, self._words(box, places, strings))

    def _ticks(self, box: QRectF, places: list[float]) -> list[QLineF]:
        """Across the linked view where there is a grid, else short ones into the plot."""
        view = self.linkedView()
        grid = self.grid is not False and view is not None
        far = view.mapRectToItem(self, view.boundingRect()) if grid else box
        if self.orientation == "left":
            end = far.right() if grid else box.right() + _TICK
            return [QLineF(box.right(), y, end, y) for y in places]
        if self.orientation == "top":
            end = far.bottom() if grid else box.bottom() + _TICK
            return [QLineF(x, box.bottom(), x, end) for x in places]
        end = far.top() if grid else box.top() - _TICK
        return [QLineF(x, box.top(), x, end) for x in places]

    def _words(
        self, box: QRectF, places: list[float], strings: list[str]
    ) -> list[tuple[QPointF, str]]:
        """Labels and their upper left corners; those that would reach out are left out."""
        font = self.style["tickFont"] or small_font()
        room, words = self.boundingRect(), []
        for place, word in zip(places, strings, strict=False):
            width, height = size_of(word, font)
            tall = 0.8 * height  # the letters themselves
            if self.orientation == "left":
                ink = QRectF(box.right() - _GAP - width, place - tall / 2, width, tall)
            elif self.orientation == "top":
                ink = QRectF(place - width / 2, box.bottom() - _GAP - tall, width, tall)
            else:
                ink = QRectF(place - width / 2, box.top() + _GAP, width, tall)
            if room.contains(ink):
                words.append((QPointF(ink.left(), ink.center().y() - height / 2), word))
        return words


class BottomAxis(Axis):
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

    def set_name(self, name: str) -> None:
        """Words below the ticks, for what is too long for the corner; '' for none."""
        self.set_text(name)

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


class ValueAxis(Axis):
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
        edge = (high - low) * 8 / size  # a label nearer to an end has no room
        for apart in (42, 30, 22, 16):  # pixels; one label alone is no scale
            ticks, self._labels = mjd_ticks(low, high, max(int(size / apart), 2))
            if sum(low + edge <= tick <= high - edge for tick in ticks) > 1:
                break
        if any(abs(tick) >= 10_000 for tick in ticks):
            self._labels = [f"{tick:,.0f}" for tick in ticks]
        return [(1.0, ticks)]

    def tickStrings(self, values: list[float], scale: float, spacing: float) -> list[str]:
        return self._labels

    def set_unit(self, unit: str) -> None:
        """Name the unit along the axis."""
        self.set_text(unit)
