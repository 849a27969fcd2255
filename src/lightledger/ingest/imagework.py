"""What measuring images takes: a frozen reference, its footprints, a task for every visit."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.domain import Control, Recipe, measurements_of, parse_measurement
from lightledger.frames.units import flux_scale
from lightledger.photometry.footprints import Footprints
from lightledger.photometry.spec import MeasureSpec
from lightledger.store.content import carried_over
from lightledger.store.layout import Scalar
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .earlier import key_of, unchanged_staged
from .events import OnEvent, ReferenceReady
from .frozen import arrays_of, attributes_of, freeze, is_frozen
from .plan import Plan
from .prepare import reference_for
from .reduce import Reduction
from .reference import Reference
from .submit import Submitter
from .task import FOOTPRINTS, VisitTask, measure_visit, reference_of
from .work import Work

#: Objects whose light curves grow on screen while measuring.
SAMPLES = 3


def image_work(
    plan: Plan, staging: Staging, submitter: Submitter, control: Control, on_event: OnEvent
) -> Work:
    """All that `run` needs; the reference and the recipe are made now when there are none."""
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


def _units(plan: Plan) -> dict[str, str]:
    """The unit of each band: the store's, for new bands the one that most frames come in."""
    units = {band: _unit_of(plan, band) for band in plan.inventory.bands}
    if plan.append or plan.added:
        with StoreReader(plan.request.output) as store:
            for name in store.measurements():
                units[parse_measurement(name).band] = str(store.attributes(name)["unit"])
    return units


def _unit_of(plan: Plan, band: str) -> str:
    names = [flux_scale(f.unit, 1.0, f.value_exposure_s).unit for f in plan.inventory.sci(band)]
    return max(sorted(set(names)), key=names.count)


def _attributes(plan: Plan, reference: Reference) -> dict[str, Scalar]:
    """What the store says of itself besides; that of an older version is kept."""
    older: dict[str, Scalar] = {}
    if plan.append or plan.added:
        with StoreReader(plan.request.output) as store:
            older = carried_over(store.attributes_of_store)
    return {**older, **attributes_of(reference)}
