"""The one item that draws a diagram: fifty thousand markers, locus, rings, glyphs, lasso."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPixmap, QPolygonF, QTransform

from lightledger.analysis.locus import MedianLocus
from lightledger.app.panels.inview import InView
from lightledger.app.panels.sprites import draw, sprite, take_colors, wants_shapes
from lightledger.app.theme import LIGHT, Marker, Theme, color, marker_size, small_font

from .density import Layer, density_image

#: The nearest marker within this many pixels is picked.
PICK_PX = 12.0
#: More markers than this are one picture.
_STAMPED = 2000
_FAINT, _DIM = 0.3, 0.45


class _Look(NamedTuple):
    shape: str
    size: int
    fill: str
    outline: str


class ScatterItem(InView):
    """Markers in places along two axes (transformed already), strong ones over faint ones."""

    def __init__(self) -> None:
        super().__init__()
        self._theme, self._marker = LIGHT, Marker("circle", LIGHT.accent)
        self._x = self._y = np.empty(0)
        self._strong = self._faint = np.empty(0, bool)
        self._parts = [(self._x, self._y)] * 2  # strong, faint
        self._locus: MedianLocus | None = None
        self._outline: np.ndarray | None = None
        self._glyphs: Sequence[tuple[QPixmap, np.ndarray]] = ()
        self._selected = np.empty(0, np.intp)
        self._ring = self._hover = -1
        self._dim = self._level = False
        self._stamps = internals.PrimitiveArray(QPainter.PixmapFragment, 10)

    # -- content

    def set_style(self, theme: Theme, marker: Marker | None = None) -> None:
        self._theme, self._marker = theme, marker or Marker("circle", theme.accent)
        self.update()

    def set_points(self, x: np.ndarray, y: np.ndarray, strong: np.ndarray) -> None:
        """All objects, arrays of shape (n,): places (nan: not drawn), and which are not faint."""
        known = np.isfinite(x) & np.isfinite(y)
        self._x, self._y = x, y
        self._strong, self._faint = known & strong, known & ~strong
        self._parts = [(x[part], y[part]) for part in (self._strong, self._faint)]
        self.update()

    def set_locus(self, locus: MedianLocus | None) -> None:
        self._locus = locus
        self.update()

    def set_level(self, on: bool) -> None:
        """Draw the line of equal x and y."""
        self._level = on
        self.update()

    def set_glyphs(self, glyphs: Sequence[tuple[QPixmap, np.ndarray]]) -> None:
        """Pictures, and the places in the arrays that each is stamped on."""
        self._glyphs = glyphs
        self.update()

    def set_outline(self, corners: np.ndarray | None) -> None:
        """The lasso, in the numbers of the view."""
        self._outline = corners
        self.update()

    def set_selected(self, which: np.ndarray) -> None:
        """Mark objects, boolean, shape (n,) or (0,) for none."""
        (self._selected,) = np.nonzero(which)
        self.update()

    def set_ring(self, place: int) -> None:
        if place != self._ring:
            self._ring = place
            self.update()

    def set_hover(self, place: int) -> None:
        if place != self._hover:
            self._hover = place
            self.update()

    def set_dim(self, on: bool) -> None:
        """Dimmed while other numbers are on their way."""
        if on != self._dim:
            self._dim = on
            self.update()

    @property
    def drawn(self) -> np.ndarray:
        """Which are drawn, boolean."""
        return self._strong | self._faint

    # -- geometry

    def _to_device(self, transform: QTransform) -> tuple[np.ndarray, np.ndarray]:
        return (
            self._x * transform.m11() + transform.dx(),
            self._y * transform.m22() + transform.dy(),
        )

    def nearest(self, scene_point: QPointF) -> int:
        """Place of the marker nearest to a point of the scene, strong ones first; -1: none near."""
        px, py = self._to_device(self.sceneTransform())
        for which in (self._strong, self._faint):
            (rows,) = np.nonzero(which)
            if rows.size:
                away = np.hypot(px[rows] - scene_point.x(), py[rows] - scene_point.y())
                nearest = int(np.argmin(away))
                if away[nearest] <= PICK_PX:
                    return int(rows[nearest])
        return -1

    def beyond(self) -> tuple[int, int, int, int]:
        """Strong markers left, right, below and above of what is in view (in its numbers)."""
        (left, right), (bottom, top) = self.getViewBox().viewRange()
        x, y = self._parts[0]
        here = (x >= left) & (x <= right)
        return (
            int(np.count_nonzero(x < left)),
            int(np.count_nonzero(x > right)),
            int(np.count_nonzero(here & (y < bottom))),
            int(np.count_nonzero(here & (y > top))),
        )

    # -- painting

    def paint(self, painter: QPainter, *args: object) -> None:
        transform = painter.transform()
        box = self.device_box(painter)
        if box.width() < 1 or box.height() < 1:
            return
        px, py = self._to_device(transform)
        painter.save()
        painter.resetTransform()
        painter.setClipRect(box)
        if self._dim:
            painter.setOpacity(_DIM)
        self._markers(painter, transform, box)
        if self._selected.size:
            size, _ = marker_size(self._strong.sum())
            look = _Look(self._marker.shape, size + 3, self._theme.text, self._theme.plot)
            rows = self._selected[np.isfinite(px + py)[self._selected]]
            self._stamp(painter, look, px[rows], py[rows], 1.0)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._locus is not None:
            self._draw_locus(painter, transform, self._locus)
        if self._level:
            self._draw_level(painter, transform, box)
        painter.setOpacity(1.0)
        for picture, rows in self._glyphs:
            half = QPointF(picture.deviceIndependentSize().width() / 2, 0)
            half.setY(picture.deviceIndependentSize().height() / 2)
            for row in rows:
                if np.isfinite(px[row]) and np.isfinite(py[row]):
                    painter.drawPixmap(QPointF(px[row], py[row]) - half, picture)
        for place, radius, token in (
            (self._hover, 6.0, self._theme.muted),
            (self._ring, 8.0, self._theme.text),
        ):
            if 0 <= place < px.size and np.isfinite(px[place]) and np.isfinite(py[place]):
                painter.setPen(QPen(color(token), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                x = min(max(px[place], box.left()), box.right())
                y = min(max(py[place], box.top()), box.bottom())
                painter.drawEllipse(QPointF(x, y), radius, radius)
        if self._outline is not None:
            painter.setPen(QPen(color(self._theme.accent), 1.5))
            painter.setBrush(color(self._theme.accent, self._theme.range_alpha))
            painter.drawPolygon(_line(self._outline[:, 0], self._outline[:, 1], transform))
        self._draw_beyond(painter, box)
        painter.restore()

    def _markers(self, painter: QPainter, transform: QTransform, box: QRectF) -> None:
        """Layers of many as one picture, layers of few stamped over it."""
        ratio = painter.device().devicePixelRatioF()
        sizes, layers, few, largest = [], [], [], 0
        fills = (self._marker.fill, 1.0), (self._theme.muted, _FAINT)
        for (x, y), (fill, strength) in zip(self._parts, fills, strict=True):
            px, py = x * transform.m11() + transform.dx(), y * transform.m22() + transform.dy()
            seen = (px >= box.left() - 8) & (px <= box.right() + 8)
            seen &= (py >= box.top() - 8) & (py <= box.bottom() + 8)
            n = int(np.count_nonzero(seen))
            size, alpha = marker_size(max(n, largest))  # faint ones are never the larger ones
            largest = max(n, largest)
            layer = Layer(px, py, color(fill), alpha * strength)
            if n > _STAMPED:
                sizes.append(size)
            else:
                few.append((layer, fill, seen, size, strength < 1))
                layer = layer._replace(px=px[:0], py=py[:0])
            layers.append(
                layer._replace(
                    px=(layer.px - box.left()) * ratio, py=(layer.py - box.top()) * ratio
                )
            )
        if sizes:
            wide, high = round(box.width() * ratio), round(box.height() * ratio)
            size = max(round(sizes[0] * ratio), 1)
            image = density_image(layers[0], layers[1], wide, high, size)
            image.setDevicePixelRatio(ratio)
            painter.drawImage(box.topLeft(), image)
        for layer, fill, seen, size, faint in reversed(few):
            outline = self._marker.outline if size >= 5 and not faint else ""
            look = _Look(self._marker.shape, size, fill, outline)
            self._stamp(painter, look, layer.px[seen], layer.py[seen], layer.alpha)

    def _stamp(
        self, painter: QPainter, look: _Look, px: np.ndarray, py: np.ndarray, alpha: float
    ) -> None:
        if not px.size:
            return
        if wants_shapes(painter):
            take_colors(painter, look.shape, color(look.fill, alpha), look.outline)
            for x, y in zip(px.tolist(), py.tolist(), strict=True):
                draw(painter, look.shape, look.size / 2, x, y)
            return
        picture = sprite(*look, painter.device().devicePixelRatioF())
        self._stamps.resize(px.size)
        stamps = self._stamps.ndarray()
        # x, y, source left, top, width, height, scale x, y, rotation, opacity; source in device px
        stamps[:, 0], stamps[:, 1] = px, py
        stamps[:, 2:4] = 0.0
        stamps[:, 4], stamps[:, 5] = picture.width(), picture.height()
        stamps[:, 6:8] = 1.0 / picture.devicePixelRatioF()
        stamps[:, 8], stamps[:, 9] = 0.0, alpha
        painter.drawPixmapFragments(*self._stamps.drawargs(), picture)  # type: ignore[call-arg]

    def _draw_locus(self, painter: QPainter, transform: QTransform, locus: MedianLocus) -> None:
        x = np.concatenate([locus.x, locus.x[::-1]])
        band = np.concatenate([locus.low, locus.high[::-1]])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(self._theme.text, 0.1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.drawPolygon(_line(x, band, transform))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color(self._theme.text), 1.8))
        painter.drawPolyline(_line(locus.x, locus.middle, transform))

    def _draw_level(self, painter: QPainter, transform: QTransform, box: QRectF) -> None:
        (left, right), (bottom, top) = self.getViewBox().viewRange()
        ends = np.array([min(left, bottom), max(right, top)])
        painter.setPen(QPen(color(self._theme.muted), 1, Qt.PenStyle.DashLine))
        painter.drawPolyline(_line(ends, ends, transform))

    def _draw_beyond(self, painter: QPainter, box: QRectF) -> None:
        left, right, low, high = self.beyond()
        if self.getViewBox().yInverted():
            low, high = high, low
        painter.setFont(small_font())
        measure = QFontMetricsF(small_font())
        flag = Qt.AlignmentFlag
        for n, arrow, where in (
            (left, "◂ {}", flag.AlignLeft | flag.AlignVCenter),
            (right, "{} ▸", flag.AlignRight | flag.AlignVCenter),
            (high, "▴ {}", flag.AlignHCenter | flag.AlignTop),
            (low, "▾ {}", flag.AlignHCenter | flag.AlignBottom),
        ):
            if not n:
                continue
            words = arrow.format(f"{n:,}")
            room = QRectF(0, 0, measure.horizontalAdvance(words) + 8, measure.height() + 2)
            inner = box.adjusted(3, 3, -3, -3)
            room.moveCenter(inner.center())
            if where & flag.AlignLeft:
                room.moveLeft(inner.left())
            if where & flag.AlignRight:
                room.moveRight(inner.right())
            if where & flag.AlignTop:
                room.moveTop(inner.top())
            if where & flag.AlignBottom:
                room.moveBottom(inner.bottom())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color(self._theme.plot, 0.85))
            painter.drawRoundedRect(room, 3, 3)
            painter.setPen(color(self._theme.muted))
            painter.drawText(room, int(flag.AlignCenter), words)


def _line(x: np.ndarray, y: np.ndarray, transform: QTransform) -> QPolygonF:
    px, py = x * transform.m11() + transform.dx(), y * transform.m22() + transform.dy()
    return QPolygonF([QPointF(a, b) for a, b in zip(px.tolist(), py.tolist(), strict=True)])
