"""Many markers and bars at once: two arrays handed to Qt, used again and again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pyqtgraph.Qt import internals
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

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
    """Draws at pixels; all arrays of shape (n,)."""

    def __init__(self) -> None:
        self._fragments = internals.PrimitiveArray(QPainter.PixmapFragment, 10)
        self._rects = internals.PrimitiveArray(QRectF, 4)

    def bars(
        self, painter: QPainter, px: np.ndarray, first: np.ndarray, last: np.ndarray, fill: QColor
    ) -> None:
        """Vertical bars, one pixel wide, from ``first`` down to ``last``; none where one is nan."""
        first = np.round(first)
        height = np.round(last) - first
        known = height >= 0  # nan is not
        self._rects.resize(int(np.count_nonzero(known)))
        rects = self._rects.ndarray()
        rects[:, 0] = np.floor(px[known])
        rects[:, 1] = first[known]
        rects[:, 2] = 1.0
        rects[:, 3] = np.maximum(height[known], 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawRects(*self._rects.drawargs())

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
        self._fragments.resize(px.size)
        fragments = self._fragments.ndarray()
        # x, y, source left, top, width, height, scale x, y, rotation, opacity; source in device px
        width = picture.width() // len(look.fills)
        fragments[:, 0] = np.floor(px) + 0.5
        fragments[:, 1] = np.floor(py) + 0.5
        fragments[:, 2] = 0.0 if cells is None else cells * width
        fragments[:, 3] = 0.0
        fragments[:, 4] = width
        fragments[:, 5] = picture.height()
        fragments[:, 6:8] = 1.0 / picture.devicePixelRatioF()
        fragments[:, 8] = 0.0
        fragments[:, 9] = 1.0  # `alpha` is in the picture: drawing is faster by a third
        painter.drawPixmapFragments(*self._fragments.drawargs(), picture)  # type: ignore[call-arg]


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
