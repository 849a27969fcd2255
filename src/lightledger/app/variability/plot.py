"""Two axes and one item: the diagram of all objects, and the small plots of evidence."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtWidgets import QGraphicsGridLayout, QWidget

from lightledger.app.theme import Marker, Themes, color
from lightledger.app.touchpad import touch_of

from .axes import ScaleAxis
from .item import ScatterItem
from .lasso import inside
from .scale import Kind, Scale, robust_range
from .viewbox import DiagramBox


class XYPlot(pg.GraphicsView):
    """Numbers against numbers, with zoom, pan, picking and lasso.

    Parameters
    ----------
    themes : Themes
    """

    #: Place in the arrays of the point under the mouse, or that was clicked; -1 for none.
    hovered = Signal(int)
    picked = Signal(int)
    #: Points inside a lasso or box, boolean; whether they come to those selected before.
    selected = Signal(object, bool)
    #: A point that was clicked with Shift or Ctrl.
    toggled = Signal(int)

    def __init__(self, themes: Themes, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.view, self.points = DiagramBox(), ScatterItem()
        self.view.addItem(self.points, ignoreBounds=True)
        self.axes = ScaleAxis("bottom"), ScaleAxis("left")
        self.scales = (Scale(), Scale())
        self._xy = np.empty(0), np.empty(0)
        self._marker: Marker | None = None
        self._hovered = -1
        central = pg.GraphicsWidget()
        grid = QGraphicsGridLayout(central)
        grid.setContentsMargins(0, 6, 10, 0)
        grid.setSpacing(0)
        grid.addItem(self.axes[1], 0, 0)
        grid.addItem(self.view, 0, 1)
        grid.addItem(self.axes[0], 1, 1)
        grid.setRowStretchFactor(0, 1)
        grid.setColumnStretchFactor(1, 1)
        self.setCentralItem(central)
        for axis in self.axes:
            axis.linkToView(self.view)
        self.setMinimumSize(160, 120)
        self.view.zoom_about.connect(self._zoom)
        self.view.pan_by.connect(self._pan)
        self.view.double_clicked.connect(self.fit)
        self.view.clicked.connect(lambda at: self.picked.emit(self.points.nearest(at)))
        self.view.clicked_more.connect(lambda at: self.toggled.emit(self.points.nearest(at)))
        self.view.outlined.connect(self._outlined)
        self.scene().sigMouseMoved.connect(self._mouse_moved)
        themes.changed.connect(self.apply_theme)
        self.apply_theme()

    # -- content

    def show_numbers(
        self, x: np.ndarray, y: np.ndarray, strong: np.ndarray, scales: tuple[Scale, Scale]
    ) -> None:
        """Values of all points, arrays of shape (n,), and which are drawn strongly."""
        self.show_places((scales[0].forward(x), scales[1].forward(y)), strong, scales)

    def show_places(
        self, places: tuple[np.ndarray, np.ndarray], strong: np.ndarray, scales: tuple[Scale, Scale]
    ) -> None:
        """As `show_numbers`, of places along the axes as the scales give them."""
        self.scales, self._xy = scales, places
        self.points.set_points(*places, strong)

    def set_titles(self, x: str, y: str) -> None:
        for axis, scale, title in zip(self.axes, self.scales, (x, y), strict=True):
            axis.set_scale(scale, title)

    def set_downward(self, on: bool) -> None:
        """Whether y grows downward, as magnitudes do."""
        self.view.invertY(on)

    def set_marker(self, marker: Marker | None) -> None:
        self._marker = marker
        self.points.set_style(self._themes.current, marker)

    @property
    def places(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the points along both axes; nan: not drawn."""
        return self._xy

    def apply_theme(self) -> None:
        theme = self._themes.current
        self.setBackground(color(theme.plot))
        for axis in self.axes:
            axis.set_theme(theme)
        self.points.set_style(theme, self._marker)

    # -- range

    def fit(self, share: float | None = None) -> None:
        """Show (nearly) all that is drawn; ``share`` per cent on each side may lie outside."""
        drawn = self.points.drawn
        many = np.count_nonzero(drawn) > 200
        # Logarithmic and asinh axes have room for what is far away.
        shares = [
            share if share is not None else 0.2 if many and scale.kind is Kind.LINEAR else 0.0
            for scale in self.scales
        ]
        x, y = (robust_range(p[drawn], s) for p, s in zip(self._xy, shares, strict=True))
        self.set_range(x, y)

    def set_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        self.view.setRange(xRange=x, yRange=y, padding=0)

    def _zoom(self, in_x: float, in_y: float, about: QPointF) -> None:
        (left, right), (bottom, top) = self.view.viewRange()
        x, y = about.x(), about.y()
        self.set_range(
            (x + (left - x) * in_x, x + (right - x) * in_x),
            (y + (bottom - y) * in_y, y + (top - y) * in_y),
        )

    def _pan(self, dx: float, dy: float) -> None:
        (left, right), (bottom, top) = self.view.viewRange()
        self.set_range((left + dx, right + dx), (bottom + dy, top + dy))

    # -- pointing

    def _mouse_moved(self, where: QPointF) -> None:
        over = self.view.sceneBoundingRect().contains(where)
        self._hover(self.points.nearest(where) if over else -1)

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            self._hovered = place
            self.points.set_hover(place)
            self.hovered.emit(place)

    def viewportEvent(self, event: QEvent) -> bool:
        touch = touch_of(event)
        if touch is None:
            return super().viewportEvent(event)
        if touch.factor != 1.0:
            about = self.view.mapSceneToView(self.mapToScene(touch.where.toPoint()))
            self._zoom(1 / touch.factor, 1 / touch.factor, about)
        else:
            start, end = (self.view.mapSceneToView(at) for at in (QPointF(), touch.by))
            self._pan(start.x() - end.x(), start.y() - end.y())
        return True

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _outlined(self, corners: np.ndarray, done: bool) -> None:
        self.points.set_outline(None if done else corners)
        if done:
            within = self.points.drawn & inside(*self._xy, corners)
            self.selected.emit(within, self.view.adds)

    def keyPressEvent(self, event: object) -> None:
        event.ignore()  # type: ignore[attr-defined]  # keys are the window's


def quiet_focus(plot: XYPlot) -> XYPlot:
    """A plot that takes no keys."""
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return plot
