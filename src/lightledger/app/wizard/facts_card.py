"""Units, zero point, gain, read noise, saturation: as found, and as the person knows better."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QAbstractItemView,
    QGridLayout,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from .pieces import Card, label
from .proposal import BandFacts
from .state import Choices

_ROWS = ("Frames in", "Stored in", "Zero point", "Gain", "Read noise", "Saturation")
_ROW = 24
_FIELDS = (
    ("gain", "Gain", "e- per unit", "Electrons per unit of the frames"),
    ("read_noise", "Read noise", "e-", "Electrons per pixel and read"),
    ("saturation", "Saturation", "level", "Unit of the frames; 90 % of it is flagged as saturated"),
)


class FactsCard(Card):
    """What the headers say, a column a band, and three fields to say it better."""

    changed = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("Units and detector", parent)
        self._choices = choices
        self.table = QTableWidget(len(_ROWS), 0)
        self.table.setVerticalHeaderLabels(list(_ROWS))
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.table.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.table.setCornerButtonEnabled(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        self.table.setAccessibleName("units and detector, as found in the headers")
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.body.addWidget(self.table)
        self.fields: dict[str, QLineEdit] = {}
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        for column, (name, words, unit, tip) in enumerate(_FIELDS):
            self.fields[name] = self._field(name, words, unit, tip)
            grid.addWidget(label(f"{words}, if you know better", "muted", wrap=True), 0, column)
            grid.addWidget(self.fields[name], 1, column)
            grid.setColumnStretch(column, 1)
        self.body.addLayout(grid)

    def _field(self, name: str, words: str, placeholder: str, tip: str) -> QLineEdit:
        line = QLineEdit()
        line.setValidator(QDoubleValidator(0.0, 1e12, 6, line))
        line.setPlaceholderText(placeholder)
        line.setToolTip(f"{tip}; empty: as found")
        line.setAccessibleName(words.lower())
        line.editingFinished.connect(lambda: self._entered(name, line))
        return line

    def _entered(self, name: str, line: QLineEdit) -> None:
        text = line.text().strip()
        value = float(text) if text and line.hasAcceptableInput() else 0.0
        if value != getattr(self._choices.measuring, name):
            self._choices.ask(**{name: value})
            self.changed.emit()

    def show_facts(self, facts: tuple[BandFacts, ...]) -> None:
        m = self._choices.measuring
        for name, line in self.fields.items():
            if not line.hasFocus():
                value = getattr(m, name)
                line.setText(f"{value:g}" if value else "")
        self.table.setColumnCount(len(facts))
        self.table.setHorizontalHeaderLabels([fact.band for fact in facts])
        self.table.setFixedHeight(_ROW * (len(_ROWS) + 1) + 6)
        for column, fact in enumerate(facts):
            zero = f"{fact.zero_point:.2f} mag ({fact.system})"
            cells = (
                fact.unit_found or "not said",
                fact.unit,
                zero if math.isfinite(fact.zero_point) else "-",
                _known(m.gain, fact.gain, " e-"),
                _known(m.read_noise, fact.read_noise, " e-"),
                _known(m.saturation, fact.saturate, ""),
            )
            for line_number, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(fact.note or text)
                self.table.setItem(line_number, column, item)


def _known(given: float, found: float | None, unit: str) -> str:
    if given:
        return f"{given:g}{unit} (yours)"
    return f"{found:g}{unit}" if found is not None else "from the frames" if not unit else "unknown"
