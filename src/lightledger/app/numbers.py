"""The numbers of all objects as they are shown: of the whole store, or of the range of times."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lightledger.analysis.masks import Filters
from lightledger.domain import parse_measurement
from lightledger.workers import Job, Jobs, heavy_imports
from lightledger.workers.warmth import Warmth

from .cleaning.state import cleaning_words
from .notifications import Notifications
from .session import Session

if TYPE_CHECKING:
    from lightledger.domain import Control, LightledgerError, Progress, Report
    from lightledger.library import Field
    from lightledger.library.moving import LiveMoments

#: All statistics are computed when a dragged range rests so long; moments follow it at once.
_REST_MS = 150
#: Reading is spoken of when it takes longer than this: warm, nobody would read it.
_SPEAK_AFTER_S = 0.4
#: Bytes of one point in a record: value, error, flags.
_POINT = 10


class Numbers(QObject):
    """Query columns of the current measurement, stored or live; table and filter share them.

    Attributes
    ----------
    measurement : str
    corrected : bool
    statistics : dict or None
        Live statistics where they are shown, None for those of the store.
    columns : mapping of str to ndarray, shape (n_object,)
        Everything that can be shown, sorted by and asked for; with ``unit`` and ``meaning``.
    source : str
        Where they are from, in words.
    provisional : bool
        While the range moves: moments are of it, the mean stands for the median and the standard
        deviation for the spread; the rest is of the range before.
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
        self.statistics: dict[str, np.ndarray] | None = None
        self.provisional = self.stopped = False
        self.reading = ""
        self._warmth = Warmth(("lightledger.analysis.warm",))
        self._moments: LiveMoments | None = None
        self._moving: Job | None = None
        self._full: Job | None = None
        self._began = 0.0
        self._live = False  # also without a range: after something was rejected
        self._waiting = False
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._compute)
        self._take(None)
        session.measurement_changed.connect(self._follow)
        session.display_changed.connect(self._follow)
        session.filters_changed.connect(self._follow_filters)
        session.curves_changed.connect(self._follow_curves)

    @property
    def n_object(self) -> int:
        return self.session.n_object

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
        """Stop computing: what was shown before stays."""
        self._rest.stop()
        self._stop_jobs()
        self.stopped = self._waiting
        self._wait(False)
        self.changed.emit()

    # -- following

    def _follow(self) -> None:
        if (self.session.measurement, self.session.display.corrected) != (
            self.measurement,
            self.corrected,
        ):
            self._take(None)
            self.changed.emit()
            if self.live:
                self._compute()

    def _follow_filters(self) -> None:
        if self.live:
            self._wait(True)
            self._rest.start()
            self._move()
        elif self.statistics is not None or self._waiting or self.stopped:
            self._rest.stop()
            self._stop_jobs()
            self._wait(False)
            self._take(None)
            self.changed.emit()

    def _follow_curves(self) -> None:
        if self.live:
            self._wait(True)
            self._rest.start()

    def _wait(self, on: bool) -> None:
        if on:
            self.stopped = False
        elif self.reading:
            self.reading = ""
            self.reading_changed.emit()
        if on != self._waiting:
            self._waiting = on
            self.waiting_changed.emit()

    def _stop_jobs(self) -> None:
        for job in (self._moving, self._full):
            if job is not None:
                job.cancel()
        self._moving = self._full = None

    def _wanted(self) -> tuple[str, bool, Filters]:
        session = self.session
        return session.measurement, session.display.corrected, session.filters()

    def _move(self) -> None:
        """Moments of the range of now, as soon as those of the range before are there."""
        if self._full is not None:
            self._full.cancel()
            self._full = None
        if self._jobs is None or self._moving is not None or not self.session.measurement:
            return
        wanted = self._wanted()
        self._began = time.monotonic()
        self._moving = self._jobs.run(
            moving_statistics,
            self._moments,
            self.session.field,
            *wanted,
            self.statistics,
            self._warmth,
            done=lambda found: self._moved(wanted, *found),
            failed=self._failed,
            progress=self._read,
        )

    def _moved(
        self,
        wanted: tuple[str, bool, Filters],
        moments: LiveMoments | None,
        stats: dict[str, np.ndarray] | None,
    ) -> None:
        self._moving, self._moments = None, moments
        if wanted[:2] != self._wanted()[:2] or not self.live or not self._waiting:
            return
        if stats is not None:
            self._take(stats, wanted[2], provisional=True)
            self.changed.emit()
            if wanted != self._wanted():
                self._move()

    def _compute(self) -> None:
        if self._jobs is None or not self.live or not self.session.measurement:
            return
        wanted = self._wanted()
        self._stop_jobs()
        self._wait(True)
        self._began = time.monotonic()
        self._full = self._jobs.run(
            live_statistics,
            self.session.field,
            *wanted,
            self._warmth,
            done=lambda stats: self._computed(wanted, stats),
            failed=self._failed,
            progress=self._read,
            channel="live statistics",
        )

    def _computed(self, wanted: tuple[str, bool, Filters], stats: dict[str, np.ndarray]) -> None:
        self._full = None
        if wanted != self._wanted() or not self.live:
            return
        self._take(stats, wanted[2])
        self._wait(False)
        self.changed.emit()

    def _read(self, progress: Progress) -> None:
        """How far reading is, in words, when it takes long enough to be read."""
        if time.monotonic() - self._began < _SPEAK_AFTER_S or not self._waiting:
            return
        field = self.session.field
        size = field.n_object * field.n_visit(self.session.measurement) * _POINT
        done = int(100 * progress.done / progress.total) if progress.total else 0
        words = f"reading {size_words(size)}, {done} %" if progress.total else progress.stage
        if words != self.reading:
            self.reading = words
            self.reading_changed.emit()

    def _failed(self, error: LightledgerError) -> None:
        self._moving = self._full = None
        self._wait(False)
        if self._desk is not None:
            self._desk.error(error)

    def _take(
        self,
        statistics: dict[str, np.ndarray] | None,
        filters: Filters | None = None,
        provisional: bool = False,
    ) -> None:
        session = self.session
        self.measurement, self.corrected = session.measurement, session.display.corrected
        self.statistics, self.provisional = statistics, provisional
        self.columns: Mapping[str, np.ndarray] = {}
        self.source = self.measurement + (" corrected" if self.corrected else "")
        if not self.measurement:
            return
        self.columns = session.field.query_columns(
            self.measurement, self.corrected, statistics=statistics
        )
        if statistics is not None and filters is not None:
            times = session.visits(parse_measurement(self.measurement).band)["mjd_utc_mid"]
            n = int(np.count_nonzero(filters.time.contains(times)))
            self.source += f", {n:,} of {len(times):,} visits"
            cleaned = cleaning_words(filters.mask, filters.clip)
            self.source += f", {cleaned}" if cleaned else ""


def size_words(n_bytes: int) -> str:
    """A number of bytes for people.

    >>> size_words(600_000_000), size_words(24_000_000_000)
    ('600 MB', '24.0 GB')
    """
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{max(n_bytes / 1e6, 1):.0f} MB"


def live_statistics(
    field: Field,
    measurement: str,
    corrected: bool,
    filters: Filters,
    warmth: Warmth,
    *,
    control: Control,
    report: Report,
) -> dict[str, np.ndarray]:
    """Statistics of all objects for what passes the filters; for a worker."""
    warmth.ensure(control=control)
    with heavy_imports():
        import lightledger.analysis.statistics  # noqa: F401 - compiled code, seconds at first
    return field.live_statistics(measurement, filters, corrected, control=control, report=report)


def moving_statistics(
    moments: LiveMoments | None,
    field: Field,
    measurement: str,
    corrected: bool,
    filters: Filters,
    before: dict[str, np.ndarray] | None,
    warmth: Warmth,
    *,
    control: Control,
    report: Report,
) -> tuple[LiveMoments | None, dict[str, np.ndarray] | None]:
    """What can be told of a range that is being dragged, and the sums to go on from; for a worker.

    Parameters
    ----------
    moments : LiveMoments or None
        From the range before, used again where it fits.
    before : dict or None
        All statistics of the range before; None: those of the store.

    Returns
    -------
    moments : LiveMoments or None
    statistics : dict or None
        None where moments cannot be kept up (a clip): all is computed when the range rests.
    """
    warmth.ensure(control=control)
    with heavy_imports():
        from lightledger.library.moving import LiveMoments, provisional
    if moments is None or not moments.fits(field, measurement, corrected, filters):
        moments = LiveMoments(field, measurement, corrected, filters)
    if not moments.possible:
        return None, None
    found = moments.to(filters.time, control=control, report=report)
    known = before if before is not None else field.statistics(measurement, corrected)
    return moments, provisional(found, known, field.blended)
