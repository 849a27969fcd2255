"""How rows of the catalogues find their objects: the way, the tolerance, and what comes of it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from lightledger.domain import counted

from . import skin
from .pieces import Card, button, label, row, say
from .source_card import TABLES
from .state import Choices

_WAYS = (
    ("", "Automatic"),
    ("id", "By id"),
    ("sky", "By position on the sky"),
    ("pixel", "By pixel position"),
)

if TYPE_CHECKING:
    from lightledger.ingest.cataloguepreview import Preview
_HEADERS = ("Visit", "Rows", "Matched", "No object", "Twice", "Unsure", "Scatter")
#: Fewer matched than this part of the rows is worth a look.
_FEW = 0.5


class MatchingCard(Card):
    """``asked``: something changed, look again."""

    asked = Signal()

    def __init__(self, choices: Choices, parent: QWidget | None = None) -> None:
        super().__init__("Rows and objects", parent)
        self._choices = choices
        self.way = QComboBox()
        for key, text in _WAYS:
            self.way.addItem(text, key)
        self.way.setAccessibleName("how rows find their objects")
        self.way.setToolTip("Ids are used where they stay with the same star from visit to visit")
        self.way.activated.connect(self._chosen)
        self.tolerance = QDoubleSpinBox()
        self.tolerance.setRange(0, 3600)
        self.tolerance.setDecimals(2)
        self.tolerance.setSpecialValueText("from the scatter")
        self.tolerance.setSuffix(" arcsec")
        self.tolerance.setKeyboardTracking(False)
        self.tolerance.setAccessibleName("farthest match")
        self.tolerance.setToolTip("A row farther than this from every object belongs to none")
        self.tolerance.valueChanged.connect(self._chosen)
        self.share = QDoubleSpinBox()
        self.share.setRange(0, 100)
        self.share.setDecimals(0)
        self.share.setSuffix(" %")
        self.share.setKeyboardTracking(False)
        self.share.setAccessibleName("least part of the visits that an object is in")
        self.share.setToolTip("Positions found in fewer of the visits are taken for noise")
        self.share.valueChanged.connect(self._chosen)
        self.catalogue = button("Catalogue...", "Objects from a list of positions, with their ids")
        self.catalogue.clicked.connect(self._choose_catalogue)
        self.objects = label("", "muted", wrap=True)
        self.counts = label("", "muted", wrap=True)
        self.table = QTableWidget(0, len(_HEADERS))
        self.table.setHorizontalHeaderLabels(list(_HEADERS))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(22)
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setAccessibleName("visits that were tried, and how their rows match")
        header = self.table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        first = QTableWidgetItem(_HEADERS[0])
        first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.table.setHorizontalHeaderItem(0, first)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.body.addLayout(row(label("Match"), self.way, label("within"), self.tolerance, None,
                                label("Objects are in at least"), self.share,
                                label("of the visits"), self.catalogue))  # fmt: skip
        self.body.addWidget(self.objects)
        self.body.addWidget(self.counts)
        self.body.addWidget(self.table, 1)

    def show_choices(self) -> None:
        """Show what was asked for."""
        c = self._choices.catalogues
        for field, value in ((self.tolerance, c.tolerance), (self.share, 100 * c.seen_share)):
            with QSignalBlocker(field):
                field.setValue(value)
        with QSignalBlocker(self.way):
            self.way.setCurrentIndex(max(0, self.way.findData(c.match)))
        self.tolerance.setSuffix(" px" if c.match == "pixel" else " arcsec")

    def show_preview(self, seen: Preview) -> None:
        """What matching by these settings gives, in the visits that were tried."""
        rows, reference = seen.rows, seen.reference
        name = Path(self._choices.catalogue).name if self._choices.catalogue else ""
        come = f"of {name}" if name else "found in the visits"
        say(self.objects, f"{counted(reference.n_object, 'object')} {come}; {reference.in_words}")
        few = rows["rows"] and rows["matched"] < _FEW * rows["rows"]
        text = (
            f"{counted(len(seen.visits), 'visit')} tried: {rows['rows']:,} rows = "
            f"{rows['matched']:,} matched + {rows['unmatched']:,} without an object + "
            f"{rows['duplicate']:,} twice; {rows['ambiguous']:,} objects unsure"
        )
        say(self.counts, text, "problem" if few else "muted")
        self.table.setRowCount(len(seen.visits) + len(seen.refused))
        unit = "px" if reference.how == "pixel" else "arcsec"
        for line, (band, visit, m) in enumerate(seen.visits):
            rms = f"{m.rms:.3g} {unit}" if math.isfinite(m.rms) else "-"
            numbers = (m.n_row, m.n_matched, m.n_unmatched, m.n_duplicate, m.n_ambiguous)
            self._line(line, (f"{visit}  {band}", *(f"{n:,}" for n in numbers), rms))
        for line, (file, why) in enumerate(seen.refused, start=len(seen.visits)):
            self._line(line, (f"{file}: {why}", *[""] * (len(_HEADERS) - 1)), wrong=True)

    def _line(self, line: int, cells: tuple[str, ...], wrong: bool = False) -> None:
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            if wrong:
                item.setForeground(skin.problem_text())
            self.table.setItem(line, column, item)

    def _chosen(self) -> None:
        self._choices.ask_catalogues(
            match=self.way.currentData(),
            tolerance=round(self.tolerance.value(), 2),
            seen_share=self.share.value() / 100,
        )
        self.show_choices()
        self.asked.emit()

    def _choose_catalogue(self) -> None:
        start = str(self._choices.folders[0]) if self._choices.folders else ""
        path, _ = QFileDialog.getOpenFileName(self, "Catalogue of this field", start, TABLES)
        if path:
            self._choices.catalogue, self._choices.source = path, "catalogue"
            self.asked.emit()
