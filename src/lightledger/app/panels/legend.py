"""What the colours of points mean: a small colour bar, or named colours."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QTransform

from lightledger.app.coloring import Legend
from lightledger.app.curves import decimals_for
from lightledger.app.theme import LIGHT, Theme, color, small_font

from .inview import InView

_BAR_WIDTH, _BAR_HEIGHT = 96.0, 8.0


class LegendItem(InView):
    """A `Legend` in the emptiest corner of a panel; nothing while there is none.

    Parameters
    ----------
    covered : callable
        How many points are drawn inside of a rectangle of the screen: transform, rectangle.
    """

    def __init__(self, covered: Callable[[QTransform, QRectF], int]) -> None:
        super().__init__()
        self._covered = covered
        self.hide()
        self._legend: Legend | None = None
        self._theme = LIGHT
        self.setZValue(15)

    @property
    def legend(self) -> Legend | None:
        return self._legend

    def set_legend(self, legend: Legend | None, theme: Theme) -> None:
        if (legend, theme) != (self._legend, self._theme):
            self._legend, self._theme = legend, theme
            self.setVisible(legend is not None)
            self.update()

    def words(self) -> list[str]:
        """The texts, left to right."""
        legend = self._legend
        if legend is None:
            return []
        if legend.ends is None:
            return list(legend.names)
        low, high = legend.ends
        places = decimals_for((high - low) / 10)
        return [legend.title, f"{low:,.{places}f}", f"{high:,.{places}f}"]

    def _emptiest(self, transform: QTransform, box: QRectF, width: float, height: float) -> QRectF:
        """The corner with the fewest points; the upper right one, where it is as good."""
        right, left = box.right() - width - 4, box.left() + 4
        top, bottom = box.top() + 4, box.bottom() - height - 4
        rooms = [QRectF(x, y, width, height) for y in (top, bottom) for x in (right, left)]
        return min(rooms, key=lambda room: self._covered(transform, room))

    def paint(self, painter: QPainter, *args: object) -> None:
        legend = self._legend
        if legend is None:
            return
        box, transform = self.device_box(painter), painter.transform()
        painter.save()
        painter.resetTransform()
        font = small_font()
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        height = metrics.height() + 4
        swatch = 14.0
        words = self.words()
        texts = sum(metrics.horizontalAdvance(word) for word in words)
        if legend.ends is None:
            width = texts + len(words) * (swatch + 12)
        else:
            width = texts + _BAR_WIDTH + 6 * len(words)
        room = self._emptiest(transform, box, width + 8, height)
        painter.fillRect(room, color(self._theme.plot, 0.85))
        x, middle = room.left() + 4, room.center().y()

        def write(word: str) -> None:
            nonlocal x
            painter.setPen(color(self._theme.text))
            wide = metrics.horizontalAdvance(word)
            aligned = int(Qt.AlignmentFlag.AlignVCenter)
            painter.drawText(QRectF(x, room.top(), wide + 2, height), aligned, word)
            x += wide + 6

        if legend.ends is None:
            for fill, word in zip(legend.fills, words, strict=True):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(color(fill))
                painter.drawEllipse(QPointF(x + 4, middle), 4, 4)
                x += swatch
                write(word)
                x += 6
        else:
            title, low, high = words
            write(title)
            write(low)
            step = _BAR_WIDTH / len(legend.fills)
            for i, fill in enumerate(legend.fills):
                cell = QRectF(x + i * step, middle - _BAR_HEIGHT / 2, step + 0.5, _BAR_HEIGHT)
                painter.fillRect(cell, color(fill))
            x += _BAR_WIDTH + 6
            write(high)
        painter.restore()
