"""The variability dock: two numbers of all objects against each other, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lightledger.app.objectcolumns import column_of
from lightledger.app.panelfigure import Figure
from lightledger.app.plotfigure import draw_plots
from lightledger.app.seen import is_seen
from lightledger.app.theme import Themes
from lightledger.app.vetting.glyphs import glyph_sprite

from .diagram import Shown, is_magnitude, make_shown
from .footer import Footer
from .head import Head
from .plot import XYPlot
from .scale import Kind
from .viewbox import Tool

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore

DEFAULT = ("mag", "excess")
#: In place of excess where there are too few objects for it.
FEW = "std"
_GLYPH_PX = 11
_FAINT = "Faint: the filter does not pass them, or they are not well measured"


class VariabilityDock(QWidget):
    """Diagram, the two choices above it, what can be done below it.

    Parameters
    ----------
    store : OpenStore
    """

    def __init__(self, store: OpenStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._numbers, self._session = store, store.numbers, store.session
        self.shown: Shown | None = None
        self.selection = np.empty(0, bool)
        self._stale = False
        self.head = Head(DEFAULT, self)
        self.plot = XYPlot(store.tools.themes, self)
        self.plot.setAccessibleName("Variability diagram")
        self.plot.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.plot.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.footer = Footer(self)
        self._build()
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._draw_seen)
        self._connect()
        excess = self._numbers.columns.get("excess", np.empty(0))
        if FEW in self._numbers.columns and not np.isfinite(excess).any():
            self.head.y_box.name = FEW
        self._take_columns()
        self._soon.start()

    def _build(self) -> None:
        lines = QVBoxLayout(self)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.head)
        lines.addWidget(self.plot, 1)
        lines.addWidget(self.footer)

    def take_tool(self, tool: Tool) -> None:
        """What dragging does from now on."""
        self.plot.view.tool = tool

    def _connect(self) -> None:
        self.head.column_chosen.connect(lambda axis: self.set_kind(axis, None))
        self.head.kind_chosen.connect(self.set_kind)
        self.head.tool_chosen.connect(self.take_tool)
        self.head.fit_wanted.connect(self.fit)
        self.plot.hovered.connect(self._say)
        self.plot.picked.connect(self._pick)
        self.plot.selected.connect(self.select)
        self.plot.toggled.connect(self.toggle)
        self.plot.customContextMenuRequested.connect(self._menu)
        self.footer.list_wanted.connect(self.list_selection)
        self.footer.save_wanted.connect(self._save)
        self.footer.vet_wanted.connect(self._vet)
        self.footer.drop_wanted.connect(lambda: self.select(np.empty(0, bool)))
        self.footer.cancel_wanted.connect(self._numbers.cancel)
        self.footer.compute_wanted.connect(self._numbers.recompute)
        self._numbers.changed.connect(self._numbers_changed)
        self._numbers.waiting_changed.connect(self._show_waiting)
        self._numbers.reading_changed.connect(self._show_waiting)
        self._store.filter.changed.connect(lambda _: self._soon.start())
        self._session.object_changed.connect(self._show_object)
        self._session.curves_changed.connect(self._soon.start)
        self._store.vetting.changed.connect(self._show_glyphs)
        self._store.tools.themes.changed.connect(self._show_glyphs)

    # -- drawing

    @property
    def names(self) -> tuple[str, str]:
        """Columns of the horizontal and the vertical axis."""
        return self.head.names

    def _numbers_changed(self) -> None:
        if is_seen(self):
            self._take_columns()
        self._soon.start()

    def _take_columns(self) -> None:
        columns = self._numbers.columns
        for box, place in ((self.head.x_box, 0), (self.head.y_box, 1)):
            if columns and box.name not in columns:
                box.name = DEFAULT[place] if DEFAULT[place] in columns else next(iter(columns))
            box.set_columns(columns)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._stale:
            self._take_columns()
            self._soon.start()

    def _draw_seen(self) -> None:
        """Draw what is looked at; the rest when it is."""
        self._stale = not is_seen(self)
        if not self._stale:
            self._draw()

    def _draw(self) -> None:
        self._stale = False
        columns = self._numbers.columns
        if not columns or not all(name in columns for name in self.names):
            return
        passing = self._store.filter.keep
        before = self.shown
        self.shown = shown = make_shown(columns, self.names, self.head.kinds, passing)
        self._fill(self.plot, shown)
        self._show_object()
        self._show_glyphs()
        self._show_waiting()
        self._say(-1)
        if before is None or before.scales != shown.scales:
            self.plot.fit()  # places of other scales are no places of these

    def _fill(self, plot: XYPlot, shown: Shown) -> None:
        plot.show_places(shown.places, shown.strong, shown.scales)
        plot.set_titles(*shown.titles)
        plot.set_downward(is_magnitude(self.names[1]))
        plot.points.set_locus(shown.locus)

    def _show_glyphs(self) -> None:
        verdicts = self._store.vetting.shown_verdicts() if self.shown else np.empty(0, object)
        (vetted,) = np.nonzero(verdicts != "")
        theme = self._store.tools.themes.current
        ratio = self.devicePixelRatioF()
        self.plot.points.set_glyphs(
            [
                (
                    glyph_sprite(str(verdict), _GLYPH_PX, theme, ratio),
                    vetted[verdicts[vetted] == verdict],
                )
                for verdict in np.unique(verdicts[vetted])
            ]
        )

    def _show_object(self) -> None:
        self.plot.points.set_ring(self._session.index)

    def _show_waiting(self) -> None:
        numbers = self._numbers
        # What follows the range already is not dimmed; what is of the range before is.
        self.plot.points.set_dim(numbers.waiting and not numbers.provisional)
        self.footer.show_reading(numbers.reading, numbers.source_words if numbers.stopped else "")

    # -- axes

    def set_kind(self, axis: int, kind: Kind | None) -> None:
        """How values lie along an axis (0: horizontal); None: by what they are."""
        self.head.set_kind(axis, kind)
        self._draw()
        self.fit()

    def _menu(self, where: QPoint) -> None:
        self.head.fill_menu()
        self.head.axes_menu.popup(self.plot.mapToGlobal(where))

    def fit(self) -> None:
        """Show everything."""
        self.plot.fit()

    def figure(self, svg: bool) -> Figure:
        """The diagram for print."""
        plot = XYPlot(Themes("light"))
        if self.shown is not None:
            self._fill(plot, self.shown)
            x, y = self.shown.titles
            plot.set_titles(f"{x}, {self._numbers.source}", y)
            plot.set_range(*self.plot.view.viewRange())
        return draw_plots([(plot, 5.0)], svg)

    # -- objects

    def describe(self, place: int) -> str:
        """An object with its two numbers."""
        columns = self._numbers.columns
        parts = [self._session.ids[place]]
        for name in dict.fromkeys((*self.names, "mag")):
            if name in columns:
                column = column_of(name, columns[name])
                parts.append(f"{column.title} {column.write(columns[name][place])}")
        verdict = self._store.vetting.verdict_of(place)
        return "   ".join([*parts, verdict] if verdict else parts)

    def _say(self, place: int) -> None:
        if place >= 0:
            self.footer.say(self.describe(place))
        elif self.shown is not None:
            self.footer.say(self.shown.counts(), _FAINT)

    def _pick(self, place: int) -> None:
        if place >= 0:
            self._session.set_index(place)

    def select(self, inside: np.ndarray, more: bool = False) -> None:
        """Objects in a lasso, with ``more`` besides those of before.

        Those that do not pass are counted, not taken.
        """
        strong = self.shown.strong if self.shown is not None else inside
        taken = inside & strong if inside.size else inside
        faint = int(np.count_nonzero(inside) - np.count_nonzero(taken))
        if more and self.selection.size:
            taken = taken | self.selection
        self.selection = taken
        self.plot.points.set_selected(taken)
        self.footer.show_lasso(int(np.count_nonzero(taken)), faint)

    def toggle(self, place: int) -> None:
        """An object that comes to those selected, or is taken back."""
        if place >= 0 and self.shown is not None:
            one = np.arange(self.shown.strong.size) == place
            if self.selection.size and self.selection[place]:
                self.select(self.selection & ~one)
            else:
                self.select(one, more=True)

    def list_selection(self) -> None:
        """List the selected objects alone."""
        if self.selection.any():
            x, y = self.names
            self._store.filter.hold(self.selection, f"lasso in {y} against {x}")

    def _save(self) -> None:
        self.list_selection()
        self._store.toolbar.filter.subsets.ask_name()

    def _vet(self) -> None:
        self.list_selection()
        self._store.tools.trigger("vet_list")

    def keyPressEvent(self, event: object) -> None:
        if event.key() == Qt.Key.Key_Escape and self.selection.any():  # type: ignore[attr-defined]
            self.select(np.empty(0, bool))
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]
