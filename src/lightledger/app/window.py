"""The main window: puts the parts together and opens and closes stores, nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QUndoStack
from PySide6.QtWidgets import QLabel, QMainWindow, QMenu, QTabWidget

from lightledger.domain import counted
from lightledger.workers import Jobs

from .actions import Actions
from .centre import Centre
from .colourmenu import ColourMenu
from .docks import Docks
from .ingesting import Ingesting
from .manual.helpkey import HelpKey
from .measurementmenu import MeasurementMenu
from .notifications import Notifications
from .opening import local_paths, sort_out
from .openstore import OpenStore, Tools
from .panelmenus import PanelMenu, color_menu, x_menu
from .samp.samp import Samp
from .settings import THEME, Settings
from .stores import Stores
from .theme import Themes
from .tour.tour import Tour

if TYPE_CHECKING:
    from lightledger.library import Field

    from .session import Session

_MESSAGE_MS = 6000


class Window(QMainWindow):
    """Lightledger's window.

    Attributes
    ----------
    stores, docks, ingesting, help, tour, desk, jobs, settings, undo_stack
        The parts.
    """

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.themes = Themes(self.settings.get(THEME), self)
        self.themes.apply()
        self.desk = Notifications(self)
        self.jobs = Jobs(self)
        self.undo_stack = QUndoStack(self)
        self.setWindowTitle("Lightledger")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(False)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.resize(QSize(1280, 800))
        self.centre = Centre(self.desk, self)
        self.setCentralWidget(self.centre)
        self.stores = Stores(self)
        self.ingesting = Ingesting(self, self.jobs, self.desk, self.settings)
        self.docks = Docks(self)
        self.help = HelpKey(self)
        self.tour = Tour(self)
        self.actions_ = Actions(self)
        self.menus = self.actions_.fill(self.menuBar())
        self._more_menus()
        self._status_bar()
        self._connect()
        self.samp = Samp(self)
        if (layout := self.settings.layout()) is not None:
            self.restoreGeometry(layout[0])
        self._store_changed()

    # -- building

    def _more_menus(self) -> None:
        self._recent = QMenu("Open recent", self)
        self._recent.aboutToShow.connect(self._fill_recent)
        file_menu = self.menus["File"]
        file_menu.insertMenu(self.actions_["make_demo"], self._recent)
        menu = MeasurementMenu(self._session, self)
        menu.chosen.connect(self._choose_measurement)
        self.menus["Measurement"].insertMenu(self.actions_["next_measurement"], menu)
        self.measurements = menu
        view = self.menus["View"]
        for each in (
            PanelMenu(self._session, self.say, self),
            x_menu(self._session, self),
            color_menu(self._session, self),
        ):
            view.addMenu(each)
        self.colours = ColourMenu(self.settings, self.themes, view)
        shown = QMenu("Docks shown", self)
        shown.addActions([dock.toggleViewAction() for dock in self.docks.all])
        self.menus["Window"].insertMenu(self.actions_["reset_layout"], shown)

    def _session(self) -> Session | None:
        return self.open.session if self.open is not None else None

    def _status_bar(self) -> None:
        self.point = self._label("Point under the mouse")
        self._units = self._label("Time scale and unit of the light curves")
        self._state = self._label("Objects and problems of the store")
        self.vetted = self._label("Progress of vetting")
        bar = self.statusBar()
        bar.setSizeGripEnabled(False)
        bar.addWidget(self.point, 1)
        bar.addPermanentWidget(self.ingesting.button)
        bar.addPermanentWidget(self.vetted)
        bar.addPermanentWidget(self._units)
        bar.addPermanentWidget(self._state)

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setAccessibleName(name)
        return label

    def _connect(self) -> None:
        start = self.centre.start
        start.open_folder.connect(self.actions_["open_folder"].trigger)
        start.open_store.connect(self.actions_["open_store"].trigger)
        start.make_demo.connect(self.actions_["make_demo"].trigger)
        start.open_recent.connect(self.open_store)
        self.stores.changed.connect(self._store_changed)
        self.ingesting.store_ready.connect(lambda path, obj: self.open_store(Path(path), obj))
        self.ingesting.waiting.connect(start.show_waiting)
        self.ingesting.progressed.connect(self.centre.show_wait)
        self.ingesting.stopped.connect(self.centre.show_what_is_there)
        self.actions_.give_keys(self.centre, plots=True)
        for dock in self.docks.all:
            self.actions_.give_keys(dock, arrows=dock.spec.name in ("objects", "pixels"))

    def _choose_measurement(self, name: str) -> None:
        if self.open is not None:
            self.open.session.panels.set_measurement(name)

    def _fill_recent(self) -> None:
        self._recent.clear()
        stores = self.settings.recent()
        for path in stores:
            action = self._recent.addAction(str(path))
            action.triggered.connect(lambda _=False, p=path: self.open_store(p))
        self._recent.addSeparator()
        forget = self._recent.addAction("Forget these")
        forget.setEnabled(bool(stores))
        forget.triggered.connect(self.settings.forget_recent)

    # -- stores

    @property
    def tools(self) -> Tools:
        """What parts of an open store may use."""
        return Tools(
            self.settings,
            self.jobs,
            self.desk,
            self.themes,
            self.undo_stack,
            lambda name: self.actions_[name].trigger(),
            self.say,
        )

    @property
    def open(self) -> OpenStore | None:
        """What is open now."""
        return self.stores.current

    def open_store(self, path: Path, on_object: str = "") -> None:
        """Open a store in a worker; see `lightledger.app.stores.Stores.open`."""
        self.stores.open(path, on_object)

    def show_field(self, field: Field, on_object: str = "") -> None:
        """Show an open field; see `lightledger.app.stores.Stores.show`."""
        self.stores.show(field, on_object)

    def _store_changed(self) -> None:
        current = self.open
        self.actions_.enable(current is not None)
        self.point.setText("")
        self.vetted.setText(current.vetting.words if current is not None else "")
        if current is None:
            self.setWindowTitle("Lightledger")
            self._state.setText("")
            self._units.setText("")
            self.centre.start.show_recent(self.settings.recent())
        else:
            path = current.session.path
            self.setWindowTitle(f"{path.name} — Lightledger")
            current.session.damage_found.connect(self._show_state)
            current.session.cursor_changed.connect(self._forget_point)
            current.presenter.changed.connect(self._show_units)
            self._show_state()
            self._show_units()

    def _show_state(self) -> None:
        if self.open is not None:
            session = self.open.session
            n_problem = sum(problem.severity != "note" for problem in session.field.problems)
            self._state.setText(_state_words(session.n_object, n_problem, len(session.damaged)))

    def _show_units(self) -> None:
        """Time scale and unit of what is drawn."""
        if self.open is not None:
            presenter = self.open.presenter
            unit = presenter.current.curve.unit if presenter.current is not None else ""
            self._units.setText(f"{presenter.axis.label}   {unit}".rstrip() + "   ")

    def _forget_point(self) -> None:
        if self.open is not None and self.open.session.cursor is None:
            self.point.setText("")

    def follow(self) -> None:
        if self.open is None:
            return
        session, current = self.open.session, self.open.presenter.current
        self.actions_["toggle_corrected"].setChecked(session.display.corrected)
        fraction = current.flagged_fraction() if current is not None else 0.0
        self.actions_["toggle_hidden"].setChecked(session.display.shows_hidden(fraction))

    # -- layout

    def reset_layout(self) -> None:
        """Docks where they were at first."""
        self.settings.forget_layout()
        self.docks.show(self.open is not None)
        self.docks.place(self)

    def restore_docks(self) -> None:
        """Docks as they were left, or where they stand at first."""
        layout = self.settings.layout()
        if layout is None or not self.restoreState(layout[1]):
            self.docks.place(self)

    def save_layout(self) -> None:
        self.settings.save_layout(self.saveGeometry(), self.saveState())

    def say(self, text: str) -> None:
        """A word in the status bar that goes away by itself."""
        self.statusBar().showMessage(text, _MESSAGE_MS)

    def changeEvent(self, event: QEvent) -> None:
        """Coming back to the window takes in what other windows did to the same field."""
        super().changeEvent(event)
        back = event.type() == QEvent.Type.ActivationChange and self.isActiveWindow()
        if back and hasattr(self, "stores"):
            self.settings.follow()
            self.stores.follow()

    # -- drops and end

    def take_paths(self, paths: list[Path]) -> None:
        """Open what was dropped or given on the command line."""
        if self.ingesting.take_light_curves(paths):
            return
        dropped = sort_out(paths)
        for words in dropped.refusals():
            self.desk.error(words)
        if dropped.folders or dropped.catalogues:
            self.ingesting.start(list(dropped.folders), list(dropped.catalogues))
        elif dropped.stores:
            self.open_store(dropped.stores[0])

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_paths(event.mimeData()):
            self.centre.start.set_hot(True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.centre.start.set_hot(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.centre.start.set_hot(False)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.take_paths(local_paths(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.ingesting.may_close():
            event.ignore()
            return
        self.help.close()
        self.samp.close()
        self.ingesting.shut_down()
        self.stores.close()
        self.jobs.close()
        event.accept()


def _state_words(n_object: int, n_problem: int, n_damaged: int) -> str:
    """Objects, problems of the run, and what was found damaged since the store was opened."""
    words = [counted(n_object, "object")] + [counted(n_problem, "problem")] * bool(n_problem)
    if n_damaged:
        words.append(f"{n_damaged:,} damaged")
    return "   ".join(words) + "  "
