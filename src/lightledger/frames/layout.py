"""Which of a file's HDUs is the image, which its 1-sigma map, and how many sub-frames it has."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lightledger.domain import LightledgerError

from .cells import column_of
from .hdus import Hdu
from .headers import Cards
from .readings import duration_s
from .timekeys import FRAME_TIME_KEYS

#: Smaller ones hold no star with its sky around it.
MIN_SIDE = 8
MAX_PIXELS = 1_000_000_000
_SCIENCE = ("SCI", "SCIENCE", "IMAGE", "PRIMARY")
_UNCERTAINTY = ("ERR", "ERROR", "UNC", "UNCERT", "UNCERTAINTY", "SIGMA", "STDEV", "STDDEV", "RMS")
_COVERAGE = ("COV", "COVERAGE")
_NO_IMAGE = re.compile(
    r"DQ|MASK|FLAGS?|WHT|WEIGHT|IVAR|VAR|VARIANCE|CTX|CON|BKG|BACKGROUND|SKY|PSF.*|SAMP|TIME|AREA|"
    r"D2IMARR|WCSDVARR|WCSCORR|HDRLET|SIPWCS|SEG.*|MODEL|RESID.*|BPM|VAR_.*|.*_VAR|.*MASK|"
    r"APERTURE"
)
_MASK = re.compile(r"DQ|FLAGS?|BPM|.*MASK")
_SPECTRAL = re.compile(r"FREQ|WAVE|AWAV|VRAD|VOPT|VELO|ENER|WAVN|LAMBDA|STOKES|ZOPT|BETA|FELO")


class NoImage(LightledgerError):
    """The file is sound and holds tables."""


@dataclass(frozen=True)
class Plane:
    """One image of a file: its HDU, kind, 2-D shape (ny, nx) and number of sub-frames."""

    hdu: Hdu
    kind: str
    shape: tuple[int, int]
    n_sub: int


def planes_of(hdus: list[Hdu]) -> tuple[list[Plane], list[str]]:
    """The image of a file (first), its 1-sigma and coverage maps where it holds them, and remarks.

    Of several images of the sky in one file (the chips of a mosaic camera) the first is used and
    the remark says so.

    Raises
    ------
    NoImage
        It holds tables only.
    LightledgerError
        It holds no image, or the image is truncated, too small, or of more dimensions than a
        series of sub-frames has.
    """
    images = [hdu for hdu in hdus if hdu.is_image]
    sky = [hdu for hdu in images if _role(hdu) == "sci"]
    if not sky:
        raise _none(hdus)
    named = [hdu for hdu in sky if hdu.extname in _SCIENCE and hdu.index > 0]
    candidates = named or sky
    chosen, plane = _first_usable(candidates, hdus[0].cards)
    notes = []
    if len(candidates) > 1:
        place = f"HDU {chosen.index}" + (f", {chosen.extname}" if chosen.extname else "")
        notes.append(f"the file holds {len(candidates)} images: only the first ({place}) is used")
    if masks := sorted({hdu.extname for hdu in images if _MASK.fullmatch(hdu.extname)}):
        notes.append(f"{', '.join(masks)} is not used: bad pixels must be nan in the image")
    found = [plane]
    version = chosen.cards.integer("EXTVER", 1)
    for hdu in images:
        role = _role(hdu)
        if role in ("unc", "cov") and hdu.cards.integer("EXTVER", 1) == version:
            if hdu.shape != chosen.shape or 0 <= hdu.n_present < hdu.n_bytes:
                notes.append(f"{hdu.extname} does not fit the image and is not used")
            elif role not in (p.kind for p in found):
                found.append(Plane(hdu, role, plane.shape, plane.n_sub))
    return found, notes


def _role(hdu: Hdu) -> str:
    if hdu.extname in _UNCERTAINTY or hdu.extname.endswith(" UNCERT"):
        return "unc"
    if hdu.extname in _COVERAGE:
        return "cov"
    return "" if _NO_IMAGE.fullmatch(hdu.extname) else "sci"


def _none(hdus: list[Hdu]) -> LightledgerError:
    if any(column_of(hdu.cards) for hdu in hdus):
        return NoImage("a target-pixel file, whose frames are not measured beside other images")
    if any(hdu.index and not hdu.shape and hdu.n_bytes for hdu in hdus):
        return NoImage("holds tables and no image")
    shapes = [hdu.shape for hdu in hdus if hdu.shape]
    if shapes:
        size = " x ".join(map(str, shapes[0][::-1]))
        return LightledgerError(f"holds no image (its data are {size})")
    if hdus[0].n_bytes:
        return LightledgerError("holds random groups, no image")
    return LightledgerError("holds a header and no image")


def _first_usable(candidates: list[Hdu], primary: Cards) -> tuple[Hdu, Plane]:
    """The first candidate that can be used; the error of the first when none can."""
    failure: LightledgerError | None = None
    for hdu in candidates:
        try:
            shape, n_sub = plane_shape(hdu, hdu.cards.over(primary))
            return hdu, Plane(hdu, "sci", shape, n_sub)
        except LightledgerError as error:
            failure = failure or error
    assert failure is not None
    raise failure


def plane_shape(hdu: Hdu, cards: Cards) -> tuple[tuple[int, int], int]:
    """2-D shape and number of sub-frames of an image.

    A third axis is time when the header gives a frame time, or when it is longer than four and is
    not said to be anything else. Three planes without a frame time are a colour picture.

    Raises
    ------
    LightledgerError
        It cannot be used; one line.
    """
    pixels = 1
    for length in hdu.shape:
        pixels *= length
    if 0 <= hdu.n_present < hdu.n_bytes:
        raise LightledgerError(
            f"truncated: its header promises {hdu.n_bytes:,} bytes of pixels, "
            f"{hdu.n_present:,} are there"
        )
    if pixels > MAX_PIXELS:
        raise LightledgerError(f"claims {pixels:,} pixels, more than can be used")
    shape = list(hdu.shape)
    while len(shape) > 2 and shape[0] == 1:
        shape.pop(0)
    if len(shape) > 3:
        raise LightledgerError(f"has {len(shape)} dimensions: no image or series of images")
    ny, nx = shape[-2:]
    if min(ny, nx) < MIN_SIDE:
        raise LightledgerError(f"too small to be an image of the sky ({nx} x {ny} pixels)")
    if len(shape) == 2:
        return (ny, nx), 1
    n = shape[0]
    axis = cards.text(f"CTYPE{len(hdu.shape) - hdu.shape.index(n)}").upper()
    if _SPECTRAL.match(axis):
        raise LightledgerError(f"a cube whose third axis is {axis}, not time")
    if n <= 4 and duration_s(cards, *FRAME_TIME_KEYS) is None:
        what = "a colour picture?" if n == 3 else "no frame time"
        raise LightledgerError(f"a cube of {n} planes, not of exposures ({what})")
    return (ny, nx), n
