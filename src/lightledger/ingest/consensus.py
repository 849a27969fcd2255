"""The objects of a field from the catalogues of its visits, or from a reference catalogue."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Catalogues,
    Control,
    LightledgerError,
    Problem,
    Progress,
    Report,
    counted,
    silent,
)
from lightledger.frames.catalogue import Catalogue, read_catalogue
from lightledger.frames.frame import Inventory
from lightledger.frames.visitcatalogue import VisitCatalogue, read_piece
from lightledger.frames.visitcolumns import ColumnMap
from lightledger.frames.visittables import CatalogueFrame

from .cataloguereference import MATCHED_ID, CatalogueReference, on_reference_pixels, rows_in_plane
from .consensuscolumns import columns_of, name_targets, units_of
from .crossmatch import neighbour_distance, scatter_of, tangent_plane, tolerance_from
from .request import Target
from .sightings import JUDGES, MOST_MOVED, Draft, choose_match, renumbered
from .survey import spread

#: Catalogues that the objects are made from.
LOOKS = 60
#: Smallest tolerance in pixels, where there is no sky.
LEAST_PX = 0.5


def frames_of(inventory: Inventory) -> list[CatalogueFrame]:
    """The catalogues of an inventory."""
    return [frame for frame in inventory.frames if isinstance(frame, CatalogueFrame)]


def look_at(
    frames: Sequence[CatalogueFrame],
    mapping: ColumnMap,
    most: int = LOOKS,
    control: Control | None = None,
    report: Report = silent,
) -> list[VisitCatalogue]:
    """Catalogues of some of the visits, spread over all; those that cannot be read are left out.

    Raises
    ------
    LightledgerError
        None of them can be read.
    """
    looks: list[VisitCatalogue] = []
    first: LightledgerError | None = None
    chosen = spread(frames, most)
    for n, frame in enumerate(chosen, 1):
        if control is not None:
            control.check()
        assert isinstance(frame, CatalogueFrame)
        try:
            looks.append(read_piece(frame.pieces[0], mapping, frame.visit, frame.band, frame.time))
        except LightledgerError as error:  # refused by name when it is matched
            first = first or LightledgerError(error.what, frame.name, error.advice)
        report(Progress("looking at the catalogues", n, len(chosen)))
    if not looks:
        raise first or LightledgerError("there is no catalogue to look at")
    return looks


def build(
    looks: Sequence[VisitCatalogue],
    settings: Catalogues,
    catalogue: str = "",
    targets: Sequence[Target] = (),
    field_name: str = "",
) -> CatalogueReference:
    """The objects, and how rows find them.

    Parameters
    ----------
    looks : sequence of VisitCatalogue
    settings : Catalogues
        What is asked for; what is left open is chosen from the data and said.
    catalogue : str
        Path of a reference catalogue; '': the positions of the visits.
    targets : sequence of Target

    Raises
    ------
    LightledgerError
        No positions and no ids, or the catalogue shows another field.
    """
    deepest = max(looks, key=_n_placed)
    sky = deepest.has_sky and settings.match != "pixel"
    if not sky and not _n_placed(deepest):
        raise LightledgerError(
            "no columns with positions in the catalogues",
            advice="name them ra and dec, or x and y, or map them with --map",
        )
    centre = _centre(deepest) if sky else (math.nan, math.nan)
    given = read_catalogue(Path(catalogue)) if catalogue else None
    start = _given_points(given, centre) if given else rows_in_plane(deepest, centre)
    tolerance, sigma = settings.tolerance, math.nan
    if not tolerance:
        tolerance, sigma = _tolerance(looks, start, centre, sky)
    draft = Draft(start, grows=given is None)
    seen = [draft.add(look, _in_plane(look, centre, start, sky), tolerance)
            for look in sorted(looks, key=_n_placed, reverse=True)]  # fmt: skip
    if given is not None and not draft.count.any():
        raise LightledgerError(
            f"none of the visits' rows lies at one of its {counted(len(given), 'object')}",
            Path(catalogue).name,
            "is it the catalogue of another field?",
        )
    problems = [] if given is None else list(given.problems)
    unit = "arcsec" if sky else "px"
    scatter = f" ({sigma:.2g} {unit} scatter)" if math.isfinite(sigma) else ""
    problems.append(_note(f"rows and objects within {tolerance:.3g} {unit} are one{scatter}"))
    keep, words = draft.kept(settings.seen_share, len(looks))
    problems += [_note(text) for text in words]
    order = np.flatnonzero(keep)
    if given is None:
        order = order[
            np.argsort(-np.nan_to_num(draft.brightness[order], nan=-np.inf), kind="stable")
        ]
    seen = [renumbered(s, order, draft.n) for s in seen]
    how, id_column, names, words = choose_match(seen, settings, sky, len(order))
    problems += [_note(text) for text in words]
    if given is not None and how == "id" and settings.match != "id":
        agree = np.mean([a == b for a, b in zip(names, given.ids, strict=True) if a] or [False])
        if agree < 1 - MOST_MOVED:
            how, id_column = ("sky" if sky else "pixel"), ""
            problems.append(_note("the visits' ids are not the catalogue's: position is used"))
    columns, units = columns_of(
        draft, order, centre, deepest, given, names if how == "id" else None
    )
    if how == "id":
        columns[MATCHED_ID] = np.array(names, dtype=object)
    columns, ids = name_targets(columns, targets, tolerance, centre)
    visits = counted(len(looks), "visit")
    source = f"catalogue {Path(catalogue).name}" if given else f"the positions of {visits}"
    first = looks[0]
    return CatalogueReference(
        source=source,
        objects=columns,
        units=units,
        how=how,
        id_column=id_column,
        tolerance=float(tolerance),
        value_units=units_of(looks),
        meanings={name: text for look in (*looks, first) for name, text in look.meanings.items()},
        field_name=field_name,
        field_ra_deg=centre[0],
        field_dec_deg=centre[1],
        targets=ids,
        problems=tuple(problems),
    )


def _note(text: str) -> Problem:
    return Problem(text, severity="note")


def _n_placed(look: VisitCatalogue) -> int:
    if look.has_sky:
        return int(np.isfinite(look.ra).sum())
    return 0 if look.x is None else int(np.isfinite(look.x).sum())


def _centre(look: VisitCatalogue) -> tuple[float, float]:
    known = np.isfinite(look.ra)
    angle = np.exp(1j * np.radians(look.ra[known])).mean()
    return float(np.degrees(np.angle(angle)) % 360.0), float(np.median(look.dec[known]))


def _given_points(given: Catalogue, centre: tuple[float, float]) -> np.ndarray:
    if math.isfinite(centre[0]) and given.has_sky:
        return tangent_plane(given.ra, given.dec, *centre)
    if given.x is not None and given.y is not None and not math.isfinite(centre[0]):
        return np.column_stack([given.x, given.y])
    raise LightledgerError(
        "the reference catalogue and those of the visits have no kind of position in common"
    )


def _in_plane(
    look: VisitCatalogue, centre: tuple[float, float], start: np.ndarray, sky: bool
) -> np.ndarray:
    rows = rows_in_plane(look, centre)
    if sky or (rows.shape == start.shape and np.array_equal(rows, start, equal_nan=True)):
        return rows
    try:
        return on_reference_pixels(look, rows, start)
    except LightledgerError:  # refused by name when it is matched
        return np.full_like(rows, np.nan)


def _tolerance(
    looks: Sequence[VisitCatalogue], start: np.ndarray, centre: tuple[float, float], sky: bool
) -> tuple[float, float]:
    """Farthest match and the scatter it comes from: the median of some visits'."""
    neighbour = neighbour_distance(start)
    reach = 0.5 * neighbour if math.isfinite(neighbour) else 10.0
    found = [
        scatter_of(_in_plane(look, centre, start, sky), start, reach) for look in looks[:JUDGES]
    ]
    sigmas = [s.sigma for s in found if s.n_pair >= 5 and s.sigma > 0]
    sigma = float(np.median(sigmas)) if sigmas else math.nan
    return tolerance_from(sigma, neighbour, *(() if sky else (LEAST_PX,))), sigma
