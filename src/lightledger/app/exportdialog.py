"""Selected light curves to a file: exactly what passes the filters, and how many rows that is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from lightledger.analysis.masks import Filters, TimeRange
from lightledger.domain import LightledgerError, Progress, counted
from lightledger.export.formats import Format
from lightledger.export.rows import file_stem

from .buttons import primary_button
from .exportformats import FormatChoice
from .exportjobs import count_rows, export_to
from .notifications import Notifications
from .presenter import Presenter
from .settings import EXPORT_FOLDER, OBSERVER, Settings

if TYPE_CHECKING:
    from lightledger.workers import Job, Jobs


class ExportDialog(QDialog):
    """Asks what and where; counts in a worker, writes in a worker.

    Parameters
    ----------
    presenter : Presenter
    objects : list of int
        Selected objects.
    """

    #: A line that says what was written.
    exported = Signal(str)

    def __init__(
        self,
        presenter: Presenter,
        objects: list[int],
        settings: Settings,
        desk: Notifications,
        jobs: Jobs,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._session = presenter, presenter.session
        self._objects, self._settings, self._desk, self._jobs = objects, settings, desk, jobs
        self._job: Job | None = None
        self.n_rows = -1
        self.setWindowTitle("Export light curves")
        self.setMinimumWidth(680)
        self._build()
        self._count()

    # -- building

    def _build(self) -> None:
        form = QFormLayout()
        form.setVerticalSpacing(12)
        n = len(self._objects)
        ids = [self._session.ids[i] for i in self._objects[:3]]
        what = ", ".join(ids) + (f" and {n - 3:,} more" if n > 3 else "")
        form.addRow("Objects", QLabel(what))
        self.shown_only, self.every = QRadioButton(), QRadioButton()
        shown = self._session.panels.shown
        self.shown_only.setText(", ".join(shown))
        self.every.setText(f"all {counted(len(self._session.field.measurements), 'measurement')}")
        self.shown_only.setChecked(True)
        form.addRow("Measurements", _group(self, self.shown_only, self.every))
        self._choice = FormatChoice(self)
        self.formats = self._choice.buttons
        form.addRow("Format", self._choice)
        self.as_flux = QRadioButton("flux, as stored")
        system = self._session.zero_point(self._session.measurement)[1]
        self.as_mag = QRadioButton(f"magnitudes ({system})" if system else "magnitudes")
        (self.as_mag if self._session.display.quantity.value == "mag" else self.as_flux).setChecked(
            True
        )
        form.addRow("Values", _group(self, self.as_flux, self.as_mag))
        self.corrected = QCheckBox("corrected by ensemble zero points")
        self.corrected.setChecked(self._session.display.corrected)
        form.addRow("", self.corrected)
        self.total = QCheckBox("total flux of point sources (aperture correction)")
        self.total.setChecked(self._session.display.point_source)
        form.addRow("", self.total)
        self.rescaled = QCheckBox("errors rescaled for correlated noise")
        self.rescaled.setToolTip(
            "Times the scatter of empty apertures over their formal error, visit by visit"
        )
        form.addRow("", self.rescaled)
        self.in_view = QCheckBox("only what is in view")
        self.in_view.setToolTip("The zoom as a further filter; else the range of the strip alone")
        self.in_view.setEnabled(self._presenter.axis.is_time)
        form.addRow("", self.in_view)
        self.observer = QLineEdit(self._settings.get(OBSERVER))
        self.observer.setPlaceholderText("your AAVSO observer code")
        self.observer.setMaximumWidth(200)
        form.addRow("Observer", self.observer)
        self._form = form
        self.count_label = QLabel()
        self.count_label.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.hide()
        self.buttons = QDialogButtonBox()
        self.save = primary_button("Save as…")
        self.buttons.addButton(self.save, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self._choose_file)
        self.buttons.rejected.connect(self.reject)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(24, 24, 24, 16)
        lines.setSpacing(16)
        lines.addLayout(form)
        lines.addWidget(self.count_label)
        lines.addWidget(self.progress)
        lines.addWidget(self.buttons)
        for choice in (self.shown_only, self.as_flux, self.corrected, self.in_view):
            choice.toggled.connect(self._count)
        self._choice.chosen.connect(self._count)

    # -- what

    @property
    def measurements(self) -> tuple[str, ...]:
        return (
            self._session.panels.shown
            if self.shown_only.isChecked()
            else self._session.field.measurements
        )

    def _system(self) -> str:
        """The system shown, where every measurement that goes out is known in it."""
        of = self._session.field.calibration
        known = [of(name).zero_points for name in self.measurements]
        wanted = self._session.display.system
        return wanted if all(wanted in z or "relative" in z for z in known) else ""

    @property
    def format(self) -> Format:
        return self._choice.format

    def filters(self) -> Filters:
        """The filters of the window, and the view where it is asked for."""
        base = self._presenter.filters()
        if not self.in_view.isChecked():
            return base
        low, high = self._session.times.view
        seen = TimeRange(max(low, base.time.first), min(high, base.time.last))
        return replace(base, time=seen)

    def _count(self) -> None:
        only = self.format.quantity
        self.as_flux.setEnabled(only != "magnitude")
        self.as_mag.setEnabled(only != "flux")
        if only:
            (self.as_flux if only == "flux" else self.as_mag).setChecked(True)
        self._form.setRowVisible(self.observer, self.format.name == "aavso")
        field = self._session.field
        of_all = {
            self.rescaled: [field.noise_factor(name) for name in self.measurements],
            self.total: [field.calibration(name).correction for name in self.measurements],
        }
        for box, of_each in of_all.items():
            known = all(one is not None for one in of_each)
            self._form.setRowVisible(box, known)
            if not known:
                box.setChecked(False)
        self.n_rows = -1
        self.save.setEnabled(False)
        self.count_label.setText(f"counting {self.format.counted}")
        self._job = self._jobs.run(
            count_rows,
            self._session.field,
            tuple(self._objects),
            self.measurements,
            self.filters(),
            self.corrected.isChecked(),
            done=self._counted,
            failed=self._failed,
            channel="export",
        )

    def _counted(self, counted: tuple[int, dict[str, int]]) -> None:
        self.n_rows, hidden = counted
        low, high = self.filters().time.first, self.filters().time.last
        parts = [f"{count:,} {why}" for why, count in hidden.items() if count]
        # The format leaves out what has no magnitude at all; the file says how many.
        most = "at most " if self.format.name == "aavso" else ""
        text = f"{most}{self.n_rows:,} {self.format.counted}"
        if parts:
            text += f"; hidden: {', '.join(parts)}"
        if np.isfinite(low) or np.isfinite(high):
            text += f"\ntimes: MJD {low:.5f} to {high:.5f} (UTC)"
        if not self.n_rows:
            text += "\nNothing passes the filters; widen the range of times."
        self.count_label.setText(text)
        self.save.setEnabled(self.n_rows > 0)

    # -- where

    def _choose_file(self) -> None:
        suffixes = self.format.suffixes_for(len(self._objects) * len(self.measurements))
        ids = self._session.ids
        one = len(self._objects) == 1
        stem = file_stem(ids[self._objects[0]]) if one else self._session.path.stem
        folder = Path(self._settings.get(EXPORT_FOLDER) or Path.home())
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Export",
            str(folder / f"{stem}{suffixes[0]}"),
            f"{self.format.title} ({' '.join(f'*{suffix}' for suffix in suffixes)})",
        )
        if name:
            path = Path(name)
            self.write(path if path.suffix else path.with_suffix(suffixes[0]))

    def write(self, path: Path) -> None:
        """Write the file in a worker, with progress; Cancel leaves nothing behind."""
        self._settings.set(EXPORT_FOLDER, str(path.parent))
        self._settings.set(OBSERVER, self.observer.text().strip())
        self.save.setEnabled(False)
        self.progress.setRange(0, 0)
        self.progress.show()
        self._job = self._jobs.run(
            export_to,
            self._session.field,
            path,
            {
                "objects": tuple(self._objects),
                "measurements": self.measurements,
                "filters": self.filters(),
                "corrected": self.corrected.isChecked(),
                "as_magnitude": self.as_mag.isChecked(),
                "system": self._system() if self.as_mag.isChecked() else "",
                "point_source": self.total.isChecked(),
                "rescaled": self.rescaled.isChecked(),
                "format": self.format.name,
                "observer_code": self.observer.text().strip(),
                "everything": True,
            },
            done=self._written,
            failed=self._failed,
            progress=self._progressed,
            channel="export",
        )

    def _progressed(self, progress: Progress) -> None:
        self.progress.setRange(0, progress.total)
        self.progress.setValue(progress.done)

    def _written(self, report: object) -> None:
        n_rows, path = report.n_rows, report.path  # type: ignore[attr-defined]
        self._job = None
        self.exported.emit(f"{n_rows:,} {self.format.counted} written to {path}")
        self.accept()

    def _failed(self, error: LightledgerError) -> None:
        self._job = None
        self.progress.hide()
        self.count_label.setText(str(error))
        self.save.setEnabled(self.n_rows > 0)

    def reject(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        super().reject()


def _group(owner: QWidget, *choices: QRadioButton) -> QWidget:
    holder = QWidget(owner)
    lines = QVBoxLayout(holder)
    lines.setContentsMargins(0, 0, 0, 0)
    lines.setSpacing(4)
    group = QButtonGroup(holder)
    for choice in choices:
        group.addButton(choice)
        lines.addWidget(choice)
    return holder
