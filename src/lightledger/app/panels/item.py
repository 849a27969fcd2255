"""The one item that draws a light curve: sprites and one-pixel bars in device coordinates.

Stock scatter and error-bar items take four times as long for 20 panels of 1,200 points. Mapping
the points ourselves and handing Qt two arrays costs about 0.5 ms a panel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTransform

from lightledger.app.theme import (
    ERROR_BAR_ALPHA,
    FAINT_ALPHA,
    LIGHT,
    Marker,
    Theme,
    color,
    marker_size,
    mixed,
    small_font,
)

from .inview import InView
from .stamps import Look, Stamps
from .thinning import ALL_UP_TO, extremes

#: Nearest point within this many pixels is picked.
PICK_PX = 12.0


@dataclass(frozen=True)
class Points:
    """What an item draws; all arrays of shape (n,).

    Attributes
    ----------
    x, y : ndarray of float64
        In the units of the axes; nan is not drawn.
    low, high : ndarray of float64
        Ends of the error bars; nan for none.
    keep, faint, rejected : ndarray of bool
        Drawn fully, faintly, as a hollow x; a point in none of them is not drawn.
    cells : ndarray of int, or None
        Which of ``fills`` each point has.
    fills : tuple of str
        Colours '#RRGGBB'; () for that of the marker.
    """

    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    keep: np.ndarray
    faint: np.ndarray
    rejected: np.ndarray
    cells: np.ndarray | None = None
    fills: tuple[str, ...] = ()


_NONE = np.empty(0, bool)
_NOTHING = Points(*(np.empty(0),) * 4, _NONE, _NONE, _NONE)


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
        self._p = _NOTHING
        self._keep = self._faint = self._rejected = _NONE
        self._n_keep = 0
        self._ring = -1
        self._flashed = _NONE
        self._stamps = Stamps()
        self._cycles = 1

    # -- content

    def set_cycles(self, n: int) -> None:
        """Draw every point so often, each time one further on the X axis: phases."""
        self._cycles = n
        self.update()

    def set_style(self, theme: Theme, marker: Marker) -> None:
        self._theme, self._marker = theme, marker
        self.update()

    def set_points(self, points: Points) -> None:
        """Draw these from now on."""
        drawable = np.isfinite(points.y) & np.isfinite(points.x)
        self._p = points
        self._rejected = points.rejected & drawable
        shown = drawable & ~points.rejected
        self._keep = points.keep & shown
        self._faint = points.faint & shown & ~points.keep
        self._n_keep = int(np.count_nonzero(self._keep))
        self._flashed = _NONE
        self.update()

    def set_ring(self, place: int) -> None:
        """Mark one point with the selection ring; -1: none."""
        if place != self._ring:
            self._ring = place
            self.update()

    def flash(self, which: np.ndarray) -> None:
        """Ring these points, shape (n,), until there are other points; none: an empty array."""
        self._flashed = which
        self.update()

    @property
    def flashed(self) -> np.ndarray:
        """Points with a ring of `flash`; empty for none."""
        return self._flashed

    @property
    def n_drawn(self) -> int:
        """Points that are drawn somewhere: passing, faint and rejected."""
        return int(np.count_nonzero(self._keep | self._faint | self._rejected))

    # -- geometry

    def _to_device(self, t: QTransform) -> tuple[np.ndarray, np.ndarray]:
        return self._p.x * t.m11() + t.dx(), self._p.y * t.m22() + t.dy()

    def beyond(self, view: tuple[float, float], y_range: tuple[float, float]) -> tuple[int, int]:
        """Passing points between the ends of X below and above a Y range (in its numbers)."""
        x, y = self._p.x, self._p.y
        cycles = [(x + k >= view[0]) & (x + k <= view[1]) for k in range(self._cycles)]
        seen = self._keep & np.logical_or.reduce(cycles)
        low, high = y_range
        return int(np.count_nonzero(seen & (y < low))), int(np.count_nonzero(seen & (y > high)))

    def distances(self, scene_point: QPointF) -> np.ndarray:
        """Of all drawn points from a point of the scene, pixels; inf for those not drawn."""
        drawn = self._keep | self._faint | self._rejected
        t = self.sceneTransform()
        px, py = self._to_device(t)
        with np.errstate(invalid="ignore"):
            away = [px + cycle * t.m11() - scene_point.x() for cycle in range(self._cycles)]
            distance = np.hypot(np.abs(away).min(axis=0), py - scene_point.y())
        return np.where(drawn, distance, np.inf)

    def nearest(self, scene_point: QPointF) -> int:
        """Place of the drawn point nearest to a point of the scene, -1 if none is near."""
        distance = self.distances(scene_point)
        place = int(np.argmin(distance)) if distance.size else -1
        return place if place >= 0 and distance[place] <= PICK_PX else -1

    # -- painting

    def paint(self, painter: QPainter, *args: object) -> None:
        transform, box = painter.transform(), self.device_box(painter)
        if self._p.x.size == 0 or box.width() < 1:
            return
        px, py = self._to_device(transform)
        for cycle in range(self._cycles):
            self._paint_cycle(painter, transform, box, px + cycle * transform.m11(), py)

    def _paint_cycle(
        self,
        painter: QPainter,
        transform: QTransform,
        box: QRectF,
        px: np.ndarray,
        py: np.ndarray,
    ) -> None:
        top, bottom = box.top(), box.bottom()
        with np.errstate(invalid="ignore"):
            inside = (px >= box.left() - 8) & (px <= box.right() + 8)
            over, under = (py < top) & inside, (py > bottom) & inside
        level = inside & ~over & ~under
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        keep, faint = self._keep & level, self._faint & level
        n_level = int(np.count_nonzero(keep)) if self._n_keep > ALL_UP_TO else 0
        if thinned := n_level > ALL_UP_TO:
            keep = extremes(px, py, keep)
        size, alpha = marker_size(self._n_keep)
        size = self._size or size
        if self._bars_on:
            self._bars(painter, transform, px, faint, box, ERROR_BAR_ALPHA * FAINT_ALPHA)
            self._bars(painter, transform, px, keep, box, ERROR_BAR_ALPHA)
        self._dots(painter, px, py, faint, size, FAINT_ALPHA)
        self._dots(painter, px, py, keep, size, alpha)
        rejected = self._rejected & level
        if rejected.any():
            cross = Look("cross", max(size, 7), (self._theme.problem,))
            self._stamps.draw(painter, cross, px[rejected], py[rejected])
        if self._bars_on:
            self._arrows(painter, px, over & self._keep, under & self._keep, top, bottom)
        self._rings(painter, px, py, inside, size, top, bottom)
        if thinned:
            self._say_thinned(painter, box, int(np.count_nonzero(keep)), n_level)
        painter.restore()

    def _bars(
        self,
        painter: QPainter,
        transform: QTransform,
        px: np.ndarray,
        which: np.ndarray,
        box: QRectF,
        alpha: float,
    ) -> None:
        (places,) = np.nonzero(which)
        if places.size == 0:
            return
        scale, shift = transform.m22(), transform.dy()
        upper, lower = (self._p.high, self._p.low) if scale < 0 else (self._p.low, self._p.high)
        first = np.maximum(upper[places] * scale + shift, box.top() - 2)
        last = np.minimum(lower[places] * scale + shift, box.bottom() + 2)
        # as if it let through the plot: opaque bars are painted faster
        fill = mixed(self._theme.error_bar, self._theme.plot, alpha)
        self._stamps.bars(painter, px[places], first, last, fill)

    def _dots(
        self,
        painter: QPainter,
        px: np.ndarray,
        py: np.ndarray,
        which: np.ndarray,
        size: int,
        alpha: float,
    ) -> None:
        (places,) = np.nonzero(which)
        if places.size == 0:
            return
        marker, p = self._marker, self._p
        by_band = p.cells is None or not p.fills
        outline = (marker.outline if by_band else self._theme.muted) if size >= 5 else ""
        look = Look(marker.shape, size, (marker.fill,) if by_band else p.fills, outline)
        cells = None if by_band or p.cells is None else p.cells[places]
        self._stamps.draw(painter, look, px[places], py[places], alpha, cells)

    def _arrows(
        self,
        painter: QPainter,
        px: np.ndarray,
        over: np.ndarray,
        under: np.ndarray,
        top: float,
        bottom: float,
    ) -> None:
        fills, outline = (self._marker.fill,), self._marker.outline
        for shape, which, y in (("up", over, top + 6), ("down", under, bottom - 6)):
            if which.any():
                arrow = Look(shape, 7, fills, outline)
                self._stamps.draw(painter, arrow, px[which], np.full(px[which].size, y))

    def _rings(
        self,
        painter: QPainter,
        px: np.ndarray,
        py: np.ndarray,
        inside: np.ndarray,
        size: int,
        top: float,
        bottom: float,
    ) -> None:
        drawable = inside & np.isfinite(py)
        flashed = self._flashed if self._flashed.size == px.size else np.zeros(px.size, bool)
        selected = self._ring if 0 <= self._ring < px.size and drawable[self._ring] else -1
        if selected < 0 and not flashed.any():
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rings = [
            (place, self._theme.problem, 1.5)
            for place in np.flatnonzero(flashed & drawable).tolist()
        ]
        if selected >= 0:
            rings.append((selected, self._theme.text, 2.0))
        for place, token, wide in rings:
            painter.setPen(QPen(color(token), wide))
            y = min(max(py[place], top + 6), bottom - 6)
            painter.drawEllipse(QPointF(px[place], y), size / 2 + 4, size / 2 + 4)

    def _say_thinned(self, painter: QPainter, box: QRectF, n_drawn: int, n: int) -> None:
        painter.setFont(small_font())
        painter.setPen(color(self._theme.muted))
        words = f"extremes per pixel: {n_drawn:,} of {n:,} points drawn"
        aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(box.adjusted(0, 0, -8, -4), int(aligned), words)
