"""A small plot of a dock: the points of one light curve and a line over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QTransform
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from .panels.axes import TIME_HEIGHT, Axis
from .panels.corner import CornerLabel
from .panels.inview import InView
from .panels.item import CurveItem
from .theme import LIGHT, Theme, Themes, color, small_font

if TYPE_CHECKING:
    from .session import Session

#: Width of the axis of values, so that docks above each other are in line.
LEFT = 60


class Overlay(InView):
    """What is drawn over the points, in device coordinates, and a title at the upper right."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self._title = ""
        self.setZValue(5)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def set_title(self, words: str) -> None:
        """The unit."""
        self._title = words
        self.update()

    def draw(self, painter: QPainter, t: QTransform, box: QRectF) -> None:
        """Draw; ``t`` leads from values to pixels, ``box`` is the view."""

    def paint(self, painter: QPainter, *args: object) -> None:
        t, box = painter.transform(), self.device_box(painter)
        painter.save()
        painter.resetTransform()
        painter.setClipRect(box)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, t, box)
        painter.setFont(small_font())
        painter.setPen(color(self.theme.muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(box.adjusted(0, 2, -5, 0), int(right), self._title)
        painter.restore()


class SmallPlot(pg.GraphicsView):
    """Points under an overlay, a value axis at the left and one axis below.

    Parameters
    ----------
    overlay : Overlay
    axes : tuple of two axes
        That of values, and the one below.
    corner : str
        What the axis below counts.
    """

    def __init__(
        self,
        session: Session,
        themes: Themes,
        overlay: Overlay,
        axes: tuple[Axis, Axis],
        corner: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._themes = session, themes
        self.points, self._overlay, self._words = CurveItem(), overlay, corner
        self.box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.box.disableAutoRange()
        for item in (self.points, overlay):
            self.box.addItem(item, ignoreBounds=True)
        self._left, self._bottom = axes
        self._left.setWidth(LEFT)
        self._bottom.setHeight(TIME_HEIGHT)
        self._corner = CornerLabel()
        central = pg.GraphicsWidget()
        grid = QGraphicsGridLayout(central)
        grid.setContentsMargins(0, 6, 8, 0)
        grid.setSpacing(0)
        grid.addItem(self._left, 0, 0)
        grid.addItem(self.box, 0, 1)
        grid.addItem(self._bottom, 1, 1)
        grid.addItem(self._corner, 1, 0)
        grid.setRowStretchFactor(0, 1)
        for axis in axes:
            axis.linkToView(self.box)
        self.setCentralItem(central)
        themes.changed.connect(self.apply_theme)
        self.apply_theme()

    def apply_theme(self) -> None:
        theme = self._themes.current
        self.setBackground(color(theme.plot))
        for axis in (self._left, self._bottom):
            axis.set_theme(theme, grid=axis is self._left)
        self._overlay.set_theme(theme)
        self.box.border = pg.mkPen(color(theme.grid), width=1)
        self._corner.set_text(self._words, theme)
        self.style_points()

    def style_points(self) -> None:
        """The marker of the current band."""
        bands = tuple(self._session.field.bands)
        band = self._session.band
        marker = self._themes.current.marker(bands.index(band) if band in bands else 0)
        self.points.set_style(self._themes.current, marker)

    def fit_values(self, values: np.ndarray) -> None:
        """Range of the value axis: all of ``values`` but 1 % at the ends, with air."""
        low, high = np.percentile(values, [0.5, 99.5])
        air = 0.15 * (high - low) or 0.05 * abs(high) or 1.0
        self.box.setYRange(low - air, high + air, padding=0)
