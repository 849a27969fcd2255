"""Where a telescope stands, from the many ways headers say it, with the sign of its longitude.

The sign is no standard: of two real files one counts east positive and one west. It is chosen so
that the altitude (else the hour angle) of the pointing agrees with the header's; without those, by
the keyword's comment; else east is taken as positive, as FITS has it, and called uncertain.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from .earth import Site, altitude_deg, hour_angle_deg, xyz_to_site
from .headers import Cards, keywords, number_in

LONGITUDE_KEYS = (
    *keywords(
        "OBSGEO-L LONGITUD LONGITUDE LONGITU SITELONG SITE-LONG SITE-LON SITELON LONG-OBS LON-OBS "
        "OBSLONG OBS-LONG OBSLON OBS-LON OBSLONGI GEOLON GEOLONG TELLONG TEL-LONG TELLON LONG LON"
    ),
    "ESO TEL GEOLON",
)
LATITUDE_KEYS = (
    *keywords(
        "OBSGEO-B LATITUDE SITELAT SITE-LAT LAT-OBS OBSLAT OBS-LAT OBSLATIT GEOLAT TELLAT TEL-LAT "
        "LATITUD LAT"
    ),
    "ESO TEL GEOLAT",
)
HEIGHT_KEYS = (
    *keywords(
        "OBSGEO-H ALT-OBS SITEELEV SITE-ELE SITEALT SITE-ALT OBSALT OBS-ALT OBSELEV OBS-ELEV "
        "OBSHEIGH GEOELEV HEIGHT ELEVATIO ELEVATION SITE-HEI TELELEV"
    ),
    "ESO TEL GEOELEV",
)
ALTITUDE_KEYS = (
    *keywords("TELALT CENTALT OBJCTALT ALT-OBJ OBJALT TEL-ALT TELEL ALT EL"),
    "ESO TEL ALT",
)
ZENITH_KEYS = ("ZD", "ZA", "ZENDIST", "ZDIST", "ZENITHD")
HOUR_ANGLE_KEYS = ("HA", "HOURANG", "TELHA", "OBJCTHA", "HOUR-ANG", "HA-OBS")

_SEXAGESIMAL = re.compile(
    r"([+-]?)\s*(\d{1,3})\s*[:\sdh°]\s*(\d{1,2})(?:\s*[:\sm']\s*(\d{1,2}(?:\.\d*)?)\s*[s\"]?)?"
)
_HEMISPHERE = re.compile(r"^([NSEW])|([NSEW])$", re.IGNORECASE)
#: Agreement, degrees, that decides between two signs; an exposure moves a star by a few.
AGREES_DEG = 5.0


@dataclass(frozen=True)
class RawSite:
    """A site as a header states it, the sign of its longitude not yet known.

    Attributes
    ----------
    longitude, latitude, height : float
        Degrees from -180 to 180, degrees, m.
    said : str
        'east' or 'west' where the text or its comment says what is positive.
    keyword : str
        Of the longitude.
    """

    longitude: float
    latitude: float
    height: float
    said: str
    keyword: str

    def signed(self, sign: int) -> Site:
        """The site with its longitude as stated (1) or turned over (-1)."""
        return sign * self.longitude, self.latitude, self.height


@dataclass(frozen=True)
class Sight:
    """What one frame says about where its telescope looked: degrees; None unknown."""

    mjd_utc: float
    pointing: tuple[float, float] | None
    altitude: float | None
    altitude_key: str
    hour_angles: tuple[float, ...]


def angle_in(text: str) -> float | None:
    """Degrees (or hours) of a number or of 'dd:mm:ss'; a letter N, S, E or W gives the sign.

    >>> angle_in("-96:27:11.8008"), angle_in("110 52 48 W"), angle_in("31.68")
    (-96.453278, -110.88, 31.68)
    """
    text = text.strip()
    sign = 1.0
    if match := _HEMISPHERE.search(text):
        sign = -1.0 if match[0].upper() in "SW" else 1.0
        text = text.strip("NSEWnsew").strip()
    plain = number_in(text.removesuffix("deg").strip())
    if plain is not None:
        return sign * plain
    match = _SEXAGESIMAL.fullmatch(text)
    if match is None or int(match[3]) > 59:
        return None
    degrees = int(match[2]) + int(match[3]) / 60.0 + float(match[4] or 0.0) / 3600.0
    return sign * (-degrees if match[1] == "-" else degrees)


def raw_site(cards: Cards) -> RawSite | None:
    """Longitude, latitude and height of a header; None without the first two."""
    longitude, latitude = _first_angle(cards, LONGITUDE_KEYS), _first_angle(cards, LATITUDE_KEYS)
    if longitude is None or latitude is None:
        return None
    key, east = longitude
    if not (-360 <= east <= 360 and abs(latitude[1]) <= 90) or (east == 0 and latitude[1] == 0):
        return None
    return RawSite((east + 180) % 360 - 180, latitude[1], _height(cards), _said(cards, key), key)


def _first_angle(cards: Cards, keywords: tuple[str, ...]) -> tuple[str, float] | None:
    for keyword in keywords:
        if keyword in cards and (value := angle_in(cards[keyword].text)) is not None:
            return keyword, value
    return None


def _said(cards: Cards, keyword: str) -> str:
    card = cards[keyword]
    if re.search(r"[EW]\s*$|^\s*[EW]", card.text):
        return "east"  # angle_in has given the sign
    if keyword in ("OBSGEO-L", "ESO TEL GEOLON"):
        return "east"  # defined so by FITS and by ESO
    comment = card.comment.lower()
    if re.search(r"\beast|\+\s*e\b|\be(?:ast)? ?(?:positive|\+)|\be is pos", comment):
        return "east"
    if re.search(r"\bwest|\+\s*w\b|\bw(?:est)? ?(?:positive|\+)", comment):
        return "west"
    return ""


def _height(cards: Cards) -> float:
    for keyword in (*HEIGHT_KEYS, "ALTITUDE"):
        value = cards.number(keyword)
        if value is None or not -500 <= value <= 9000:
            continue
        if keyword != "ALTITUDE" or _is_height(cards, value):
            return value
    return 0.0


def _is_height(cards: Cards, value: float) -> bool:
    """ALTITUDE is the site's height in one header and the telescope's angle in the next."""
    comment = cards.comment("ALTITUDE").lower()
    if re.search(r"deg|telescope|object|horizon", comment):
        return False
    return value > 90 or bool(re.search(r"\bm\b|met(?:er|re)|sea", comment))


def sight(cards: Cards, mjd_utc: float, pointing: tuple[float, float] | None) -> Sight:
    """Altitude and hour angle that a header states."""
    altitude, key = None, ""
    found = _first_angle(cards, ALTITUDE_KEYS)
    if found is None and "ALTITUDE" in cards:
        found = _first_angle(cards, ("ALTITUDE",))
        if found and _is_height(cards, found[1]):
            found = None
    if found and -5 <= found[1] <= 90:
        key, altitude = found
    elif (zenith := _first_angle(cards, ZENITH_KEYS)) and 0 <= zenith[1] <= 95:
        key, altitude = zenith[0], 90 - zenith[1]
    else:
        airmass = airmass_in(cards)
        if airmass > 1.02:  # near the zenith airmass tells no angle
            key, altitude = "AIRMASS", float(np.degrees(np.arcsin(1 / airmass)))
    return Sight(mjd_utc, pointing, altitude, key, _hour_angles(cards))


def airmass_in(cards: Cards) -> float:
    """Airmass of a header; nan where it is none or impossible."""
    for keyword in ("AIRMASS", "AIRMAS", "AM", "SECZ", "AIRM-MID"):
        value = cards.number(keyword)
        if value is not None and 0.99 <= value < 40:
            return value
    return float("nan")


def _hour_angles(cards: Cards) -> tuple[float, ...]:
    """Degrees that the hour angle may be: a plain number may be hours or degrees."""
    found = _first_angle(cards, HOUR_ANGLE_KEYS)
    if found is None:
        return ()
    key, value = found
    comment = cards.comment(key).lower()
    if ":" in cards[key].text or " " in cards[key].text.strip():
        return (15 * value,)
    if "deg" in comment:
        return (value,)
    return (value, 15 * value) if abs(value) <= 24 else (value,)


def choose_site(raw: RawSite, sights: list[Sight]) -> tuple[Site, str, bool]:
    """The site with its longitude the right way, why, and whether that is certain.

    Parameters
    ----------
    raw : RawSite
    sights : list of Sight
        Of frames taken there; a dozen is enough.
    """
    for what in ("altitude", "hour angle"):
        if decided := _by_sky(raw, sights, what):
            return decided
    if raw.said:
        sign = -1 if raw.said == "west" else 1
        return raw.signed(sign), f"{raw.keyword} says {raw.said} positive", True
    why = f"{raw.keyword} taken as east positive; its sign could not be checked (<= 42 ms)"
    return raw.signed(1), why, False


def _by_sky(raw: RawSite, sights: list[Sight], what: str) -> tuple[Site, str, bool] | None:
    off: dict[int, list[float]] = {1: [], -1: []}
    key = "HA"
    for seen in sights:
        if seen.pointing is None:
            continue
        for sign, list_ in off.items():
            site, when = raw.signed(sign), np.array([seen.mjd_utc])
            if what == "altitude" and seen.altitude is not None:
                key = seen.altitude_key
                list_.append(
                    abs(float(altitude_deg(*seen.pointing, site, when)[0]) - seen.altitude)
                )
            elif what == "hour angle" and seen.hour_angles:
                there = float(hour_angle_deg(*seen.pointing, site, when)[0])
                list_.append(min(abs((a - there + 180) % 360 - 180) for a in seen.hour_angles))
    if not off[1]:
        return None
    plain, turned = (float(np.median(off[sign])) for sign in (1, -1))
    best, other = min(plain, turned), max(plain, turned)
    if best > AGREES_DEG or other < 2 * best + AGREES_DEG:
        return None
    sign, word = (1, "east") if plain < turned else (-1, "west")
    why = f"{raw.keyword} is {word} positive, as {key} says ({best:.1f} deg off, else {other:.0f})"
    return raw.signed(sign), why, True


def geocentric(cards: Cards) -> tuple[np.ndarray, Site | None] | None:
    """OBSGEO-X, Y, Z (ITRS, m), and the site when they are on the ground."""
    xyz = [cards.number(f"OBSGEO-{axis}") for axis in "XYZ"]
    if None in xyz:
        return None
    x, y, z = (float(v or 0.0) for v in xyz)
    radius = float(np.linalg.norm([x, y, z]))
    if radius < 6.3e6:
        return None
    on_ground = radius < 6.39e6
    return np.array([x, y, z]), xyz_to_site(x, y, z) if on_ground else None
