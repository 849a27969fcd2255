"""Units of pixels, and the factor from a pixel sum to the stored unit.

Where a header's unit is a known surface brightness or flux density, fluxes are stored in uJy;
counts become counts per second; what is not known stays what it is.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from lightledger.domain.magnitudes import AB_ZERO_UJY, INSTRUMENTAL_ZERO

#: 1 MJy/sr in uJy per square arcsecond: 1e12 x (pi / 648000)^2.
UJY_ARCSEC2_PER_MJY_SR = 1e12 * (math.pi / 648000.0) ** 2

_JY = {"": 1e6, "k": 1e9, "m": 1e3, "u": 1.0, "μ": 1.0, "µ": 1.0, "n": 1e-3, "M": 1e12}
_BRIGHTNESS = re.compile(
    r"([kmunMμµ]?)Jy\s*(?:/|\s+|\.)\s*(sr|steradian|arcsec|sq\s?arcsec)\s*(?:\*\*|\^)?\(?(-?\d?)\)?",
    re.IGNORECASE,
)
_FLUX = re.compile(r"([kmunMμµ]?)Jy(?:\s*/\s*(?:pix|pixel)|\s+pix(?:el)?-1)?", re.IGNORECASE)
_COUNTS = {
    "adu": "adu", "adus": "adu", "dn": "adu", "count": "adu", "counts": "adu", "cts": "adu",
    "ct": "adu", "data number": "adu", "data numbers": "adu", "a/d": "adu", "analog": "adu",
    "electron": "electron", "electrons": "electron", "e-": "electron", "e": "electron",
    "el": "electron", "photon": "electron", "photons": "electron", "photo-electrons": "electron",
    "photoelectrons": "electron", "phot-el": "electron",
}  # fmt: skip
_PER_SECOND = re.compile(
    r"\s*(?:/\s*(?:s|sec|second)s?|\s+(?:s|sec|second)\s*(?:\*\*|\^)?-1)$", re.I
)
_PER_PIXEL = re.compile(r"\s*/\s*pix(?:el)?s?$|\s+pix(?:el)?\^?-1$", re.IGNORECASE)


@dataclass(frozen=True)
class FluxScale:
    """From a sum of pixel values to a stored flux.

    Attributes
    ----------
    factor : float
        Stored flux = sum of pixel values x factor.
    unit : str
        Of the stored flux.
    zero_point : float
        Magnitude of a flux of 1.
    system : str
        'AB', or 'instrumental'.
    note : str
        What was assumed; '' when nothing.
    """

    factor: float
    unit: str
    zero_point: float
    system: str
    note: str = ""


def clean_unit(text: str) -> str:
    """A unit as found in a header, trimmed of brackets and blanks.

    >>> clean_unit(" [MJy/sr] ")
    'MJy/sr'
    """
    return " ".join(text.strip().strip("[]()'\"").split())


def counts_of(unit: str) -> tuple[str, bool] | None:
    """'adu' or 'electron', and whether per second; None when the unit is no count.

    >>> counts_of("ELECTRONS/S"), counts_of("DN"), counts_of("MJy/sr")
    (('electron', True), ('adu', False), None)
    """
    text = _PER_PIXEL.sub("", clean_unit(unit).lower())
    bare = _PER_SECOND.sub("", text)
    per_second = bare != text
    bare = _PER_PIXEL.sub("", bare)
    name = _COUNTS.get(bare)
    return None if name is None else (name, per_second)


def is_brightness(unit: str) -> bool:
    """Whether a unit is per solid angle, so that a flux needs the area of the pixels it is on.

    >>> is_brightness("MJy/sr"), is_brightness("uJy"), is_brightness("adu")
    (True, False, False)
    """
    return _BRIGHTNESS.fullmatch(clean_unit(unit)) is not None


def to_ujy(unit: str, pixel_area_arcsec2: float) -> float | None:
    """uJy of one pixel of value 1; None where the unit is no flux density or the area unknown.

    >>> round(to_ujy("MJy/sr", 0.36), 6)
    8.461595
    """
    unit = clean_unit(unit)
    if match := _BRIGHTNESS.fullmatch(unit):
        scale = _prefix(match[1])
        per_sr = match[2].lower().startswith("s") and "arcsec" not in match[2].lower()
        if not pixel_area_arcsec2 > 0 or not math.isfinite(pixel_area_arcsec2):
            return None
        area = pixel_area_arcsec2 * (UJY_ARCSEC2_PER_MJY_SR / 1e12 if per_sr else 1.0)
        return scale * area
    if match := _FLUX.fullmatch(unit):
        return _prefix(match[1])
    return None


def _prefix(letter: str) -> float:
    # 'MJY/SR' is written where headers are all capitals; a mJy/sr is always lower case.
    return _JY.get(letter, _JY.get(letter.lower(), 1e6))


def flux_scale(unit: str, pixel_area_arcsec2: float, exposure_s: float) -> FluxScale:
    """How pixel sums of a frame become stored fluxes.

    Parameters
    ----------
    unit : str
        BUNIT as found; '' when the header has none.
    pixel_area_arcsec2 : float
        Of the frame's own WCS; nan when unknown.
    exposure_s : float
        Exposure that one pixel value stands for: of one sub-frame where a cube was averaged
        (`frame.Frame.value_exposure_s`).

    Returns
    -------
    FluxScale
    """
    factor = to_ujy(unit, pixel_area_arcsec2)
    if factor is not None:
        return FluxScale(factor, "uJy", AB_ZERO_UJY, "AB")
    cleaned = clean_unit(unit)
    counts = counts_of(cleaned) if cleaned else ("adu", False)
    note = "" if cleaned else "the header gives no unit: adu assumed"
    if counts is None:
        note = f"the unit {cleaned!r} is not known and kept as it is"
        return FluxScale(1.0, cleaned, INSTRUMENTAL_ZERO, "instrumental", note)
    name, per_second = counts
    if per_second:
        return FluxScale(1.0, f"{name}/s", INSTRUMENTAL_ZERO, "instrumental", note)
    if not (math.isfinite(exposure_s) and exposure_s > 0):
        note = (note + "; " if note else "") + "no exposure time: not divided by it"
        return FluxScale(1.0, name, INSTRUMENTAL_ZERO, "instrumental", note)
    return FluxScale(1.0 / exposure_s, f"{name}/s", INSTRUMENTAL_ZERO, "instrumental", note)
