"""An ingest of catalogues of visits in place of images: objects, mapping, tasks.

`scan_catalogues` proposes, `ColumnMap.edited` edits, `preview` shows; `catalogue_work` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import Control, Recipe
from lightledger.domain.magnitudes import AB_ZERO_UJY, INSTRUMENTAL_ZERO
from lightledger.frames.visitcolumns import PLAIN, ColumnMap
from lightledger.frames.visittables import CatalogueFrame
from lightledger.store.content import carried_over
from lightledger.store.layout import Scalar
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .build import Choice
from .cataloguereference import CatalogueReference, freeze, is_frozen, load, thaw
from .cataloguetask import CatalogueTask, match_visit
from .consensus import LOOKS, build, frames_of, look_at
from .events import OnEvent, ReferenceReady
from .reduce import Reduction
from .request import Target
from .work import Work

if TYPE_CHECKING:
    from .plan import Plan

#: Objects whose light curves grow on screen while visits are read.
_SAMPLES = 3


@dataclass(frozen=True)
class CatalogueChoice(Choice):
    """Where the objects come from."""

    @property
    def in_words(self) -> str:
        if self.catalogue:
            return f"catalogue {self.catalogue.rpartition('/')[2]}"
        return "the positions in the visits' catalogues"


def catalogue_work(plan: Plan, staging: Staging, control: Control, on_event: OnEvent) -> Work:
    """Objects, mapping and tasks of an ingest of catalogues; frozen in staging.

    Raises
    ------
    LightledgerError
    Cancelled
    """
    folder, recipe = staging.reference_folder, staging.recipe
    if not (recipe and is_frozen(folder)):
        if plan.append:
            reference, recipe = thaw(plan.request.output), plan.recipe
        else:
            reference, recipe = _new(plan, plan.request.targets, control, on_event)
        freeze(reference, staging)
        staging.set_recipe(recipe)
    reference = load(folder)
    shown = plan.recipe.presenting
    recipe = replace(recipe, presenting=shown)
    recipe = recipe.with_presenting(target=shown.target or reference.targets)
    samples = _samples(reference)
    ids = tuple(str(name) for name in reference.objects["id"])
    on_event(
        ReferenceReady(
            np.zeros((1, 1), np.float32),
            reference.objects["x"],
            reference.objects["y"],
            ids,
            tuple(ids[i] for i in samples),
        )
    )
    measurements = recipe.catalogues.measurements
    bands = plan.visits
    attributes = {
        f"{band}_{name}": _attributes_of(name, reference) for band in bands for name in measurements
    }
    return Work(
        recipe=recipe,
        objects=reference.objects,
        units=reference.units,
        tasks=_tasks(plan, staging, recipe, samples),
        measure=match_visit,
        reduction=Reduction.of_objects(reference.objects, recipe, attributes),
        attributes=_store_attributes(plan, reference),
        arrays={},
        n_method=len(measurements),
        problems=reference.problems,
    )


def _new(
    plan: Plan, targets: Sequence[Target], control: Control, on_event: OnEvent
) -> tuple[CatalogueReference, Recipe]:
    settings = plan.recipe.catalogues
    mapping = ColumnMap().edited(settings.columns)
    looks = look_at(frames_of(plan.inventory), mapping, LOOKS, control, on_event)
    name = next((f.object_name for f in plan.inventory.frames if f.object_name), "")
    reference = build(looks, settings, plan.choice.catalogue, targets, name)
    lines = [line for line in settings.columns if not line.startswith("id=")]
    if reference.how == "id":
        lines.append(f"id={reference.id_column}")
    used = replace(
        settings, columns=tuple(lines), match=reference.how, tolerance=reference.tolerance
    )
    return reference, replace(plan.recipe, catalogues=used)


def _samples(reference: CatalogueReference) -> tuple[int, ...]:
    """Objects to watch: the targets, then some of the most often seen, not the brightest."""
    ids = [str(name) for name in reference.objects["id"]]
    wanted = [ids.index(name) for name in reference.targets]
    often = np.argsort(-reference.objects["visits_seen"], kind="stable")
    wanted += [int(i) for i in often[len(often) // 10 :] if not reference.objects["blended"][i]]
    return tuple(dict.fromkeys(wanted))[:_SAMPLES]


def _tasks(
    plan: Plan, staging: Staging, recipe: Recipe, samples: tuple[int, ...]
) -> list[CatalogueTask]:
    from .earlier import key_of, unchanged_staged

    staged = staging.staged()
    tasks = []
    for frame in plan.todo:
        assert isinstance(frame, CatalogueFrame)
        known = staged.get(key_of(frame))
        if known is not None and unchanged_staged(frame, known.row):
            continue
        tasks.append(
            CatalogueTask(
                frame,
                staging.path_of(frame.band, frame.visit),
                staging.reference_folder,
                recipe.catalogues.columns,
                recipe.catalogues.measurements,
                recipe.measuring_hash,
                samples,
            )
        )
    return tasks


def _attributes_of(name: str, reference: CatalogueReference) -> dict[str, Scalar]:
    """What a measurement is, for those who read the store."""
    unit = reference.value_units.get(name, "")
    image = name.partition("-")[0]
    quantity = {PLAIN: "value", "ratio": "ratio"}.get(image, "flux")
    zero = AB_ZERO_UJY if unit == "uJy" else INSTRUMENTAL_ZERO
    return {
        "quantity": quantity,
        "unit": unit,
        "zero_point": zero if quantity == "flux" else float("nan"),
        "magnitude_system": "AB" if unit == "uJy" else "instrumental" if quantity == "flux" else "",
        "aperture": name.partition("-")[2],
        "radius_arcsec": float("nan"),
        "meaning": reference.meanings.get(name, ""),
    }


def _store_attributes(plan: Plan, reference: CatalogueReference) -> dict[str, Scalar]:
    older: dict[str, Scalar] = {}
    if plan.append:
        with StoreReader(plan.request.output) as store:
            older = carried_over(store.attributes_of_store)
    return {**older, **reference.attributes()}
