"""The checksum table as read from a store, and checked by its seal."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError

from . import outline
from .checksums import CRC32, EXTENT, EXTENTS, NAME, SEAL, SEALS, tile
from .diskio import PositionedFile
from .layout import Place, Tree
from .structure import SALVAGE


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
        Parts of the table itself that are damaged: paths.
    """

    extents: np.ndarray
    names: list[str]
    sums: np.ndarray
    damaged: tuple[str, ...]

    def find(self, path: str) -> np.void | None:
        """The extent of a dataset; None when it is not in the table."""
        return self.extents[self.names.index(path)] if path in self.names else None


def load_table(tree: Tree, file: PositionedFile) -> ChecksumTable:
    """Read and check the checksum table.

    Raises
    ------
    LightledgerError
        The table is missing, or damaged so that nothing can be checked by it.
    """
    broken = LightledgerError(
        "the checksum table is damaged, nothing can be checked by it", tree.path, SALVAGE
    )
    raw, places = _read_table(tree, file, broken)
    (seal,) = np.frombuffer(raw[SEALS], SEAL)
    if _unsealed(raw, seal, (SEALS, EXTENTS)):
        raise broken
    n = int(seal["n_extents"])
    extents = np.frombuffer(raw[EXTENTS], EXTENT)[:n]
    sums = np.frombuffer(raw[CRC32], "<u4")[: int(seal["n_sums"])]
    names = np.frombuffer(raw[NAME], places[NAME].dtype)[:n]
    if extents.size != n or names.size != n or not _follow(extents, sums.size):
        raise broken
    words = [name.decode("utf-8", "replace") for name in names.tolist()]
    return ChecksumTable(extents, words, sums, _unsealed(raw, seal, (NAME, CRC32)))


def table_by_outline(told: outline.Outline, file: PositionedFile) -> ChecksumTable:
    """The table of a store whose table is damaged: the sums, and the rest from the outline.

    Raises
    ------
    LightledgerError
        The sums are not there.
    """
    broken = LightledgerError("the checksums of the store cannot be read", told.path)
    raw, _ = _read_table(told, file, broken)
    (seal,) = np.frombuffer(raw[SEALS], SEAL)
    damaged = _unsealed(raw, seal, (SEALS,)) or _unsealed(raw, seal, (EXTENTS, NAME, CRC32))
    damaged = damaged or (EXTENTS,)  # whole, and yet not of this file
    specs = told.datasets()
    try:
        tiles = tile(file, specs, [told.place(s.path).offset for s in specs], told.file_size)
    except (ValueError, EOFError):
        raise broken from None
    sums = np.frombuffer(raw[CRC32], "<u4")
    extents = np.array([row for _, row in tiles], EXTENT)
    if not _follow(extents, sums.size):
        raise broken
    return ChecksumTable(extents, [name for name, _ in tiles], sums, damaged)


def _read_table(
    tree: Tree, file: PositionedFile, broken: LightledgerError
) -> tuple[dict[str, bytearray], dict[str, Place]]:
    """Bytes and places of the four datasets, of the types they should have."""
    places = {path: tree.place(path) for path in (EXTENTS, NAME, CRC32, SEALS)}
    types = (places[EXTENTS].dtype == EXTENT, places[SEALS].dtype == SEAL)
    kinds = (places[NAME].dtype.kind, places[CRC32].dtype.str)
    if not all(types) or kinds != ("S", "<u4") or places[SEALS].shape != (1,):
        raise broken
    try:
        return {path: file.read(p.n_bytes, p.offset) for path, p in places.items()}, places
    except (EOFError, OSError):
        raise broken from None


def _unsealed(raw: dict[str, bytearray], seal: np.void, paths: Sequence[str]) -> tuple[str, ...]:
    """Those of ``paths`` that fail their sum in the seal (the seal: its own)."""
    expected = {
        SEALS: seal["own_crc"],
        EXTENTS: seal["extents_crc"],
        NAME: seal["name_crc"],
        CRC32: seal["crc32_crc"],
    }
    content = {**raw, SEALS: raw[SEALS][:-4]}
    return tuple(path for path in paths if zlib.crc32(content[path]) != expected[path])


def _follow(extents: np.ndarray, n_sums: int) -> bool:
    """Whether the extents follow one another from byte 0 and their sums exist."""
    offset, size, step, first, count = (extents[name] for name in EXTENT.names or ())
    steps = np.where(step, step, np.maximum(size, 1))
    pieces = size // steps + (size % steps > 0)
    return bool(
        extents.size
        and offset[0] == 0
        and (offset[1:] == (offset + size)[:-1]).all()
        and ((count == pieces) | (count == 0)).all()
        and (first <= n_sums).all()
        and (count <= n_sums - first).all()
    )
