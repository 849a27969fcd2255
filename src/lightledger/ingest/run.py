"""The whole ingest: reference, visits, publish; resumes what is staged."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Problem,
    Progress,
    Recipe,
    measurements_of,
    parse_measurement,
)
from lightledger.domain.planes import PLANES
from lightledger.frames.grid import NO_OVERLAP
from lightledger.frames.units import flux_scale
from lightledger.photometry.footprints import Footprints
from lightledger.photometry.spec import MeasureSpec
from lightledger.store.content import carried_over
from lightledger.store.layout import Scalar
from lightledger.store.publish import publish
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .catalogues import catalogue_work
from .diskneed import disk_need
from .events import Event, IngestReport, OnEvent, ProblemFound, ReferenceReady, VisitMeasured
from .extension import adds_others
from .plan import Plan, key_of, unchanged_staged
from .prepare import reference_for
from .reduce import Reduction
from .reference import Reference, arrays_of, attributes_of, freeze, is_frozen
from .remarks import remarks_on
from .report import make_report
from .submit import Submitter, WorkerDied
from .task import (
    FOOTPRINTS,
    VisitResult,
    VisitTask,
    measure_visit,
    reference_of,
)
from .work import Work

#: Tasks that wait in the pool beside those being measured; cancel and pause act within these.
AHEAD = 2
#: Seconds within which a cancel is noticed though no visit finishes.
NOTICE_S = 0.5
#: Threads that publish: more would wait for the disk, each with its share of the memory.
MOST_THREADS = 4
#: Objects whose light curves grow on screen while measuring.
SAMPLES = 3


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
            work = _image_work(plan, staging, submitter, control, on_event)
        tasks, problems = work.tasks, [*plan.problems, *work.problems]
        folder, n_object = output.absolute().parent, len(work.objects["id"])
        need = disk_need(folder, n_object, plan.visits, len(tasks), work.n_method, plan.n_pixel)
        need.require()
        refused = _measure_all(work, submitter, control, on_event)
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


def _image_work(
    plan: Plan, staging: Staging, submitter: Submitter, control: Control, on_event: OnEvent
) -> Work:
    reference, recipe = _prepare(plan, staging, submitter, control, on_event)
    units = _units(plan)
    return Work(
        recipe=recipe,
        objects=reference.objects,
        units=reference.units,
        tasks=_tasks(plan, staging, reference, recipe, units),
        measure=measure_visit,
        reduction=Reduction.of_reference(reference, recipe, units),
        attributes=_attributes(plan, reference),
        arrays=arrays_of(reference),
        n_method=len(measurements_of(recipe.measuring)),
        problems=reference.problems,
    )


def _prepare(
    plan: Plan, staging: Staging, submitter: Submitter, control: Control, on_event: OnEvent
) -> tuple[Reference, Recipe]:
    """The frozen reference and the resolved recipe, made now when there are none."""
    folder = staging.reference_folder
    recipe = staging.recipe
    if not (recipe and is_frozen(folder)):
        reference, recipe = reference_for(plan, submitter, control, on_event)
        _build_footprints(reference, recipe, folder)
        freeze(reference, staging)
        staging.set_recipe(recipe)
    reference = reference_of(folder)
    shown = plan.recipe.presenting
    targets = reference.targets if plan.added else shown.target or reference.targets
    recipe = Recipe(recipe.measuring, shown).with_presenting(target=targets)
    on_event(
        ReferenceReady(
            np.asarray(reference.coadd),
            reference.objects["x"],
            reference.objects["y"],
            tuple(str(i) for i in reference.objects["id"]),
            tuple(str(reference.objects["id"][i]) for i in samples_of(reference)),
        )
    )
    return reference, recipe


def _build_footprints(reference: Reference, recipe: Recipe, folder: Path) -> None:
    """W, for the frames that share the grid of the coadd."""
    measuring = recipe.measuring
    if reference.grid_text:
        spec = MeasureSpec(measuring).on_grid
        Footprints.build(reference.geometry(measuring), spec).save(folder / FOOTPRINTS)


def samples_of(reference: Reference) -> tuple[int, ...]:
    """Objects to watch while measuring: the targets, then bright isolated ones."""
    objects = reference.objects
    ids = [str(i) for i in objects["id"]]
    wanted = [ids.index(t) for t in reference.targets]
    order = np.argsort(-np.nan_to_num(objects["coadd_flux"]), kind="stable")
    isolated = [int(i) for i in order if not objects["blended"][i]]
    # not the very brightest: those are often saturated
    wanted += isolated[len(isolated) // 10 :]
    return tuple(dict.fromkeys(wanted))[:SAMPLES]


def _tasks(
    plan: Plan, staging: Staging, reference: Reference, recipe: Recipe, units: dict[str, str]
) -> list[VisitTask]:
    """A task for every visit that is neither published nor staged unchanged."""
    staged = staging.staged()
    samples = samples_of(reference)
    tasks = []
    for frame in plan.todo:
        known = staged.get(key_of(frame))
        if known is not None and unchanged_staged(frame, known.row):
            continue
        companions = {k: f for k, f in plan.inventory.companions(frame).items() if k != "sci"}
        tasks.append(
            VisitTask(
                frame,
                companions,
                staging.path_of(frame.band, frame.visit),
                staging.reference_folder,
                recipe.measuring,
                recipe.measuring_hash,
                units[frame.band],
                samples,
            )
        )
    return tasks


def _measure_all(
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


def _units(plan: Plan) -> dict[str, str]:
    """The unit of each band: the store's, for new bands the one that most frames come in."""
    units = {band: _unit_of(plan, band) for band in plan.inventory.bands}
    if plan.append or plan.added:
        with StoreReader(plan.request.output) as store:
            for name in store.measurements():
                units[parse_measurement(name).band] = str(store.attributes(name)["unit"])
    return units


def _unit_of(plan: Plan, band: str) -> str:
    names = [flux_scale(f.unit, 1.0, 1.0, None).unit for f in plan.inventory.sci(band)]
    return max(sorted(set(names)), key=names.count)


def _attributes(plan: Plan, reference: Reference) -> dict[str, Scalar]:
    """What the store says of itself besides; that of an older version is kept."""
    older: dict[str, Scalar] = {}
    if plan.append or plan.added:
        with StoreReader(plan.request.output) as store:
            older = carried_over(store.attributes_of_store)
    return {**older, **attributes_of(reference)}


def _original_names(plan: Plan) -> dict[str, str]:
    return {f.band: f.band_original for f in plan.inventory.frames}
