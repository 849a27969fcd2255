"""Rows of a table that came from elsewhere as objects of a field: by id, or by position."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lightledger.domain import Control, LightledgerError
from lightledger.frames.catalogue import id_texts, sky_positions
from lightledger.frames.catalogue_columns import id_candidates
from lightledger.frames.tables import Table
from lightledger.frames.visitcatalogue import best_table

from .cone import Cone

if TYPE_CHECKING:
    from .field import Field

_ARCSEC = np.degrees(1.0) * 3600


@dataclass(frozen=True)
class Arrived:
    """Which row of a table is which object.

    Attributes
    ----------
    objects : ndarray of int64, shape (n_row,)
        Row of the catalogue; -1: none. Several rows may be one object.
    n_by_id : int
        Rows matched by their id; the others by position.
    """

    objects: np.ndarray
    n_by_id: int = 0

    @property
    def n_matched(self) -> int:
        """Rows that are an object."""
        return int(np.count_nonzero(self.objects >= 0))

    def words(self, radius_arcsec: float) -> str:
        """Counts for a person, such as '12 of 20 rows are objects here, by id'."""
        n, n_object = self.n_matched, np.unique(self.objects[self.objects >= 0]).size
        by_place = f"within {radius_arcsec:g} arcsec"
        how = "by id" if self.n_by_id else by_place
        if 0 < self.n_by_id < n:
            how = f"{self.n_by_id:,} by id, {n - self.n_by_id:,} {by_place}"
        same = f" ({n_object:,} different ones)" if n_object < n else ""
        return f"{n:,} of {self.objects.size:,} rows are objects here{same}, {how}"


def match_file(
    field: Field, path: Path, radius_arcsec: float, control: Control | None = None
) -> Arrived:
    """Match the rows of a file.

    Where a row has an id and a position, the id counts only if the position agrees: numbers of
    another catalogue are not ours.

    Raises
    ------
    LightledgerError
        No table, or one with neither ids nor positions.
    """
    table = best_table(path)
    if control is not None:
        control.check()
    return match_table(field, table, radius_arcsec)


def match_table(field: Field, table: Table, radius_arcsec: float) -> Arrived:
    """Match the rows of a table; see `match_file`.

    Raises
    ------
    LightledgerError
        It has neither positions nor ids.
    """
    guesses: dict[str, str] = {}
    ra, dec = sky_positions(table, guesses)
    placed = np.isfinite(ra) & np.isfinite(dec)
    by_id = _by_id(field, table)
    if not placed.any() and not (by_id >= 0).any():
        names = ", ".join(list(table.columns)[:12])
        raise LightledgerError(
            "the table has neither positions nor ids of objects here", advice=f"it has {names}"
        )
    known = by_id >= 0
    both = known & placed & np.isfinite(field.ra_deg)[by_id]
    there = by_id[both]
    apart = _distance(ra[both], dec[both], field.ra_deg[there], field.dec_deg[there])
    known[np.flatnonzero(both)[apart > radius_arcsec]] = False
    objects = np.where(known, by_id, -1)
    rest = np.flatnonzero(placed & ~known)
    objects[rest] = _nearest(field, ra[rest], dec[rest], radius_arcsec)
    return Arrived(objects, int(np.count_nonzero(known)))


def nearest(field: Field, ra_deg: float, dec_deg: float) -> tuple[int, float]:
    """The object nearest to a place, and its distance in arcsec; (-1, inf) where none has one."""
    distance = Cone(ra_deg, dec_deg, 0.0).distances(field.ra_deg, field.dec_deg)
    if not np.isfinite(distance).any():
        return -1, float("inf")
    row = int(np.nanargmin(distance))
    return row, float(distance[row])


def _by_id(field: Field, table: Table) -> np.ndarray:
    """Objects by the column whose texts are ids here most often, as they stand or as we make
    ids of running numbers."""
    index = {ident: row for row, ident in enumerate(field.object_ids)}
    best = np.full(table.n_rows, -1, np.int64)
    every = np.ones(table.n_rows, bool)
    for name in id_candidates(table):
        texts = id_texts(table.columns[name], every)
        if texts is None:
            continue
        rows = np.array([index.get(text, -1) for text in texts], np.int64)
        if np.count_nonzero(rows >= 0) > np.count_nonzero(best >= 0):
            best = rows
    return best


def _nearest(field: Field, ra: np.ndarray, dec: np.ndarray, radius_arcsec: float) -> np.ndarray:
    """The nearest object of each place within the radius, -1 for none."""
    from scipy.spatial import cKDTree

    (placed,) = np.nonzero(np.isfinite(field.ra_deg) & np.isfinite(field.dec_deg))
    if not placed.size or not ra.size:
        return np.full(ra.size, -1, np.int64)
    tree = cKDTree(_vectors(field.ra_deg[placed], field.dec_deg[placed]))
    chord = 2 * np.sin(radius_arcsec / _ARCSEC / 2)
    distance, which = tree.query(_vectors(ra, dec), distance_upper_bound=chord * (1 + 1e-9))
    found = np.isfinite(distance)
    return np.where(found, placed[np.where(found, which, 0)], -1)


def _vectors(ra_deg: np.ndarray, dec_deg: np.ndarray) -> np.ndarray:
    ra, dec = np.radians(ra_deg), np.radians(dec_deg)
    return np.column_stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])


def _distance(
    ra: np.ndarray, dec: np.ndarray, other_ra: np.ndarray, other_dec: np.ndarray
) -> np.ndarray:
    """arcsec."""
    chord = np.linalg.norm(_vectors(ra, dec) - _vectors(other_ra, other_dec), axis=1)
    return 2 * np.arcsin(np.clip(chord / 2, 0, 1)) * _ARCSEC
