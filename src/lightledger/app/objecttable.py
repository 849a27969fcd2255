"""The list of objects: filtered, sorted, leafed through, found by id."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QStackedWidget, QVBoxLayout, QWidget

from .columnchoice import ColumnChoice
from .emptylist import EmptyList
from .leaftable import LeafTable
from .listhead import ListHead
from .numbers import Numbers
from .objectfilter import ObjectFilter
from .objectmodel import ObjectModel
from .settings import Settings

_DOWN, _UP = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


class ObjectTable(QWidget):
    """Objects of a session with their numbers; what passes the filter, and is well measured.

    The list is made when the filter is typed, the chip clicked, a header clicked, or by hand:
    other numbers alone change neither its order nor who is in it.
    """

    #: Another list, or the same in another order.
    list_changed = Signal()
    clear_wanted = Signal()

    def __init__(
        self,
        numbers: Numbers,
        chosen: ObjectFilter,
        settings: Settings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._numbers = numbers.session, numbers
        self._filter = chosen
        self.model = ObjectModel(self)
        self.view = LeafTable(self.model, self)
        self.view.setAccessibleName("Objects")
        self.empty = EmptyList(self)
        self.head = ListHead(self)
        self._only_good = self._showing = False
        self._good: np.ndarray | None = None
        self._build()
        self.model.set_objects(self._session.ids)
        header = self.view.horizontalHeader()
        self.columns = ColumnChoice(numbers, self.model, settings, header)
        self._connect()
        self._take_numbers()
        # Light curves from elsewhere may all have few of the visits; what is hidden are the few.
        self._only_good = self._good is None or bool(self._good.mean() >= 0.5)
        self.model.resort()
        self._make_list()
        self._show_outdated()
        self.view.fit_columns()

    def _build(self) -> None:
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self.head)
        outer.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.head.chip.clicked.connect(lambda: self.show_subset(not self._only_good))
        self.head.resort.clicked.connect(self.renew)
        self.head.recompute.clicked.connect(self._numbers.recompute)
        self.empty.clear_wanted.connect(self.clear_wanted)
        self.empty.all_wanted.connect(lambda: self.show_subset(False))
        self.view.selectionModel().currentRowChanged.connect(self._row_chosen)
        self.view.horizontalHeader().sectionClicked.connect(self._header_clicked)
        self.columns.changed.connect(self._columns_chosen)
        self._session.object_changed.connect(self._show_object)
        self._session.curves_changed.connect(self._show_outdated)
        self._session.words_changed.connect(self._take_numbers)
        self._numbers.changed.connect(self._numbers_changed)
        self._numbers.waiting_changed.connect(self._show_waiting)
        self._filter.changed.connect(self._filter_changed)

    # -- numbers

    def _take_numbers(self) -> None:
        columns = self._numbers.columns
        if "well_measured" in columns:
            self._good = np.asarray(columns["well_measured"], bool)
        self.model.set_numbers(columns, self._numbers.source)

    def _numbers_changed(self) -> None:
        """Other numbers in the same list."""
        self._take_numbers()
        self._show_counts()
        self._show_outdated()

    def _show_outdated(self) -> None:
        live = self._numbers.statistics is not None
        stale = self._session.field.stale
        self.head.show_outdated("" if live else stale(self._session.measurement))

    def _show_waiting(self) -> None:
        """Numbers that are being computed anew are dimmed."""
        self.model.set_dim(self._numbers.waiting)

    def set_marked(self, index: int) -> None:
        self.model.set_marked(index)
        self.view.viewport().update()

    # -- who is in the list

    @property
    def shows_subset(self) -> bool:
        """Whether only well measured objects are listed."""
        return self._only_good

    def show_subset(self, only_good: bool) -> None:
        """Only well measured objects, or all that pass the filter."""
        self._only_good = only_good
        self._make_list()

    def renew(self) -> None:
        """Make the list again, filter and order, by the numbers of now."""
        self.model.resort()
        self._make_list()
        self._filter.renew()

    def _filter_changed(self, meant: bool) -> None:
        self._make_list()
        if meant and self.model.rowCount() and self.model.row_of(self._session.index) < 0:
            self.go_first()

    def _make_list(self) -> None:
        keep = self._filter.keep
        if self._only_good and self._good is not None and not self._good.all():
            keep = self._good if keep is None else keep & self._good
        self.model.set_keep(keep)
        self._show_counts()
        self._show_object()
        self.list_changed.emit()

    @property
    def n_hidden(self) -> int:
        """Objects that pass the filter but are not listed: they are not well measured."""
        return self._filter.n_pass - self.model.rowCount()

    def counts(self) -> str:
        """How many are listed, of how many."""
        return f"{self.model.rowCount():,} of {self._session.n_object:,}"

    def _show_counts(self) -> None:
        n, hidden = self.model.rowCount(), self.n_hidden
        some = self._good is not None and not self._good.all()
        self.head.show_counts(
            n,
            self._session.n_object,
            hidden,
            holds=self._filter.holds,
            only_good=self._only_good,
            choice=bool(hidden) if self._only_good else some,
        )
        self.head.show_order(self._stale_words(), self._filter.holds or self._only_good)
        self.empty.show_reason(self._filter.words, hidden)
        self._pages.setCurrentWidget(self.view if n else self.empty)

    def _stale_words(self) -> str:
        """By what the list was made, where that is not what is shown now."""
        if self.model.stale:
            return f"order: {self.model.order_from}"
        return f"filter: by {self._filter.source}" if self._filter.stale else ""

    # -- columns and order

    def _columns_chosen(self) -> None:
        self.view.fit_columns()
        self._show_object()

    @property
    def sorted_by(self) -> tuple[str, bool]:
        """Column, and whether it descends."""
        key, order = self.model.sorted_by
        return key, order == _DOWN

    def _header_clicked(self, section: int) -> None:
        column, order = self.model.sorted_by
        if self.model.keys[section] == column:
            self.sort_by(column, order != _DOWN)
        else:
            self.sort_by(self.model.keys[section])

    def sort_by(self, key: str, descending: bool | None = None) -> None:
        """Sort by a column, in its natural direction unless told."""
        if descending is None:
            shown = [self.model.column(i) for i in range(self.model.columnCount())]
            descending = next((c.descending for c in shown if c.key == key), key == "excess")
        self.model.sort_by(key, _DOWN if descending else _UP)
        self.view.fit_columns()
        self._make_list()

    def show_list(self, rows: np.ndarray) -> None:
        """Objects of a frozen list in its order, well measured or not."""
        self._only_good = False
        self.model.set_order(rows)
        self._make_list()

    def show_verdicts(self, verdicts: np.ndarray) -> None:
        """Verdicts as they may be shown, shape (n_object,)."""
        self.model.set_instead({"verdict": verdicts})

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
                # By half a page, not row by row: a scrolled list is painted whole.
                if not self.view.viewport().rect().contains(self.view.visualRect(where)):
                    self.view.scrollTo(where, QAbstractItemView.ScrollHint.PositionAtCenter)
                selection.setCurrentIndex(where, flags.ClearAndSelect | flags.Rows)
        finally:
            self._showing = False

    def step(self, by: int) -> bool:
        """Leaf: the object ``by`` rows further down; whether there was one to go to."""
        if not (n := self.model.rowCount()):
            return False
        before = self.model.row_of(self._session.index)
        row = 0 if before < 0 else min(max(before + by, 0), n - 1)
        self._session.set_index(int(self.model.order[row]))
        return row != before

    def go_next(self, wanted: np.ndarray) -> bool:
        """The next listed object of those wanted, from the top again after the last one.

        Parameters
        ----------
        wanted : ndarray of bool, shape (n_object,)

        Returns
        -------
        bool
            Whether there is one.
        """
        places = np.flatnonzero(wanted[self.model.order])
        later = places[places > self.model.row_of(self._session.index)]
        if not places.size:
            return False
        self._session.set_index(int(self.model.order[(later if later.size else places)[0]]))
        return True

    def around(self, n: int) -> list[int]:
        """Objects up to ``n`` rows further down and up, the nearest first."""
        row, order = self.model.row_of(self._session.index), self.model.order
        if row < 0:
            return []
        places = (row + way * step for step in range(1, n + 1) for way in (1, -1))
        return [int(order[place]) for place in places if 0 <= place < order.size]

    def go_first(self) -> None:
        """The first row."""
        if self.model.rowCount():
            self._session.set_index(int(self.model.order[0]))
            self._show_object()

    def reveal(self) -> bool:
        """Show all objects if the current one is hidden only by not being well measured.

        Returns
        -------
        bool
            Whether it is in the list now; the filter is never taken away.
        """
        index, keep = self._session.index, self._filter.keep
        passes = keep is None or bool(keep[index])
        if self._only_good and passes and self.model.row_of(index) < 0:
            self.show_subset(False)
        self._show_object()
        return self.model.row_of(index) >= 0

    def selected(self) -> list[int]:
        """Object indices of the selected rows, in their order."""
        rows = sorted(i.row() for i in self.view.selectionModel().selectedRows())
        return [int(self.model.order[row]) for row in rows] or [self._session.index]
