"""Zero points of an open field: as published, or solved anew with what a person changed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lightledger.analysis.zeropoints import solve_zero_points
from lightledger.domain import Flag, ZeroPoints, parse_measurement
from lightledger.store.reader import StoreReader

from .journal import Journal
from .rejections import Rejections
from .state import State


class Ensembles:
    """Zero points by measurement, solved again when the journal says so.

    The stars are those of the store, with a person's additions and without her removals; a
    rejected point of a comparison star does not enter, a rejected visit does not set the
    reference. Solving takes a fraction of a second and is kept until the next act.
    """

    def __init__(self, reader: StoreReader, journal: Journal, rejections: Rejections) -> None:
        self._reader = reader
        self._journal = journal
        self._rejections = rejections
        self._solved: dict[str, tuple[int, ZeroPoints]] = {}
        self._published: dict[str, ZeroPoints] = {}
        self._lock = threading.RLock()

    def stored(self, measurement: str) -> ZeroPoints:
        """As published; the same object every time."""
        with self._lock:
            if measurement not in self._published:
                self._published[measurement] = self._reader.zero_points(measurement)
            return self._published[measurement]

    def zero_points(self, measurement: str) -> ZeroPoints:
        with self._lock:
            revision = self._journal.revision
            kept = self._solved.get(measurement)
            if kept is not None and kept[0] == revision:
                return kept[1]
            zero = self._solve(measurement)
            self._solved[measurement] = (revision, zero)
            return zero

    def _solve(self, measurement: str) -> ZeroPoints:
        stored = self.stored(measurement)
        state = self._journal.state
        band = parse_measurement(measurement).band
        added, removed = self._rows(state.comparison_added), self._rows(state.comparison_removed)
        rows = np.union1d(stored.member, np.array(added, np.int64)).astype(np.int64)
        rows = rows[~np.isin(rows, removed)]
        if np.array_equal(rows, stored.member) and not self._touched(state, band, rows):
            return stored
        if rows.size == 0:
            return ZeroPoints.none(stored.factor.size)
        value, error, flags = (plane[rows] for plane in self._reader.planes(measurement))
        flags = np.array(flags)
        for place, row in enumerate(rows):
            flags[place, self._rejections.slots(int(row), band)] |= np.uint16(Flag.REJECTED)
        usual = np.ones(stored.factor.size, bool)
        whole = self._rejections.visit_slots(band)
        usual[whole] = False
        # A rejected visit still gets a factor, from points that are not rejected themselves.
        flags[:, whole] &= ~np.uint16(Flag.REJECTED)
        zero = solve_zero_points(value, error, flags, np.arange(rows.size), visits=usual)
        return replace(zero, member=rows[zero.member])

    def _touched(self, state: State, band: str, rows: np.ndarray) -> bool:
        if state.rejected_visits.get(band):
            return True
        return any(self._rejections.slots(int(row), band).size for row in rows)

    def _rows(self, ids: set[str]) -> list[int]:
        """Rows of the ids that this store (still) has."""
        rows = map(self._rejections.row_of, sorted(ids))
        return [row for row in rows if row >= 0]


def compared_with(zero: ZeroPoints, row: int, ids: Sequence[str]) -> tuple[float, str]:
    """Summed flux of the comparison stars but the object itself, and their name."""
    others = zero.member != row
    if not others.any():
        return float("nan"), "na"
    stars = zero.member[others]
    name = ids[int(stars[0])] if stars.size == 1 else "ENSEMBLE"
    return float(zero.reference[others].sum()), name
