"""The wizard's pages in their order: which is shown, which may be; Back never loses anything."""

from __future__ import annotations

from functools import cached_property

from PySide6.QtWidgets import QWidget

from lightledger.app.settings import Settings
from lightledger.workers import Jobs
from lightledger.workers.warmth import Warmth

from .columns_page import ColumnsPage
from .end_page import EndPage
from .files_page import FilesPage
from .frame import Frame
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


class Paging(Frame):
    """Makes the pages and leads through them; the way depends on what the folders hold.

    Attributes
    ----------
    choices : Choices
    jobs : Jobs
    runner : Runner
    files, reference, measure, columns, run_page, end : Page
    route : Route
        The pages that are used, in order.
    """

    def __init__(self, parent: QWidget | None, choices: Choices, settings: Settings | None) -> None:
        super().__init__(_IMAGES, parent)
        self.choices = choices
        self.jobs = Jobs(self, threads=3)
        self._warmth = Warmth()
        self.runner = Runner(self.jobs, self._warmth, self)
        self._reached = _FILES
        self._build(settings or Settings())

    def _build(self, settings: Settings) -> None:
        self.files = FilesPage(self.jobs, self.choices, OwnTemplates(settings))
        self.reference = ReferencePage(self.jobs, self.choices, self._warmth)
        self.measure = MeasurePage(self.jobs, self.choices, settings)
        self.run_page = RunPage(self.runner)
        self.end = EndPage(self.jobs)
        pages = (self.files, self.reference, self.measure, self.run_page, self.end)
        self._images = self.route = Route(_IMAGES, pages)
        for page in pages:
            self.stack.addWidget(page)
        for page in (self.files, self.reference, self.measure, self.end):
            page.changed.connect(self.show_state)
        self.files.scanned.connect(self._scanned)
        self.runner.state_changed.connect(self.show_state)
        self.steps.chosen.connect(self.go)
        self.back_button.clicked.connect(self.back)

    @cached_property
    def columns(self) -> ColumnsPage:
        """The page of catalogues; made when there are any, for most folders have none."""
        page = ColumnsPage(self.jobs, self.choices)
        page.changed.connect(self.show_state)
        self.stack.addWidget(page)
        return page

    @property
    def page(self) -> int:
        """Number of the page shown, along the route."""
        return next(i for i, p in enumerate(self.route.pages) if p is self.stack.currentWidget())

    @property
    def over(self) -> bool:
        """Whether the store is there: a further folder is another field."""
        return self.page == self.route.end

    def back(self) -> None:
        """The page before."""
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
        self.show_state()
        self.next_button.setFocus()

    def show_state(self) -> None:
        """Buttons and steps, anew."""
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

    def show_second(self) -> None:
        """Go where the objects come from."""
        if self.files.survey is not None and self.page != _SECOND:
            self.go(_SECOND)

    def show_files(self) -> None:
        self.go(_FILES)
