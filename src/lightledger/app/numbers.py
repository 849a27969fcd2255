"""The numbers of all objects as they are shown: of the whole store, or of the range of times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lightledger.workers import Job, Jobs
from lightledger.workers.warmth import Warmth

from .howfar import HowFar
from .notifications import Notifications
from .numberwork import ObjectNumbers, Wanted, live_numbers, moving_numbers, stored_numbers
from .session import Session

if TYPE_CHECKING:
    from lightledger.domain import LightledgerError
    from lightledger.library.moving import LiveMoments

#: All statistics are computed when a dragged range rests so long; moments follow it at once.
_REST_MS = 150
#: Bytes of one point in a record: value, error, flags.
_POINT = 10


class Numbers(QObject):
    """Query columns of the current measurement, stored or live; table and filter share them.

    While the range moves they are provisional: moments are of it, the mean stands for the median
    and the standard deviation for the spread; the rest is of the range before.

    Attributes
    ----------
    shown : ObjectNumbers
        What is shown now; its parts are properties here.
    stopped : bool
        A person cancelled what was under way: they are of what was shown before.
    """

    changed = Signal()
    #: `reading` says something else.
    reading_changed = Signal()
    #: Numbers for what is shown are on their way.
    waiting_changed = Signal()

    def __init__(
        self,
        session: Session,
        jobs: Jobs | None = None,
        desk: Notifications | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.session, self._jobs, self._desk = session, jobs, desk
        self.stopped = False
        self._far = HowFar(self)
        self._far.changed.connect(self.reading_changed)
        self._warmth = Warmth(("lightledger.analysis.warm",))
        self._moments: LiveMoments | None = None
        self._moving: Job | None = None
        self._full: Job | None = None
        self._live = False  # also without a range: after something was rejected
        self._waiting = False
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._compute)
        self._take_stored()
        session.measurement_changed.connect(self._follow)
        session.display_changed.connect(self._follow)
        session.filters_changed.connect(self._follow_filters)
        session.curves_changed.connect(self._follow_curves)

    # -- what is shown

    @property
    def n_object(self) -> int:
        return self.session.n_object

    @property
    def measurement(self) -> str:
        return self.shown.measurement

    @property
    def corrected(self) -> bool:
        return self.shown.corrected

    @property
    def columns(self) -> Mapping[str, np.ndarray]:
        """Everything that can be shown, sorted by and asked for; of shape (n_object,)."""
        return self.shown.columns

    @property
    def statistics(self) -> dict[str, np.ndarray] | None:
        """Live statistics where they are shown, None for those of the store."""
        return self.shown.statistics

    @property
    def source(self) -> str:
        """Where they are from, in words."""
        return self.shown.source

    @property
    def source_words(self) -> str:
        """Of which visits they are, for a line about them."""
        return f"numbers of {self.source}" if self.statistics else "stored numbers, of all visits"

    @property
    def provisional(self) -> bool:
        """Whether they are of a range that moves."""
        return self.shown.provisional

    @property
    def reading(self) -> str:
        """How far reading is, '' where that is not worth a word."""
        return self._far.words

    @property
    def waiting(self) -> bool:
        return self._waiting

    @property
    def live(self) -> bool:
        """Whether they are to follow range and rejected points."""
        return self._jobs is not None and (self.session.filtered or self._live)

    def recompute(self) -> None:
        """Follow what was rejected from now on; begin again what was cancelled."""
        self._live = True
        self._compute()

    def cancel(self) -> None:
        """Stop computing: what was shown before the range was moved is shown again."""
        self._give_up(stopped=self._waiting)
        self.changed.emit()

    # -- following

    def _follow(self) -> None:
        session = self.session
        now = session.measurement, session.display.corrected
        if now != (self.measurement, self.corrected):
            self._take_stored()
            self.changed.emit()
            if self.live:
                self._compute()

    def _follow_filters(self) -> None:
        if self.live:
            self._wait(True)
            self._rest.start()
            self._move()
        elif self.statistics is not None or self._waiting or self.stopped:
            self._give_up()
            self._take_stored()
            self.changed.emit()

    def _follow_curves(self) -> None:
        if self.live:
            self._wait(True)
            self._rest.start()

    def _wait(self, on: bool) -> None:
        if on:
            self.stopped = False
        else:
            self._far.end()
        if on != self._waiting:
            self._waiting = on
            self.waiting_changed.emit()

    def _stop_jobs(self) -> None:
        for job in (self._moving, self._full):
            if job is not None:
                job.cancel()
        self._moving = self._full = None

    def _give_up(self, stopped: bool = False) -> None:
        """Nothing is on its way any more, and half of it is not shown."""
        self._rest.stop()
        self._stop_jobs()
        self.shown, self.stopped = self._whole, stopped
        self._wait(False)

    def _wanted(self) -> Wanted:
        session = self.session
        measurement, corrected = session.measurement, session.display.corrected
        return Wanted(session.field, measurement, corrected, session.filters())

    def _begin_reading(self) -> None:
        field = self.session.field
        points = field.n_object * field.n_visit(self.session.measurement)
        self._far.begin(points * _POINT)

    def _move(self) -> None:
        """Moments of the range of now, as soon as those of the range before are there."""
        if self._full is not None:
            self._full.cancel()
            self._full = None
        if self._jobs is None or self._moving is not None or not self.session.measurement:
            return
        wanted = self._wanted()
        self._begin_reading()
        self._moving = self._jobs.run(
            moving_numbers,
            wanted,
            self._moments,
            self.statistics,
            self._warmth,
            done=lambda found: self._moved(wanted, *found),
            failed=self._failed,
            progress=self._far.take,
        )

    def _moved(
        self, wanted: Wanted, moments: LiveMoments | None, found: ObjectNumbers | None
    ) -> None:
        self._moving, self._moments = None, moments
        now = self._wanted()
        other = (wanted.measurement, wanted.corrected) != (now.measurement, now.corrected)
        if other or not self.live or not self._waiting:
            return
        self._far.end()
        if found is not None:
            self.shown = found
            if wanted != now:
                self._move()  # while these are painted
            self.changed.emit()

    def _compute(self) -> None:
        if self._jobs is None or not self.live or not self.session.measurement:
            return
        wanted = self._wanted()
        self._stop_jobs()
        self._wait(True)
        self._begin_reading()
        self._full = self._jobs.run(
            live_numbers,
            wanted,
            self._warmth,
            done=lambda found: self._computed(wanted, found),
            failed=self._failed,
            progress=self._far.take,
            channel="live statistics",
        )

    def _computed(self, wanted: Wanted, found: ObjectNumbers) -> None:
        self._full = None
        if wanted != self._wanted() or not self.live:
            return
        self.shown = self._whole = found
        self._wait(False)
        self.changed.emit()

    def _failed(self, error: LightledgerError) -> None:
        self._give_up()
        self.changed.emit()
        if self._desk is not None:
            self._desk.error(error)

    def _take_stored(self) -> None:
        session = self.session
        #: The last numbers that were not provisional.
        self._whole = stored_numbers(session.field, session.measurement, session.display.corrected)
        self.shown = self._whole
