"""Opening, showing and closing stores: what lives as long as one store is open."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lightledger.domain import LightledgerError

from .centre import CurvesPage
from .presenter import Presenter
from .session import Session
from .settings import Y_SCALE
from .undo import Acts
from .yscale import YScale

if TYPE_CHECKING:
    from lightledger.library import Field

    from .window import Window


@dataclass
class OpenStore:
    """Everything that lives as long as one store is open."""

    session: Session
    presenter: Presenter
    page: CurvesPage
    acts: Acts
    star: str
    file: tuple[int, int]

    @property
    def renewed(self) -> bool:
        """Whether another version was published in the place of the one that is shown."""
        now = _identity(self.session.path)
        return now != (0, 0) and now != self.file


class Stores(QObject):
    """Keeps the one open store of a window, and "my star" in it.

    Attributes
    ----------
    current : OpenStore or None
    """

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._w = window
        self.current: OpenStore | None = None

    def open(self, path: Path, on_object: str = "") -> None:
        """Open a store in a worker; the window goes on living meanwhile."""
        self._w.centre.show_wait(f"Opening {path.name}")
        self._w.jobs.run(
            _open_field,
            path,
            done=lambda field: self.show(field, on_object),
            failed=self._not_opened,
            channel="open",
        )

    def _not_opened(self, error: LightledgerError) -> None:
        self._w.centre.show_what_is_there()
        self._w.desk.error(error)

    def show(self, field: Field, on_object: str = "") -> None:
        """Show an open field; the one before is closed.

        Parameters
        ----------
        on_object : str
            Id of the object to show first; '' is "my star", else the highest excess.
        """
        self.close()
        w = self._w
        session = Session(field, self)
        file = _identity(session.path)
        session.set_scale(YScale(w.settings.get(Y_SCALE)))
        presenter = Presenter(session, w.desk, session)
        page = CurvesPage(presenter, w.themes)
        acts = Acts(session, w.undo_stack, w.desk, w.jobs)
        star = w.settings.star(session.path) or next(iter(field.targets), "")
        self.current = OpenStore(session, presenter, page, acts, star, file)
        w.docks.fill(session, w.jobs, w.desk)
        self._connect(session, page)
        w.docks.show(True)
        w.restore_docks()
        w.centre.show_curves(page)
        self._show_star()
        self._select_first(on_object or star)
        w.settings.remember(session.path)
        if field.journal.note:
            w.desk.error(field.journal.note)
        self.changed.emit()
        w.follow()
        page.take_keys()

    def _connect(self, session: Session, page: CurvesPage) -> None:
        w = self._w
        page.stack.hovered.connect(w.point.setText)
        page.stack.menu_wanted.connect(lambda at: w.menus["Object"].popup(at.toPoint()))
        page.toolbar.find_wanted.connect(self.find)
        for signal in (
            session.display_changed,
            session.measurement_changed,
            session.object_changed,
        ):
            signal.connect(w.follow)
        if w.docks.table is not None:
            w.docks.table.view.done.connect(page.take_keys)
        if w.docks.stars is not None:
            w.docks.stars.my_star_chosen.connect(self.mark_star)
            w.docks.stars.my_star_wanted.connect(w.commands.go_star)
        if w.docks.facts is not None:
            w.docks.facts.browse_wanted.connect(self._browse)
            w.docks.facts.find_wanted.connect(w.commands.find)

    def _select_first(self, object_id: str) -> None:
        table = self._w.docks.table
        if self.current is None or table is None:
            return
        try:
            if object_id:
                self.current.session.set_object(object_id)
            else:
                table.go_first()
        except LightledgerError as error:
            self._w.desk.error(error)
            table.go_first()
        table.reveal()

    def _browse(self) -> None:
        if self._w.docks.table is not None and self.current is not None:
            self._w.docks.objects.raise_()
            self._w.docks.table.sort_by("excess")
            self._w.docks.table.go_first()
            self.current.page.take_keys()

    def find(self, text: str) -> None:
        """Select an object by id and give the keys back to the plots."""
        if self.current is None:
            return
        try:
            self.current.session.set_object(text)
        except LightledgerError as error:
            self._w.desk.error(error)
            return
        if self._w.docks.table is not None:
            self._w.docks.table.reveal()
        self.current.page.toolbar.find_box.clear()
        self.current.page.take_keys()

    def mark_star(self) -> None:
        """The current object is "my star" from now on."""
        if self.current is not None:
            self.current.star = self.current.session.object_id
            self._w.settings.set_star(self.current.session.path, self.current.star)
            self._show_star()

    def _show_star(self) -> None:
        if self.current is None:
            return
        star, ids = self.current.star, self.current.session.ids
        if self._w.docks.stars is not None:
            self._w.docks.stars.show_star(star)
        if self._w.docks.table is not None:
            self._w.docks.table.set_marked(ids.index(star) if star in ids else -1)

    def follow(self) -> None:
        """Take in what other windows and programs did to the field meanwhile."""
        if self.current is None:
            return
        session = self.current.session
        if self.current.renewed:
            self._w.say(f"{session.path.name} has a newer version: reopened")
            self.open(session.path, session.object_id)
        elif session.field.journal.follow():
            session.curves_changed.emit()

    def close(self) -> None:
        """Back to the start page; workers are waited for."""
        if self.current is None:
            return
        w, session = self._w, self.current.session
        w.save_layout()
        self.current.presenter.stop()
        self.current = None
        w.jobs.drain()
        w.undo_stack.clear()
        w.centre.show_start()
        w.docks.empty()
        session.deleteLater()
        session.field.close()
        self.changed.emit()


def _identity(path: Path) -> tuple[int, int]:
    """What tells one file at a path from the next one there; zeros where there is none."""
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_mtime_ns


def _open_field(path: Path) -> Field:
    from lightledger.library.field import Field

    return Field(path)
