"""Light curves measured elsewhere: what the files are taken for, corrected, then imported."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from lightledger.domain import LightledgerError, Progress

from .buttons import primary_button
from .importjobs import Look, look, write

if TYPE_CHECKING:
    from lightledger.workers import Job, Jobs

_GUESSED = "as guessed"
_SCALES = (_GUESSED, "UTC", "TAI", "TT", "TDB")
#: Columns of the table that are as wide as their texts; the last of them fill the rest.
_NARROW = 7


class ImportDialog(QDialog):
    """Shows a row for each light curve before anything is written.

    Parameters
    ----------
    paths : sequence of Path
        Files and folders.
    """

    #: The store that was written, as text.
    imported = Signal(str)

    def __init__(
        self,
        paths: Sequence[Path],
        jobs: Jobs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._paths, self._jobs = tuple(paths), jobs
        self._job: Job | None = None
        self._writing = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import light curves")
        self.resize(1000, 640)
        self._build()
        self._look()

    def _build(self) -> None:
        self.head = QLabel()
        self.table = QTableWidget(0, 0)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.verticalHeader().hide()
        self.table.setWordWrap(False)
        self.notes = QPlainTextEdit()
        self.notes.setReadOnly(True)
        self.notes.setMaximumHeight(120)
        self.columns, self.offset, self.band = QLineEdit(), QLineEdit(), QLineEdit()
        self.columns.setPlaceholderText("as guessed; else such as time=HJD  mag=Vmag,e_Vmag")
        self.offset.setPlaceholderText("as guessed; else bkjd, btjd, mjd, hjd-2450000, or a JD")
        self.band.setPlaceholderText("where the files name none")
        self.scale = QComboBox()
        self.scale.addItems(_SCALES)
        for line in (self.columns, self.offset, self.band):
            line.editingFinished.connect(self._look_again)
        self.scale.currentIndexChanged.connect(self._look_again)
        self.output = QLineEdit(str(_proposed(self._paths[0])))
        browse = QPushButton("Browse…")
        browse.clicked.connect(self._choose)
        where = QHBoxLayout()
        where.addWidget(self.output)
        where.addWidget(browse)
        form = QFormLayout()
        form.addRow("Columns", self.columns)
        form.addRow("Time 0", self.offset)
        form.addRow("Time scale", self.scale)
        form.addRow("Band", self.band)
        form.addRow("Save as", where)
        self.progress = QProgressBar()
        self.progress.hide()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.save = primary_button("Import")
        self.buttons.addButton(self.save, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self._import)
        self.buttons.rejected.connect(self.reject)
        lines = QVBoxLayout(self)
        lines.setSpacing(12)
        lines.addWidget(self.head)
        lines.addWidget(self.table, 1)
        lines.addWidget(self.notes)
        lines.addLayout(form)
        lines.addWidget(self.progress)
        lines.addWidget(self.buttons)

    # -- what the files are

    def options(self) -> dict[str, object]:
        """Fields of `ImportOptions` that were filled in."""
        scale = self.scale.currentText()
        return {
            "columns": tuple(self.columns.text().replace(";", " ").split()),
            "offset": self.offset.text().strip(),
            "scale": "" if scale == _GUESSED else scale,
            "band": self.band.text().strip(),
        }

    def _look_again(self) -> None:
        if not self._writing and self.options() != self._seen:
            self._look()

    def _look(self) -> None:
        self._seen = self.options()
        self.save.setEnabled(False)
        self.head.setText("reading")
        self._job = self._jobs.run(
            look,
            self._paths,
            self._seen,
            done=self._show,
            failed=self._failed,
            progress=self._tell,
            channel="import",
        )

    def _show(self, found: Look) -> None:
        self.progress.hide()
        self.head.setText(found.head)
        self.notes.setPlainText("\n".join(found.notes))
        self.notes.setVisible(bool(found.notes))
        self.table.setColumnCount(len(found.columns))
        self.table.setHorizontalHeaderLabels(list(found.columns))
        self.table.setRowCount(len(found.rows))
        for i, row in enumerate(found.rows):
            for k, text in enumerate(row):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.table.setItem(i, k, item)
        self.table.resizeColumnsToContents()
        for k in range(min(_NARROW, self.table.columnCount())):
            self.table.setColumnWidth(k, min(self.table.columnWidth(k), 190))
        if self.table.columnCount():
            header = self.table.horizontalHeader()
            header.setSectionResizeMode(_NARROW, QHeaderView.ResizeMode.Stretch)
        self.save.setEnabled(found.n_series > 0)

    # -- writing

    def _choose(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Import into", self.output.text(), "Lightledger stores (*.h5)"
        )
        if name:
            self.output.setText(name if Path(name).suffix else f"{name}.h5")

    def _import(self) -> None:
        self._writing = True
        self.save.setEnabled(False)
        self.head.setText("importing")
        self._job = self._jobs.run(
            write,
            self._paths,
            Path(self.output.text()).expanduser(),
            self.options(),
            done=self._written,
            failed=self._failed,
            progress=self._tell,
            channel="import",
        )

    def _written(self, path: str) -> None:
        self.imported.emit(path)
        self.accept()

    def _tell(self, progress: Progress) -> None:
        self.progress.show()
        self.progress.setRange(0, progress.total)
        self.progress.setValue(progress.done)
        self.progress.setFormat(f"{progress.stage}  %v of %m {progress.text}")

    def _failed(self, error: LightledgerError) -> None:
        self._writing = False
        self.progress.hide()
        self.head.setText(str(error))
        self.save.setEnabled(self.table.rowCount() > 0)

    def reject(self) -> None:
        """Stop what runs; nothing is left behind."""
        if self._job is not None:
            self._job.cancel()
        super().reject()


def _proposed(path: Path) -> Path:
    """A store beside what was dropped, of a name that is free."""
    stem = path.name.partition(".")[0] if path.is_file() else path.name
    wanted, k = path.parent / f"{stem}.h5", 2
    while wanted.exists():
        wanted, k = path.parent / f"{stem}_{k}.h5", k + 1
    return wanted
