"""The periods dock."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.analysis.periods import Found
from lightledger.analysis.periods.series import BARYCENTRIC
from lightledger.app.flow import Flow
from lightledger.app.panelfigure import Figure
from lightledger.app.plotfigure import draw_plots
from lightledger.app.seen import is_seen
from lightledger.app.theme import Themes, small_font
from lightledger.domain import counted
from lightledger.domain.times import MJD_ZERO

from .controls import Controls
from .folded import FoldedPlot
from .peaktable import PeakTable, epoch_text, period_text
from .plot import PeriodogramPlot
from .searching import Searching

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore


#: An epoch above this is a JD: as an MJD it would lie in the year 5000 and later.
_LEAST_JD = 1_200_000.0


class PeriodsDock(QWidget):
    """Controls, periodogram, folded light curve and peaks of the current light curve.

    Parameters
    ----------
    store : OpenStore

    Attributes
    ----------
    search : Searching
    """

    def __init__(self, store: OpenStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self.search = Searching(store, lambda: is_seen(self), self)
        self.controls = Controls(self)
        self.plot = PeriodogramPlot(store.tools.themes, self)
        self.folded = FoldedPlot(store.session, store.tools.themes, self)
        self.table = PeakTable(self)
        self.empty = QLabel(self)
        self.empty.setWordWrap(True)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(24, 24, 24, 24)
        self.facts = QLabel(self)
        self.facts.setWordWrap(True)
        self.facts.setFont(small_font())
        self.facts.setProperty("muted", True)
        self.facts.setContentsMargins(8, 2, 8, 2)
        self._parts = QSplitter(Qt.Orientation.Vertical, self)
        self._parts.setChildrenCollapsible(False)
        low = QWidget(self)
        lines = QVBoxLayout(low)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(0)
        lines.addLayout(self._period_line())
        lines.addWidget(self.folded, 1)
        for part, stretch in ((self.plot, 3), (low, 3), (self.table, 2)):
            self._parts.addWidget(part)
            self._parts.setStretchFactor(self._parts.count() - 1, stretch)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.controls)
        outer.addWidget(self._parts, 1)
        outer.addWidget(self.empty, 1)
        outer.addWidget(self.facts)
        self._connect()
        self._show_found()

    def _period_line(self) -> Flow:
        line = Flow()
        line.setContentsMargins(8, 4, 8, 4)
        self.period = QLineEdit(self)
        self.period.setAccessibleName("Period, days")
        self.period.setToolTip("Period in days: type another one, then Return")
        self.period.setFixedWidth(92)
        line.addWidget(QLabel("P [d]", self))
        line.addWidget(self.period)
        trigger = self._store.tools.trigger
        for text, tip, act in (
            ("P/2", "Half the period", "half_period"),
            ("2P", "Double the period: two eclipses of different depth, say", "double_period"),
        ):
            line.addWidget(self._button(text, tip, act, trigger))
        self.keep = self._button(
            "Keep", "Keep period and epoch: columns period_d and period_epoch_mjd", "keep_period",
            trigger,
        )  # fmt: skip
        line.addWidget(self.keep)
        self.epoch = QLineEdit(self)
        self.epoch.setAccessibleName("Epoch, MJD of phase 0")
        self.epoch.setFixedWidth(92)
        self.epoch_scale = QLabel(self)
        line.addWidget(self.epoch_scale)
        line.addWidget(self.epoch)
        line.addWidget(
            self._button(
                "Fold panels",
                "Phases in the panels too; they follow what is chosen here",
                "fold_panels",
                trigger,
            )
        )
        return line

    def _button(self, text: str, tip: str, act: str, trigger: object) -> QToolButton:
        made = QToolButton(self)
        made.setText(text)
        made.setToolTip(tip)
        made.clicked.connect(lambda _=False: trigger(act))  # type: ignore[operator]
        return made

    def _connect(self) -> None:
        search, controls = self.search, self.controls
        controls.wanted_changed.connect(search.set_wanted)
        controls.period_axis.connect(self._show_axis)
        controls.bootstrap_wanted.connect(search.draw_anew)
        controls.stop_wanted.connect(search.stop)
        search.busy_changed.connect(self._show_busy)
        search.progress.connect(controls.show_progress)
        search.changed.connect(self._show_found)
        search.chosen_changed.connect(self._show_chosen)
        self.plot.chosen.connect(search.choose)
        self.table.chosen.connect(search.choose)
        self.period.returnPressed.connect(self._take_typed)
        self.epoch.returnPressed.connect(self._take_epoch)
        self._store.session.words_changed.connect(self._show_kept)

    # -- following

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.search.look()

    def _show_busy(self, on: bool) -> None:
        self.controls.show_busy(on)
        self.plot.set_dimmed(on)

    def _show_axis(self, as_period: bool) -> None:
        self.plot.show_as_period(as_period)
        self._show_chosen()

    def _show_found(self) -> None:
        found = self.search.found
        self._parts.setVisible(found is not None)
        self.empty.setVisible(found is None)
        self.empty.setText(self.search.remark or "Searching for periods of this object")
        self.facts.setText(facts_of(found) if found is not None else "")
        self.facts.setVisible(found is not None)
        barycentric = found is not None and found.series.scale == BARYCENTRIC
        self.epoch_scale.setText(f"epoch [MJD {'TDB' if barycentric else 'UTC'}]")
        self.epoch.setToolTip(
            f"Phase 0: {'BJD_TDB − 2,400,000.5' if barycentric else 'MJD, UTC'}. Type another one, "
            "as MJD or JD, then Return;\nempty is the brightest moment, or the middle of the dip"
        )
        self.plot.show_found(found)
        self.folded.show_found(found)
        self.table.show_found(found)
        self.controls.show_left_out(found)
        self._show_chosen()

    def _show_chosen(self) -> None:
        search, peak = self.search, self.search.chosen
        self.plot.show_chosen(peak.frequency if peak is not None else math.nan)
        self.folded.show_chosen(peak)
        self.table.show_chosen(peak.frequency if peak is not None else math.nan)
        if peak is not None and search.found is not None and not self.period.hasFocus():
            self.period.setText(period_text(peak, search.found.width))
        if not self.epoch.hasFocus():
            self.epoch.setText(epoch_text(peak) if peak is not None else "")
        self._show_kept()

    def _show_kept(self) -> None:
        kept = self.search.kept
        self.keep.setText("Kept" if kept else "Keep")
        self.keep.setEnabled(not kept and self.search.chosen is not None)

    def figure(self, svg: bool) -> Figure:
        """Periodogram and folded light curve for print."""
        themes, found = Themes("light"), self.search.found
        periodogram = PeriodogramPlot(themes)
        folded = FoldedPlot(self._store.session, themes)
        for plot in (periodogram, folded):
            plot.show_found(found)
        periodogram.show_as_period(self.controls.as_period.isChecked())
        periodogram.show_range(self.plot.ends)
        chosen = self.search.chosen
        periodogram.show_chosen(chosen.frequency if chosen is not None else math.nan)
        folded.show_chosen(chosen)
        folded.say_fold(" ".join(self.search.of), chosen, found)
        return draw_plots([(periodogram, 3.0), (folded, 2.6)], svg)

    def _take_typed(self) -> None:
        period = _number(self.period)
        if period > 0 and math.isfinite(period):
            self.search.choose(1 / period)
        self.period.clearFocus()
        self._show_chosen()

    def _take_epoch(self) -> None:
        epoch = _number(self.epoch)
        if math.isfinite(epoch) or not self.epoch.text().strip():
            self.search.set_epoch(epoch - MJD_ZERO if epoch > _LEAST_JD else epoch)
        self.epoch.clearFocus()
        self._show_chosen()


def _number(box: QLineEdit) -> float:
    """What is typed; nan for no number."""
    try:
        return float(box.text().replace(",", "."))
    except ValueError:
        return math.nan


def facts_of(found: Found) -> str:
    """What was searched, in one line."""
    series, grid = found.series, found.grid
    words = [f"{counted(len(series), 'point')} over {series.span:,.4g} d, {series.scale}"]
    if series.n_without_error:
        words.append(f"{series.n_without_error:,} without an error left out")
    words.append(f"{grid.n:,} frequencies to {grid.last:.4g}/d ({grid.reason})")
    if found.bound is not None:
        words.append(f"FAP: {found.bound.text}")
    elif found.wanted.method == "ls":
        words.append("FAP of several terms: draw anew")
    return "; ".join(words)
