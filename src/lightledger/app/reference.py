"""The Reference page: "my star", and the comparison stars behind the correction."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import LightledgerError, ZeroPoints, counted

from .notifications import Notifications
from .seen import is_seen
from .session import Session
from .theme import small_font
from .turns import in_turns

if TYPE_CHECKING:
    from lightledger.workers import Jobs

_TITLES = ("id", "mag", "scatter", "weight")


class ReferencePage(QWidget):
    """Lists the comparison stars of the current measurement and lets a person change them.

    Solving zero points anew runs in a worker; the plots keep the old correction until then.
    """

    my_star_wanted = Signal()
    my_star_chosen = Signal()

    def __init__(
        self, session: Session, jobs: Jobs, desk: Notifications, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._jobs, self._desk = session, jobs, desk
        self._members: list[int] = []
        self._stale = True
        self.star = QLabel()
        self.star.setWordWrap(True)
        self.go = go = _button("Go to it", "Select my star (S)", self.my_star_wanted.emit)
        choose = _button("Take the current object", "It is my star", self.my_star_chosen.emit)
        self.state = QLabel()
        self.state.setProperty("muted", True)
        self.state.setWordWrap(True)
        self.state.setFont(small_font())
        self.table = QTableWidget(0, len(_TITLES))
        self._dress()
        self.add = _button(
            "Add current", "Use the current object as comparison star", self.add_current
        )
        self.remove = _button("Remove", "Drop the selected comparison stars", self.remove_selected)
        stars = QHBoxLayout()
        stars.addWidget(go)
        stars.addWidget(choose)
        stars.addStretch(1)
        edits = QHBoxLayout()
        edits.addWidget(self.add)
        edits.addWidget(self.remove)
        edits.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 16, 8, 8)
        outer.setSpacing(8)
        outer.addWidget(_section("My star"))
        outer.addWidget(self.star)
        outer.addLayout(stars)
        outer.addSpacing(8)
        outer.addWidget(_section("Comparison stars"))
        outer.addWidget(self.state)
        outer.addWidget(self.table, 1)
        outer.addLayout(edits)
        session.measurement_changed.connect(self._follow)

    def _dress(self) -> None:
        table = self.table
        table.setAccessibleName("Comparison stars")
        table.setHorizontalHeaderLabels(list(_TITLES))
        table.setFont(small_font())
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(24)
        table.setShowGrid(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setHighlightSections(False)
        table.setToolTip("Double click shows the light curve of a comparison star")
        table.cellDoubleClicked.connect(
            lambda row, _column: self._session.set_index(self._members[row])
        )

    def show_star(self, object_id: str) -> None:
        """Name "my star", '' for none."""
        self.star.setText(object_id or "none chosen yet")
        self.go.setEnabled(bool(object_id))

    # -- list

    def _follow(self) -> None:
        """Another measurement; listed when somebody looks."""
        self._stale = True
        if is_seen(self):
            self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._stale:
            in_turns(self, self.refresh)

    def refresh(self, edited: bool = False) -> None:
        """Solve or read the zero points of the current measurement in a worker, then list them."""
        measurement = self._session.measurement
        self._stale = False
        if not measurement:
            return
        self.table.setEnabled(False)  # dimmed until the new list is there
        self.state.setText(f"{measurement}: reading")
        self._jobs.run(
            self._session.field.zero_points,
            measurement,
            done=lambda zp: self._show(measurement, zp, edited),
            failed=self._failed,
            channel="zero points",
        )

    def _failed(self, error: LightledgerError) -> None:
        self.table.setEnabled(True)
        self.state.setText(str(error))
        self._desk.error(error)

    def _show(self, measurement: str, zero_points: ZeroPoints, edited: bool) -> None:
        if measurement != self._session.measurement:
            return
        session = self._session
        stats = session.field.statistics(measurement, corrected=True)
        order = np.argsort(-zero_points.weight, kind="stable")
        self._members = [int(zero_points.member[i]) for i in order]
        zero, _ = session.zero_point(measurement)
        total = float(np.sum(zero_points.weight)) or 1.0
        self.table.setRowCount(len(order))
        for row, i in enumerate(order):
            member = self._members[row]
            flux, median = zero_points.reference[i], stats["median"][member]
            scatter = 100 * stats["scatter"][member] / median if median else np.nan
            cells = (
                session.ids[member],
                f"{zero - 2.5 * np.log10(flux):.2f}" if flux > 0 else "–",
                f"{scatter:.2f} %" if np.isfinite(scatter) else "–",
                f"{100 * zero_points.weight[i] / total:.1f} %",
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(
                        Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                    )
                self.table.setItem(row, column, item)
        self.table.setEnabled(True)
        self.state.setText(_in_words(measurement, zero_points))
        if edited:
            session.curves_changed.emit()

    @property
    def members(self) -> list[int]:
        """Indices of the listed comparison stars."""
        return list(self._members)

    # -- edits

    def add_current(self) -> None:
        obj = self._session.object_id
        self._edit(lambda: self._session.field.journal.add_comparison(obj))

    def remove_current(self) -> None:
        obj = self._session.object_id
        self._edit(lambda: self._session.field.journal.remove_comparison(obj))

    def remove_selected(self) -> None:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        ids = [self._session.ids[self._members[row]] for row in rows]
        journal = self._session.field.journal
        if ids:
            self._edit(lambda: [journal.remove_comparison(obj) for obj in ids])

    def _edit(self, act: Callable[[], object]) -> None:
        try:
            act()
        except LightledgerError as error:
            self._desk.error(error)
            return
        self.refresh(edited=True)


def _in_words(measurement: str, zero_points: ZeroPoints) -> str:
    n = zero_points.member.size
    if n == 0:
        return f"{measurement}: no comparison stars, no correction"
    errors = zero_points.error[np.isfinite(zero_points.error)]
    words = f"{measurement}: {counted(n, 'star')}"
    if errors.size:
        words += f", zero points good to {100 * float(np.median(errors)):.2f} %"
    missing = int(np.count_nonzero(~np.isfinite(zero_points.factor)))
    return words + (f", {counted(missing, 'visit')} without one" if missing else "")


def _section(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("section", True)
    return label


def _button(text: str, tip: str, action: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: action())
    return button
