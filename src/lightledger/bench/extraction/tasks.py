"""Tasks of a field as an ingest makes them, taken out before the first is measured."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from lightledger.domain import Cancelled, Control, Recipe, Report
from lightledger.ingest.plan import make_plan
from lightledger.ingest.request import IngestRequest
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter
from lightledger.ingest.task import VisitTask, measure_visit


class _Taken(Cancelled):
    """All tasks are known; none is measured."""


class _Taker(ThreadSubmitter):
    """Makes the reference, and takes the visits without measuring them."""

    def __init__(self, n_task: int) -> None:
        super().__init__()
        self.n_workers = n_task
        self.tasks: list[VisitTask] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any) -> Future[Any]:
        if fn is not measure_visit:
            return super().submit(fn, *args)
        self.tasks.append(args[0])
        taken: Future[Any] = Future()
        taken.set_exception(_Taken("the tasks are known"))
        return taken


def tasks_of(
    folder: Path, n_visit: int, control: Control, report: Report, recipe: Recipe | None = None
) -> list[VisitTask]:
    """Tasks of a folder of frames, and the reference they need, in staging beside the folder."""
    plan = make_plan(
        IngestRequest((folder,), folder.with_suffix(".h5"), recipe=recipe), control, report
    )
    taker = _Taker(n_visit)
    with taker, suppress(_Taken):
        run(plan, taker, control, report)  # type: ignore[arg-type]
    if taker.tasks:
        return taker.tasks
    raise AssertionError("no visit to measure")


def with_outputs(tasks: Sequence[VisitTask], n: int) -> list[VisitTask]:
    """``n`` tasks, the frames in turn, each with a staged file of its own."""
    return [
        replace(task, out=task.out.with_name(f"{k}~{task.out.name}"))
        for k in range(n)
        for task in (tasks[k % len(tasks)],)
    ]
