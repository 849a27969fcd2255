"""Page 1, Files: what the folders hold, what is refused and why, and where the store goes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QStackedLayout,
    QTreeView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lightledger.app.turns import in_turns
from lightledger.domain import LightledgerError, Progress, counted
from lightledger.workers import Job, Jobs

from . import skin
from .files_model import FilesModel
from .note_delegate import NoteDelegate, note_item
from .owntemplates import OwnTemplates
from .pieces import Card, Page, button, halves
from .scan_wait import ScanWait
from .state import Choices
from .store_card import StoreCard
from .survey import Survey, check_output, fits_names, scan_folders
from .template_card import TemplateCard
from .timeline import Timeline

#: More lines than this are counted, not listed.
_LISTED = 500


class FilesPage(Page):
    """Scans in a worker and shows the result; ``scanned`` says that there is a new survey."""

    title = "Files"
    scanned = Signal()
    changed = Signal()

    def __init__(self, jobs: Jobs, choices: Choices, own: OwnTemplates) -> None:
        super().__init__()
        self._jobs, self._choices, self._own = jobs, choices, own
        self.survey: Survey | None = None
        self._job: Job | None = None
        self._build()

    # ---- building

    def _build(self) -> None:
        self.model = FilesModel(self)
        self.tree = QTreeView()
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setAccessibleName("visits found")
        self.timeline = Timeline()
        found = Card("Visits")
        self.add_button = button("Add folder...", "Frames of the same field in another folder")
        self.add_button.clicked.connect(self._add_folder)
        self.what = QComboBox()
        self.what.addItems(["Images", "Catalogues"])
        self.what.setAccessibleName("what is read of each visit")
        self.what.setToolTip(
            "Images are measured; of catalogues, one for each visit, columns are read"
        )
        self.what.activated.connect(self._what_chosen)
        found.head.addWidget(self.what)
        found.head.addWidget(self.add_button)
        found.body.addWidget(self.tree, 1)
        found.body.addWidget(self.timeline)

        self.template = TemplateCard(self._jobs, self._own)
        self.template.chosen.connect(self._template_chosen)
        self.notes_card = Card("Not used")
        self.notes = QTreeWidget()
        self.notes.setHeaderHidden(True)
        self.notes.setIndentation(12)
        self.notes.setItemDelegate(NoteDelegate(self.notes))
        self.notes.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.notes.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.notes.setAccessibleName("files that are refused or left out, with the reason")
        self.notes_card.body.addWidget(self.notes, 1)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(skin.SPACE)
        column.addWidget(self.template, 4)
        column.addWidget(self.notes_card, 3)

        self.wait = ScanWait()
        self.wait.pressed.connect(self._stop_scan)
        self.middle = QWidget()
        self._stack = QStackedLayout(self.middle)
        self._stack.addWidget(self.wait)
        self._stack.addWidget(halves((found, 660, 3), (side, 440, 2)))
        self.body.addWidget(self.middle, 1)
        self.store = StoreCard(self._choices)
        self.store.changed.connect(self.changed)
        self.body.addWidget(self.store)

    # ---- scanning

    def enter(self) -> None:
        if self.survey is None and self._job is None:
            self.scan()

    @property
    def ready(self) -> bool:
        return self.survey is not None and check_output(self._choices.output).ok

    @property
    def scanning(self) -> bool:
        return self._job is not None

    def scan(self) -> None:
        """Scan the folders of the choices anew, in a worker."""
        folders = list(self._choices.folders)
        self.survey = None
        self.trouble = ""
        self.heading.setText(folders[0].name if folders else "No folder yet")
        self.subline.setText("; ".join(str(f) for f in folders))
        self.wait.begin()
        self._stack.setCurrentIndex(0)
        self.changed.emit()
        if not folders:
            self._failed(LightledgerError("drop a folder of FITS images here"), "No folder yet")
            return
        self._job = self._jobs.run(
            scan_folders,
            folders,
            self._choices.measuring,
            self._choices.catalogues,
            self._choices.catalogue if self._choices.read_catalogues else "",
            self._choices.read_catalogues,
            done=self._found,
            failed=self._failed,
            progress=self._progress,
            cancelled=self._stopped,
            channel="scan",
        )

    def _progress(self, progress: Progress) -> None:
        self.wait.show_progress(progress)

    def _found(self, survey: Survey) -> None:
        self._job = None
        self.survey = survey
        self.heading.setText(survey.headline)
        self.what.setCurrentIndex(int(survey.mapping is not None))
        self.subline.setText(survey.counts)
        self.model.set_bands(survey.bands)
        longest = max((v.visit for b in survey.bands for v in b.visits), key=len, default="")
        first = min(260, max(150, self.tree.fontMetrics().horizontalAdvance(longest) + 60))
        for column, width in enumerate((first, 158, 76, 40, 40, 40, 40)):
            self.tree.setColumnWidth(column, width)
        if survey.bands:
            self.tree.expand(self.model.index(0, 0))
        self.timeline.set_bands(survey.bands)
        self.template.set_names(survey.names, survey.inventory.template)
        self._show_notes(survey)
        # Painting it all for the first time is a turn of its own.
        in_turns(self, lambda: self._stack.setCurrentIndex(1))
        self.store.propose(survey.field_name)
        self.scanned.emit()
        self.changed.emit()

    def _failed(
        self, error: LightledgerError, title: str = "These files cannot be measured"
    ) -> None:
        self._job = None
        self.trouble = str(error)
        self.wait.end(title, str(error))
        self._jobs.run(
            fits_names, list(self._choices.folders), done=self.template.set_names,
            failed=lambda error: None, channel="names",
        )  # fmt: skip
        self.changed.emit()

    def _stopped(self) -> None:
        self._failed(LightledgerError("stopped before all files were looked at"), "Stopped")

    def _stop_scan(self) -> None:
        if self._job is not None:
            self._job.stop()
        else:
            self.scan()

    def _show_notes(self, survey: Survey) -> None:
        self.notes.clear()
        groups = {
            "refused": "Refused",
            "left out": "Left out",
            "note": "Used, with a remark",
        }
        self.notes_card.setVisible(bool(survey.notes))
        for state, title in groups.items():
            mine = [n for n in survey.notes if n.state == state]
            if not mine:
                continue
            top = QTreeWidgetItem(
                self.notes,
                [f"{title}: {counted(len(mine), 'file' if state != 'note' else 'remark')}"],
            )
            if state == "refused":
                top.setForeground(0, skin.problem_text())
            for note in mine[:_LISTED]:
                top.addChild(note_item(note.name or "all files", note.reason))
            if len(mine) > _LISTED:
                QTreeWidgetItem(top, [f"and {len(mine) - _LISTED:,} more"])
            top.setExpanded(state != "note")

    # ---- choices

    def _what_chosen(self, which: int) -> None:
        if bool(which) != self._choices.read_catalogues:
            self._choices.read_catalogues = bool(which)
            self.scan()

    def _template_chosen(self, template: str) -> None:
        self._choices.ask(template=template)
        self.scan()

    def _add_folder(self) -> None:
        start = str(self._choices.folders[0].parent) if self._choices.folders else ""
        chosen = QFileDialog.getExistingDirectory(self, "Add a folder of frames", start)
        if chosen:
            self.add_folders([Path(chosen)])

    def add_folders(self, folders: list[Path]) -> None:
        """Frames of the same field in further folders; scans anew."""
        # Folders that held nothing of use are left behind.
        kept = self._choices.folders if self.survey is not None or self.scanning else []
        new = [f for f in folders if f not in kept]
        if new:
            self._choices.folders[:] = [*kept, *new]
            self.scan()

    def set_output(self, path: Path) -> None:
        """Write the store there; a scan does not propose another name any more."""
        self.store.choose(path)
