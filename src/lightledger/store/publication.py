"""Write a store by its blueprint: one dataset after another, in bounded memory."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from lightledger.domain import Control, Problem, Progress, Report, parse_measurement

from . import content
from .behind import Behind
from .blocks import BlockWriter
from .blueprint import Blueprint
from .checksums import TableWriter
from .diskio import PositionedFile
from .past import Damage, Past
from .reduce import Reduce
from .room import need_room
from .rows import PositionRows, RecordRows, Rows
from .skeleton import lay_out
from .words import in_words
from .written import Written

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
    workers : int
        Its threads.
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
        workers: int,
        control: Control,
        report: Report,
    ) -> None:
        self.blueprint = blueprint
        self.damaged: list[str] = []
        self._temporary, self._objects = temporary, objects
        self._previous, self._damage = previous, damage
        self._reduce, self._budget = reduce, budget
        self._pool, self._workers = pool, workers
        self._control, self._report = control, report
        self._notes: list[Problem] = []
        self._lock, self._done = threading.Lock(), 0

    def write(self) -> None:
        """Write the whole file, sync it, and read back every row."""
        plan = self.blueprint
        need_room(self._temporary.parent, plan.n_bytes)
        self._control.check()
        offsets = lay_out(self._temporary, plan.datasets, plan.attributes)
        offset = dict(zip((spec.path for spec in plan.datasets), offsets, strict=True))
        with PositionedFile(self._temporary, "r+b") as file:
            file.sync()  # its size; what follows needs only the data to be synced
            table = TableWriter(file, plan.datasets, offsets)
            for path, array in plan.tables.items():
                table.put(path, array)
            blocks = BlockWriter(
                table, plan.n_object, self._budget, self._damage, self._pool, self._workers,
                self._control, self._advance,
            )  # fmt: skip
            with Behind(
                file, table, plan.n_object, self._reduce, self._pool, self._control, self._advance
            ) as behind:
                for group in self._groups(blocks, behind, file, offset):
                    behind.finish(group)
                behind.end()
            listed = list(dict.fromkeys([*plan.problems, *self._notes]))
            arrays = content.problem_arrays(listed, plan.problem_datasets)
            for path, array in arrays.items():
                table.put(path, array)
            table.seal()
            file.sync()
            file.forget(0, file.size)  # what is looked at now comes from the disk

    def _groups(
        self, blocks: BlockWriter, behind: Behind, file: PositionedFile, offset: dict[str, int]
    ) -> Iterator[list[Written]]:
        """Write everything; yields what is complete: one image-method in all its bands."""
        n_object = self.blueprint.n_object
        in_bands = Counter(
            parse_measurement(name).within_band
            for plan in self.blueprint.plans
            for name in plan.measurements
        )
        waiting: list[Written] = []
        for batch in blocks.batches(self._all_rows()):
            damaged = blocks.write(batch)
            behind.flush()
            for rows, bad in zip(batch, damaged, strict=True):
                if bad:
                    self._note_damage(rows.path, bad)
                kept = tuple(bad) if self._damage == "keep" else ()
                waiting.append(Written(rows, file, offset[rows.path], n_object, kept))
                if not isinstance(rows, RecordRows) or len(waiting) == in_bands[rows.within_band]:
                    yield waiting
                    waiting = []

    def _advance(self, n_bytes: int) -> None:
        """So many bytes more are written, or read back."""
        with self._lock:
            self._done += n_bytes
            total = max(self.blueprint.n_bytes_rows >> 20, 1)
            self._report(Progress("publish", min(self._done >> 21, total), total, "MB"))

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
