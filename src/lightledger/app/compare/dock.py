"""The dock that compares the measurements of the current object, and of the whole field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSplitter, QVBoxLayout, QWidget

from lightledger.analysis.epochs import Epochs, pairs
from lightledger.analysis.evidence import Answer, Mark
from lightledger.analysis.masks import Filters, passes
from lightledger.app.buttons import flat_button
from lightledger.app.elided import ElidedLabel
from lightledger.app.evidence.collect import Evidence, EvidencePlot
from lightledger.app.evidence.popup import EvidencePopup
from lightledger.app.measurementnames import grouped
from lightledger.app.panelset import PanelSpec
from lightledger.app.seen import is_seen
from lightledger.app.theme import small_font
from lightledger.domain import LightledgerError, counted, parse_measurement

from .columns import BINS, MEASUREMENTS, Bin
from .model import RowsModel
from .table import RowsTable

if TYPE_CHECKING:
    from lightledger.analysis.quality import BandQuality
    from lightledger.app.openstore import OpenStore
    from lightledger.domain import Control
    from lightledger.library import Field
    from lightledger.library.comparing import Compared

#: Leafing rests so long before all measurements of an object are read.
_AFTER_MS = 120


class CompareDock(QWidget):
    """Measurements of the object above, the best of the field by magnitude below.

    Parameters
    ----------
    store : OpenStore
    """

    def __init__(self, store: OpenStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store, self._session = store, store.session
        self.table = RowsTable(RowsModel(MEASUREMENTS), "Measurements of the object", self)
        self.bins = RowsTable(RowsModel(BINS), "Best measurement by magnitude", self)
        self.quality: BandQuality | None = None
        self._quality_of = ("", False)
        self._stale = False
        self.popup: EvidencePopup | None = None
        self.plot_two = self._button("Plot two", "Select two rows: one against the other")
        self.panels_two = self._button("As panels", "A panel of each selected measurement")
        copy = flat_button("Copy the selected rows, or all (Ctrl+C)")
        copy.setText("copy")
        copy.clicked.connect(self.table.copy)
        self._hint = ElidedLabel("select two to plot them", self)
        self._hint.setFont(small_font())
        self._hint.setProperty("muted", True)
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(6)
        row.addWidget(self.plot_two)
        row.addWidget(self.panels_two)
        row.addWidget(self._hint, 1)
        row.addWidget(copy)
        upper = QWidget(self)
        lines = QVBoxLayout(upper)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self.table, 1)
        lines.addLayout(row)
        lower = QWidget(self)
        self._heading = ElidedLabel(parent=self)
        self._heading.setFont(small_font())
        self._heading.setContentsMargins(8, 6, 8, 4)
        lines = QVBoxLayout(lower)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addWidget(self._heading)
        lines.addWidget(self.bins, 1)
        split = QSplitter(Qt.Orientation.Vertical, self)
        split.addWidget(upper)
        split.addWidget(lower)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        split.setChildrenCollapsible(False)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(split)
        self._soon = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._soon.timeout.connect(self.refresh)
        self.table.selectionModel().selectionChanged.connect(self._selection_changed)
        self.table.model().modelReset.connect(self._selection_changed)
        self.table.doubleClicked.connect(self._make_current)
        self.plot_two.clicked.connect(self.plot_selected)
        self.panels_two.clicked.connect(self.show_panels)
        session = self._session
        for signal in (
            session.object_changed, session.measurement_changed, session.display_changed,
            session.filters_changed, session.curves_changed,
        ):  # fmt: skip
            signal.connect(self._soon.start)
        self._selection_changed()
        self.refresh()

    def _button(self, text: str, tip: str) -> QPushButton:
        made = QPushButton(text, self)
        made.setToolTip(tip)
        made.setFont(small_font())
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return made

    # -- content

    def refresh(self) -> None:
        """Read all measurements of the object, in a worker; when they are looked at."""
        self._soon.stop()
        if not is_seen(self):
            self._stale = True
            return
        self._stale = False
        session, tools = self._session, self._store.tools
        if not session.measurement or not session.n_object:
            return
        tools.jobs.run(
            compared,
            session.field,
            session.index,
            session.filters(),
            session.display.corrected,
            done=self._show,
            failed=tools.desk.error,
            channel="compare",
        )
        wanted = session.band, session.display.corrected
        if wanted != self._quality_of:
            self._quality_of = wanted
            self._heading.setText(f"best in {session.band} by magnitude: reading")
            tools.jobs.run(
                best_by_magnitude,
                session.field,
                *wanted,
                done=self._show_quality,
                failed=tools.desk.error,
                channel="compare field",
            )

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._stale:
            self._soon.start()

    def _show(self, rows: list[Compared]) -> None:
        chosen = {self.table.rows.rows[place].measurement for place in self.table.chosen()}
        self.table.rows.set_rows(rows)
        flags = self.table.selectionModel().SelectionFlag
        for place, row in enumerate(self.table.rows.rows):
            if row.measurement in chosen:
                where = self.table.rows.index(place, 0)
                self.table.selectionModel().select(where, flags.Select | flags.Rows)
        self._show_bins()

    def _show_quality(self, quality: BandQuality) -> None:
        self.quality = quality
        self._show_bins()

    def _show_bins(self) -> None:
        quality = self.quality
        if quality is None or quality.band != self._session.band:
            return
        session = self._session
        columns = session.field.query_columns(quality.magnitudes_of, self._quality_of[1])
        magnitude = float(columns["mag"][session.index]) if session.n_object else float("nan")
        bins = []
        for i, best in enumerate(quality.best):
            low, high = quality.edges[i], quality.edges[i + 1]
            scatter = quality.scatter[best][i] if best else float("nan")
            usual = quality.scatter[quality.magnitudes_of][i]
            here = low <= magnitude < high
            bins.append(Bin(low, high, quality.n_object[i], best, scatter, usual, here))
        self.bins.rows.set_rows(bins)
        what = quality.best_in_words or "no constant objects to tell"
        self._heading.setText(f"best in {quality.band}: {what}")
        self._heading.setToolTip(
            f"{what}\nLowest median scatter of constant, well measured objects, of all visits"
        )

    # -- two of them

    def _selected(self) -> list[str]:
        return [self.table.rows.rows[place].measurement for place in self.table.chosen()]

    def _selection_changed(self, *_: object) -> None:
        n = len(self.table.chosen())
        self.plot_two.setEnabled(n == 2)
        self.panels_two.setEnabled(n > 0)
        self._hint.setText("" if n == 2 else "select two to plot them")

    def plot_selected(self) -> None:
        """One measurement against the other, relative to their medians."""
        names = self._selected()
        if len(names) != 2:
            return
        try:
            shown = two(self._session.field, self._session.index, (names[0], names[1]),
                        self._session.filters(), self._session.display.corrected)  # fmt: skip
        except LightledgerError as error:
            self._store.tools.desk.error(error)
            return
        if self.popup is None:
            self.popup = EvidencePopup(self._store.tools.themes, self._store.page)
            self.popup.closed.connect(self.popup.hide)
            self._session.object_changed.connect(self.popup.hide)
        band = list(self._session.field.bands).index(parse_measurement(names[0]).band)
        marker = self._store.tools.themes.current.marker(band)
        self.popup.show_evidence(shown, marker, fit=True)
        self.popup.place_at_right()
        self.popup.show()
        self.popup.raise_()

    def show_panels(self) -> None:
        """A panel of each selected measurement that has none."""
        panels = self._session.panels
        for name in self._selected():
            if name not in panels.shown and not panels.add(PanelSpec((name,))):
                self._store.tools.say("there is no room for more panels: close one")
                return

    def _make_current(self, where: object) -> None:
        row = self.table.rows.rows[where.row()]  # type: ignore[attr-defined]
        self._session.panels.set_measurement(row.measurement)


def compared(
    field: Field, index: int, filters: Filters, corrected: bool, *, control: Control
) -> list[Compared]:
    """All measurements of an object; for a worker."""
    names = []
    for band in field.bands:
        of_band = [name for name in field.measurements if parse_measurement(name).band == band]
        names += [each.name for group in grouped(of_band).values() for each in group]
    return field.compare(index, names, filters, corrected, control=control)


def best_by_magnitude(field: Field, band: str, corrected: bool) -> BandQuality:
    """The best measurement by magnitude; for a worker."""
    return field.best_by_magnitude(band, corrected)


def two(
    field: Field, index: int, names: tuple[str, str], filters: Filters, corrected: bool
) -> Evidence:
    """Two measurements of an object against each other, visit by visit."""
    curves = [field.light_curve(index, name, corrected) for name in names]
    bands = [parse_measurement(name).band for name in names]
    if bands[0] == bands[1]:
        places = np.repeat(np.arange(len(curves[0]))[:, None], 2, axis=1)
    else:
        mine, theirs = (Epochs.of(field.visits(band)) for band in bands)
        places = pairs(mine, theirs)
    parts, keeps = [], []
    for lc, column in zip(curves, places.T, strict=True):
        keep = passes(lc, filters).keep
        middle = float(np.median(lc.value[keep])) if keep.any() else float("nan")
        parts.append(np.asarray(lc.value, np.float64)[column] / middle)
        keeps.append(keep[column])
    both = keeps[0] & keeps[1] & np.isfinite(parts[0]) & np.isfinite(parts[1])
    words = (
        f"{counted(int(np.count_nonzero(both)), 'visit')} of both that pass, each over its median"
    )
    plot = EvidencePlot(parts[0], parts[1], (f"{names[0]} / median", f"{names[1]} / median"),
                        both, level=True)  # fmt: skip
    title = f"{curves[0].object}: two measurements"
    return Evidence("two", title, title, Answer(Mark.UNKNOWN, "", words), words, plot)
