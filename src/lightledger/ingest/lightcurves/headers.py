"""Whose light curve it is: mission, object, place and setup, as headers and file names tell."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from lightledger.frames.headers import Cards
from lightledger.frames.units import clean_unit, to_ujy

from .quality import BITS, Bits

#: In every export of this program.
_EXPORTED = frozenset({"object", "visit", "mjd_utc", "bjd_tdb"})
_HLSP = re.compile(r"^hlsp_([a-z0-9]+)(?:-[a-z0-9-]+)?_", re.I)
#: Letters of filters in names of files: 'starBLG234.6.I.218982.dat'.
_FILTER = re.compile(r"[._-]([UBVRIugrizyJHK])(?=[._-])")


@dataclass(frozen=True)
class Header:
    """What a header says of the whole table.

    Attributes
    ----------
    mission : str
        'Kepler', 'K2', 'TESS' or ''.
    object, band, setup : str
        '' unknown.
    ra_deg, dec_deg, magnitude, exposure_s : float
        nan unknown.
    bits : Bits
        Of the quality column.
    prefix : str
        Of the measurements: whose high-level product it is, '' of the mission itself.
    """

    mission: str
    object: str
    band: str
    setup: str
    ra_deg: float
    dec_deg: float
    magnitude: float
    exposure_s: float
    bits: Bits
    prefix: str


def read_header(cards: Cards, path: Path) -> Header:
    """From the cards of a table (over those of the primary header) and the name of its file."""
    mission = _mission(cards, path)
    band = cards.text("FILTER", "BAND", "PASSBAND")
    if not band:
        band = {"K2": "Kepler", "": _filter_of(path)}.get(mission, mission)
    return Header(
        mission=mission,
        object=_object(cards, mission),
        band=band,
        setup=_setup(cards, mission),
        ra_deg=_number(cards, "RA_OBJ", "RA", "RAJ2000"),
        dec_deg=_number(cards, "DEC_OBJ", "DEC", "DEJ2000"),
        magnitude=_number(cards, "KEPMAG", "TESSMAG"),
        exposure_s=_exposure_s(cards),
        bits=BITS[mission],
        prefix=_prefix(path),
    )


def _mission(cards: Cards, path: Path) -> str:
    said = f"{cards.text('MISSION')} {cards.text('TELESCOP')}".lower()
    name = path.name.lower()
    if "tess" in said or (not said.strip() and re.search(r"^tess\d|_tess_|-tess", name)):
        return "TESS"
    if "k2" in said.split() or cards.text("CAMPAIGN") or name.startswith("ktwo"):
        return "K2"
    if "kepler" in said or name.startswith("kplr") or cards.number("BJDREFI") == 2454833:
        return "Kepler"
    return ""


def _object(cards: Cards, mission: str) -> str:
    if name := cards.text("OBJECT", "OBJNAME", "TARGNAME", "STAR", "TARGET"):
        return name
    for keyword, catalogue in (("TICID", "TIC"), ("KEPLERID", "EPIC" if mission == "K2" else "KIC"),
                               ("EPIC", "EPIC"), ("KIC", "KIC")):  # fmt: skip
        if number := cards.text(keyword):
            return f"{catalogue} {number}"
    return ""


def _filter_of(path: Path) -> str:
    found = _FILTER.search(path.name)
    return found[1] if found else ""


def _setup(cards: Cards, mission: str) -> str:
    """What changes in steps: quarter, campaign or sector, detector, cadence."""
    words = [mission]
    for keyword, letter in (("QUARTER", "Q"), ("CAMPAIGN", "C"), ("SECTOR", "S"), ("CHANNEL", "ch"),
                            ("CAMERA", "cam"), ("CCD", "ccd")):  # fmt: skip
        if text := cards.text(keyword):
            words.append(f"{letter}{text}")
    step = cards.number("TIMEDEL")
    if mission and step and 0 < step < 1:
        words.append(f"{step * 86400:.0f}s")
    return " ".join(word for word in words if word)


def _exposure_s(cards: Cards) -> float:
    """Of one point: sums of Kepler and TESS are of so many integrations."""
    one, n = cards.number("INT_TIME"), cards.number("NUM_FRM")
    if one and n:
        return one * n
    return math.nan


def _prefix(path: Path) -> str:
    found = _HLSP.match(path.name)
    if found is None or path.name.lower().startswith("hlsp_tess-data-alerts"):
        return ""
    return found[1].lower().replace("-", "_") + "_"


def _number(cards: Cards, *keywords: str) -> float:
    found = cards.first_number(*keywords)
    return math.nan if found is None else found[1]


def is_export(names: Iterable[str]) -> bool:
    """Whether columns of these names are those of an export of light curves.

    >>> is_export("object,band,measurement,visit,mjd_utc,bjd_tdb,value,error,unit,flags".split(","))
    True
    """
    found = set(names)
    return found >= _EXPORTED and any(name == "flags" or name.endswith("_flags") for name in found)


def unit_and_scale(unit: str) -> tuple[str, float]:
    """Unit as stored, and what multiplies a flux to have it.

    >>> unit_and_scale("mJy"), unit_and_scale("e-/s")
    (('uJy', 1000.0), ('electron/s', 1.0))
    """
    unit = clean_unit(unit)
    scale = to_ujy(unit, math.nan)
    if scale is not None:
        return "uJy", scale
    known = {"e-/s": "electron/s", "electrons/s": "electron/s", "e/s": "electron/s",
             "e-": "electron", "electrons": "electron"}  # fmt: skip
    return known.get(unit.lower(), unit), 1.0
