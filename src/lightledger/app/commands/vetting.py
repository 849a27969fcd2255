"""Saying what an object is, leafing through what is not vetted yet, and taking it all along."""

from __future__ import annotations

from functools import partialmethod
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QAbstractButton, QApplication

from lightledger.analysis.query import SUBSET, quoted
from lightledger.app.turns import in_turns
from lightledger.app.vetting.queue import Queue
from lightledger.app.vetting.verdictset import MOST, spoken
from lightledger.domain import counted
from lightledger.library.verdicts import VERDICTS, Vetted

from .asking import ask_file
from .spec import Spec, Topic, line

if TYPE_CHECKING:
    import numpy as np

    from lightledger.app.vetting.sheetpages import Pages

_VERDICTS = tuple(
    Spec(f"verdict_{n}", "Object/Verdict", spoken(word), "The verdict, and the next object",
         (str(n),))
    for n, word in enumerate(VERDICTS, start=1)
)  # fmt: skip
_STAY = tuple(
    Spec(f"stay_{n}", "Object/Verdict and stay", spoken(word), "The verdict, on the same object",
         (f"Shift+{n}",))
    for n, word in enumerate(VERDICTS, start=1)
)  # fmt: skip


class VettingCommands(Topic):
    SPECS = (
        line("Object"),
        Spec("vet_list", "Object", "Vet this list", "Freeze what is listed, and go through it",
             ("Ctrl+Return",), window=True),
        Spec("continue_vetting", "Object", "Continue vetting", "The list that was frozen last",
             ("Ctrl+Shift+Return",), window=True),
        Spec("next_open", "Object", "Next not vetted", "Of the list that is vetted", ("Space",)),
        *_VERDICTS,
        Spec("verdict_0", "Object/Verdict", "Clear", "Take the verdict back", ("0",)),
        *_STAY,
        Spec("tag_object", "Object", "Tag…", "Add a tag, or take it away", ("T",)),
        Spec("note_object", "Object", "Note…", "Write a note on the object", ("N",)),
        Spec("second_look", "Object", "Second look",
             "Again what was unsure, and 5 % of the rest; earlier verdicts are hidden"),
        Spec("leave_list", "Object", "Leave the vetting list", "What was said stays"),
        line("File"),
        Spec("export_verdicts", "File", "Export verdicts…", "Verdicts, tags and notes as CSV"),
        Spec("contact_sheet", "File", "Contact sheet…",
             "Light curves of the list as pictures, 20 a page"),
    )  # fmt: skip

    def _verdict(self, place: int, advance: bool) -> None:
        vetting, table = self._store.vetting, self._w.docks.table
        if advance and vetting.completed_here:
            self._w.say("the list is complete: Shift and the key change this verdict")
        elif vetting.give(place) and advance and not vetting.completed_here and not table.step(1):
            # Where nothing moves, the next key would be meant for another object.
            n, total = vetting.progress()
            if n < total and table.go_next(vetting.open_rows()):
                self._w.say(f"the end of the list: on with the {total - n:,} not vetted yet")

    def verdict_0(self) -> None:
        self._store.vetting.clear()

    # ---- the list

    def vet_list(self) -> None:
        store, table = self._store, self._w.docks.table
        store.page.take_keys()  # a note that is half typed belongs to the object that is left
        chosen, parts = store.filter, [store.filter.text] if store.filter.text else []
        if chosen.subset:
            parts.append(quoted(SUBSET + chosen.subset))
        if table.shows_subset:
            parts.append("well_measured")
        where = " and ".join(f"({part})" for part in parts) if len(parts) > 1 else "".join(parts)
        name = chosen.words if chosen.text or chosen.held else chosen.subset
        name = name or ("well measured" if table.shows_subset else "all objects")
        rows, order = table.model.order, table.sorted_by
        frozen: list[str] = []
        # To write fifty thousand ids takes a moment, and to show them another.
        in_turns(
            store.page,
            lambda: frozen.append(store.vetting.freeze(rows, name, where, order)),
            lambda: self._begin(frozen[0]),
        )

    def continue_vetting(self) -> None:
        queue = self._store.vetting.last_list()
        if queue is None:
            self._w.say("no list was frozen yet: Object, Vet this list")
        else:
            self._begin(queue.name)

    def second_look(self) -> None:
        self._begin(self._store.vetting.second_look())

    def _begin(self, name: str) -> None:
        """Show a frozen list in its order, and the first object of it that is not vetted."""
        store = self._store
        if not name or not store.vetting.begin(name):
            return
        queue = store.vetting.queue
        assert isinstance(queue, Queue)
        self._w.docks.table.show_list(queue.rows)
        store.toolbar.filter.put("", name)
        still = queue.rows[~queue.done(store.session.field)]
        if queue.rows.size:
            store.session.set_index(int((still if still.size else queue.rows)[0]))
        store.page.take_keys()
        in_turns(store.page, lambda: self._w.docks.reveal("vetting"))

    def leave_list(self) -> None:
        store = self._store
        if store.vetting.queue is not None:
            store.vetting.leave()
            store.toolbar.filter.put("")
            self._w.docks.table.sort_by("excess")

    def next_open(self) -> None:
        focused = QApplication.focusWidget()
        if isinstance(focused, QAbstractButton) and focused.property("action") != "next_open":
            focused.click()  # Space is the button's own key; our own button comes here by itself
            return
        store, table = self._store, self._w.docks.table
        if table.go_next(store.vetting.open_rows()):
            return
        n, total = store.vetting.progress()
        beyond = f"; {total - n:,} of the list are filtered out" if n < total else ""
        self._w.say(f"everything that is listed is vetted{beyond}")

    # ---- words

    def tag_object(self) -> None:
        self._w.docks["vetting"].take_keys(self._w.docks.vetting.words.tag_box)

    def note_object(self) -> None:
        self._w.docks["vetting"].take_keys(self._w.docks.vetting.words.note_box)

    # ---- taking it along

    def export_verdicts(self) -> None:
        from lightledger.library import verdicts

        w, session = self._w, self._store.session
        path = ask_file(w, "verdicts", f"{session.path.stem}-verdicts.csv", "Tables (*.csv)")
        if path is None:
            return

        def done(what: Vetted) -> None:
            more = f"; {len(what.conflicts):,} contradictions" if what.conflicts else ""
            w.say(f"wrote {path.name}: {counted(what.n_row, 'object')}{more}")

        w.jobs.run(verdicts.write, session.field, path, done=done, failed=w.desk.error)

    def contact_sheet(self) -> None:
        from lightledger.app.vetting.sheetdialog import SheetDialog
        from lightledger.app.vetting.sheetpages import first_pages, pages_of

        store = self._store
        queue = store.vetting.queue
        rows = queue.rows if queue is not None else self._w.docks.table.model.order
        if pages_of(len(rows)) == 1:
            self._draw_sheet(rows, first_pages(len(rows)))
            return
        dialog = SheetDialog(len(rows), self._w)
        dialog.accepted.connect(lambda: self._draw_sheet(rows, dialog.pages))
        dialog.open()

    def _draw_sheet(self, rows: np.ndarray, pages: Pages) -> None:
        from lightledger.app.vetting.sheetjob import SheetJob

        w, store = self._w, self._store
        name = f"{store.session.path.stem}-sheet.png"
        path = ask_file(w, "the contact sheet", name, "Pictures (*.png)")
        if path is not None:
            SheetJob(store, rows, path, pages, w).start()


for _n in range(MOST):
    setattr(VettingCommands, f"verdict_{_n + 1}", partialmethod(VettingCommands._verdict, _n, True))
    setattr(VettingCommands, f"stay_{_n + 1}", partialmethod(VettingCommands._verdict, _n, False))
