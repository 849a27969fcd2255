"""Lines through the mouse, and the exact values where they cross."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lightledger.app.theme import LIGHT, Theme, color, small_font

from .inview import InView


class CrosshairItem(InView):
    """A vertical line in every panel; in the one under the mouse a horizontal one and values."""

    def __init__(self) -> None:
        super().__init__()
        self._x: float | None = None
        self._y: float | None = None
        self._words = ""
        self._theme = LIGHT
        self.setZValue(12)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
        self.hide()

    @property
    def words(self) -> str:
        return self._words

    def set_place(self, x: float | None, y: float | None, words: str, theme: Theme) -> None:
        """Where the lines are, in the units of the view; None: no line."""
        if (x, y, words, theme) != (self._x, self._y, self._words, self._theme):
            self._x, self._y, self._words, self._theme = x, y, words, theme
            self.setVisible(x is not None)
            self.update()

    def paint(self, painter: QPainter, *args: object) -> None:
        if self._x is None:
            return
        transform, box = painter.transform(), self.device_box(painter)
        painter.save()
        painter.resetTransform()
        painter.setPen(QPen(color(self._theme.muted, 0.8), 1))
        x = float(int(self._x * transform.m11() + transform.dx())) + 0.5
        if box.left() <= x <= box.right():
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        if self._y is not None:
            y = float(int(self._y * transform.m22() + transform.dy())) + 0.5
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            font = small_font()
            metrics = QFontMetricsF(font)
            width, height = metrics.horizontalAdvance(self._words) + 8, metrics.height() + 2
            left = x + 6 if x + 6 + width < box.right() else max(x - 6 - width, box.left())
            above = y - 4 - height if y - 4 - height > box.top() else y + 4
            room = QRectF(left, above, width, height)
            painter.fillRect(room, color(self._theme.plot, 0.9))
            painter.setFont(font)
            painter.setPen(color(self._theme.text))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), self._words)
        painter.restore()
