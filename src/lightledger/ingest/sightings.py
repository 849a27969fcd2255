"""Rows of several visits that are the same object, and whether their ids say so too."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import Catalogues, LightledgerError
from lightledger.frames.visitcatalogue import VisitCatalogue

from .crossmatch import by_position, moved_share

#: Catalogues by which ids and scatter are judged.
JUDGES = 12
#: Ids that stand elsewhere in more than this part of the rows are not stable.
MOST_MOVED = 0.05
#: Rows of one catalogue nearer to each other than this part of the tolerance are one object.
SAME_PLACE = 0.2


@dataclass(frozen=True)
class Seen:
    """One catalogue looked at, its rows in the plane, and the object of each row (-1: none)."""

    catalogue: VisitCatalogue
    rows: np.ndarray
    object: np.ndarray


class Draft:
    """Objects while visits are added: mean positions, how often and how bright they were seen."""

    def __init__(self, start: np.ndarray, grows: bool) -> None:
        self._grows = grows
        self.place = start.copy() if not grows else np.empty((0, 2))
        self._zero(len(self.place))

    def _zero(self, n: int) -> None:
        self.sum = np.zeros((n, 2))
        self.count = np.zeros(n, np.int64)
        self.flux = np.zeros(n)
        self.n_flux = np.zeros(n, np.int64)
        self.crowded = np.zeros(n, np.int64)

    @property
    def n(self) -> int:
        return len(self.place)

    @property
    def brightness(self) -> np.ndarray:
        """Mean of the first measurement; nan where it never was one."""
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(self.n_flux > 0, self.flux / self.n_flux, np.nan)

    def add(self, look: VisitCatalogue, rows: np.ndarray, tolerance: float) -> Seen:
        """Count a catalogue's rows, given in the plane; those at no object become new ones."""
        matched = by_position(rows, self.place, tolerance)
        objects = np.full(len(rows), -1, np.int64)
        hit = np.flatnonzero(matched.row >= 0)
        objects[matched.row[hit]] = hit
        moved = rows - np.array(matched.shift)
        if self._grows:
            new = self._far(moved, objects, tolerance)
            objects[new] = self.n + np.arange(new.size)
            self._append(moved[new])
        found = objects >= 0
        who = objects[found]
        value = next(iter(look.values.values()))[found]
        finite = np.isfinite(value)
        np.add.at(self.sum, who, moved[found])
        np.add.at(self.count, who, 1)
        np.add.at(self.flux, who[finite], value[finite])
        np.add.at(self.n_flux, who[finite], 1)
        np.add.at(self.crowded, who, look.crowded[found])
        if self._grows:
            self.place = self.sum / np.maximum(self.count, 1)[:, None]
        return Seen(look, rows, objects)

    def _far(self, rows: np.ndarray, objects: np.ndarray, tolerance: float) -> np.ndarray:
        """Rows that stand at no object yet."""
        free = np.flatnonzero((objects < 0) & np.isfinite(rows).all(axis=1))
        pairs = cKDTree(rows[free]).query_pairs(SAME_PLACE * tolerance, output_type="ndarray")
        free = np.delete(free, np.unique(pairs.max(axis=1)) if len(pairs) else [])
        if not self.n or not free.size:
            return free
        apart, _ = cKDTree(self.place).query(rows[free], distance_upper_bound=tolerance)
        return free[~np.isfinite(apart)]

    def _append(self, places: np.ndarray) -> None:
        n, old = len(places), (self.sum, self.count, self.flux, self.n_flux, self.crowded)
        self._zero(self.n + n)
        for array, before in zip(
            (self.sum, self.count, self.flux, self.n_flux, self.crowded), old, strict=True
        ):
            array[: len(before)] = before
        self.place = np.concatenate([self.place, places])

    def kept(self, share: float, n_look: int) -> tuple[np.ndarray, list[str]]:
        """Which objects count, and what to say of the others."""
        if not self._grows:
            never = int((self.count == 0).sum())
            words = [f"{never} of {self.n} objects are in none of the {n_look} visits looked at"]
            return np.ones(self.n, bool), words if never else []
        least = 1 if n_look < 3 else max(2, math.ceil(share * n_look))
        keep = self.count >= least
        if not keep.any():
            keep, least = self.count > 0, 1
        gone = int((~keep).sum())
        words = [f"{gone:,} positions in fewer than {least} of {n_look} visits are no objects"]
        return keep, words if gone else []


def renumbered(seen: Seen, order: np.ndarray, n: int) -> Seen:
    """With the numbers that objects have once ``order`` of all ``n`` are kept."""
    place = np.full(n + 1, -1, np.int64)
    place[order] = np.arange(order.size)
    return replace(seen, object=place[seen.object])


def choose_match(
    seen: Sequence[Seen], settings: Catalogues, sky: bool, n_object: int
) -> tuple[str, str, list[str], list[str]]:
    """How to match, the column of ids, the id of each object, and what to say.

    Raises
    ------
    LightledgerError
        Ids are asked for and there are none.
    """
    words: list[str] = []
    position = "sky" if sky else "pixel"
    candidates = list(dict.fromkeys(c for s in seen for c in s.catalogue.id_columns))
    if settings.match in ("sky", "pixel") or len(seen) < 2:
        return position, "", [], words
    for column in candidates:
        share = _moved(seen[:JUDGES], column)
        if share <= MOST_MOVED or settings.match == "id":
            words.append(
                f"ids of {column} stay with their positions in {1 - share:.1%} of the rows"
            )
            return "id", column, _names(seen, column, n_object), words
        words.append(
            f"{column} is no stable id: in {share:.0%} of the rows it stands at another place"
        )
    if settings.match == "id":
        raise LightledgerError("the catalogues have no ids", advice="map them: --map id=COLUMN")
    return position, "", [], words


def _moved(seen: Sequence[Seen], column: str) -> float:
    names, objects = _pairs(seen, column)
    return moved_share(names, objects)


def _pairs(seen: Sequence[Seen], column: str) -> tuple[list[str], np.ndarray]:
    names: list[str] = []
    objects: list[np.ndarray] = []
    for one in seen:
        ids = one.catalogue.ids(column) or [""] * one.catalogue.n_row
        found = np.flatnonzero(one.object >= 0)
        names += [ids[k] for k in found]
        objects.append(one.object[found])
    return names, np.concatenate([np.empty(0, np.int64), *objects])


def _names(seen: Sequence[Seen], column: str, n_object: int) -> list[str]:
    """The id that most rows at each object carry; '' where none does, none twice."""
    names, objects = _pairs(seen, column)
    found = [""] * n_object
    if not names:
        return found
    texts, codes = np.unique(np.array(names, dtype="U"), return_inverse=True)
    pairs, counts = np.unique(np.column_stack([objects, codes]), axis=0, return_counts=True)
    taken: set[str] = set()
    for k in np.argsort(-counts, kind="stable"):
        i, text = int(pairs[k, 0]), str(texts[pairs[k, 1]])
        if text and not found[i] and text not in taken:
            found[i] = text
            taken.add(text)
    return found
