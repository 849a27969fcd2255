"""The rows of the object table: numpy columns in a frozen order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QGuiApplication, QPalette

from .objectcolumns import COLUMNS, DEFAULT, Column, column_of, sort_keys, texts

_Index = QModelIndex | QPersistentModelIndex
_DESCENDING = Qt.SortOrder.DescendingOrder
# As numbers: a thousand cells are asked for in one painting, and enums compare slowly.
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_FOREGROUND = int(Qt.ItemDataRole.ForegroundRole)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class ObjectModel(QAbstractTableModel):
    """Objects in an order that changes only when a person asks.

    Numbers may change underneath (another measurement); the order then says from what and when it
    is, until `sort` is called again. What is shown of it (`set_keep`) never changes the order.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: list[str] = []
        self._mapping: Mapping[str, np.ndarray] = {}
        self._values: dict[str, np.ndarray] = {}
        self._instead: dict[str, np.ndarray] = {}
        self._keys = _with_id(DEFAULT)
        self._columns: list[Column] = [column_of(key, None) for key in self._keys]
        self._keep: np.ndarray | None = None
        self._sorted = np.empty(0, np.int64)
        self._order = np.empty(0, np.int64)
        self._rank = np.empty(0, np.int64)
        self._sorted_by = ("excess", _DESCENDING)
        self._marked = -1
        self._dim = False
        #: What the order was made from: '', or 'excess of ch1_sci-aper_r3, 14:02'.
        self.order_from = ""
        self._source = self._order_source = ""

    # -- content

    def set_objects(self, ids: list[str]) -> None:
        self.beginResetModel()
        self._ids = ids
        self._keep = None
        self._sorted = np.arange(len(ids))
        self._arrange()
        self.endResetModel()

    def set_columns(self, keys: Sequence[str]) -> None:
        """Show these columns beside the id; ones that do not exist are empty."""
        self.beginResetModel()
        self._keys = _with_id(keys)
        self._take_values()
        self.endResetModel()

    def set_numbers(self, values: Mapping[str, np.ndarray], source: str) -> None:
        """Other numbers for the same objects; the order stays as it is.

        Parameters
        ----------
        values : mapping of str to ndarray, shape (n_object,)
            By column key; only what is shown or sorted by is looked at.
        source : str
            Where they are from: measurement, corrected or not, range of times.
        """
        self._mapping, self._source = values, source
        self._take_values()
        self._tell_changed()

    def _tell_changed(self) -> None:
        if self._order.size:
            last = self.index(self.rowCount() - 1, len(self._keys) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _take_values(self) -> None:
        known = self._mapping
        values = {key: known[key] for key in self._keys if key != "id" and key in known}
        self._values = values | {k: v for k, v in self._instead.items() if k in values}
        self._columns = [
            column_of(key, self._values.get(key), *texts(known, key) if key in known else ("", ""))
            for key in self._keys
        ]

    def set_keep(self, keep: np.ndarray | None) -> None:
        """Show only some objects (boolean, shape (n_object,)), None: all; in the same order."""
        self._keep = keep
        self._relayout()

    def set_instead(self, values: Mapping[str, np.ndarray]) -> None:
        """Show these columns in place of those of the same name; others may be secret for now."""
        self._instead = dict(values)
        self._take_values()
        self._tell_changed()

    def set_marked(self, index: int) -> None:
        """The object with the star ("my star"); -1: none."""
        self._marked = index

    def set_dim(self, on: bool) -> None:
        """Whether numbers are written pale: others are on their way."""
        self._dim = on
        self._tell_changed()

    @property
    def keys(self) -> tuple[str, ...]:
        """Columns that are shown: the verdict's sign, the id, then the others."""
        return self._keys

    @property
    def id_section(self) -> int:
        """Place of the id among the columns."""
        return self._keys.index("id")

    def column(self, section: int) -> Column:
        return self._columns[section]

    # -- order

    @property
    def stale(self) -> bool:
        """Whether the order was made from other numbers than are shown."""
        return bool(self.order_from) and self._source != self._order_source

    @property
    def order(self) -> np.ndarray:
        """Object indices in the order of the rows."""
        return self._order

    def row_of(self, index: int) -> int:
        """Row of an object, -1 if it is not in the list."""
        return int(self._rank[index]) if 0 <= index < self._rank.size else -1

    def resort(self) -> None:
        self.sort_by(*self._sorted_by)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column, missing numbers last; a stable sort."""
        self.sort_by(self._keys[column], order)

    def sort_by(self, key: str, order: Qt.SortOrder) -> None:
        """Sort by any column, shown or not; a column that does not exist leaves the order.

        Missing numbers come last, the light curves with most points first among them.
        """
        if key == "id":
            numbers = np.arange(len(self._ids), dtype=np.float64)
        elif key in self._mapping:
            numbers = sort_keys(np.asarray(self._instead.get(key, self._mapping[key])))
        else:
            return
        self._sorted_by = (key, order)
        numbers = -numbers if order == _DESCENDING else numbers
        rows = np.arange(numbers.size)
        if "n_good" in self._mapping and np.isnan(numbers).any():
            rows = np.argsort(
                np.where(np.isnan(numbers), -self._mapping["n_good"], 0), kind="stable"
            )
        self._sorted = rows[np.argsort(numbers[rows], kind="stable")]
        self._order_source = self._source
        title = next((c.title for c in (*self._columns, *COLUMNS) if c.key == key), key)
        self.order_from = f"{title} of {self._source}, {datetime.now():%H:%M}"
        self._relayout()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._keys) - 1)

    def set_order(self, rows: np.ndarray) -> None:
        """An order of a person's own: these objects first, as they stand; it never gets old."""
        rest = np.ones(len(self._ids), bool)
        rest[rows] = False
        self._sorted = np.concatenate([rows, np.flatnonzero(rest)]).astype(np.int64)
        self._sorted_by, self.order_from = ("", _DESCENDING), ""
        self._relayout()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._keys) - 1)

    @property
    def sorted_by(self) -> tuple[str, Qt.SortOrder]:
        return self._sorted_by

    def _relayout(self) -> None:
        self.layoutAboutToBeChanged.emit()
        old = [(i, int(self._order[i.row()])) for i in self.persistentIndexList()]
        self._arrange()
        for index, obj in old:
            row = self.row_of(obj)
            self.changePersistentIndex(
                index, self.index(row, index.column()) if row >= 0 else QModelIndex()
            )
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        keep = self._keep
        self._order = self._sorted if keep is None else self._sorted[keep[self._sorted]]
        self._rank = np.full(len(self._ids), -1, np.int64)
        self._rank[self._order] = np.arange(self._order.size)

    # -- Qt

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else int(self._order.size)

    def columnCount(self, parent: _Index | None = None) -> int:
        return len(self._keys)

    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        if role == _DISPLAY:
            return self._cell(int(self._order[index.row()]), self._columns[index.column()])
        if role == _ALIGNMENT:
            return _LEFT if self._columns[index.column()].text else _RIGHT
        if role == _TIP and self._columns[index.column()].text:
            return self._cell(int(self._order[index.row()]), self._columns[index.column()])
        if role == _FOREGROUND and self._dim and not self._columns[index.column()].text:
            return QGuiApplication.palette().brush(QPalette.ColorRole.PlaceholderText)
        return None

    def painted(self, row: int, section: int) -> tuple[str, bool, bool]:
        """Text of a cell, whether it stands at the left, and whether it is pale: all in one."""
        column = self._columns[section]
        return self._cell(int(self._order[row]), column), column.text, self._dim and not column.text

    def _cell(self, obj: int, column: Column) -> str:
        if column.key == "id":
            return f"★ {self._ids[obj]}" if obj == self._marked else self._ids[obj]
        values = self._values.get(column.key)
        return column.write(values[obj]) if values is not None else "–"

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = _DISPLAY,
    ) -> object:
        if orientation != Qt.Orientation.Horizontal or section >= len(self._columns):
            return None
        column = self._columns[section]
        if role == _DISPLAY:
            if column.key != self._sorted_by[0]:
                return column.title
            return f"{column.title} {'↓' if self._sorted_by[1] == _DESCENDING else '↑'}"
        if role == _TIP:
            return (
                f"{column.meaning or column.key}\nClick to sort, right click to choose columns; "
                f"numbers of {self._source}"
            )
        if role == _ALIGNMENT:
            return _LEFT if column.text else _RIGHT
        return None


def _with_id(keys: Sequence[str]) -> tuple[str, ...]:
    others = tuple(key for key in keys if key not in ("id", "verdict"))
    return ("verdict", "id", *others) if "verdict" in keys else ("id", *others)
