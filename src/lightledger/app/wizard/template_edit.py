"""The line a template is typed into: each field underlined in its colour, what is wrong in red."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLineEdit, QWidget

from . import skin

#: (first character, the one behind the last, colour, whether it is a mistake).
Mark = tuple[int, int, QColor, bool]


class TemplateEdit(QLineEdit):
    """Draws marks below the text; they move with it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[Mark, ...] = ()

    @property
    def marks(self) -> tuple[Mark, ...]:
        return self._marks

    def set_marks(self, marks: tuple[Mark, ...]) -> None:
        self._marks = marks
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._marks:
            return
        text, width = self.text(), self.fontMetrics().horizontalAdvance
        # Where the text begins, scrolled or not, follows from where the cursor is drawn.
        start = self.cursorRect().center().x() - width(text[: self.cursorPosition()])
        y = self.rect().center().y() + self.fontMetrics().height() / 2 + 1
        painter = QPainter(self)
        painter.setClipRect(self.rect().adjusted(4, 0, -4, 0))
        for first, behind, ink, wrong in self._marks:
            left = start + width(text[:first])
            right = max(left + 6, start + width(text[:behind]))
            painter.setPen(QPen(ink, 2, Qt.PenStyle.DotLine if wrong else Qt.PenStyle.SolidLine))
            painter.drawLine(QPointF(left, y), QPointF(right, y))
            if wrong:
                painter.fillRect(int(left), 4, int(right - left), self.height() - 8, _glow(ink))
        painter.end()


def _glow(ink: QColor) -> QColor:
    return skin.tinted(ink, 0.18)
