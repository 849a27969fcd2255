"""The checksum table: extents that tile the whole file, a CRC-32 for each piece of them.

``/checksums/extents`` has a row per extent (offset, size, bytes per sum, first sum, number of
sums), ``/checksums/name`` says what stands there, ``/checksums/crc32`` are the sums, and
``/checksums/seal`` holds the sums of these three and of itself. Rows of size 0 are unused.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightledger.domain import LightledgerError

from . import outline
from .diskio import PositionedFile, as_bytes, crc32
from .layout import DatasetSpec, sum_count
from .structure import Place, Structure

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


def row_sums(rows: Any, step: int) -> list[int]:
    """CRC-32 of each ``step`` bytes of a contiguous buffer (0: of the whole)."""
    view = as_bytes(rows)
    if not step:
        return [zlib.crc32(view)]
    return [zlib.crc32(view[at : at + step]) for at in range(0, len(view), step)]


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
        self._first = dict(zip(self._specs, outline.first_sums(datasets), strict=True))
        self._sums = np.zeros(self._specs[CRC32].shape, "<u4")
        self._extents = np.zeros(self._specs[EXTENTS].shape, EXTENT)
        self._names = np.zeros(self._specs[NAME].shape, self._specs[NAME].dtype)
        self._n_extent = 0
        self._n_sum = sum(spec.n_sums for spec in datasets)  # sums of gaps stand after these
        self._tile(file.size)

    def _tile(self, file_size: int) -> None:
        end = 0
        filled = [s for s in self._specs.values() if s.n_bytes]
        for spec in sorted(filled, key=lambda s: self._offset[s.path]):
            offset, first = self._offset[spec.path], self._first[spec.path]
            self._gap(end, offset)
            own = spec.path.startswith(GROUP + "/")  # the table has its sums in the seal
            counted = 0 if own else spec.n_sums
            self._add(offset, spec.n_bytes, spec.step, first, counted, spec.path)
            end = offset + spec.n_bytes
        self._gap(end, file_size)
        if outline.PATH in self._specs:  # written with the layout
            room = self._specs[outline.PATH].n_bytes
            content = self._file.read(room, self._offset[outline.PATH])
            self._sums[self._first[outline.PATH]] = zlib.crc32(content)

    def _gap(self, start: int, end: int) -> None:
        """The structure and the padding between two datasets; both are final already."""
        if start > end:
            raise RuntimeError("datasets overlap")
        content = bytes(self._file.read(end - start, start))
        used = len(content.rstrip(b"\0"))
        for offset, piece, name in (
            (start, content[:used], STRUCTURE),
            (start + used, content[used:], PADDING),
        ):
            if piece:
                self._add(offset, len(piece), 0, self._n_sum, 1, name)
                self._sums[self._n_sum] = zlib.crc32(piece)
                self._n_sum += 1

    def _add(self, offset: int, size: int, step: int, first: int, count: int, name: str) -> None:
        self._extents[self._n_extent] = (offset, size, step, first, count)
        self._names[self._n_extent] = name.encode()
        self._n_extent += 1

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
        spec = self._specs[path]
        view = as_bytes(rows)
        if not len(view):
            return
        self._file.write(view, self._offset[path] + at)
        sums = np.array(row_sums(view, spec.step), "<u4")
        sums[list(damaged)] ^= np.uint32(0xFFFFFFFF)
        first = self._first[path] + (at // spec.step if spec.step else 0)
        self._sums[first : first + sums.size] = sums

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


@dataclass(frozen=True)
class ChecksumTable:
    """The table as read from a store.

    Attributes
    ----------
    extents : structured ndarray
        Fields offset, size, step, first, count; in order of offset.
    names : list of str
        What stands in each: the path of a dataset, 'structure' or 'padding'.
    sums : ndarray of uint32
    damaged : tuple of str
        Parts of the table itself that fail their checksum.
    """

    extents: np.ndarray
    names: list[str]
    sums: np.ndarray
    damaged: tuple[str, ...]

    def find(self, path: str) -> np.void | None:
        """The extent of a dataset; None when it is not in the table."""
        return self.extents[self.names.index(path)] if path in self.names else None


def load_table(structure: Structure, file: PositionedFile) -> ChecksumTable:
    """Read and check the checksum table.

    Raises
    ------
    LightledgerError
        The table is missing, or damaged so that nothing can be checked by it.
    """
    raw: dict[str, bytearray] = {}
    places: dict[str, Place] = {}
    for path in (EXTENTS, NAME, CRC32, SEALS):
        places[path] = structure.place(path)
        raw[path] = file.read(places[path].n_bytes, places[path].offset)
    broken = LightledgerError(
        "the checksum table is damaged, nothing can be checked by it", structure.path
    )
    types = (places[EXTENTS].dtype == EXTENT, places[SEALS].dtype == SEAL)
    kinds = (places[NAME].dtype.kind, places[CRC32].dtype.str)
    if not all(types) or kinds != ("S", "<u4") or places[SEALS].shape != (1,):
        raise broken
    (seal,) = np.frombuffer(raw[SEALS], SEAL)
    if zlib.crc32(raw[SEALS][:-4]) != seal["own_crc"]:
        raise broken
    if zlib.crc32(raw[EXTENTS]) != seal["extents_crc"]:
        raise broken
    damaged = [
        f"checksum table ({part})"
        for part, path, crc in (
            ("names", NAME, seal["name_crc"]),
            ("sums", CRC32, seal["crc32_crc"]),
        )
        if zlib.crc32(raw[path]) != crc
    ]
    n = int(seal["n_extents"])
    extents = np.frombuffer(raw[EXTENTS], EXTENT)[:n]
    sums = np.frombuffer(raw[CRC32], "<u4")[: int(seal["n_sums"])]
    names = np.frombuffer(raw[NAME], places[NAME].dtype)[:n]
    if extents.size != n or names.size != n or not _tiles(extents, sums.size):
        raise broken
    words = [name.decode("utf-8", "replace") for name in names.tolist()]
    return ChecksumTable(extents, words, sums, tuple(damaged))


def _tiles(extents: np.ndarray, n_sums: int) -> bool:
    """Whether the extents follow one another from byte 0 and their sums exist."""
    ends = extents["offset"] + extents["size"]
    counts = [sum_count(int(e["size"]), int(e["step"])) if e["count"] else 0 for e in extents]
    return bool(
        extents.size
        and extents["offset"][0] == 0
        and (extents["offset"][1:] == ends[:-1]).all()
        and (extents["count"] == counts).all()
        and (extents["first"] + extents["count"] <= n_sums).all()
    )
