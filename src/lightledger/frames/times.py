"""When a frame was exposed: one choice among all the times its header tells, and why.

The finest resolution wins, not the first keyword known; a keyword that tells the middle goes before
a start plus half the exposure when it is as fine (finer than a second counts alike). Keywords that
disagree by more than their own resolution are named with the choice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .frame import FrameTime
from .headers import Cards
from .readings import Reading, duration_s, exposure_s, readings
from .stamps import DAY_S
from .timekeys import ELAPSED_KEYS, FRAME_TIME_KEYS, Reference

#: Resolutions finer than this count as equal when the middle is chosen.
FINE_S = 1.0
#: Keywords finer than this are alike: trailing zeros must not change the choice between frames.
ALIKE_S = 0.01
#: A time this coarse is a date and no time.
COARSE_S = 0.5 * DAY_S
_MAX_NOTES = 4


@dataclass(frozen=True)
class HeaderTime:
    """The choice, before the light-travel time of a reduced time is taken off.

    Attributes
    ----------
    time : FrameTime
    reference : {'', 'sun', 'barycentre'}
        '' when the times are those of the observer's clock.
    remarks : tuple of str
        Disagreements and assumptions, each worth showing.
    date_apart : bool
        Date and time of day stand in keywords of their own: they may be of different clocks.
    """

    time: FrameTime
    reference: Reference
    remarks: tuple[str, ...]
    date_apart: bool = False


@dataclass(frozen=True)
class _Length:
    """How long an exposure lasted, and how long light was collected."""

    duration_s: float
    exposure_s: float
    keyword: str
    remark: str = ""


def header_time(cards: Cards, n_sub: int = 1) -> HeaderTime | None:
    """The time of a frame, or None when its header tells none.

    Parameters
    ----------
    cards : Cards
        Of the image, over those of the primary header.
    n_sub : int
        Sub-frames of a cube.
    """
    found, unread = readings(cards)
    usable = [r for r in found if r.resolution_s < COARSE_S]
    pool = [r for r in usable if not r.reference and not r.local]
    remarks = [r for r in unread if r.startswith(("DATE", "MJD", "JD", "UT"))]
    if not pool:
        pool = [r for r in usable if not r.reference]
        if pool:
            remarks.append(f"{pool[0].keyword} is local time of an unknown zone, taken as UTC")
    if not pool:
        pool = usable
    if not pool:
        return None
    start, mid, end = (_finest(pool, role) for role in ("start", "mid", "end"))
    if start and start.reference:  # never mix a reduced start with another clock
        mid = mid if mid and mid.reference == start.reference else None
        end = end if end and end.reference == start.reference else None
    length = _length(cards, n_sub, start, end)
    chosen, middle, how = _middle(start, mid, end, length)
    half = (0.0 if math.isnan(length.duration_s) else length.duration_s) / 2 / DAY_S
    first = start.mjd if start and start.mjd <= middle + 1e-9 else middle - half
    last = end.mjd if end and end.mjd >= middle - 1e-9 else max(middle, first + 2 * half)
    if chosen.role == "mid" and not (start and abs(start.mjd + half - middle) <= half):
        first = middle - half
        last = middle + half
    if length.remark:
        remarks.append(length.remark)
    if chosen.note:
        remarks.append(f"{chosen.keyword}: {chosen.note}")
    if chosen.reference:
        remarks.append(
            f"only a time reduced to the {chosen.reference} was found ({chosen.keyword})"
        )
    remarks += _disagreements(pool, chosen, first, middle, length)
    note = "; ".join([how, *remarks])
    time = FrameTime(first, middle, last, length.exposure_s, note)
    return HeaderTime(time, chosen.reference, tuple(remarks), chosen.date_apart)


def _finest(pool: list[Reading], role: str) -> Reading | None:
    of_role = [r for r in pool if r.role == role]
    return min(of_role, key=lambda r: max(r.resolution_s, ALIKE_S), default=None)


def _length(cards: Cards, n_sub: int, start: Reading | None, end: Reading | None) -> _Length:
    exposure = exposure_s(cards)
    span = (end.mjd - start.mjd) * DAY_S if start and end else math.nan
    slack = start.resolution_s + end.resolution_s if start and end else 0.0
    if exposure is None:
        if span > 0:
            return _Length(
                span, span, "the span to its end", "no exposure time: taken from start and end"
            )
        return _Length(
            math.nan, math.nan, "", "no exposure time: the time found is taken as the middle"
        )
    keyword, one = exposure
    if n_sub > 1:
        return _cube_length(cards, n_sub, keyword, one, span)
    elapsed = duration_s(cards, *ELAPSED_KEYS)
    overhead = _overhead_s(cards, one)
    if span > one + slack + overhead:
        remark = f"start to end is {span:.6g} s with {one:.6g} s exposed"
        return _Length(span, one, "the span to its end", remark if overhead else "")
    if elapsed and elapsed[1] > 1.05 * one + 1:
        return _Length(elapsed[1], one, elapsed[0])
    if span < 0.9 * one - slack:
        remark = f"start to end is only {span:.6g} s with {one:.6g} s exposed"
        return _Length(one, one, keyword, remark)
    return _Length(one, one, keyword)


def _overhead_s(cards: Cards, exposed: float) -> float:
    """Time after one exposure that an end keyword may include (read-out, saving).

    A sum of several exposures has none: it lasts from the first start to the last end.
    """
    frame = duration_s(cards, *FRAME_TIME_KEYS)
    combined = cards.first_number("NCOMBINE", "NCOADD", "NEXP", "NFRAMES", "NIMAGES", "STACKCNT")
    if (frame and exposed > 1.5 * frame[1] > 0) or (combined and combined[1] > 1):
        return 0.0
    return min(0.5 * exposed + 30, 0.02 * exposed + 120)


def _cube_length(cards: Cards, n: int, keyword: str, one: float, span: float) -> _Length:
    """A cube of n sub-frames lasts n x the frame time; its EXPTIME is that of one as a rule."""
    frame = duration_s(cards, *FRAME_TIME_KEYS)
    if frame and frame[1] > 0:
        lasts = n * frame[1]
        summed = n * one if one <= 1.01 * frame[1] else one
        return _Length(lasts, summed, f"{n} x {frame[0]}")
    if span > 0:
        summed = n * one if n * one <= 1.05 * span + 1 else one
        return _Length(span, summed, "the span to its end")
    remark = f"a cube without a frame time: {keyword} is taken as that of each of {n} sub-frames"
    return _Length(n * one, n * one, f"{n} x {keyword}", remark)


def _middle(
    start: Reading | None, mid: Reading | None, end: Reading | None, length: _Length
) -> tuple[Reading, float, str]:
    """The reading chosen, the middle, and how it was come by."""
    half = length.duration_s / 2 / DAY_S
    lasts = not math.isnan(half)
    other = start or end
    if mid and (
        other is None
        or not lasts
        or max(mid.resolution_s, FINE_S) <= max(other.resolution_s, FINE_S)
    ):
        return mid, mid.mjd, f"middle from {mid.keyword}"
    if start and (end is None or start.resolution_s <= max(end.resolution_s, FINE_S)):
        if not lasts:
            return start, start.mjd, f"time from {start.keyword}"
        return start, start.mjd + half, f"start from {start.keyword}, half of {length.keyword}"
    if end:
        if not lasts:
            return end, end.mjd, f"time from {end.keyword}"
        return end, end.mjd - half, f"end from {end.keyword}, less half of {length.keyword}"
    assert start is not None
    return start, start.mjd + (half if lasts else 0.0), f"start from {start.keyword}"


def _disagreements(
    pool: list[Reading], chosen: Reading, first: float, middle: float, length: _Length
) -> list[str]:
    """Starts and middles that differ from the choice by more than both resolutions."""
    told = []
    for reading in pool:
        if reading is chosen or reading.role == "end" or reading.reference != chosen.reference:
            continue
        expected = first if reading.role == "start" else middle
        if reading.role == "start" and chosen.role == "mid" and math.isnan(length.duration_s):
            continue
        off = (reading.mjd - expected) * DAY_S
        if abs(off) > reading.resolution_s + chosen.resolution_s + 0.02:
            told.append(
                f"{reading.keyword} differs by {off:+.6g} s from {chosen.keyword}, which was used"
            )
    return told[:_MAX_NOTES]
