"""A cone on the sky: read from a line of text, and the distance of every object from its axis."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError

#: Units of a radius, in arcseconds; without one it is in arcseconds.
_UNITS = {
    **dict.fromkeys(("", '"', "″", "''", "arcsec", "arcsecs", "as"), 1.0),
    **dict.fromkeys(("'", "′", "arcmin", "arcmins", "am"), 60.0),
    **dict.fromkeys(("d", "°", "deg", "degree", "degrees"), 3600.0),
}
_NUMBER = r"[0-9]+(?:\.[0-9]*)?|\.[0-9]+"
_RADIUS = re.compile(rf"(?P<place>.*\S)[\s,]+(?P<size>{_NUMBER})\s*(?P<unit>[a-z\"'″′°]*)", re.I)
_DEGREES = re.compile(rf"[+-]?(?:{_NUMBER})")
_SEXAGESIMAL = re.compile(
    r"(?P<sign>[+-]?)(?P<whole>[0-9]{1,3})\s*(?P<mark>[:hd°\s])\s*(?P<minute>[0-9]{1,2}(?:\.[0-9]*)?)"
    r"(?:\s*[:m'′\s]\s*(?P<second>[0-9]{1,2}(?:\.[0-9]*)?)?)?\s*[s\"″]?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cone:
    """Everything within a radius of a direction (ICRS)."""

    ra_deg: float
    dec_deg: float
    radius_arcsec: float

    def distances(self, ra_deg: np.ndarray, dec_deg: np.ndarray) -> np.ndarray:
        """Great-circle distances from the axis, arcsec (haversine: exact for small angles too)."""
        dec, dec0 = np.radians(dec_deg), math.radians(self.dec_deg)
        half = np.sin((dec - dec0) / 2) ** 2
        across = np.sin(np.radians(ra_deg - self.ra_deg) / 2) ** 2
        half += np.cos(dec) * math.cos(dec0) * across
        return np.degrees(2 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))) * 3600


def parse_cone(text: str, position_of: Callable[[str], tuple[float, float] | None]) -> Cone:
    """Read ``RA DEC RADIUS`` or ``OBJECT RADIUS``.

    RA and Dec in degrees, or sexagesimal (RA in hours): ``264.1 69.2``, ``17:36:24.0 +69:12:00``,
    ``17h36m24s +69d12m00s``, ``17 36 24 +69 12 00``. The radius in arcsec, or with a unit:
    ``5"``, ``5 arcsec``, ``5'``, ``5 arcmin``, ``0.1d``, ``0.1 deg``.

    Parameters
    ----------
    text : str
    position_of : callable
        RA and Dec (deg) of an object by its id; None when there is none of that id.

    Raises
    ------
    LightledgerError

    >>> parse_cone("17:36:24.0 -69:12:00 5'", lambda name: None)
    Cone(ra_deg=264.1, dec_deg=-69.2, radius_arcsec=300.0)
    """
    match = _RADIUS.fullmatch(text.strip().replace("−", "-"))
    if match is None or match["unit"].lower() not in _UNITS:
        raise _not_a_cone(text)
    radius = float(match["size"]) * _UNITS[match["unit"].lower()]
    place = match["place"].rstrip(",")
    found = position_of(place.strip())
    ra, dec = found if found is not None else _position(place, text)
    if not (math.isfinite(ra) and math.isfinite(dec)):
        raise LightledgerError(f"object {place.strip()!r} has no position on the sky")
    return Cone(ra, dec, radius)


def _position(place: str, text: str) -> tuple[float, float]:
    words = place.replace(",", " ").split()
    half = len(words) // 2
    if not words or len(words) % 2:
        raise _not_a_cone(text)
    ra, hours = _angle(" ".join(words[:half]), text)
    dec, _ = _angle(" ".join(words[half:]), text)
    ra *= 15 if hours else 1
    if not -360 <= ra <= 360 or not -90 <= dec <= 90:
        raise LightledgerError(f"{text.strip()!r} is outside the sky", advice=_ADVICE)
    return round(ra % 360, 12), dec


def _angle(text: str, whole: str) -> tuple[float, bool]:
    """An angle, and whether it would be in hours if it is a right ascension."""
    if _DEGREES.fullmatch(text):
        return float(text), False
    match = _SEXAGESIMAL.fullmatch(text)
    if match is None:
        raise _not_a_cone(whole)
    minute, second = float(match["minute"]), float(match["second"] or 0)
    if minute >= 60 or second >= 60:
        raise _not_a_cone(whole)
    size = float(match["whole"]) + minute / 60 + second / 3600
    return (-size if match["sign"] == "-" else size), match["mark"] not in "d°D"


_ADVICE = "write RA DEC RADIUS such as '17:36:24 +69:12:00 5 arcsec', or OBJECT RADIUS"


def _not_a_cone(text: str) -> LightledgerError:
    shown = " ".join(text.split())[:80]
    return LightledgerError(f"{shown!r} is no place with a radius", advice=_ADVICE)
