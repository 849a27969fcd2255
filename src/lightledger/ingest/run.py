"""The whole ingest: reference, visits, publish; resumes what is staged."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightledger.domain import Control, LightledgerError
from lightledger.frames.grid import NO_OVERLAP
from lightledger.store.publish import publish
from lightledger.store.staging import Staging
from lightledger.store.whence import remember_folders

from .catalogues import catalogue_work
from .diskneed import disk_need
from .events import IngestReport, OnEvent, ProblemFound
from .extension import adds_others
from .imagework import image_work
from .measuring import measure_all
from .plan import Plan
from .remarks import remarks_on
from .report import make_report
from .submit import Submitter

#: Threads that publish: more would wait for the disk, each with its share of the memory.
MOST_THREADS = 4


def ignore(event: object) -> None:
    """Drop every event."""


def run(
    plan: Plan, submitter: Submitter, control: Control | None = None, on_event: OnEvent = ignore
) -> IngestReport:
    """Measure what the plan names and publish the store.

    Parameters
    ----------
    plan : Plan
    submitter : Submitter
        Where visits are measured.
    control : Control
        Pause and cancel.
    on_event : callable
        Receives progress, problems and measured visits, from this thread.

    Raises
    ------
    LightledgerError
        Nothing could be published; finished visits stay staged.
    Cancelled
        Finished visits stay staged.
    """
    control = control or Control()
    for problem in plan.problems:
        on_event(ProblemFound(problem))
    output = plan.request.output
    remember_folders(output, plan.request.folders)
    with Staging.open(output) as staging, _in_one_line(output):
        if plan.request.remeasure or adds_others(output, plan.added):
            staging.clear()
        if plan.append and not plan.todo and not plan.shown_otherwise:
            # a run that was killed after publishing may have left its staging behind
            staging.remove()
            return make_report(plan, plan.problems, up_to_date=True)
        if plan.recipe.from_catalogues:
            work = catalogue_work(plan, staging, control, on_event)
        else:
            work = image_work(plan, staging, submitter, control, on_event)
        tasks, problems = work.tasks, [*plan.problems, *work.problems]
        folder, n_object = output.absolute().parent, len(work.objects["id"])
        need = disk_need(folder, n_object, plan.visits, len(tasks), work.n_method, plan.n_pixel)
        need.require()
        refused = measure_all(work, submitter, control, on_event)
        problems += refused
        # publishing reads and checks every byte; what a killed run published is not new
        found = staging.staged(deep=False)
        staged = [k for k in sorted(found) if k not in plan.published]
        for band in plan.inventory.bands:
            problems += remarks_on(band, (found[k].row for k in staged if k[0] == band))
        if not staged and not plan.append:
            why = f" ({refused[0]})" if refused else ""
            raise LightledgerError(f"no visit could be measured{why}", output)
        if not staged and not plan.shown_otherwise:
            staging.remove()
            if tasks and all(problem.what == NO_OVERLAP for problem in refused):
                what = f"the frames show another field than the store ({refused[0]})"
                raise LightledgerError(what, output, "choose another output")
            return make_report(plan, tuple(problems), up_to_date=True)
        control.check()
        published = publish(
            output,
            staged=[staging.path_of(band, visit) for band, visit in staged],
            previous=output if plan.append else None,
            objects=work.objects,
            object_units=work.units,
            recipe=work.recipe,
            problems=problems,
            band_original=_original_names(plan),
            extra_attributes=dict(work.attributes),
            reference=work.arrays,
            reduce=work.reduction,
            budget_bytes=plan.request.budget_bytes,
            workers=min(max(submitter.n_workers, 2), MOST_THREADS),
            control=control,
            report=on_event,
        )
        report = make_report(
            plan,
            tuple(problems),
            visits_measured=len(tasks) - len(refused),
            pending=published.pending,
        )
        staging.remove()
        return report


@contextmanager
def _in_one_line(output: Path) -> Iterator[None]:
    """Errors of the disk, said in one line; finished visits stay staged."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise LightledgerError(
            "the disk is full" if full else str(error.strerror or error),
            error.filename or output,
            "run the same again when that is mended: finished visits are kept",
        ) from error


def _original_names(plan: Plan) -> dict[str, str]:
    return {f.band: f.band_original for f in plan.inventory.frames}
