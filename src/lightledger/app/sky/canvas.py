"""An image to zoom and pan, in coordinates of the reference, with drawings on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPolygonF,
    QResizeEvent,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from lightledger.app.touchpad import touch_of
from lightledger.workers import Jobs

from .layer import Layer, Tile, coloured

#: Draws over the image, in logical pixels of the widget.
Overlay = Callable[[QPainter, "ImageCanvas"], None]
#: A press that moves less far is a click, logical pixels.
_STILL = 4.0
#: Logical pixels of the screen per pixel of the reference: least and most.
_SCALES = (1e-4, 400.0)
_WHEEL_STEP = 1.0015


class ImageCanvas(QWidget):
    """Shows one `Layer`; y of the image points up.

    The view is in pixels of the reference: images of several visits lie on each other wherever
    their frames were, turned and scaled as they were taken.

    Parameters
    ----------
    jobs : Jobs or None
        Draws large images; None where all are small.
    channel : str
        Of the jobs.

    Attributes
    ----------
    overlays : list of callable
    navigates : bool
        Whether mouse and wheel move the view.
    """

    #: Pixel of the reference under the mouse; nan when it left.
    hovered = Signal(float, float)
    clicked = Signal(float, float)
    double_clicked = Signal()
    view_changed = Signal()

    def __init__(
        self, jobs: Jobs | None = None, channel: str = "tile", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._jobs, self._channel = jobs, channel
        self.layer: Layer | None = None
        self.overlays: list[Overlay] = []
        self.navigates = True
        self._dimmed = False
        self._background = QColor("#FFFFFF")
        self._centre, self._scale = QPointF(0, 0), 1.0
        self._fitted: QRectF | None = None
        self._pressed: QPointF | None = None
        self._dragging = False
        self._asked: object = None
        self._ask = QTimer(self, singleShot=True, interval=0)
        self._ask.timeout.connect(self._request)
        self.setMouseTracking(True)
        self.setMinimumSize(64, 64)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_background(self, token: str) -> None:
        self._background = QColor(token)
        self.update()

    def set_dimmed(self, on: bool) -> None:
        """Pale while the next image is on its way."""
        if on != self._dimmed:
            self._dimmed = on
            self.update()

    def set_layer(self, layer: Layer | None) -> None:
        """Show another image; the view stays where it is."""
        self.layer = layer
        self._asked = None
        self._ask.start()
        self.update()

    # -- view

    @property
    def scale(self) -> float:
        """Logical pixels of the screen per pixel of the reference."""
        return self._scale

    @property
    def centre(self) -> QPointF:
        """Pixel of the reference in the middle."""
        return QPointF(self._centre)

    def set_view(self, centre: QPointF, scale: float) -> None:
        self._centre = QPointF(centre)
        self._scale = min(max(scale, _SCALES[0]), _SCALES[1])
        self._ask.start()
        self.update()
        self.view_changed.emit()

    def centre_on(self, x: float, y: float) -> None:
        self._fitted = None
        self.set_view(QPointF(x, y), self._scale)

    def fit(self, box: QRectF) -> None:
        """Show a part of the reference, and go on showing it when the size changes."""
        self._fitted = QRectF(box)
        if box.width() <= 0 or box.height() <= 0:
            return
        scale = min(self.width() / box.width(), self.height() / box.height())
        self.set_view(box.center(), scale)

    def fit_layer(self) -> None:
        """Show the whole image."""
        if self.layer is None:
            return
        ny, nx = self.layer.pyramid.shape
        corners = QPolygonF(QRectF(-0.5, -0.5, nx, ny))
        self.fit(_to_reference(self.layer.matrix).map(corners).boundingRect())

    def zoom(self, factor: float, about: QPointF | None = None) -> None:
        """Enlarge about a point of the widget, its middle by default."""
        self._fitted = None
        about = QPointF(self.rect().center()) if about is None else about
        fixed = self.reference_at(about)
        scale = min(max(self._scale * factor, _SCALES[0]), _SCALES[1])
        off = about - QPointF(self.width() / 2, self.height() / 2)
        self.set_view(QPointF(fixed.x() - off.x() / scale, fixed.y() + off.y() / scale), scale)

    def to_screen(self) -> QTransform:
        """Pixels of the reference to logical pixels of the widget."""
        s, c = self._scale, self._centre
        return QTransform(s, 0, 0, -s, self.width() / 2 - s * c.x(), self.height() / 2 + s * c.y())

    def places(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pixels of the reference on the widget."""
        t = self.to_screen()
        return x * t.m11() + t.dx(), y * t.m22() + t.dy()

    def reference_at(self, where: QPointF) -> QPointF:
        """Pixel of the reference under a point of the widget."""
        s, c = self._scale, self._centre
        return QPointF(
            c.x() + (where.x() - self.width() / 2) / s, c.y() - (where.y() - self.height() / 2) / s
        )

    # -- drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._background)
        if self.layer is not None:
            self._paint_layer(painter, self.layer)
        if self._dimmed:
            veil = QColor(self._background)
            veil.setAlphaF(0.5)
            painter.fillRect(self.rect(), veil)
        for overlay in self.overlays:
            painter.save()
            overlay(painter, self)
            painter.restore()
        painter.end()

    def _paint_layer(self, painter: QPainter, layer: Layer) -> None:
        onto = _to_reference(layer.matrix) * self.to_screen()
        painter.save()
        painter.setTransform(onto, True)
        for tile in (layer.base, layer.tile):
            if tile is None or (tile is layer.base and tile is layer.tile):
                continue
            self._paint_tile(painter, tile, onto)
        if layer.tile is layer.base:
            self._paint_tile(painter, layer.base, onto)
        painter.restore()

    def _paint_tile(self, painter: QPainter, tile: Tile, onto: QTransform) -> None:
        enlarged = abs(onto.determinant()) ** 0.5 * (1 << tile.of.level)
        ratio = self.devicePixelRatioF()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, enlarged * ratio < 1.0)
        painter.drawImage(tile.extent, tile.image)

    def _request(self) -> None:
        """Ask for the piece that the view needs, unless it is there or on its way."""
        layer = self.layer
        if layer is None or layer.small or self._jobs is None or not self.isVisible():
            return
        onto = _to_reference(layer.matrix) * self.to_screen()
        back, possible = onto.inverted()
        if not possible:
            return
        seen = back.mapRect(QRectF(self.rect()))
        per_pixel = abs(onto.determinant()) ** 0.5 * self.devicePixelRatioF()
        wanted = layer.wanted(seen, per_pixel)
        if wanted is None or self._asked == (id(layer), layer.revision, wanted):
            return
        self._asked = id(layer), layer.revision, wanted
        revision = layer.revision

        def done(tile: Tile) -> None:
            if layer.take(tile, revision):
                self._asked = None
                self.update()
                self._ask.start()

        self._jobs.run(
            coloured, layer.pyramid, wanted, layer.tone, layer.palette,
            done=done, channel=self._channel,
        )  # fmt: skip

    def look_changed(self) -> None:
        """The layer has another tone or palette."""
        self._ask.start()
        self.update()

    # -- hand

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted is not None:
            self.fit(self._fitted)
        self._ask.start()

    def showEvent(self, event: QEvent) -> None:
        super().showEvent(event)  # type: ignore[arg-type]
        self._ask.start()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.navigates:
            self.zoom(_WHEEL_STEP ** event.angleDelta().y(), event.position())
        event.setAccepted(self.navigates)

    def event(self, event: QEvent) -> bool:
        touch = touch_of(event)
        if touch is None or not self.navigates:
            return super().event(event)
        self.zoom(touch.factor, touch.where)
        self._pan(touch.by)
        return True

    def _pan(self, by: QPointF) -> None:
        """Move the image over the screen."""
        centre, scale = self._centre, self._scale
        self.centre_on(centre.x() - by.x() / scale, centre.y() + by.y() / scale)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed, self._dragging = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        where = event.position()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = where - self._pressed
            far = abs(moved.x()) + abs(moved.y()) > _STILL
            if self.navigates and (self._dragging or far):
                self._dragging = True
                self._pressed = where
                self._pan(moved)
        at = self.reference_at(where)
        self.hovered.emit(at.x(), at.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._pressed is not None and not self._dragging:
            at = self.reference_at(event.position())
            self.clicked.emit(at.x(), at.y())
        self._pressed, self._dragging = None, False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def leaveEvent(self, event: QEvent) -> None:
        self.hovered.emit(float("nan"), float("nan"))
        super().leaveEvent(event)


def _to_reference(matrix: np.ndarray) -> QTransform:
    """Pixels of an image to pixels of the reference."""
    (a, b, c), (d, e, f) = matrix.tolist()
    back, possible = QTransform(a, d, b, e, c, f).inverted()
    return back if possible else QTransform()
