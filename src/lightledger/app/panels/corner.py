"""A small word beside a time axis: its time scale."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter

from lightledger.app.theme import LIGHT, Theme, color, small_font


class CornerLabel(pg.GraphicsWidget):
    """Right-aligned muted text in the cell left of an axis."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self._theme = LIGHT

    def set_text(self, text: str, theme: Theme) -> None:
        self.text, self._theme = text, theme
        self.update()

    def sizeHint(self, which: Qt.SizeHint, constraint: QSizeF | None = None) -> QSizeF:
        if which == Qt.SizeHint.MaximumSize:
            return QSizeF(1000.0, 1000.0)
        return QSizeF(20.0, 1.0)

    def paint(self, painter: QPainter, *args: object) -> None:
        box = self.boundingRect()
        painter.setFont(small_font())
        painter.setPen(color(self._theme.muted))
        room = QRectF(box.left(), box.top(), box.width() - 6, box.height())
        aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, int(aligned), self.text)
