"""The way from frames to a store: wizard, its life in the background, the demo field."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from lightledger.domain import Progress
from lightledger.workers import Jobs

from .notifications import Notifications
from .settings import BUDGET_MB, WORKERS, Settings

if TYPE_CHECKING:
    from .wizard.dialog import IngestWizard


def demo_folder() -> Path:
    """Where the demo field goes."""
    return Path.home() / "lightledger-demo"


class Ingesting(QObject):
    """Keeps the one wizard that may be open, and the button that brings it back.

    Attributes
    ----------
    button : QPushButton
        For the status bar; visible while an ingest runs in the background.
    catalogue : Path or None
        A catalogue that waits for its folder of frames.
    """

    #: A store is to be opened, on an object ('' for none).
    store_ready = Signal(str, str)
    #: A catalogue came without frames.
    waiting = Signal(object)
    #: The demo field is being made.
    progressed = Signal(str, int, int)
    stopped = Signal()

    def __init__(
        self, parent: QWidget, jobs: Jobs, desk: Notifications, settings: Settings
    ) -> None:
        super().__init__(parent)
        self._window, self._jobs, self._desk, self._settings = parent, jobs, desk, settings
        self._wizard: IngestWizard | None = None
        self.catalogue: Path | None = None
        self.button = QPushButton(parent)
        self.button.setProperty("flat", True)
        self.button.setToolTip("Show the ingest that runs in the background")
        self.button.hide()
        self.button.clicked.connect(self._bring_back)

    @property
    def wizard(self) -> IngestWizard | None:
        return self._wizard

    def start(self, folders: list[Path], catalogues: list[Path]) -> None:
        """Open the wizard on folders, or hand what was dropped to the one that is open."""
        if catalogues:
            self.catalogue = catalogues[0]
        if self._wizard is not None and self._wizard.over and folders:
            self._wizard.reject()
        if self._wizard is not None:
            if self._wizard.runner.running:
                self._desk.error("an ingest is running; drop this again when it has ended")
                return
            self._bring_back()
            self._wizard.take_paths([*folders, *catalogues])
            return
        if not folders:
            self.waiting.emit(self.catalogue)
            return
        from .wizard.dialog import IngestWizard

        wizard = IngestWizard(self._window, folders, self._settings)
        self._wizard = wizard
        wizard.choices.workers = int(self._settings.get(WORKERS))
        wizard.choices.budget_bytes = int(self._settings.get(BUDGET_MB)) << 20
        wizard.finished_store.connect(self.store_ready)
        wizard.sent_to_background.connect(self.button.show)
        wizard.progressed.connect(self._tell)
        wizard.finished.connect(lambda _result: self._over())
        wizard.show()
        if self.catalogue is not None:
            wizard.take_paths([self.catalogue])

    def take_light_curves(self, paths: list[Path]) -> bool:
        """Offer the import where there is nothing but light curves; else False."""
        from lightledger.ingest.lightcurves.sniff import all_light_curves

        if self._wizard is not None or self.catalogue is not None or not all_light_curves(paths):
            return False
        self.import_light_curves(paths)
        return True

    def import_light_curves(self, paths: list[Path]) -> None:
        """Show what files of light curves are taken for; a store is opened when it is made."""
        from .importdialog import ImportDialog

        dialog = ImportDialog(paths, self._jobs, self._window)
        dialog.imported.connect(lambda path: self.store_ready.emit(path, ""))
        dialog.open()

    def make_demo(self) -> None:
        """Make the demo field in a worker, then open the wizard on it."""
        folder = demo_folder()
        self._desk_line = f"making the demo field in {folder}"

        def told(progress: Progress) -> None:
            self.progressed.emit(self._desk_line, progress.done, progress.total)

        def made(field: object) -> None:
            self.stopped.emit()
            self.start([folder], [])

        def failed(error: Exception) -> None:
            self.stopped.emit()
            self._desk.error(error)

        self.progressed.emit(self._desk_line, 0, 0)
        self._jobs.run(_make_demo, folder, done=made, failed=failed, progress=told, channel="demo")

    def shut_down(self) -> None:
        """Stop whatever runs; finished visits stay staged."""
        if self._wizard is not None:
            self._wizard.shut_down()
            self._over()

    def may_close(self) -> bool:
        """Ask when an ingest runs; True when the window may close."""
        wizard = self._wizard
        if wizard is None or not wizard.runner.running:
            return True
        return wizard.ask_running() == "stop"

    def _bring_back(self) -> None:
        if self._wizard is not None:
            self.button.hide()
            self._wizard.bring_back()

    def _tell(self, fraction: float, text: str) -> None:
        words = text or "ingest"
        self.button.setText(f"{words}  {100 * fraction:.0f} %" if fraction < 1 else "ingest done")

    def _over(self) -> None:
        wizard, self._wizard = self._wizard, None
        self.catalogue = None
        self.waiting.emit(None)
        self.button.hide()
        if wizard is not None:
            wizard.deleteLater()


def _make_demo(folder: Path, control: object = None, report: object = None) -> object:
    from lightledger.demo.make import make_demo

    return make_demo(folder, control=control, report=report)  # type: ignore[arg-type]
