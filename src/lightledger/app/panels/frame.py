"""What is around a panel's plot: title, axes of fixed size, small words beside them."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QGraphicsGridLayout

from lightledger.app.theme import LIGHT, Theme, color
from lightledger.app.timelabels import DAYS_BELOW_D, HOURS_BELOW_D, to_datetime
from lightledger.app.xaxes import TIMES, XAxis

from .axes import LEFT_WIDTH, TIME_HEIGHT, BottomAxis, ValueAxis
from .corner import CornerLabel
from .title import TitleItem
from .viewbox import TimeViewBox

#: Lowest panel, title and axes left out.
MIN_PLOT_HEIGHT = 96
#: A longer name of the X axis stands below its ticks, not beside them.
_CORNER_LETTERS, _NAME_HEIGHT = 11, 18


class PanelFrame(pg.GraphicsWidget):
    """A view with its title and axes; the first has the calendar above, the last the X axis below.

    The spines of all stand in one line because the left axis has one fixed width.
    """

    def __init__(self) -> None:
        super().__init__()
        self.title = TitleItem()
        self.view = TimeViewBox()
        self.top = BottomAxis("top", "calendar")
        self.bottom = BottomAxis("bottom")
        self.left = ValueAxis()
        self._top_corner, self._bottom_corner = CornerLabel(), CornerLabel()
        self._first = self._last = True
        self._x_axis = TIMES[0]
        self._frame_theme = LIGHT
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

    def set_place(self, first: bool, last: bool) -> None:
        """Show the X axes that a panel at this place has."""
        self._first, self._last = first, last
        for axis, corner, row, on in (
            (self.top, self._top_corner, 1, first and self._x_axis.is_time),
            (self.bottom, self._bottom_corner, 3, last),
        ):
            height = TIME_HEIGHT if on else 1
            if on and axis is self.bottom and self._long_name():
                height += _NAME_HEIGHT
            axis.setStyle(showValues=on)
            axis.setHeight(height)
            corner.setVisible(on)
            # The upper axis carries the grid; a lower one without labels is only a line.
            axis.setVisible(on or axis is self.top)
            self._grid.setRowFixedHeight(row, height)

    def set_frame_theme(self, theme: Theme) -> None:
        """Colours of axes, border and words."""
        self._frame_theme = theme
        self.view.set_theme(theme)
        self.top.set_theme(theme, grid=True)
        self.bottom.set_theme(theme, grid=False)
        self.left.set_theme(theme, grid=True)
        self.view.border = pg.mkPen(color(theme.grid), width=1)
        self.name_axis()

    def set_x_axis(self, axis: XAxis, first: float) -> None:
        """Another kind of X axis; hours count from the day of ``first`` (MJD, UTC)."""
        self._x_axis = axis
        self.bottom.set_kind(axis.name if axis.name in ("calendar", "hours") else "number", first)
        self.top.set_kind("calendar" if axis.is_time and axis.name != "calendar" else "number")
        self.set_place(self._first, self._last)
        self.name_axis()

    def _long_name(self) -> str:
        """The X axis' name where it does not fit beside it."""
        label = self._x_axis.label
        return label if len(label) > _CORNER_LETTERS else ""

    def name_axis(self) -> None:
        """Names of the axes beside them; beside hours stands the day they belong to."""
        axis, theme, name = self._x_axis, self._frame_theme, self._long_name()
        self._bottom_corner.set_text("" if name else axis.label, theme)
        self.bottom.set_name(name if self._last else "")
        low, high = self.view.viewRange()[0]
        if axis.name == "calendar":
            self._top_corner.set_text("MJD (UTC)", theme)
            return
        day = "TDB" if axis.name == "bjd" else "UTC"
        if axis.is_time and high - low < HOURS_BELOW_D:
            day = f"{to_datetime(max(low, 0.0)):%Y-%m-%d}"
        elif axis.is_time and high - low < DAYS_BELOW_D:  # the label with the year may be out
            day = f"{to_datetime(max(low, 0.0)):%Y}, {day}"
        self._top_corner.set_text(day, theme)
