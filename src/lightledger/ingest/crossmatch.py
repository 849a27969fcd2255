"""Rows of a visit's catalogue to objects: by id or by position, every row counted once.

Positions are points in a plane: arcsec in a tangent plane, or pixels of the reference visit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import LightledgerError

#: Arcsec in a radian.
_ARCSEC = 180.0 / math.pi * 3600.0
#: A match farther than this many times the scatter of the matches is none.
TOLERANCE_SIGMA = 10.0
#: ... but this is always allowed, arcsec: rounding and pixels a fifth off.
LEAST_TOLERANCE = 0.3
#: ... and never more than this part of the distance to the next object.
MOST_OF_NEIGHBOUR = 0.4
#: From the median of distances to the scatter of one coordinate (Rayleigh).
_RAYLEIGH = 1.1774
#: Fewer common objects tell nothing of a shift.
_FEWEST = 3


@dataclass(frozen=True)
class Matched:
    """Which row is which object.

    ``n_row = n_matched + n_unmatched + n_duplicate``.

    Attributes
    ----------
    row : ndarray of int64, shape (n_object,)
        -1: not in the catalogue.
    ambiguous : ndarray of bool, shape (n_object,)
        Another object or another row was in reach too, or an id stands at another place.
    n_row, n_unmatched, n_duplicate : int
        Rows; of no object; of an object that another row stands for (closer, or earlier).
    rms : float
        Of the distances, in units of the plane; nan when matched by id without positions.
    shift : tuple of float
        Taken off the rows' positions.
    how : str
        'id', 'sky' or 'pixel'.
    """

    row: np.ndarray
    ambiguous: np.ndarray
    n_row: int
    n_unmatched: int
    n_duplicate: int
    rms: float = math.nan
    shift: tuple[float, float] = (0.0, 0.0)
    how: str = "sky"

    @property
    def n_matched(self) -> int:
        return int((self.row >= 0).sum())

    @property
    def n_ambiguous(self) -> int:
        return int(self.ambiguous.sum())

    @property
    def in_words(self) -> str:
        return (
            f"rows {self.n_row} matched {self.n_matched} unmatched {self.n_unmatched} "
            f"duplicate {self.n_duplicate} ambiguous {self.n_ambiguous}"
        )


def tangent_plane(ra: np.ndarray, dec: np.ndarray, ra0: float, dec0: float) -> np.ndarray:
    """Arcsec (east, north) around a centre, shape (n, 2); nan beyond 80 degrees.

    Gnomonic projection (Calabretta & Greisen 2002, A&A 395, 1077, section 5.1.3).
    """
    a, d, d0 = np.radians(ra - ra0), np.radians(dec), math.radians(dec0)
    cos = math.sin(d0) * np.sin(d) + math.cos(d0) * np.cos(d) * np.cos(a)
    with np.errstate(invalid="ignore", divide="ignore"):
        cos = np.where(cos > 0.17, cos, np.nan)
        east = np.cos(d) * np.sin(a) / cos
        north = (math.cos(d0) * np.sin(d) - math.sin(d0) * np.cos(d) * np.cos(a)) / cos
    return np.column_stack([east, north]) * _ARCSEC


def from_tangent_plane(points: np.ndarray, ra0: float, dec0: float) -> tuple[np.ndarray, ...]:
    """RA and Dec (degrees) of `tangent_plane`'s points."""
    x, y = points.T / _ARCSEC
    d0 = math.radians(dec0)
    below = math.cos(d0) - y * math.sin(d0)
    ra = ra0 + np.degrees(np.arctan2(x, below))
    dec = np.degrees(np.arctan2(math.sin(d0) + y * math.cos(d0), np.hypot(x, below)))
    return ra % 360.0, dec


def neighbour_distance(points: np.ndarray) -> float:
    """Tenth percentile of the distances to the nearest other point; inf for fewer than two."""
    points = points[np.isfinite(points).all(axis=1)]
    if len(points) < 2:
        return math.inf
    return float(np.percentile(cKDTree(points).query(points, k=2)[0][:, 1], 10))


@dataclass(frozen=True)
class Scatter:
    """How two lists of the same places differ: common shift, sigma of one coordinate, pairs."""

    shift: tuple[float, float]
    sigma: float
    n_pair: int


def scatter_of(rows: np.ndarray, objects: np.ndarray, reach: float) -> Scatter:
    """Shift (rows - objects) and scatter of the pairs nearest to each other within ``reach``."""
    rows = rows[np.isfinite(rows).all(axis=1)]
    objects = objects[np.isfinite(objects).all(axis=1)]
    if not len(rows) or not len(objects):
        return Scatter((0.0, 0.0), math.nan, 0)
    tree = cKDTree(objects)
    shift, sigma, n = np.zeros(2), math.nan, 0
    for _ in range(3):
        apart, nearest = tree.query(rows - shift, distance_upper_bound=reach)
        found = np.isfinite(apart)
        n = int(found.sum())
        if n < _FEWEST:
            break
        away = rows[found] - objects[nearest[found]]
        shift = np.median(away, axis=0)
        distance = np.hypot(*(away - shift).T)
        sigma = float(np.median(distance)) / _RAYLEIGH
        reach = min(reach, max(10.0 * sigma, 1e-3))
    return Scatter((float(shift[0]), float(shift[1])), sigma, n)


def tolerance_from(sigma: float, neighbour: float, least: float = LEAST_TOLERANCE) -> float:
    """Farthest match: `TOLERANCE_SIGMA` of the scatter, within what neighbours allow."""
    wanted = max(TOLERANCE_SIGMA * sigma, least) if math.isfinite(sigma) else 5 * least
    return min(wanted, MOST_OF_NEIGHBOUR * neighbour)


def by_position(
    rows: np.ndarray, objects: np.ndarray, tolerance: float, how: str = "sky"
) -> Matched:
    """Match rows to objects that are each other's nearest within the tolerance.

    Parameters
    ----------
    rows, objects : ndarray of float64, shapes (n_row, 2), (n_object, 2)
        Rows without a position (nan) count as unmatched.
    tolerance : float
        In units of the plane, after the common shift of all rows is taken off.
    """
    n_row, n_object = len(rows), len(objects)
    row = np.full(n_object, -1, np.int64)
    ambiguous = np.zeros(n_object, bool)
    known = np.flatnonzero(np.isfinite(rows).all(axis=1))
    placed = np.flatnonzero(np.isfinite(objects).all(axis=1))
    if not known.size or not placed.size:
        return Matched(row, ambiguous, n_row, n_row, 0, how=how)
    shift = scatter_of(rows[known], objects[placed], 5.0 * tolerance).shift
    tree = cKDTree(objects[placed])
    apart, nearest = tree.query(rows[known] - shift, k=2, distance_upper_bound=tolerance)
    near = np.isfinite(apart[:, 0])
    where, who, what = apart[near, 0], placed[nearest[near, 0]], known[near]
    order = np.argsort(where, kind="stable")
    objects_hit, first = np.unique(who[order], return_index=True)
    row[objects_hit] = what[order][first]
    hits = np.bincount(who, minlength=n_object)
    ambiguous |= hits > 1
    torn = np.isfinite(apart[near, 1])
    ambiguous[who[torn]] = True
    ambiguous &= row >= 0
    hit = where[order][first]
    rms = float(np.sqrt(np.mean(hit**2))) if hit.size else math.nan
    n_duplicate = int(near.sum()) - objects_hit.size
    return Matched(row, ambiguous, n_row, n_row - int(near.sum()), n_duplicate, rms, shift, how)


def by_id(
    ids: Sequence[str],
    index: Mapping[str, int],
    rows: np.ndarray,
    objects: np.ndarray,
    tolerance: float,
) -> Matched:
    """Match rows to objects by their ids; the first of rows with the same id counts.

    Rows that stand farther from their object than the tolerance (after the common shift) are
    used and called ambiguous.
    """
    row = np.full(len(objects), -1, np.int64)
    n_unmatched = n_duplicate = 0
    for k, text in enumerate(ids):
        i = index.get(text, -1) if text else -1
        if i < 0:
            n_unmatched += 1
        elif row[i] >= 0:
            n_duplicate += 1
        else:
            row[i] = k
    ambiguous = np.zeros(len(objects), bool)
    found = np.flatnonzero(row >= 0)
    away = rows[row[found]] - objects[found]
    known = np.isfinite(away).all(axis=1)
    shift, rms = np.zeros(2), math.nan
    if known.any():
        shift = np.median(away[known], axis=0)
        distance = np.hypot(*(away - shift).T)
        ambiguous[found[known & (distance > tolerance)]] = True
        near = distance[known & (distance <= tolerance)]
        rms = float(np.sqrt(np.mean(near**2))) if near.size else math.nan
    return Matched(
        row,
        ambiguous,
        len(ids),
        n_unmatched,
        n_duplicate,
        rms,
        (float(shift[0]), float(shift[1])),
        "id",
    )


def moved_share(names: Sequence[str], objects: np.ndarray) -> float:
    """Part of the rows whose id stands, most often, at another object; 1 without any id.

    Parameters
    ----------
    names : sequence of str
        Ids of rows of several visits, '' where there is none.
    objects : ndarray of int
        The object at the place of each row.
    """
    filled = np.array([bool(name) for name in names], bool)
    if not filled.any():
        return 1.0
    _, codes = np.unique(np.array(names, dtype="U")[filled], return_inverse=True)
    pairs, counts = np.unique(np.column_stack([codes, objects[filled]]), axis=0, return_counts=True)
    kept = np.zeros(codes.max() + 1)
    np.maximum.at(kept, pairs[:, 0], counts)
    # Neither may one place carry several ids.
    taken = np.zeros(int(pairs[:, 1].max()) + 1)
    np.maximum.at(taken, pairs[:, 1], counts)
    agree = min(kept.sum(), taken.sum())
    return float(1.0 - agree / len(names))


def no_match(n_matched: int, n_row: int, n_object: int) -> LightledgerError | None:
    """Why a visit is refused: hardly any of its rows is an object of the field."""
    if n_matched >= max(1, math.ceil(0.1 * min(n_row, n_object))):
        return None
    return LightledgerError(
        f"only {n_matched} of its {n_row} rows are among the {n_object:,} objects (another field?)",
        advice="give a larger tolerance in the recipe, or leave it out",
    )
