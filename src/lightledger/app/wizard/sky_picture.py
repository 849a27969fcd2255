"""The picture of the field with its markers: click, zoom, pan."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from . import skin

#: More markers than this only hide the picture.
MOST_MARKERS = 3000


class SkyPicture(pg.PlotWidget):
    """An image in pixels (0-based, x right, y up), drawn once; markers are one item per kind.

    ``clicked`` carries the pixel.
    """

    clicked = Signal(float, float)
    #: The same with Shift held.
    shift_clicked = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setBackground(skin.plot())
        self.hideAxis("left")
        self.hideAxis("bottom")
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setAspectLocked(True)
        self.getPlotItem().setContentsMargins(0, 0, 0, 0)
        self._image = pg.ImageItem(axisOrder="row-major")
        self.addItem(self._image)
        self._shape = (1, 1)
        self._fwhm_px = float("nan")
        self._ring = 0.0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(80)
        self._later.timeout.connect(self._fit_rings)
        self.getPlotItem().getViewBox().sigRangeChanged.connect(self._later.start)
        self._detected = _rings(7, skin.detection(), 1.0)
        self._comparisons = _rings(15, skin.comparison(), 2.0)
        self._target = _rings(21, skin.target(), 2.5)
        for item in (self._detected, self._comparisons, self._target):
            self.addItem(item)
        self.scene().sigMouseClicked.connect(self._on_click)
        self.setAccessibleName("picture of the field")

    def show_image(
        self, grey: np.ndarray, shape: tuple[int, int], fwhm_px: float = float("nan")
    ) -> None:
        """Show a grey picture (uint8) of a field of ``shape`` (ny, nx) pixels.

        ``fwhm_px`` makes the rings go around the stars however near one looks.
        """
        self._shape = shape
        self._fwhm_px = fwhm_px
        self._image.setImage(grey, autoLevels=False, levels=None)
        self._image.setRect(QRectF(-0.5, -0.5, shape[1], shape[0]))
        self.show_all()

    def show_all(self) -> None:
        ny, nx = self._shape
        self.getPlotItem().getViewBox().setRange(
            QRectF(-0.5, -0.5, nx, ny), padding=0.01, disableAutoRange=True
        )

    def show_detections(self, x: np.ndarray, y: np.ndarray) -> None:
        """Ring the first `MOST_MARKERS` of the positions."""
        self._detected.setData(x[:MOST_MARKERS], y[:MOST_MARKERS])

    def show_comparisons(self, x: np.ndarray, y: np.ndarray) -> None:
        self._comparisons.setData(x, y)

    def show_targets(self, places: list[tuple[float, float]]) -> None:
        self._target.setData([x for x, _ in places], [y for _, y in places])

    def close(self) -> bool:
        self._later.stop()  # pyqtgraph lets its items go at once
        return bool(super().close())

    def _fit_rings(self) -> None:
        """Rings as wide as stars on screen, within what can be seen and told apart."""
        size = self.getPlotItem().getViewBox().viewPixelSize()[0]
        star = 2.6 * self._fwhm_px / abs(size) if size and np.isfinite(self._fwhm_px) else 7.0
        ring = float(np.clip(star, 7.0, 44.0))
        if abs(ring - self._ring) > 0.5:
            self._ring = ring
            self._detected.setSize(ring)
            self._comparisons.setSize(max(15.0, 1.35 * ring))
            self._target.setSize(max(21.0, 1.7 * ring))

    def pixels_near(self, screen: float) -> float:
        """How many image pixels ``screen`` pixels of the screen are."""
        size = self.getPlotItem().getViewBox().viewPixelSize()
        return screen * max(abs(size[0]), abs(size[1]))

    def _on_click(self, event: object) -> None:
        if event.button() != Qt.MouseButton.LeftButton:  # type: ignore[attr-defined]
            return
        if event.double():  # type: ignore[attr-defined]
            self.show_all()
            return
        where = self.getPlotItem().getViewBox().mapSceneToView(event.scenePos())  # type: ignore[attr-defined]
        ny, nx = self._shape
        if -0.5 < where.x() < nx - 0.5 and -0.5 < where.y() < ny - 0.5:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier  # type: ignore[attr-defined]
            (self.shift_clicked if shift else self.clicked).emit(where.x(), where.y())


def _rings(size: int, ink: QColor, width: float) -> pg.ScatterPlotItem:
    return pg.ScatterPlotItem(
        size=size, symbol="o", pen=pg.mkPen(ink, width=width), brush=None, pxMode=True
    )
