"""The wizard: its pages and an end page in one dialog; Back never loses anything."""

from __future__ import annotations

import math
from functools import cached_property
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QWidget

from lightledger.app.settings import Settings
from lightledger.ingest.events import IngestReport
from lightledger.workers import Jobs, settle
from lightledger.workers.warmth import Warmth

from .asking import ask_running
from .attempts import Attempts
from .columns_page import ColumnsPage
from .end_page import EndPage
from .files_page import FilesPage
from .frame import Frame
from .incoming import Incoming
from .measure_page import MeasurePage
from .owntemplates import OwnTemplates
from .pieces import Page, say
from .reference_page import ReferencePage
from .route import Route
from .run_page import RunPage
from .runner import Runner
from .state import Choices
from .survey import check_output

_IMAGES = ("Files", "Reference", "Measure", "Run")
_CATALOGUES = ("Files", "Columns", "Run")
_FILES, _SECOND = 0, 1


class IngestWizard(Frame):
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
        super().__init__(_IMAGES, parent)
        self.setObjectName("ingestWizard")
        self.setWindowTitle("Measure a folder of images")
        self._settings = settings or Settings()
        self.choices = Choices(folders=[Path(f) for f in folders])
        self.jobs = Jobs(self, threads=3)
        self._warmth = Warmth()
        self.runner = Runner(self.jobs, self._warmth, self)
        self._attempts = Attempts(self.choices)
        self.incoming = Incoming(self)
        self._reached = _FILES
        self._shut = False
        self._build()
        self._connect()
        settle()
        self.go(_FILES)

    # ---- building

    def _build(self) -> None:
        self.files = FilesPage(self.jobs, self.choices, OwnTemplates(self._settings))
        self.reference = ReferencePage(self.jobs, self.choices, self._warmth)
        self.measure = MeasurePage(self.jobs, self.choices, self._settings)
        self.run_page = RunPage(self.runner)
        self.end = EndPage(self.jobs)
        pages = (self.files, self.reference, self.measure, self.run_page, self.end)
        self._images = self.route = Route(_IMAGES, pages)
        for page in pages:
            self.stack.addWidget(page)

    @cached_property
    def columns(self) -> ColumnsPage:
        """The page of catalogues; made when there are any, for most folders have none."""
        page = ColumnsPage(self.jobs, self.choices)
        page.changed.connect(self._show_buttons)
        self.stack.addWidget(page)
        return page

    def _connect(self) -> None:
        self.steps.chosen.connect(self.go)
        self.cancel_button.clicked.connect(self.reject)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.forward)
        self.files.scanned.connect(self._scanned)
        # not beside the scan: two busy processors leave the window waiting
        self.files.scanned.connect(lambda: self.jobs.run(self._warmth.ensure, channel="warmth"))
        for page in (self.files, self.reference, self.measure, self.end):
            page.changed.connect(self._show_buttons)
        self.measure.recipe_wanted.connect(self.load_recipe)
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
        """Number of the page shown, along the route."""
        return next(i for i, p in enumerate(self.route.pages) if p is self.stack.currentWidget())

    @property
    def over(self) -> bool:
        """Whether the store is there: a further folder is another field."""
        return self.page == self.route.end

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

    def back(self) -> None:
        if self.back_button.isEnabled() and self.page > _FILES:
            self.go(self.page - 1)

    @property
    def of_images(self) -> bool:
        """Whether images are measured, not catalogues read."""
        return self.route is self._images

    def go(self, number: int) -> None:
        """Show a page of the route."""
        if number > self.page:
            self.route.pages[self.page].leave()
        page = self.route.pages[number]
        if page is self.measure:
            self.reference.leave()
            self.measure.set_reference(
                self.files.survey, self.reference.picture, self.reference.found
            )
        self._reached = max(self._reached, min(number, self.route.start))
        self.stack.setCurrentWidget(page)
        page.enter()
        self._show_buttons()
        self.next_button.setFocus()

    def _show_buttons(self) -> None:
        route, page, running = self.route, self.page, self.runner.running
        self.steps.show_step(page, self._reached, locked=running or self.over)
        # The run page has a Cancel of its own, which says what is kept.
        self.footer.setVisible(not (page == route.run and running))
        self.back_button.setVisible(_FILES < page < route.end)
        self.cancel_button.setText("Close" if self.over else "Cancel")
        names = {route.start: "Start", route.run: "Start again", route.end: "Open"}
        ready = route.pages[page].ready and not running
        self.footer.offer(names.get(page, "Next"), ready)
        say(self.message, "" if ready or running else self._why_not(route.pages[page]))

    def _why_not(self, page: Page) -> str:
        if page is self.files and self.files.scanning:
            return "Looking at the files"
        if page is self.files and self.files.survey is not None:
            return check_output(self.choices.output).text
        if page is self.reference and not page.trouble:
            return "Waiting for the picture"
        return ""

    def _scanned(self) -> None:
        survey = self.files.survey
        if survey is not None and survey.mapping is not None:
            pages = (self.files, self.columns, self.run_page, self.end)
            self.route = Route(_CATALOGUES, pages)
            self.columns.set_survey(survey)
        elif survey is not None:
            self.route = self._images
            self.reference.set_survey(survey)
        self.steps.set_names(self.route.names)
        self._reached = min(self._reached, self.page)

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
        self._show_buttons()

    def _finished(self, report: IngestReport) -> None:
        self.run_page.finished()
        self.end.show_report(report)
        self.published.emit(str(report.store))
        # Painting a page for the first time is a turn of the event loop of its own.
        QTimer.singleShot(0, self, self._show_end)

    def _show_end(self) -> None:
        self.stack.setCurrentWidget(self.end)
        self.next_button.setFocus()
        self._run_over()
        QTimer.singleShot(0, self, self.end.enter)

    def _run_over(self) -> None:
        rate = self.runner.visits_per_minute()
        if math.isfinite(rate) and rate > 0:
            self.choices.visit_s[self.choices.measuring] = 60.0 / rate
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

    def show_second(self) -> None:
        """Go where the objects come from."""
        if self.files.survey is not None and self.page != _SECOND:
            self.go(_SECOND)

    def show_files(self) -> None:
        self.go(_FILES)

    def show_state(self) -> None:
        """Buttons and steps, anew."""
        self._show_buttons()
