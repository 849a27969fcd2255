"""Page 2 of catalogues, Columns: which column is which measurement, and whose rows they are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QSplitter

from lightledger.domain import (
    Catalogues,
    Control,
    LightledgerError,
    Progress,
    Report,
    counted,
    silent,
)
from lightledger.frames.frame import Inventory
from lightledger.frames.visitcolumns import ROLES, ColumnMap
from lightledger.workers import Jobs, heavy_imports

from .columns_table import ColumnsTable, columns_of
from .matching_card import MatchingCard
from .pieces import Card, Page, button, label, row, say
from .state import Choices
from .survey import Survey

if TYPE_CHECKING:
    from lightledger.ingest.cataloguepreview import Preview

#: Roles that a person may have to name; the others are found by the names of the columns.
_ROLES = {
    "id": "Id",
    "ra": "RA",
    "dec": "Dec",
    "x": "x",
    "y": "y",
    "flags": "Flags",
    "time": "Time",
}
_BY_NAME = "by name"
_ADD = "Add a column..."


class ColumnsPage(Page):
    """Shows the proposal, takes edits, and tries them on some of the visits in a worker."""

    title = "Columns"
    changed = Signal()

    def __init__(self, jobs: Jobs, choices: Choices) -> None:
        super().__init__()
        self._jobs, self._choices = jobs, choices
        self._survey: Survey | None = None
        self._map = ColumnMap()
        self.seen: Preview | None = None
        self._build()
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(150)
        self._later.timeout.connect(self._ask)

    def _build(self) -> None:
        columns = Card("Columns and measurements")
        self.add = QComboBox()
        self.add.setAccessibleName("add a column as a measurement")
        self.add.setToolTip("A column of numbers that is not read yet, as a measurement of its own")
        self.add.activated.connect(self._added)
        self.remove_button = button("Leave out", "Do not read the chosen measurement (Delete)")
        columns.head.addWidget(self.add)
        columns.head.addWidget(self.remove_button)
        self.table = ColumnsTable()
        self.table.edited.connect(self._edited)
        self.remove_button.clicked.connect(self.table.remove)
        self.remark = label("", "muted", wrap=True)
        columns.body.addWidget(self.table, 1)
        columns.body.addWidget(self.remark)
        self.roles: dict[str, QComboBox] = {}
        line = row(spacing=6)
        for role, words in _ROLES.items():
            combo = QComboBox()
            combo.setAccessibleName(f"column of {words}")
            combo.setToolTip(f"Column of {words}; '{_BY_NAME}': found by its name in each file")
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            combo.setMinimumContentsLength(7)
            combo.activated.connect(lambda _, r=role: self._role_chosen(r))
            self.roles[role] = combo
            line.addWidget(label(words, "muted"))
            line.addWidget(combo, 1)
        columns.body.addLayout(line)
        self.matching = MatchingCard(self._choices)
        self.matching.asked.connect(self._later_start)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(columns)
        split.addWidget(self.matching)
        split.setSizes([340, 260])
        self.body.addWidget(split, 1)

    # ---- state

    def set_survey(self, survey: Survey) -> None:
        """Catalogues were found, and what their columns seem to be."""
        self._survey, self.seen = survey, None
        self._take(survey.mapping or ColumnMap())

    def take(self, path: Path) -> None:
        """A reference catalogue was dropped."""
        self._choices.catalogue, self._choices.source = str(path), "catalogue"
        self._later_start()

    def enter(self) -> None:
        self.matching.show_choices()
        if self.seen is None:
            self._ask()

    @property
    def ready(self) -> bool:
        return self.seen is not None and not self.trouble

    # ---- editing

    def _edited(self, lines: list[str]) -> None:
        try:
            mapping = self._map.edited(lines)
        except LightledgerError as error:
            say(self.remark, str(error), "problem")
            self.table.show_map(self._map)
            return
        # A column that is read no more can be added again.
        gone = set(columns_of(self._map)) - set(columns_of(mapping))
        left_out = {**mapping.left_out, **dict.fromkeys(gone, "not mapped")}
        self._take(ColumnMap(mapping.sources, mapping.roles, left_out))
        self._later_start()

    def _take(self, mapping: ColumnMap) -> None:
        self._map = mapping
        self._choices.ask_catalogues(columns=mapping.lines)
        self.table.show_map(mapping)
        self.add.clear()
        self.add.addItems([_ADD, *sorted(mapping.left_out)])
        for i, name in enumerate(sorted(mapping.left_out), start=1):
            self.add.setItemData(i, mapping.left_out[name], Qt.ItemDataRole.ToolTipRole)
        names = columns_of(mapping)
        for role, combo in self.roles.items():
            combo.clear()
            combo.addItems([_BY_NAME, *names])
            combo.setCurrentText(mapping.roles.get(role, _BY_NAME))
        self.remark.setText(f"{counted(len(mapping.sources), 'measurement')} a band; "
                            f"{counted(len(mapping.left_out), 'column')} not read")  # fmt: skip

    def _added(self, which: int) -> None:
        if which > 0:
            self._edited([self.add.currentText()])

    def _role_chosen(self, role: str) -> None:
        name = self.roles[role].currentText()
        assert role in ROLES
        self._edited([f"{role}={'' if name == _BY_NAME else name}"])

    def _later_start(self) -> None:
        self.seen = None
        self.changed.emit()
        self._later.start()

    # ---- the preview

    def _ask(self) -> None:
        """Try the columns on some of the visits."""
        if self._survey is None:
            return
        self.trouble = ""
        self.heading.setText("Columns")
        say(self.subline, "Trying the columns on some of the visits")
        self._jobs.run(
            try_columns, self._survey.inventory, self._map, self._choices.catalogues,
            self._choices.catalogue, done=self._seen, failed=self._failed,
            progress=self._progress, channel="columns",
        )  # fmt: skip

    def _progress(self, progress: Progress) -> None:
        of = f" {progress.done} of {progress.total}" if progress.total else ""
        say(self.subline, f"Trying the columns on some of the visits{of}")

    def _seen(self, seen: Preview) -> None:
        self.seen = seen
        self.heading.setText(f"Columns: {counted(len(seen.columns), 'measurement')} a band")
        say(self.subline, "Values are read from the catalogues as they are; nothing is measured")
        self.table.show_columns(seen.columns)
        self.matching.show_preview(seen)
        self.changed.emit()

    def _failed(self, error: LightledgerError) -> None:
        self.trouble = str(error)
        say(self.subline, str(error), "problem")
        self.changed.emit()


def try_columns(
    inventory: Inventory,
    mapping: ColumnMap,
    settings: Catalogues,
    catalogue: str,
    *,
    control: Control,
    report: Report = silent,
) -> Preview:
    """Read and match some of the visits; for a worker.

    Raises
    ------
    LightledgerError
        None can be read, or there is nothing to match by.
    Cancelled
    """
    with heavy_imports():
        from lightledger.ingest.cataloguepreview import preview
    return preview(inventory, mapping, settings, catalogue, control=control, report=report)
