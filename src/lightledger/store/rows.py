"""What a row per object is made of: records of a measurement, positions of a band."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, Future, wait
from typing import Any

import numpy as np

from lightledger.domain import Control, Flag, parse_measurement, record_dtype

from .layout import position_path, record_path
from .merge import BandPlan
from .past import Damage, Past
from .staged import StagedVisit

#: Bytes of the past read at a time, and how many such pieces may wait to be copied.
_OLD_READ, _IN_HAND = 8 << 20, 3


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
        self, out: np.ndarray, first: int, damage: Damage, pool: Executor, control: Control
    ) -> list[int]:
        """Copy the visits of the past; returns the rows that were damaged there.

        They are read here, in order, and copied by the pool.
        """
        if self._old is None:
            return []
        runs = runs_of(self.plan.old_from, self.plan.old_to)
        n_old = min(max(len(self._old.object_ids) - first, 0), len(out))
        self._blank(out[n_old:], first + n_old, self.plan.old_to)  # objects added since

        def copy(start: int, old: np.ndarray, bad: list[int]) -> None:
            new = out[start : start + len(old)]
            for part, _ in self.parts():
                there, here = self.part(old, part), self.part(new, part)
                for source, target in runs:
                    here[:, target] = there[:, source]
            if damage == "blank":
                for row in bad:
                    self._blank(new[row : row + 1], first + start + row, self.plan.old_to)

        damaged: list[int] = []
        copying: deque[Future] = deque()
        at_once = max(_OLD_READ // self.row.itemsize, 1)
        try:
            for start in range(0, n_old, at_once):
                control.check()
                old, bad = self._old.rows(self.path, first + start, min(at_once, n_old - start))
                damaged += [start + row for row in bad]
                copying.append(pool.submit(copy, start, old, bad))
                if len(copying) > _IN_HAND:
                    copying.popleft().result()
            for future in copying:
                future.result()
        finally:
            settle(copying)
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


def runs_of(source: np.ndarray, target: np.ndarray) -> list[tuple[slice, slice]]:
    """Pairs of equally long slices: numpy copies what is consecutive in one go."""
    if not source.size:
        return []
    breaks = np.flatnonzero((np.diff(source) != 1) | (np.diff(target) != 1)) + 1
    starts, ends = [0, *breaks.tolist()], [*breaks.tolist(), source.size]
    return [
        (slice(s := int(source[i]), s + j - i), slice(t := int(target[i]), t + j - i))
        for i, j in zip(starts, ends, strict=True)
    ]


def settle(futures: Iterable[Future]) -> None:
    """Cancel what has not begun and wait for the rest: nothing touches the file afterwards."""
    for future in futures:
        future.cancel()
    wait(futures)
