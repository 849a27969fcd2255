"""The dialog of the settings: a page for each group, made from the declarations."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.buttons import flat_button, primary_button
from lightledger.app.elided import ElidedLabel
from lightledger.app.theme import small_font

from .declared import ENTRIES
from .entry import Entry, Value
from .settings import Settings
from .widgets import Field

#: Height of a page's name, pixels.
_ROW = 28


class SettingsDialog(QDialog):
    """Changes hold when it is accepted.

    Attributes
    ----------
    fields : dict of str to Field
        By key.
    """

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 440)
        self.fields: dict[str, Field] = {}
        self.pages = QListWidget()
        self.pages.setAccessibleName("Pages")
        self.pages.setProperty("side", True)
        self.pages.setFixedWidth(150)
        self._stack = QStackedWidget()
        names = list(dict.fromkeys(entry.page for entry in ENTRIES if entry.page))
        for name in names:
            self.pages.addItem(name)
            self.pages.item(self.pages.count() - 1).setSizeHint(QSize(0, _ROW))
            self._stack.addWidget(self._page([e for e in ENTRIES if e.page == name]))
        self.pages.currentRowChanged.connect(self._stack.setCurrentIndex)
        self.pages.setCurrentRow(0)
        self._fault = QLabel()
        self._fault.setWordWrap(True)
        self._fault.setProperty("problem", True)
        self._fault.setAccessibleName("What is wrong")
        self._fault.hide()
        middle = QHBoxLayout()
        middle.setSpacing(24)
        middle.addWidget(self.pages)
        middle.addWidget(self._stack, 1)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(16, 16, 16, 16)
        lines.setSpacing(12)
        lines.addLayout(middle, 1)
        lines.addWidget(self._fault)
        lines.addLayout(self._where())
        lines.addWidget(self._buttons())

    def _page(self, entries: list[Entry]) -> QWidget:
        page = QWidget()
        rows = QGridLayout(page)
        rows.setContentsMargins(0, 4, 0, 0)
        rows.setHorizontalSpacing(16)
        rows.setVerticalSpacing(4)
        rows.setColumnStretch(3, 1)
        for row, entry in enumerate(entries):
            field = self.fields[entry.key] = Field(entry, self._settings.get(entry), self)
            label = QLabel(entry.label)
            label.setBuddy(field.widget)
            help_ = QLabel(entry.help)
            help_.setProperty("muted", True)
            help_.setFont(small_font())
            help_.setWordWrap(True)
            help_.setContentsMargins(0, 0, 0, 12)
            rows.addWidget(label, 2 * row, 0)
            rows.addWidget(field.widget, 2 * row, 1)
            rows.addWidget(field.reset_button, 2 * row, 2)
            rows.addWidget(help_, 2 * row + 1, 1, 1, 3)
        rows.setRowStretch(2 * len(entries), 1)
        return page

    def _where(self) -> QHBoxLayout:
        where = ElidedLabel(f"Kept in {self._settings.file}")
        where.setProperty("muted", True)
        where.setFont(small_font())
        where.setToolTip(str(self._settings.file))
        open_folder = flat_button("Open the folder with the settings")
        open_folder.setText("Open folder")
        open_folder.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        folder = QUrl.fromLocalFile(str(self._settings.file.parent))
        open_folder.clicked.connect(lambda: QDesktopServices.openUrl(folder))
        line = QHBoxLayout()
        line.addWidget(where, 1)
        line.addWidget(open_folder)
        return line

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        self.save = primary_button("Save")
        self.save.setDefault(True)
        self.reset_all = QPushButton("Reset all")
        self.reset_all.setToolTip("All pages as at first; holds when you save")
        self.reset_all.setAutoDefault(False)
        self.reset_all.clicked.connect(self._reset_all)
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(self.reset_all, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _reset_all(self) -> None:
        for field in self.fields.values():
            field.reset()

    def accept(self) -> None:
        values: list[tuple[Entry, Value]] = []
        # what was left alone may be another one by now, from another window
        for field in (each for each in self.fields.values() if each.touched):
            try:
                values.append((field.entry, field.value))
            except ValueError as error:
                self._fault.setText(f"{field.entry.label}: {error}")
                self._fault.show()
                names = [self.pages.item(i).text() for i in range(self.pages.count())]
                self.pages.setCurrentRow(names.index(field.entry.page))
                field.widget.setFocus()
                return
        self._settings.set_all(values)
        super().accept()
