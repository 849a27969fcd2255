"""Lines around one object: its aperture, the ring of its sky, pixels of its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from lightledger.app.theme import LIGHT, Theme, color
from lightledger.library.outlines import Outline

from .canvas import ImageCanvas

#: Without any outline the object is marked by a ring of this radius, logical pixels.
_RING = 12.0
_AROUND = 5.0


class Outlining:
    """Draws what is measured of the selected object.

    Attributes
    ----------
    place : tuple of float or None
        Pixel of the reference; None: nothing is drawn.
    outlines : tuple of Outline
    own, others : QPainterPath
        Edges of its own pixels and of its neighbours', pixels of the reference.
    ring : bool
        Mark the place by the selection ring as well.
    """

    def __init__(self, ring: bool = False) -> None:
        self.place: tuple[float, float] | None = None
        self.outlines: Sequence[Outline] = ()
        self.own, self.others = QPainterPath(), QPainterPath()
        self.theme: Theme = LIGHT
        self._ring = ring

    def __call__(self, painter: QPainter, canvas: ImageCanvas) -> None:
        if self.place is None or not np.isfinite(self.place).all():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        onto = canvas.to_screen()
        self._path(painter, onto.map(self.others), self.theme.marker(3).fill, dashed=True)
        centre = onto.map(QPointF(*self.place))
        widest = 0.0
        for line in self.outlines:
            if line.kind == "isophote":
                self._path(painter, onto.map(self.own), self._ink(line))
                widest = max(widest, onto.mapRect(self.own.boundingRect()).width() / 2)
                continue
            a, b = line.a * canvas.scale, line.b * canvas.scale
            widest = max(widest, a)
            path = QPainterPath()
            if line.kind == "box":
                path.addRect(QRectF(-a, -b, 2 * a, 2 * b))
            else:
                path.addEllipse(QPointF(0, 0), a, b)
            painter.save()
            painter.translate(centre)
            painter.rotate(-line.angle_deg)  # y of the screen points down
            self._path(painter, path, self._ink(line), dashed=line.role == "sky")
            painter.restore()
        if self._ring and (not self.outlines or widest < _RING):
            radius = max(_RING, widest + _AROUND)
            for ink, width in ((self.theme.plot, 4), (self.theme.text, 2)):
                painter.setPen(QPen(color(ink), width))
                painter.drawEllipse(centre, radius, radius)

    def _ink(self, line: Outline) -> str:
        return self.theme.muted if line.role == "sky" else self.theme.accent

    def _path(self, painter: QPainter, path: QPainterPath, ink: str, dashed: bool = False) -> None:
        if path.isEmpty():
            return
        painter.setPen(QPen(color(self.theme.plot, 0.8), 3.2))
        painter.drawPath(path)
        pen = QPen(QColor(ink), 1.6)
        if dashed:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawPath(path)


def edges_of(inside: np.ndarray, origin: tuple[int, int]) -> QPainterPath:
    """A line wherever a pixel that is inside touches one that is not.

    Parameters
    ----------
    inside : ndarray of bool, shape (ny, nx)
    origin : tuple of int
        Pixel (x, y) of its first one.
    """
    padded = np.pad(inside, 1)
    path = QPainterPath()
    edges = ((padded[1:, :] != padded[:-1, :], True), (padded[:, 1:] != padded[:, :-1], False))
    for edge, along_x in edges:
        for row, column in np.argwhere(edge).tolist():
            # pixel centres are whole numbers, and the padding moves all by one
            x = column + origin[0] - (1.5 if along_x else 0.5)
            y = row + origin[1] - (0.5 if along_x else 1.5)
            path.moveTo(x, y)
            path.lineTo(x + along_x, y + (not along_x))
    return path
