"""The objects of a field: from a catalogue or a detection, with targets that a person added."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import LightledgerError, Problem
from lightledger.frames.catalogue import Catalogue
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import common_shift
from lightledger.photometry.stars import Stars

from .given import catalogue_shapes, numbers_of
from .request import Target
from .shapes import SHAPE_UNITS, Columns

#: A neighbour this near (in FWHM) shares the aperture, when it is bright enough to matter.
BLEND_FWHM = 2.0
#: ... and it matters above this fraction of the object's flux.
BLEND_FLUX = 0.05

#: A catalogue is moved onto the stars when so many agree, by more than this.
FEWEST_COMMON = 8
NOTABLE_SHIFT_PX = 0.15

#: Columns that the program makes; a catalogue's own of the same name get a suffix.
OWN = ("id", "ra", "dec", "x", "y", "blended", "coadd_flux", "edge_px", *SHAPE_UNITS)


def from_catalogue(
    catalogue: Catalogue,
    name: str,
    grid: SkyGrid | None,
    shape: tuple[int, int],
    stars: Stars,
) -> tuple[Columns, list[Problem]]:
    """Objects of a catalogue that lie on the coadd, with the shapes it gives, and remarks.

    ``label`` is SExtractor's NUMBER where the catalogue has it. Where the coadd's ``stars`` lie
    beside the catalogue's positions by a common offset, pixels follow the stars; ``ra`` and ``dec``
    stay the catalogue's.

    Raises
    ------
    LightledgerError
        When none does, or when it has sky positions and the coadd has none.
    """
    has_sky = bool(np.isfinite(catalogue.ra).any())
    if grid is not None and has_sky:
        x, y = grid.to_pixel(catalogue.ra, catalogue.dec)
        ra, dec = catalogue.ra, catalogue.dec
    elif catalogue.x is not None and catalogue.y is not None:
        x, y = catalogue.x, catalogue.y
        ra, dec = grid.to_sky(x, y) if grid is not None else (catalogue.ra, catalogue.dec)
    else:
        raise LightledgerError(
            "the catalogue has only sky positions and the frames have no WCS",
            name,
            "give a catalogue with pixel positions, or let the objects be detected",
        )
    ny, nx = shape
    with np.errstate(invalid="ignore"):
        inside = (x > -0.5) & (y > -0.5) & (x < nx - 0.5) & (y < ny - 0.5)
    if not inside.any():
        raise LightledgerError(
            f"none of the catalogue's {x.size} objects lies in the field",
            name,
            "is it the catalogue of another field?",
        )
    taken = ", ".join(f"{role} = {column}" for role, column in catalogue.guesses.items())
    problems = [Problem(f"columns taken: {taken}", name, severity="note"), *catalogue.problems]
    shapes, remarks = catalogue_shapes(catalogue, name, x, y)
    problems += remarks
    shift = common_shift(stars.x, stars.y, x, y)
    if shift.n_common >= FEWEST_COMMON and math.hypot(shift.dx, shift.dy) > NOTABLE_SHIFT_PX:
        x, y = x + shift.dx, y + shift.dy
        what = f"its positions are moved by ({shift.dx:+.2f}, {shift.dy:+.2f}) px, to the stars"
        problems.append(Problem(f"{what} ({shift.n_common} of them)", name, severity="note"))
    if not inside.all():
        n = int((~inside).sum())
        problems.append(
            Problem(f"{n} of {x.size} objects lie outside the coadd", name, severity="note")
        )
    columns: Columns = {
        "id": np.array(catalogue.ids, dtype=object)[inside],
        "ra": ra[inside],
        "dec": dec[inside],
        "x": x[inside],
        "y": y[inside],
    }
    for key, column in catalogue.columns.items():
        safe = f"{key}_catalogue" if key.lower() in OWN else key
        columns[safe] = column[inside]
    columns |= {key: column[inside] for key, column in shapes.items()}
    if (numbers := numbers_of(catalogue)) is not None:
        columns["label"] = numbers[inside]
    return columns, problems


def from_detection(found: Columns, grid: SkyGrid | None) -> Columns:
    """Objects of a detection, the brightest first: ``I1``, ``I2``, ..."""
    order = np.argsort(-found["flux"], kind="stable")
    x, y = found["x"][order], found["y"][order]
    nowhere = np.full(x.size, np.nan)
    ra, dec = grid.to_sky(x, y) if grid is not None else (nowhere, nowhere.copy())
    columns: Columns = {
        "id": np.array([f"I{i + 1}" for i in range(x.size)], dtype=object),
        "ra": ra,
        "dec": dec,
        "x": x,
        "y": y,
    }
    columns["label"] = order + 1.0
    for key, column in found.items():
        if key not in ("x", "y"):
            columns[key if key in SHAPE_UNITS else f"detection_{key}"] = column[order]
    return columns


def add_targets(
    columns: Columns,
    targets: Sequence[Target],
    grid: SkyGrid | None,
    shape: tuple[int, int],
    fwhm_px: float,
) -> tuple[Columns, tuple[str, ...]]:
    """Objects with the targets among them, and the ids of the targets.

    A target within one FWHM of an object is that object, which takes the target's name; elsewhere
    a new object is appended, measured exactly where the person said.

    Raises
    ------
    LightledgerError
        For a target outside the field, or by sky position where there is no WCS.
    """
    places = [place_of(target, grid, shape) for target in targets]
    rows = rows_at(columns, places, fwhm_px)
    columns = {key: column.copy() for key, column in columns.items()}
    ids = free_names(targets, columns["id"])
    for row, name in zip(rows, ids, strict=True):
        if row >= 0:
            columns["id"][row] = name
    new = [k for k, row in enumerate(rows) if row < 0]
    added = new_objects([ids[k] for k in new], [places[k] for k in new], grid)
    return appended(columns, added), tuple(ids)


def place_of(target: Target, grid: SkyGrid | None, shape: tuple[int, int]) -> tuple[float, float]:
    """Pixel of a target.

    Raises
    ------
    LightledgerError
        It lies outside the field, or has a sky position where there is no WCS.
    """
    x, y = target.x, target.y
    if not math.isfinite(x):
        if grid is None:
            raise LightledgerError(
                f"target {target.name!r} has a sky position and the frames have no WCS",
                advice="give its pixel in the reference frame: 'NAME=X,Y px'",
            )
        there = grid.to_pixel(np.array([target.ra_deg]), np.array([target.dec_deg]))
        x, y = float(there[0][0]), float(there[1][0])
    ny, nx = shape
    if not (-0.5 < x < nx - 0.5 and -0.5 < y < ny - 0.5):
        raise LightledgerError(
            f"target {target.name!r} lies outside the field", advice="check its coordinates"
        )
    return x, y


def rows_at(columns: Columns, places: Sequence[tuple[float, float]], fwhm_px: float) -> list[int]:
    """Row of the object within one FWHM (and 2 pixels) of each place; -1 where there is none."""
    near = max(2.0, fwhm_px if math.isfinite(fwhm_px) else 0.0)
    if not places or not columns["x"].size:
        return [-1] * len(places)
    apart, row = cKDTree(np.column_stack([columns["x"], columns["y"]])).query(np.array(places))
    return [int(r) if d <= near else -1 for r, d in zip(row, apart, strict=True)]


def free_names(targets: Sequence[Target], ids: np.ndarray) -> list[str]:
    """Names of targets as ids that no object has, nor another target."""
    taken = {str(i) for i in ids}
    names = []
    for target in targets:
        name = target.name if target.name not in taken else f"{target.name}_target"
        number = 2
        while name in taken:
            name, number = f"{target.name}_target{number}", number + 1
        taken.add(name)
        names.append(name)
    return names


def new_objects(
    ids: Sequence[str], places: Sequence[tuple[float, float]], grid: SkyGrid | None
) -> Columns:
    """Objects that only a place is known of."""
    x, y = np.array(places, np.float64).reshape(-1, 2).T
    nowhere = np.full(x.size, np.nan)
    ra, dec = grid.to_sky(x, y) if grid is not None else (nowhere, nowhere.copy())
    return {"id": np.array(ids, dtype=object), "ra": ra, "dec": dec, "x": x, "y": y}


def appended(columns: Columns, added: Columns) -> Columns:
    """Objects with others behind them; what these lack is nan, '' or 0."""
    n = added["x"].size
    longer = {}
    for key, column in columns.items():
        kind = column.dtype.kind
        missing: object = "" if kind in "OUS" else np.nan if kind == "f" else 0
        rest = added.get(key, np.full(n, missing, dtype=object if kind in "OUS" else column.dtype))
        longer[key] = np.concatenate([column, rest.astype(column.dtype)])
    return longer


def with_aperture(
    columns: Columns, segmentation: np.ndarray, name: str, mask: np.ndarray
) -> tuple[Columns, np.ndarray]:
    """Objects and segmentation where the object ``name`` has the pixels of a mask (bool)."""
    if not mask.any():
        return columns, segmentation
    label = int(segmentation.max(initial=0)) + 1
    labels = columns.get("label", np.zeros(columns["x"].size)).copy()
    labels[columns["id"] == name] = label
    return columns | {"label": labels}, np.where(mask, segmentation.dtype.type(label), segmentation)


def describe(columns: Columns, flux: np.ndarray, shape: tuple[int, int], fwhm_px: float) -> Columns:
    """Add what the program needs to know of each object.

    Adds ``coadd_flux`` (float64, unit of the coadd), ``blended`` (uint8: a neighbour within
    `BLEND_FWHM` has more than `BLEND_FLUX` of its flux) and ``edge_px`` (distance to the edge).
    """
    x, y = columns["x"], columns["y"]
    ny, nx = shape
    reach = BLEND_FWHM * (fwhm_px if math.isfinite(fwhm_px) else 3.0)
    blended = np.zeros(x.size, np.uint8)
    pairs = cKDTree(np.column_stack([x, y])).query_pairs(reach, output_type="ndarray")
    for a, b in ((pairs[:, 0], pairs[:, 1]), (pairs[:, 1], pairs[:, 0])):
        matters = ~(flux[b] < BLEND_FLUX * flux[a])  # an unknown flux may matter
        blended[a[matters]] = 1
    edge = np.minimum.reduce([x + 0.5, y + 0.5, nx - 0.5 - x, ny - 0.5 - y])
    return {**columns, "coadd_flux": flux, "blended": blended, "edge_px": edge}
