"""Positions that a person adds to a field that is published: measured in all of its visits."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Measuring
from lightledger.frames.grid import SkyGrid
from lightledger.photometry.coadd import Surface
from lightledger.store.reader import StoreReader
from lightledger.store.staging import staging_folder

from .frozen import asked_in
from .objects import (
    appended,
    describe,
    free_names,
    new_objects,
    place_of,
    rows_at,
)
from .reference import Reference, core_flux
from .request import Target
from .shapes import Columns, with_shapes


@dataclass(frozen=True)
class Extension:
    """What targets mean for a reference that is frozen.

    Attributes
    ----------
    new : tuple of Target
        Those that are none of its objects.
    known : dict of str to str
        Names of the others, and the ids of the objects that they are.
    """

    new: tuple[Target, ...]
    known: dict[str, str]


def extension(
    objects: Columns,
    grid: SkyGrid | None,
    shape: tuple[int, int],
    fwhm_px: float,
    targets: Sequence[Target],
) -> Extension:
    """Which targets are objects already, and which would be new.

    Raises
    ------
    LightledgerError
        For a target outside the field, or by sky position where there is no WCS.
    """
    rows = rows_at(objects, [place_of(target, grid, shape) for target in targets], fwhm_px)
    new = tuple(t for t, row in zip(targets, rows, strict=True) if row < 0)
    ids = objects["id"]
    known = {t.name: str(ids[row]) for t, row in zip(targets, rows, strict=True) if row >= 0}
    return Extension(new, known)


def _extension_of_store(output: Path, targets: Sequence[Target]) -> Extension:
    """`extension` of a published store."""
    with StoreReader(output) as store:
        facts = store.attributes_of_store
        coadd = store.reference().get("coadd")
        if coadd is None:
            raise LightledgerError(
                "the store does not keep its coadd: nothing can be added", output
            )
        ny, nx = coadd.shape
        text = str(facts.get("reference_wcs", ""))
        grid = SkyGrid.from_text(text, (ny, nx)) if text else None
        objects = {name: np.array(store.objects[name]) for name in ("id", "x", "y")}
        fwhm_px = float(facts.get("reference_fwhm_px", np.nan))
    return extension(objects, grid, (ny, nx), fwhm_px, targets)


def added_to(output: Path, targets: Sequence[Target]) -> tuple[tuple[Target, ...], tuple[str, ...]]:
    """Targets that a store does not have, and the ids of the objects that the others are.

    Of a store that is not there yet nothing is known: none, none.

    Raises
    ------
    LightledgerError
        A target lies outside the field; or a run that added others was not finished.
    """
    staged, asked = _staged(output), {target.text for target in targets}
    if not output.exists():
        if staged is not None and not asked <= staged:
            raise LightledgerError(
                "measuring has begun without these targets", output, "start afresh with --remeasure"
            )
        return (), ()
    found = _extension_of_store(output, targets) if targets else Extension((), {})
    if staged is not None and not found.new and staged != _published(output):
        raise LightledgerError(
            f"adding positions was not finished ({'; '.join(sorted(staged - _published(output)))})",
            output,
            "run with the same --target, or delete the folder beside it that ends in .staging to "
            "keep the store as it is",
        )
    return found.new, tuple(found.known.values())


def adds_others(output: Path, added: Sequence[Target]) -> bool:
    """Whether what is staged beside a store was measured with other additions, or with none."""
    staged = _staged(output)
    wanted = {target.text for target in added}
    return bool(added) and staged is not None and staged != _published(output) | wanted


def _published(output: Path) -> set[str]:
    with StoreReader(output) as store:
        return asked_in(store.attributes_of_store)


def _staged(output: Path) -> set[str] | None:
    """Targets of the reference that is staged; None without one."""
    path = staging_folder(output.absolute()) / "reference" / "reference.json"
    if not path.is_file():
        return None
    return set(json.loads(path.read_text()).get("asked", []))


def extended(reference: Reference, targets: Sequence[Target], measuring: Measuring) -> Reference:
    """The reference with new objects behind its own, which stay as they are.

    A new object is taken for a star at that very place. Inside another object's isophote it shares
    its pixels.
    """
    grid, shape = reference.grid(), reference.shape
    ids = free_names(targets, reference.objects["id"])
    added = new_objects(ids, [place_of(target, grid, shape) for target in targets], grid)
    surface = Surface(reference.flat, reference.noise, ~np.isfinite(reference.flat))
    added = with_shapes(added, surface, reference.segmentation, None, measuring, reference.fwhm_px)
    flux = core_flux(surface, added["x"], added["y"], reference.fwhm_px)
    objects = appended(reference.objects, added)
    all_flux = np.concatenate([reference.objects["coadd_flux"], flux])
    described = describe(objects, all_flux, shape, reference.fwhm_px)
    n = reference.n_object
    for name in ("coadd_flux", "blended", "edge_px"):
        objects[name][n:] = described[name][n:]
    return replace(
        reference,
        objects=objects,
        targets=(*reference.targets, *ids),
        asked=(*reference.asked, *(target.text for target in targets)),
        problems=(),
    )


def require_frames(
    published: Collection[tuple[str, str]], here: Collection[tuple[str, str]], output: Path
) -> None:
    """All visits have to be measured again: refuse when the frames of some are not here.

    Raises
    ------
    LightledgerError
    """
    missing = len(set(published) - set(here))
    if missing:
        raise LightledgerError(
            f"a new position has to be measured in all {len(published):,} visits of the store, and "
            f"the frames of {missing} are not in these folders",
            output,
            "name their folders too, or leave --target out",
        )
