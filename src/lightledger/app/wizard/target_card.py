"""My stars: the positions that the run is made for; the window opens on the first."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from . import skin
from .pieces import Card, button, label, say
from .targets import Targets

_ROW, _MOST_ROWS = 24, 4
_NAME, _PLACE = 0, 1


class TargetCard(Card):
    """A list to edit: names and places; a click in the picture puts the chosen one there."""

    def __init__(self, targets: Targets, parent: QWidget | None = None) -> None:
        super().__init__("My stars", parent)
        self._targets = targets
        self._has_sky, self._other = True, False
        self.add_button = button("Add", "A further position, such as a transient (Shift+click)")
        self.add_button.clicked.connect(self._add)
        self.remove_button = button("Remove", "Take the chosen one off the list (Delete)")
        self.remove_button.clicked.connect(self.remove)
        self.head.addWidget(self.add_button)
        self.head.addWidget(self.remove_button)
        self.table = QTableWidget(0, 2)
        self.table.setAccessibleName("names and positions of my stars")
        self.table.setToolTip(
            "Double click to edit. Positions: 02:04:10.28 +46:41:16.2, 31.0428 46.6878,\n"
            "or 423.2,286 px of the reference. What is not on the coadd is measured all the same"
        )
        self.table.horizontalHeader().hide()
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
        )
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(_PLACE, QHeaderView.ResizeMode.Stretch)
        self.table.setColumnWidth(_NAME, 110)
        self.table.cellChanged.connect(self._edited)
        self.table.currentCellChanged.connect(lambda row, *_: self._chose(row))
        self.remark = label("", "muted", wrap=True)
        self.body.addWidget(self.table)
        self.body.addWidget(self.remark)
        targets.shown.connect(self.refresh)
        self.refresh()

    def set_sky(self, has_sky: bool) -> None:
        """Whether positions on the sky mean anything here."""
        self._has_sky = has_sky
        self.refresh()

    def set_picking_other(self, other: bool) -> None:
        self._other = other
        self.refresh()

    def refresh(self) -> None:
        """Show the entries as they are."""
        entries = self._targets.entries
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(entries))
            for row, entry in enumerate(entries):
                for column, text in ((_NAME, entry.name), (_PLACE, entry.text)):
                    item = QTableWidgetItem(text)
                    item.setToolTip(entry.said)
                    if entry.target is None:
                        item.setForeground(skin.problem_text() if entry.wrong else skin.muted())
                    self.table.setItem(row, column, item)
            if entries:
                self.table.setCurrentCell(self._targets.current, _PLACE)
        self.table.setVisible(bool(entries))
        self.table.setFixedHeight(_ROW * min(_MOST_ROWS, max(1, len(entries))) + 4)
        self.remove_button.setEnabled(bool(entries))
        self._say()

    def remove(self) -> None:
        """Take the chosen entry off the list."""
        self._targets.remove(self._targets.current)

    def _add(self) -> None:
        self._targets.add()
        self.table.setFocus()
        self.table.edit(self.table.model().index(self._targets.current, _PLACE))

    def _edited(self, row: int, column: int) -> None:
        item = self.table.item(row, column)
        text = item.text() if item else ""
        entry = self._targets.entries[row]
        if column == _NAME and text != entry.name:
            self._targets.rename(row, text)
        elif column == _PLACE and text.strip() and text.strip() != entry.text:
            self._targets.enter(row, text)
        else:
            self.refresh()

    def _chose(self, row: int) -> None:
        if 0 <= row < len(self._targets.entries):
            self._targets.current = row
            self._say()

    def _say(self) -> None:
        entries = self._targets.entries
        if self._other:
            say(self.remark, "Clicks now choose comparison stars")
        elif not entries:
            where = "Click yours in the picture, or add its position"
            say(self.remark, where if self._has_sky else "Click yours in the picture (no sky here)")
        else:
            entry = entries[min(self._targets.current, len(entries) - 1)]
            first = "" if self._targets.current else " The window opens on it."
            say(self.remark, f"{entry.said}.{first}", "problem" if entry.wrong else "muted")

    def keyPressEvent(self, event: object) -> None:
        if event.key() == Qt.Key.Key_Delete:  # type: ignore[attr-defined]
            self.remove()
            return
        super().keyPressEvent(event)  # type: ignore[arg-type]
