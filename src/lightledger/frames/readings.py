"""Every time that a header tells, each as MJD in UTC with its resolution; none chosen yet."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from .earth import TT_MINUS_TAI_S, tai_minus_utc_s, tdb_minus_utc_s
from .headers import Cards, number_in
from .stamps import DAY_S, Stamp, day_number, decimals_resolution, parse_stamp
from .timekeys import (
    EXPOSURE_KEYS,
    NUMBER_KEYS,
    REDUCED_KEYS,
    TEXT_KEYS,
    Reference,
    Role,
    is_local,
    role_by_comment,
    scale_of,
)

_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][+-]?\d+)?)\s*([A-Za-z]*)\.?$")
_UNIT_S = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0,
    "ms": 1e-3, "msec": 1e-3, "millisec": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3,
    "us": 1e-6, "m": 60.0, "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": DAY_S, "day": DAY_S, "days": DAY_S,
}  # fmt: skip
_DECIMAL_COMMA = re.compile(r"^(\d+),(\d+)(?![\d.,])")
_TEXT = [(key, role) for role, keys in TEXT_KEYS.items() for key in keys]
_UNIT_WORD = re.compile(
    r"\[(s|sec|seconds?|ms|us|m|min|minutes?|h|hr|hours?|d|days?)\]"
    r"|\b(milliseconds?|millisec|msec|ms|minutes?|mins?|hours?|hrs?|days?|seconds?|secs?)\b",
    re.IGNORECASE,
)
#: Longest exposure believed.
_LONGEST_S = 30 * DAY_S


@dataclass(frozen=True)
class Reading:
    """One time.

    Attributes
    ----------
    keyword : str
        Where it stands; 'DATE-OBS with UTCSTART' for a date and a time of day.
    role : {'start', 'mid', 'end'}
    mjd : float
        MJD, UTC (of the Sun's or the barycentre's clock where ``reference`` says so).
    resolution_s : float
    reference : {'', 'sun', 'barycentre'}
    local : bool
        Local time of an unknown zone.
    note : str
    date_apart : bool
        Date and time of day stand in keywords of their own, and nothing else tells the date.
    """

    keyword: str
    role: Role
    mjd: float
    resolution_s: float
    reference: Reference = ""
    local: bool = False
    note: str = ""
    date_apart: bool = False


def duration_s(cards: Cards, *keywords: str) -> tuple[str, float] | None:
    """The first of the keywords that holds a length of time, and that in seconds.

    The unit is that of the text ('60 s'), else that of the comment ('[d]', 'minutes'), else
    seconds; '00:01:30' is read too. Negative and absurd values are none.
    """
    for keyword in keywords:
        card = cards.get(keyword)
        if card is None:
            continue
        value = _length(card.text, card.comment)
        if value is not None and 0 <= value <= _LONGEST_S:
            return keyword, value
    return None


def _length(text: str, comment: str) -> float | None:
    if ":" in text:
        stamp = parse_stamp(text)
        return stamp.seconds if stamp and stamp.day is None else None
    match = _QUANTITY.fullmatch(_DECIMAL_COMMA.sub(r"\1.\2", text.strip()))
    if match is None or (match[2] and match[2].lower() not in _UNIT_S):
        return None
    number = number_in(match[1])
    if number is None:
        return None
    if match[2]:
        return number * _UNIT_S[match[2].lower()]
    found = _UNIT_WORD.search(comment)
    return number * (_UNIT_S[(found[1] or found[2]).lower()] if found else 1.0)


def exposure_s(cards: Cards) -> tuple[str, float] | None:
    """Keyword and value, seconds, of the exposure time."""
    return duration_s(cards, *EXPOSURE_KEYS)


def to_utc(mjd: float, scale: str) -> float:
    """MJD of a time scale as MJD, UTC."""
    if scale in ("utc", "local"):
        return mjd
    tai = float(tai_minus_utc_s(np.array(mjd - 69.0 / DAY_S)))
    if scale == "tdb":
        tai = float(tdb_minus_utc_s(np.array(mjd - 69.0 / DAY_S)))
    elif scale == "tt":
        tai += TT_MINUS_TAI_S
    elif scale == "gps":
        tai -= 19.0
    return mjd - tai / DAY_S


def readings(cards: Cards) -> tuple[list[Reading], list[str]]:
    """All times of a header, and remarks on keywords that hold none."""
    notes: list[str] = []
    stamps = list(_stamps(cards, notes))
    found = [*_day_numbers(cards, stamps, notes), *_full(stamps)]
    found += _clocks(stamps, found)
    timeref = cards.text("TIMEREF").upper()
    if timeref.startswith(("SOLAR", "BARY", "HELIO")):
        reference: Reference = "sun" if timeref.startswith("HELIO") else "barycentre"
        found = [replace(r, reference=r.reference or reference) for r in found]
    return found, notes


@dataclass(frozen=True)
class _Found:
    """A text keyword that could be parsed."""

    keyword: str
    role: Role
    stamp: Stamp
    scale: str
    local: bool


def _stamps(cards: Cards, notes: list[str]) -> Iterator[_Found]:
    timesys = cards.text("TIMESYS")
    for role, keywords in TEXT_KEYS.items():
        for keyword in keywords:
            card = cards.get(keyword)
            if card is None or not card.text.strip():
                continue
            stamp = parse_stamp(card.text)
            if stamp is None:
                stamp = _decimal_clock(keyword, card.text)
            if stamp is None:
                number = number_in(card.text)
                if number is None or number < 15_000:
                    notes.append(f"{keyword} '{card.text[:40]}' is no time")
                continue
            scale = "utc" if stamp.zone_s is not None else scale_of(keyword, timesys)
            local = stamp.zone_s is None and (scale == "local" or is_local(keyword, card.comment))
            yield _Found(keyword, role_by_comment(role, card.comment), stamp, scale, local)


def _decimal_clock(keyword: str, text: str) -> Stamp | None:
    """Time of day as a number: hours below 24, else seconds."""
    value = number_in(text)
    if value is None or "DATE" in keyword or not 0 <= value < DAY_S:
        return None
    unit_s = 3600.0 if value < 24 else 1.0
    return Stamp(None, value * unit_s, decimals_resolution(text, value, unit_s))


def _full(stamps: list[_Found]) -> Iterator[Reading]:
    """Texts with a date and a time of day."""
    for found in stamps:
        stamp = found.stamp
        if stamp.day is None or stamp.seconds is None or _is_bare_date(found, stamps):
            continue
        mjd = to_utc(stamp.mjd, found.scale)
        yield Reading(
            found.keyword, found.role, mjd, stamp.resolution_s, "", found.local, stamp.note
        )


def _is_bare_date(found: _Found, stamps: list[_Found]) -> bool:
    """Midnight exactly, while the time of day stands elsewhere."""
    return found.stamp.seconds == 0.0 and any(
        other.stamp.day is None and other.role == found.role and other.stamp.seconds
        for other in stamps
    )


def _clocks(stamps: list[_Found], known: list[Reading]) -> Iterator[Reading]:
    """Times of day, each with a date: that of a full time near it, else one that stands alone."""
    dates = [s for s in stamps if s.stamp.day is not None]
    dates.sort(key=lambda s: (s.local, "UT" not in s.keyword, s.role != "start"))
    anchors = [r for r in known if not r.reference and r.resolution_s < DAY_S]
    anchors.sort(key=lambda r: (r.local, r.resolution_s))
    starts: list[Reading] = []
    for found in stamps:
        if found.stamp.day is not None or found.stamp.seconds is None:
            continue
        clock = (found.stamp.seconds - (found.stamp.zone_s or 0.0)) / DAY_S
        if anchors:
            date_keyword, day = anchors[0].keyword, round(anchors[0].mjd - clock)
            note = ""
        elif dates:
            date_keyword, day = dates[0].keyword, int(dates[0].stamp.day or 0)
            note = dates[0].stamp.note
            if found.role != "start" and starts and day + clock < starts[0].mjd - 1e-9:
                day += 1
        else:
            continue
        mjd = to_utc(day + clock, found.scale)
        keyword = f"{found.keyword} with {date_keyword}"
        fine_s, local = found.stamp.resolution_s, found.local
        reading = Reading(keyword, found.role, mjd, fine_s, "", local, note, not anchors)
        if found.role == "start":
            starts.append(reading)
        yield reading


def _far(mjd: float, dates: list[float]) -> bool:
    """Not within two days of any of the dates that a header tells."""
    return bool(dates) and all(abs(mjd - day) > 2 for day in dates)


def _day_numbers(cards: Cards, stamps: list[_Found], notes: list[str]) -> Iterator[Reading]:
    dates = [found.stamp.day for found in stamps if found.stamp.day is not None]
    timesys = cards.text("TIMESYS")
    plain = [(k, role) for role, keys in NUMBER_KEYS.items() for k in keys]
    # A day number may also stand where a text belongs.
    plain += _TEXT
    for keyword, role in plain:
        card = cards.get(keyword)
        text = "" if card is None else _DECIMAL_COMMA.sub(r"\1.\2", card.text.strip())
        value = number_in(text)
        if card is None or value is None:
            continue
        day = day_number(text, value, card.comment, keyword)
        if day is not None:
            if value < DAY_S and (keyword, role) in _TEXT and _far(day[0], dates):
                continue  # seconds of the day, as ESO writes UTC
            role = role_by_comment(role, card.comment)
            mjd = to_utc(day[0], scale_of(keyword, timesys))
            yield Reading(keyword, role, mjd, day[1], "", is_local(keyword, card.comment))
        elif (keyword, role) not in _TEXT:
            notes.append(f"{keyword} {card.text[:40]} is no day of an observation")
    tai = number_in(cards.text("TAI"))
    if tai is not None and tai > 3e9:  # SDSS: TAI seconds since MJD 0
        seconds = decimals_resolution(cards.text("TAI"), tai, 1.0)
        yield Reading("TAI", "start", to_utc(tai / DAY_S, "tai"), seconds)
    for keyword, (role, reference) in REDUCED_KEYS.items():
        card = cards.get(keyword)
        text = "" if card is None else _DECIMAL_COMMA.sub(r"\1.\2", card.text.strip())
        value = number_in(text)
        if card is None or value is None:
            continue
        day = day_number(text, value, card.comment, keyword)
        if day is not None:
            scale = "tdb" if "TDB" in keyword + card.comment else scale_of(keyword, timesys)
            mjd = to_utc(day[0], scale)
            role = role_by_comment(role, card.comment)
            yield Reading(keyword, role, mjd, day[1], reference)
