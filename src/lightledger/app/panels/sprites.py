"""Marker pictures, drawn once and stamped a thousand times."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

#: Shapes that a marker may have.
SHAPES = ("circle", "square", "triangle", "diamond", "cross", "up", "down")


@lru_cache(maxsize=256)
def sprite(shape: str, size: int, fill: str, outline: str, ratio: float) -> QPixmap:
    """A marker as a pixmap.

    Parameters
    ----------
    shape : str
        One of `SHAPES`; 'cross' is the hollow x of a rejected point, 'up' and 'down' are arrows.
    size : int
        Diameter, logical pixels.
    fill, outline : str
        Colours '#RRGGBB'; '' for no outline.
    ratio : float
        Device pixels per logical pixel.
    """
    side = size + 4
    picture = QPixmap(round(side * ratio), round(side * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    middle, half = side / 2, size / 2
    if shape == "cross":
        painter.setPen(QPen(QColor(fill), 1.6))
        low, high = middle - half, middle + half
        painter.drawLine(QPointF(low, low), QPointF(high, high))
        painter.drawLine(QPointF(low, high), QPointF(high, low))
    else:
        painter.setBrush(QColor(fill))
        painter.setPen(QPen(QColor(outline), 1.0) if outline else Qt.PenStyle.NoPen)
        _draw(painter, shape, middle, half)
    painter.end()
    return picture


@lru_cache(maxsize=64)
def sheet(shape: str, size: int, fills: tuple[str, ...], outline: str, ratio: float) -> QPixmap:
    """Markers of one shape in several colours beside each other, as wide as one `sprite` each."""
    one = sprite(shape, size, fills[0], outline, ratio)
    side = one.width()
    picture = QPixmap(side * len(fills), side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    for i, fill in enumerate(fills):
        cell = QPixmap(sprite(shape, size, fill, outline, ratio))
        cell.setDevicePixelRatio(1.0)
        painter.drawPixmap(i * side, 0, cell)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def _draw(painter: QPainter, shape: str, middle: float, half: float) -> None:
    low, high = middle - half, middle + half
    if shape == "circle":
        painter.drawEllipse(QRectF(low, low, 2 * half, 2 * half))
    elif shape == "square":
        inset = half * 0.12  # as large to the eye as the circle
        painter.drawRect(QRectF(low + inset, low + inset, 2 * (half - inset), 2 * (half - inset)))
    elif shape == "diamond":
        painter.drawPolygon(_polygon((middle, low), (high, middle), (middle, high), (low, middle)))
    elif shape == "down":
        painter.drawPolygon(_polygon((low, low), (high, low), (middle, high)))
    else:  # triangle, up
        painter.drawPolygon(_polygon((low, high), (high, high), (middle, low)))


def _polygon(*corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in corners])
