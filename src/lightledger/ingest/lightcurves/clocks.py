"""What the numbers of a time column are: which zero, which clock, seen from where.

Names of the field: BKJD = BJD_TDB - 2454833 (Kepler), BTJD = BJD_TDB - 2457000 (TESS); OGLE and
others give HJD - 2450000.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from lightledger.domain import LightledgerError
from lightledger.domain.times import MJD_ZERO, SECONDS_PER_DAY
from lightledger.frames.earth import (
    TT_MINUS_TAI_S,
    earth_and_sun_km,
    tai_minus_utc_s,
    tdb_minus_utc_s,
)
from lightledger.frames.headers import Cards

SCALES = ("UTC", "TAI", "TT", "TDB", "TCB")
_TCB_RATE = 1.550519768e-8  # IAU 2006 resolution B3, with its zero
_TCB_ZERO_MJD, _TDB_ZERO_S = 43144.0003725, -6.55e-5
#: Of a table whose columns are those of Gaia's epoch photometry.
GAIA = "Gaia epoch photometry"
ZEROS = {"BKJD": 2454833.0, "BTJD": 2457000.0}
_PLACES = {"SOLARSYSTEM": "barycentre", "BARYCENTER": "barycentre", "HELIOCENTER": "Sun",
           "HELIOCENTRIC": "Sun"}  # fmt: skip
_JD_ABOVE = 2.4e6
_MJD = (10_000.0, 100_000.0)
_SHORT = (1_000.0, 10_000.0)  # JD - 2450000 from 1998 to 2023
_WRITTEN = re.compile(
    r"\b(?P<from>[BH]?)(?P<day>M?JD)[_ (]*(?P<scale>TDB|UTC|TAI|TT)?[ )]*"
    r"(?:[-–_ ]+(?P<zero>2[\d, ]{5,9}(?:\.\d+)?))?",
    re.I,
)


@dataclass(frozen=True)
class Clock:
    """How a time column is read.

    Attributes
    ----------
    zero_jd : float
        JD of time 0.
    place : {'barycentre', 'Sun', 'Earth'}
        Where the light is timed.
    scale : str
        One of `SCALES`.
    why : str
        What said so.
    per_day : float
        Units of the column in a day.
    """

    zero_jd: float
    place: str
    scale: str
    why: str
    per_day: float = 1.0

    @property
    def name(self) -> str:
        """As people write it.

        >>> Clock(2454833.0, "barycentre", "TDB", "").name
        'BJD - 2454833 (TDB)'
        """
        letter = {"barycentre": "B", "Sun": "H", "Earth": ""}[self.place]
        if self.zero_jd == MJD_ZERO:
            return f"{letter}MJD ({self.scale})"
        zero = f" - {self.zero_jd:.10g}" if self.zero_jd else ""
        return f"{letter}JD{zero} ({self.scale})"

    def visit_times(self, time: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What a store keeps of each time.

        Parameters
        ----------
        time : ndarray of float64, shape (n,)
            The column; finite.

        Returns
        -------
        mjd_utc : ndarray of float64, shape (n,)
            At the place where the light is timed.
        tdb_minus_utc_s : ndarray of float64, shape (n,)
        observer_km : ndarray of float64, shape (n, 3)
            That place, barycentric ICRS: 0 for the barycentre.
        """
        mjd = time / self.per_day + (self.zero_jd - MJD_ZERO)
        utc = mjd
        for _ in range(2):  # the difference hardly changes within itself
            utc = mjd - self._ahead_s(utc) / SECONDS_PER_DAY
        observer = np.zeros((len(utc), 3))
        if self.place != "barycentre":
            earth, sun = earth_and_sun_km(utc)
            observer = sun if self.place == "Sun" else earth
        return utc, tdb_minus_utc_s(utc), observer

    def _ahead_s(self, utc: np.ndarray) -> np.ndarray:
        """The clock less UTC."""
        if self.scale == "TDB":
            return tdb_minus_utc_s(utc)
        if self.scale == "TCB":
            ahead_s = _TCB_RATE * (utc - _TCB_ZERO_MJD) * SECONDS_PER_DAY - _TDB_ZERO_S
            return tdb_minus_utc_s(utc) + ahead_s
        if self.scale == "UTC":
            return np.zeros(len(utc))
        return tai_minus_utc_s(utc) + (TT_MINUS_TAI_S if self.scale == "TT" else 0.0)


def guess_clock(
    time: np.ndarray,
    name: str,
    about: str,
    cards: Cards,
    beside: str,
    offset: str = "",
    scale: str = "",
) -> Clock:
    """The clock of a time column: what a person says, the header, the words beside it, its range.

    Parameters
    ----------
    time : ndarray of float64
        Finite values.
    name, about : str
        Of the column; its unit, description, UCD.
    cards : Cards
        Of the header.
    beside : str
        Comments and the name of the file.
    offset, scale : str
        Of `ImportOptions`.

    Raises
    ------
    LightledgerError
        The zero is not known, or what a person says is none.
    """
    clock = (
        _said(offset)
        or _of_header(cards, time)
        or _written(f"{name} {about}", time)
        or _mission(beside, cards, time)
        or _of_range(time, name, beside)
    )
    if clock is None:
        first, last = float(time.min()), float(time.max())
        raise LightledgerError(
            f"the times {first:.6g} to {last:.6g} in {name} have a zero that is not known",
            advice="say it: --offset bkjd, btjd, mjd, hjd-2450000 or a Julian date",
        )
    if scale:
        if scale.upper() not in SCALES:
            raise LightledgerError(
                f"{scale!r} is no time scale", advice=f"scales are {', '.join(SCALES).lower()}"
            )
        clock = replace(clock, scale=scale.upper())
    elif not offset and (found := cards.text("TIMESYS", "TIMESCALE").upper()) in SCALES:
        clock = replace(clock, scale=found)
    mjd = clock.zero_jd - MJD_ZERO + np.array([time.min(), time.max()]) / clock.per_day
    if mjd[0] < -40_000 or mjd[1] > 110_000:  # years 1749 to 2160
        raise LightledgerError(
            f"as {clock.name} the times are MJD {mjd[0]:.6g} to {mjd[1]:.6g}: no light curve's",
            advice="say the zero of the times with --offset",
        )
    return clock


def _said(offset: str) -> Clock | None:
    if not offset:
        return None
    text = offset.strip().upper()
    if text in ZEROS:
        return Clock(ZEROS[text], "barycentre", "TDB", "as you say")
    try:
        return Clock(float(text), "Earth", "UTC", "as you say")
    except ValueError:
        found = _WRITTEN.fullmatch(text)
    if found is None:
        raise LightledgerError(
            f"{offset!r} is no zero of times",
            advice="write a Julian date, or bkjd, btjd, jd, mjd, bjd, hjd, hjd-2450000",
        )
    return _from_match(found, "as you say")


def _from_match(found: re.Match[str], why: str) -> Clock:
    place = {"B": "barycentre", "H": "Sun", "": "Earth"}[found["from"].upper()]
    zero = float(re.sub("[, ]", "", found["zero"])) if found["zero"] else 0.0
    if found["day"].upper() == "MJD":
        zero += MJD_ZERO
    usual = "TDB" if place == "barycentre" else "UTC"
    return Clock(zero, place, (found["scale"] or usual).upper(), why)


def _of_header(cards: Cards, time: np.ndarray) -> Clock | None:
    """BJDREFI + BJDREFF of Kepler and TESS, MJDREF of FITS, TIMESYS of VOTable."""
    absolute = bool(np.median(time) > _JD_ABOVE)
    seen_from = cards.text("TIMEREF", "TREFPOS", "REFPOSITION").upper()
    place = _PLACES.get(seen_from, "Earth")
    per_day = SECONDS_PER_DAY if cards.text("TIMEUNIT").lower() in ("s", "sec") else 1.0
    for whole, part, of in (("BJDREFI", "BJDREFF", 0.0), ("MJDREFI", "MJDREFF", MJD_ZERO),
                            ("MJDREF", "", MJD_ZERO), ("JDREFI", "JDREFF", 0.0),
                            ("TIMEORIGIN", "", 0.0)):  # fmt: skip
        zero = cards.number(whole)
        if zero is None:
            continue
        zero += (cards.number(part) or 0.0) + of
        if whole == "BJDREFI":
            place = "barycentre"
        why = f"{whole} of the header"
        if absolute:
            zero, why = 0.0, f"{why}, but the times are whole Julian dates"
        usual = "TDB" if place == "barycentre" else "UTC"
        return Clock(zero, place, usual, why, per_day)
    return None


def _written(text: str, time: np.ndarray) -> Clock | None:
    """A zero in words: 'BJD - 2457000, days', 'HJD-2450000', 'mjd'."""
    for short, zero in ZEROS.items():
        if short in text.upper() and np.median(time) < _JD_ABOVE:
            return Clock(zero, "barycentre", "TDB", "the name of the column")
    found = max(_WRITTEN.finditer(text.replace("_", " ")), key=_told, default=None)
    if found is None:
        return None
    clock = _from_match(found, "the words at the column")
    middle = float(np.median(time))
    if middle > _JD_ABOVE:
        return replace(clock, zero_jd=0.0)
    if found["zero"] or found["day"].upper() == "MJD":
        return clock
    # a JD that is cut short, without a word of how
    if _MJD[0] < middle < _MJD[1]:
        return replace(clock, zero_jd=2_400_000.0, why="a JD that is cut to 5 digits")
    if _SHORT[0] < middle < _SHORT[1]:
        return replace(clock, zero_jd=2_450_000.0, why="a JD that is cut to 4 digits")
    return None


def _told(found: re.Match[str]) -> tuple[bool, bool]:
    return bool(found["zero"]), bool(found["from"])


def _mission(beside: str, cards: Cards, time: np.ndarray) -> Clock | None:
    """Kepler's, TESS's or Gaia's own zero, where the file is of that mission."""
    if not -1_000 < np.median(time) < 10_000:
        return None
    if GAIA in beside:
        return Clock(2455197.5, "barycentre", "TCB", "epoch photometry of Gaia")
    text = f"{beside} {cards.text('TELESCOP')} {cards.text('MISSION')}"
    tess = re.search(r"\btess|[\b_]tic[ _]?\d|btjd|\btic\b", text, re.I)
    kepler = re.search(r"kepler|kplr|ktwo|\bk2|\bkic|\bepic|bkjd", text, re.I)
    if bool(tess) == bool(kepler):
        return None
    short = "BTJD" if tess else "BKJD"
    return Clock(ZEROS[short], "barycentre", "TDB", f"{short}, by the name of the mission")


def _of_range(time: np.ndarray, name: str, beside: str) -> Clock | None:
    middle = float(np.median(time))
    if middle > _JD_ABOVE:
        return Clock(0.0, "Earth", "UTC", "the range of the values")
    if 15_000 < middle < _MJD[1]:
        return Clock(MJD_ZERO, "Earth", "UTC", "the range of the values")
    found = _written(beside, time)
    if found is not None:
        return replace(found, why="the comments of the file")
    if _SHORT[0] < middle < _SHORT[1] and re.fullmatch(r"col\d+", name):
        # OGLE and those who write like it: no line of names at all
        why = "a guess by the range of the values: a bare table, as OGLE writes it"
        return Clock(2_450_000.0, "Sun", "UTC", why)
    return None
