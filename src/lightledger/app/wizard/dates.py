"""MJD (UTC) as the calendar dates that a person reads; numpy alone."""

from __future__ import annotations

import numpy as np

_ORIGIN = np.datetime64("1858-11-17T00:00:00", "ms")


def moment(mjd: float, seconds: bool = False) -> str:
    """Date and time of day, UTC; '-' for nan.

    >>> moment(55123.5)
    '2009-10-19 12:00'
    """
    if not np.isfinite(mjd):
        return "-"
    stamp = _ORIGIN + np.timedelta64(round(mjd * 86_400_000), "ms")
    return str(stamp).replace("T", " ")[: 19 if seconds else 16]


def date(mjd: float) -> str:
    """Date, UTC; '-' for nan.

    >>> date(55123.5)
    '2009-10-19'
    """
    return moment(mjd)[:10]


def span(first: float, last: float) -> str:
    """The time between two moments, in the unit that fits.

    >>> span(55000.0, 55000.25), span(55000.0, 55020.0), span(53000.0, 58843.0)
    ('6.0 h', '20 d', '16.0 yr')
    """
    days = last - first
    if not np.isfinite(days):
        return "-"
    if days < 2:
        return f"{days * 24:.1f} h"
    if days < 730:
        return f"{days:.0f} d"
    return f"{days / 365.25:.1f} yr"


def short_time(seconds: float) -> str:
    """A duration as a person says it.

    >>> short_time(40), short_time(130), short_time(7300)
    ('40 s', '2 min', '2 h 2 min')
    """
    if not np.isfinite(seconds):
        return "-"
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def size_text(n_bytes: float) -> str:
    """Bytes in the unit that fits.

    >>> size_text(532), size_text(21_400_000), size_text(3.2e10)
    ('532 B', '21 MB', '32.0 GB')
    """
    for unit, scale, digits in (("TB", 1e12, 1), ("GB", 1e9, 1), ("MB", 1e6, 0), ("kB", 1e3, 0)):
        if n_bytes >= scale:
            return f"{n_bytes / scale:.{digits}f} {unit}"
    return f"{n_bytes:.0f} B"


def number(count: int) -> str:
    """A count with its thousands apart.

    >>> number(50000)
    '50,000'
    """
    return f"{count:,}"
