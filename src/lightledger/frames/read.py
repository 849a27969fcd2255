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
from pathlib import Path

import numpy as np
from astropy.io import fits

from lightledger.domain import LightledgerError

from .frame import Frame
from .hdus import Hdu, open_unpacked, packing, walk
from .headers import number_in, parse_card
from .layout import plane_shape

#: `warnings.catch_warnings` changes what all threads share.
_QUIET = threading.Lock()
#: A sub-frame is dropped whole when its median is this many robust sigmas off the others'.
FRAME_CLIP = 4.0
#: Sub-frames that a level is compared with.
LEVEL_WINDOW = 11
#: A value is dropped when it is this many robust sigmas off its pixel's median.
PIXEL_CLIP = 5.0
#: Fewer sub-frames than this are averaged without clipping.
MIN_CLIPPED = 5
_ROWS = 1 << 22


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

    Cubes: of 'sci' the robust mean (see `robust_mean`); of 'unc' and 'std' the error of that mean,
    ``sqrt(sum of squares) / n``; of 'cov' the sum.

    Raises
    ------
    LightledgerError
        The file is gone, changed its layout, is damaged, or holds no finite pixel.
    """
    path = Path(frame.path)
    try:
        hdus = walk(path)
        if frame.hdu >= len(hdus) or not hdus[frame.hdu].is_image:
            raise LightledgerError("the image is no longer in the file")
        hdu = hdus[frame.hdu]
        shape, n_sub = plane_shape(hdu, hdu.cards.over(hdus[0].cards))
        if (shape, n_sub) != (frame.shape, frame.n_sub):
            raise LightledgerError("the file has changed since the folder was scanned")
        pixels = _tiles(path, frame.hdu) if hdu.compressed else _plain(path, hdu)
        header = _header(hdus[0], hdu)
    except LightledgerError as error:
        raise LightledgerError(error.what, frame.name, error.advice) from None
    except MemoryError:
        raise LightledgerError("not enough memory for the image", frame.name) from None
    except Exception as error:  # a damaged file makes numpy, zlib and astropy raise anything
        text = " ".join(str(error).split())[:120]
        raise LightledgerError(f"its pixels cannot be read ({text})", frame.name) from None
    pixels = pixels.reshape((n_sub, *shape) if n_sub > 1 else shape)
    image = _flat(pixels, header, frame.kind) if n_sub > 1 else Image(_float32(pixels), header)
    if frame.kind == "sci" and not np.isfinite(image.data).any():
        raise LightledgerError("holds no finite pixel", frame.name)
    return image


def _float32(pixels: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.ascontiguousarray(pixels, dtype=np.float32)


def _plain(path: Path, hdu: Hdu) -> np.ndarray:
    """Pixels in their physical unit (BSCALE, BZERO, BLANK applied)."""
    code = {8: "u1", 16: ">i2", 32: ">i4", 64: ">i8", -32: ">f4", -64: ">f8"}[hdu.bitpix]
    count = int(np.prod(hdu.shape, dtype=np.int64))
    if packing(path):
        with open_unpacked(path) as file:
            file.seek(hdu.offset)
            raw = np.frombuffer(_exactly(file, count * abs(hdu.bitpix) // 8), code)
    else:
        raw = np.fromfile(path, code, count, offset=hdu.offset)
    if raw.size < count:
        raise LightledgerError("truncated: pixels are missing at its end")
    scale, zero = hdu.cards.number("BSCALE"), hdu.cards.number("BZERO")
    scale, zero = (1.0 if scale is None or scale == 0 else scale), zero or 0.0
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


def _exactly(file: object, n_bytes: int) -> bytes:
    """Up to ``n_bytes``, read in pieces: a header that lies about them allocates nothing."""
    parts: list[bytes] = []
    left = n_bytes
    while left > 0:
        part = file.read(min(left, _ROWS))  # type: ignore[attr-defined]
        if not part:
            raise LightledgerError("truncated: pixels are missing at its end")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


@contextmanager
def _quiet() -> Iterator[None]:
    """No warning of astropy reaches standard error; one thread at a time."""
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _tiles(path: Path, index: int) -> np.ndarray:
    with _quiet(), fits.open(path, memmap=False) as hdus:
        data = hdus[index].data
    if data is None:
        raise LightledgerError("the image is no longer in the file")
    return np.asarray(data)


def _header(primary: Hdu, hdu: Hdu) -> fits.Header:
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


def _flat(cube: np.ndarray, header: fits.Header, kind: str) -> Image:
    if kind == "sci":
        data, scatter, dropped = robust_mean(cube)
        return Image(data, header, scatter, dropped)
    with np.errstate(invalid="ignore"):
        if kind == "cov":
            return Image(_float32(np.nansum(cube, axis=0, dtype=np.float64)), header)
        good = np.isfinite(cube)
        n = good.sum(axis=0)
        squares = np.where(good, cube.astype(np.float64) ** 2, 0.0).sum(axis=0)
        error = np.asarray(np.where(n > 0, np.sqrt(squares) / np.maximum(n, 1), np.nan))
    return Image(_float32(error), header)


def robust_mean(cube: np.ndarray) -> tuple[np.ndarray, np.ndarray, int]:
    """Mean of sub-frames without those that are off.

    Sub-frames whose median level stands out (of IRAC's subarray cubes the first and the 58th) are
    dropped whole; then, pixel by pixel, values more than `PIXEL_CLIP` robust sigmas from the median
    of theirs (cosmic rays). With fewer than `MIN_CLIPPED` nothing is dropped.

    Parameters
    ----------
    cube : ndarray, shape (n, ny, nx)

    Returns
    -------
    mean, error : ndarray of float32, shape (ny, nx)
        Mean, and its standard error from the scatter of the values kept; nan where none is finite.
    n_dropped : int
        Sub-frames dropped whole.
    """
    keep = _sound_frames(cube)
    used = cube[keep]
    n, ny, nx = used.shape
    mean = np.empty((ny, nx), np.float32)
    error = np.empty((ny, nx), np.float32)
    step = max(1, _ROWS // max(1, n * nx))
    with np.errstate(invalid="ignore", divide="ignore"):
        for row in range(0, ny, step):
            block = used[:, row : row + step].astype(np.float64)
            block[~np.isfinite(block)] = np.nan
            if n >= MIN_CLIPPED:
                middle = _nan_median(block)
                off = np.abs(block - middle)
                sigma = 1.4826 * _nan_median(off)
                block[off > PIXEL_CLIP * np.where(sigma > 0, sigma, np.inf)] = np.nan
            good = np.isfinite(block)
            count = good.sum(axis=0)
            average = np.where(good, block, 0.0).sum(axis=0) / count
            spread = np.where(good, (block - average) ** 2, 0.0).sum(axis=0)
            mean[row : row + step] = average
            error[row : row + step] = np.sqrt(spread / (count - 1) / count)
    return mean, error, int(cube.shape[0] - n)


def _sound_frames(cube: np.ndarray) -> np.ndarray:
    """Indices of sub-frames whose median is like the others'."""
    n = cube.shape[0]
    if n < MIN_CLIPPED:
        return np.arange(n)
    level = _nan_median(cube.reshape(n, -1).T.astype(np.float64))
    # The level drifts along a cube; neighbours tell what it should be.
    half = min(LEVEL_WINDOW, n - 1) // 2
    first = np.clip(np.arange(n) - half, 0, n - 2 * half - 1)
    neighbours = level[first[None, :] + np.arange(2 * half + 1)[:, None]]
    off = np.abs(level - _nan_median(neighbours))
    sigma = 1.4826 * float(_nan_median(off[:, None])[0])
    finite = np.isfinite(level)
    sound = finite & (off <= FRAME_CLIP * sigma) if sigma > 0 else finite
    return np.flatnonzero(sound) if sound.sum() >= n / 2 else np.arange(n)


def _nan_median(values: np.ndarray) -> np.ndarray:
    """Median over the first axis without nan, nan (and no warning) where there is nothing."""
    ordered = np.sort(values, axis=0)  # nan goes last
    count = np.isfinite(ordered).sum(axis=0)
    low = np.maximum((count - 1) // 2, 0)
    high = np.maximum(count // 2, 0).clip(max=len(ordered) - 1)
    pair = [np.take_along_axis(ordered, index[None], axis=0)[0] for index in (low, high)]
    return np.where(count > 0, (pair[0] + pair[1]) / 2, np.nan)
