"""Many markers and bars at once: two arrays handed to Qt, used again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter
from shiboken6 import wrapInstance

from lightledger.app.theme import color

from .sprites import draw, sheet, take_colors, wants_shapes


@dataclass(frozen=True)
class Look:
    """Markers of one shape and size; each point has one of ``fills``."""

    shape: str
    size: int
    fills: tuple[str, ...]
    outline: str = ""


class Stamps:
    """Draws at pixels; all arrays of shape (n,).

    Qt reads the arrays where they are: they are made once, and anew only for more points.
    """

    def __init__(self) -> None:
        self._fragments = np.empty((0, 10))
        self._rects = np.empty((0, 4), np.int32)
        self._first_fragment: Any = None
        self._first_rect: Any = None
        self._source: tuple[object, ...] = ()
        self._coloured = True  # the fragments' third column is not 0 everywhere

    def bars(
        self, painter: QPainter, px: np.ndarray, first: np.ndarray, last: np.ndarray, fill: QColor
    ) -> None:
        """Vertical bars, one pixel wide, from ``first`` down to ``last``; none of them is nan."""
        n = px.size
        if n > len(self._rects):
            self._rects = np.empty((n, 4), np.int32)  # a QRect: left, top, right, bottom
            self._first_rect = wrapInstance(self._rects.ctypes.data, QRect)
        rects = self._rects[:n]
        rects[:, 0] = rects[:, 2] = np.floor(px)
        rects[:, 1] = np.rint(first)
        rects[:, 3] = np.rint(last)
        rects[:, 3] -= 1
        np.maximum(rects[:, 3], rects[:, 1], out=rects[:, 3])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRects(self._first_rect, n)

    def draw(
        self,
        painter: QPainter,
        look: Look,
        px: np.ndarray,
        py: np.ndarray,
        alpha: float = 1.0,
        cells: np.ndarray | None = None,
    ) -> None:
        """Markers; ``cells`` says which of the fills each has."""
        if wants_shapes(painter):
            _draw_shapes(painter, look, px, py, alpha, cells)
            return
        ratio = painter.device().devicePixelRatioF()
        picture = sheet(look.shape, look.size, look.fills, look.outline, ratio, alpha)
        n, width = px.size, picture.width() // len(look.fills)
        source = (len(self._fragments), width, picture.height(), ratio)
        if n > len(self._fragments) or source != self._source:
            self._take_source(max(n, len(self._fragments)), *source[1:])
        fragments = self._fragments[:n]
        np.floor(px, out=fragments[:, 0])
        np.floor(py, out=fragments[:, 1])
        fragments[:, :2] += 0.5
        if cells is not None:
            fragments[:, 2] = cells * width
            self._coloured = True
        elif self._coloured:
            self._fragments[:, 2] = 0.0  # of all: those that are drawn next may be more
            self._coloured = False
        painter.drawPixmapFragments(self._first_fragment, n, picture)  # type: ignore[call-arg]

    def _take_source(self, n: int, width: int, height: int, ratio: float) -> None:
        """What is the same of all markers; room for ``n`` of them."""
        # x, y, source left, top, width, height, scale x, y, rotation, opacity; source in device px
        if n > len(self._fragments):
            self._fragments = np.empty((n, 10))
            self._first_fragment = wrapInstance(
                self._fragments.ctypes.data, QPainter.PixmapFragment
            )
        # the alpha of all markers is in the picture: drawing is faster by a third
        self._coloured = True
        self._fragments[:, 3:] = (0.0, width, height, 1 / ratio, 1 / ratio, 0.0, 1.0)
        self._source = (n, width, height, ratio)


def _draw_shapes(
    painter: QPainter,
    look: Look,
    px: np.ndarray,
    py: np.ndarray,
    alpha: float,
    cells: np.ndarray | None,
) -> None:
    """Markers for a drawing that has no pixels; a pen and a brush for each colour."""
    painter.save()
    for cell, fill in enumerate(look.fills):
        which = slice(None) if cells is None else cells == cell
        take_colors(painter, look.shape, color(fill, alpha), look.outline)
        for x, y in zip(px[which].tolist(), py[which].tolist(), strict=True):
            draw(painter, look.shape, look.size / 2, x, y)
    painter.restore()
