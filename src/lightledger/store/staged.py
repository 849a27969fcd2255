"""One staged file: everything measured in one visit and band, visit-major, with checksums.

``LLSTAGE1`` | u4 length of the header | u4 CRC-32 of the header | JSON header | zeros to a
multiple of 64 | per measurement value f4, error f4, flags u2 of every object, padded to 8 bytes |
planes f4 of every object.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import Flag, LightledgerError, VisitRow

from .diskio import PositionedFile, crc32, speaking, write_whole

MAGIC = b"LLSTAGE1"
_PREFIX = struct.Struct("<8sII")
_MAX_HEADER = 16 << 20


class StagedDamage(LightledgerError):
    """A staged file is cut off or fails its checksum; it is to be measured again."""


def _chunk_size(n_object: int) -> int:
    return -(-10 * n_object // 8) * 8


@dataclass(frozen=True)
class StagedVisit:
    """Header of a staged file and where its arrays stand.

    Attributes
    ----------
    path : Path
    band, visit : str
    row : dict
        The visit's row of the visit table.
    measurements : tuple of str
        ``image-method`` names.
    planes : tuple of str
        Names of the planes per object: 'x', 'y', 'coverage'.
    n_object : int
    recipe_hash : str
        Hash of the measuring part of the recipe.
    crc : tuple of int
        CRC-32 of value, error, flags of each measurement, then of each plane.
    start : int
        Offset of the first array.
    """

    path: Path
    band: str
    visit: str
    row: VisitRow
    measurements: tuple[str, ...]
    planes: tuple[str, ...]
    n_object: int
    recipe_hash: str
    crc: tuple[int, ...]
    start: int

    @property
    def n_bytes(self) -> int:
        chunks = len(self.measurements) * _chunk_size(self.n_object)
        return self.start + chunks + 4 * self.n_object * len(self.planes)

    @property
    def mjd_utc_mid(self) -> float:
        mid: Any = self.row.get("mjd_utc_mid", np.nan)
        return float(np.nan if mid is None else mid)

    def offsets(self, measurement: str) -> tuple[int, int, int]:
        """Offsets of value (f4), error (f4) and flags (u2) of ``measurement``."""
        at = self.start + self.measurements.index(measurement) * _chunk_size(self.n_object)
        return at, at + 4 * self.n_object, at + 8 * self.n_object

    def plane_offset(self, plane: str) -> int:
        """Offset of a plane (f4)."""
        chunks = len(self.measurements) * _chunk_size(self.n_object)
        return self.start + chunks + 4 * self.n_object * self.planes.index(plane)

    def sums(self, measurement: str) -> tuple[int, ...]:
        """CRC-32 of value, error and flags of ``measurement``."""
        at = 3 * self.measurements.index(measurement)
        return self.crc[at : at + 3]

    def plane_sum(self, plane: str) -> int:
        return self.crc[3 * len(self.measurements) + self.planes.index(plane)]

    def read(self, measurement: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value (f4), error (f4), flags (u2), each of shape (n_object,), checked.

        Raises
        ------
        StagedDamage
            A checksum does not fit.
        """
        arrays = tuple(np.empty(self.n_object, t) for t in ("<f4", "<f4", "<u2"))
        self._fill(arrays, self.offsets(measurement), self.sums(measurement))
        return arrays[0], arrays[1], arrays[2]

    def read_plane(self, plane: str) -> np.ndarray:
        """A plane, f4, shape (n_object,), checked; raises StagedDamage."""
        array = np.empty(self.n_object, "<f4")
        self._fill((array,), (self.plane_offset(plane),), (self.plane_sum(plane),))
        return array

    def _fill(
        self, arrays: Sequence[np.ndarray], offsets: Sequence[int], sums: Sequence[int]
    ) -> None:
        with PositionedFile(self.path) as file:
            for array, offset, crc in zip(arrays, offsets, sums, strict=True):
                file.read_into(array, offset)
                if crc32(array) != crc:
                    raise self.damage("it fails its checksum")

    def check(self) -> None:
        """Read everything; raises StagedDamage when a checksum does not fit."""
        for measurement in self.measurements:
            self.read(measurement)
        for plane in self.planes:
            self.read_plane(plane)

    def damage(self, why: str) -> StagedDamage:
        return StagedDamage(
            f"the staged visit {self.visit} of {self.band} is damaged: {why}",
            self.path,
            "run the ingest again; it measures this visit anew",
        )


def _plain(value: Any) -> Any:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.tolist()
    return str(value)


def write_staged(
    path: Path,
    row: VisitRow,
    measurements: Sequence[str],
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    planes: dict[str, np.ndarray] | None = None,
    recipe_hash: str = "",
    *,
    band: str = "",
) -> None:
    """Write one staged file whole: temporary name, fsync, rename, fsync of the folder.

    A point that is not finite and carries no flag gets `Flag.NOT_FINITE`, so that no slot is
    empty without a reason.

    Parameters
    ----------
    path : Path
        From `Staging.path_of`; the band is in its name.
    row : dict
        Row of the visit table; ``row["visit"]`` is the id.
    measurements : sequence of str
        ``image-method`` names.
    value, error, flags : ndarray, shape (n_measurement, n_object)
        float32, float32, uint16.
    planes : dict of str to ndarray, shape (n_object,)
        'x', 'y' (0-based pixels of the frame), 'coverage'; float32.
    recipe_hash : str
        `Recipe.measuring_hash`.
    band : str
        Only needed when ``path`` is not from `Staging.path_of`.

    Raises
    ------
    LightledgerError
        The disk is full or the folder cannot be written; nothing is left behind.
    ValueError
        Shapes that do not fit each other.
    """
    path = Path(path)
    value = np.atleast_2d(np.ascontiguousarray(value, "<f4"))
    error = np.atleast_2d(np.ascontiguousarray(error, "<f4"))
    flags = np.atleast_2d(np.array(flags, "<u2"))
    n_object = value.shape[1]
    expected = (len(measurements), n_object)
    if not (value.shape == error.shape == flags.shape == expected):
        raise ValueError(
            f"value {value.shape}, error {error.shape}, flags {flags.shape}: expected {expected}"
        )
    flags[~np.isfinite(value) & (flags == 0)] |= np.uint16(Flag.NOT_FINITE)

    pieces: list[Any] = []
    sums: list[int] = []
    padding = bytes(_chunk_size(n_object) - 10 * n_object)
    for m in range(len(measurements)):
        for array in (value[m], error[m], flags[m]):
            pieces.append(array)
            sums.append(crc32(array))
        pieces.append(padding)
    kept = {name: np.ascontiguousarray(p, "<f4") for name, p in (planes or {}).items()}
    for name, plane in kept.items():
        if plane.shape != (n_object,):
            raise ValueError(f"plane {name}: shape {plane.shape}, expected {(n_object,)}")
        pieces.append(plane)
        sums.append(crc32(plane))
    header = json.dumps(
        {
            "band": band or path.name.partition("~")[0],
            "visit": str(row["visit"]),
            "row": row,
            "measurements": list(measurements),
            "planes": list(kept),
            "n_object": n_object,
            "recipe_hash": recipe_hash,
            "crc": sums,
        },
        default=_plain,
    ).encode()
    head = _PREFIX.pack(MAGIC, len(header), zlib.crc32(header)) + header
    head += bytes(-len(head) % 64)
    with speaking(path):
        write_whole(path, [head, *[p for p in pieces if len(p)]])


def read_staged(path: Path) -> StagedVisit:
    """Header of a staged file; its size and the header's checksum are checked.

    Raises
    ------
    StagedDamage
        Not a staged file, cut off, or a header that fails its checksum.
    """
    path = Path(path)
    try:
        with PositionedFile(path) as file:
            size = file.size
            magic, length, crc = _PREFIX.unpack(bytes(file.read(_PREFIX.size, 0)))
            if magic != MAGIC or length > min(_MAX_HEADER, size):
                raise StagedDamage("not a staged visit", path)
            raw = bytes(file.read(length, _PREFIX.size))
        if zlib.crc32(raw) != crc:
            raise StagedDamage("the header of the staged visit fails its checksum", path)
        header = json.loads(raw)
        staged = StagedVisit(
            path=path,
            band=header["band"],
            visit=header["visit"],
            row=header["row"],
            measurements=tuple(header["measurements"]),
            planes=tuple(header["planes"]),
            n_object=int(header["n_object"]),
            recipe_hash=header["recipe_hash"],
            crc=tuple(header["crc"]),
            start=-(-(_PREFIX.size + length) // 64) * 64,
        )
    except (EOFError, OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise StagedDamage(f"the staged visit cannot be read ({error})", path) from None
    if size != staged.n_bytes:
        raise staged.damage(f"{size} bytes instead of {staged.n_bytes}")
    return staged
