"""What is written on a picture: north, how long an arcsecond is, what a tone means, a title."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from lightledger.app.theme import LIGHT, Theme, color, small_font
from lightledger.library.skyimages import Compass
from lightledger.library.tones import TOP

from .canvas import ImageCanvas

_EDGE, _ARM = 10.0, 26.0
_BAR_HEIGHT = 8.0
#: A picture narrower than this has no title.
_TITLED = 220


class Rulers:
    """Compass and scale bar at the upper left, colour bar below; sizes that fit are drawn.

    Attributes
    ----------
    compass : Compass or None
        None: without a WCS only pixels are told.
    unit : str
        Of the values.
    """

    def __init__(self, colour_bar: bool = True) -> None:
        self.compass: Compass | None = None
        self.unit = ""
        self.theme: Theme = LIGHT
        self._with_bar = colour_bar

    def __call__(self, painter: QPainter, canvas: ImageCanvas) -> None:
        if canvas.layer is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(small_font())
        room = min(canvas.width(), canvas.height())
        if room >= 130:
            if self.compass is not None and room >= 200:
                self._arms(painter, self.compass)
            self._scale(painter, canvas)
        if self._with_bar and canvas.width() >= 220 and canvas.height() >= 160:
            self._bar(painter, canvas)

    def _arms(self, painter: QPainter, compass: Compass) -> None:
        start = QPointF(_EDGE + _ARM + 6, _EDGE + _ARM + 6)
        painter.fillPath(_disc(start, _ARM + 10), color(self.theme.plot, 0.72))
        painter.setPen(QPen(color(self.theme.text), 1.5))
        for name, (dx, dy) in (("N", compass.north), ("E", compass.east)):
            length = math.hypot(dx, dy)
            step = QPointF(dx / length, -dy / length)
            end = start + step * (_ARM - 6)
            painter.drawLine(start, end)
            across = QPointF(-step.y(), step.x())
            for side in (-1, 1):
                painter.drawLine(end, end - step * 5 + across * (3 * side))
            centre = start + step * (_ARM + 2)
            box = QRectF(centre.x() - 8, centre.y() - 8, 16, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _scale(self, painter: QPainter, canvas: ImageCanvas) -> None:
        per_px = self.compass.arcsec_per_px if self.compass is not None else 1.0
        length, words = bar_length(canvas.scale / per_px, self.compass is not None)
        metrics = QFontMetricsF(painter.font())
        width = max(length, metrics.horizontalAdvance(words))
        right, top = canvas.width() - _EDGE, _EDGE
        back = QRectF(right - width - 6, top - 4, width + 12, metrics.height() + 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.theme.plot, 0.72))
        painter.drawRoundedRect(back, 4, 4)
        painter.setPen(QPen(color(self.theme.text), 1.5))
        y = top + metrics.height() + 3
        painter.drawText(
            QRectF(right - width, top - 2, width, metrics.height()),
            Qt.AlignmentFlag.AlignRight, words,
        )  # fmt: skip
        painter.drawLine(QPointF(right - length, y), QPointF(right, y))
        for x in (right - length, right):
            painter.drawLine(QPointF(x, y - 3), QPointF(x, y + 3))

    def _bar(self, painter: QPainter, canvas: ImageCanvas) -> None:
        layer = canvas.layer
        assert layer is not None
        metrics = QFontMetricsF(painter.font())
        words = f"{layer.tone.low:.3g}", f"{layer.tone.high:.3g} {self.unit}".rstrip()
        width = min(canvas.width() - 2 * _EDGE, 150.0)
        top = canvas.height() - _EDGE - _BAR_HEIGHT - metrics.height() - 2
        back = QRectF(_EDGE - 5, top - 5, width + 10, _BAR_HEIGHT + metrics.height() + 10)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.theme.plot, 0.72))
        painter.drawRoundedRect(back, 4, 4)
        colours = np.ascontiguousarray(layer.palette[: TOP + 1])
        strip = QImage(colours.data, TOP + 1, 1, 4 * (TOP + 1), QImage.Format.Format_RGB32)
        box = QRectF(_EDGE, top, width, _BAR_HEIGHT)
        painter.drawImage(box, strip)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(self.theme.muted), 1))
        painter.drawRect(box)
        painter.setPen(QColor(self.theme.text))
        text = QRectF(_EDGE, top + _BAR_HEIGHT + 1, width, metrics.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignLeft, words[0])
        painter.drawText(text, Qt.AlignmentFlag.AlignRight, words[1])


def bar_length(screen_per_unit: float, arcsec: bool) -> tuple[float, str]:
    """Length of a scale bar in logical pixels, 40 to 110 of them, and its words.

    >>> bar_length(10.0, True)
    (100.0, '10″')
    >>> bar_length(0.9, True)[1], bar_length(2.0, False)[1]
    ('2′', '50 px')
    """
    best, words = 0.0, ""
    for power in range(-3, 7):
        for digit in (1, 2, 5):
            amount = digit * 10.0**power
            names = [(amount, f"{amount:g} px")]
            if arcsec:
                signs = ((1, "″"), (60, "′"), (3600, "°"))
                names = [(n * amount, f"{amount:g}{sign}") for n, sign in signs]
                fits = amount >= 1, amount < 60
                names = [names[0]] * fits[1] + [names[1]] * all(fits) + [names[2]] * fits[0]
            for size, text in names:
                length = size * screen_per_unit
                if best < length <= 110.0:
                    best, words = length, text
    return best, words


def paint_title(painter: QPainter, width: float, text: str, theme: Theme) -> None:
    """A name at the top, where the picture is wide enough for it."""
    if width < _TITLED:
        return
    painter.setFont(small_font(bold=True))
    metrics = QFontMetricsF(painter.font())
    room = metrics.horizontalAdvance(text) + 16
    box = QRectF((width - room) / 2, 8, room, metrics.height() + 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.plot, 0.78))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(color(theme.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _disc(centre: QPointF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(centre, radius, radius)
    return path
