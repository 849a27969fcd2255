"""The view of a small table: sorts on a click, copies with Ctrl+C."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QTableView, QWidget

from lightledger.app.tablelook import dress

from .model import RowsModel

_AIR = 18


class RowsTable(QTableView):
    """Rows to be chosen, sorted and copied."""

    def __init__(self, model: RowsModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setModel(model)
        self.rows = model
        self.setAccessibleName(name)
        dress(self, narrowest=30)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.horizontalHeader().sectionClicked.connect(model.sort_by)
        model.modelReset.connect(self.fit_columns)

    def fit_columns(self) -> None:
        """Columns as wide as what is in them."""
        model, measure = self.rows, QFontMetrics(self.font())
        for section in range(model.columnCount()):
            words = [str(model.headerData(section, Qt.Orientation.Horizontal))]
            words += [str(model.data(model.index(r, section))) for r in range(model.rowCount())]
            self.setColumnWidth(section, max(map(measure.horizontalAdvance, words)) + _AIR)

    def chosen(self) -> list[int]:
        """Places of the selected rows, ascending."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def copy(self) -> None:
        """Put the selected rows, or all, on the clipboard, separated by tabs."""
        QGuiApplication.clipboard().setText(self.rows.as_text(self.chosen()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.text().isalnum() and not event.modifiers():
            event.ignore()  # letters are the window's
        else:
            super().keyPressEvent(event)
