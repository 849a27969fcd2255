"""One light-curve panel: title, axes of fixed size, one drawing item for each light curve."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform

from lightledger.app.coloring import Legend, joined
from lightledger.app.curves import Curve, Quantity, number_text, softening
from lightledger.app.panelset import Relation
from lightledger.app.relations import UNLIKE
from lightledger.app.shown import Shown, Trace
from lightledger.app.theme import LIGHT, Marker, Theme, variant
from lightledger.domain import counted

from .crosshair import CrosshairItem
from .dress import Dress, points_of
from .frame import PanelFrame
from .item import CurveItem
from .legend import LegendItem
from .notice import NoticeItem
from .steps import Step, StepItem
from .title import TitleText

DAMAGED = "This record is damaged (fails its checksum): no point of it passes"
UNLIKE_UNITS = "A difference needs two of one unit: show magnitudes, or both over their median"
NO_POSITION = "Nothing is known of {label} here: choose another X axis"


class Panel(PanelFrame):
    """Draws one `Shown`; made once and reused, whatever it shows."""

    def __init__(self) -> None:
        super().__init__()
        self.items = [CurveItem()]
        self.notice, self.steps = NoticeItem(), StepItem()
        self.legend = LegendItem(self._n_inside)
        self.crosshair = CrosshairItem()
        self._y_by_hand = False
        self._softening, self._n_item = 0.0, 1
        self._shown: Shown | None = None
        self._value = ""
        self._dress = Dress()
        self._theme, self._marker = LIGHT, Marker("circle", LIGHT.text)
        for item in (self.steps, self.items[0], self.notice, self.legend, self.crosshair):
            self.view.addItem(item, ignoreBounds=True)
        self.view.y_chosen.connect(self._y_chosen)

    @property
    def points(self) -> CurveItem:
        """What draws the panel's own light curve."""
        return self.items[0]

    # -- look

    def set_theme(self, theme: Theme, marker: Marker) -> None:
        self._theme, self._marker = theme, marker
        n = max(len(self.traces), 1)
        self.title.set_style(theme, tuple(variant(marker, i, theme.dark) for i in range(n)))
        for place, item in enumerate(self.items):
            item.set_style(theme, variant(marker, place, theme.dark))
        self.notice.set_theme(theme)
        self.set_frame_theme(theme)
        self.steps.set_steps(self.steps.steps, theme)

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
        if self._shown is not None and _scale(self._shown) != _scale(shown):
            self._y_by_hand = False  # those numbers say nothing about another star or unit
        self._shown, self._dress = shown, dress
        if other_axis:
            self.set_x_axis(dress.axis, dress.first)
        curve = shown.curve
        self._softening = softening(curve) if curve.quantity is Quantity.ASINH else 0.0
        self.left.set_softening(self._softening)
        self._have_items(len(shown.traces))
        legend: Legend | None = None
        for item, trace in zip(self.items, shown.traces, strict=False):
            points, one = points_of(trace, dress, self._softening, self._marker, self._theme)
            legend = joined(legend, one)
            item.set_points(points)
            item.set_cycles(dress.axis.cycles)
        self.legend.set_legend(legend, self._theme)
        self.notice.set_text(self._notice(shown))
        self.view.invertY(curve.inverted)
        self.left.set_unit(_unit(shown))
        self._value = _value_text(shown)
        if shown.y_range is not None and not self._y_by_hand:
            self._set_y(shown.y_range)
        self.update_title()

    def _notice(self, shown: Shown) -> str:
        if shown.damaged:
            return DAMAGED
        if UNLIKE in shown.passing.counts:
            return UNLIKE_UNITS
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
        self.name_axis()
        self.update_title()

    def update_title(self) -> None:
        shown = self._shown
        if shown is None:
            return
        (low, high), (bottom, top) = self.view.viewRange()
        n_item = len(shown.traces)
        outside = [item.beyond((low, high), (bottom, top)) for item in self.items[:n_item]]
        below, above = (sum(counts) for counts in zip(*outside, strict=True))
        if shown.curve.inverted:
            below, above = above, below
        arrows = [f"{n:,} {sign}" for n, sign in ((above, "▲"), (below, "▼")) if n]
        self.title.set_text(
            TitleText(
                object=shown.curve.lc.object,
                measurements=shown.spec.names,
                badges=self._dress.badges,
                value=self._value,
                beyond=f"{'  '.join(arrows)} beyond the scale" if arrows else "",
                current=self._dress.current,
                closable=self._dress.closable,
            )
        )

    # -- geometry

    def _n_inside(self, transform: QTransform, room: QRectF) -> int:
        """Points drawn inside of a rectangle of the screen."""
        return sum(item.n_inside(transform, room) for item in self.items[: len(self.traces)])

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


def _scale(shown: Shown) -> tuple[object, ...]:
    """What a Y range chosen by hand belongs to."""
    return shown.curve.lc.object, shown.curve.quantity, shown.curve.unit, shown.spec


def _value_text(shown: Shown) -> str:
    """Median and scatter of what passes."""
    if not shown.passing.keep.any():
        if n := shown.own.n_limit:
            return f"no point passes, {counted(n, 'upper limit')}"
        return "damaged" if shown.damaged else "no point passes"
    return number_text(*shown.curve.typical(shown.passing.keep), shown.curve.unit)


def _unit(shown: Shown) -> str:
    curve: Curve = shown.curve
    if shown.spec.relation is Relation.RATIO:
        return "ratio"
    unit = "flux / median" if curve.quantity is Quantity.RELATIVE else curve.unit
    return f"Δ {unit}" if shown.spec.relation is Relation.DIFFERENCE else unit
