"""Which part of an open store listens to which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .filterhistory import FilterHistory
from .openstore import OpenStore
from .vetting.glyphs import glyph_icon
from .vetting.prefetch import Prefetch
from .vetting.verdictset import spoken
from .vetting.vetting import Vetting

if TYPE_CHECKING:
    from .stores import Stores
    from .window import Window


def connect(stores: Stores, current: OpenStore) -> None:
    """Connect the parts of a store that was just opened with each other and the window."""
    w, session, page = stores.window, current.session, current.page
    toolbar = current.toolbar
    toolbar.done.connect(page.take_keys)
    toolbar.find_wanted.connect(stores.find)
    toolbar.filter.subsets.chosen.connect(lambda _, name: _list_in_order(w, current, name))
    toolbar.filter.subsets.save_wanted.connect(
        lambda name: w.say(current.acts.save_subset(name, current.filter))
    )
    toolbar.filter.subsets.drop_wanted.connect(lambda name: w.say(current.acts.drop_subset(name)))
    toolbar.filter.subsets.rename_wanted.connect(lambda old, new: _rename(w, current, old, new))
    current.filter.changed.connect(
        lambda _: w.settings.set_filter(session.path, *current.filter.state)
    )
    toolbar.filter.box.history = FilterHistory(w.settings.filters())
    toolbar.filter.asked.connect(w.settings.set_filters)
    page.stack.hovered.connect(w.point.setText)
    page.overview.range_button.clicked.connect(w.actions_["type_range"].trigger)
    page.overview.counts.reason_clicked.connect(lambda why: w.say(page.show_reason(why)))
    page.overview.cleaning_button.clicked.connect(w.actions_["show_cleaning"].trigger)
    page.stack.menu_wanted.connect(lambda at: w.menus["Object"].popup(at.toPoint()))
    for signal in (
        session.display_changed,
        session.measurement_changed,
        session.object_changed,
    ):
        signal.connect(w.follow)
    table, stars, facts = w.docks.table, w.docks.stars, w.docks.facts
    _connect_vetting(w, current.vetting)
    table.view.done.connect(page.take_keys)
    table.clear_wanted.connect(toolbar.filter.clear)
    table.list_changed.connect(lambda: toolbar.filter.show_count(table.counts(), table.n_hidden))
    Prefetch(session, table.around, w.jobs)
    stars.my_star_chosen.connect(stores.mark_star)
    stars.my_star_wanted.connect(w.actions_["go_star"].trigger)
    facts.browse_wanted.connect(stores.browse)
    facts.vet_wanted.connect(w.actions_["continue_vetting"].trigger)
    facts.find_wanted.connect(w.actions_["find"].trigger)


def _list_in_order(w: Window, current: OpenStore, name: str) -> None:
    """A frozen list is picked with its order: to vet it goes on where it was."""
    queue = current.vetting.kept_list(name)
    if queue is not None:
        w.docks.table.show_list(queue.rows)


def _rename(w: Window, current: OpenStore, old: str, new: str) -> None:
    """Rename a subset; who works within it stays in it."""
    text, inside = current.filter.text, current.filter.subset == old
    vetted = current.vetting.name == old
    w.say(current.acts.rename_subset(old, new))
    if new in current.session.field.journal.state.subsets:
        if inside:
            current.toolbar.filter.put(text, new)
        if vetted:
            current.vetting.begin(new)


def _connect_vetting(w: Window, vetting: Vetting) -> None:
    def show() -> None:
        w.docks.table.show_verdicts(vetting.shown_verdicts())
        w.docks.facts.show_vetting(*vetting.last_progress())
        w.vetted.setText(vetting.words)

    vetting.told.connect(w.say)
    vetting.changed.connect(show)
    name_verdicts(w, vetting)
    show()


def name_verdicts(w: Window, vetting: Vetting) -> None:
    """The menu says what the keys mean, with the signs of the theme."""
    for n, word in enumerate(vetting.verdicts, start=1):
        for kind in ("verdict", "stay"):
            action = w.actions_[f"{kind}_{n}"]
            action.setText(spoken(word))
            action.setIcon(glyph_icon(word, w.themes.current))
