"""Every visit through a submitter: progress, pause, cancel, workers that come and go."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait

from lightledger.domain import Control, Problem, Progress
from lightledger.domain.planes import PLANES

from .events import Event, OnEvent, ProblemFound, VisitMeasured
from .submit import Submitter, WorkerDied
from .task import VisitTask
from .visitresult import VisitResult
from .work import Work

#: Tasks that wait in the pool beside those being measured; cancel and pause act within these.
AHEAD = 2
#: Seconds within which a cancel is noticed though no visit finishes.
NOTICE_S = 0.5


def measure_all(
    work: Work, submitter: Submitter, control: Control, on_event: OnEvent
) -> list[Problem]:
    """Measure every task; the problems of those refused."""
    total, done = len(work.tasks), 0
    problems: list[Problem] = []
    running: dict[Future[VisitResult], VisitTask] = {}
    queue = iter(work.tasks)
    on_event(Progress("measuring", 0, total))
    try:
        while True:
            control.check()
            at_once = submitter.n_workers + AHEAD  # a cluster grows and shrinks
            while len(running) < at_once and (task := next(queue, None)) is not None:
                future = submitter.submit(work.measure, task, lambda: control.cancelled)
                running[future] = task
            if not running:
                return problems
            for future in wait(running, NOTICE_S, return_when=FIRST_COMPLETED).done:
                done += 1
                result = _result_of(future, running.pop(future))
                for event in _events_of(result, done, total):
                    on_event(event)
                if result.problem is not None:
                    problems.append(result.problem)
    except BaseException:
        for future in running:
            future.cancel()
        wait(running)
        raise
    finally:
        PLANES.release()


def _result_of(future: Future[VisitResult], task: VisitTask) -> VisitResult:
    """What came of a visit; one whose workers died is refused, and the run goes on."""
    try:
        return future.result()
    except WorkerDied as died:
        sci = task.sci
        problem = Problem(died.what, sci.name, died.advice, "refused", sci.visit, sci.band)
        mjd = sci.time.mjd_utc_mid if sci.time else float("nan")
        return VisitResult(sci.band, sci.visit, mjd, problem=problem)


def _events_of(result: VisitResult, done: int, total: int) -> Iterator[Event]:
    if result.problem is not None:
        yield ProblemFound(result.problem)
    else:
        yield VisitMeasured(
            result.band, result.visit, result.mjd_utc, result.sample_values, done, total
        )
    yield Progress("measuring", done, total, f"{result.band} {result.visit}")
