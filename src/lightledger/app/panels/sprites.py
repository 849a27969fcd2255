"""Markers: pictures drawn once and stamped a thousand times, or shapes where a file is drawn."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPen, QPixmap, QPolygonF

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
    take_colors(painter, shape, QColor(fill), outline)
    painter.translate(side / 2, side / 2)
    draw(painter, shape, size / 2)
    painter.end()
    return picture


def wants_shapes(painter: QPainter) -> bool:
    """Whether a marker is to be drawn as a shape: a picture would be pixels in a drawing."""
    return painter.paintEngine().type() == QPaintEngine.Type.SVG


@lru_cache(maxsize=64)
def sheet(
    shape: str, size: int, fills: tuple[str, ...], outline: str, ratio: float, alpha: float = 1.0
) -> QPixmap:
    """Markers of one shape in several colours beside each other, as wide as one `sprite` each.

    ``alpha`` is that of all of them.
    """
    one = sprite(shape, size, fills[0], outline, ratio)
    side = one.width()
    picture = QPixmap(side * len(fills), side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setOpacity(alpha)
    for i, fill in enumerate(fills):
        cell = QPixmap(sprite(shape, size, fill, outline, ratio))
        cell.setDevicePixelRatio(1.0)
        painter.drawPixmap(i * side, 0, cell)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def take_colors(painter: QPainter, shape: str, fill: QColor, outline: str) -> None:
    """Pen and brush of a marker; of a cross, which has no inside, the pen alone."""
    if shape == "cross":
        painter.setPen(QPen(fill, 1.6))
    else:
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(outline), 1.0) if outline else Qt.PenStyle.NoPen)


def draw(painter: QPainter, shape: str, half: float, x: float = 0.0, y: float = 0.0) -> None:
    """A marker of half its width about a point, in the painter's colours."""
    left, right, top, bottom = x - half, x + half, y - half, y + half
    if shape == "circle":
        painter.drawEllipse(QRectF(left, top, 2 * half, 2 * half))
    elif shape == "square":
        inset = half * 0.12  # as large to the eye as the circle
        painter.drawRect(
            QRectF(left, top, 2 * half, 2 * half).adjusted(inset, inset, -inset, -inset)
        )
    elif shape == "diamond":
        painter.drawPolygon(_polygon((x, top), (right, y), (x, bottom), (left, y)))
    elif shape == "cross":
        painter.drawLine(QPointF(left, top), QPointF(right, bottom))
        painter.drawLine(QPointF(left, bottom), QPointF(right, top))
    elif shape == "down":
        painter.drawPolygon(_polygon((left, top), (right, top), (x, bottom)))
    else:  # triangle, up
        painter.drawPolygon(_polygon((left, bottom), (right, bottom), (x, top)))


def _polygon(*corners: tuple[float, float]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in corners])
