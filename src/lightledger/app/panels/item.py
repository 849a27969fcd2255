"""The one item that draws a light curve: sprites and one-pixel bars in device coordinates.

Stock scatter and error-bar items take four times as long for 20 panels of 1,200 points. Mapping
the points ourselves and handing Qt two arrays costs about 0.7 ms a panel.
"""

from __future__ import annotations

import numpy as np
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QTransform

from lightledger.app.theme import (
    ERROR_BAR_ALPHA,
    FAINT_ALPHA,
    LIGHT,
    Marker,
    Theme,
    color,
    marker_size,
)

from .inview import InView
from .sprites import sprite

#: Nearest point within this many pixels is picked.
PICK_PX = 12.0


class CurveItem(InView):
    """Draws passing points, faint hidden ones, rejected ones, and what lies beyond the edges.

    Parameters
    ----------
    error_bars : bool
        Draw bars and edge arrows (not in the overview).
    size : int
        Marker size in pixels; 0: by the number of points.
    """

    def __init__(self, error_bars: bool = True, size: int = 0) -> None:
        super().__init__()
        self._bars_on = error_bars
        self._size = size
        self._theme, self._marker = LIGHT, Marker("circle", LIGHT.text)
        self._x = self._y = self._e = np.empty(0)
        self._keep = self._faint = self._rejected = np.empty(0, bool)
        self._ring = -1
        self._pens = internals.PrimitiveArray(QPainter.PixmapFragment, 10)
        self._rects = internals.PrimitiveArray(QRectF, 4)
        self.setFlag(self.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    # -- content

    def set_style(self, theme: Theme, marker: Marker) -> None:
        self._theme, self._marker = theme, marker
        self.update()

    def set_points(
        self,
        x: np.ndarray,
        y: np.ndarray,
        error: np.ndarray,
        keep: np.ndarray,
        faint: np.ndarray,
        rejected: np.ndarray,
    ) -> None:
        """Points of one light curve, all arrays of shape (n,).

        Parameters
        ----------
        x : ndarray of float64
            MJD, UTC.
        y, error : ndarray of float64
            In the unit of the Y axis; nan is not drawn.
        keep, faint, rejected : ndarray of bool
            Drawn fully, faintly, as a hollow x; a point in none of them is not drawn.
        """
        self._x, self._y, self._e = x, y, error
        drawable = np.isfinite(y)
        self._rejected = rejected & drawable
        self._keep = keep & drawable & ~rejected
        self._faint = faint & drawable & ~rejected & ~keep
        self.update()

    def set_ring(self, place: int) -> None:
        """Mark one point with the selection ring; -1: none."""
        if place != self._ring:
            self._ring = place
            self.update()

    @property
    def n_drawn(self) -> int:
        """Points that are drawn somewhere: passing, faint and rejected."""
        return int(np.count_nonzero(self._keep | self._faint | self._rejected))

    # -- geometry

    def _to_device(
        self, painter_transform: QTransform | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        t = self.sceneTransform() if painter_transform is None else painter_transform
        return self._x * t.m11() + t.dx(), self._y * t.m22() + t.dy()

    def beyond(self, view: tuple[float, float], y_range: tuple[float, float]) -> tuple[int, int]:
        """Passing points in the time view that lie below and above a Y range (in its numbers)."""
        seen = self._keep & (self._x >= view[0]) & (self._x <= view[1])
        low, high = y_range
        return (
            int(np.count_nonzero(seen & (self._y < low))),
            int(np.count_nonzero(seen & (self._y > high))),
        )

    def nearest(self, scene_point: QPointF) -> int:
        """Place of the drawn point nearest to a point of the scene, -1 if none is near."""
        drawn = self._keep | self._faint | self._rejected
        if not drawn.any():
            return -1
        px, py = self._to_device()
        with np.errstate(invalid="ignore"):
            distance = np.hypot(px - scene_point.x(), py - scene_point.y())
        distance = np.where(drawn, distance, np.inf)
        place = int(np.argmin(distance))
        return place if distance[place] <= PICK_PX else -1

    # -- painting

    def paint(self, painter: QPainter, *args: object) -> None:
        transform = painter.transform()
        box = self.device_box(painter)
        left, top, right, bottom = box.left(), box.top(), box.right(), box.bottom()
        if self._x.size == 0 or right - left < 1:
            return
        px, py = self._to_device(transform)
        inside = (px >= left - 8) & (px <= right + 8)
        over = (py < top) & inside
        under = (py > bottom) & inside
        level = inside & ~over & ~under
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        keep, faint = self._keep & level, self._faint & level
        size, alpha = marker_size(int(np.count_nonzero(self._keep)))
        size = self._size or size
        if self._bars_on:
            scale = abs(transform.m22())
            self._bars(painter, px, py, scale, keep, top, bottom, ERROR_BAR_ALPHA)
            self._bars(painter, px, py, scale, faint, top, bottom, ERROR_BAR_ALPHA * FAINT_ALPHA)
        marker, ratio = self._marker, painter.device().devicePixelRatioF()
        dot = sprite(marker.shape, size, marker.fill, marker.outline if size >= 5 else "", ratio)
        self._stamp(painter, dot, px[faint], py[faint], FAINT_ALPHA)
        self._stamp(painter, dot, px[keep], py[keep], alpha)
        rejected = self._rejected & level
        if rejected.any():
            cross = sprite("cross", max(size, 7), self._theme.problem, "", ratio)
            self._stamp(painter, cross, px[rejected], py[rejected], 1.0)
        if self._bars_on:
            self._arrows(painter, px, over & self._keep, under & self._keep, top, bottom, ratio)
        if 0 <= self._ring < px.size and inside[self._ring] and np.isfinite(py[self._ring]):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color(self._theme.text), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            y = min(max(py[self._ring], top + 6), bottom - 6)
            painter.drawEllipse(QPointF(px[self._ring], y), size / 2 + 4, size / 2 + 4)
        painter.restore()

    def _bars(
        self,
        painter: QPainter,
        px: np.ndarray,
        py: np.ndarray,
        scale: float,
        which: np.ndarray,
        top: float,
        bottom: float,
        alpha: float,
    ) -> None:
        which = which & np.isfinite(self._e)
        n = int(np.count_nonzero(which))
        if n == 0:
            return
        half = np.abs(self._e[which]) * scale
        upper = np.maximum(py[which] - half, top - 2)
        lower = np.minimum(py[which] + half, bottom + 2)
        self._rects.resize(n)
        rects = self._rects.ndarray()
        rects[:, 0] = np.floor(px[which])
        rects[:, 1] = np.round(upper)
        rects[:, 2] = 1.0
        rects[:, 3] = np.maximum(np.round(lower - upper), 1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.error_bar, alpha))
        painter.drawRects(*self._rects.drawargs())

    def _stamp(
        self, painter: QPainter, picture: QPixmap, px: np.ndarray, py: np.ndarray, alpha: float
    ) -> None:
        n = px.size
        if n == 0:
            return
        self._pens.resize(n)
        fragments = self._pens.ndarray()
        # x, y, source left, top, width, height, scale x, y, rotation, opacity; source in device px
        ratio = picture.devicePixelRatioF()
        fragments[:, 0] = np.floor(px) + 0.5
        fragments[:, 1] = np.floor(py) + 0.5
        fragments[:, 2:4] = 0.0
        fragments[:, 4] = picture.width()
        fragments[:, 5] = picture.height()
        fragments[:, 6:8] = 1.0 / ratio
        fragments[:, 8] = 0.0
        fragments[:, 9] = alpha
        painter.drawPixmapFragments(*self._pens.drawargs(), picture)  # type: ignore[call-arg]

    def _arrows(
        self,
        painter: QPainter,
        px: np.ndarray,
        over: np.ndarray,
        under: np.ndarray,
        top: float,
        bottom: float,
        ratio: float,
    ) -> None:
        fill, outline = self._marker.fill, self._marker.outline
        for shape, which, y in (("up", over, top + 6), ("down", under, bottom - 6)):
            if which.any():
                arrow = sprite(shape, 7, fill, outline, ratio)
                self._stamp(painter, arrow, px[which], np.full(px[which].size, y), 1.0)
