"""A star of the coadd with everything drawn around it that is measured."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainterPath, QPen
from PySide6.QtWidgets import (
    QGraphicsEllipseItem,
    QGraphicsPathItem,
    QGraphicsRectItem,
    QWidget,
)

from . import skin
from .picture import grey_of
from .sky_picture import SkyPicture
from .star_shapes import Shape, StarView

_Item = QGraphicsEllipseItem | QGraphicsRectItem | QGraphicsPathItem
_THIN, _BOLD = 1.4, 3.2


class StarPicture(SkyPicture):
    """Circles blue, the Kron ellipse green, the isophote violet, boxes orange, sky ring grey."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseEnabled(False, False)
        self.setMinimumSize(220, 220)
        self.setAccessibleName("a real star with the apertures")
        self._items: dict[str, list[_Item]] = {}
        self._bold = ""

    def show_star(self, view: StarView) -> None:
        """Draw a star anew."""
        for items in self._items.values():
            for item in items:
                self.removeItem(item)
        self._items = {}
        self.show_image(grey_of(view.image), (view.image.shape[0], view.image.shape[1]))
        self._add("neighbours", _outline(view.others), skin.shape("neighbours"), dotted=True)
        self._add("iso", _outline(view.own), skin.shape("iso"))
        circles = [s for s in view.shapes if s.kind == "circle"]
        inks = _ramp(len(circles))
        for shape in view.shapes:
            ink = inks[circles.index(shape)] if shape in circles else skin.shape(shape.kind)
            self._add(shape.key, _item_of(shape, view.place), ink, shape.key.startswith("aper_f"))
        self.highlight(self._bold)

    def keys(self) -> tuple[str, ...]:
        """Of what is drawn."""
        return tuple(self._items)

    def highlight(self, key: str) -> None:
        """Draw one shape thicker than the others ('' none)."""
        self._bold = key
        for name, items in self._items.items():
            for item in items:
                pen = QPen(item.pen())
                pen.setWidthF(_BOLD if name == key else _THIN)
                item.setPen(pen)
                item.setZValue(10 if name == key else 5)

    def _add(self, key: str, item: _Item, ink: QColor, dotted: bool = False) -> None:
        pen = pg.mkPen(ink, width=_THIN)
        pen.setCosmetic(True)
        if dotted:
            pen.setStyle(Qt.PenStyle.DashLine)
        item.setPen(pen)
        self.addItem(item)
        self._items.setdefault(key, []).append(item)


def _item_of(shape: Shape, place: tuple[float, float]) -> _Item:
    box = QRectF(-shape.a, -shape.b, 2 * shape.a, 2 * shape.b)
    made: _Item = QGraphicsRectItem(box) if shape.kind == "box" else QGraphicsEllipseItem(box)
    made.setPos(QPointF(*place))
    made.setRotation(shape.angle_deg)
    return made


def _outline(inside: np.ndarray) -> QGraphicsPathItem:
    """Around pixels: a line wherever one that is inside touches one that is not."""
    padded = np.pad(inside, 1)
    path = QPainterPath()
    edges = ((padded[1:, :] != padded[:-1, :], True), (padded[:, 1:] != padded[:, :-1], False))
    for edge, along_x in edges:
        for y, x in np.argwhere(edge).tolist():
            # Pixel centres are whole numbers, and the padding moves all by one.
            px, py = (x - 1.5, y - 0.5) if along_x else (x - 0.5, y - 1.5)
            path.moveTo(px, py)
            path.lineTo(px + along_x, py + (not along_x))
    return QGraphicsPathItem(path)


def _ramp(n: int) -> list[QColor]:
    """From light to strong, one per circle."""
    base = skin.detection()
    return [
        QColor.fromHslF(base.hslHueF(), 0.75, 0.62 - 0.32 * i / max(1, n - 1)) for i in range(n)
    ]
