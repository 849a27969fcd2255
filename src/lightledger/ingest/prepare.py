"""What visits are measured against: the store's reference where it holds, else one made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lightledger.domain import Control, Measuring, Problem, Recipe, Report, methods_of
from lightledger.store.reader import StoreReader

from .bandcoadds import coadds_of_other_bands, ratio_pixels
from .build import build_reference
from .defaults import resolve
from .extension import extended, extension
from .frozen import asked_in, thaw
from .reference import Reference
from .sameness import reference_key
from .submit import Submitter

if TYPE_CHECKING:
    from .plan import Plan


def reference_for(
    plan: Plan, submitter: Submitter, control: Control, report: Report
) -> tuple[Reference, Recipe]:
    """The reference of a run, not yet frozen, and the resolved recipe.

    Adding visits never detects again; positions that are added join the objects of the store.
    Measuring anew uses the store's reference when it would be made of the same files and settings.

    Raises
    ------
    LightledgerError
    Cancelled
    """
    output, targets = plan.request.output, plan.request.targets
    if plan.append:
        return thaw(output, control), plan.recipe
    if plan.added:
        reference = extended(thaw(output, control), plan.added, plan.recipe.measuring)
        names = ", ".join(target.name for target in plan.added)
        return _noted(reference, f"added, and all visits measured again: {names}"), plan.recipe
    measuring = plan.recipe.measuring
    if _holds(plan):
        reference = thaw(output, control)
        shape, fwhm_px = reference.shape, reference.fwhm_px
        new = extension(reference.objects, reference.grid(), shape, fwhm_px, targets).new
        reference = extended(reference, new, measuring) if new else reference
        reference = _noted(reference, "the reference of the store is used again")
    else:
        reference = build_reference(
            plan.inventory, plan.choice, measuring, targets, submitter, control, report
        )
        if output.exists():
            what = "the reference is made anew: its files, settings or targets are others"
            reference = _noted(reference, what)
    mosaics = bool(plan.choice.coadd)
    measuring = resolve(measuring, plan.inventory, reference.fwhm_px, mosaics)
    if methods_of(measuring, "ratio"):
        reference = _divisible(reference, plan, measuring)
    return reference, Recipe(measuring, plan.recipe.presenting)


def _divisible(reference: Reference, plan: Plan, measuring: Measuring) -> Reference:
    """With what ratios need: the coadds of all bands, and the pixels of each object's boxes."""
    others, problems = reference.others, reference.problems
    if not others:
        others, remarks = coadds_of_other_bands(plan.inventory, reference, measuring.mesh_px)
        problems = (*problems, *remarks)
    objects = reference.objects | ratio_pixels(reference, measuring)
    return replace(reference, others=others, problems=problems, objects=objects)


def _holds(plan: Plan) -> bool:
    """Whether the store's reference would come out the same, but for targets that it lacks."""
    if not plan.request.output.exists():
        return False
    with StoreReader(plan.request.output) as store:
        facts = store.attributes_of_store
    key = reference_key(plan.inventory, plan.choice, plan.recipe.measuring)
    asked = {target.text for target in plan.request.targets}
    return facts.get("reference_key", "") == key and asked_in(facts) <= asked


def _noted(reference: Reference, what: str) -> Reference:
    note = Problem(what, severity="note")
    return replace(reference, problems=(*reference.problems, note))
