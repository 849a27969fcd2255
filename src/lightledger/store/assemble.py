"""Turn visit-major sources into object-major records, a block of objects at a time."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import Any

import numpy as np

from lightledger.domain import Control, Flag, parse_measurement, record_dtype

from .diskio import PositionedFile, crc32
from .layout import position_path, record_path
from .merge import BandPlan
from .reader import StoreReader
from .staged import StagedVisit

#: Visits turned at once: their planes of one tile of objects stay in the processor's cache.
GROUP = 64
_TILE = 512
_OLD_READ = 8 << 20


class Block:
    """One dataset's rows (one per object) under construction.

    Parameters
    ----------
    plan : BandPlan
    path : str
        The dataset, also in the previous store.
    row : numpy.dtype
        The row as stored.
    previous : StoreReader or None
    """

    def __init__(
        self,
        plan: BandPlan,
        path: str,
        row: np.dtype,
        previous: StoreReader | None,
    ) -> None:
        self.plan = plan
        self.path = path
        self.row = row
        self._old = previous if previous is not None and previous.has(path) else None
        self.sources = [(s, column) for s, column in plan.staged if self._has(s)]
        self._sums = {column: [0] * len(self._parts()) for _, column in self.sources}

    # What a row is made of; positions differ from records only here.

    def _parts(self) -> Sequence[tuple[str, str]]:
        raise NotImplementedError

    def _has(self, staged: StagedVisit) -> bool:
        raise NotImplementedError

    def _offsets(self, staged: StagedVisit) -> Sequence[int]:
        raise NotImplementedError

    def _expected(self, staged: StagedVisit) -> Sequence[int]:
        raise NotImplementedError

    def _missing(self, part: str) -> Any:
        raise NotImplementedError

    def _fill_missing(self, out: np.ndarray, first: int, columns: np.ndarray) -> None:
        """Fill the visits that have no source."""
        for part, _ in self._parts():
            self._part(out, part)[:, columns] = self._missing(part)

    def _part(self, rows: np.ndarray, part: str) -> np.ndarray:
        """Plane (n_row, n_visit) of a part, a view into ``rows``."""
        return rows[part] if rows.dtype.names else rows

    def fill(self, out: np.ndarray, first: int, pool: Executor, control: Control) -> list[int]:
        """Fill ``out`` with the rows of objects from ``first`` on.

        Returns
        -------
        list of int
            Rows of ``out`` whose part from the previous store fails its checksum.

        Raises
        ------
        StagedDamage
            A staged file fails its checksum (known once its last object was read).
        """
        covered = np.zeros(self.plan.n_visit, bool)
        covered[[column for _, column in self.sources]] = True
        if self._old is not None:
            covered[self.plan.old_to] = True
        if not covered.all():
            self._fill_missing(out, first, np.flatnonzero(~covered))

        groups = [self.sources[i : i + GROUP] for i in range(0, len(self.sources), GROUP)]
        running = [pool.submit(self._turn, group, out, first, control) for group in groups]
        try:
            damaged = self._carry_over(out, first, control)
            for turned in running:
                turned.result()
        finally:
            for turned in running:
                turned.cancel()
        return damaged

    def _turn(
        self,
        group: Sequence[tuple[StagedVisit, int]],
        out: np.ndarray,
        first: int,
        control: Control,
    ) -> None:
        """Read the planes of some visits and write them as columns of ``out``."""
        n = len(out)
        parts = self._parts()
        # Rows of uneven length: with a power of two they would fall on the same cache lines.
        planes = [np.empty((len(group), n + 17), dtype) for _, dtype in parts]
        for row, (staged, column) in enumerate(group):
            control.check()
            try:
                with PositionedFile(staged.path) as file:
                    for plane, offset in zip(planes, self._offsets(staged), strict=True):
                        file.read_into(plane[row, :n], offset + first * plane.itemsize)
            except (OSError, EOFError) as error:
                raise staged.damage(str(error)) from None
            sums = self._sums[column]
            for p, plane in enumerate(planes):
                sums[p] = crc32(plane[row, :n], sums[p])
            if first + n == staged.n_object and tuple(sums) != tuple(self._expected(staged)):
                raise staged.damage("it fails its checksum")
        columns = _as_slice(np.array([column for _, column in group], np.intp))
        for start in range(0, n, _TILE):
            stop = min(start + _TILE, n)
            for (part, _), plane in zip(parts, planes, strict=True):
                self._part(out, part)[start:stop, columns] = plane[:, start:stop].T

    def _carry_over(self, out: np.ndarray, first: int, control: Control) -> list[int]:
        """Copy the visits of the previous store, checking every sum on the way."""
        if self._old is None:
            return []
        step, sums, place = self._old.rows_to_check(self.path)
        row = np.dtype((place.dtype, place.shape[1:]))
        source, target = _as_slice(self.plan.old_from), _as_slice(self.plan.old_to)
        # Objects added since have no past.
        n_old = min(max(place.shape[0] - first, 0), len(out))
        for part, _ in self._parts():
            if n_old < len(out):
                self._part(out, part)[n_old:, target] = self._missing(part)
        damaged = []
        for start in range(0, n_old, max(_OLD_READ // step, 1)):
            control.check()
            n = min(max(_OLD_READ // step, 1), n_old - start)
            raw = self._old.read_bytes(n * step, place.offset + (first + start) * step)
            view = memoryview(raw)
            for i in range(n):
                if zlib.crc32(view[i * step : (i + 1) * step]) != sums[first + start + i]:
                    damaged.append(start + i)
            old = np.frombuffer(raw, row.base, n * int(np.prod(row.shape, dtype=int))).reshape(
                n, *row.shape
            )
            for part, _ in self._parts():
                self._part(out[start : start + n], part)[:, target] = self._part(old, part)[
                    :, source
                ]
        return damaged


class RecordBlock(Block):
    """Records of one measurement."""

    def __init__(self, plan: BandPlan, measurement: str, previous: StoreReader | None) -> None:
        self.measurement = measurement
        self._within = parse_measurement(measurement).within_band
        super().__init__(plan, record_path(measurement), record_dtype(plan.n_visit), previous)

    def _parts(self) -> Sequence[tuple[str, str]]:
        return (("value", "<f4"), ("error", "<f4"), ("flags", "<u2"))

    def _has(self, staged: StagedVisit) -> bool:
        return self._within in staged.measurements

    def _offsets(self, staged: StagedVisit) -> Sequence[int]:
        return staged.offsets(self._within)

    def _expected(self, staged: StagedVisit) -> Sequence[int]:
        return staged.sums(self._within)

    def _missing(self, part: str) -> Any:
        return np.uint16(Flag.NOT_FINITE) if part == "flags" else np.float32(np.nan)


class PositionBlock(Block):
    """One plane of positions or coverage of a band."""

    def __init__(
        self,
        plan: BandPlan,
        plane: str,
        previous: StoreReader | None,
        objects: dict[str, np.ndarray],
    ) -> None:
        self.plane = plane
        self._objects = objects
        super().__init__(
            plan, position_path(plan.band, plane), np.dtype(("<f4", (plan.n_visit,))), previous
        )

    def _parts(self) -> Sequence[tuple[str, str]]:
        return ((self.plane, "<f4"),)

    def _has(self, staged: StagedVisit) -> bool:
        return self.plane in staged.planes

    def _offsets(self, staged: StagedVisit) -> Sequence[int]:
        return (staged.plane_offset(self.plane),)

    def _expected(self, staged: StagedVisit) -> Sequence[int]:
        return (staged.plane_sum(self.plane),)

    def _missing(self, part: str) -> Any:
        return np.float32(np.nan)

    def _fill_missing(self, out: np.ndarray, first: int, columns: np.ndarray) -> None:
        if self.plane not in "xy" or "x" not in self._objects or "y" not in self._objects:
            super()._fill_missing(out, first, columns)
            return
        # Positions that were not staged follow from the visits' transforms.
        x, y = (self._objects[name][first : first + len(out)] for name in "xy")
        row = self.plan.visits["transform"][columns, "xy".index(self.plane)]
        out[:, columns] = np.outer(x, row[:, 0]) + np.outer(y, row[:, 1]) + row[:, 2]


def _as_slice(indices: np.ndarray) -> Any:
    """Consecutive indices as a slice: numpy copies those in one go."""
    if indices.size and np.array_equal(indices, np.arange(indices[0], indices[0] + indices.size)):
        return slice(int(indices[0]), int(indices[0]) + indices.size)
    return indices
