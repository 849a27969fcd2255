"""The settings that a person may want to change, each with what it means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from lightledger.ingest.submit import available_processors

from .buttons import primary_button
from .settings import BUDGET_MB, OBSERVER, THEME, VERDICTS_SHOWN, WORKERS, Y_SCALE, Entry, Settings
from .theme import small_font
from .vetting.verdictset import parse, text_of
from .yscale import YScale

if TYPE_CHECKING:
    from collections.abc import Mapping

_THEMES = {"system": "as the system", "light": "light", "dark": "dark"}
#: Less than this would publish a large store in a thousand small pieces.
_SMALLEST_MB, _LARGEST_MB = 256, 1 << 20


class SettingsDialog(QDialog):
    """Changes hold when it is accepted."""

    #: Colours were changed: 'system', 'light' or 'dark'.
    theme_chosen = Signal(str)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle("Settings")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(520)
        self._form = QFormLayout()
        self._form.setVerticalSpacing(6)
        self._form.setHorizontalSpacing(24)
        self.theme = self._choice(_THEMES, THEME)
        self.scale = self._choice({s.value: s.meaning for s in YScale}, Y_SCALE)
        self.budget = QSpinBox()
        self.budget.setRange(_SMALLEST_MB, _LARGEST_MB)
        self.budget.setSingleStep(256)
        self.budget.setGroupSeparatorShown(True)
        self.budget.setSuffix(" MB")
        self.budget.setValue(int(settings.get(BUDGET_MB)))
        self.workers = QSpinBox()
        self.workers.setRange(0, 256)
        self.workers.setSpecialValueText(f"all ({available_processors()})")
        self.workers.setValue(int(settings.get(WORKERS)))
        self.verdicts = QLineEdit(str(settings.get(VERDICTS_SHOWN)))
        self.observer = QLineEdit(str(settings.get(OBSERVER)))
        self.observer.setPlaceholderText("none")
        self._section("Window")
        self._row("Colours", self.theme, THEME)
        self._row("Y scale", self.scale, Y_SCALE)
        self._section("Measuring a folder")
        self._row("Memory", self.budget, BUDGET_MB)
        self._row("Workers", self.workers, WORKERS)
        self._section("Vetting")
        self._row("Verdicts", self.verdicts, VERDICTS_SHOWN)
        self._section("Exports")
        self._row("Observer code", self.observer, OBSERVER)
        buttons = QDialogButtonBox(self)
        self.save = primary_button("Save")
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        where = QLabel(f"Kept in {settings.file}")
        where.setProperty("muted", True)
        where.setWordWrap(True)
        where.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(24, 16, 24, 16)
        lines.setSpacing(16)
        lines.addLayout(self._form)
        lines.addWidget(where)
        lines.addWidget(buttons)

    def _choice(self, choices: Mapping[str, str], entry: Entry) -> QComboBox:
        box = QComboBox()
        for key, words in choices.items():
            box.addItem(words, key)
        box.setCurrentIndex(max(0, box.findData(self._settings.get(entry))))
        return box

    def _section(self, title: str) -> None:
        heading = QLabel(title)
        heading.setProperty("section", True)
        heading.setContentsMargins(0, 12 if self._form.rowCount() else 0, 0, 4)
        self._form.addRow(heading)

    def _row(self, name: str, widget: QWidget, entry: Entry) -> None:
        widget.setAccessibleName(name)
        widget.setToolTip(entry.meaning)
        widget.setFixedWidth(220)
        widget.setMinimumHeight(26)
        self._form.addRow(name, widget)
        if isinstance(widget, QComboBox):
            return  # its choices say it all
        meaning = QLabel(entry.meaning)
        meaning.setProperty("muted", True)
        meaning.setFont(small_font())
        self._form.addRow("", meaning)

    def accept(self) -> None:
        for entry, value in (
            (THEME, str(self.theme.currentData())),
            (Y_SCALE, str(self.scale.currentData())),
            (BUDGET_MB, self.budget.value()),
            (WORKERS, self.workers.value()),
            (VERDICTS_SHOWN, text_of(parse(self.verdicts.text()))),
            (OBSERVER, self.observer.text().strip()),
        ):
            self._settings.set(entry, value)
        self._settings.sync()
        self.theme_chosen.emit(str(self.theme.currentData()))
        super().accept()
