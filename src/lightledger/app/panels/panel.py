"""One light-curve panel: title, axes of fixed size, one drawing item."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsGridLayout

from lightledger.app.curves import Quantity, number_text
from lightledger.app.presenter import Shown
from lightledger.app.theme import LIGHT, Marker, Theme, color
from lightledger.app.timelabels import HOURS_BELOW_D, to_datetime

from .axes import LEFT_WIDTH, TIME_HEIGHT, TimeAxis, ValueAxis
from .corner import CornerLabel
from .item import CurveItem, Points
from .notice import NoticeItem
from .steps import Step, StepItem
from .title import TitleItem, TitleText
from .viewbox import TimeViewBox

DAMAGED = "This record is damaged (fails its checksum): no point of it passes"
#: Lowest panel, title and axes left out.
MIN_PLOT_HEIGHT = 96


class Panel(pg.GraphicsWidget):
    """Draws one `Shown`; made once and reused, whatever it shows.

    The first panel has the calendar above, the last one MJD below; the spines of all stand in
    one line because the left axis has one fixed width.
    """

    #: Another Y range chosen by hand or by scale.
    y_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.title = TitleItem()
        self.view = TimeViewBox()
        self.top = TimeAxis("top", calendar=True)
        self.bottom = TimeAxis("bottom", calendar=False)
        self.left = ValueAxis()
        self.points = CurveItem()
        self.notice = NoticeItem()
        self.steps = StepItem()
        self._top_corner, self._bottom_corner = CornerLabel(), CornerLabel()
        self._y_by_hand = False
        self._shown: Shown | None = None
        self._badges: tuple[str, ...] = ()
        self._current = False
        self._theme = LIGHT
        self.view.addItem(self.steps, ignoreBounds=True)
        self.view.addItem(self.points, ignoreBounds=True)
        self.view.addItem(self.notice, ignoreBounds=True)
        self.view.y_chosen.connect(self._y_chosen)
        grid = QGraphicsGridLayout(self)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setSpacing(0)
        grid.addItem(self.title, 0, 0, 1, 2)
        grid.addItem(self._top_corner, 1, 0)
        grid.addItem(self.top, 1, 1)
        grid.addItem(self.left, 2, 0)
        grid.addItem(self.view, 2, 1)
        grid.addItem(self._bottom_corner, 3, 0)
        grid.addItem(self.bottom, 3, 1)
        grid.setRowStretchFactor(2, 1)
        grid.setColumnStretchFactor(1, 1)
        grid.setColumnFixedWidth(0, LEFT_WIDTH)
        grid.setRowMinimumHeight(2, MIN_PLOT_HEIGHT)
        self._grid = grid
        for axis in (self.top, self.bottom, self.left):
            axis.linkToView(self.view)
        self.set_place(first=True, last=True)

    # -- look

    def set_place(self, first: bool, last: bool) -> None:
        """Show the time axes that a panel at this place has."""
        for axis, corner, row, on in (
            (self.top, self._top_corner, 1, first),
            (self.bottom, self._bottom_corner, 3, last),
        ):
            height = TIME_HEIGHT if on else 1
            axis.setStyle(showValues=on)
            axis.setHeight(height)
            corner.setVisible(on)
            # The upper axis carries the grid; a lower one without labels is only a line.
            axis.setVisible(on or axis is self.top)
            self._grid.setRowFixedHeight(row, height)

    def set_theme(self, theme: Theme, marker: Marker) -> None:
        self.title.set_style(theme, marker)
        self.points.set_style(theme, marker)
        self.notice.set_theme(theme)
        self.view.set_theme(theme)
        self.top.set_theme(theme, grid=True)
        self.bottom.set_theme(theme, grid=False)
        self.left.set_theme(theme, grid=True)
        self.left.set_label_color(theme)
        self._bottom_corner.set_text("MJD (UTC)", theme)
        self._theme = theme
        self._name_day()
        self.steps.set_steps(self.steps.steps, theme)
        self.view.border = pg.mkPen(color(theme.grid), width=1)

    def set_steps(self, steps: list[Step], theme: Theme) -> None:
        self.steps.set_steps(steps, theme)

    # -- content

    @property
    def shown(self) -> Shown | None:
        return self._shown

    def show_curve(
        self, shown: Shown, badges: tuple[str, ...], current: bool, faint_hidden: bool
    ) -> None:
        """Draw a curve; what does not pass is faint where ``faint_hidden``."""
        curve, keep = shown.curve, shown.passing.keep
        self._shown, self._badges, self._current = shown, badges, current
        nothing = np.zeros(len(curve), bool)
        rejected = curve.rejected if faint_hidden else nothing
        faint = ~keep if faint_hidden else nothing
        ends = curve.y - curve.error, curve.y + curve.error
        self.points.set_points(Points(curve.lc.time, curve.y, *ends, keep, faint, rejected))
        self.notice.set_text(DAMAGED if shown.damaged else "")
        self.view.invertY(curve.inverted)
        self.left.set_unit("flux / median" if curve.quantity is Quantity.RELATIVE else curve.unit)
        if shown.y_range is not None and not self._y_by_hand:
            self.view.setYRange(*shown.y_range, padding=0)
        self.update_title()

    def release_y(self) -> None:
        """Forget a Y range chosen by hand."""
        self._y_by_hand = False
        if self._shown is not None and self._shown.y_range is not None:
            self.view.setYRange(*self._shown.y_range, padding=0)
        self.update_title()

    def _y_chosen(self, low: float, high: float) -> None:
        if high > low:
            self._y_by_hand = True
            self.view.setYRange(low, high, padding=0)
            self.update_title()
            self.y_changed.emit()

    def set_view(self, low: float, high: float) -> None:
        self.view.setXRange(low, high, padding=0)
        self._name_day()
        self.update_title()

    def _name_day(self) -> None:
        """Beside hours stands the day they belong to."""
        low, high = self.view.viewRange()[0]
        day = f"{to_datetime(max(low, 0.0)):%Y-%m-%d}" if high - low < HOURS_BELOW_D else "UTC"
        self._top_corner.set_text(day, self._theme)

    def update_title(self) -> None:
        shown = self._shown
        if shown is None:
            return
        curve = shown.curve
        median, scatter = curve.typical(shown.passing.keep)
        (low, high), (bottom, top) = self.view.viewRange()
        below, above = self.points.beyond((low, high), (bottom, top))
        if curve.inverted:
            below, above = above, below
        arrows = [f"{n:,} {sign}" for n, sign in ((above, "▲"), (below, "▼")) if n]
        nothing = "damaged" if shown.damaged else "no point passes"
        n_passing = int(np.count_nonzero(shown.passing.keep))
        self.title.set_text(
            TitleText(
                object=curve.lc.object,
                measurement=shown.measurement,
                badges=self._badges,
                value=number_text(median, scatter, curve.unit) if n_passing else nothing,
                beyond=f"{'  '.join(arrows)} beyond the scale" if arrows else "",
                current=self._current,
            )
        )

    # -- geometry

    def plot_rect(self) -> QRectF:
        """The plot area in the scene."""
        return self.view.sceneBoundingRect()

    def nearest(self, scene_point: QPointF) -> int:
        return self.points.nearest(scene_point)
