"""A reference kept: in staging while visits are measured, and in the published store for later."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import Control, LightledgerError, Problem, Recipe
from lightledger.photometry.coadd import flatten
from lightledger.photometry.detection import detect
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .reference import Reference
from .shapes import SHAPE_UNITS, Columns, with_shapes

#: Images of a reference, a file and a dataset each.
PLANES = ("coadd", "flat", "noise", "segmentation", "weight")
#: Beginnings of the names of those of further bands.
_OTHERS = ("flat_", "noise_")
_ARRAYS = "objects.npz"


def freeze(reference: Reference, staging: Staging) -> None:
    """Write a reference into staging; the small file comes last and makes it valid."""
    arrays = {
        f"object_{name}": column.astype("U") if column.dtype == object else column
        for name, column in reference.objects.items()
    }
    arrays |= {"stars_x": reference.stars_x, "stars_y": reference.stars_y}
    for name in PLANES:
        plane = getattr(reference, name)
        if plane is not None:
            staging.put_file(f"{name}.npy", _npy(plane))
    for name, plane in reference.others.items():
        staging.put_file(f"{name}.npy", _npy(plane))
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    staging.put_file(_ARRAYS, buffer.getvalue())
    rows = [p.as_dict() for p in reference.problems]
    text = json.dumps({**reference.scalars(), "problems": rows}, indent=1)
    staging.put_file("reference.json", text.encode())


def _npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def is_frozen(folder: Path) -> bool:
    """Whether a whole reference lies in the folder."""
    return (folder / "reference.json").is_file()


def load(folder: Path) -> Reference:
    """A frozen reference; its images are mapped, not read."""
    facts = json.loads((folder / "reference.json").read_text())
    with np.load(folder / _ARRAYS, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    objects = {
        name.removeprefix("object_"): column.astype(object) if column.dtype.kind == "U" else column
        for name, column in arrays.items()
        if name.startswith("object_")
    }
    return Reference(
        **{name: _mapped(folder / f"{name}.npy") for name in PLANES},
        objects=objects,
        stars_x=arrays["stars_x"],
        stars_y=arrays["stars_y"],
        problems=tuple(Problem.from_dict(row) for row in facts.pop("problems")),
        targets=tuple(facts.pop("targets")),
        asked=tuple(facts.pop("asked", ())),
        others={
            path.stem: _mapped(path)
            for name in _OTHERS
            for path in sorted(folder.glob(f"{name}*.npy"))
        },
        **facts,
    )


def _mapped(path: Path) -> Any:
    return np.load(path, mmap_mode="r", allow_pickle=False) if path.is_file() else None


def asked_in(facts: Mapping[str, object]) -> set[str]:
    """Targets that the reference of a store was made with, by their texts."""
    return set(json.loads(str(facts.get("reference_targets", "[]"))))


def attributes_of(reference: Reference) -> dict[str, str | float]:
    """What of a reference the store keeps as attributes; `thaw` reads it back."""
    return {
        "field": reference.field_name,
        "field_ra_deg": reference.field_ra_deg,
        "field_dec_deg": reference.field_dec_deg,
        "sky": reference.sky,
        "reference": reference.source,
        "reference_band": reference.band,
        "reference_wcs": reference.grid_text,
        "reference_fwhm_px": reference.fwhm_px,
        "reference_targets": json.dumps(reference.asked),
        "reference_key": reference.key,
    }


def arrays_of(reference: Reference) -> dict[str, np.ndarray]:
    """What of a reference the store keeps as arrays, by name: as they come back from it."""
    arrays = {name: getattr(reference, name) for name in (*PLANES, "stars_x", "stars_y")}
    arrays |= reference.others
    known = sorted(name for name, array in arrays.items() if array is not None)
    return {name: np.asarray(arrays[name]) for name in known}


def thaw(path: Path, control: Control | None = None) -> Reference:
    """The reference of a published store, for adding visits to it.

    Of a store of an older version, which kept the coadd alone, shapes and segmentation are made
    again from it.

    Raises
    ------
    LightledgerError
        The store keeps none.
    Cancelled
    """
    with StoreReader(path) as store:
        arrays = {name: np.array(array) for name, array in store.reference().items()}
        objects = {name: np.array(column) for name, column in store.objects.items()}
        facts = store.attributes_of_store
        recipe = Recipe.from_toml(store.recipe_text, path)
        fwhm_px = float(facts.get("reference_fwhm_px", math.nan))
        if not {"coadd", "stars_x", "stars_y"} <= set(arrays):
            raise LightledgerError(
                "the store does not keep what its visits were measured against",
                path,
                "visits cannot be added; ingest all frames into another store",
            )
        if "segmentation" not in arrays:
            planes, objects = _described_again(arrays, objects, recipe, fwhm_px, control)
            arrays |= planes
        return Reference(
            source=str(facts.get("reference", "")),
            band=str(facts.get("reference_band", "")),
            grid_text=str(facts.get("reference_wcs", "")),
            coadd=arrays["coadd"],
            flat=arrays["flat"],
            noise=arrays["noise"],
            segmentation=arrays["segmentation"],
            weight=arrays.get("weight"),
            objects=objects,
            units={**SHAPE_UNITS, **store.object_units},
            stars_x=arrays["stars_x"],
            stars_y=arrays["stars_y"],
            fwhm_px=fwhm_px,
            field_name=str(facts.get("field", "")),
            field_ra_deg=float(facts.get("field_ra_deg", math.nan)),
            field_dec_deg=float(facts.get("field_dec_deg", math.nan)),
            sky=str(facts.get("sky", "none")),
            targets=recipe.presenting.target,
            asked=tuple(sorted(asked_in(facts))),
            key=str(facts.get("reference_key", "")),
            others={name: plane for name, plane in arrays.items() if name.startswith(_OTHERS)},
        )


def _described_again(
    arrays: dict[str, np.ndarray],
    objects: Columns,
    recipe: Recipe,
    fwhm_px: float,
    control: Control | None,
) -> tuple[dict[str, np.ndarray], Columns]:
    """What a store of an older version lacks: planes and shapes."""
    control = control or Control()
    measuring = recipe.measuring
    surface = flatten(arrays["coadd"], arrays.get("weight"), measuring.mesh_px)
    found = detect(
        surface,
        measuring.detection_sigma,
        measuring.detection_pixels,
        cancelled=lambda: control.cancelled,
    )
    control.check()
    segmentation = found.segmentation
    objects = with_shapes(objects, surface, segmentation, found, measuring, fwhm_px)
    planes = {"flat": surface.flat, "noise": surface.noise, "segmentation": segmentation}
    return planes, objects
