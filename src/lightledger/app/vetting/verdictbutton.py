"""One verdict as a button: its key, its sign, its word, and how many objects have it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from lightledger.app.theme import Themes, color, small_font
from lightledger.domain import counted

from .glyphs import draw_glyph
from .verdictset import spoken

_SIGN = 14
_PAD = 8


class VerdictButton(QPushButton):
    """Takes no keys: they stay with the plots.

    Parameters
    ----------
    key : str
    verdict : str
        '' is the button that clears.
    """

    def __init__(self, key: str, verdict: str, themes: Themes, parent: QWidget | None = None):
        super().__init__(parent)
        self._key, self._verdict, self._themes = key, verdict, themes
        self._n = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setCheckable(bool(verdict))
        self.setFont(small_font())
        word = spoken(verdict)
        self.setToolTip(
            f"{word}, then the next object  ({key}; Shift+{key} stays)"
            if verdict
            else f"Take the verdict back  ({key})"
        )
        self.set_count(0)

    def set_count(self, n: int) -> None:
        """How many objects have it."""
        self._n = n
        word = spoken(self._verdict) or "no verdict"
        self.setAccessibleName(
            f"{word}, key {self._key}" + (f", {counted(n, 'object')}" if n else "")
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, 28)

    def minimumSizeHint(self) -> QSize:
        return QSize(96, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)  # frame and ground: it has no text
        painter, theme = QPainter(self), self._themes.current
        painter.setFont(self.font())
        metrics, box = QFontMetricsF(self.font()), QRectF(self.rect())
        left = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
        right = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight)
        x = float(_PAD)
        painter.setPen(color(theme.muted))
        painter.drawText(box.adjusted(x, 0, 0, 0), left, self._key)
        x += metrics.horizontalAdvance("0") + _PAD
        if self._verdict:
            middle = QPointF(x + _SIGN / 2, box.center().y())
            draw_glyph(painter, self._verdict, middle, _SIGN, theme)
            x += _SIGN + _PAD
        count = f"{self._n:,}" if self._n else ""
        painter.drawText(box.adjusted(0, 0, -_PAD, 0), right, count)
        room = box.width() - x - _PAD - (metrics.horizontalAdvance(count) + 4 if count else 0)
        word = spoken(self._verdict) or "no verdict"
        painter.setPen(color(theme.text))
        words = metrics.elidedText(word, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRectF(x, 0, room + 1, box.height()), left, words)
        painter.end()
