"""The list of objects: sorted, leafed through, found by id."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain.magnitudes import to_magnitude

from .objectmodel import COLUMNS, ObjectModel
from .session import Session
from .theme import small_font

_ROW_HEIGHT = 24


class LeafTable(QTableView):
    """A table that leaves letters to the window: typing never searches it."""

    #: Return: the plots take the keys.
    done = Signal()

    def keyboardSearch(self, search: str) -> None:
        return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.done.emit()
            return
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            event.ignore()
            return
        super().keyPressEvent(event)


class ObjectTable(QWidget):
    """Objects of a session with their numbers in the current measurement."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.model = ObjectModel(self)
        self.view = LeafTable(self)
        self.view.setModel(self.model)
        self.view.setAccessibleName("Objects")
        self.chip = _flat_button(
            "Objects measured often enough, not saturated, at an edge or blended"
        )
        self.chip.clicked.connect(self._toggle_subset)
        self.resort = _flat_button("Sort again by the numbers of the current measurement")
        self.resort.clicked.connect(self._resort)
        self._count = QLabel(self)
        self._count.setFont(small_font())
        self.outdated = QLabel(self)
        self.outdated.setFont(small_font())
        self.outdated.setProperty("muted", True)
        self.outdated.setContentsMargins(8, 0, 8, 4)
        self.outdated.setToolTip("The numbers are those of the store; the light curves are live")
        self._only_good = True
        self._showing = False
        self._good: np.ndarray | None = None
        self._dress()
        line = QHBoxLayout()
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(8)
        line.addWidget(self._count)
        line.addWidget(self.chip)
        line.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(line)
        again = QHBoxLayout()
        again.setContentsMargins(8, 0, 8, 0)
        again.addWidget(self.resort)
        again.addStretch(1)
        outer.addLayout(again)
        outer.addWidget(self.outdated)
        outer.addWidget(self.view, 1)
        self.model.set_objects(session.ids)
        self.view.selectionModel().currentRowChanged.connect(self._row_chosen)
        header = self.view.horizontalHeader()
        header.sectionClicked.connect(self._header_clicked)
        session.object_changed.connect(self._show_object)
        session.measurement_changed.connect(self.update_numbers)
        session.display_changed.connect(self.update_numbers)
        session.curves_changed.connect(self._show_outdated)
        self._shown_numbers: tuple[str, bool] | None = None
        self.update_numbers()
        self.model.set_subset(self._good)
        self._show_counts()

    def _dress(self) -> None:
        view = self.view
        view.setFont(small_font())
        view.setShowGrid(False)
        view.setAlternatingRowColors(True)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = view.horizontalHeader()
        header.setFont(small_font())
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(False)  # the title carries the arrow
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for section, width in enumerate((58, 72, 52, 46), start=1):
            view.setColumnWidth(section, width)

    # -- numbers

    def update_numbers(self) -> None:
        """Take the statistics of the current measurement; the order stays."""
        wanted = (self._session.measurement, self._session.corrected)
        if wanted == self._shown_numbers or not wanted[0]:
            return
        self._shown_numbers = wanted
        measurement, corrected = wanted
        stats = self._session.field.statistics(measurement, corrected=corrected)
        attributes = self._session.attributes(measurement)
        zero_point = float(attributes.get("zero_point", 25.0))  # type: ignore[arg-type]
        median = np.asarray(stats["median"], np.float64)
        mag, _ = to_magnitude(median, np.zeros_like(median), zero_point)
        numbers = {key: np.asarray(stats[key]) for key in ("excess", "inv_eta", "n_good")}
        self._good = self._session.field.well_measured(measurement, corrected)
        self.model.set_numbers({"mag": mag, **numbers}, measurement)
        self._show_counts()
        self._show_outdated()

    def _show_outdated(self) -> None:
        words = self._session.field.stale(self._session.measurement)
        self.outdated.setText(f"numbers {words}" if words else "")
        self.outdated.setVisible(bool(words))

    def set_marked(self, index: int) -> None:
        self.model.set_marked(index)
        self.view.viewport().update()

    @property
    def shows_subset(self) -> bool:
        return self._only_good

    def _toggle_subset(self) -> None:
        self.show_subset(not self._only_good)

    def show_subset(self, only_good: bool) -> None:
        """Only well measured objects, or all."""
        self._only_good = only_good
        self.model.set_subset(self._good if only_good else None)
        self._show_counts()
        self._show_object()

    def _show_counts(self) -> None:
        n, n_all = self.model.rowCount(), self._session.n_object
        if self._only_good:
            self._count.setText(f"well measured {n:,} of {n_all:,}")
            self.chip.setText("show all")
        else:
            self._count.setText(f"all {n_all:,}")
            self.chip.setText("well measured only")
        self.chip.setVisible(self._good is not None and not self._good.all())
        self.resort.setVisible(self.model.stale)
        self.resort.setText(f"order: {self.model.order_from} — re-sort")

    # -- order

    def _header_clicked(self, section: int) -> None:
        column, order = self.model.sorted_by
        if section == column:
            down = Qt.SortOrder.DescendingOrder
            order = Qt.SortOrder.AscendingOrder if order == down else down
        else:
            descending = COLUMNS[section].descending
            order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.model.sort(section, order)
        self._after_sort()

    def sort_by(self, key: str) -> None:
        """Sort by a column in its natural direction."""
        section = next(i for i, column in enumerate(COLUMNS) if column.key == key)
        descending = COLUMNS[section].descending
        self.model.sort(
            section,
            Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder,
        )
        self._after_sort()

    def _resort(self) -> None:
        if self._only_good:
            self.model.set_subset(self._good)
        else:
            self.model.resort()
        self._after_sort()

    def _after_sort(self) -> None:
        self._show_counts()
        self._show_object()

    # -- selection

    def _row_chosen(self, current: QModelIndex, previous: QModelIndex) -> None:
        if current.isValid() and not self._showing:
            self._session.set_index(int(self.model.order[current.row()]))

    def _show_object(self) -> None:
        row = self.model.row_of(self._session.index)
        selection = self.view.selectionModel()
        if row >= 0 and row == selection.currentIndex().row():
            return  # the table itself chose it, perhaps with more rows
        self._showing = True
        try:
            if row < 0:
                selection.clear()
            else:
                where = self.model.index(row, 0)
                flags = QItemSelectionModel.SelectionFlag
                selection.setCurrentIndex(where, flags.ClearAndSelect | flags.Rows)
                self.view.scrollTo(where)
        finally:
            self._showing = False

    def step(self, by: int) -> None:
        """Leaf: the object ``by`` rows further down."""
        n = self.model.rowCount()
        if n == 0:
            return
        row = self.model.row_of(self._session.index)
        row = 0 if row < 0 else min(max(row + by, 0), n - 1)
        self._session.set_index(int(self.model.order[row]))

    def go_first(self) -> None:
        """The first row."""
        if self.model.rowCount():
            self._session.set_index(int(self.model.order[0]))
            self._show_object()

    def reveal(self) -> None:
        """Show all objects if the current one is not in the list."""
        if self._only_good and self.model.row_of(self._session.index) < 0:
            self.show_subset(False)
        self._show_object()

    def selected(self) -> list[int]:
        """Object indices of the selected rows, in their order."""
        rows = sorted(i.row() for i in self.view.selectionModel().selectedRows())
        return [int(self.model.order[row]) for row in rows] or [self._session.index]


def _flat_button(tip: str) -> QPushButton:
    button = QPushButton()
    button.setProperty("flat", True)
    button.setFont(small_font())
    button.setToolTip(tip)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
