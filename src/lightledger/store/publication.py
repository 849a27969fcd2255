"""Write a store by its blueprint: one dataset after another, in bounded memory."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Problem,
    Progress,
    Report,
    parse_measurement,
)

from . import content
from .assemble import AT_ONCE, GROUP, fill, settle
from .blueprint import Blueprint
from .checksums import TableWriter
from .derive import Written, derive
from .diskio import PositionedFile
from .layout import ALIGNMENT
from .past import Damage, Past
from .reduce import Reduce
from .rows import PositionRows, RecordRows, Rows
from .scratch import Scratch
from .skeleton import lay_out
from .words import in_words
from .written import WrittenRecords

#: Bytes of records handed to a writing thread at a time.
_SLICE = 8 << 20
_NAMED = 5


class Publication:
    """The writing of one store.

    Parameters
    ----------
    temporary : Path
        The file to write.
    blueprint : Blueprint
    objects : dict of str to ndarray
    previous : Past or None
    damage : {'keep', 'blank'}
    reduce : Reduce
    budget : int
        Bytes of memory for rows.
    pool : ThreadPoolExecutor
    control, report : Control, callable

    Attributes
    ----------
    damaged : list of str
        Damage found in the past, known after `write`.
    """

    def __init__(
        self,
        temporary: Path,
        blueprint: Blueprint,
        objects: dict[str, np.ndarray],
        previous: Past | None,
        damage: Damage,
        reduce: Reduce,
        budget: int,
        pool: ThreadPoolExecutor,
        control: Control,
        report: Report,
    ) -> None:
        self.blueprint = blueprint
        self.damaged: list[str] = []
        self._temporary, self._objects = temporary, objects
        self._previous, self._damage = previous, damage
        self._reduce, self._budget, self._pool = reduce, budget, pool
        self._control, self._report = control, report
        self._scratch, self._memory = Scratch(), np.empty(0, np.uint8)
        self._notes: list[Problem] = []
        self._in_bands = Counter(
            parse_measurement(name).within_band
            for plan in blueprint.plans
            for name in plan.measurements
        )
        self._done = 0

    def write(self) -> None:
        """Write the whole file and sync it."""
        plan = self.blueprint
        self._need_room()
        self._control.check()
        offsets = lay_out(self._temporary, plan.datasets, plan.attributes)
        paths = [spec.path for spec in plan.datasets]
        self._offset = dict(zip(paths, offsets, strict=True))
        with PositionedFile(self._temporary, "r+b") as self._file:
            self._table = TableWriter(self._file, plan.datasets, offsets)
            for path, array in plan.tables.items():
                self._table.put(path, array)
            waiting: dict[str, list[Written]] = {}
            for batch in self._batches(self._all_rows()):
                for rows, damaged in zip(batch, self._write_rows(batch), strict=True):
                    if not isinstance(rows, RecordRows):
                        continue
                    records = WrittenRecords(self._file, self._offset[rows.path], rows.row, damaged)
                    group = waiting.setdefault(rows.within_band, [])
                    group.append(Written(rows, records))
                    if len(group) == self._in_bands[rows.within_band]:
                        derive(
                            waiting.pop(rows.within_band),
                            plan.n_object,
                            self._reduce,
                            self._table.put,
                            self._pool,
                            self._control,
                        )
            listed = list(dict.fromkeys([*plan.problems, *self._notes]))
            arrays = content.problem_arrays(listed, plan.problem_datasets)
            for path, array in arrays.items():
                self._table.put(path, array)
            self._table.seal()
            self._say("to the disk")
            self._file.sync()

    def _say(self, text: str = "MB") -> None:
        total = max(self.blueprint.n_bytes_rows >> 20, 1)
        self._report(Progress("publish", min(self._done >> 20, total), total, text))

    def _all_rows(self) -> list[Rows]:
        """Every dataset with a row per object, in the order of the file."""
        plans = self.blueprint.plans
        return [
            *(
                PositionRows(plan, plane, self._previous, self._objects)
                for plan in plans
                for plane in plan.planes
            ),
            *(RecordRows(plan, name, self._previous) for plan, name in content.in_order(plans)),
        ]

    def _need_room(self) -> None:
        need = sum(s.n_bytes + ALIGNMENT + 1024 for s in self.blueprint.datasets)
        free = shutil.disk_usage(self._temporary.parent).free
        if need > free:
            raise LightledgerError(
                f"not enough room: {_size(need)} are needed, {_size(free)} are free",
                self._temporary.parent,
                "free some space and run again; finished visits are kept",
            )

    def _batches(self, datasets: list[Rows]) -> Iterator[list[Rows]]:
        """Datasets of which all rows fit in memory together, in the order of the file."""
        batch: list[Rows] = []
        for rows in datasets:
            more = [*batch, rows]
            fits = self._rows_per_block(more) >= self.blueprint.n_object
            if batch and not (fits and 10 * self.blueprint.n_object * len(more) <= AT_ONCE):
                yield batch
                batch = []
            batch.append(rows)
        yield batch

    def _rows_per_block(self, datasets: Sequence[Rows]) -> int:
        # Beside the rows themselves, each thread holds the planes of a group of visits.
        row = sum(rows.row.itemsize for rows in datasets)
        row += 20 * GROUP * len(datasets)
        return max(int(0.8 * self._budget) // row, 1)

    def _write_rows(self, datasets: Sequence[Rows]) -> list[list[int]]:
        """Assemble and write all rows of some datasets; returns the damaged rows of each."""
        n = min(self.blueprint.n_object, self._rows_per_block(datasets))
        outs = self._rows_of_memory(datasets, n)
        damaged: list[list[int]] = [[] for _ in datasets]
        for first in range(0, self.blueprint.n_object, n):
            parts = [out[: min(n, self.blueprint.n_object - first)] for out in outs]
            sent: list[Future] = []
            try:
                for plan in self.blueprint.plans:
                    self._control.check()
                    mine = [i for i, rows in enumerate(datasets) if rows.plan is plan]
                    if not mine:
                        continue
                    broken = fill(
                        [datasets[i] for i in mine],
                        [parts[i] for i in mine],
                        first,
                        self._damage,
                        self._pool,
                        self._control,
                        self._scratch,
                    )
                    for i, bad in zip(mine, broken, strict=True):
                        sent += self._send(datasets[i], parts[i], first, bad)
                        damaged[i] += [first + row for row in bad]
                self._wait(sent)
            finally:
                settle(sent)  # the file is closed when this fails
        for rows, bad in zip(datasets, damaged, strict=True):
            if bad:
                self._note_damage(rows.path, bad)
        return damaged

    def _rows_of_memory(self, datasets: Sequence[Rows], n: int) -> list[np.ndarray]:
        """``n`` rows for each dataset, in the memory of the batch before; padding is zero."""
        need = sum(-(-n * rows.row.itemsize // 64) * 64 for rows in datasets)
        if self._memory.size < need:
            self._memory = np.empty(0, np.uint8)  # let go of the old first
            self._memory = np.empty(need, np.uint8)
        outs, at = [], 0
        for rows in datasets:
            size = n * rows.row.itemsize
            raw = self._memory[at : at + size].reshape(n, rows.row.itemsize)
            raw[:, rows.used_bytes :] = 0
            outs.append(raw.reshape(-1).view(rows.row.base).reshape(n, *rows.row.shape))
            at += -(-size // 64) * 64
        return outs

    def _send(self, rows: Rows, out: np.ndarray, first: int, broken: list[int]) -> list[Future]:
        """Let the pool sum and write rows, some MB at a time."""
        if self._damage == "blank":
            broken = []
        step = rows.row.itemsize
        n = max(_SLICE // step, 1)

        def send(start: int) -> int:
            part = out[start : start + n]
            bad = [b - start for b in broken if start <= b < start + len(part)]
            self._table.put_rows(rows.path, (first + start) * step, part, bad)
            return len(part) * step

        return [self._pool.submit(send, start) for start in range(0, len(out), n)]

    def _wait(self, sent: list[Future]) -> None:
        for future in sent:
            self._control.check()
            self._done += future.result()
            self._say()

    def _note_damage(self, path: str, rows: list[int]) -> None:
        names = [self.blueprint.ids[row] for row in rows]
        self.damaged += [in_words(path, f"object {name}") for name in names]
        shown = ", ".join(names[:_NAMED])
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        became = "" if self._damage == "keep" else ", left blank"
        self._notes.append(
            Problem(
                what=in_words(path, f"{shown}{more}") + f" damaged in the previous version{became}",
                advice="the other light curves are sound; these do not enter statistics",
                severity="damaged",
                band=path.split("/")[2],
            )
        )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"
