"""The measuring grid as a table model: a method a row, an image a column, each cell a switch."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from lightledger.app.measurementnames import IMAGE_MEANINGS, IMAGES, method_meaning, method_words
from lightledger.domain import Measuring
from lightledger.domain.methods import Method

from .measure_grid import (
    Facts,
    applies,
    chosen,
    possible,
    remark,
    rows_of,
    why_not,
    with_chosen,
)

_Index = QModelIndex | QPersistentModelIndex
_IMAGES = tuple(IMAGES)
#: Role of a cell's state: 'on', 'off', 'not' (the data cannot), 'none' (there is no such thing).
STATE = Qt.ItemDataRole.UserRole


class GridModel(QAbstractTableModel):
    """Switches cells, rows and columns; ``changed`` carries the settings that follow."""

    changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._measuring = Measuring()
        self._facts = Facts()
        self._rows: tuple[Method, ...] = ()
        self._on: frozenset[str] = frozenset()

    def show_measuring(self, measuring: Measuring, facts: Facts) -> None:
        """Show resolved settings."""
        rows = rows_of(measuring)
        self._measuring, self._facts = measuring, facts
        self._on = chosen(measuring) & possible(measuring, facts)
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows:
            last = self.index(len(rows) - 1, len(_IMAGES) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    @property
    def n_on(self) -> int:
        """Measurements per band."""
        return len(self._on)

    def reasons(self) -> list[str]:
        """Why what cannot be measured cannot, one line each."""
        found: dict[str, str] = {}
        for row, method in enumerate(self._rows):
            for column, image in enumerate(_IMAGES):
                if self.state(row, column) == "not":
                    what = image if image == "clean" else method.kind
                    found.setdefault(why_not(self._facts, image, method), what)
        return [f"{what}: {why}" for why, what in found.items()]

    def method(self, row: int) -> Method:
        return self._rows[row]

    def state(self, row: int, column: int) -> str:
        image, method = _IMAGES[column], self._rows[row]
        if not applies(image, method):
            return "none"
        if why_not(self._facts, image, method):
            return "not"
        return "on" if f"{image}-{method}" in self._on else "off"

    # ---- switching

    def switch(self, cells: list[tuple[int, int]]) -> None:
        """Switch these all on, or all off where all are on; the last one of all stays on."""
        names = {
            f"{_IMAGES[column]}-{self._rows[row]}"
            for row, column in cells
            if self.state(row, column) in ("on", "off")
        }
        on = self._on - names if names <= self._on else self._on | names
        if names and on:
            self.changed.emit(with_chosen(self._measuring, on))

    def switch_row(self, row: int) -> None:
        self.switch([(row, column) for column in range(len(_IMAGES))])

    def switch_column(self, column: int) -> None:
        self.switch([(row, column) for row in range(len(self._rows))])

    # ---- the model

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_IMAGES)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if not index.isValid() or self.state(index.row(), index.column()) == "none":
            return Qt.ItemFlag.NoItemFlags
        base = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.state(index.row(), index.column()) == "not":
            return base
        return base | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        state = self.state(index.row(), index.column())
        if role == STATE:
            return state
        if role == Qt.ItemDataRole.CheckStateRole and state in ("on", "off"):
            return Qt.CheckState.Checked if state == "on" else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._tip(_IMAGES[index.column()], self._rows[index.row()], state)
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.switch([(index.row(), index.column())])
        return True

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        across = orientation == Qt.Orientation.Horizontal
        if role == Qt.ItemDataRole.DisplayRole:
            if across:
                return _IMAGES[section]
            words = method_words(self._rows[section])
            return words[:1].upper() + words[1:]
        if role == Qt.ItemDataRole.ToolTipRole:
            if across:
                image = _IMAGES[section]
                lines = [f"{IMAGES[image]}: {IMAGE_MEANINGS[image]}", remark(self._facts, image)]
                return "\n".join([*filter(None, lines), "Click: all or none of it"])
            meaning = method_meaning(self._rows[section])
            return f"{self._rows[section]}: {meaning}\nClick: on all images or none"
        return None

    def _tip(self, image: str, method: Method, state: str) -> str:
        if state == "none":
            return f"{method_words(method)} is measured on the ratio alone"
        meaning = method_meaning(method, image)
        reason = why_not(self._facts, image, method) or remark(self._facts, image)
        said = {"on": "measured", "off": "not measured", "not": "not possible"}[state]
        lines = [f"{image}-{method}: {said}", meaning[:1].upper() + meaning[1:], reason]
        return "\n".join(filter(None, lines))
