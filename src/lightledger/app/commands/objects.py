"""Which object is shown, which ones are listed, and which ones are special."""

from __future__ import annotations

from lightledger.domain import LightledgerError

from .spec import Spec, Topic, line


class ObjectCommands(Topic):
    SPECS = (
        Spec("next_object", "Object", "Next", "Next object of the list", ("Down",), repeat=True),
        Spec("previous_object", "Object", "Previous", "Previous object of the list", ("Up",),
             repeat=True),
        Spec("ten_on", "Object", "Ten further", "Ten rows down", ("PgDown",), repeat=True),
        Spec("ten_back", "Object", "Ten back", "Ten rows up", ("PgUp",), repeat=True),
        Spec("first_object", "Object", "First", "First object of the list", ("Ctrl+Home",)),
        Spec("filter", "Object", "Filter…", "List the objects that pass an expression", ("/",)),
        Spec("save_subset", "Object", "Save filter as subset…", "Keep this filter under a name",
             ("Ctrl+D",), window=True),
        Spec("clear_filter", "Object", "Clear filter",
             "All objects of the list again; without an expression, all there are",
             ("Ctrl+Shift+F",), window=True),
        Spec("find", "Object", "Find by id…", "Type an id, then Return", ("Ctrl+F",), window=True),
        line("Object"),
        Spec("mark_star", "Object", "This is my star", "The object the run is about"),
        Spec("go_star", "Object", "Go to my star", "Select the object the run is about", ("S",)),
        Spec("add_comparison", "Object", "Use as comparison star", "Zero points are solved anew"),
        Spec("remove_comparison", "Object", "No comparison star", "Zero points are solved anew"),
    )  # fmt: skip

    def next_object(self) -> None:
        self._step(1)

    def previous_object(self) -> None:
        self._step(-1)

    def ten_on(self) -> None:
        self._step(10)

    def ten_back(self) -> None:
        self._step(-10)

    def first_object(self) -> None:
        self._w.docks.table.go_first()

    def _step(self, by: int) -> None:
        table = self._w.docks.table
        if not table.step(by):
            end = "last" if by > 0 else "first"
            n = table.model.rowCount()
            self._w.say(f"this is the {end} of the list" if n else "the list is empty")

    def find(self) -> None:
        box = self._store.toolbar.find_box
        box.setFocus()
        box.selectAll()

    def filter(self) -> None:
        self._store.toolbar.filter.focus()

    def clear_filter(self) -> None:
        self._store.toolbar.filter.clear()

    def save_subset(self) -> None:
        if self._store.filter.holds:
            self._store.toolbar.filter.subsets.ask_name()
        else:
            self._w.say("there is no filter to keep: type one first  ( / )")

    def mark_star(self) -> None:
        self._w.stores.mark_star()

    def go_star(self) -> None:
        store = self._store
        if not store.star:
            self._w.say("no star is chosen yet: Object, This is my star")
            return
        try:
            store.session.set_object(store.star)
        except LightledgerError as error:
            self._w.desk.error(error)

    def add_comparison(self) -> None:
        self._w.docks.stars.add_current()

    def remove_comparison(self) -> None:
        self._w.docks.stars.remove_current()
