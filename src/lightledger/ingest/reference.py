"""The reference of a field: coadd, grid and objects, made once and then frozen."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import Control, LightledgerError, Measuring, Problem, Recipe
from lightledger.frames.grid import SkyGrid
from lightledger.photometry.apertures import circle_sums
from lightledger.photometry.coadd import Surface, flatten
from lightledger.photometry.detection import detect
from lightledger.photometry.geometry import Geometry
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

from .shapes import SHAPE_UNITS, Columns, with_shapes

#: Images of a reference, a file and a dataset each.
PLANES = ("coadd", "flat", "noise", "segmentation", "weight")
#: Beginnings of the names of those of further bands.
_OTHERS = ("flat_", "noise_")
_ARRAYS = "objects.npz"


@dataclass(frozen=True)
class Reference:
    """What every visit is measured against.

    Attributes
    ----------
    source : str
        How it came about, in words.
    band : str
        Band of the coadd.
    grid_text : str
        WCS of the coadd as text; '' when the grid is the pixels of a frame without WCS.
    coadd : ndarray of float32, shape (ny, nx)
        nan where nothing was observed.
    flat, noise : ndarray of float32, shape (ny, nx)
        Coadd without its background, and the standard deviation of its sky; nan as the coadd.
    segmentation : ndarray of int32, shape (ny, nx)
        Which object each pixel belongs to, by its ``label``; 0 is sky.
    weight : ndarray of float32, shape (ny, nx), or None
        Of the coadd, as given or as stacked; proportional to the inverse variance.
    objects : dict of str to ndarray, each of shape (n_object,)
        ``id`` (object array of str), ``ra``, ``dec`` (degrees, ICRS; nan unknown), ``x``, ``y``
        (0-based pixels of the coadd), the columns of `shapes.SHAPE_UNITS`, ``blended`` and further
        ones, in catalogue order.
    units : dict of str to str
        Units of the columns.
    stars_x, stars_y : ndarray of float64
        Bright stars on the coadd, for matching frames without WCS.
    fwhm_px : float
        Median FWHM on the coadd.
    field_name : str
        OBJECT of the headers.
    field_ra_deg, field_dec_deg : float
        Centre, ICRS; nan unknown.
    sky : {'wcs', 'pointing', 'none'}
        Where the centre comes from.
    targets : tuple of str
        Ids of the objects that a person added.
    asked : tuple of str
        What the person asked for (`Target.text`).
    key : str
        Hash of what it was made from (see `sameness.reference_key`); '' unknown.
    problems : tuple of Problem
        Rows of the catalogue that were left out, and remarks.
    others : dict of str to ndarray
        ``flat_BAND`` and ``noise_BAND`` of further bands, as ``flat`` and ``noise``.
    """

    source: str
    band: str
    grid_text: str
    coadd: np.ndarray
    flat: np.ndarray
    noise: np.ndarray
    segmentation: np.ndarray
    weight: np.ndarray | None
    objects: dict[str, np.ndarray]
    units: dict[str, str]
    stars_x: np.ndarray
    stars_y: np.ndarray
    fwhm_px: float
    field_name: str = ""
    field_ra_deg: float = float("nan")
    field_dec_deg: float = float("nan")
    sky: str = "none"
    targets: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    key: str = ""
    problems: tuple[Problem, ...] = field(default=())
    others: dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        ny, nx = self.coadd.shape
        return ny, nx

    @property
    def n_object(self) -> int:
        return int(self.objects["x"].size)

    def grid(self) -> SkyGrid | None:
        """A WCS of its own for the caller (one must never be shared by threads)."""
        return SkyGrid.from_text(self.grid_text, self.shape) if self.grid_text else None

    def geometry(self, measuring: Measuring) -> Geometry:
        """Ellipses and isophotes of the objects, in catalogue order.

        Kron radii that a catalogue gave are not below the recipe's ``kron_minimum`` either.
        """
        return geometry_of(self.objects, self.segmentation, measuring)

    def coadd_of(self, band: str) -> tuple[np.ndarray, np.ndarray]:
        """Flat coadd and noise that a band's visits are divided by: its own where there is one."""
        flat, noise = self.others.get(f"flat_{band}"), self.others.get(f"noise_{band}")
        if band == self.band or flat is None or noise is None:
            return self.flat, self.noise
        return flat, noise

    def scalars(self) -> dict[str, object]:
        """Everything but arrays and problems, JSON-able."""
        return {
            "source": self.source,
            "band": self.band,
            "grid_text": self.grid_text,
            "fwhm_px": self.fwhm_px,
            "field_name": self.field_name,
            "field_ra_deg": self.field_ra_deg,
            "field_dec_deg": self.field_dec_deg,
            "sky": self.sky,
            "targets": list(self.targets),
            "asked": list(self.asked),
            "key": self.key,
            "units": self.units,
        }


def geometry_of(objects: Columns, segmentation: np.ndarray, measuring: Measuring) -> Geometry:
    """Ellipses and isophotes of objects that have the columns of `shapes.SHAPE_UNITS`."""
    ny, nx = segmentation.shape
    return Geometry(
        x=objects["x"],
        y=objects["y"],
        a=objects["a_px"],
        b=objects["b_px"],
        theta=np.radians(objects["theta_deg"]),
        kron=np.maximum(objects["kron_radius"], measuring.kron_minimum),
        label=objects["label"],
        segmentation=segmentation,
        shape=(ny, nx),
    )


def core_flux(surface: Surface, x: np.ndarray, y: np.ndarray, fwhm_px: float) -> np.ndarray:
    """Light within a FWHM of each place on the coadd, its unit, float64."""
    radius = max(2.0, fwhm_px) if math.isfinite(fwhm_px) else 3.0
    flat = np.nan_to_num(surface.flat)
    return circle_sums(flat, None, surface.bad, x, y, np.array([radius])).flux[0]


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
