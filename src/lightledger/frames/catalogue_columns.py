"""What the columns of a catalogue mean: guessed from names, UCDs and units."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from .tables import Column, Table

#: Pairs of names (lower case, letters and digits only), the most trustworthy first.
_EQUATORIAL = (
    ("alphawinj2000", "deltawinj2000"), ("alphaj2000", "deltaj2000"),
    ("raj2000", "dej2000"), ("raj2000", "decj2000"), ("raicrs", "deicrs"), ("raicrs", "decicrs"),
    ("ra", "dec"), ("ra", "de"), ("radeg", "decdeg"), ("radeg", "dedeg"), ("rad", "decd"),
    ("ra2000", "dec2000"), ("ra2000", "de2000"), ("ramean", "decmean"), ("rastack", "decstack"),
    ("raepoch2000", "decepoch2000"), ("coordra", "coorddec"), ("skycoordra", "skycoorddec"),
    ("coordsra", "coordsdec"), ("skycentroidra", "skycentroiddec"),
    ("rightascension", "declination"), ("alphasky", "deltasky"), ("alphawinsky", "deltawinsky"),
    ("alpha", "delta"), ("xworld", "yworld"), ("rahours", "decdeg"), ("rahours", "dec"),
    ("rah", "decd"), ("rahms", "decdms"), ("rahms", "dedms"),
)  # fmt: skip
_GALACTIC = (("l", "b"), ("glon", "glat"), ("gallon", "gallat"), ("galacticl", "galacticb"))
#: SExtractor and IRAF count pixels from 1.
_PIXEL_FROM_1 = (
    ("xwinimage", "ywinimage"), ("xpsfimage", "ypsfimage"), ("ximage", "yimage"),
    ("xmodelimage", "ymodelimage"), ("xpeakimage", "ypeakimage"), ("ximagedbl", "yimagedbl"),
)  # fmt: skip
_PIXEL = (
    ("xcentroid", "ycentroid"), ("xcenter", "ycenter"), ("xcentre", "ycentre"), ("xfit", "yfit"),
    ("x", "y"), ("xpix", "ypix"), ("xpixel", "ypixel"), ("xpos", "ypos"), ("xc", "yc"),
    ("xcen", "ycen"), ("x0", "y0"), ("xcol", "yrow"), ("xpeak", "ypeak"),
)  # fmt: skip
_ID = (
    "id", "objectid", "objid", "sourceid", "source", "gaiadr3", "gaiadr2", "gaiaid", "ticid",
    "tic", "ps1objid", "objectname", "name", "main_id", "mainid", "designation", "identifier",
    "auid", "starid", "star", "object", "catalogid", "catid", "idref", "number", "no", "num",
    "oid", "label", "recno", "seq",
)  # fmt: skip
_MAGNITUDE = (
    "magauto", "magbest", "mag", "magiso", "magaper", "vmag", "gmag", "rmag", "imag",
    "photgmeanmag", "maginst", "magnitude", "magap", "meanmag", "jmag", "kmag", "magpsf",
)  # fmt: skip
_HOURS = frozenset({"hour", "hours", "h", "hr", "hrs", "hourangle", "h:m:s", "hms", '"h:m:s"'})
_RADIANS = frozenset({"rad", "radian", "radians"})
_DEGREES = frozenset({"deg", "degree", "degrees", "d", "deg.", "°"})
_SEXAGESIMAL = re.compile(
    r"^\s*([+\-−]?)\s*(\d{1,3})(?:\s*[:hd°]\s*|\s+)(\d{1,2})(?:\s*[:m'′]\s*|\s+|$)"
    r"(\d{1,2}(?:\.\d*)?)?\s*[s\"″]?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pair:
    """Two columns that belong together."""

    first: str
    second: str
    origin: int = 0


def plain(name: str) -> str:
    """A name for comparison.

    >>> plain("_RAJ2000"), plain("X_IMAGE"), plain("source.ra")
    ('raj2000', 'ximage', 'sourcera')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _by_name(table: Table, pairs: tuple[tuple[str, str], ...]) -> tuple[str, str] | None:
    known: dict[str, str] = {}
    for name in table.columns:
        known.setdefault(plain(name), name)
    for first, second in pairs:
        if first in known and second in known:
            return known[first], known[second]
    return None


def _by_ucd(table: Table, first: str, second: str) -> tuple[str, str] | None:
    """Columns whose UCDs begin so, those marked as main first (both generations of UCDs)."""

    def pick(ucd: str) -> str | None:
        matching = [
            name
            for name, column in table.columns.items()
            if re.match(rf"{re.escape(ucd)}(;|_|$)", column.ucd.lower())
            and "error" not in column.ucd.lower()
        ]
        main = [name for name in matching if "main" in table.columns[name].ucd.lower()]
        return next(iter(main or matching), None)

    found = pick(first), pick(second)
    return (found[0], found[1]) if found[0] and found[1] else None


def find_equatorial(table: Table) -> Pair | None:
    found = (
        _by_name(table, _EQUATORIAL)
        or _by_ucd(table, "pos.eq.ra", "pos.eq.dec")
        or _by_ucd(table, "pos_eq_ra", "pos_eq_dec")
        or _by_suffix(table)
    )
    return Pair(*found) if found else None


def _by_suffix(table: Table) -> tuple[str, str] | None:
    """``something.ra`` with ``something.dec``: how a SkyCoord is taken apart."""
    for name in table.columns:
        if re.search(r"[._]ra$", name, re.IGNORECASE):
            stem = name[:-2]
            for other in table.columns:
                if other.lower() == f"{stem}dec".lower():
                    return name, other
    return None


def find_galactic(table: Table) -> Pair | None:
    found = _by_name(table, _GALACTIC) or _by_ucd(table, "pos.galactic.lon", "pos.galactic.lat")
    return Pair(*found) if found else None


def find_pixels(table: Table) -> Pair | None:
    """Pixel columns and whether they count from 0 or 1.

    SExtractor's count from 1, so do those whose description or the table's comments say so; others
    are taken to count from 0, as photutils and sep do.
    """
    if found := _by_name(table, _PIXEL_FROM_1):
        return Pair(*found, origin=1)
    found = _by_name(table, _PIXEL)
    if not found:
        return None
    said = f"{table.comments} {table.columns[found[0]].about}"
    return Pair(*found, origin=1 if re.search(r"\b1[- ]based|from 1\b", said, re.I) else 0)


def find_magnitude(table: Table) -> str:
    """A column of magnitudes to show; '' when there is none."""
    known: dict[str, str] = {}
    for name, column in table.columns.items():
        if not column.is_text:
            known.setdefault(plain(name), name)
    for name in _MAGNITUDE:
        if name in known:
            return known[name]
    return next((known[name] for name in known if name.startswith("mag") and "err" not in name), "")


def id_candidates(table: Table) -> list[str]:
    """Columns that may hold ids, the likeliest first."""
    known: dict[str, str] = {}
    for name in table.columns:
        known.setdefault(plain(name), name)
    by_ucd = [n for n, c in table.columns.items() if re.match(r"meta\.id;.*main", c.ucd.lower())]
    by_name = [known[plain(name)] for name in _ID if plain(name) in known]
    return list(dict.fromkeys(by_ucd + by_name))


def angles(column: Column, name: str, is_right_ascension: bool) -> tuple[np.ndarray, str]:
    """A column of angles in degrees (nan where it says nothing), and the unit it was read in."""
    unit = column.unit.strip().lower()
    if column.is_text:
        parsed = [_sexagesimal(text) for text in column.values]
        values = np.array([value for value, _ in parsed])
        split = any(was_split for _, was_split in parsed)
        if split and is_right_ascension and unit not in _DEGREES:
            return values * 15.0, "h:m:s"
        return values, "d:m:s" if split else "deg"
    values = column.values.astype(np.float64)
    if unit in _RADIANS:
        return np.degrees(values), "rad"
    hours = unit in _HOURS or (not unit and plain(name) in ("rahours", "rah"))
    if is_right_ascension and hours:
        return values * 15.0, "h"
    factor = {"arcmin": 1 / 60, "arcsec": 1 / 3600, "mas": 1 / 3.6e6}.get(unit, 1.0)
    return values * factor, unit if factor != 1.0 else "deg"


def _sexagesimal(text: str) -> tuple[float, bool]:
    """A text as a number, and whether it was in three parts.

    >>> _sexagesimal("-00:30:00"), _sexagesimal("02h04m10.5s")[1], _sexagesimal("12.5")
    ((-0.5, True), True, (12.5, False))
    """
    try:
        return float(text), False
    except ValueError:
        found = _SEXAGESIMAL.match(text)
    if not found:
        return float("nan"), False
    sign, first, minutes, seconds = found.groups()
    if float(minutes) >= 60 or float(seconds or 0) >= 60.0001:
        return float("nan"), True
    value = float(first) + float(minutes) / 60 + float(seconds or 0) / 3600
    return (-value if sign in ("-", "−") else value), True
