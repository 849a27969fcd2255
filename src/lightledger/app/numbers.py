"""The numbers of all objects as they are shown: of the whole store, or of the range of times."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from lightledger.analysis.masks import Filters
from lightledger.domain import parse_measurement
from lightledger.workers import Jobs, heavy_imports
from lightledger.workers.warmth import Warmth

from .notifications import Notifications
from .session import Session

if TYPE_CHECKING:
    from lightledger.domain import Control
    from lightledger.library import Field

#: A range being dragged is computed for when it rests.
_REST_MS = 150


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
    """

    changed = Signal()
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
        self._warmth = Warmth(("lightledger.analysis.warm",))
        self._live = False  # also without a range: after something was rejected
        self._waiting = False
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._compute)
        self._take(None)
        session.measurement_changed.connect(self._follow)
        session.display_changed.connect(self._follow)
        session.times.filter_changed.connect(self._follow_range)
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
        return self._jobs is not None and (self.session.times.filtered or self._live)

    def recompute(self) -> None:
        """Follow what was rejected from now on."""
        self._live = True
        self._compute()

    # -- following

    def _follow(self) -> None:
        if (self.session.measurement, self.session.corrected) != (self.measurement, self.corrected):
            self._take(None)
            self.changed.emit()
            if self.live:
                self._compute()

    def _follow_range(self) -> None:
        if self.live:
            self._wait(True)
            self._rest.start()
        elif self.statistics is not None or self._waiting:
            self._rest.stop()
            self._wait(False)
            self._take(None)
            self.changed.emit()

    def _follow_curves(self) -> None:
        if self.live:
            self._wait(True)
            self._rest.start()

    def _wait(self, on: bool) -> None:
        if on != self._waiting:
            self._waiting = on
            self.waiting_changed.emit()

    def _compute(self) -> None:
        if self._jobs is None or not self.live or not self.session.measurement:
            return
        session = self.session
        wanted = session.measurement, session.corrected, session.filters()
        self._wait(True)
        self._jobs.run(
            live_statistics,
            session.field,
            *wanted,
            self._warmth,
            done=lambda stats: self._computed(wanted, stats),
            failed=self._failed,
            channel="live statistics",
        )

    def _computed(self, wanted: tuple[str, bool, Filters], stats: dict[str, np.ndarray]) -> None:
        session = self.session
        if wanted != (session.measurement, session.corrected, session.filters()) or not self.live:
            return
        self._take(stats)
        self._wait(False)
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        self._wait(False)
        if self._desk is not None:
            self._desk.error(error)

    def _take(self, statistics: dict[str, np.ndarray] | None) -> None:
        session = self.session
        self.measurement, self.corrected = session.measurement, session.corrected
        self.statistics = statistics
        self.columns: Mapping[str, np.ndarray] = {}
        self.source = self.measurement + (" corrected" if self.corrected else "")
        if not self.measurement:
            return
        self.columns = session.field.query_columns(
            self.measurement, self.corrected, statistics=statistics
        )
        if statistics is not None:
            times = session.visits(parse_measurement(self.measurement).band)["mjd_utc_mid"]
            n = int(np.count_nonzero(session.filters().time.contains(times)))
            self.source += f", {n:,} of {len(times):,} visits"


def live_statistics(
    field: Field,
    measurement: str,
    corrected: bool,
    filters: Filters,
    warmth: Warmth,
    *,
    control: Control,
) -> dict[str, np.ndarray]:
    """Statistics of all objects for what passes the filters; for a worker."""
    warmth.ensure(control=control)
    with heavy_imports():
        import lightledger.analysis.statistics  # noqa: F401 - compiled code, seconds at first
    return field.live_statistics(measurement, filters, corrected, control=control)
