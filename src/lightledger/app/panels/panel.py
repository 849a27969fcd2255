"""One light-curve panel: title, axes of fixed size, one drawing item for each light curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QGraphicsGridLayout

from lightledger.app import coloring
from lightledger.app.coloring import Legend
from lightledger.app.curves import Curve, Quantity, number_text, softening
from lightledger.app.panelset import Relation
from lightledger.app.shown import Shown, Trace
from lightledger.app.theme import LIGHT, Marker, Theme, color, variant
from lightledger.app.timelabels import HOURS_BELOW_D, to_datetime
from lightledger.app.xaxes import TIMES, XAxis

from .axes import LEFT_WIDTH, TIME_HEIGHT, BottomAxis, ValueAxis
from .corner import CornerLabel
from .crosshair import CrosshairItem
from .item import CurveItem, Points
from .legend import LegendItem
from .notice import NoticeItem
from .steps import Step, StepItem
from .title import TitleItem, TitleText
from .viewbox import TimeViewBox

DAMAGED = "This record is damaged (fails its checksum): no point of it passes"
NO_POSITION = "Nothing is known of {label} here: choose another X axis"
#: Lowest panel, title and axes left out.
MIN_PLOT_HEIGHT = 96
#: A longer name of the X axis stands below its ticks, not beside them.
_CORNER_LETTERS, _NAME_HEIGHT = 11, 18


@dataclass(frozen=True)
class Dress:
    """How a panel draws what it shows.

    Attributes
    ----------
    badges : tuple of str
    current : bool
        Whether it is the focused one of several.
    faint_hidden : bool
        What does not pass is drawn faint.
    axis : XAxis
    color_by : str
        'band', 'flag', or the name of a quantity.
    legend_title : str
        Of that quantity, in words.
    ends : tuple of float
        Of the colour bar.
    """

    badges: tuple[str, ...] = ()
    current: bool = False
    faint_hidden: bool = False
    axis: XAxis = TIMES[0]
    color_by: str = "band"
    legend_title: str = ""
    ends: tuple[float, float] = (0.0, 1.0)
    closable: bool = False


class Panel(pg.GraphicsWidget):
    """Draws one `Shown`; made once and reused, whatever it shows.

    The first panel has the calendar above, the last one the X axis below; the spines of all
    stand in one line because the left axis has one fixed width.
    """

    def __init__(self) -> None:
        super().__init__()
        self.title = TitleItem()
        self.view = TimeViewBox()
        self.top = BottomAxis("top", "calendar")
        self.bottom = BottomAxis("bottom")
        self.left = ValueAxis()
        self.items = [CurveItem()]
        self.notice, self.steps, self.legend = NoticeItem(), StepItem(), LegendItem()
        self._top_corner, self._bottom_corner = CornerLabel(), CornerLabel()
        self._first = self._last = True
        self._y_by_hand = False
        self._softening, self._n_item = 0.0, 1
        self._shown: Shown | None = None
        self._dress = Dress()
        self._theme, self._marker = LIGHT, Marker("circle", LIGHT.text)
        self.crosshair = CrosshairItem()
        for item in (self.steps, self.items[0], self.notice, self.legend, self.crosshair):
            self.view.addItem(item, ignoreBounds=True)
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

    @property
    def points(self) -> CurveItem:
        """What draws the panel's own light curve."""
        return self.items[0]

    # -- look

    def set_place(self, first: bool, last: bool) -> None:
        """Show the X axes that a panel at this place has."""
        self._first, self._last = first, last
        for axis, corner, row, on in (
            (self.top, self._top_corner, 1, first and self._dress.axis.is_time),
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

    def set_theme(self, theme: Theme, marker: Marker) -> None:
        self._theme, self._marker = theme, marker
        n = max(len(self.traces), 1)
        self.title.set_style(theme, tuple(variant(marker, i, theme.dark) for i in range(n)))
        for place, item in enumerate(self.items):
            item.set_style(theme, variant(marker, place, theme.dark))
        self.notice.set_theme(theme)
        self.view.set_theme(theme)
        self.top.set_theme(theme, grid=True)
        self.bottom.set_theme(theme, grid=False)
        self.left.set_theme(theme, grid=True)
        self.left.set_label_color(theme)
        self._name_axis()
        self.steps.set_steps(self.steps.steps, theme)
        self.view.border = pg.mkPen(color(theme.grid), width=1)

    def set_steps(self, steps: list[Step]) -> None:
        """Mark these changes of setup, at the positions of the X axis."""
        self.steps.set_steps(steps, self._theme)

    # -- content

    @property
    def shown(self) -> Shown | None:
        return self._shown

    @property
    def traces(self) -> tuple[Trace, ...]:
        """What its items draw, in their order."""
        return self._shown.traces if self._shown is not None else ()

    def show_curve(self, shown: Shown, dress: Dress) -> None:
        """Draw this panel's light curves."""
        other_axis = dress.axis != self._dress.axis
        self._shown, self._dress = shown, dress
        if other_axis:
            self._set_axis(dress.axis)
        curve = shown.curve
        self._softening = softening(curve) if curve.quantity is Quantity.ASINH else 0.0
        self.left.set_softening(self._softening)
        self._have_items(len(shown.traces))
        legend: Legend | None = None
        for item, trace in zip(self.items, shown.traces, strict=False):
            points, legend = self._points(trace, legend)
            item.set_points(points)
            item.set_cycles(dress.axis.cycles)
        self.legend.set_legend(legend, self._theme)
        self.notice.set_text(self._notice(shown))
        self.view.invertY(curve.inverted)
        self.left.set_unit(_unit(shown))
        if shown.y_range is not None and not self._y_by_hand:
            self._set_y(shown.y_range)
        self.update_title()

    def _notice(self, shown: Shown) -> str:
        if shown.damaged:
            return DAMAGED
        if not any(np.isfinite(trace.x).any() for trace in shown.traces):
            return NO_POSITION.format(label=self._dress.axis.label)
        return ""

    def _have_items(self, n: int) -> None:
        while len(self.items) < n:
            item = CurveItem()
            item.set_style(self._theme, variant(self._marker, len(self.items), self._theme.dark))
            item.setZValue(-len(self.items))  # the panel's own light curve stays on top
            self.items.append(item)
            self.view.addItem(item, ignoreBounds=True)
        for place, item in enumerate(self.items):
            item.setVisible(place < n)
        if n != self._n_item:
            self._n_item = n
            self.set_theme(self._theme, self._marker)

    def _points(self, trace: Trace, legend: Legend | None) -> tuple[Points, Legend | None]:
        curve, keep, dress = trace.curve, trace.passing.keep, self._dress
        nothing = np.zeros(len(curve), bool)
        faint = ~keep if dress.faint_hidden else nothing
        rejected = curve.rejected if dress.faint_hidden else nothing
        y, low, high = curve.y, curve.y - curve.error, curve.y + curve.error
        if self._softening > 0:
            y, low, high = (np.arcsinh(values / self._softening) for values in (y, low, high))
        colors = None
        if dress.color_by == "flag":
            colors, legend = coloring.by_flag(curve.lc.flags, self._marker.fill, self._theme)
        elif trace.values is not None:
            colors = coloring.by_value(trace.values, dress.ends, self._theme)
            legend = coloring.value_legend(dress.legend_title, dress.ends, self._theme)
        cells, fills = (colors.cells, colors.fills) if colors is not None else (None, ())
        return Points(trace.x, y, low, high, keep, faint, rejected, cells, fills), legend

    # -- ranges

    def _set_y(self, values: tuple[float, float]) -> None:
        if self._softening > 0:
            values = tuple(float(np.arcsinh(v / self._softening)) for v in values)  # type: ignore[assignment]
        self.view.setYRange(*values, padding=0)

    def release_y(self) -> None:
        """Forget a Y range chosen by hand."""
        self._y_by_hand = False
        if self._shown is not None and self._shown.y_range is not None:
            self._set_y(self._shown.y_range)
        self.update_title()

    def _y_chosen(self, low: float, high: float) -> None:
        if high > low:
            self._y_by_hand = True
            self.view.setYRange(low, high, padding=0)
            self.update_title()

    def set_view(self, low: float, high: float) -> None:
        """Show what lies between on the X axis."""
        self.view.setXRange(low, high, padding=0)
        self._name_axis()
        self.update_title()

    def _set_axis(self, axis: XAxis) -> None:
        first = 0.0
        if self._shown is not None and axis.name == "hours":
            x = self._shown.own.x
            first = float(np.nanmin(x)) if np.isfinite(x).any() else 0.0
        self.bottom.set_kind(axis.name if axis.name in ("calendar", "hours") else "number", first)
        self.top.set_kind("calendar" if axis.is_time and axis.name != "calendar" else "number")
        self.set_place(self._first, self._last)
        self._name_axis()

    def _long_name(self) -> str:
        """The X axis' name where it does not fit beside it."""
        label = self._dress.axis.label
        return label if len(label) > _CORNER_LETTERS else ""

    def _name_axis(self) -> None:
        """Names of the axes beside them; beside hours stands the day they belong to."""
        axis = self._dress.axis
        name = self._long_name()
        self._bottom_corner.set_text("" if name else axis.label, self._theme)
        self.bottom.set_name(name if self._last else "", self._theme)
        low, high = self.view.viewRange()[0]
        if axis.name == "calendar":
            self._top_corner.set_text("MJD (UTC)", self._theme)
            return
        day = "TDB" if axis.name == "bjd" else "UTC"
        if axis.is_time and high - low < HOURS_BELOW_D:
            day = f"{to_datetime(max(low, 0.0)):%Y-%m-%d}"
        self._top_corner.set_text(day, self._theme)

    def update_title(self) -> None:
        shown = self._shown
        if shown is None:
            return
        curve, keep = shown.curve, shown.passing.keep
        median, scatter = curve.typical(keep)
        (low, high), (bottom, top) = self.view.viewRange()
        n_item = len(shown.traces)
        outside = [item.beyond((low, high), (bottom, top)) for item in self.items[:n_item]]
        below, above = (sum(counts) for counts in zip(*outside, strict=True))
        if curve.inverted:
            below, above = above, below
        arrows = [f"{n:,} {sign}" for n, sign in ((above, "▲"), (below, "▼")) if n]
        nothing = "damaged" if shown.damaged else "no point passes"
        self.title.set_text(
            TitleText(
                object=curve.lc.object,
                measurements=shown.spec.names,
                badges=self._dress.badges,
                value=number_text(median, scatter, curve.unit) if keep.any() else nothing,
                beyond=f"{'  '.join(arrows)} beyond the scale" if arrows else "",
                current=self._dress.current,
                closable=self._dress.closable,
            )
        )

    # -- geometry

    def plot_rect(self) -> QRectF:
        """The plot area in the scene."""
        return self.view.sceneBoundingRect()

    def nearest(self, scene_point: QPointF) -> tuple[int, int]:
        """Trace and place of the point that is picked there; (-1, -1) for none."""
        best = (-1, -1, np.inf)
        for i, item in enumerate(self.items[: len(self.traces)]):
            place = item.nearest(scene_point)
            if place >= 0 and (away := float(item.distances(scene_point)[place])) < best[2]:
                best = (i, place, away)
        return best[:2]

    def value_at(self, scene_point: QPointF) -> tuple[float, float]:
        """X and Y of a point of the scene, in the units of the axes."""
        at = self.view.mapSceneToView(scene_point)
        y = at.y() if self._softening <= 0 else float(np.sinh(at.y())) * self._softening
        return at.x(), y


def _unit(shown: Shown) -> str:
    curve: Curve = shown.curve
    if shown.spec.relation is Relation.RATIO:
        return "ratio"
    unit = "flux / median" if curve.quantity is Quantity.RELATIVE else curve.unit
    return f"Δ {unit}" if shown.spec.relation is Relation.DIFFERENCE else unit
