"""One light curve as a thumbnail for a printed page: axes, points, what it was vetted as."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from lightledger.app.curves import Curve
from lightledger.app.theme import Marker, Theme, color, marker_size
from lightledger.app.timelabels import calendar_ticks, mjd_ticks

from .glyphs import draw_glyph

_LEFT, _TOP, _BOTTOM, _RIGHT = 46.0, 40.0, 20.0, 6.0
_TEXT, _SMALL = 11, 9
_LEFT_MIDDLE = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT_MIDDLE = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_CENTRE = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)


@dataclass(frozen=True)
class Thumb:
    """What a thumbnail shows.

    Attributes
    ----------
    name, value, words : str
        Object; its median and scatter; verdict, excess and the like.
    verdict : str
        Its sign stands before the name; '' for none.
    curve : Curve
    keep : ndarray of bool, shape (n,)
        Points that pass.
    y_range : tuple of float, or None
        Bottom and top; None where no point passes.
    x_range : tuple of float
        MJD, UTC.
    """

    name: str
    value: str
    words: str
    verdict: str
    curve: Curve
    keep: np.ndarray
    y_range: tuple[float, float] | None
    x_range: tuple[float, float]


def font(pixels: int, bold: bool = False) -> QFont:
    """The system's font in a size of the page."""
    made = QFont()
    made.setPixelSize(pixels)
    made.setBold(bold)
    made.setFeature(QFont.Tag("tnum"), 1)
    return made


def draw_thumb(painter: QPainter, box: QRectF, thumb: Thumb, marker: Marker, theme: Theme) -> None:
    """Draw a thumbnail into ``box``; safe in a worker, on an image."""
    _write(painter, box, thumb, theme)
    plot = box.adjusted(_LEFT, _TOP, -_RIGHT, -_BOTTOM)
    painter.setPen(QPen(color(theme.muted), 0.7))
    painter.setBrush(color(theme.plot))
    painter.drawRect(plot)
    if thumb.y_range is None:
        painter.setPen(color(theme.muted))
        painter.setFont(font(_SMALL))
        painter.drawText(plot, int(Qt.AlignmentFlag.AlignCenter), "no point passes")
        return
    low, high = thumb.y_range
    if thumb.curve.inverted:
        low, high = high, low
    inner = plot.adjusted(4, 4, -4, -4)
    scale = _Scale(inner, thumb.x_range, (low, high))
    _axes(painter, plot, scale, thumb, theme)
    _points(painter, scale, thumb, marker, theme)


@dataclass(frozen=True)
class _Scale:
    """From MJD and brightness to the page; ``y`` is (bottom, top)."""

    inner: QRectF
    x: tuple[float, float]
    y: tuple[float, float]

    def to_x(self, time: np.ndarray) -> np.ndarray:
        span = (self.x[1] - self.x[0]) or 1.0
        return self.inner.left() + (time - self.x[0]) / span * self.inner.width()

    def to_y(self, value: np.ndarray) -> np.ndarray:
        return self.inner.bottom() - (value - self.y[0]) / (self.y[1] - self.y[0]) * (
            self.inner.height()
        )


def _write(painter: QPainter, box: QRectF, thumb: Thumb, theme: Theme) -> None:
    line = QRectF(box.left(), box.top(), box.width() - _RIGHT, 18)
    name = QRectF(line)
    if thumb.verdict:
        draw_glyph(painter, thumb.verdict, QPointF(line.left() + 7, line.center().y()), 12, theme)
        name.setLeft(line.left() + 18)
    bold, small = font(_TEXT, bold=True), font(_SMALL)
    room = name.width() - QFontMetricsF(small).horizontalAdvance(thumb.value) - 6
    beside = QFontMetricsF(bold).horizontalAdvance(thumb.name) <= room
    below = QRectF(box.left(), box.top() + 16, box.width() - _RIGHT, 14)
    painter.setPen(color(theme.text))
    painter.setFont(small)
    if beside:
        painter.drawText(line, _RIGHT_MIDDLE, thumb.value)
    else:  # a long id has the line to itself: cut short, all would be alike
        painter.drawText(below.translated(0, 11), _LEFT_MIDDLE, thumb.value)
    painter.setFont(bold)
    middle = Qt.TextElideMode.ElideMiddle
    shown = QFontMetricsF(bold).elidedText(thumb.name, middle, name.width())
    painter.drawText(name, _LEFT_MIDDLE, shown)
    painter.setFont(small)
    painter.setPen(color(theme.muted))
    words = QFontMetricsF(small).elidedText(thumb.words, Qt.TextElideMode.ElideRight, below.width())
    painter.drawText(below, _LEFT_MIDDLE, words)


def _axes(painter: QPainter, plot: QRectF, scale: _Scale, thumb: Thumb, theme: Theme) -> None:
    painter.setFont(font(_SMALL))
    ticks, labels = mjd_ticks(min(scale.y), max(scale.y), 6)
    for y, label in zip(scale.to_y(np.array(ticks, float)), labels, strict=True):
        painter.setPen(QPen(color(theme.grid), 0.7))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(color(theme.muted))
        painter.drawText(QRectF(plot.left() - 44, y - 7, 40, 14), _RIGHT_MIDDLE, label)
    ticks, labels = calendar_ticks(*scale.x, 4)
    for x, label in zip(scale.to_x(np.array(ticks, float)), labels, strict=True):
        painter.setPen(QPen(color(theme.grid), 0.7))
        painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
        painter.setPen(color(theme.muted))
        painter.drawText(QRectF(x - 40, plot.bottom() + 3, 80, 14), _CENTRE, label)
    painter.drawText(QRectF(plot.left() - 44, plot.bottom() + 3, 40, 14), _LEFT_MIDDLE, "UTC")
    painter.save()
    painter.translate(plot.left() - _LEFT + 1, plot.center().y())
    painter.rotate(-90)
    unit = thumb.curve.unit or "flux / median"
    painter.drawText(QRectF(-60, -2, 120, 12), int(Qt.AlignmentFlag.AlignCenter), unit)
    painter.restore()


def _points(painter: QPainter, scale: _Scale, thumb: Thumb, marker: Marker, theme: Theme) -> None:
    curve, use = thumb.curve, thumb.keep & thumb.curve.drawable
    time, value, error = curve.lc.time[use], curve.y[use], curve.error[use]
    seen = (time >= scale.x[0]) & (time <= scale.x[1])
    time, value, error = time[seen], value[seen], error[seen]
    bottom, top = sorted(scale.y)
    inside = (value >= bottom) & (value <= top)
    size, alpha = marker_size(4 * time.size)  # a quarter of the room
    x, y = scale.to_x(time), scale.to_y(np.clip(value, bottom, top))
    ends = [
        scale.to_y(np.clip(value + sign * np.nan_to_num(error), bottom, top)) for sign in (-1, 1)
    ]
    painter.setPen(QPen(color(theme.error_bar, 0.6), 0.6))
    for at, one, other in zip(x[inside], ends[0][inside], ends[1][inside], strict=True):
        painter.drawLine(QPointF(at, one), QPointF(at, other))
    pen = QPen(color(marker.fill, alpha), max(1.6, 0.6 * size))
    round_ = marker.shape == "circle"
    pen.setCapStyle(Qt.PenCapStyle.RoundCap if round_ else Qt.PenCapStyle.SquareCap)
    painter.setPen(pen)
    dots = zip(x[inside], y[inside], strict=True)
    painter.drawPoints(QPolygonF([QPointF(a, b) for a, b in dots]))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.problem))
    for a, b in zip(x[~inside], y[~inside], strict=True):
        tip = 4.0 if b > scale.inner.center().y() else -4.0
        painter.drawPolygon([QPointF(a - 3, b), QPointF(a + 3, b), QPointF(a, b + tip)])
