"""The next objects each way are read before they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from lightledger.workers import Jobs

if TYPE_CHECKING:
    from lightledger.app.session import Session
    from lightledger.library import Field

#: Objects each way.
AHEAD = 3


class Prefetch(QObject):
    """Touches the records of neighbours in a worker, so that a slow disk is waited for there.

    What is in memory already costs microseconds; nothing is kept but what the system keeps.

    Parameters
    ----------
    session : Session
    around : callable
        ``around(n)`` gives the rows of the ``n`` objects each way in the list, the nearest first.
    jobs : Jobs
    """

    def __init__(
        self, session: Session, around: Callable[[int], Sequence[int]], jobs: Jobs
    ) -> None:
        super().__init__(session)
        self._session, self._around, self._jobs = session, around, jobs
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._run)
        session.object_changed.connect(self._soon.start)

    def _run(self) -> None:
        rows = tuple(self._around(AHEAD))
        if rows:
            self._jobs.run(
                touch,
                self._session.field,
                self._session.panels.shown,
                rows,
                failed=lambda _error: None,  # told when the object is shown
                channel="prefetch",
            )


def touch(field: Field, measurements: Sequence[str], rows: Sequence[int]) -> int:
    """Read records to their last byte; for a worker. Returns how many bytes they have."""
    planes = [
        plane
        for row in rows
        for measurement in measurements
        for plane in field.reader.light_curve(measurement, row)
    ]  # the system was asked for all of them before the first one is waited for
    return sum(len(plane.tobytes()) for plane in planes)
