"""Opening, showing and closing stores: what lives as long as one store is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from lightledger.domain import LightledgerError
from lightledger.workers import Jobs

from .centre import CurvesPage
from .evidence.strip import EvidenceStrip
from .kept import Kept
from .notifications import Notifications
from .numbers import Numbers
from .objectfilter import ObjectFilter
from .presenter import Presenter
from .renewal import Newer, Renewal, offer_text
from .session import Session
from .settings import SYSTEM, VERDICTS_SHOWN, Y_SCALE, Settings
from .theme import Themes
from .toolbar import Toolbar
from .undo import Acts
from .vetting.glyphs import glyph_icon
from .vetting.guard import Guard
from .vetting.prefetch import Prefetch
from .vetting.verdictset import parse, spoken
from .vetting.vetting import Vetting
from .yscale import YScale

if TYPE_CHECKING:
    from lightledger.library import Field

    from .window import Window


@dataclass(frozen=True)
class Tools:
    """What the window lends to the parts of an open store.

    Attributes
    ----------
    trigger : callable
        Runs an action by its name.
    say : callable
        A word in the status bar that goes away by itself.
    """

    settings: Settings
    jobs: Jobs
    desk: Notifications
    themes: Themes
    undo_stack: QUndoStack
    trigger: Callable[[str], None]
    say: Callable[[str], None]


@dataclass
class OpenStore:
    """Everything that lives as long as one store is open."""

    tools: Tools
    session: Session
    presenter: Presenter
    page: CurvesPage
    toolbar: Toolbar
    numbers: Numbers
    filter: ObjectFilter
    acts: Acts
    vetting: Vetting
    star: str


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
        self.renewal = Renewal(window.jobs, self)
        self.renewal.found.connect(self._offer)
        self.renewal.journal_changed.connect(self._follow_journal)
        window.centre.reload.accepted.connect(self.reload)
        window.themes.changed.connect(self._name_verdicts)

    def open(self, path: Path, on_object: str = "") -> None:
        """Open a store in a worker; the window goes on living meanwhile."""
        self._w.centre.show_wait(f"Opening {path.name}")
        first = not on_object and not self._w.settings.kept(path)

        def show(field: Field) -> None:
            self.show(field, on_object)
            if first:  # what is in it, beside the most variable object
                self._w.docks.reveal("store")

        self._open(path, show)

    def _open(self, path: Path, show: Callable[[Field], None]) -> None:
        self._w.jobs.run(_open_field, path, done=show, failed=self._not_opened, channel="open")

    def _not_opened(self, error: LightledgerError) -> None:
        self._w.centre.show_what_is_there()
        self._w.desk.error(error)

    def reload(self) -> None:
        """Open the newest version of the store; what is shown and how stays, by names."""
        if self.current is None:
            return
        session, kept = self.current.session, self._kept(self.current)
        place = session.path.with_name(session.path.name.removesuffix(".next"))
        self._open(place, lambda field: self.show(field, kept.object_id, kept))

    def _kept(self, current: OpenStore) -> Kept:
        table, queue = self._w.docks.table, current.vetting.queue
        name = queue.name if queue is not None else ""
        return Kept.of(current.session, table.shows_subset, table.sorted_by, name)

    def _offer(self, newer: Newer) -> None:
        if self.current is not None:
            session = self.current.session
            now = {band: session.field.reader.n_visit(band) for band in session.field.bands}
            self._w.centre.reload.offer(offer_text(newer, now))

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
        w = self._w
        kept = kept or Kept.from_text(w.settings.kept(field.path))
        session = Session(field, self)
        session.display.set_scale(YScale(w.settings.get(Y_SCALE)))
        session.display.set_system(w.settings.get(SYSTEM))
        session.display_changed.connect(lambda: w.settings.set(SYSTEM, session.display.system))
        if kept is not None:
            kept.give(session)
        presenter = Presenter(session, w.desk, session)
        page = CurvesPage(presenter, w.themes)
        page.put_above(EvidenceStrip(session, w.themes, w.jobs, w.desk, page))
        numbers = Numbers(session, w.jobs, w.desk, session)
        chosen = ObjectFilter(numbers, w.jobs, session)
        toolbar = Toolbar(session, chosen, numbers, w.say, w)
        acts = Acts(session, w.undo_stack, w.desk, w.jobs)
        guard = Guard(presenter, page.stack.viewport())
        vetting = Vetting(numbers, acts, guard, parse(w.settings.get(VERDICTS_SHOWN)))
        star = w.settings.star(session.path) or next(iter(field.targets), "")
        self.current = OpenStore(
            w.tools, session, presenter, page, toolbar, numbers, chosen, acts, vetting, star
        )
        w.docks.fill(self.current)
        if kept is not None:
            w.docks.table.show_subset(kept.well_measured)
            w.docks.table.sort_by(*kept.sort)
            on_object = on_object or (kept.object_id if kept.object_id in session.ids else "")
        self._connect(self.current)
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
        if field.journal.note:
            w.desk.error(field.journal.note)
        self.changed.emit()
        w.follow()
        self.renewal.watch(session)
        w.jobs.run(
            field.reader.unsound_tables,
            done=lambda names: self._note_tables(session, names),
            failed=w.desk.error,
        )
        page.take_keys()

    def _connect(self, current: OpenStore) -> None:
        w, session, page = self._w, current.session, current.page
        toolbar = current.toolbar
        toolbar.done.connect(page.take_keys)
        toolbar.find_wanted.connect(self.find)
        toolbar.filter.subsets.save_wanted.connect(
            lambda name: w.say(current.acts.save_subset(name, current.filter))
        )
        toolbar.filter.subsets.drop_wanted.connect(
            lambda name: w.say(current.acts.drop_subset(name))
        )
        current.filter.changed.connect(
            lambda _: w.settings.set_filter(session.path, *current.filter.state)
        )
        page.stack.hovered.connect(w.point.setText)
        page.overview.range_button.clicked.connect(w.actions_["type_range"].trigger)
        page.overview.counts.reason_clicked.connect(lambda why: w.say(page.show_reason(why)))
        page.stack.menu_wanted.connect(lambda at: w.menus["Object"].popup(at.toPoint()))
        for signal in (
            session.display_changed,
            session.measurement_changed,
            session.object_changed,
        ):
            signal.connect(w.follow)
        table, stars, facts = w.docks.table, w.docks.stars, w.docks.facts
        self._connect_vetting(current)
        table.view.done.connect(page.take_keys)
        table.clear_wanted.connect(toolbar.filter.clear)
        table.list_changed.connect(
            lambda: toolbar.filter.show_count(table.counts(), table.n_hidden)
        )
        Prefetch(session, table.around, w.jobs)
        stars.my_star_chosen.connect(self.mark_star)
        stars.my_star_wanted.connect(w.actions_["go_star"].trigger)
        facts.browse_wanted.connect(self._browse)
        facts.vet_wanted.connect(w.actions_["continue_vetting"].trigger)
        facts.find_wanted.connect(w.actions_["find"].trigger)

    def _connect_vetting(self, current: OpenStore) -> None:
        w, vetting = self._w, current.vetting

        def show() -> None:
            w.docks.table.show_verdicts(vetting.shown_verdicts())
            w.docks.facts.show_vetting(*vetting.last_progress())
            w.vetted.setText(vetting.words)

        vetting.told.connect(w.say)
        vetting.changed.connect(show)
        self._name_verdicts()
        show()

    def _name_verdicts(self) -> None:
        """The menu says what the keys mean, with the signs of the theme."""
        if self.current is None:
            return
        for n, word in enumerate(self.current.vetting.verdicts, start=1):
            for kind in ("verdict", "stay"):
                action = self._w.actions_[f"{kind}_{n}"]
                action.setText(spoken(word))
                action.setIcon(glyph_icon(word, self._w.themes.current))

    def _note_tables(self, session: Session, names: list[str]) -> None:
        """Records are checked as they are shown, tables of objects and visits all at once."""
        for name in names:
            session.note_damage(f"table {name}")
        if names:
            self._w.desk.error(
                LightledgerError(
                    f"{len(names)} of its tables fail their checksum: {', '.join(names[:5])}",
                    session.path,
                    "what they say may be wrong; 'lightledger salvage' keeps what is sound",
                )
            )

    def _select_first(self, object_id: str) -> None:
        if self.current is None:
            return
        table = self._w.docks.table
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
        if self.current is not None:
            self._w.docks.reveal("objects")
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
        if not self._w.docks.table.reveal():
            self._w.say(f"{text} does not pass the filter: it is not in the list")
        self.current.toolbar.find_box.clear()
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
        self._w.docks.stars.show_star(star)
        self._w.docks.table.set_marked(ids.index(star) if star in ids else -1)

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
        w, session = self._w, self.current.session
        w.settings.set_kept(session.path, self._kept(self.current).to_text())
        w.save_layout()
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


def _open_field(path: Path) -> Field:
    """Open a field and ask it what the window asks first; for a worker."""
    from lightledger.library.field import Field

    field = Field(path)
    try:
        for band in field.bands:  # over all measurements: a second in a large store
            field.suggested(band)
    except BaseException:
        field.close()
        raise
    return field
