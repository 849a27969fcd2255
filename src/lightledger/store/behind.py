"""What follows the writing of rows, behind the writing of the next: read back, zero points."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, Self

import numpy as np

from lightledger.domain import Cancelled, Control, LightledgerError

from .checksums import TableWriter
from .derive import Derived
from .diskio import PositionedFile
from .reduce import Reduce
from .rows import settle
from .scratch import Scratch
from .words import in_words
from .written import Written

#: Bytes of rows that a thread reads back at a time.
_SLICE = 4 << 20


class Behind:
    """Finishes datasets that are written, one group at a time; a context manager.

    A group is read back, every sum is compared, and zero points and statistics are made of what
    was read. This proves that every row went to its place and that the system gives it back
    whole; not that the disk does, as most comes from the system's own copy, which is the reason
    why it costs little. Of the disk we have what its syncs tell, here and at the end, and a
    sample that is read once the system was asked to forget its copy (`publish`).

    Parameters
    ----------
    file : PositionedFile
    table : TableWriter
        Knows the sums, and takes what is derived.
    n_object : int
    reduce : Reduce
    pool : ThreadPoolExecutor
        Shared with the writing; this adds a thread that leads and one that waits for the disk.
    control : Control
    done : callable
        Told of bytes that are finished.
    """

    def __init__(
        self,
        file: PositionedFile,
        table: TableWriter,
        n_object: int,
        reduce: Reduce,
        pool: ThreadPoolExecutor,
        control: Control,
        done: Callable[[int], None],
    ) -> None:
        self._file, self._table, self._n_object = file, table, n_object
        self._reduce, self._pool, self._control, self._done = reduce, pool, control, done
        self._scratch = Scratch()
        self._stop = threading.Event()
        self._lead = ThreadPoolExecutor(1, thread_name_prefix="finish")
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="to-disk")
        self._flushed: Future | None = None
        self._running: Future | None = None

    def flush(self) -> None:
        """Let the disk begin: what is written must not wait in memory for the last moment."""
        if self._flushed is None or self._flushed.done():
            self._settle_flush()
            self._flushed = self._disk.submit(self._file.sync_data)

    def _settle_flush(self) -> None:
        # An error is told to one sync only: the last one would know nothing of it.
        flushed, self._flushed = self._flushed, None
        if flushed is not None:
            flushed.result()

    def finish(self, group: Sequence[Written]) -> None:
        """Begin with a group (of the same image-method, or positions) after the one before."""
        self.wait()
        self._running = self._lead.submit(self._finish, group)

    def wait(self) -> None:
        """Wait for the group in hand; its errors are raised here."""
        running, self._running = self._running, None
        if running is not None:
            running.result()

    def end(self) -> None:
        """Wait for everything."""
        self.wait()
        self._settle_flush()

    def _finish(self, group: Sequence[Written]) -> None:
        derived = Derived(group, self._n_object, self._reduce)
        for solved in self._each(range(len(group)), derived.solve):
            for path, array in solved.items():
                self._table.put(path, array)
        step = sum(one.row.itemsize for one in group)
        n = max(_SLICE // step, 1)

        def read_back(first: int) -> int:
            end = min(first + n, self._n_object)
            shapes = [((end - first, *one.row.shape), one.row.base) for one in group]
            with self._scratch.arrays(shapes) as rows:
                for one, part in zip(group, rows, strict=True):
                    self._check(one, first, part)
                    one.blank_damaged(first, part)
                derived.add(first, rows)
            return (end - first) * step

        for n_bytes in self._each(range(0, self._n_object, n), read_back):
            self._done(n_bytes)
        for path, array in derived.finish():
            self._table.put(path, array)

    def _check(self, one: Written, first: int, rows: np.ndarray) -> None:
        try:
            self._file.read_into(rows, one.offset + first * one.row.itemsize)
            same = self._table.agrees(one.path, first, rows, one.damaged_among(first, len(rows)))
        except EOFError:
            same = False
        if not same:
            raise LightledgerError(
                f"what was written does not read back ({in_words(one.path)})",
                self._file.path,
                "the disk or the memory may be failing; the old store and the staging are "
                "untouched",
            )

    def _each(self, items: Sequence[int], work: Callable[[int], Any]) -> Iterator[Any]:
        """Results of the pool, a few at a time: the writing has its turn in between."""

        def guarded(item: int) -> Any:
            self._control.check()
            if self._stop.is_set():
                raise Cancelled("stopped")
            return work(item)

        waiting: set[Future] = set()
        try:
            for item in items:
                waiting.add(self._pool.submit(guarded, item))
                if len(waiting) >= 4:
                    ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
            yield from (future.result() for future in waiting)
        finally:
            settle(list(waiting))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._lead.shutdown(cancel_futures=True)
        self._disk.shutdown(cancel_futures=True)
