"""The wizard: four pages and an end page in one dialog; Back never loses anything."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QFrame,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lightledger.ingest.events import IngestReport
from lightledger.workers import Jobs, settle

from . import skin
from .asking import REFERENCE_FILES, ask_running, local_paths
from .end_page import EndPage
from .files_page import FilesPage
from .measure_page import MeasurePage
from .pieces import Page, button, line_label, row, say
from .reference_page import ReferencePage
from .run_page import RunPage
from .runner import Runner
from .state import Choices
from .steps import Steps
from .survey import check_output
from .warmth import Warmth

_NAMES = ("Files", "Reference", "Measure", "Run")
_FILES, _REFERENCE, _MEASURE, _RUN, _END = range(5)


class IngestWizard(QDialog):
    """From folders of frames to a store.

    Parameters
    ----------
    parent : QWidget or None
    folders : list of Path
        Dropped folders; may be empty (one can be added or dropped).

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

    def __init__(self, parent: QWidget | None, folders: list[Path]) -> None:
        super().__init__(parent)
        self.setObjectName("ingestWizard")
        self.setWindowTitle("Measure a folder of images")
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setWindowFlag(Qt.WindowType.WindowMinimizeButtonHint)
        self.setStyleSheet(skin.sheet())
        self.setAcceptDrops(True)
        self.resize(1200, 760)
        self.choices = Choices(folders=[Path(f) for f in folders])
        self.jobs = Jobs(self, threads=3)
        self._warmth = Warmth()
        self.runner = Runner(self.jobs, self._warmth, self)
        self._started: tuple[object, ...] = ()
        self._reached = _FILES
        self._shut = False
        self._build()
        self._connect()
        settle()
        self._go(_FILES)
        self.jobs.run(self._warmth.ensure)

    # ---- building

    def _build(self) -> None:
        self.files = FilesPage(self.jobs, self.choices)
        self.reference = ReferencePage(self.jobs, self.choices, self._warmth)
        self.measure = MeasurePage(self.jobs, self.choices)
        self.run_page = RunPage(self.runner)
        self.end = EndPage(self.jobs)
        self.pages: tuple[Page, ...] = (
            self.files, self.reference, self.measure, self.run_page, self.end,
        )  # fmt: skip
        self.steps = Steps(_NAMES)
        self.stack = QStackedWidget()
        for page in self.pages:
            self.stack.addWidget(page)
        self.message = line_label()
        self.cancel_button = button("Cancel")
        self.back_button = button("Back", "Nothing is lost by going back (Alt+Left)")
        self.next_button = button("Next", "Enter")
        self.next_button.setProperty("primary", True)
        self.next_button.setMinimumWidth(96)
        self.next_button.setDefault(True)
        rule = QFrame()
        rule.setFrameShape(QFrame.Shape.HLine)
        rule.setFixedHeight(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(skin.SPACE)
        layout.addWidget(self.steps)
        layout.addWidget(self.stack, 1)
        buttons = row(self.message, self.cancel_button, self.back_button, self.next_button)
        buttons.setStretch(0, 1)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.steps.chosen.connect(self._go)
        self.cancel_button.clicked.connect(self.reject)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.forward)
        self.files.scanned.connect(self._scanned)
        for page in (self.files, self.reference, self.measure, self.end):
            page.changed.connect(self._show_buttons)
        self.end.open_object.connect(self._open)
        self.runner.state_changed.connect(self._show_buttons)
        self.runner.finished.connect(self._finished)
        self.runner.failed.connect(lambda error: self._run_over())
        self.runner.cancelled.connect(self._run_over)
        self.runner.stage.connect(self._tell_progress)
        self.run_page.background.connect(self.send_to_background)

    # ---- pages

    @property
    def page(self) -> int:
        return self.stack.currentIndex()

    def forward(self) -> None:
        """Next, Start or Open, whatever the page says."""
        if not self.next_button.isEnabled():
            return
        if self.page == _END:
            target = self.end.report.target if self.end.report is not None else ""
            self._open(target)
        elif self.page == _MEASURE or self.page == _RUN:
            self._start()
        else:
            self._go(self.page + 1)

    def back(self) -> None:
        if self.back_button.isEnabled() and self.page > _FILES:
            self._go(self.page - 1)

    def _go(self, number: int) -> None:
        if number > self.page:
            self.pages[self.page].leave()
        if number == _MEASURE:
            self.reference.leave()
            self.measure.set_reference(
                self.files.survey, self.reference.picture, self.reference.found
            )
        self._reached = max(self._reached, min(number, _MEASURE))
        self.stack.setCurrentIndex(number)
        self.pages[number].enter()
        self._show_buttons()
        self.next_button.setFocus()

    def _show_buttons(self) -> None:
        page, running = self.page, self.runner.running
        self.steps.show_step(page, self._reached, locked=running or page == _END)
        self.back_button.setVisible(_FILES < page < _END and not running)
        # The run page has a Cancel of its own, which says what is kept.
        self.cancel_button.setVisible(not (page == _RUN and running))
        self.cancel_button.setText("Close" if page == _END else "Cancel")
        names = {_MEASURE: "Start", _RUN: "Start again", _END: "Open"}
        self.next_button.setText(names.get(page, "Next"))
        self.next_button.setVisible(not (page == _RUN and running))
        ready = self.pages[page].ready and not running
        was_ready = self.next_button.isEnabled()
        self.next_button.setEnabled(ready)
        if ready and not was_ready and not self._typing():
            self.next_button.setFocus()
        say(self.message, "" if ready or running else self._why_not(page))

    def _typing(self) -> bool:
        focus = self.focusWidget()
        return isinstance(focus, QLineEdit) and focus.isModified()

    def _why_not(self, page: int) -> str:
        if page == _FILES and self.files.scanning:
            return "Looking at the files"
        if page == _FILES and self.files.survey is not None:
            return check_output(self.choices.output).text
        if page == _REFERENCE and self.reference.picture is None:
            return "Waiting for the picture"
        return ""

    def _scanned(self) -> None:
        if self.files.survey is not None:
            self.reference.set_survey(self.files.survey)
        self._reached = min(self._reached, self.page)

    # ---- the run

    def _start(self) -> None:
        survey = self.files.survey
        if survey is None:
            return
        times = np.concatenate([b.mjd_utc for b in survey.bands])
        times = times[np.isfinite(times)]
        span = (float(times.min()), float(times.max())) if times.size > 1 else None
        self.stack.setCurrentIndex(_RUN)
        self.run_page.start(tuple(b.band for b in survey.bands), span)
        self._leave_what_is_of_no_use()
        self._started = self._settings()
        self.choices.unfinished = True
        self.runner.start(self.choices.request(), self.choices.source)
        self.measure.cost.afresh.setChecked(False)
        self.choices.remeasure = False
        self._show_buttons()

    def _leave_what_is_of_no_use(self) -> None:
        """Visits that this dialog staged with other settings cannot be gone on with.

        A published store is never left behind like that: there the person has to say so.
        """
        output = self.choices.output
        stale = self.choices.unfinished and self._started != self._settings()
        if stale and output is not None and not output.exists():
            self.choices.remeasure = True

    def _settings(self) -> tuple[object, ...]:
        """What decides the numbers of a run."""
        c = self.choices
        return (c.recipe().measuring, c.source, c.coadd, c.catalogue, c.target, c.output)

    def _finished(self, report: IngestReport) -> None:
        self.run_page.finished()
        self.end.show_report(report)
        self.published.emit(str(report.store))
        # Painting a page for the first time is a turn of the event loop of its own.
        QTimer.singleShot(0, self, self._show_end)

    def _show_end(self) -> None:
        self.stack.setCurrentIndex(_END)
        self.next_button.setFocus()
        self._run_over()
        QTimer.singleShot(0, self, self.end.enter)

    def _run_over(self) -> None:
        self._show_buttons()
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
        if self._may_close():
            self.shut_down()
            event.accept()
        else:
            event.ignore()

    def accept(self) -> None:
        self.shut_down()
        super().accept()

    def shut_down(self) -> None:
        """Stop every worker and wait for it; finished visits stay staged."""
        if not self._shut:
            self._shut = True
            self.runner.close()
            self.jobs.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if alt and event.key() == Qt.Key.Key_Left:
            self.back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Enter in a field settles that field; a second one goes on.
            if isinstance(self.focusWidget(), (QLineEdit, QComboBox, QAbstractSpinBox)):
                self.next_button.setFocus()
            else:
                self.forward()
        elif event.key() == Qt.Key.Key_P and self.page == _RUN and self.runner.running:
            self.run_page.pause_button.toggle()
        else:
            super().keyPressEvent(event)

    # ---- drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event) and not self.runner.running:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.take_paths(local_paths(event))
        event.acceptProposedAction()

    def take_paths(self, paths: list[Path]) -> None:
        """Folders are added to the frames; a table or an image becomes the reference."""
        if self.runner.running:
            return
        folders = [p for p in paths if p.is_dir()]
        files = [p for p in paths if p.is_file() and p.suffix.lower() in REFERENCE_FILES]
        if folders:
            self._go(_FILES)
            self.files.add_folders(folders)
        elif files:
            self.reference.take(files[0])
            if self.files.survey is not None and self.page != _REFERENCE:
                self._go(_REFERENCE)
        else:
            say(self.message, "Drop a folder of frames, a coadd or a catalogue", "problem")
