"""The object table of a consensus: columns, ids, units, and the names a person gave."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from lightledger.domain import LightledgerError
from lightledger.frames.catalogue import Catalogue
from lightledger.frames.visitcatalogue import VisitCatalogue

from .cataloguereference import rows_in_plane
from .crossmatch import from_tangent_plane, tangent_plane
from .objects import OWN, Columns
from .request import Target
from .sightings import Draft


def columns_of(
    draft: Draft,
    order: np.ndarray,
    centre: tuple[float, float],
    deepest: VisitCatalogue,
    given: Catalogue | None,
    names: list[str] | None,
) -> tuple[Columns, dict[str, str]]:
    """Columns of the objects and their units."""
    place = draft.place[order]
    nowhere = np.full(order.size, np.nan)
    ra, dec, x, y = nowhere, nowhere.copy(), nowhere.copy(), nowhere.copy()
    if math.isfinite(centre[0]):
        ra, dec = from_tangent_plane(place, *centre)
        fitted = _pixels_of(deepest, centre)
        if fitted is not None:
            x, y = (np.column_stack([place, np.ones(order.size)]) @ fitted).T
    else:
        x, y = place.T
    with np.errstate(invalid="ignore"):
        blended = draft.crowded[order] > 0.5 * np.maximum(draft.count[order], 1)
    ids = [name or f"I{i + 1}" for i, name in enumerate(names or [""] * order.size)]
    units = {"ra": "deg", "dec": "deg", "x": "pix", "y": "pix"}
    columns: Columns = {}
    if given is not None:
        ids, ra, dec = given.ids, given.ra, given.dec
        for key, column in given.columns.items():
            safe = f"{key}_catalogue" if key.lower() in OWN else key
            columns[safe] = column
            units[safe] = given.units.get(key, "")
    return {
        "id": np.array(_unique(ids), dtype=object),
        "ra": ra,
        "dec": dec,
        "x": x,
        "y": y,
        "blended": blended.astype(np.uint8),
        "visits_seen": draft.count[order].astype(np.int32),
        **columns,
    }, units


def _unique(ids: Sequence[str]) -> list[str]:
    """Names made for objects without an id may meet one: those get a number more."""
    taken: set[str] = set()
    out = []
    for name in ids:
        free, n = name, 2
        while free in taken:
            free, n = f"{name}-{n}", n + 1
        taken.add(free)
        out.append(free)
    return out


def _pixels_of(look: VisitCatalogue, centre: tuple[float, float]) -> np.ndarray | None:
    """Matrix (3, 2) from the plane to the pixels of a visit; None where it has none."""
    if look.x is None or look.y is None:
        return None
    plane = rows_in_plane(look, centre)
    pixels = np.column_stack([look.x, look.y])
    known = np.isfinite(plane).all(axis=1) & np.isfinite(pixels).all(axis=1)
    if known.sum() < 4:
        return None
    design = np.column_stack([plane[known], np.ones(known.sum())])
    return np.linalg.lstsq(design, pixels[known], rcond=None)[0]


def name_targets(
    columns: Columns, targets: Sequence[Target], tolerance: float, centre: tuple[float, float]
) -> tuple[Columns, tuple[str, ...]]:
    """Objects that a person named, under that name.

    Raises
    ------
    LightledgerError
        No object stands where one is named.
    """
    columns = {**columns, "id": columns["id"].copy()}
    names: list[str] = []
    for target in targets:
        if math.isfinite(target.x):
            away = np.hypot(columns["x"] - target.x, columns["y"] - target.y)
        elif math.isfinite(centre[0]):
            here = tangent_plane(np.array([target.ra_deg]), np.array([target.dec_deg]), *centre)
            there = tangent_plane(columns["ra"], columns["dec"], *centre)
            away = np.hypot(*(there - here).T)
        else:
            away = np.full(len(columns["id"]), np.nan)
        if not np.isfinite(away).any() or np.nanmin(away) > max(2.0, 2 * tolerance):
            raise LightledgerError(
                f"no object of the catalogues stands at target {target.name!r}",
                advice="check its coordinates; what no catalogue holds cannot be read from one",
            )
        i = int(np.nanargmin(away))
        name = target.name
        if name in columns["id"] and columns["id"][i] != name:
            name = f"{name}_target"
        columns["id"][i] = name
        names.append(name)
    return columns, tuple(names)


def units_of(looks: Sequence[VisitCatalogue]) -> dict[str, str]:
    """The unit of each measurement that most catalogues have."""
    found: dict[str, list[str]] = {}
    for look in looks:
        for name, unit in look.units.items():
            found.setdefault(name, []).append(unit)
    return {name: max(sorted(set(units)), key=units.count) for name, units in found.items()}
