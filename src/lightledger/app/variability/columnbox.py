"""A column of numbers, chosen from a list or typed: any part of its name finds it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QWidget

from lightledger.app.objectcolumns import texts
from lightledger.library.columns import JOURNAL


class ColumnBox(QComboBox):
    """Names of columns, with what they mean as tips; also ``measurement.column``, typed."""

    chosen = Signal(str)

    def __init__(self, name: str, what: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(7)
        self.setMaxVisibleItems(24)
        self.setAccessibleName(what)
        self.setToolTip(f"{what}: choose a column, or type a part of its name")
        self.edit = QLineEdit(self)
        self.setLineEdit(self.edit)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self._found = completer
        self._columns: Mapping[str, np.ndarray] = {}
        self.name = name
        self.activated.connect(lambda place: self._take(self.itemText(place)))
        completer.activated.connect(self._take)
        self.edit.returnPressed.connect(lambda: self._take(self.currentText()))

    def set_columns(self, columns: Mapping[str, np.ndarray]) -> None:
        """What there is to choose from; the choice stays."""
        known, self._columns = list(self._columns), columns
        if known == list(columns):  # other numbers of the same name
            return
        names = [name for name in columns if is_number(columns, name)]
        with QSignalBlocker(self):
            if names != [self.itemText(i) for i in range(self.count())]:
                self.clear()
                self.addItems(names)
                for place, name in enumerate(names):
                    words = " ".join(
                        filter(None, (texts(columns, name)[0], unit_words(columns, name)))
                    )
                    self.setItemData(place, words, Qt.ItemDataRole.ToolTipRole)
            self.setEditText(self.name)
            self.edit.setCursorPosition(0)

    def choose(self, name: str) -> None:
        """Take a column, if there is one of that name."""
        self._take(name)

    def _take(self, name: str) -> None:
        name = name.strip()
        if name in self._columns and is_number(self._columns, name) and name != self.name:
            self.name = name
            self.setEditText(name)
            self.chosen.emit(name)
        else:
            self.setEditText(self.name)
        self.edit.setCursorPosition(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        popup = self._found.popup()
        if popup is None or not popup.isVisible():
            self.setEditText(self.name)


def is_number(columns: Mapping[str, np.ndarray], name: str) -> bool:
    """Whether a column can be an axis."""
    return name not in ("id", *JOURNAL) and columns[name].dtype.kind in "fiu"


def unit_words(columns: Mapping[str, np.ndarray], name: str) -> str:
    """The unit of a column as it stands on an axis: '(AB)' of a magnitude, '[µJy]'; '' for none."""
    unit = texts(columns, name)[1]
    if unit.startswith("mag("):
        return unit.removeprefix("mag")
    return f"[{unit}]" if unit else ""
