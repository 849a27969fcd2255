"""Where a frame looks, roughly: by its header's RA and Dec, and by its WCS keywords.

This is for telling two fields apart and for choosing signs; positions of objects come from `grid`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

import numpy as np

from lightledger.domain.times import unit_vector

from .headers import Cards, keywords
from .sites import angle_in

_PAIRS = tuple(
    pair.split("/")
    for pair in keywords(
        "RA/DEC OBJCTRA/OBJCTDEC TELRA/TELDEC RA-OBS/DEC-OBS OBSRA/OBSDEC RA-TARG/DEC-TARG "
        "TARGRA/TARGDEC RA-PNT/DEC-PNT RA-DEG/DEC-DEG OBJRA/OBJDEC RAJ2000/DECJ2000 "
        "CENTRA/CENTDEC RA-NOM/DEC-NOM CAT-RA/CAT-DEC RA-REF/DEC-REF RA-HMS/DEC-DMS"
    )
)
_CTYPE = re.compile(r"(RA|DEC|GLON|GLAT|ELON|ELAT)-+([A-Z]{3})(-SIP)?")
_UNSUPPORTED = ("TNX", "ZPX", "TAB", "LOG", "TPD")
#: Galactic to ICRS (Hipparcos Catalogue, vol. 1, eq. 1.5.11, transposed).
_GALACTIC = np.array(
    [
        [-0.0548755604, -0.8734370902, -0.4838350155],
        [+0.4941094279, -0.4448296300, +0.7469822445],
        [-0.8676661490, -0.1980763734, +0.4559837762],
    ]
).T
_OBLIQUITY = math.radians(23.4392911)
_ECLIPTIC = np.array(
    [
        [1.0, 0.0, 0.0],
        [0.0, math.cos(_OBLIQUITY), -math.sin(_OBLIQUITY)],
        [0.0, math.sin(_OBLIQUITY), math.cos(_OBLIQUITY)],
    ]
)


@dataclass(frozen=True)
class Sketch:
    """Centre of a frame, ICRS degrees, and half its diagonal, degrees, by its WCS keywords."""

    ra_deg: float
    dec_deg: float
    radius_deg: float


def mount_pointing(cards: Cards) -> tuple[float, float] | None:
    """Right ascension and declination, degrees, that a header states; None without."""
    for ra_key, dec_key in _PAIRS:
        ra, dec = _right_ascension(cards, ra_key), _angle(cards, dec_key)
        if ra is not None and dec is not None and -90 <= dec <= 90 and (ra, dec) != (0, 0):
            return ra % 360.0, dec
    return None


def _angle(cards: Cards, key: str) -> float | None:
    return angle_in(_letters_off(cards[key].text)) if key in cards else None


def _letters_off(text: str) -> str:
    """'22h03m10.8s' and '+18d53m04s' as '22 03 10.8'."""
    return re.sub(r"[hdm°'\u2032]\s*", ":", text.strip().rstrip('s"')).rstrip(":")


def _right_ascension(cards: Cards, key: str) -> float | None:
    value = _angle(cards, key)
    if value is None or not -0.001 <= value <= 360:
        return None
    text, comment = cards[key].text.strip(), cards.comment(key).lower()
    in_hours = bool(re.search(r"[:h ]", text)) or bool(re.search(r"\bhours?\b|\[h\b|\bhr", comment))
    if in_hours and value <= 24:
        return 15.0 * value
    return value


def angular_distance_deg(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Between two directions (RA, Dec in degrees)."""
    u, v = unit_vector(*a), unit_vector(*b)
    return math.degrees(math.atan2(float(np.linalg.norm(np.cross(u, v))), float(u @ v)))


def sketch(cards: Cards, shape: tuple[int, int]) -> Sketch | None:
    """Centre and size of a frame by its WCS keywords; None when they make no celestial WCS.

    Numbers written as strings count as numbers. Distortions are left out.
    """
    types = [_CTYPE.fullmatch(cards.text(f"CTYPE{i}").upper()) for i in (1, 2)]
    if types[0] is None or types[1] is None or types[0][2] in _UNSUPPORTED:
        return None
    kinds = [match[1] for match in types if match]
    pair = {"RA", "DEC"} if "RA" in kinds else {kinds[0][0] + "LON", kinds[0][0] + "LAT"}
    if set(kinds) != pair:
        return None
    needed = [cards.number(k) for k in ("CRVAL1", "CRVAL2", "CRPIX1", "CRPIX2")]
    matrix = _matrix(cards)
    if None in needed or matrix is None:
        return None
    val1, val2, pix1, pix2 = (float(v or 0.0) for v in needed)
    ny, nx = shape
    xi, eta = matrix @ np.array([(nx + 1) / 2 - pix1, (ny + 1) / 2 - pix2])
    if kinds[0] in ("DEC", "GLAT", "ELAT"):
        xi, eta, val1, val2 = eta, xi, val2, val1
    if not -90 <= val2 <= 90 or math.hypot(xi, eta) > 60:
        return None
    ra, dec = _from_plane(xi, eta, val1, val2, kinds[0][0])
    corner = matrix @ np.array([nx / 2, ny / 2])
    other = matrix @ np.array([nx / 2, -ny / 2])
    return Sketch(ra, dec, float(max(np.hypot(*corner), np.hypot(*other))))


def _matrix(cards: Cards) -> np.ndarray | None:
    """Degrees per pixel, from CD, PC and CDELT, or CDELT and CROTA2; None when singular."""
    cd = np.array([[cards.number(f"CD{i}_{j}") or 0.0 for j in (1, 2)] for i in (1, 2)])
    if not cd.any():
        delta = [cards.number(f"CDELT{i}") for i in (1, 2)]
        if None in delta:
            return None
        turn = math.radians(cards.number("CROTA2") or 0.0)
        pc = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
        if any(f"PC{i}_{j}" in cards for i in (1, 2) for j in (1, 2)):
            given = [[cards.number(f"PC{i}_{j}") for j in (1, 2)] for i in (1, 2)]
            for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
                value = given[i][j]
                pc[i, j] = float(i == j) if value is None else value
        cd = np.diag(np.array(delta, dtype=float)) @ pc
    scale = math.sqrt(abs(float(np.linalg.det(cd))))
    return cd if np.isfinite(cd).all() and 1e-9 < scale < 1.0 else None


def _from_plane(xi: float, eta: float, lon: float, lat: float, system: str) -> tuple[float, float]:
    """ICRS direction of tangent-plane coordinates (degrees) about (lon, lat) of a system."""
    normal = unit_vector(lon, lat)
    east = np.array([-math.sin(math.radians(lon)), math.cos(math.radians(lon)), 0.0])
    north = np.cross(normal, east)
    vector = normal + math.radians(xi) * east + math.radians(eta) * north
    if system in "GE":
        vector = (_GALACTIC if system == "G" else _ECLIPTIC) @ vector
    ra = math.degrees(math.atan2(vector[1], vector[0])) % 360.0
    return ra, math.degrees(math.atan2(vector[2], math.hypot(vector[0], vector[1])))
