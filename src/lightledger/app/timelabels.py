"""Where ticks of a time axis stand and what they say; times are MJD, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from lightledger.domain import LightledgerError

_MJD_EPOCH = datetime(1858, 11, 17, tzinfo=UTC)
_HOUR = 1 / 24
_MINUTE = 1 / 1440
_SECOND = 1 / 86400
#: Views narrower than this (days) have ticks at hours and minutes.
HOURS_BELOW_D = 3.0
#: Narrower than this: at days; else at months and years.
DAYS_BELOW_D = 200.0
_DAY_STEPS = (
    *(s * _SECOND for s in (1, 2, 5, 10, 15, 30)),
    *(m * _MINUTE for m in (1, 2, 5, 10, 15, 30)),
    *(h * _HOUR for h in (1, 2, 3, 6, 12)),
    *(1.0, 2.0, 5.0, 10.0),
)
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def to_datetime(mjd_utc: float) -> datetime:
    """Civil time, UTC; a leap second is shown as the second before it."""
    return _MJD_EPOCH + timedelta(days=mjd_utc)


def to_mjd(moment: datetime) -> float:
    """MJD, UTC, of a civil time with or without a zone (without: UTC)."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _MJD_EPOCH) / timedelta(days=1)


def calendar_ticks(low: float, high: float, at_most: int) -> tuple[list[float], list[str]]:
    """Ticks at round civil times between two MJD (UTC), and their labels.

    >>> calendar_ticks(53000.0, 54500.0, 5)[1]
    ['2004', '2005', '2006', '2007', '2008']
    """
    span = high - low
    if not (np.isfinite(span) and 0 < span < 4e5):
        return [], []
    wanted = span / max(at_most, 1)
    if wanted <= _DAY_STEPS[-1] and span < DAYS_BELOW_D:
        step = next((s for s in _DAY_STEPS if s >= wanted), _DAY_STEPS[-1])
        return _day_ticks(low, high, step)
    months = next((m for m in _MONTH_STEPS if m * 30.44 >= wanted), _MONTH_STEPS[-1])
    return _month_ticks(low, high, months)


def _day_ticks(low: float, high: float, step: float) -> tuple[list[float], list[str]]:
    first = np.ceil(low / step - 1e-9)
    ticks = [float(k * step) for k in np.arange(first, np.floor(high / step + 1e-9) + 1)]
    labels = []
    for k, tick in enumerate(ticks):
        moment = to_datetime(tick) + timedelta(milliseconds=1)
        if step >= 1:
            text = f"{moment.day} {_MONTHS[moment.month - 1]}"
            before = to_datetime(ticks[k - 1]).year if k else 0
            text += f" {moment.year}" if moment.year != before else ""
        elif step >= _MINUTE:
            text = f"{moment:%H:%M}"
        else:
            text = f"{moment:%H:%M:%S}"
        labels.append(text)
    return ticks, labels


def _month_ticks(low: float, high: float, months: int) -> tuple[list[float], list[str]]:
    start = to_datetime(low)
    count = start.year * 12 + start.month - 1
    count = -(-count // months) * months
    ticks: list[float] = []
    labels: list[str] = []
    while True:
        year, month = divmod(count, 12)
        if not 1 <= year <= 9999:
            break
        tick = to_mjd(datetime(year, month + 1, 1, tzinfo=UTC))
        if tick > high:
            break
        if tick >= low:
            ticks.append(tick)
            named = months < 12 and (month != 0 or not labels)
            labels.append(f"{_MONTHS[month]} {year}" if named else str(year))
        count += months
    return ticks, labels


def mjd_ticks(low: float, high: float, at_most: int) -> tuple[list[float], list[str]]:
    """Ticks at round MJD and their labels, with as many decimals as the step needs.

    >>> mjd_ticks(55000.0, 55100.0, 5)[1]
    ['55000', '55020', '55040', '55060', '55080', '55100']
    >>> mjd_ticks(-0.4, 1.1, 3)[1]
    ['0.0', '0.5', '1.0']
    """
    span = high - low
    if not (np.isfinite(span) and span > 0):
        return [], []
    rough = span / max(at_most, 1)
    power = 10.0 ** np.floor(np.log10(rough))
    step = float(next(m * power for m in (1, 2, 5, 10) if m * power >= rough * (1 - 1e-9)))
    places = max(0, int(np.ceil(-np.log10(step) - 1e-9)))
    first, last = np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9)
    ticks = [float(k * step) + 0.0 for k in np.arange(first, last + 1)]  # no -0.0
    return ticks, [f"{tick:.{places}f}" for tick in ticks]


def asinh_ticks(
    low: float, high: float, softening: float, at_most: int
) -> tuple[list[float], list[str]]:
    """Ticks at round values v of an axis whose positions are asinh(v / softening).

    >>> asinh_ticks(-1.0, 6.0, 1.0, 5)[1]
    ['-1', '0', '1', '10', '100']
    """
    ends = np.sinh([low, high]) * softening
    reach = float(np.abs(ends).max())
    if not (np.isfinite(reach) and reach > 0 and high > low):
        return [], []
    top = int(np.floor(np.log10(reach)))
    powers = [10.0**k for k in range(top, top - 9, -1) if 10.0**k >= 0.3 * softening]
    room = (high - low) / at_most
    taken: list[float] = []
    for values in ([0.0], powers, [5 * p for p in powers], [2 * p for p in powers]):
        for value in (sign * v for v in values for sign in (1, -1)):
            at = float(np.arcsinh(value / softening))
            if low <= at <= high and all(abs(at - other) >= room for other in taken):
                taken.append(at)
    if len(taken) < 3:  # hardly curved there
        values, labels = mjd_ticks(float(ends[0]), float(ends[1]), at_most)
        return [float(np.arcsinh(value / softening)) for value in values], labels
    taken.sort()
    return taken, [f"{float(np.sinh(at)) * softening:,.6g}".replace("-0", "0", 1)
                   if abs(at) < 1e-12 else f"{float(np.sinh(at)) * softening:,.6g}"
                   for at in taken]  # fmt: skip


def parse_time(text: str) -> float:
    """MJD (UTC) of what a person typed: an MJD, a JD, or a calendar date with or without a time.

    >>> parse_time("53000.5"), parse_time("2453001.0"), parse_time("2003-12-27 12:00")
    (53000.5, 53000.5, 53000.5)

    Raises
    ------
    LightledgerError
        It is neither.
    """
    words = text.strip().replace(",", "").removesuffix("UTC").strip()
    try:
        number = float(words)
    except ValueError:
        number = float("nan")
    if np.isfinite(number) and (number > 9999 or "." in words):
        return number - 2_400_000.5 if number > 2_000_000 else number
    for pattern in ("%Y-%m-%d", "%Y-%m", "%Y"):
        try:
            return to_mjd(datetime.strptime(words, pattern))
        except ValueError:
            continue
    try:
        return to_mjd(datetime.fromisoformat(words))
    except ValueError:
        raise LightledgerError(
            f"'{text}' is no time", advice="an MJD such as 53000.5, or a date: 2004-01-31 12:30"
        ) from None


def span_text(low: float, high: float) -> str:
    """The calendar days (UTC) from ``low`` to ``high``."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return "no time"
    first, last = to_datetime(low), to_datetime(high)
    if high - low < 2:
        return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"
