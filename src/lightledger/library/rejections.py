"""Rejected points and visits as slots of the light curves of one store."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import repeat

import numpy as np

from lightledger.domain import Flag
from lightledger.store.reader import StoreReader

from .journal import Journal

_NONE = np.empty(0, np.int64)


class Rejections:
    """Looks up what the journal rejects; ids that the store does not have are passed over."""

    def __init__(self, reader: StoreReader, journal: Journal) -> None:
        self._reader = reader
        self._journal = journal
        self._ids = tuple(reader.object_ids)
        self._rows: dict[str, int] = {}
        self._slot_of: dict[str, dict[str, int]] = {}

    def row_of(self, object_id: str) -> int:
        """Row of an object; -1 when this store does not have it (nothing near is looked for)."""
        return self._row_by_id().get(object_id, -1)

    def rows_of(self, object_ids: Sequence[str]) -> np.ndarray:
        """As `row_of` for many objects at once, int64 of shape (n,)."""
        found = map(self._row_by_id().get, object_ids, repeat(-1))
        return np.fromiter(found, np.int64, len(object_ids))

    def _row_by_id(self) -> dict[str, int]:
        if not self._rows:
            self._rows = dict(zip(self._ids, range(len(self._ids)), strict=True))
        return self._rows

    def _known(self, band: str) -> dict[str, int]:
        if band not in self._slot_of:
            visits = self._reader.visits(band)["visit"].tolist()
            self._slot_of[band] = {name: slot for slot, name in enumerate(visits)}
        return self._slot_of[band]

    def visit_slots(self, band: str) -> np.ndarray:
        """Slots of the visits rejected for all objects."""
        visits = self._journal.state.rejected_visits.get(band)
        if not visits:
            return _NONE
        known = self._known(band)
        return np.array(sorted(known[v] for v in visits if v in known), np.int64)

    def slots(self, index: int, band: str) -> np.ndarray:
        """Slots of one object that are rejected, by themselves or with their visit."""
        points = self._journal.state.rejected_points
        if not points:
            return self.visit_slots(band)
        own = points.get((self._ids[index], band), ())
        known = self._known(band)
        mine = [known[v] for v in own if v in known]
        if not mine:
            return self.visit_slots(band)
        return np.union1d(self.visit_slots(band), np.array(mine, np.int64))

    def mark(self, flags: np.ndarray, first: int, last: int, band: str) -> np.ndarray:
        """Flags of objects ``[first, last)`` with `Flag.REJECTED` set; a copy where needed."""
        whole = self.visit_slots(band)
        rows = {}
        for (name, of_band), visits in list(self._journal.state.rejected_points.items()):
            if of_band != band or not visits:
                continue
            index = self.row_of(name)
            if first <= index < last:
                rows[index - first] = self.slots(index, band)
        if whole.size == 0 and not rows:
            return flags
        marked = np.array(flags)
        marked[:, whole] |= np.uint16(Flag.REJECTED)
        for row, slots in rows.items():
            marked[row, slots] |= np.uint16(Flag.REJECTED)
        return marked
