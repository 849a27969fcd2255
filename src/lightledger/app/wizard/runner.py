"""One ingest from start to report, watched from the window: pause, stop, rate, time left."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from lightledger.domain import Control, LightledgerError, Problem, Progress
from lightledger.ingest.events import ProblemFound, ReferenceReady, VisitMeasured
from lightledger.ingest.request import IngestRequest
from lightledger.workers import Job, Jobs, PoolSubmitter, heavy_imports
from lightledger.workers.warmth import Warmth

from .state import Source

#: Visits over which the rate is taken.
_RECENT = 60


def run_ingest(
    request: IngestRequest,
    source: Source | None,
    submitter: PoolSubmitter,
    warmth: Warmth,
    cluster: str = "",
    *,
    control: Control,
    report: Callable[[Any], None],
) -> Any:
    """Plan and run; every event goes out through ``report``; for a worker.

    ``cluster`` is the address of one that measures the visits, '' for ``submitter``.
    """
    warmth.ensure(control=control, report=report)
    with heavy_imports():
        from lightledger.ingest.plan import make_plan
        from lightledger.ingest.run import run

    from .building import choice_of

    plan = make_plan(request, control, report)
    if source is not None and not plan.append:
        choice = choice_of(plan.inventory, source, request.coadd, request.catalog)
        plan = replace(plan, choice=choice)
    if not cluster:
        return run(plan, submitter, control, report)
    from lightledger.ingest.cluster import ClusterSubmitter

    with ClusterSubmitter(cluster) as workers:
        if faults := workers.check(plan, control, report):
            raise LightledgerError("these workers cannot measure", advice="; ".join(faults))
        return run(plan, workers, control, report)


class Runner(QObject):
    """Owns the job and its pool; tells the run page what happens.

    Attributes
    ----------
    n_done, n_total : int
        Visits (x bands) of this run.
    """

    stage = Signal(object)
    reference = Signal(object)
    visit = Signal(object)
    problem = Signal(object)
    finished = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    state_changed = Signal()

    def __init__(self, jobs: Jobs, warmth: Warmth, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._warmth = jobs, warmth
        self._job: Job | None = None
        self._pool: PoolSubmitter | None = None
        self._moments: deque[float] = deque(maxlen=_RECENT)
        self.problems: list[Problem] = []
        self.n_done = self.n_total = 0
        self._fraction = 0.0
        self.stopping = False

    # ---- commands

    def start(self, request: IngestRequest, source: Source | None, cluster: str = "") -> None:
        """Start an ingest; one at a time."""
        if self.running:
            raise RuntimeError("an ingest is running")
        self.problems = []
        self.n_done = self.n_total = 0
        self._fraction = 0.0
        self.stopping = False
        self._moments.clear()
        self._pool = PoolSubmitter(request.workers)
        self._job = self._jobs.run(
            run_ingest,
            request,
            source,
            self._pool,
            self._warmth,
            cluster,
            done=self._done,
            failed=self._failed,
            cancelled=self._cancelled,
            progress=self._heard,
        )
        self.state_changed.emit()

    def pause(self, on: bool) -> None:
        """Hold back the next visit; those being measured are finished."""
        if self._job is None:
            return
        if on:
            self._job.control.pause()
        else:
            self._job.control.resume()
        self._moments.clear()
        self.state_changed.emit()

    def stop(self) -> None:
        """Stop; finished visits stay staged, and the same ingest goes on from there."""
        if self._job is not None:
            self.stopping = True
            self._job.stop()
            self.state_changed.emit()

    def abandon(self) -> None:
        """Stop without hearing of it; `close` once the jobs have ended."""
        if self._job is not None:
            self._job.cancel()
            self._job = None

    def close(self) -> None:
        """Let the pool go; nothing may use it any more."""
        self.abandon()
        self._close_pool()

    # ---- state

    @property
    def running(self) -> bool:
        return self._job is not None

    @property
    def paused(self) -> bool:
        return self._job is not None and self._job.control.paused

    @property
    def fraction(self) -> float:
        """How much of the visits is measured, 0 to 1."""
        return self._fraction

    def visits_per_minute(self) -> float:
        """Over the last visits; nan while there are too few."""
        if len(self._moments) < 2 or self._moments[-1] <= self._moments[0]:
            return float("nan")
        return 60.0 * (len(self._moments) - 1) / (self._moments[-1] - self._moments[0])

    def seconds_left(self) -> float:
        rate = self.visits_per_minute()
        return 60.0 * (self.n_total - self.n_done) / rate if rate > 0 else float("nan")

    # ---- news

    def _heard(self, event: object) -> None:
        if isinstance(event, Progress):
            if event.stage == "measuring":
                self.n_done, self.n_total = event.done, event.total
                self._fraction = event.done / event.total if event.total else 0.0
            self.stage.emit(event)
        elif isinstance(event, VisitMeasured):
            self._moments.append(time.monotonic())
            self.n_done, self.n_total = event.n_done, event.n_total
            self._fraction = event.n_done / max(1, event.n_total)
            self.visit.emit(event)
        elif isinstance(event, ProblemFound):
            self.problems.append(event.problem)
            self.problem.emit(event.problem)
        elif isinstance(event, ReferenceReady):
            self.reference.emit(event)

    def _done(self, report: object) -> None:
        self._end()
        self._fraction = 1.0
        self.finished.emit(report)

    def _failed(self, error: LightledgerError) -> None:
        self._end()
        self.failed.emit(error)

    def _cancelled(self) -> None:
        self._end()
        self.cancelled.emit()

    def _end(self) -> None:
        self._job = None
        self.stopping = False
        self._close_pool()
        self.state_changed.emit()

    def _close_pool(self) -> None:
        if self._pool is not None:
            self._pool.close()
            self._pool = None
