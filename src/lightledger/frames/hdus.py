"""The header-data units of a file: their headers and where their data lie, nothing allocated.

Sizes that a header claims are compared with the file before anybody reads pixels, so a header that
lies costs nothing. Plain, gzip and bzip2 files are walked alike.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lightledger.domain import LightledgerError

from .headers import Cards

BLOCK = 2880
#: A header longer than this is not one (drizzled mosaics reach half a megabyte).
MAX_HEADER_BYTES = 16 << 20
#: HDUs looked at; a file with more is cut there.
MAX_HDUS = 200
#: Bytes unpacked while walking a compressed file; a bomb stops here.
MAX_UNPACKED = 2 << 30

_UNPACK_ERRORS = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


@dataclass(frozen=True)
class Hdu:
    """One header-data unit.

    Attributes
    ----------
    index : int
        0 for the primary one.
    cards : Cards
        Its own cards.
    header : bytes
        The header as it stands in the file.
    offset, n_bytes : int
        Where its data start (in the unpacked file) and how many bytes they should be.
    shape : tuple of int
        Of the image, numpy order, of the original image where it is tile-compressed; () without.
    bitpix : int
    extname : str
    compressed : bool
        A tile-compressed image.
    n_present : int
        Bytes of data that are there; less than ``n_bytes`` in a truncated file, -1 unknown.
    """

    index: int
    cards: Cards
    header: bytes
    offset: int
    n_bytes: int
    shape: tuple[int, ...]
    bitpix: int
    extname: str
    compressed: bool
    n_present: int

    @property
    def is_image(self) -> bool:
        """It holds pixels in at least two dimensions."""
        return len(self.shape) >= 2 and min(self.shape) > 0


def packing(path: Path) -> str:
    """How a file is packed, by its first bytes: '', 'gzip', 'bzip2', 'xz', 'lzw' or 'zip'."""
    with path.open("rb") as file:
        magic = file.read(6)
    if magic[:2] == b"\x1f\x8b":
        return "gzip"
    if magic[:3] == b"BZh":
        return "bzip2"
    if magic == b"\xfd7zXZ\x00":
        return "xz"
    if magic[:2] in (b"\x1f\x9d", b"\x1f\xa0"):
        return "lzw"
    return "zip" if magic[:4] == b"PK\x03\x04" else ""


def open_unpacked(path: Path) -> IO[bytes]:
    """The file as a stream of FITS bytes.

    Raises
    ------
    LightledgerError
        Packed in a way that cannot be read.
    """
    how = packing(path)
    if how == "gzip":
        return gzip.open(path)  # type: ignore[return-value]
    if how == "bzip2":
        return bz2.open(path)
    if how == "xz":
        return lzma.open(path)
    if how:
        raise LightledgerError(f"packed by {how}, which cannot be read here", advice="unpack it")
    return path.open("rb")


def walk(path: Path) -> list[Hdu]:
    """The HDUs of a file, up to the first that is broken.

    Raises
    ------
    LightledgerError
        It is no FITS file, or its first header is broken; one line, without the file's name.
    OSError
        It cannot be read.
    """
    size = path.stat().st_size
    if size == 0:
        raise LightledgerError("empty file")
    packed = packing(path)
    found: list[Hdu] = []
    with open_unpacked(path) as file:
        end = size if not packed else _unpacked_size(path, packed)
        try:
            while len(found) < MAX_HDUS:
                hdu = _next(file, len(found), end)
                if hdu is None:
                    break
                found.append(hdu)
                after = hdu.offset + -(-hdu.n_bytes // BLOCK) * BLOCK
                if (end is not None and after >= end) or after > MAX_UNPACKED:
                    break
                if packed and found[0].is_image and len(found) == 1 and _stands_alone(hdu):
                    break  # unpacking all pixels only to find no extension costs too much
                file.seek(after)
        except LightledgerError:
            if not found:
                raise
        except _UNPACK_ERRORS as error:
            if not found:
                raise LightledgerError(f"cannot be unpacked ({error})") from None
    return found


def _stands_alone(hdu: Hdu) -> bool:
    return hdu.cards.text("EXTEND") != "T" or hdu.cards.integer("NEXTEND", -1) == 0


def _unpacked_size(path: Path, packed: str) -> int | None:
    """Size a gzip file says it has (exact below 4 GB and one member), None when unknown."""
    if packed != "gzip":
        return None
    with path.open("rb") as file:
        file.seek(-4, io.SEEK_END)
        (size,) = struct.unpack("<I", file.read(4))
    # A damaged or very large file says something else: then only reading can tell.
    return int(size) if size % BLOCK == 0 and size > 0 else None


def _next(file: IO[bytes], index: int, end: int | None) -> Hdu | None:
    start = file.tell()
    header = _read_header(file, index)
    if header is None:
        return None
    cards = Cards.from_text(header.decode("latin-1"))
    compressed = cards.text("ZIMAGE") == "T" and cards.text("XTENSION").startswith("BINTABLE")
    shape, bitpix = _shape(cards, "Z" if compressed else "")
    own, own_bitpix = _shape(cards, "") if compressed else (shape, bitpix)
    groups = cards.text("GROUPS") == "T" and cards.integer("NAXIS1", -1) == 0
    if index > 0 and not compressed and not cards.text("XTENSION").startswith(("IMAGE", "IUE")):
        shape = ()
    if groups:
        own, shape = own[:-1], ()
    n_bytes = _data_bytes(cards, own, own_bitpix)
    offset = start + len(header)
    present = -1 if end is None else max(0, min(n_bytes, end - offset))
    name = cards.text("EXTNAME").upper()
    return Hdu(index, cards, header, offset, n_bytes, shape, bitpix, name, compressed, present)


def _read_header(file: IO[bytes], index: int) -> bytes | None:
    """Whole blocks up to the END card; None where no further HDU begins."""
    parts: list[bytes] = []
    total = 0
    while total < MAX_HEADER_BYTES:
        block = file.read(BLOCK)
        if not parts:
            if index == 0 and not block.startswith(b"SIMPLE"):
                raise LightledgerError("not a FITS file: it does not begin with SIMPLE")
            if index > 0 and not block.startswith(b"XTENSION"):
                return None
        if len(block) == 0:
            break
        parts.append(block)
        total += len(block)
        if any(block[i : i + 8].rstrip() == b"END" for i in range(0, len(block), 80)):
            return b"".join(parts)
        if len(block) < BLOCK:
            break
        if b"\0" in block[:80] and not block[:80].strip(b"\0 "):
            break
    raise LightledgerError("the header is cut off: it has no END card")


def _shape(cards: Cards, prefix: str) -> tuple[tuple[int, ...], int]:
    """Shape in numpy order, and BITPIX; impossible numbers give ()."""
    bitpix = cards.integer(f"{prefix}BITPIX")
    naxis = cards.integer(f"{prefix}NAXIS")
    if not 0 < naxis < 1000 or bitpix not in (8, 16, 32, 64, -32, -64):
        return (), bitpix
    axes = tuple(cards.integer(f"{prefix}NAXIS{i}", -1) for i in range(naxis, 0, -1))
    return (axes, bitpix) if min(axes) >= 0 else ((), bitpix)


def _data_bytes(cards: Cards, shape: tuple[int, ...], bitpix: int) -> int:
    n = 1 if shape else 0
    for length in shape:
        n *= length
    groups = max(cards.integer("GCOUNT", 1), 1)
    return groups * (max(cards.integer("PCOUNT"), 0) + n) * abs(bitpix) // 8
