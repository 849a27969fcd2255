"""A small table of things with numbers: sorted by a click, copied as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

_Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole


@dataclass(frozen=True)
class Column:
    """One column: its title, what it means, how a row's cell reads and sorts."""

    title: str
    tip: str
    text: Callable[[Any], str]
    key: Callable[[Any], Any]
    left: bool = False


class RowsModel(QAbstractTableModel):
    """Rows of any kind under columns."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self._columns = tuple(columns)
        self._given: list[Any] = []
        self.rows: list[Any] = []
        self._sorted: tuple[int, bool] | None = None

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Other rows, in the order that was chosen."""
        self.beginResetModel()
        self._given = list(rows)
        self._arrange()
        self.endResetModel()

    def sort_by(self, section: int) -> None:
        """Sort by a column; again turns the order round."""
        down = self._sorted == (section, False)
        self.layoutAboutToBeChanged.emit()
        self._sorted = (section, down)
        self._arrange()
        self.layoutChanged.emit()

    def _arrange(self) -> None:
        self.rows = list(self._given)
        if self._sorted is not None:
            key = self._columns[self._sorted[0]].key
            known = [row for row in self.rows if key(row) == key(row)]  # nan goes last
            unknown = [row for row in self.rows if key(row) != key(row)]
            self.rows = [*sorted(known, key=key, reverse=self._sorted[1]), *unknown]

    def as_text(self, places: Sequence[int] = ()) -> str:
        """Rows (all for none) with their titles, separated by tabs."""
        chosen = [self.rows[i] for i in places] or self.rows
        lines = [[column.title for column in self._columns]]
        lines += [[column.text(row) for column in self._columns] for row in chosen]
        return "\n".join("\t".join(line) for line in lines)

    # -- Qt

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        return len(self._columns)

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> object:
        column = self._columns[index.column()]
        if role in (_ROLE.DisplayRole, _ROLE.ToolTipRole):
            return column.text(self.rows[index.row()])
        if role == _ROLE.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column.left else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole
    ) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        if role == _ROLE.DisplayRole:
            if self._sorted is None or self._sorted[0] != section:
                return column.title
            return f"{column.title} {'↓' if self._sorted[1] else '↑'}"
        if role == _ROLE.ToolTipRole:
            return f"{column.tip}\nClick to sort"
        if role == _ROLE.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column.left else Qt.AlignmentFlag.AlignRight
            return side | Qt.AlignmentFlag.AlignVCenter
        return None
