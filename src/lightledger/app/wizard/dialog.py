"""The wizard: from folders of frames to a store; what starts, runs in the background and ends."""

from __future__ import annotations

import math
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from lightledger.app.settings import Settings
from lightledger.app.turns import in_turns
from lightledger.ingest.events import IngestReport
from lightledger.workers import settle

from .asking import ask_running
from .attempts import Attempts
from .incoming import Incoming
from .paging import Paging
from .pieces import say
from .state import Choices


class IngestWizard(Paging):
    """From folders of frames to a store.

    Parameters
    ----------
    parent : QWidget or None
    folders : list of Path
        Dropped folders; may be empty (one can be added or dropped).
    settings : Settings, optional
        Where templates of one's own are remembered; the program's file unless given.

    Notes
    -----
    Signals: ``finished_store(path, object)`` when the person opens the result (the object to open
    on, '' for none); ``published(path)`` as soon as the store is there; ``sent_to_background()``
    and ``progressed(fraction, text)`` for a small button in the window, whose click calls
    `bring_back`. Keep a reference; call `shut_down` before the application ends.
    """

    finished_store = Signal(str, str)
    published = Signal(str)
    sent_to_background = Signal()
    progressed = Signal(float, str)
    ended = Signal()

    def __init__(
        self, parent: QWidget | None, folders: list[Path], settings: Settings | None = None
    ) -> None:
        super().__init__(parent, Choices(folders=[Path(f) for f in folders]), settings)
        self.setObjectName("ingestWizard")
        self.setWindowTitle("Measure a folder of images")
        self._attempts = Attempts(self.choices)
        self.incoming = Incoming(self)
        self._shut = False
        self._connect()
        settle()
        self.show_files()

    def _connect(self) -> None:
        self.cancel_button.clicked.connect(self.reject)
        self.next_button.clicked.connect(self.forward)
        # not beside the scan: two busy processors leave the window waiting
        self.files.scanned.connect(lambda: self.jobs.run(self._warmth.ensure, channel="warmth"))
        self.measure.recipe_wanted.connect(self.load_recipe)
        self.end.open_object.connect(self._open)
        self.runner.finished.connect(self._finished)
        self.runner.failed.connect(lambda error: self._run_over())
        self.runner.cancelled.connect(self._run_over)
        self.runner.stage.connect(self._tell_progress)
        self.run_page.background.connect(self.send_to_background)

    def forward(self) -> None:
        """Next, Start or Open, whatever the page says."""
        if not self.next_button.isEnabled():
            return
        if self.over:
            target = self.end.report.target if self.end.report is not None else ""
            self._open(target)
        elif self.page >= self.route.start:
            self._start()
        else:
            self.go(self.page + 1)

    # ---- the run

    def _start(self) -> None:
        survey = self.files.survey
        if survey is None:
            return
        self.stack.setCurrentWidget(self.run_page)
        self.run_page.start(tuple(b.band for b in survey.bands), survey.span)
        self._attempts.begin()
        source = self.choices.source if self.of_images else None
        self.runner.start(self.choices.request(), source, self.choices.cluster)
        self.measure.cost.afresh.setChecked(False)
        self.choices.remeasure = False
        self.show_state()

    def _finished(self, report: IngestReport) -> None:
        self.run_page.finished()
        self.end.show_report(report)
        self.published.emit(str(report.store))
        # Painting a page for the first time is a turn of the event loop of its own.
        in_turns(self, self._show_end)

    def _show_end(self) -> None:
        self.stack.setCurrentWidget(self.end)
        self.next_button.setFocus()
        self._run_over()
        in_turns(self, self.end.enter)

    def _run_over(self) -> None:
        rate = self.runner.visits_per_minute()
        if math.isfinite(rate) and rate > 0:
            self.choices.visit_s[self.choices.measuring] = 60.0 / rate
        self.show_state()
        self.progressed.emit(self.runner.fraction, "")
        self.ended.emit()

    def _tell_progress(self, progress: object) -> None:
        self.progressed.emit(self.runner.fraction, self.run_page.short_text())

    def _open(self, target: str) -> None:
        report = self.end.report
        if report is not None:
            self.finished_store.emit(str(report.store), target)
            self.accept()

    # ---- background, closing

    def send_to_background(self) -> None:
        """Hide; the ingest goes on, and the window shows how far it is."""
        self.hide()
        self.sent_to_background.emit()
        self.progressed.emit(self.runner.fraction, self.run_page.short_text())

    def bring_back(self) -> None:
        self.show()
        self.raise_()
        self.activateWindow()

    def ask_running(self) -> str:
        """What to do with a running ingest: 'background', 'stop' or 'stay'."""
        return ask_running(self)

    def _may_close(self) -> bool:
        """Ask when something would be stopped; True when the dialog may go."""
        if not self.runner.running:
            return True
        answer = self.ask_running()
        if answer == "background":
            self.send_to_background()
        elif answer == "stop":
            self.runner.stop()
        return False

    def reject(self) -> None:
        if self._may_close():
            self.shut_down()
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        # By way of reject, so that the window hears that the wizard has ended.
        self.reject()
        event.setAccepted(not self.isVisible())

    def accept(self) -> None:
        self.shut_down()
        super().accept()

    def shut_down(self) -> None:
        """Stop every worker and wait for it; finished visits stay staged."""
        if not self._shut:
            self._shut = True
            self.runner.abandon()
            self.jobs.close()
            self.runner.close()

    # ---- keys and drops

    def pause(self) -> None:
        """Pause, or go on."""
        if self.page == self.route.run and self.runner.running:
            self.run_page.pause_button.toggle()

    def may_drop(self) -> bool:
        return not self.runner.running

    def take_paths(self, paths: list[Path]) -> None:
        """Something was dropped; see `Incoming`."""
        if not self.runner.running:
            self.incoming.take_paths(paths)

    def load_recipe(self, path: Path) -> None:
        """Everything as a recipe says: from a file, or from a store."""
        self.incoming.load_recipe(path)

    def tell(self, text: str, role: str = "problem") -> None:
        """Say something beside the buttons."""
        say(self.message, text, role)
