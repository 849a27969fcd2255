"""One undo stack for what a person does to the data; undoing returns to that object."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand, QUndoStack

from lightledger.domain import Flag, LightledgerError
from lightledger.workers import Jobs

from .notifications import Notifications
from .session import PointCursor, Session

if TYPE_CHECKING:
    from lightledger.library import Field


class _Act(QUndoCommand):
    """One act and its opposite, both lines in the journal."""

    def __init__(
        self, acts: Acts, text: str, do: Callable[[], object], undo: Callable[[], object]
    ) -> None:
        super().__init__(text)
        self._acts, self._do, self._undo = acts, do, undo
        self._index, self._cursor = acts.session.index, acts.session.cursor

    def redo(self) -> None:
        self._acts.carry_out(self._do, self._index, self._cursor)

    def undo(self) -> None:
        self._acts.carry_out(self._undo, self._index, self._cursor)


class Acts:
    """Rejecting points and visits, in the journal, with undo and redo."""

    def __init__(
        self, session: Session, stack: QUndoStack, desk: Notifications, jobs: Jobs
    ) -> None:
        self.session, self._stack, self._desk, self._jobs = session, stack, desk, jobs

    def carry_out(self, act: Callable[[], object], index: int, cursor: PointCursor | None) -> None:
        try:
            act()
        except LightledgerError as error:
            self._desk.error(error)
            return
        self.session.set_index(index)
        self.session.set_cursor(cursor)
        self._show_change()

    def _show_change(self) -> None:
        """Draw anew; a correction whose stars lost a point is solved in a worker first."""
        session = self.session
        if not session.corrected:
            session.curves_changed.emit()
            return
        self._jobs.run(
            _solve,
            session.field,
            session.shown,
            done=lambda _none: session.curves_changed.emit(),
            failed=self._desk.error,
            channel="solve again",
        )

    def reject_point(self) -> bool:
        """Reject the point under the cursor, or take it back; False without a cursor."""
        cursor = self.session.cursor
        if cursor is None:
            return False
        journal, obj = self.session.field.journal, self.session.object_id
        if self._is_rejected(cursor):
            self._push(
                f"take back visit {cursor.visit} of {obj}",
                lambda: journal.restore_point(obj, cursor.band, cursor.visit),
                lambda: journal.reject_point(obj, cursor.band, cursor.visit),
            )
        else:
            self._push(
                f"reject visit {cursor.visit} of {obj}",
                lambda: journal.reject_point(obj, cursor.band, cursor.visit),
                lambda: journal.restore_point(obj, cursor.band, cursor.visit),
            )
        return True

    def reject_visit(self) -> bool:
        """Reject a visit of this band for all objects, or take it back."""
        cursor = self.session.cursor
        if cursor is None:
            return False
        journal = self.session.field.journal
        if self._is_rejected(cursor):
            self._push(
                f"take back visit {cursor.visit} in {cursor.band}",
                lambda: journal.restore_visit(cursor.band, cursor.visit),
                lambda: journal.reject_visit(cursor.band, cursor.visit),
            )
        else:
            self._push(
                f"reject visit {cursor.visit} in {cursor.band}",
                lambda: journal.reject_visit(cursor.band, cursor.visit),
                lambda: journal.restore_visit(cursor.band, cursor.visit),
            )
        return True

    def _push(self, text: str, do: Callable[[], object], undo: Callable[[], object]) -> None:
        self._stack.push(_Act(self, text, do, undo))

    def _is_rejected(self, cursor: PointCursor) -> bool:
        lc = self.session.curve(self.session.measurement).lc
        flags = lc.flags[lc.visit == cursor.visit]
        return bool(flags.size and int(flags[0]) & Flag.REJECTED)


def _solve(field: Field, measurements: tuple[str, ...]) -> None:
    for name in measurements:
        field.zero_points(name)
