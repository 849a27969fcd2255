"""Vetting: which list, how far it is, and the acts that say what an object is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from lightledger.domain import LightledgerError

from . import queue as lists
from .guard import Guard
from .queue import Queue
from .verdictset import spoken

if TYPE_CHECKING:
    from lightledger.app.numbers import Numbers
    from lightledger.app.undo import Acts
    from lightledger.library.acts import Act

LOOK_FIRST = "Look first: a verdict counts when its object has been on screen for a moment"


class Vetting(QObject):
    """The list that is vetted, and what is said of the current object.

    Parameters
    ----------
    numbers : Numbers
        What is on screen when a verdict is given.
    acts : Acts
        Carries out what is said, with undo.
    guard : Guard
        Whether the object was seen.
    verdicts : sequence of str
        Those of the keys 1 to 9.

    Attributes
    ----------
    queue : Queue or None
        The list; None while none was begun.
    completed_here : bool
        The verdict of the current object was the last one that the list needed, just now.
    """

    #: Another list, or something was said.
    changed = Signal()
    #: What was done, in words.
    told = Signal(str)

    def __init__(self, numbers: Numbers, acts: Acts, guard: Guard, verdicts: Sequence[str]) -> None:
        session = numbers.session
        super().__init__(session)
        self.session, self.guard, self._numbers = session, guard, numbers
        self.verdicts = tuple(verdicts)
        self.queue: Queue | None = None
        self._last: Queue | None = None
        self._acts = acts
        self.completed_here = False
        session.words_changed.connect(self._follow)
        session.object_changed.connect(self._look_on)

    # ---- the list

    def freeze(
        self, rows: np.ndarray, name: str, where: str = "", sort: tuple[str, bool] = ("", False)
    ) -> str:
        """Keep a list under a name, unless it is kept already; returns the name, '' if it failed.

        Parameters
        ----------
        rows : ndarray of int64
            Objects in the order in which they are to be looked at.
        name : str
            As what it may be known.
        where, sort : str, (str, bool)
            Its definition: what the objects pass, the column they are sorted by, and whether
            that descends.
        """
        ids = list(map(self.session.ids.__getitem__, rows.tolist()))
        if not ids:
            self._acts.refuse(LightledgerError("there is nothing to vet: the list is empty"))
            return ""
        known = lists.same_list(self.session.field, ids)
        return known or self._keep(self._new_name(name), ids, where, sort, rows)

    def second_look(self) -> str:
        """Freeze objects of the list for a second look; returns its name, '' if it failed."""
        if self.queue is None:
            return ""
        field = self.session.field
        try:
            ids = lists.for_second_look(field, self.queue, self.verdicts)
        except LightledgerError as error:
            self._acts.refuse(error)
            return ""
        return self._keep(self._new_name(f"{lists.SECOND}{self.queue.name}"), ids)

    def _keep(
        self,
        name: str,
        ids: Sequence[str],
        where: str = "",
        sort: tuple[str, bool] = ("", False),
        rows: np.ndarray | None = None,
    ) -> str:
        session, journal = self.session, self.session.field.journal

        def keep() -> Act:
            act = journal.save_subset(
                name, where, session.measurement, session.display.corrected,
                sort=sort[0], descending=sort[1] if sort[0] else None, objects=ids,
            )  # fmt: skip
            if rows is not None:  # fifty thousand ids need not be looked up
                self._last = Queue(journal.state.subsets[name], rows.copy())
            return act

        return name if self._acts.say(f"keep the list {name}", keep) else ""

    def _new_name(self, name: str) -> str:
        """Without one that is kept already: the moment tells them apart."""
        name = name if len(name) <= 120 else f"{name[:119]}…"
        if name in self.session.field.journal.state.subsets:
            name = f"{name}, {datetime.now():%Y-%m-%d %H:%M:%S}"
        return name

    def begin(self, name: str) -> bool:
        """Vet a kept list from now on; whether there is one of that name."""
        self.queue = self.kept_list(name)
        self.changed.emit()
        return self.queue is not None

    def kept_list(self, name: str) -> Queue | None:
        """A kept list, looked up once however often it is asked for."""
        field = self.session.field
        subset = field.journal.state.subsets.get(name)
        if self._last is None or self._last.subset is not subset:
            self._last = lists.load(field, name)
        return self._last

    def last_list(self) -> Queue | None:
        """The list that is vetted, else the one that was frozen last."""
        if self.queue is not None:
            return self.queue
        return self.kept_list(lists.latest(self.session.field))

    def last_progress(self) -> tuple[int, int]:
        """How far `last_list` is; (0, 0) where there is none."""
        return self._how_far(self.last_list())

    def leave(self) -> None:
        """Vet no list."""
        self.queue = None
        self.changed.emit()

    def _follow(self) -> None:
        """Another window may have said something, or an undo taken the list back."""
        self._look_on()
        queue, field = self.queue, self.session.field
        if queue is not None and field.journal.state.subsets.get(queue.name) is not queue.subset:
            self.queue = lists.load(field, queue.name)
        self.changed.emit()

    def _look_on(self) -> None:
        self.completed_here = False

    def progress(self) -> tuple[int, int]:
        """Objects of the list that are vetted, of how many; (0, 0) without one."""
        return self._how_far(self.queue)

    def _how_far(self, queue: Queue | None) -> tuple[int, int]:
        if queue is None:
            return 0, 0
        return int(np.count_nonzero(queue.done(self.session.field))), queue.rows.size

    @property
    def rows(self) -> np.ndarray:
        """Objects of the list in their order; none without one."""
        return self.queue.rows if self.queue is not None else np.empty(0, np.int64)

    @property
    def name(self) -> str:
        """Name of the list, '' without one."""
        return self.queue.name if self.queue is not None else ""

    @property
    def words(self) -> str:
        """Progress in words, '' without a list."""
        n, total = self.progress()
        if self.queue is None:
            return ""
        if not self.queue.is_second:
            return f"{n:,} of {total:,} vetted"
        same, _ = self.queue.agreement(self.session.field)
        return f"second look: {n:,} of {total:,}" + (f", agrees {same:,} of {n:,}" if n else "")

    def open_rows(self) -> np.ndarray:
        """Rows of the catalogue that are not vetted yet, boolean, shape (n_object,).

        Of the list where there is one; without one, of all objects.
        """
        field = self.session.field
        if self.queue is None:
            return ~field.words.columns()["vetted"]
        still = np.zeros(field.n_object, bool)
        still[self.queue.rows[~self.queue.done(field)]] = True
        return still

    # ---- what is said

    def verdict_of(self, row: int) -> str:
        """The verdict as it may be shown: '' for none, and in a second look until it is given."""
        return "" if self.veiled(row) else str(self.session.field.words.columns()["verdict"][row])

    def shown_verdicts(self) -> np.ndarray:
        """Verdicts of all objects as they may be shown, shape (n_object,); for tables and maps."""
        words = self.session.field.words.columns()["verdict"]
        queue = self.queue
        if queue is None or not queue.is_second:
            return words
        shown = words.copy()
        shown[queue.rows[~queue.done(self.session.field)]] = ""
        return shown

    def shown_columns(self) -> dict[str, np.ndarray] | None:
        """What the journal says as it may be shown, for filters; None where nothing is hidden."""
        shown, words = self.shown_verdicts(), self.session.field.words.columns()
        hides = shown is not words["verdict"]
        return words | {"verdict": shown, "vetted": shown != ""} if hides else None

    def veiled(self, row: int) -> bool:
        """Whether a verdict is hidden: that of a second look, until there is a new one."""
        queue = self.queue
        if queue is None or not queue.is_second or row not in queue.earlier:
            return False
        return bool((queue.rows[~queue.done(self.session.field)] == row).any())

    def _say(self, text: str, do: Callable[[], Act], more: str = "") -> bool:
        before, total = self.progress()
        done = self._acts.say(text, do)
        if done:
            self.completed_here = before < self.progress()[0] == total
            ended = f"; that completes the list of {total:,}" * self.completed_here
            self.told.emit(f"{done}{more}{ended}")
        return bool(done)

    def give(self, place: int) -> bool:
        """Say the verdict of a key; whether it counts.

        Parameters
        ----------
        place : int
            0 is key 1.
        """
        word, session, columns = self.verdicts[place], self.session, self._numbers.columns
        if not self.guard.has_seen():
            self.told.emit(LOOK_FIRST)
            return False
        name, row, (first, last) = session.object_id, session.index, session.times.filter
        excess = float(columns["excess"][row]) if "excess" in columns else None
        return self._say(
            f"{name} is {spoken(word)}",
            lambda: session.field.journal.set_verdict(
                name, word, measurement=session.measurement, corrected=session.display.corrected,
                mjd_from=first, mjd_to=last, excess=excess,
            ),
            self._compared(row, word),
        )  # fmt: skip

    def _compared(self, row: int, word: str) -> str:
        if self.queue is None or row not in self.queue.earlier:
            return ""
        before = self.queue.earlier[row]
        return "; as before" if before == word else f"; it was {spoken(before)} before"

    def clear(self) -> None:
        """Take the verdict of the current object back."""
        name, journal = self.session.object_id, self.session.field.journal
        if name in journal.state.verdicts:
            self._say(f"{name} has no verdict", lambda: journal.clear_verdict(name))
        else:
            self.told.emit(f"{name} has no verdict")

    def tag(self, tag: str) -> None:
        """Tag the current object, or take the tag away where it has it."""
        name, journal = self.session.object_id, self.session.field.journal
        tag = " ".join(tag.split())
        if tag in journal.state.tags.get(name, ()):
            self._say(f"take tag {tag} from {name}", lambda: journal.remove_tag(name, tag))
        elif tag:
            self._say(f"tag {name}: {tag}", lambda: journal.add_tag(name, tag))

    def note(self, text: str, name: str) -> None:
        """Write the note of an object."""
        journal = self.session.field.journal
        if text.strip() != journal.state.notes.get(name, ""):
            self._say(f"note on {name}", lambda: journal.set_note(name, text))
