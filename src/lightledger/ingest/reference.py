"""The reference of a field: coadd, grid and objects, made once and then frozen."""

from __future__ import annotations

import io
import json
import math
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Problem, Recipe
from lightledger.frames.grid import SkyGrid
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging

#: Texts of objects are stored as UTF-8.
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
    objects : dict of str to ndarray, each of shape (n_object,)
        ``id`` (object array of str), ``ra``, ``dec`` (degrees, ICRS; nan unknown), ``x``, ``y``
        (0-based pixels of the coadd), ``blended`` and further columns, in catalogue order.
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
    problems : tuple of Problem
        Rows of the catalogue that were left out, and remarks.
    """

    source: str
    band: str
    grid_text: str
    coadd: np.ndarray
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
    problems: tuple[Problem, ...] = field(default=())

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
            "units": self.units,
        }


def freeze(reference: Reference, staging: Staging) -> None:
    """Write a reference into staging; the small file comes last and makes it valid."""
    arrays = {
        f"object_{name}": column.astype("U") if column.dtype == object else column
        for name, column in reference.objects.items()
    }
    arrays |= {"stars_x": reference.stars_x, "stars_y": reference.stars_y}
    staging.put_file("coadd.npy", _npy(reference.coadd))
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
    """A frozen reference; the coadd is mapped, not read."""
    facts = json.loads((folder / "reference.json").read_text())
    with np.load(folder / _ARRAYS, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    objects = {
        name.removeprefix("object_"): column.astype(object) if column.dtype.kind == "U" else column
        for name, column in arrays.items()
        if name.startswith("object_")
    }
    return Reference(
        coadd=np.load(folder / "coadd.npy", mmap_mode="r", allow_pickle=False),
        objects=objects,
        stars_x=arrays["stars_x"],
        stars_y=arrays["stars_y"],
        problems=tuple(Problem.from_dict(row) for row in facts.pop("problems")),
        targets=tuple(facts.pop("targets")),
        **facts,
    )


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
    }


def arrays_of(reference: Reference) -> dict[str, np.ndarray]:
    """What of a reference the store keeps as arrays."""
    return {
        "coadd": np.asarray(reference.coadd),
        "stars_x": reference.stars_x,
        "stars_y": reference.stars_y,
    }


def thaw(path: Path) -> Reference:
    """The reference of a published store, for adding visits to it.

    Raises
    ------
    LightledgerError
        The store keeps none.
    """
    with StoreReader(path) as store:
        arrays = {name: np.array(array) for name, array in store.reference().items()}
        facts = store.attributes_of_store
        if not {"coadd", "stars_x", "stars_y"} <= set(arrays):
            raise LightledgerError(
                "the store does not keep what its visits were measured against",
                path,
                "visits cannot be added; ingest all frames into another store",
            )
        return Reference(
            source=str(facts.get("reference", "")),
            band=str(facts.get("reference_band", "")),
            grid_text=str(facts.get("reference_wcs", "")),
            coadd=arrays["coadd"],
            objects={name: np.array(column) for name, column in store.objects.items()},
            units=dict(store.object_units),
            stars_x=arrays["stars_x"],
            stars_y=arrays["stars_y"],
            fwhm_px=float(facts.get("reference_fwhm_px", math.nan)),
            field_name=str(facts.get("field", "")),
            field_ra_deg=float(facts.get("field_ra_deg", math.nan)),
            field_dec_deg=float(facts.get("field_dec_deg", math.nan)),
            sky=str(facts.get("sky", "none")),
            targets=Recipe.from_toml(store.recipe_text, path).presenting.target,
        )
