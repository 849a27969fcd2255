"""Which column of the catalogues is which measurement: a table to edit, with sample values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from lightledger.frames.visitcolumns import ColumnMap

if TYPE_CHECKING:
    from lightledger.ingest.cataloguepreview import MappedColumn

_HEADERS = ("Measurement", "Values", "Errors", "First values", "Unit", "Stored as")
_NAME, _VALUE, _ERROR, _SAMPLE, _UNIT, _MEANING = range(len(_HEADERS))
_ROW = 26
NONE = "none"


class ColumnsTable(QTableWidget):
    """One row a measurement; ``edited`` carries the line that the row has become.

    A line is as `ColumnMap.edited` takes it; an emptied row is ``NAME=``.
    """

    edited = Signal(list)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(0, len(_HEADERS), parent)
        self.setHorizontalHeaderLabels(list(_HEADERS))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW)
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setAccessibleName("columns of the catalogues, and what they are measured as")
        self.setToolTip("Double click a name to change it; Delete leaves a measurement out")
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        for column, width in ((_NAME, 130), (_VALUE, 160), (_ERROR, 160), (_SAMPLE, 190)):
            self.setColumnWidth(column, width)
        self.setColumnWidth(_UNIT, 80)
        header.setSectionResizeMode(_MEANING, QHeaderView.ResizeMode.Stretch)
        self._map = ColumnMap()
        self._names: list[str] = []
        self.cellChanged.connect(self._renamed)

    def show_map(self, mapping: ColumnMap) -> None:
        """Show a mapping; what the columns hold follows with `show_columns`."""
        self._map = mapping
        self._names = columns_of(mapping)
        self.blockSignals(True)
        self.setRowCount(len(mapping.sources))
        for row, source in enumerate(mapping.sources):
            self.setItem(row, _NAME, QTableWidgetItem(source.measurement))
            for column, chosen in ((_VALUE, source.value), (_ERROR, source.error)):
                self.setCellWidget(row, column, self._combo(row, column, chosen))
            for column in (_SAMPLE, _UNIT, _MEANING):
                item = QTableWidgetItem("")
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
                self.setItem(row, column, item)
        self.blockSignals(False)

    def show_columns(self, columns: Sequence[MappedColumn]) -> None:
        """Samples, units and what is done to the values."""
        known = {column.measurement: column for column in columns}
        self.blockSignals(True)
        for row, source in enumerate(self._map.sources):
            found = known.get(source.measurement)
            if found is None:
                continue
            sample = ", ".join(f"{value:.5g}" for value in found.sample) or "no finite value"
            for column, text in (
                (_SAMPLE, sample), (_UNIT, found.unit or "none"), (_MEANING, found.meaning),
            ):  # fmt: skip
                item = self.item(row, column)
                if item is not None:
                    item.setText(text)
                    item.setToolTip(text)
        self.blockSignals(False)

    def remove(self) -> None:
        """Leave the chosen measurement out; the last one stays."""
        row = self.currentRow()
        if 0 <= row < len(self._map.sources) and len(self._map.sources) > 1:
            self.edited.emit([f"{self._map.sources[row].measurement}="])

    def keyPressEvent(self, event: object) -> None:
        if event.key() == Qt.Key.Key_Delete:  # type: ignore[attr-defined]
            self.remove()
            return
        super().keyPressEvent(event)  # type: ignore[arg-type]

    def _combo(self, row: int, column: int, chosen: str) -> QComboBox:
        combo = QComboBox()
        combo.addItems(self._names if column == _VALUE else [NONE, *self._names])
        combo.setCurrentText(chosen or NONE)
        what = "values" if column == _VALUE else "errors"
        combo.setAccessibleName(f"{what} of {self._map.sources[row].measurement}")
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        combo.activated.connect(lambda _: self._chosen(row))
        return combo

    def _chosen(self, row: int) -> None:
        value, error = self.cellWidget(row, _VALUE), self.cellWidget(row, _ERROR)
        if isinstance(value, QComboBox) and isinstance(error, QComboBox):
            of = "" if error.currentText() == NONE else f",{error.currentText()}"
            name = self._map.sources[row].measurement
            self.edited.emit([f"{name}={value.currentText()}{of}"])

    def _renamed(self, row: int, column: int) -> None:
        item = self.item(row, _NAME)
        if column != _NAME or item is None:
            return
        source, name = self._map.sources[row], item.text().strip()
        if name and name != source.measurement:
            rest = source.line.partition("=")[2]
            self.edited.emit([f"{source.measurement}=", f"{name}={rest}"])


def columns_of(mapping: ColumnMap) -> list[str]:
    """Columns that can be chosen, sorted."""
    names = {name for s in mapping.sources for name in (s.value, s.error)}
    return sorted(names | set(mapping.left_out) | set(mapping.roles.values()) - {""})
