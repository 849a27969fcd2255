"""Every byte of a store against its checksum; damage named in the words of a user."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    Progress,
    Report,
    silent,
)

from .anyway import open_anyway
from .checksums import read_checked
from .checksumtable import ChecksumTable
from .damage import Damage, DamageNames
from .diskio import PositionedFile
from .outline import PATH as OUTLINE
from .sampling import draw, row_extents, share
from .words import in_words

_READ = 8 << 20
#: Rows of a sample that one task of the pool reads.
_ROWS = 256


@dataclass(frozen=True)
class VerifyReport:
    """What `verify` found.

    Attributes
    ----------
    path : str
    n_bytes, n_extents, n_records : int
        Bytes of the file, extents that tile it, light curves in it.
    n_rows, n_rows_checked : int
        Light curves and positions in it, and how many of them were looked at.
    bytes_checked : int
    seed : int or None
        Repeats the same sample; None when all was looked at.
    outline_bytes : int
        Size of the copy of the file structure.
    refused : str
        Why the store cannot be opened, though it was checked; '' when it can.
    found : tuple of Damage
    """

    path: str
    n_bytes: int
    n_extents: int
    n_records: int
    n_rows: int
    n_rows_checked: int
    bytes_checked: int
    seed: int | None
    outline_bytes: int
    refused: str
    found: tuple[Damage, ...]

    @property
    def damaged(self) -> list[str]:
        """Damaged parts in words."""
        return [damage.what for damage in self.found]

    @property
    def ok(self) -> bool:
        return not self.found and not self.refused

    @property
    def n_records_damaged(self) -> int:
        return sum(bool(damage.measurement) and damage.row >= 0 for damage in self.found)


def verify(
    path: Path | str,
    *,
    sample: str = "",
    seed: int | None = None,
    control: Control | None = None,
    report: Report = silent,
    workers: int = 2,
) -> VerifyReport:
    """Read a store and compare it with its checksums.

    Parameters
    ----------
    path : Path or str
    sample : str
        '' the whole file; ``1%`` or ``1000``: everything but the light curves and positions, and
        that share or number of those, drawn at random.
    seed : int, optional
        Of the sample; drawn when not given.
    control : Control, optional
        Cancel and pause.
    report : callable
        Receives `Progress` in MB that are read.
    workers : int
        Threads that read and sum.

    Raises
    ------
    LightledgerError
        Not a store, or so damaged that nothing can be checked.
    Cancelled
    """
    control = control or Control()
    with open_anyway(path) as store:
        table, file = store.table, store.file
        found = [Damage(in_words(part), part) for part in table.damaged]
        tiled = int(table.extents["offset"][-1] + table.extents["size"][-1])
        if tiled != file.size:
            missing = f"{abs(file.size - tiled)} bytes too {'few' if file.size < tiled else 'many'}"
            found.append(Damage(f"{missing} at the end", "end"))
        rows = row_extents(table)
        n_rows = sum(int(table.extents["count"][at]) for at in rows)
        chosen: dict[int, list[int]] | None = None
        if sample:
            seed = random.SystemRandom().randrange(1 << 32) if seed is None else seed
            chosen = draw(table, rows, share(sample, n_rows), seed)
        tasks = list(_tasks(table, set(rows), chosen))
        total = sum(piece[3] - piece[2] for task in tasks for piece in task)
        done, bad = 0, []
        for n_bytes, wrong in _each(tasks, table, file, control, workers):
            bad += wrong
            done += n_bytes
            report(Progress("verify", done >> 20, max(total >> 20, 1), "MB"))
        name = DamageNames(store)
        found += dict.fromkeys(name(extent, which) for extent, which in sorted(bad))
        counts = zip(table.extents["count"].tolist(), table.names, strict=True)
        copy = table.find(OUTLINE)
        return VerifyReport(
            path=str(path),
            n_bytes=file.size,
            n_extents=len(table.names),
            n_records=sum(count for count, name in counts if "/measurements/" in name),
            n_rows=n_rows,
            n_rows_checked=n_rows if chosen is None else sum(map(len, chosen.values())),
            bytes_checked=total,
            seed=None if chosen is None else seed,
            outline_bytes=0 if copy is None else int(copy["size"]),
            refused=store.refused,
            found=tuple(found),
        )


def disagreements(
    table: ChecksumTable, file: PositionedFile, control: Control, workers: int = 2
) -> list[tuple[int, int]]:
    """Extent, and sum within it, of every piece of the file that disagrees with its sum."""
    tasks = list(_tasks(table, set(), None))
    each = _each(tasks, table, file, control, workers)
    return sorted(wrong for _, found in each for wrong in found)


#: Extent, first sum within it, first byte, byte after the last; a sum is never divided.
_Piece = tuple[int, int, int, int]


def _tasks(
    table: ChecksumTable, rows: set[int], chosen: dict[int, list[int]] | None
) -> Iterator[list[_Piece]]:
    """Work for a thread: about `_READ` bytes in one piece, or some rows of a sample."""
    for index, extent in enumerate(table.extents):
        if not extent["count"]:
            continue  # the table itself; load_table has checked it
        start, size = int(extent["offset"]), int(extent["size"])
        step = int(extent["step"]) or size
        if chosen is not None and index in rows:
            own = chosen[index]
            for k in range(0, len(own), _ROWS):
                yield [
                    (index, row, start + row * step, start + (row + 1) * step)
                    for row in own[k : k + _ROWS]
                ]
            continue
        per_piece = max(_READ // step, 1)
        for first in range(0, int(extent["count"]), per_piece):
            begin = start + first * step
            yield [(index, first, begin, min(begin + per_piece * step, start + size))]


def _each(
    tasks: list[list[_Piece]],
    table: ChecksumTable,
    file: PositionedFile,
    control: Control,
    workers: int,
) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Bytes and damaged (extent, sum) of every task, as they finish."""

    def check(task: list[_Piece]) -> tuple[int, list[tuple[int, int]]]:
        control.check()
        bad = [wrong for piece in task for wrong in _check(piece, table, file)]
        return sum(end - begin for _, _, begin, end in task), bad

    with ThreadPoolExecutor(workers, thread_name_prefix="verify") as pool:
        waiting: set[Future] = set()
        try:
            for task in tasks:
                control.check()
                waiting.add(pool.submit(check, task))
                if len(waiting) >= 2 * workers:
                    ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
            yield from (future.result() for future in waiting)
        finally:
            for future in waiting:
                future.cancel()


def _check(piece: _Piece, table: ChecksumTable, file: PositionedFile) -> list[tuple[int, int]]:
    """Damaged (extent, sum) of a piece; what the disk does not give is damaged as well."""
    index, first, begin, end = piece
    extent = table.extents[index]
    step = int(extent["step"]) or end - begin
    n = -(-(end - begin) // step)
    at = int(extent["first"]) + first
    if n == 1:
        return [] if _sum_of(file, begin, end) == int(table.sums[at]) else [(index, first)]
    whole, rest = divmod(end - begin, step)
    _, wrong = read_checked(file, whole, step, begin, table.sums[at : at + whole])
    bad = [(index, first + i) for i in np.flatnonzero(wrong).tolist()]
    if rest and _sum_of(file, end - rest, end) != int(table.sums[at + whole]):
        bad.append((index, first + whole))  # the last sum is of fewer rows
    return bad


def _sum_of(file: PositionedFile, begin: int, end: int) -> int:
    """CRC-32 of a stretch of the file, however long; -1 when it cannot be read."""
    found = 0
    try:
        for at in range(begin, end, _READ):
            found = zlib.crc32(file.read(min(_READ, end - at), at), found)
    except (EOFError, OSError):
        return -1
    return found
