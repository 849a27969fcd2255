"""Rows are assembled and written as many at a time as the memory holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from lightledger.domain import Control

from .assemble import AT_ONCE, GROUP, fill
from .checksums import TableWriter
from .past import Damage
from .rows import Rows, settle
from .scratch import Scratch

#: Bytes handed to a writing thread at a time.
_SLICE = 8 << 20
#: Share of the budget for rows and what is turned into rows; the rest is for what is derived.
_SHARE = 0.7


class BlockWriter:
    """Assembles and writes datasets that have a row per object.

    Parameters
    ----------
    table : TableWriter
    n_object : int
    budget : int
        Bytes of memory.
    damage : {'keep', 'blank'}
        What becomes of damaged rows of the past.
    pool : ThreadPoolExecutor
    workers : int
        Its threads.
    control : Control
    done : callable
        Told of bytes that are written.
    """

    def __init__(
        self,
        table: TableWriter,
        n_object: int,
        budget: int,
        damage: Damage,
        pool: ThreadPoolExecutor,
        workers: int,
        control: Control,
        done: Callable[[int], None],
    ) -> None:
        self._table, self._n_object, self._damage = table, n_object, damage
        self._budget, self._pool, self._workers = int(_SHARE * budget), pool, workers
        self._control, self._done = control, done
        self._scratch, self._memory = Scratch(), np.empty(0, np.uint8)

    def batches(self, datasets: Sequence[Rows]) -> Iterator[list[Rows]]:
        """Datasets of which all rows fit in memory together, in the order given.

        One alone where not even that does: of a block of objects as long a piece as can be is
        read from each staged file.
        """
        batch: list[Rows] = []
        for rows in datasets:
            more = [*batch, rows]
            fits = self._rows_at_once(more) >= self._n_object
            if batch and not (fits and 10 * self._n_object * len(more) <= AT_ONCE):
                yield batch
                batch = []
            batch.append(rows)
        yield batch

    def _rows_at_once(self, datasets: Sequence[Rows]) -> int:
        # Beside the rows themselves, each thread holds the planes of a group of visits.
        row = sum(rows.row.itemsize for rows in datasets)
        row += 10 * GROUP * self._workers * len(datasets)
        return max(self._budget // row, 1)

    def write(self, datasets: Sequence[Rows]) -> list[list[int]]:
        """All rows of some datasets; returns which objects of each were damaged in the past."""
        n = min(self._n_object, self._rows_at_once(datasets))
        outs = self._rows_of_memory(datasets, n)
        damaged: list[list[int]] = [[] for _ in datasets]
        for first in range(0, self._n_object, n):
            parts = [out[: min(n, self._n_object - first)] for out in outs]
            sent: list[Future] = []
            try:
                for plan in {id(rows.plan): rows.plan for rows in datasets}.values():
                    self._control.check()
                    mine = [i for i, rows in enumerate(datasets) if rows.plan is plan]
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
                for future in sent:
                    self._control.check()
                    self._done(future.result())
            finally:
                settle(sent)  # the file is closed when this fails
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
