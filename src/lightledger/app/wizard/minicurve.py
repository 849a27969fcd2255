"""A light curve as small as a thumbnail, painted by itself: cheap enough to grow live."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from . import skin
from .dates import moment

_LEFT, _TOP, _RIGHT, _BOTTOM = 52.0, 22.0, 10.0, 8.0


def robust_range(values: np.ndarray, smallest: float = 0.05) -> tuple[float, float]:
    """Range that keeps a constant star looking constant: 1.3 x the 1-99 % range around the median.

    >>> robust_range(np.array([1.0, 1.0, 1.0]))
    (0.975, 1.025)
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return 0.0, 1.0
    low, middle, high = np.percentile(finite, [1, 50, 99])
    half = max(1.3 * max(high - middle, middle - low), smallest / 2)
    # Below zero only where a point is: a supernova needs no room for negative flux.
    return float(max(middle - half, min(0.0, low))), float(middle + half)


#: Time (MJD), relative flux, colour, and whether the points are square (else round).
Series = tuple[np.ndarray, np.ndarray, QColor, bool]


class MiniCurve(QWidget):
    """Relative flux against time; points outside the range become triangles at its edge."""

    def __init__(self, parent: QWidget | None = None, smallest: float = 0.05) -> None:
        super().__init__(parent)
        self._series: tuple[Series, ...] = ()
        self._span: tuple[float, float] | None = None
        self._title = ""
        self._remark = ""
        self._smallest = smallest
        self._empty = "waiting for the first visit"
        self.show_dates = False
        self.setMinimumHeight(76)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        return QSize(320, 110)

    @property
    def n_points(self) -> int:
        return sum(int(np.count_nonzero(np.isfinite(value))) for _, value, _, _ in self._series)

    def set_title(self, title: str, remark: str = "") -> None:
        self._title, self._remark = title, remark
        self.update()

    def set_empty_text(self, text: str) -> None:
        self._empty = text
        self.update()

    def set_series(
        self, series: tuple[Series, ...], span: tuple[float, float] | None = None
    ) -> None:
        """Show series of (time in MJD, relative flux, colour); ``span`` fixes the time axis."""
        self._series, self._span = series, span
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bottom = _BOTTOM + (14 if self.show_dates else 0)
        box = QRectF(self.rect()).adjusted(_LEFT, _TOP, -_RIGHT, -bottom)
        painter.setFont(skin.small())
        self._paint_words(painter, box)
        painter.setPen(QPen(skin.grid(), 1))
        painter.setBrush(skin.plot())
        painter.drawRect(box)
        shown = [s for s in map(_finite, self._series) if s[0].size]
        if not shown:
            painter.setPen(skin.muted())
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._empty)
            painter.end()
            return
        everything = np.concatenate([value for _, value, _, _ in shown])
        times = np.concatenate([time for time, _, _, _ in shown])
        low, high = robust_range(everything, self._smallest)
        first, last = self._span or (float(times.min()), float(times.max()))
        if not last > first:
            first, last = first - 0.5, first + 0.5
        inner = box.adjusted(6, 4, -6, -4)
        self._paint_axis(painter, box, inner, (low, high), (first, last))
        for time, value, ink, square in shown:
            x = inner.left() + (time - first) / (last - first) * inner.width()
            level = (np.clip(value, low, high) - low) / (high - low)
            y = inner.bottom() - level * inner.height()
            side = np.where(value > high, 1, np.where(value < low, -1, 0))
            _paint_points(painter, x, y, side, ink, square)
        painter.end()

    def _paint_words(self, painter: QPainter, box: QRectF) -> None:
        line = QRectF(box.left(), 2, box.width(), _TOP - 4)
        painter.setPen(skin.text())
        painter.drawText(
            line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self._title
        )
        painter.setPen(skin.muted())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(line, right, self._remark)

    def _paint_axis(
        self,
        painter: QPainter,
        box: QRectF,
        inner: QRectF,
        values: tuple[float, float],
        times: tuple[float, float],
    ) -> None:
        digits = 2 if values[1] - values[0] > 0.04 else 3
        painter.setPen(skin.muted())
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for level, place in zip(values, (inner.bottom(), inner.top()), strict=True):
            cell = QRectF(0, place - 8, _LEFT - 6, 16)
            painter.drawText(cell, right, f"{level:.{digits}f}")
        if self.show_dates:
            short = times[1] - times[0] < 2
            below = QRectF(box.left(), box.bottom() + 2, box.width(), 16)
            ends = [moment(t) if short else moment(t)[:10] for t in times]
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, ends[0])
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, ends[1])


def _finite(series: Series) -> Series:
    time, value, ink, square = series
    good = np.isfinite(time) & np.isfinite(value)
    return time[good], value[good], ink, square


def _paint_points(
    painter: QPainter,
    x: np.ndarray,
    y: np.ndarray,
    side: np.ndarray,
    ink: QColor,
    square: bool,
) -> None:
    """Dots where ``side`` is 0, triangles pointing out of the range where it is +1 or -1."""
    few = x.size <= 300
    shade = QColor(ink)
    shade.setAlphaF(0.85 if few else 0.6)
    pen = QPen(shade, 5.0 if few else 3.0)
    pen.setCapStyle(Qt.PenCapStyle.SquareCap if square else Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    inside = side == 0
    dots = [QPointF(a, b) for a, b in zip(x[inside], y[inside], strict=True)]
    painter.drawPoints(QPolygonF(dots))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(skin.problem())
    for a, b, up in zip(x[~inside], y[~inside], side[~inside], strict=True):
        painter.drawPolygon(
            [QPointF(a - 3.5, b), QPointF(a + 3.5, b), QPointF(a, b - 4.0 * float(up))]
        )
