"""Pixels of one frame, as float32; a cube of sub-frames becomes its robust mean.

Plain images are read by numpy alone, at the offset that the header walk found, so that nothing but
the image is read and threads do not wait for each other; only tile-compressed ones go through
astropy.
"""

from __future__ import annotations

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import RawIOBase
from pathlib import Path

import numpy as np
from astropy.io import fits

from lightledger.domain import LightledgerError
from lightledger.domain.planes import PLANES

from .cells import CellTable
from .cubes import error_of_mean, robust_mean
from .frame import Frame
from .hdus import Hdu, open_unpacked, packing, walk
from .headers import number_in, parse_card
from .layout import plane_shape

#: `warnings.catch_warnings` changes what all threads share.
_QUIET = threading.Lock()
#: Bytes read at once from a packed file.
_PIECE = 1 << 22
#: Pixels turned at once into native byte order: a megabyte, which stays in cache.
_TURNED = 1 << 18
#: How BITPIX stores numbers.
STORED = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}
TRUNCATED = "truncated: pixels are missing at its end"


@dataclass(frozen=True)
class Image:
    """Pixels of a frame.

    Attributes
    ----------
    data : ndarray of float32, shape (ny, nx)
        C-contiguous, native byte order; nan where blank.
    header : astropy.io.fits.Header
        Of the image, the primary header's cards below it.
    scatter : ndarray of float32, shape (ny, nx), or None
        Standard error of the mean of a cube's sub-frames, from their scatter.
    n_dropped : int
        Sub-frames dropped whole.
    """

    data: np.ndarray
    header: fits.Header
    scatter: np.ndarray | None = None
    n_dropped: int = 0


def read_image(frame: Frame) -> Image:
    """Read the pixels of a frame.

    Cubes: of 'sci' the robust mean (see `cubes.robust_mean`); of 'unc' and 'std' its error,
    ``sqrt(sum of squares) / n``; of 'cov' the sum.

    Raises
    ------
    LightledgerError
        The file is gone, changed its layout, is damaged, or holds no finite pixel.
    """
    path = Path(frame.path)
    try:
        if frame.cell is not None:
            table = CellTable.of(frame)
            return Image(table.cells(frame.kind)[frame.cell.row].copy(), table.header())
        hdus = walk(path)
        if frame.hdu >= len(hdus) or not hdus[frame.hdu].is_image:
            raise LightledgerError("the image is no longer in the file")
        hdu = hdus[frame.hdu]
        shape, n_sub = plane_shape(hdu, hdu.cards.over(hdus[0].cards))
        if (shape, n_sub) != (frame.shape, frame.n_sub):
            raise LightledgerError("the file has changed since the folder was scanned")
        pixels = _tiles(path, frame.hdu) if hdu.compressed else _plain(path, hdu)
        header = header_of(hdus[0], hdu)
    except LightledgerError as error:
        raise LightledgerError(error.what, frame.name, error.advice) from None
    except MemoryError:
        raise LightledgerError("not enough memory for the image", frame.name) from None
    except Exception as error:  # a damaged file makes numpy, zlib and astropy raise anything
        text = " ".join(str(error).split())[:120]
        raise LightledgerError(f"its pixels cannot be read ({text})", frame.name) from None
    pixels = pixels.reshape((n_sub, *shape) if n_sub > 1 else shape)
    if n_sub > 1:
        data, scatter, dropped = flattened(pixels, frame.kind)
        image = Image(data, header, scatter, dropped)
    else:
        image = Image(_float32(pixels), header)
    if frame.kind == "sci" and not any(np.isfinite(row).any() for row in image.data):
        raise LightledgerError("holds no finite pixel", frame.name)
    return image


def read_header(frame: Frame) -> fits.Header:
    """Header of a frame, without reading its pixels.

    Raises
    ------
    LightledgerError
        The file is gone or no longer what it was.
    """
    try:
        if frame.cell is not None:
            return CellTable.of(frame).header()
        hdus = walk(Path(frame.path))
        return header_of(hdus[0], hdus[frame.hdu])
    except (OSError, IndexError) as error:
        raise LightledgerError(f"cannot be read ({error})", frame.name) from None


def _float32(pixels: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(pixels, dtype=np.float32)


def scaling(hdu: Hdu) -> tuple[float, float]:
    """BSCALE and BZERO."""
    scale, zero = hdu.cards.number("BSCALE"), hdu.cards.number("BZERO")
    return (1.0 if scale is None or scale == 0 else scale), zero or 0.0


def _plain(path: Path, hdu: Hdu) -> np.ndarray:
    """Pixels in their physical unit (BSCALE, BZERO, BLANK applied)."""
    code = STORED[hdu.bitpix]
    count = int(np.prod(hdu.shape, dtype=np.int64))
    if hdu.bitpix == -32 and scaling(hdu) == (1.0, 0.0) and not packing(path):
        return _native(path, hdu.offset, count)
    if packing(path):
        with open_unpacked(path) as file:
            file.seek(hdu.offset)
            raw = np.frombuffer(_exactly(file, count * abs(hdu.bitpix) // 8), code)
    else:
        raw = np.fromfile(path, code, count, offset=hdu.offset)
    if raw.size < count:
        raise LightledgerError(TRUNCATED)
    return physical(raw, hdu)


def physical(raw: np.ndarray, hdu: Hdu) -> np.ndarray:
    """Stored numbers of a plain image in their physical unit, float32 or float64, nan where blank.

    Parameters
    ----------
    raw : ndarray
        Of the dtype that BITPIX says, any shape.
    """
    scale, zero = scaling(hdu)
    blank = hdu.cards.number("BLANK") if hdu.bitpix > 0 else None
    # 16-bit integers and their usual offset are exact in single precision; larger ones are not.
    wide = hdu.bitpix in (32, 64, -64) or scale != 1.0
    values: np.ndarray = raw.astype(np.float64 if wide else np.float32)
    if scale != 1.0:
        values = values * scale
    if zero:
        values = values + zero
    if blank is not None:
        values[raw == int(blank)] = np.nan
    return values


def _native(path: Path, offset: int, count: int) -> np.ndarray:
    """Single-precision pixels in native byte order, turned piece by piece while they are in cache.

    Not mapped: a file that shrinks under a mapping kills the process.
    """
    values = PLANES.empty(count, np.float32)
    piece = np.empty(_TURNED, ">f4")
    with path.open("rb", buffering=0) as file:
        file.seek(offset)
        for first in range(0, count, _TURNED):
            part = piece[: count - first]
            if not _filled(file, part.view(np.uint8).data):
                raise LightledgerError(TRUNCATED)
            values[first : first + part.size] = part
    return values


def _filled(file: RawIOBase, buffer: memoryview) -> bool:
    """Whether the whole buffer could be read into; one call may read less."""
    while buffer:
        n = file.readinto(buffer)
        if not n:
            return False
        buffer = buffer[n:]
    return True


def _exactly(file: object, n_bytes: int) -> bytes:
    """Up to ``n_bytes``, read in pieces: a header that lies about them allocates nothing."""
    parts: list[bytes] = []
    left = n_bytes
    while left > 0:
        part = file.read(min(left, _PIECE))  # type: ignore[attr-defined]
        if not part:
            raise LightledgerError(TRUNCATED)
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@contextmanager
def quiet() -> Iterator[None]:
    """No warning of astropy reaches standard error; one thread at a time."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _tiles(path: Path, index: int) -> np.ndarray:
    with quiet(), fits.open(path, memmap=False) as hdus:
        data = hdus[index].data
    if data is None:
        raise LightledgerError("the image is no longer in the file")
    return np.asarray(data)


def header_of(primary: Hdu, hdu: Hdu) -> fits.Header:
    """The header as astropy has it, without the cards that astropy would stumble over.

    astropy parses a card when it is first asked for, and may then warn or raise in any thread.
    """
    images = _sound_cards(hdu.header, frozenset())
    if hdu.compressed:
        images = [_TILES.sub(_as_image, image) for image in images]
        images = [image for image in images if not _OF_TABLE.match(image)]
    if hdu.index:
        known = frozenset(image[:8] for image in images)
        images += _sound_cards(primary.header, known | _STRUCTURE)
    return fits.Header.fromstring("".join(images))


#: Keywords of the table that holds the tiles, and those of the image with a Z before them.
_OF_TABLE = re.compile(
    r"XTENSION|PCOUNT |GCOUNT |TFIELDS |THEAP|T(?:TYPE|FORM|UNIT|DIM|SCAL|ZERO|NULL)\d|"
    r"Z(?:IMAGE|CMPTYPE|TILE\d|NAME\d|VAL\d|QUANTIZ|DITHER|MASKCMP|TENSION|SIMPLE|EXTEND|"
    r"PCOUNT|GCOUNT|BLANK|HECKSUM|DATASUM)"
)
_TILES = re.compile(r"^(Z?)(BITPIX|NAXIS\d?) *(?==)")


def _as_image(match: re.Match[str]) -> str:
    """ZNAXIS1 as NAXIS1; the table's own NAXIS1 as one to be dropped."""
    return f"{match[2]:<8}" if match[1] else "TFIELDS "


_STRUCTURE = frozenset(f"{key:<8}" for key in ("SIMPLE", "EXTEND", "COMMENT", "HISTORY", ""))
_KEYWORD = re.compile(r"[A-Z0-9_-]{1,8} *")


def _sound_cards(header: bytes, without: frozenset[str]) -> list[str]:
    """Card images with a standard keyword and a value that is text, a number or a logical one."""
    text = header.decode("latin-1")
    kept: list[str] = []
    for start in range(0, len(text), 80):
        image = text[start : start + 80]
        if image[:8] == "END     ":
            break
        if image[:8] in without or not image.isascii() or not image.isprintable():
            continue
        if image[:8] in ("COMMENT ", "HISTORY "):
            kept.append(image)
        elif image[8:10] == "= " and _KEYWORD.fullmatch(image[:8]):
            parsed = parse_card(image)
            if parsed and (
                parsed[1].quoted
                or parsed[1].text in ("T", "F", "")
                or number_in(parsed[1].text) is not None
            ):
                kept.append(image)
    return kept


def flattened(cube: np.ndarray, kind: str) -> tuple[np.ndarray, np.ndarray | None, int]:
    """A cube of sub-frames as one image: data, scatter, sub-frames dropped; see `read_image`."""
    if kind == "sci":
        return robust_mean(cube)
    if kind == "cov":
        return _float32(np.asarray(np.nansum(cube, axis=0, dtype=np.float64))), None, 0
    return _float32(error_of_mean(cube)), None, 0
