"""A sentence across a plot that is not as it should be."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lightledger.app.theme import LIGHT, Theme, color, small_font

from .inview import InView


class NoticeItem(InView):
    """Words in a frame at the upper edge of the view; nothing while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._theme = LIGHT
        self.setZValue(20)
        self.hide()

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.setVisible(bool(text))
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paint(self, painter: QPainter, *args: object) -> None:
        if not self._text:
            return
        box = self.device_box(painter)
        font = small_font(bold=True)
        metrics = QFontMetricsF(font)
        words = f"⚠  {self._text}"
        width = min(metrics.horizontalAdvance(words) + 24, box.width() - 16)
        room = QRectF(0, 0, width, metrics.height() + 12)
        room.moveCenter(QPointF(box.center().x(), box.top() + 16 + room.height() / 2))
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color(self._theme.problem), 1))
        painter.setBrush(color(self._theme.plot, 0.92))
        painter.drawRoundedRect(room, 4, 4)
        painter.setFont(font)
        painter.setPen(color(self._theme.text))
        inside = room.adjusted(12, 0, -12, 0)
        cut = metrics.elidedText(words, Qt.TextElideMode.ElideRight, inside.width())
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignCenter), cut)
        painter.restore()
