"""Units, zero point, gain, read noise, saturation: as found, and as the person knows better."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from .pieces import Card, label, row
from .proposal import BandFacts
from .state import Choices

_HEADERS = ("Band", "Frames in", "Stored in", "Zero point", "Gain", "Read noise", "Saturation")


class FactsCard(Card):
    """A table of what the headers say, and three fields to say it better."""

    changed = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("Units and detector", parent)
        self._choices = choices
        self.table = QTableWidget(0, len(_HEADERS))
        self.table.setHorizontalHeaderLabels(list(_HEADERS))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(24)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.table.setShowGrid(False)
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        self.body.addWidget(self.table)
        self.gain = self._field("gain", "e-/unit", "Electrons per unit of the frames")
        self.read_noise = self._field("read_noise", "e-", "Electrons per pixel and read")
        self.saturation = self._field(
            "saturation", "level", "Unit of the frames; 90 % of it is flagged as saturated"
        )
        self.body.addLayout(
            row(
                label("Know better:", "muted"),
                label("gain"),
                self.gain,
                label("read noise"),
                self.read_noise,
                label("saturation"),
                self.saturation,
                None,
            )
        )
        self.body.addStretch(1)

    def _field(self, name: str, placeholder: str, tip: str) -> QLineEdit:
        line = QLineEdit()
        line.setValidator(QDoubleValidator(0.0, 1e12, 6, line))
        line.setPlaceholderText(placeholder)
        line.setToolTip(f"{tip}; empty: as found")
        line.setAccessibleName(name.replace("_", " "))
        line.setMaximumWidth(84)
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
        self.table.setRowCount(len(facts))
        self.table.setFixedHeight(32 + 24 * min(4, max(1, len(facts))))
        for line, fact in enumerate(facts):
            zero = f"{fact.zero_point:.2f} mag ({fact.system})"
            cells = (
                fact.band,
                fact.unit_found or "not said",
                fact.unit,
                zero if math.isfinite(fact.zero_point) else "-",
                _known(m.gain, fact.gain, " e-"),
                _known(m.read_noise, fact.read_noise, " e-"),
                _known(m.saturation, fact.saturate, ""),
            )
            for column, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(fact.note or text)
                self.table.setItem(line, column, item)


def _known(given: float, found: float | None, unit: str) -> str:
    if given:
        return f"{given:g}{unit} (yours)"
    return f"{found:g}{unit}" if found is not None else "from the frames" if not unit else "unknown"
