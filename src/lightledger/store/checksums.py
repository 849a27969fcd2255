"""The checksum table: extents that tile the whole file, a CRC-32 for each piece of them.

``/checksums/extents`` has a row per extent (offset, size, bytes per sum, first sum, number of
sums), ``/checksums/name`` says what stands there, ``/checksums/crc32`` are the sums, and
``/checksums/seal`` holds the sums of these three and of itself. Rows of size 0 are unused.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import outline
from .diskio import PositionedFile, as_bytes, crc32
from .layout import DatasetSpec

EXTENT = np.dtype(
    [("offset", "<u8"), ("size", "<u8"), ("step", "<u8"), ("first", "<u8"), ("count", "<u8")]
)
SEAL = np.dtype(
    [
        ("n_extents", "<u8"),
        ("n_sums", "<u8"),
        ("extents_crc", "<u4"),
        ("name_crc", "<u4"),
        ("crc32_crc", "<u4"),
        ("own_crc", "<u4"),
    ]
)
GROUP = "/checksums"
EXTENTS, NAME, CRC32, SEALS = (f"{GROUP}/{n}" for n in ("extents", "name", "crc32", "seal"))
#: Names of the extents between datasets: the HDF5 structure, and what nothing uses.
STRUCTURE, PADDING = "structure", "padding"
_MAX_GAP = 256 << 20


def row_sums(rows: Any, step: int) -> list[int]:
    """CRC-32 of each ``step`` bytes of a contiguous buffer (0: of the whole)."""
    view = as_bytes(rows)
    if not step:
        return [zlib.crc32(view)]
    return [zlib.crc32(view[at : at + step]) for at in range(0, len(view), step)]


def read_checked(
    file: PositionedFile, n: int, step: int, offset: int, sums: np.ndarray
) -> tuple[bytearray, np.ndarray]:
    """``n`` rows of ``step`` bytes, and which of them (bool) are damaged by their sums.

    What the disk does not give is zero, and damaged.
    """
    raw, unread = file.read_rows(n, step, offset)
    wrong = np.array(row_sums(raw, step), np.uint32) != sums
    wrong[unread] = True
    return raw, wrong


def checksum_specs(datasets: Sequence[DatasetSpec]) -> list[DatasetSpec]:
    """The datasets of the table, with room for every gap that the layout may leave.

    Room for the outline of the store, which comes after them, is in it.
    """
    n_dataset = len(datasets) + 5
    n_extent = n_dataset + 2 * (n_dataset + 1)
    width = max([len(d.path.encode()) for d in datasets] + [len(SEALS), len(outline.PATH)])
    n_sums = sum(d.n_sums for d in datasets) + 5 + 2 * (n_dataset + 1)
    return [
        DatasetSpec(EXTENTS, EXTENT, (n_extent,)),
        DatasetSpec(NAME, np.dtype(f"S{width}"), (n_extent,)),
        DatasetSpec(CRC32, np.dtype("<u4"), (n_sums,)),
        DatasetSpec(SEALS, SEAL, (1,)),
    ]


_Tile = tuple[str, tuple[int, int, int, int, int]]


def tile(
    file: PositionedFile, datasets: Sequence[DatasetSpec], offsets: Sequence[int], size: int
) -> list[_Tile]:
    """Name and row of the table for each extent, from byte 0 to ``size``.

    Sums stand in the order of ``datasets``; those of the gaps between them (structure up to the
    last byte that is not zero, then padding) follow, in the order of the file.
    """
    firsts = np.cumsum([0, *(spec.n_sums for spec in datasets)]).tolist()
    rows = sorted(
        (offset, spec.n_bytes, spec.step, first, spec.n_sums, spec.path)
        for spec, offset, first in zip(datasets, offsets, firsts, strict=False)
        if spec.n_bytes
    )
    tiles: list[_Tile] = []
    end, n_sum = 0, firsts[-1]
    for offset, n_bytes, step, first, count, path in [*rows, (size, 0, 0, 0, 0, "")]:
        if not 0 <= offset - end <= _MAX_GAP:
            raise ValueError("datasets overlap, or are far from each other")
        content = bytes(file.read(offset - end, end))
        used = len(content.rstrip(b"\0"))
        for start, length, name in (
            (end, used, STRUCTURE),
            (end + used, offset - end - used, PADDING),
        ):
            if length:
                tiles.append((name, (start, length, 0, n_sum, 1)))
                n_sum += 1
        if n_bytes:  # the table itself has its sums in the seal
            counted = 0 if path.startswith(GROUP + "/") else count
            tiles.append((path, (offset, n_bytes, step, first, counted)))
        end = offset + n_bytes
    return tiles


class TableWriter:
    """Fills a laid-out file and its checksum table.

    Parameters
    ----------
    file : PositionedFile
        Open for reading and writing, laid out by `lay_out`.
    datasets : sequence of DatasetSpec
        All of them, those of `checksum_specs` included.
    offsets : sequence of int
        From `lay_out`.
    """

    def __init__(
        self, file: PositionedFile, datasets: Sequence[DatasetSpec], offsets: Sequence[int]
    ) -> None:
        self._file = file
        self._specs = {spec.path: spec for spec in datasets}
        self._offset = dict(zip(self._specs, offsets, strict=True))
        self._sums = np.zeros(self._specs[CRC32].shape, "<u4")
        self._extents = np.zeros(self._specs[EXTENTS].shape, EXTENT)
        self._names = np.zeros(self._specs[NAME].shape, self._specs[NAME].dtype)
        tiles = tile(file, datasets, offsets, file.size)
        self._n_extent = len(tiles)
        self._n_sum = max(row[3] + max(row[4], 1) for _, row in tiles)
        self._first: dict[str, int] = {}
        for at, (name, row) in enumerate(tiles):
            self._extents[at], self._names[at] = row, name.encode()
            self._first[name] = row[3]
            if name in (STRUCTURE, PADDING, outline.PATH):  # final since the layout
                self._sums[row[3]] = zlib.crc32(file.read(row[1], row[0]))

    def put(self, path: str, values: np.ndarray) -> None:
        """Write a whole dataset."""
        spec = self._specs[path]
        array = np.ascontiguousarray(values, spec.dtype)
        if array.shape != spec.shape:
            raise ValueError(f"{path}: shape {array.shape}, laid out as {spec.shape}")
        self.put_rows(path, 0, array.reshape(-1).view(np.uint8))

    def put_rows(self, path: str, at: int, rows: np.ndarray, damaged: Sequence[int] = ()) -> None:
        """Write ``rows`` (contiguous) ``at`` bytes into a dataset, a multiple of its step.

        Rows of ``damaged`` (counted from the first of these rows) get the complement of their
        sum: they were damaged before, and no reader shall ever find a valid sum over them.
        """
        view, step = as_bytes(rows), self._specs[path].step
        if not len(view):
            return
        self._file.write(view, self._offset[path] + at)
        sums = _sums_of(view, step, damaged)
        first = self._first[path] + (at // step if step else 0)
        self._sums[first : first + sums.size] = sums

    def agrees(
        self, path: str, first_row: int, rows: np.ndarray, damaged: Sequence[int] = ()
    ) -> bool:
        """Whether rows that were read back are those that `put_rows` was given."""
        sums = _sums_of(as_bytes(rows), self._specs[path].step, damaged)
        first = self._first[path] + first_row
        return np.array_equal(sums, self._sums[first : first + sums.size])

    def seal(self) -> None:
        """Write the table; everything else must have been written."""
        seal = np.zeros(1, SEAL)
        seal["n_extents"] = self._n_extent
        seal["n_sums"] = self._n_sum
        for path, table, name in (
            (EXTENTS, self._extents, "extents_crc"),
            (NAME, self._names, "name_crc"),
            (CRC32, self._sums, "crc32_crc"),
        ):
            self._file.write(table.view(np.uint8), self._offset[path])
            seal[name] = crc32(table)
        seal["own_crc"] = zlib.crc32(seal.tobytes()[:-4])
        self._file.write(seal.view(np.uint8), self._offset[SEALS])


def _sums_of(view: memoryview, step: int, damaged: Sequence[int]) -> np.ndarray:
    sums = np.array(row_sums(view, step), "<u4")
    sums[list(damaged)] ^= np.uint32(0xFFFFFFFF)
    return sums
