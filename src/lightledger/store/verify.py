"""Every byte of a store against its checksum; damage named in the words of a user."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import Control, LightledgerError, Progress, Report, silent

from .checksums import GROUP, PADDING, STRUCTURE, ChecksumTable, load_table, row_sums
from .diskio import PositionedFile
from .identify import root_attributes
from .structure import Structure
from .text import decode

_READ = 8 << 20


@dataclass(frozen=True)
class VerifyReport:
    """What `verify` found.

    Attributes
    ----------
    path : str
    n_bytes, n_extents, n_records : int
        Bytes of the file, extents that tile it, light curves checked.
    damaged : list of str
        Damaged parts in words, such as 'record of object I77 in ch1_sci-aper_r3'.
    """

    path: str
    n_bytes: int
    n_extents: int
    n_records: int
    damaged: list[str]

    @property
    def ok(self) -> bool:
        return not self.damaged


def verify(
    path: Path | str,
    *,
    control: Control | None = None,
    report: Report = silent,
    workers: int = 2,
) -> VerifyReport:
    """Read a whole store and compare it with its checksums.

    Parameters
    ----------
    path : Path or str
    control : Control, optional
        Cancel and pause.
    report : callable
        Receives `Progress` in MB of the file.
    workers : int
        Threads that read and sum.

    Raises
    ------
    LightledgerError
        Not a store, cut off, or so damaged that nothing can be checked.
    Cancelled
    """
    control = control or Control()
    with Structure(path) as structure, structure.file() as file:
        root_attributes(structure)
        table = load_table(structure, file)
        damaged = list(table.damaged)
        say = _Words(structure, file)
        tiled = int(table.extents["offset"][-1] + table.extents["size"][-1])
        if tiled != file.size:
            damaged.append(f"{abs(file.size - tiled)} bytes too many or too few at the end")
        bad: list[tuple[int, int]] = []
        done = 0
        for (start, end), found in _each(table, file, control, workers):
            bad += found
            done += end - start
            report(Progress("verify", done >> 20, max(tiled >> 20, 1), "MB"))
        damaged += [say(table, extent, which) for extent, which in sorted(bad)]
        records = sum(
            int(extent["count"])
            for extent, name in zip(table.extents, table.names, strict=True)
            if "/measurements/" in name
        )
        return VerifyReport(str(path), file.size, len(table.names), records, damaged)


_Piece = tuple[int, int, int, int]  # extent, first sum within it, first byte, byte after the last


def _pieces(table: ChecksumTable) -> Iterator[_Piece]:
    """Work of about `_READ` bytes each; a sum is never divided."""
    for index, extent in enumerate(table.extents):
        if not extent["count"]:
            continue  # the table itself; load_table has checked it
        start, size = int(extent["offset"]), int(extent["size"])
        step = int(extent["step"]) or size
        per_piece = max(_READ // step, 1)
        for first in range(0, int(extent["count"]), per_piece):
            begin = start + first * step
            yield index, first, begin, min(begin + per_piece * step, start + size)


def _each(
    table: ChecksumTable, file: PositionedFile, control: Control, workers: int
) -> Iterator[tuple[tuple[int, int], list[tuple[int, int]]]]:
    """Range of bytes and damaged (extent, sum) of every piece, as they finish."""

    def check(piece: _Piece) -> tuple[tuple[int, int], list[tuple[int, int]]]:
        index, first, begin, end = piece
        extent = table.extents[index]
        try:
            content = file.read(end - begin, begin)
        except (EOFError, OSError):  # cut off, or the disk cannot read it: damaged as well
            content = bytearray()
        step = int(extent["step"]) or end - begin
        sums = row_sums(content, step) if content else []
        at = int(extent["first"]) + first
        n = -(-(end - begin) // step)
        bad = [
            (index, first + i)
            for i in range(n)
            if i >= len(sums) or sums[i] != int(table.sums[at + i])
        ]
        return (begin, end), bad

    with ThreadPoolExecutor(workers, thread_name_prefix="verify") as pool:
        waiting: set[Future] = set()
        try:
            for piece in _pieces(table):
                control.check()
                waiting.add(pool.submit(check, piece))
                if len(waiting) >= 2 * workers:
                    ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ready)
            control.check()
            yield from (future.result() for future in waiting)
        finally:
            for future in waiting:
                future.cancel()


_RULES: tuple[tuple[str, Callable[[re.Match, str], str]], ...] = (
    (r"/bands/([^/]+)/measurements/(.+)", lambda m, o: f"record of {o} in {m[1]}_{m[2]}"),
    (r"/bands/([^/]+)/positions/(.+)", lambda m, o: f"{m[2]} of {o} in {m[1]}"),
    (r"/bands/([^/]+)/visits/(.+)", lambda m, o: f"visit table of {m[1]} ({m[2]})"),
    (r"/bands/([^/]+)/zeropoints/(.+)/(.+)", lambda m, o: f"zero points of {m[1]}_{m[2]} ({m[3]})"),
    (
        r"/bands/([^/]+)/statistics/(.+)/(.+)/(.+)",
        lambda m, o: f"statistics of {m[1]}_{m[2]} ({m[3]} {m[4]})",
    ),
    (r"/reference/(.+)", lambda m, o: f"reference ({m[1]})"),
    (r"/objects/(.+)", lambda m, o: f"object table ({m[1]})"),
    (r"/problems/(.+)", lambda m, o: f"list of problems ({m[1]})"),
    (GROUP + "/(.+)", lambda m, o: f"checksum table ({m[1]})"),
)


def in_words(path: str, thing: str = "an object") -> str:
    """What the dataset at ``path`` is to a user; ``thing`` names the object of a row."""
    for pattern, words in _RULES:
        if match := re.fullmatch(pattern, path):
            return words(match, thing)
    return path


class _Words:
    """Names damage; objects by their id where the ids can be read."""

    def __init__(self, structure: Structure, file: PositionedFile) -> None:
        self._ids: list[str] = []
        self._structure, self._file = structure, file

    def _object(self, number: int) -> str:
        if not self._ids:
            try:
                place = self._structure.place("/objects/id")
                raw = self._file.read(place.n_bytes, place.offset)
                self._ids = decode(np.frombuffer(raw, place.dtype)).tolist()
            except (LightledgerError, EOFError, ValueError, OSError):
                self._ids = []
        if number < len(self._ids):
            return f"object {self._ids[number]}"
        return f"object number {number}"

    def __call__(self, table: ChecksumTable, extent: int, which: int) -> str:
        name, row = table.names[extent], table.extents[extent]
        if name in (STRUCTURE, PADDING):
            what = "file structure" if name == STRUCTURE else "padding"
            return f"{what} at bytes {row['offset']} to {row['offset'] + row['size']}"
        return in_words(name, self._object(which) if row["step"] else "")
