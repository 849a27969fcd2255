"""What is written on a picture: north, how long an arcsecond is, what tones and colours mean."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath, QPen

from lightledger.app.theme import LIGHT, Theme, color, small_font
from lightledger.library.skyimages import Compass
from lightledger.library.tones import TOP

from .canvas import ImageCanvas
from .coordinates import short_text
from .markers import N_COLOURS, class_colour

_EDGE, _ARM = 10.0, 26.0
_BAR_HEIGHT, _BAR_WIDTH = 8.0, 150.0
#: A picture narrower than this has no title; the compass takes so much of it.
_TITLED, _COMPASS = 220, 90
#: Colours of rings from the least to the greatest value.
_CLASSES = np.array([int(f"FF{class_colour(k)[1:]}", 16) for k in range(N_COLOURS)], np.uint32)


class Rulers:
    """Compass at the upper left, scale at the upper right, colour bars below; what fits is drawn.

    Attributes
    ----------
    compass : Compass or None
        None: without a WCS only pixels are told.
    unit : str
        Of the values.
    classes : tuple of str, or None
        What the colours of rings mean: name, then least value, middle and greatest.
    """

    def __init__(self, colour_bar: bool = True) -> None:
        self.compass: Compass | None = None
        self.unit = ""
        self.classes: tuple[str, ...] | None = None
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
            tone = canvas.layer.tone
            low, high = short_text(tone.low), f"{short_text(tone.high)} {self.unit}"
            at = QPointF(_EDGE, canvas.height() - _EDGE)
            tones = np.ascontiguousarray(canvas.layer.palette[: TOP + 1])
            top = self._bar(painter, at, tones, (low, high.rstrip()))
            if self.classes is not None:
                beside = canvas.width() >= 2 * _BAR_WIDTH + 4 * _EDGE
                right = QPointF(canvas.width() - _EDGE - _BAR_WIDTH, at.y())
                at = right if beside else QPointF(_EDGE, top - _EDGE)
                self._bar(painter, at, _CLASSES, self.classes[1:], self.classes[0])

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

    def _bar(
        self,
        painter: QPainter,
        at: QPointF,
        colours: np.ndarray,
        words: tuple[str, ...],
        title: str = "",
    ) -> float:
        """A strip of colours with words below, from left to right; returns its upper edge.

        ``at`` is its lower left corner.
        """
        line = QFontMetricsF(painter.font()).height()
        top = at.y() - _BAR_HEIGHT - line - 2
        upper = top - line if title else top
        back = QRectF(at.x() - 5, upper - 5, _BAR_WIDTH + 10, at.y() - upper + 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self.theme.plot, 0.78))
        painter.drawRoundedRect(back, 4, 4)
        n = colours.size
        strip = QImage(colours.data, n, 1, 4 * n, QImage.Format.Format_RGB32)
        box = QRectF(at.x(), top, _BAR_WIDTH, _BAR_HEIGHT)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(box, strip)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(self.theme.muted), 1))
        painter.drawRect(box)
        painter.setPen(QColor(self.theme.text))
        left, middle = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignHCenter
        sides = (*(left, middle)[: len(words) - 1], Qt.AlignmentFlag.AlignRight)
        text = QRectF(at.x(), top + _BAR_HEIGHT + 1, _BAR_WIDTH, line)
        for side, word in zip(sides, words, strict=True):
            painter.drawText(text, side, word)
        painter.drawText(QRectF(at.x(), upper - 2, _BAR_WIDTH, line), left, title)
        return upper


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
    """A name below the scale, where the picture is wide enough for it beside the compass."""
    if width < _TITLED:
        return
    painter.setFont(small_font(bold=True))
    metrics = QFontMetricsF(painter.font())
    text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, width - _COMPASS - _EDGE - 16)
    room = metrics.horizontalAdvance(text) + 16
    top = _EDGE + metrics.height() + 14  # below the scale
    box = QRectF(width - _EDGE + 6 - room, top, room, metrics.height() + 4)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color(theme.plot, 0.78))
    painter.drawRoundedRect(box, 4, 4)
    painter.setPen(color(theme.text))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)


def _disc(centre: QPointF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(centre, radius, radius)
    return path
