"""One undo stack for what a person does to the data; undoing returns to that object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QUndoCommand, QUndoStack

from lightledger.domain import LightledgerError, counted
from lightledger.workers import Jobs

from .notifications import Notifications
from .objectfilter import ObjectFilter
from .session import PointCursor, Session

if TYPE_CHECKING:
    from lightledger.library import Field
    from lightledger.library.acts import Act


class _Deed(QUndoCommand):
    """One act in the journal; undoing and doing it again are acts there too."""

    def __init__(
        self, acts: Acts, text: str, do: Callable[[], Act], show: Callable[[], None]
    ) -> None:
        super().__init__(text)
        self._acts, self._do, self._show = acts, do, show
        self._act: Act | None = None
        self._index, self._cursor = acts.session.index, acts.session.cursor

    def redo(self) -> None:
        self._carry_out(self._again)

    def undo(self) -> None:
        self._carry_out(self._back)

    def _carry_out(self, act: Callable[[], None]) -> None:
        self._acts.carry_out(act, self._index, self._cursor, self._show)

    def _again(self) -> None:
        if self._act is None:
            self._act = self._do()
        else:
            self._acts.session.field.journal.redo(self._act)

    def _back(self) -> None:
        if self._act is not None:  # else it could not be kept in the first place
            self._acts.session.field.journal.undo(self._act)


class _Deeds(QUndoCommand):
    """Several acts that are undone and done again together, and shown once."""

    def __init__(
        self, acts: Acts, text: str, do: Sequence[Callable[[], Act]], show: Callable[[], None]
    ) -> None:
        super().__init__(text)
        self._show = show
        # no children of Qt's: those would be deleted by it and by Python
        self._parts = [_Deed(acts, text, one, lambda: None) for one in do]

    def redo(self) -> None:
        for part in self._parts:
            part.redo()
        self._show()

    def undo(self) -> None:
        for part in reversed(self._parts):
            part.undo()
        self._show()


class Acts:
    """What is said, kept and rejected: in the journal, with undo and redo on one stack."""

    def __init__(
        self, session: Session, stack: QUndoStack, desk: Notifications, jobs: Jobs
    ) -> None:
        self.session, self._stack, self._desk, self._jobs = session, stack, desk, jobs
        self._failed = False

    def carry_out(
        self,
        act: Callable[[], object],
        index: int,
        cursor: PointCursor | None,
        show: Callable[[], None],
    ) -> None:
        """Act, return to the object and point that it is about, and show what changed."""
        try:
            act()
        except LightledgerError as error:
            self.refuse(error)
            return
        self.session.set_index(index)
        self.session.set_cursor(cursor)
        show()

    def refuse(self, error: LightledgerError) -> None:
        """Say why something is not done."""
        self._failed = True
        self._desk.error(error)

    def say(self, text: str, do: Callable[[], Act]) -> str:
        """Carry out an act that no light curve depends on; returns what to say, '' if it failed."""
        return self._push(text, do, self.session.words_changed.emit)

    def _show_change(self) -> None:
        """Draw anew; a correction whose stars lost a point is solved in a worker first."""
        session = self.session
        if not session.display.corrected:
            session.curves_changed.emit()
            return
        self._jobs.run(
            _solve,
            session.field,
            session.panels.shown,
            done=lambda _none: session.curves_changed.emit(),
            failed=self._desk.error,
            channel="solve again",
        )

    def reject_point(self) -> str:
        """Reject the point under the cursor, or take it back; returns what to say about it."""
        cursor, obj = self.session.cursor, self.session.object_id
        if cursor is None:
            return "Put the cursor on a point first: click it, or ← →"
        journal = self.session.field.journal
        band, visit = cursor.band, cursor.visit
        if visit in journal.state.rejected_points.get((obj, band), ()):
            return self._push(
                f"take back visit {visit} of {obj}",
                lambda: journal.restore_point(obj, band, visit),
            )
        if visit in journal.state.rejected_visits.get(band, ()):
            return f"Visit {visit} in {band} is rejected for all objects; Shift+X takes it back"
        return self._push(
            f"reject visit {visit} of {obj}",
            lambda: journal.reject_point(obj, band, visit),
        )

    def reject_points(self, visits: Sequence[str], why: str) -> str:
        """Reject points of this object in the current band, as one act; returns what to say.

        Parameters
        ----------
        visits : sequence of str
            Of points that are not rejected yet.
        why : str
            Such as 'by a clip of 4 sigma'.
        """
        obj, band = self.session.object_id, self.session.band
        if not visits:
            return "There is no point to reject"
        journal = self.session.field.journal
        text = f"reject {counted(len(visits), 'point')} of {obj} in {band} {why}"
        do = [partial(journal.reject_point, obj, band, visit) for visit in visits]
        self._failed = False
        self._stack.push(_Deeds(self, text, do, self._show_change))
        return self._told(text)

    def reject_visit(self) -> str:
        """Reject a visit of this band for all objects, or take it back; returns what to say."""
        cursor = self.session.cursor
        if cursor is None:
            return "Put the cursor on a point of that visit first: click it, or ← →"
        journal = self.session.field.journal
        band, visit = cursor.band, cursor.visit
        # A point that is rejected by itself says nothing about its visit.
        if visit in journal.state.rejected_visits.get(band, ()):
            return self._push(
                f"take back visit {visit} in {band} for all objects",
                lambda: journal.restore_visit(band, visit),
            )
        return self._push(
            f"reject visit {visit} in {band} for all objects",
            lambda: journal.reject_visit(band, visit),
        )

    def save_subset(self, name: str, chosen: ObjectFilter) -> str:
        """Keep a filter under a name; returns what to say.

        One within another subset, or of a lasso, is kept as the list of its objects: a cone or the
        first few of an order cannot be put into an expression.
        """
        session = self.session
        objects: list[str] = []
        if (chosen.subset or chosen.held) and chosen.keep is not None:
            objects = [session.ids[i] for i in np.flatnonzero(chosen.keep)]
        return self.say(
            f"keep subset {name}",
            lambda: session.field.journal.save_subset(
                name, chosen.text, session.measurement, session.display.corrected, objects=objects
            ),
        )

    def rename_subset(self, old: str, new: str) -> str:
        """Know a named subset by another name, as one act; returns what to say."""
        journal = self.session.field.journal
        kept = journal.state.subsets.get(old)
        if kept is None:
            return f"there is no subset {old} any more"
        if old == new:
            return ""
        save = partial(
            journal.save_subset, new, kept.where, kept.measurement, kept.corrected, kept.near,
            kept.sort, kept.limit, kept.objects, descending=kept.descending,
        )  # fmt: skip
        text, self._failed = f"rename subset {old} to {new}", False
        do = [save, partial(journal.drop_subset, old)]
        self._stack.push(_Deeds(self, text, do, self.session.words_changed.emit))
        return self._told(text)

    def drop_subset(self, name: str) -> str:
        """Forget a named subset; returns what to say."""
        journal = self.session.field.journal
        if name not in journal.state.subsets:
            return f"there is no subset {name} any more"
        return self.say(f"delete subset {name}", lambda: journal.drop_subset(name))

    def _push(
        self, text: str, do: Callable[[], Act], show: Callable[[], None] | None = None
    ) -> str:
        self._failed = False
        self._stack.push(_Deed(self, text, do, show or self._show_change))
        return self._told(text)

    def _told(self, text: str) -> str:
        return "" if self._failed else f"done: {text}; Ctrl+Z undoes it"


def _solve(field: Field, measurements: tuple[str, ...]) -> None:
    for name in measurements:
        field.zero_points(name)
