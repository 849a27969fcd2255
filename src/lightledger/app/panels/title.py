"""The title row of a panel: object, measurement, median and scatter, what lies beyond."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsSceneMouseEvent

from lightledger.app.theme import LIGHT, Marker, Theme, color, small_font

from .axes import LEFT_WIDTH
from .sprites import draw, take_colors

HEIGHT = 24


@dataclass(frozen=True)
class TitleText:
    """What a title says.

    Attributes
    ----------
    object : str
    measurements : tuple of str
        Names of what is drawn, each with its marker; of a difference the one name.
    badges : tuple of str
        Small words in frames: 'suggested', 'corrected', 'comparison star'.
    value : str
        Median and scatter with unit.
    beyond : str
        Points outside the Y range, '' for none.
    current : bool
        Whether the panel is the focused one.
    closable : bool
        Whether it has a button that closes it.
    """

    object: str = ""
    measurements: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    value: str = ""
    beyond: str = ""
    current: bool = False
    closable: bool = False

    @property
    def measurement(self) -> str:
        return " + ".join(self.measurements)


class TitleItem(pg.GraphicsWidget):
    """Paints a `TitleText`; parts that do not fit are left out from the least important."""

    #: The cross at the right was clicked.
    closed = Signal()
    #: A click anywhere else.
    clicked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFixedHeight(HEIGHT)
        self.setMinimumWidth(80)
        self._text = TitleText()
        self._said = self._meaning = ""
        self._theme = LIGHT
        self._markers: tuple[Marker, ...] = (Marker("circle", LIGHT.text),)

    @property
    def text(self) -> TitleText:
        return self._text

    def set_text(self, text: TitleText) -> None:
        if text != self._text:
            self._text = text
            said = f"{text.object} {text.measurement} {' '.join(text.badges)} {text.value}"
            self._said = f"{said} {text.beyond}".strip()
            self.setToolTip("\n".join(filter(None, (self._said, self._meaning))))
            self.update()

    def set_meaning(self, meaning: str) -> None:
        """What the measurement is, for the tip."""
        self._meaning = meaning
        self.setToolTip("\n".join(filter(None, (self._said, meaning))))

    def set_style(self, theme: Theme, markers: tuple[Marker, ...]) -> None:
        """Colours, and the markers of what is drawn; the first stands before the title."""
        self._theme, self._markers = theme, markers
        self.update()

    def sizeHint(self, which: Qt.SizeHint, constraint: QSizeF | None = None) -> QSizeF:
        return QSizeF(16000.0 if which == Qt.SizeHint.MaximumSize else 200.0, HEIGHT)

    def cross(self) -> QRectF:
        """Where the button that closes is."""
        box = self.boundingRect()
        return QRectF(box.right() - 8 - HEIGHT, box.top(), HEIGHT, HEIGHT)

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        """A click closes the panel or focuses it."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
        elif self._text.closable and self.cross().contains(event.pos()):
            self.closed.emit()
        else:
            self.clicked.emit()

    def paint(self, painter: QPainter, *args: object) -> None:
        box: QRectF = self.boundingRect()
        text, theme = self._text, self._theme
        if text.current:
            painter.fillRect(QRectF(box.left(), box.top() + 4, 3, HEIGHT - 8), color(theme.accent))
        middle = box.center().y()

        def mark(marker: Marker, at: float) -> None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            take_colors(painter, marker.shape, color(marker.fill), marker.outline)
            draw(painter, marker.shape, 4.5, at, middle)
            painter.setBrush(Qt.BrushStyle.NoBrush)

        mark(self._markers[0], box.left() + LEFT_WIDTH - 16)
        bold, plain = small_font(bold=True), small_font()
        x = box.left() + LEFT_WIDTH
        right = box.right() - 8
        if text.closable:
            cross = self.cross().adjusted(7, 7, -7, -7)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color(theme.muted), 1.5))
            painter.drawLine(cross.topLeft(), cross.bottomRight())
            painter.drawLine(cross.bottomLeft(), cross.topRight())
            right = self.cross().left() - 4

        def width(words: str, font: QFont) -> float:
            return QFontMetricsF(font).horizontalAdvance(words)

        def write(words: str, at: float, font: QFont, token: str) -> None:
            painter.setFont(font)
            painter.setPen(color(token))
            room = QRectF(at, box.top(), width(words, font) + 4, HEIGHT)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), words)

        write(text.object, x, bold, theme.text)
        x += width(text.object, bold) + 12
        for place, name in enumerate(text.measurements):
            if place and len(self._markers) > 1:
                mark(self._markers[place % len(self._markers)], x + 4)
                x += 16
            write(name, x, plain, theme.muted)
            x += width(name, plain) + 12
        if x + width(text.value, plain) < right:
            write(text.value, right - width(text.value, plain), plain, theme.text)
            right -= width(text.value, plain) + 16
        if text.beyond and x + width(text.beyond, plain) < right:
            write(text.beyond, right - width(text.beyond, plain), plain, theme.muted)
            right -= width(text.beyond, plain) + 16
        for badge in text.badges:
            wide = width(badge, plain) + 12
            if x + wide > right:
                break
            painter.setPen(color(theme.muted))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(QRectF(x, middle - 9, wide, 18), 4, 4)
            write(badge, x + 6, plain, theme.muted)
            x += wide + 8
