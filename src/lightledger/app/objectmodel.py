"""The rows of the object table: numpy columns in a frozen order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True)
class Column:
    """One column: title, how a number is written, what it means, and whether large comes first."""

    key: str
    title: str
    write: Callable[[float], str]
    meaning: str
    descending: bool = False


def _number(places: int) -> Callable[[float], str]:
    def write(value: float) -> str:
        if not np.isfinite(value):
            return "–"
        # Narrow columns: large numbers need no decimals to be told apart.
        fewer = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else places
        keep = min(places, fewer)
        return f"{round(value, keep) + 0.0:.{keep}f}"  # + 0.0: never '-0.0'

    return write


def _ratio(value: float) -> str:
    return _number(2 if abs(value) < 10 else 1)(value)


COLUMNS: tuple[Column, ...] = (
    Column("id", "id", lambda value: str(int(value)), "Id of the object in the catalogue"),
    Column("mag", "mag", _number(2), "Magnitude of the median flux"),
    Column(
        "excess",
        "excess",
        _number(1),
        "Scatter above that of objects of the same brightness; above 3: look at it",
        descending=True,
    ),
    Column(
        "inv_eta",
        "1/η",
        _ratio,
        "Smoothness from visit to visit (inverse von Neumann ratio); high: varies slowly",
        descending=True,
    ),
    Column("n_good", "n", _number(0), "Visits with a good point", descending=True),
)
_KEYS = [column.key for column in COLUMNS]


class ObjectModel(QAbstractTableModel):
    """Objects in an order that changes only when a person asks.

    Numbers may change underneath (another measurement); the order then says from what and when it
    is, until `sort` is called again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: list[str] = []
        self._values: dict[str, np.ndarray] = {}
        self._subset: np.ndarray | None = None
        self._order = np.empty(0, np.int64)
        self._rank = np.empty(0, np.int64)
        self._sorted_by = ("excess", Qt.SortOrder.DescendingOrder)
        self._marked = -1
        #: What the order was made from: '', or 'excess of ch1_sci-aper_r3, 14:02'.
        self.order_from = ""
        self._source = ""
        self.stale = False

    # -- content

    def set_objects(self, ids: list[str]) -> None:
        self.beginResetModel()
        self._ids = ids
        self._values = {"id": np.arange(len(ids), dtype=np.float64)}
        self._subset = None
        self._order = np.arange(len(ids))
        self._index_ranks()
        self.endResetModel()

    def set_numbers(self, values: dict[str, np.ndarray], source: str) -> None:
        """Other numbers for the same objects; the order stays as it is.

        Parameters
        ----------
        values : dict of str to ndarray, shape (n_object,)
            By column key.
        source : str
            Measurement they belong to.
        """
        self._values = {"id": self._values["id"], **values}
        self.stale = bool(self.order_from) and source != self._source
        self._source = source
        if self._order.size:
            last = self.index(self.rowCount() - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_subset(self, keep: np.ndarray | None) -> None:
        """Show only some objects; None: all. Sorts anew."""
        self._subset = keep
        self.resort()

    def set_marked(self, index: int) -> None:
        """The object with the star ("my star"); -1: none."""
        self._marked = index

    # -- order

    @property
    def order(self) -> np.ndarray:
        """Object indices in the order of the rows."""
        return self._order

    def row_of(self, index: int) -> int:
        """Row of an object, -1 if it is not in the list."""
        return int(self._rank[index]) if 0 <= index < self._rank.size else -1

    def resort(self) -> None:
        key, order = self._sorted_by
        self.sort(_KEYS.index(key), order)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, missing numbers last; a stable sort."""
        key = _KEYS[column]
        self._sorted_by = (key, order)
        values = self._values.get(key)
        if values is None:
            return
        self.layoutAboutToBeChanged.emit()
        old = [(i, int(self._order[i.row()])) for i in self.persistentIndexList()]
        places = np.arange(len(self._ids)) if self._subset is None else np.nonzero(self._subset)[0]
        keys = values[places].astype(np.float64)
        if order == Qt.SortOrder.DescendingOrder:
            keys = -keys
        self._order = places[np.argsort(keys, kind="stable")]
        self._index_ranks()
        for index, obj in old:
            row = self.row_of(obj)
            self.changePersistentIndex(
                index, self.index(row, index.column()) if row >= 0 else QModelIndex()
            )
        self.order_from = f"{COLUMNS[column].title} of {self._source}, {datetime.now():%H:%M}"
        self.stale = False
        self.layoutChanged.emit()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    @property
    def sorted_by(self) -> tuple[int, Qt.SortOrder]:
        key, order = self._sorted_by
        return _KEYS.index(key), order

    def _index_ranks(self) -> None:
        self._rank = np.full(len(self._ids), -1, np.int64)
        self._rank[self._order] = np.arange(self._order.size)

    # -- Qt

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else int(self._order.size)

    def columnCount(self, parent: _Index | None = None) -> int:
        return len(COLUMNS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            obj = int(self._order[index.row()])
            column = COLUMNS[index.column()]
            if column.key == "id":
                return f"★ {self._ids[obj]}" if obj == self._marked else self._ids[obj]
            values = self._values.get(column.key)
            return column.write(float(values[obj])) if values is not None else "–"
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0:
            return self._ids[int(self._order[index.row()])]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            )
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            title = COLUMNS[section].title
            if COLUMNS[section].key != self._sorted_by[0]:
                return title
            return f"{title} {'↓' if self._sorted_by[1] == Qt.SortOrder.DescendingOrder else '↑'}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return f"{COLUMNS[section].meaning}\nClick to sort; current measurement: {self._source}"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if section == 0 else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None
