"""What a row per object is made of: records of a measurement, positions of a band."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from lightledger.domain import Control, Flag, parse_measurement, record_dtype

from .layout import position_path, record_path
from .merge import BandPlan
from .past import Damage, Past
from .staged import StagedVisit

_OLD_READ = 8 << 20


class Rows:
    """One dataset with a row per object: where its visits come from.

    Parameters
    ----------
    plan : BandPlan
    path : str
        The dataset, also in the previous store.
    row : numpy.dtype
        The row as stored.
    previous : Past or None

    Attributes
    ----------
    sources : list of (StagedVisit, int)
        Staged visits that have it, and their columns.
    sums : dict of int to list of int
        Running CRC-32 of the staged planes, by column.
    """

    def __init__(self, plan: BandPlan, path: str, row: np.dtype, previous: Past | None) -> None:
        self.plan = plan
        self.path = path
        self.row = row
        self._old = previous if previous is not None and previous.has(path) else None
        self.sources = [(s, column) for s, column in plan.staged if self.has(s)]
        self.sums = {column: [0] * len(self.parts()) for _, column in self.sources}

    @property
    def used_bytes(self) -> int:
        """Bytes of a row before its padding."""
        return self.plan.n_visit * sum(np.dtype(dtype).itemsize for _, dtype in self.parts())

    def parts(self) -> Sequence[tuple[str, str]]:
        """Name and dtype of each plane of a row."""
        raise NotImplementedError

    def has(self, staged: StagedVisit) -> bool:
        raise NotImplementedError

    def offsets(self, staged: StagedVisit) -> Sequence[int]:
        """Offsets of the planes in a staged file."""
        raise NotImplementedError

    def expected(self, staged: StagedVisit) -> Sequence[int]:
        """CRC-32 of the planes of a staged file."""
        raise NotImplementedError

    def missing(self, part: str) -> Any:
        """What a slot without a source holds."""
        raise NotImplementedError

    def part(self, rows: np.ndarray, part: str) -> np.ndarray:
        """Plane (n_row, n_visit) of a part, a view into ``rows``."""
        return rows[part] if rows.dtype.names else rows

    def fill_missing(self, out: np.ndarray, first: int) -> None:
        """Fill the visits that have no source."""
        covered = np.zeros(self.plan.n_visit, bool)
        covered[[column for _, column in self.sources]] = True
        if self._old is not None:
            covered[self.plan.old_to] = True
        if not covered.all():
            self._blank(out, first, np.flatnonzero(~covered))

    def _blank(self, out: np.ndarray, first: int, columns: np.ndarray) -> None:
        for part, _ in self.parts():
            self.part(out, part)[:, columns] = self.missing(part)

    def carry_over(
        self, out: np.ndarray, first: int, damage: Damage, control: Control
    ) -> list[int]:
        """Copy the visits of the past; returns the rows that were damaged there."""
        if self._old is None:
            return []
        source, target = as_slice(self.plan.old_from), as_slice(self.plan.old_to)
        # Objects added since have no past.
        n_old = min(max(len(self._old.object_ids) - first, 0), len(out))
        if n_old < len(out):
            for part, _ in self.parts():
                self.part(out, part)[n_old:, target] = self.missing(part)
        damaged = []
        at_once = max(_OLD_READ // self.row.itemsize, 1)
        for start in range(0, n_old, at_once):
            control.check()
            n = min(at_once, n_old - start)
            old, bad = self._old.rows(self.path, first + start, n)
            for part, _ in self.parts():
                new = self.part(out[start : start + n], part)
                new[:, target] = self.part(old, part)[:, source]
            damaged += [start + row for row in bad]
        if damage == "blank":
            for row in damaged:
                self._blank(out[row : row + 1], first + row, self.plan.old_to)
        return damaged


class RecordRows(Rows):
    """Records of one measurement."""

    def __init__(self, plan: BandPlan, measurement: str, previous: Past | None) -> None:
        self.measurement = measurement
        self.within_band = parse_measurement(measurement).within_band
        super().__init__(plan, record_path(measurement), record_dtype(plan.n_visit), previous)

    def parts(self) -> Sequence[tuple[str, str]]:
        return (("value", "<f4"), ("error", "<f4"), ("flags", "<u2"))

    def has(self, staged: StagedVisit) -> bool:
        return self.within_band in staged.measurements

    def offsets(self, staged: StagedVisit) -> Sequence[int]:
        return staged.offsets(self.within_band)

    def expected(self, staged: StagedVisit) -> Sequence[int]:
        return staged.sums(self.within_band)

    def missing(self, part: str) -> Any:
        return np.uint16(Flag.NOT_FINITE) if part == "flags" else np.float32(np.nan)


class PositionRows(Rows):
    """One plane of positions or coverage of a band."""

    def __init__(
        self,
        plan: BandPlan,
        plane: str,
        previous: Past | None,
        objects: dict[str, np.ndarray],
    ) -> None:
        self.plane = plane
        self._objects = objects
        row = np.dtype(("<f4", (plan.n_visit,)))
        super().__init__(plan, position_path(plan.band, plane), row, previous)

    def parts(self) -> Sequence[tuple[str, str]]:
        return ((self.plane, "<f4"),)

    def has(self, staged: StagedVisit) -> bool:
        return self.plane in staged.planes

    def offsets(self, staged: StagedVisit) -> Sequence[int]:
        return (staged.plane_offset(self.plane),)

    def expected(self, staged: StagedVisit) -> Sequence[int]:
        return (staged.plane_sum(self.plane),)

    def missing(self, part: str) -> Any:
        return np.float32(np.nan)

    def _blank(self, out: np.ndarray, first: int, columns: np.ndarray) -> None:
        if self.plane not in "xy" or not {"x", "y"} <= set(self._objects):
            super()._blank(out, first, columns)
            return
        # Positions that were not staged follow from the visits' transforms.
        x, y = (self._objects[name][first : first + len(out)] for name in "xy")
        row = self.plan.visits["transform"][columns, "xy".index(self.plane)]
        out[:, columns] = np.outer(x, row[:, 0]) + np.outer(y, row[:, 1]) + row[:, 2]


def as_slice(indices: np.ndarray) -> Any:
    """Consecutive indices as a slice: numpy copies those in one go."""
    if indices.size and np.array_equal(indices, np.arange(indices[0], indices[0] + indices.size)):
        return slice(int(indices[0]), int(indices[0]) + indices.size)
    return indices
