"""Opening, showing and closing stores: what lives as long as one store is open."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from lightledger.domain import LightledgerError

from .connections import connect, name_verdicts
from .docklist import import_contents
from .keeping import Keeping
from .kept import Kept
from .openstore import OpenStore, make_open, open_field
from .renewal import Newer, Renewal, offer_text
from .session import Session

if TYPE_CHECKING:
    from lightledger.library import Field

    from .window import Window

_log = logging.getLogger("lightledger.app")


class Stores(QObject):
    """Keeps the one open store of a window, and "my star" in it.

    Attributes
    ----------
    current : OpenStore or None
    """

    changed = Signal()

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self.window = window
        self.current: OpenStore | None = None
        self.renewal = Renewal(window.jobs, self)
        self.renewal.found.connect(self._offer)
        self.renewal.journal_changed.connect(self._follow_journal)
        self._keeping: Keeping | None = None
        window.centre.reload.accepted.connect(self.reload)
        window.themes.changed.connect(self._name_verdicts)

    def open(self, path: Path, on_object: str = "") -> None:
        """Open a store in a worker; the window goes on living meanwhile."""
        self.window.centre.show_wait(f"Opening {path.name}")
        first = not on_object and not self.window.settings.kept(path)

        def show(field: Field) -> None:
            self.show(field, on_object)
            if first:  # what is in it, beside the most variable object
                self.window.docks.reveal("store")
                self.window.tour.offer(path)

        self._open(path, show)

    def _open(self, path: Path, show: Callable[[Field], None]) -> None:
        self.window.jobs.run(open_field, path, done=show, failed=self._not_opened, channel="open")

    def _not_opened(self, error: LightledgerError) -> None:
        self.window.centre.show_what_is_there()
        self.window.desk.error(error)

    def reload(self) -> None:
        """Open the newest version of the store; what is shown and how stays, by names."""
        if self.current is None:
            return
        session, kept = self.current.session, self._kept(self.current)
        place = session.path.with_name(session.path.name.removesuffix(".next"))
        self._open(place, lambda field: self.show(field, kept.object_id, kept))

    def _kept(self, current: OpenStore) -> Kept:
        table, queue = self.window.docks.table, current.vetting.queue
        name = queue.name if queue is not None else ""
        return Kept.of(current.session, table.shows_subset, table.sorted_by, name)

    def _keep(self) -> None:
        """Write how the store is shown now, and the window."""
        if self.current is not None:
            path = self.current.session.path
            self.window.settings.set_kept(path, self._kept(self.current).to_text())
            self.window.save_layout()

    def _offer(self, newer: Newer) -> None:
        if self.current is not None:
            session = self.current.session
            now = {band: session.field.reader.n_visit(band) for band in session.field.bands}
            self.window.centre.reload.offer(offer_text(newer, now))

    def show(self, field: Field, on_object: str = "", kept: Kept | None = None) -> None:
        """Show an open field; the one before is closed.

        Parameters
        ----------
        on_object : str
            Id of the object to show first; '' is "my star", else the highest excess.
        kept : Kept, optional
            How the version before was shown; without it, how the store was left.
        """
        self.close()
        w = self.window
        kept = kept or Kept.from_text(w.settings.kept(field.path))
        self.current = current = make_open(field, w, self, kept)
        session, page, toolbar = current.session, current.page, current.toolbar
        vetting, star = current.vetting, current.star
        w.docks.fill(current)
        if kept is not None:
            w.docks.table.show_subset(kept.well_measured)
            w.docks.table.sort_by(*kept.sort)
            on_object = on_object or (kept.object_id if kept.object_id in session.ids else "")
        connect(self, current)
        if kept is not None and kept.vetting and vetting.begin(kept.vetting):
            w.docks.table.show_list(vetting.rows)
        w.docks.show(True)
        w.addToolBar(toolbar)
        toolbar.show()
        w.restore_docks()
        w.centre.show_curves(page)
        self._show_star()
        self._select_first(on_object or star)
        toolbar.filter.restore(*w.settings.filter(session.path), first=not (on_object or star))
        w.settings.remember(session.path)
        _log.info("opened %s: %d objects", session.path.name, session.n_object)
        if field.journal.note:
            w.desk.error(field.journal.note)
        w.jobs.run(import_contents)
        self.changed.emit()
        w.follow()
        self.renewal.watch(session)
        if self._keeping is None:  # docks are made after this
            self._keeping = Keeping(w, self._keep)
        self._keeping.watch(current)
        w.jobs.run(
            field.reader.unsound_tables,
            done=lambda names: self._note_tables(session, names),
            failed=w.desk.error,
        )
        page.take_keys()

    def _name_verdicts(self) -> None:
        """The menu says what the keys mean, with the signs of the theme."""
        if self.current is not None:
            name_verdicts(self.window, self.current.vetting)

    def _note_tables(self, session: Session, names: list[str]) -> None:
        """Records are checked as they are shown, tables of objects and visits all at once."""
        for name in names:
            session.note_damage(f"table {name}")
        if names:
            self.window.desk.error(
                LightledgerError(
                    f"{len(names)} of its tables fail their checksum: {', '.join(names[:5])}",
                    session.path,
                    "what they say may be wrong; 'lightledger salvage' keeps what is sound",
                )
            )

    def _select_first(self, object_id: str) -> None:
        if self.current is None:
            return
        table = self.window.docks.table
        try:
            if object_id:
                self.current.session.set_object(object_id)
            else:
                table.go_first()
        except LightledgerError as error:
            self.window.desk.error(error)
            table.go_first()
        table.reveal()

    def browse(self) -> None:
        if self.current is not None:
            self.window.docks.reveal("objects")
            self.window.docks.table.sort_by("excess")
            self.window.docks.table.go_first()
            self.current.page.take_keys()

    def find(self, text: str) -> None:
        """Select an object by id and give the keys back to the plots."""
        if self.current is None:
            return
        try:
            self.current.session.set_object(text)
        except LightledgerError as error:
            self.window.desk.error(error)
            return
        if not self.window.docks.table.reveal():
            self.window.say(f"{text} does not pass the filter: it is not in the list")
        self.current.toolbar.find_box.clear()
        self.current.page.take_keys()

    def mark_star(self) -> None:
        """The current object is "my star" from now on."""
        if self.current is not None:
            self.current.star = self.current.session.object_id
            self.window.settings.set_star(self.current.session.path, self.current.star)
            self._show_star()

    def _show_star(self) -> None:
        if self.current is None:
            return
        star, ids = self.current.star, self.current.session.ids
        self.window.docks.stars.show_star(star)
        self.window.docks.table.set_marked(ids.index(star) if star in ids else -1)

    def follow(self) -> None:
        """Take in what other windows and programs did to the field meanwhile."""
        self._follow_journal()
        self.renewal.look()

    def _follow_journal(self) -> None:
        if self.current is not None and self.current.session.field.journal.follow():
            self.current.session.curves_changed.emit()
            self.current.session.words_changed.emit()

    def close(self) -> None:
        """Back to the start page; workers are waited for."""
        if self.current is None:
            return
        w, session = self.window, self.current.session
        if self._keeping is not None:
            self._keeping.stop()
        self._keep()
        self.renewal.stop()
        w.centre.reload.hide()
        w.removeToolBar(self.current.toolbar)
        self.current.toolbar.close_down()
        self.current.presenter.stop()
        self.current = None
        w.jobs.drain()
        w.undo_stack.clear()
        w.centre.show_start()
        w.docks.empty()
        session.deleteLater()
        session.field.close()
        self.changed.emit()
