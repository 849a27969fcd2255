"""One date, time or day number of a header: what it says, and how finely.

Dates are civil days turned into MJD with ordinary days of 86,400 s; a second 60 runs into the next
minute. The resolution of a text is that of its last digit, and never finer than single precision
where the number is one that single precision holds exactly (it went through a 32-bit float).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import numpy as np

from lightledger.domain.times import MJD_ZERO, SECONDS_PER_DAY

DAY_S = SECONDS_PER_DAY
#: Observations are between these MJD: 1850 and 2100.
FIRST_MJD, LAST_MJD = -3242.0, 88069.0
_CIVIL_ZERO = date(1858, 11, 17).toordinal()

_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})(\d\d)(\d\d)(?!\d)")
_OLD_DATE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})([.,]\d*)?)?|(\d\d)(\d\d)(\d\d)(\.\d*)?")
_ZONE = re.compile(r"(Z|UTC?|GMT)|([+-])(\d\d):?(\d\d)?", re.IGNORECASE)
_HALF_DAY = re.compile(r"\s*([ap])\.?m\b\.?", re.IGNORECASE)


@dataclass(frozen=True)
class Stamp:
    """A parsed text.

    Attributes
    ----------
    day : float or None
        MJD of midnight of the date; None for a time of day alone.
    seconds : float or None
        Seconds since midnight; None for a date alone.
    resolution_s : float
    zone_s : float or None
        Offset from UTC that the text states ('Z' is 0); None when it states none.
    note : str
        What had to be assumed.
    """

    day: float | None
    seconds: float | None
    resolution_s: float
    zone_s: float | None = None
    note: str = ""

    @property
    def mjd(self) -> float:
        """MJD, in UTC where an offset was stated, else as the clock read."""
        return (self.day or 0.0) + ((self.seconds or 0.0) - (self.zone_s or 0.0)) / DAY_S


def mjd_of_date(year: int, month: int, day: int) -> float | None:
    """MJD of a civil date (Gregorian); None for one that does not exist.

    >>> mjd_of_date(2000, 1, 1)
    51544.0
    """
    try:
        return float(date(year, month, day).toordinal() - _CIVIL_ZERO)
    except ValueError:
        return None


def parse_stamp(text: str) -> Stamp | None:
    """A date, a time of day, or both, as headers write them; None when it is neither.

    >>> parse_stamp("2017-12-19T21:54:12.549-0700").mjd
    58107.20431190972
    >>> parse_stamp("20/12/17").note
    'a two-digit year was read as 2017'
    >>> parse_stamp("12:48 AM").seconds, parse_stamp("4:48:00 p.m.").seconds
    (2880.0, 60480.0)
    >>> parse_stamp("2017-12-20T25:61:00") is None
    True
    """
    text = text.strip().strip("'").strip()
    note = ""
    day: float | None = None
    if match := _DATE.match(text):
        year, month, dom = (match[1], match[3], match[4]) if match[1] else match.groups()[4:7]
        day = mjd_of_date(int(year), int(month), int(dom))
    elif match := _OLD_DATE.match(text):
        day, note = _old_date(int(match[1]), int(match[3]), match[4])
    if match:
        if day is None or not FIRST_MJD <= day <= LAST_MJD:
            return None
        rest = text[match.end() :]
        if not rest.strip(" T"):
            return Stamp(day, None, DAY_S, None, note)
        text = rest.lstrip()
        if text[:1] in ("T", "t", ":", "_"):
            text = text[1:].lstrip()
    return _clock(text, day, note)


def _clock(text: str, day: float | None, note: str) -> Stamp | None:
    match = _CLOCK.match(text)
    if match is None or (match[5] and day is None):
        return None
    if match[5]:
        hour, minute, second, fraction = int(match[5]), int(match[6]), match[7], match[8]
    else:
        hour, minute, second, fraction = int(match[1]), int(match[2]), match[3], match[4]
    digits = (fraction or "").replace(",", ".")
    seconds = float((second or "0") + (digits if len(digits) > 1 else ""))
    if hour > 24 or minute > 59 or seconds >= 61 or (hour == 24 and (minute or seconds)):
        return None
    resolution = 10.0 ** -max(len(digits) - 1, 0) if second else 60.0
    end = match.end()
    if half := _HALF_DAY.match(text, end):
        if not 1 <= hour <= 12:
            return None
        hour, end = hour % 12 + (12 if half[1] in "pP" else 0), half.end()
    zone = None
    if rest := text[end:].strip():
        found = _ZONE.fullmatch(rest)
        if found is None:
            return None
        zone = 0.0
        if found[2]:
            zone = (int(found[3]) * 3600.0 + int(found[4] or 0) * 60.0) * (
                -1.0 if found[2] == "-" else 1.0
            )
    return Stamp(day, hour * 3600.0 + minute * 60.0 + seconds, resolution, zone, note)


def _old_date(first: int, second: int, year_text: str) -> tuple[float | None, str]:
    """Date of 'dd/mm/yy' (FITS before 1998: years 1900 to 1999), day and month swapped if needed.

    Cameras wrote the form beyond 1999, so a two-digit year below 50 is one of this century.
    """
    note = ""
    year = int(year_text)
    if len(year_text) == 2:
        year += 1900 if year >= 50 else 2000
        note = f"a two-digit year was read as {year}"
    day = mjd_of_date(year, second, first)
    if day is None:
        day = mjd_of_date(year, first, second)
        note = (note + "; " if note else "") + "read as month/day"
    return day, note


def decimals_resolution(text: str, value: float, unit_s: float) -> float:
    """Resolution, seconds, of a number written with so many decimals.

    Parameters
    ----------
    text : str
        As written.
    value : float
        The number.
    unit_s : float
        Seconds in its unit (86,400 for days).

    >>> decimals_resolution("58107.204", 58107.204, 86400.0)
    86.4
    >>> decimals_resolution("55820.44140625", 55820.44140625, 86400.0)
    337.5
    """
    mantissa, _, exponent = re.sub("[EeDd]", "e", text.strip()).partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    resolution = 10.0**-decimals
    single = np.float32(value) if abs(value) < 1e30 else np.float32(0)
    if value != 0 and decimals > 0 and float(single) == value:
        resolution = max(resolution, float(np.spacing(abs(single))))
    # A double holds no more than this, however many digits are written.
    return max(resolution, float(np.spacing(abs(value)))) * unit_s


def _is_reduced(comment: str, keyword: str) -> bool:
    """A JD without its first two digits, and no MJD."""
    if re.search(r"mjd|modified|2400000\.5", comment):
        return False
    return "2400000" in comment or bool(re.match("[HB]?JD|JUL|RJD", keyword))


def day_number(
    text: str, value: float, comment: str = "", keyword: str = ""
) -> tuple[float, float] | None:
    """MJD and resolution (s) of a day number, JD or MJD by its size; None when it is neither.

    A value above 2.4e6 is a JD whatever its name; '2450000' or '2400000' in the comment is added to
    a small one, as is 2400000 where the keyword speaks of a JD and the comment of no MJD.

    >>> day_number("59000.5", 59000.5, "", "HJD")[0], day_number("59000.5", 59000.5, "", "MJD")[0]
    (59000.0, 59000.5)
    """
    resolution = decimals_resolution(text, value, DAY_S)
    said = comment.replace(" ", "").lower()
    if 0 < value < 40_000 and "2450000" in said:
        value += 2_450_000.0
    elif 15_000 <= value <= LAST_MJD and _is_reduced(said, keyword):
        value += 2_400_000.0
    mjd = value - MJD_ZERO if value > 2_390_000 else value
    if mjd == 0 or not (15_000 <= mjd <= LAST_MJD or (value > 2_390_000 and mjd >= FIRST_MJD)):
        return None
    return mjd, resolution
