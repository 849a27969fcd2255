"""FITS binary tables written row by row: header first, rows in blocks, checksums at the end.

FITS Standard 4.0: binary tables (section 7.3), unsigned integers by TZERO (table 19), and
CHECKSUM and DATASUM (section 4.4.2.7, appendix J).
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from astropy.io.fits import Card, Header
from astropy.io.fits.verify import VerifyWarning

from .stream import WholeFile

_BLOCK = 2880
#: numpy kind and size to the letter of TFORM and what stored integers are smaller by (TZERO).
_FORMS: dict[str, tuple[str, str, int]] = {
    "u1": ("B", "u1", 0),
    "i1": ("I", ">i2", 0),
    "i2": ("I", ">i2", 0),
    "u2": ("I", ">i2", 1 << 15),
    "i4": ("J", ">i4", 0),
    "u4": ("J", ">i4", 1 << 31),
    "i8": ("K", ">i8", 0),
    "u8": ("K", ">i8", 1 << 63),
    "f2": ("E", ">f4", 0),
    "f4": ("E", ">f4", 0),
    "f8": ("D", ">f8", 0),
}


@dataclass(frozen=True)
class Column:
    """A column of a binary table.

    Attributes
    ----------
    name : str
    dtype : numpy.dtype
        Of one number, or ``S<n>``.
    shape : tuple of int
        Of one cell; () for a single value.
    unit, ucd, meaning : str
        TUNIT, TUCD and TCOMM.
    """

    name: str
    dtype: np.dtype
    shape: tuple[int, ...] = ()
    unit: str = ""
    ucd: str = ""
    meaning: str = ""

    @property
    def stored(self) -> np.dtype:
        """Its cells in the file."""
        if self.dtype.kind == "S":
            return np.dtype((self.dtype, self.shape))
        return np.dtype((_FORMS[self.dtype.str[1:]][1], self.shape))

    def cards(self, number: int) -> list[tuple[str, Any]]:
        repeat = int(np.prod(self.shape, dtype=np.int64))
        if self.dtype.kind == "S":
            form, zero = f"{repeat * self.dtype.itemsize}A", 0
        else:
            letter, _, zero = _FORMS[self.dtype.str[1:]]
            form = f"{repeat}{letter}"
        cards: list[tuple[str, Any]] = [(f"TTYPE{number}", self.name), (f"TFORM{number}", form)]
        if zero:
            cards += [(f"TSCAL{number}", 1), (f"TZERO{number}", zero)]
        text = self.dtype.kind == "S"
        if len(self.shape) > (0 if text else 1):  # the length of texts is their first dimension
            letters = (self.dtype.itemsize,) if text else ()
            sizes = ",".join(map(str, (*letters, *reversed(self.shape))))
            cards.append((f"TDIM{number}", f"({sizes})"))
        more = (("TUNIT", self.unit), ("TUCD", self.ucd), ("TCOMM", self.meaning))
        return cards + [(f"{key}{number}", value) for key, value in more if value]

    def encode(self, cells: np.ndarray) -> np.ndarray:
        """Cells as they stand in the file."""
        if self.dtype.kind == "S" or not _FORMS[self.dtype.str[1:]][2]:
            return cells
        # taking TZERO off, modulo the size of the integer, is turning its highest bit
        size = self.dtype.itemsize
        unsigned = np.ascontiguousarray(cells, self.dtype)
        return (unsigned ^ self.dtype.type(1 << (8 * size - 1))).view(f"i{size}")


Rows = Mapping[str, np.ndarray]


class FitsTables:
    """A FITS file that grows table by table, wherever its bytes go."""

    def append(self, content: bytes | memoryview) -> int:
        """Write bytes at the end; how many."""
        raise NotImplementedError

    def tell(self) -> int:
        """How many bytes there are."""
        raise NotImplementedError

    def rewrite(self, place: int, content: bytes) -> None:
        """Write over what stands at ``place``."""
        raise NotImplementedError

    def primary(self, cards: Sequence[tuple[str, Any]], history: Iterable[Card]) -> None:
        """The first header; it has no data. ``history`` is of `history_cards`."""
        header = Header([("SIMPLE", True), ("BITPIX", 8), ("NAXIS", 0), ("EXTEND", True)])
        _fill(header, cards)
        for card in history:
            header.append(card, end=True)
        self.append(_summed(_image(header), 0))

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        n_row: int,
        blocks: Iterable[Rows],
        cards: Sequence[tuple[str, Any]] = (),
    ) -> None:
        """A binary table.

        Parameters
        ----------
        name : str
            EXTNAME.
        columns : sequence of Column
        n_row : int
            Rows of all blocks together.
        blocks : iterable of mapping of str to ndarray
            Some rows each, by name of the column.
        cards : sequence of (str, value)
            More keywords.
        """
        kinds = [column.stored for column in columns]
        names = [f"f{i}" for i in range(len(columns))]  # names may repeat but for their case
        row = np.dtype(list(zip(names, kinds, strict=True)))
        header = Header(
            [
                ("XTENSION", "BINTABLE"), ("BITPIX", 8), ("NAXIS", 2), ("NAXIS1", row.itemsize),
                ("NAXIS2", n_row), ("PCOUNT", 0), ("GCOUNT", 1), ("TFIELDS", len(columns)),
            ]
        )  # fmt: skip
        for number, column in enumerate(columns, 1):
            _fill(header, column.cards(number))
        _fill(header, [("EXTNAME", name), *cards])
        place, image = self.tell(), _image(header)
        self.append(image)
        total, left = _Sum(), n_row * row.itemsize
        for block in blocks:
            rows = np.empty(len(block[columns[0].name]), row)
            for field, column in zip(names, columns, strict=True):
                rows[field] = column.encode(block[column.name])
            raw = rows.view(np.uint8)
            total.add(raw)
            left -= raw.size
            self.append(raw.data)
        if left:
            raise ValueError(f"table {name}: {left} bytes too few")
        self.append(bytes(-n_row * row.itemsize % _BLOCK))
        self.rewrite(place, _summed(image, total.value))


class FitsStream(WholeFile, FitsTables):
    """A FITS file on disk; it appears under its name by `commit`."""


class FitsBytes(FitsTables):
    """A small FITS file in memory."""

    def __init__(self) -> None:
        self.content = bytearray()

    def append(self, content: bytes | memoryview) -> int:
        self.content += content
        return len(content)

    def tell(self) -> int:
        return len(self.content)

    def rewrite(self, place: int, content: bytes) -> None:
        self.content[place : place + len(content)] = content


class _Sum:
    """The ones' complement sum of 32-bit words of bytes that come in pieces."""

    def __init__(self) -> None:
        self._words, self._rest = 0, b""

    def add(self, raw: np.ndarray) -> None:
        if self._rest or raw.size % 4:
            raw = np.frombuffer(self._rest + raw.tobytes(), np.uint8)
        whole = raw.size - raw.size % 4
        self._rest = raw[whole:].tobytes()
        self._words += int(raw[:whole].view(">u4").sum(dtype=np.uint64))

    @property
    def value(self) -> int:
        """Of all so far, as if zeros followed."""
        last = int.from_bytes(self._rest.ljust(4, b"\0"), "big")
        return _fold(self._words + last)


def _fold(total: int) -> int:
    while total >> 32:
        total = (total & 0xFFFFFFFF) + (total >> 32)
    return total


def history_cards(lines: Iterable[str]) -> list[Card]:
    """Lines of any length as HISTORY, made once for any number of files."""
    header = Header()
    for line in lines:
        header["HISTORY"] = ascii_text(line)
    header.tostring()  # each card keeps what it looks like
    return list(header.cards)


def _fill(header: Header, cards: Iterable[tuple[str, Any]]) -> None:
    for key, value in cards:
        header[key] = ascii_text(value) if isinstance(value, str) else value


def ascii_text(text: str) -> str:
    """As FITS takes it: printable ASCII on one line; what is not becomes an escape."""
    clean = " ".join(text.split())
    plain = clean.encode("ascii", "backslashreplace").decode()
    return plain if plain.isprintable() else "".join(map(_escaped, plain))


def _escaped(c: str) -> str:
    return c if c.isprintable() else f"\\x{ord(c):02x}"


def _image(header: Header) -> bytes:
    """The header as bytes, with room for its sums."""
    header["CHECKSUM"] = "0" * 16
    header["DATASUM"] = "0".rjust(10)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VerifyWarning)
        return header.tostring().encode("ascii")


def _summed(image: bytes, datasum: int) -> bytes:
    """That header with the sum of its data, and CHECKSUM so that the sum over both is -0."""
    content = _filled(image, b"DATASUM", str(datasum).rjust(10))
    zero = _Sum()
    zero.add(np.frombuffer(content, np.uint8))
    total = _fold(zero.value + datasum)
    return _filled(content, b"CHECKSUM", encode_sum(~total & 0xFFFFFFFF)) if total else content


def _filled(image: bytes, key: bytes, text: str) -> bytes:
    """A header with another text of the same length in the card of a keyword."""
    start = key.ljust(8) + b"= '"
    cards = range(0, len(image), 80)
    place = next(i for i in cards if image.startswith(start, i)) + len(start)
    return image[:place] + text.encode("ascii") + image[place + len(text) :]


def encode_sum(number: int) -> str:
    """A 32-bit number as 16 printable characters whose sum it is (appendix J of the standard)."""
    columns = []
    for byte in number.to_bytes(4, "big"):
        quotient, remainder = divmod(byte, 4)
        four = [quotient + remainder + 48, quotient + 48, quotient + 48, quotient + 48]
        # characters that are no letters or digits are avoided in pairs, which keeps the sum
        while any(58 <= c <= 64 or 91 <= c <= 96 for c in four):
            for i in (0, 2):
                if any(58 <= c <= 64 or 91 <= c <= 96 for c in four[i : i + 2]):
                    four[i] += 1
                    four[i + 1] -= 1
        columns.append(four)
    text = "".join(chr(columns[j][i]) for i in range(4) for j in range(4))
    return text[-1] + text[:-1]
