"""A curve of a hundred thousand points as one path: extremes per pixel."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from lightledger.app.panels.inview import InView
from lightledger.app.theme import LIGHT, Theme, color, small_font


class LineItem(InView):
    """Draws y over ascending x, marks beside it, a level across and the chosen x.

    Where there are more points than pixels, lowest and highest of each pixel are drawn: no peak is
    left out.
    """

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme = LIGHT
        self._x = self._y = np.empty(0)
        self._level, self._level_words = float("nan"), ""
        self._chosen = float("nan")
        self._marks: list[tuple[str, float]] = []
        self._title = ""
        self.dimmed = False

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_curve(self, x: np.ndarray, y: np.ndarray) -> None:
        """Ascending x, float64, shape (n,), and y."""
        self._x, self._y = x, y
        self.update()

    def set_title(self, words: str) -> None:
        """What Y is, in the upper right corner."""
        self._title = words
        self.update()

    def set_level(self, level: float, words: str) -> None:
        """A line across; nan for none."""
        self._level, self._level_words = level, words
        self.update()

    def set_chosen(self, x: float, marks: list[tuple[str, float]]) -> None:
        """The x that is chosen, and names of others that belong to it."""
        self._chosen, self._marks = x, marks
        self.update()

    def set_dimmed(self, on: bool) -> None:
        self.dimmed = on
        self.update()

    def highest(self, low: float, high: float) -> float:
        """The x of the highest point between two; nan where there is none."""
        first, last = np.searchsorted(self._x, [low, high])
        if last <= first:
            return float("nan")
        return float(self._x[first + int(np.argmax(self._y[first:last]))])

    def top(self, low: float, high: float) -> float:
        """Largest y between two x; 0 where there is none."""
        first, last = np.searchsorted(self._x, [low, high])
        return float(self._y[first:last].max()) if last > first else 0.0

    def paint(self, painter: QPainter, *args: object) -> None:
        t, box = painter.transform(), self.device_box(painter)
        if box.width() < 2:
            return
        theme = self._theme
        painter.save()
        painter.resetTransform()
        painter.setFont(small_font())
        if np.isfinite(self._level):
            y = self._level * t.m22() + t.dy()
            if box.top() < y < box.bottom():
                painter.setPen(QPen(color(theme.problem), 1, Qt.PenStyle.DashLine))
                painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        self._paint_marks(painter, t.m11(), t.dx(), box)
        if self._x.size:
            xs, ys = _extremes(self._x, self._y, -t.dx() / t.m11(), 1 / t.m11(), box)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color(theme.accent, 0.35 if self.dimmed else 1.0), 1))
            path = pg.arrayToQPath(xs * t.m11() + t.dx(), ys * t.m22() + t.dy())
            painter.drawPath(path)
        self._paint_words(painter, self._title_box(painter, box), self._title)
        if np.isfinite(self._level) and self._level_words:
            y = self._level * t.m22() + t.dy()
            metrics = painter.fontMetrics()
            width, height = metrics.horizontalAdvance(self._level_words) + 6, metrics.height()
            room = QRectF(box.left() + 4, y - height - 2, width, height)
            if box.contains(room):
                self._paint_words(painter, room, self._level_words)
        painter.restore()

    def _title_box(self, painter: QPainter, box: QRectF) -> QRectF:
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(self._title) + 6
        return QRectF(box.right() - width - 2, box.top() + 2, width, metrics.height())

    def _paint_words(self, painter: QPainter, room: QRectF, words: str) -> None:
        """On a ground of their own: the curve runs below them."""
        painter.fillRect(room, color(self._theme.plot, 0.85))
        painter.setPen(color(self._theme.muted))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), words)

    def _paint_marks(self, painter: QPainter, scale: float, shift: float, box: QRectF) -> None:
        theme, top, bottom = self._theme, box.top(), box.bottom()
        title = self._title_box(painter, box)
        taken = [(title.left(), title.right())]
        line = painter.fontMetrics().height()
        for words, x in self._marks:
            at = x * scale + shift
            painter.setPen(QPen(color(theme.muted, 0.7), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(at, top), QPointF(at, bottom))
            width = painter.fontMetrics().horizontalAdvance(words) + 6
            if all(at + width < a or at > b for a, b in taken):  # names never lie over each other
                painter.setPen(color(theme.muted))
                painter.drawText(QPointF(at + 3, top + line - 3), words)
                taken.append((at, at + width))
        if np.isfinite(self._chosen):
            at = self._chosen * scale + shift
            painter.setPen(QPen(color(theme.text), 2))
            painter.drawLine(QPointF(at, top), QPointF(at, bottom))


def _extremes(
    x: np.ndarray, y: np.ndarray, start: float, step: float, box: QRectF
) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest y of each pixel column in the box; all points where those are few."""
    n_column = int(box.width()) + 2
    edges = start + step * (box.left() - 1 + np.arange(n_column + 1))
    places = np.searchsorted(x, edges)
    first, last = max(places[0] - 1, 0), min(places[-1] + 1, x.size)
    if last - first <= 4 * n_column:
        return x[first:last], y[first:last]
    begin = places[:-1][np.diff(places) > 0]
    inside = y[: places[-1]]
    low, high = np.minimum.reduceat(inside, begin), np.maximum.reduceat(inside, begin)
    middle = x[begin]
    return np.repeat(middle, 2), np.stack([low, high], axis=1).ravel()
