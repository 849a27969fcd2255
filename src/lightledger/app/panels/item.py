"""The one item that draws a light curve: sprites and one-pixel bars in device coordinates.

Stock scatter and error-bar items take four times as long for 20 panels of 1,200 points. Mapping
the points ourselves and handing Qt two arrays costs about 0.5 ms a panel.
"""

from __future__ import annotations

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
from .placed import MARGIN, Placed, place
from .points import NOTHING, Group, Points
from .stamps import Look, Stamps
from .thinning import ALL_UP_TO

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
        self._p = NOTHING
        self._keep = self._faint = self._rejected = np.empty(0, bool)
        self._full = self._pale = Group(NOTHING, self._keep)
        self._limits = self._full
        self._drawn = self._keep
        self._ring = -1
        self._any_rejected = False
        self._flashed = self._keep
        self._stamps = Stamps()
        self._cycles = 1

    # -- content

    def set_cycles(self, n: int) -> None:
        """Draw every point so often, each time one further on the X axis: phases."""
        if n != self._cycles:
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
        self._full, self._pale = Group(points, self._keep), Group(points, self._faint)
        self._drawn = self._keep | self._faint | self._rejected
        limited = np.empty(0, bool) if points.limited is None else points.limited & drawable
        self._limits = Group(points if limited.size else NOTHING, limited)
        if limited.size:
            self._drawn |= limited
        self._any_rejected = bool(self._rejected.any())
        self._flashed = np.empty(0, bool)
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
        """Points that are drawn somewhere: passing, faint, rejected, upper limits."""
        return int(np.count_nonzero(self._drawn))

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

    def n_inside(self, t: QTransform, room: QRectF) -> int:
        """Points and edge arrows drawn inside of a rectangle of the screen; ``t`` leads there."""
        drawn, box = self._drawn, t.mapRect(self._box)
        n = 0
        for cycle in range(self._cycles):
            px, py = self._to_device(QTransform.fromTranslate(cycle, 0) * t)
            py = np.clip(py, box.top() + 6, box.bottom() - 6)
            with np.errstate(invalid="ignore"):
                inside = (px >= room.left()) & (px <= room.right())
                inside &= (py >= room.top()) & (py <= room.bottom())
            n += int(np.count_nonzero(inside & drawn))
        return n

    def distances(self, scene_point: QPointF) -> np.ndarray:
        """Of all drawn points from a point of the scene, pixels; inf for those not drawn."""
        t = self.sceneTransform()
        px, py = self._to_device(t)
        with np.errstate(invalid="ignore"):
            away = [px + cycle * t.m11() - scene_point.x() for cycle in range(self._cycles)]
            distance = np.hypot(np.abs(away).min(axis=0), py - scene_point.y())
        return np.where(self._drawn, distance, np.inf)

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
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        thinned = [
            self._paint_cycle(painter, QTransform.fromTranslate(cycle, 0) * transform, box)
            for cycle in range(self._cycles)
        ]
        n, n_drawn = max(thinned)  # a point that comes back in the next cycle is one point
        if n:
            self._say_thinned(painter, box, n_drawn, n)
        painter.restore()

    def _paint_cycle(
        self, painter: QPainter, transform: QTransform, box: QRectF
    ) -> tuple[int, int]:
        """Paint; returns of how many points how many were drawn, (0, 0) for all of them."""
        size, alpha = marker_size(self._full.size)
        size = self._size or size
        pale, full = place(self._pale, transform, box), place(self._full, transform, box)
        n = full.n_level
        if thinned := n > ALL_UP_TO:
            full = full.thinned()
        if self._bars_on:
            self._bars(painter, pale, ERROR_BAR_ALPHA * FAINT_ALPHA)
            self._bars(painter, full, ERROR_BAR_ALPHA)
        self._dots(painter, pale, size, FAINT_ALPHA)
        self._dots(painter, full, size, alpha)
        if self._limits.size:
            self._upper_limits(painter, place(self._limits, transform, box), box, size)
        if self._any_rejected:
            cross = Look("cross", max(size, 7), (self._theme.problem,))
            crossed = place(Group(self._p, self._rejected), transform, box)
            self._stamps.draw(painter, cross, *crossed.dots)
        if self._bars_on and full.beyond.any():
            self._arrows(painter, full, box)
        if self._ring >= 0 or self._flashed.size:
            self._rings(painter, transform, box, size)
        return (n, full.n_level) if thinned else (0, 0)

    def _bars(self, painter: QPainter, placed: Placed, alpha: float) -> None:
        if placed.n_level:
            # as if it let through the plot: opaque bars are painted faster
            fill = mixed(self._theme.error_bar, self._theme.plot, alpha)
            self._stamps.bars(painter, *placed.bars(), fill)

    def _dots(self, painter: QPainter, placed: Placed, size: int, alpha: float) -> None:
        if placed.n_level == 0:
            return
        marker, cells = self._marker, placed.cells
        fills = (marker.fill,) if cells is None else self._p.fills
        outline = (marker.outline if cells is None else self._theme.muted) if size >= 5 else ""
        look = Look(marker.shape, size, fills, outline)
        self._stamps.draw(painter, look, *placed.dots, alpha, cells)

    def _upper_limits(self, painter: QPainter, placed: Placed, box: QRectF, size: int) -> None:
        """Open triangles; at the edge where the limit is beyond the scale."""
        py = np.clip(placed.py, box.top() + 6, box.bottom() - 6)
        look = Look("down", max(size, 7), (self._theme.plot,), self._marker.fill)
        beside = (placed.px >= box.left() - MARGIN) & (placed.px <= box.right() + MARGIN)
        self._stamps.draw(painter, look, placed.px[beside], py[beside])

    def _arrows(self, painter: QPainter, placed: Placed, box: QRectF) -> None:
        """What passes above and below the edges."""
        px, over, under = placed.px, placed.over(), placed.under()
        fills, outline = (self._marker.fill,), self._marker.outline
        for shape, which, y in (("up", over, box.top() + 6), ("down", under, box.bottom() - 6)):
            if which.any():
                arrow = Look(shape, 7, fills, outline)
                self._stamps.draw(painter, arrow, px[which], np.full(px[which].size, y))

    def _rings(self, painter: QPainter, transform: QTransform, box: QRectF, size: int) -> None:
        px, py = self._to_device(transform)
        with np.errstate(invalid="ignore"):
            near = (px >= box.left() - MARGIN) & (px <= box.right() + MARGIN) & np.isfinite(py)
        flashed = self._flashed if self._flashed.size == px.size else np.zeros(px.size, bool)
        selected = self._ring if 0 <= self._ring < px.size and near[self._ring] else -1
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rings = [(at, self._theme.problem, 1.5) for at in np.flatnonzero(flashed & near).tolist()]
        if selected >= 0:
            rings.append((selected, self._theme.text, 2.0))
        for at, token, wide in rings:
            painter.setPen(QPen(color(token), wide))
            y = min(max(py[at], box.top() + 6), box.bottom() - 6)
            painter.drawEllipse(QPointF(px[at], y), size / 2 + 4, size / 2 + 4)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _say_thinned(self, painter: QPainter, box: QRectF, n_drawn: int, n: int) -> None:
        painter.setFont(small_font())
        painter.setPen(color(self._theme.muted))
        words = f"{n_drawn:,} of {n:,} points drawn"
        long = f"extremes per pixel: {words}"
        if painter.fontMetrics().horizontalAdvance(long) <= box.width() - 16:
            words = long
        aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
        painter.drawText(box.adjusted(0, 0, -8, -4), int(aligned), words)
