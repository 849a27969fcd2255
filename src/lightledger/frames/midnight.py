"""Nights whose headers keep the date of the evening while the clock, in UT, passes midnight."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from lightledger.domain import counted

from .assemble import Desk
from .examine import Draft

#: Names of fewer frames may be in this order by chance: 8 of 8! orders are.
_FEWEST = 8

_BACK = "in the order of their names frames go back by about a day after"
_ASK = "compare the times: the header may give the date of the evening, or of the observatory"


def pass_midnight(desk: Desk) -> None:
    """Date frames after midnight UT a day later where their order proves it, else remark.

    Only frames of which one keyword tells the date and another the time of day are dated anew,
    and only when all frames of the name then follow each other in time, in one way only.
    """
    for series in _series(desk.drafts):
        starts = [_start(desk.drafts[i]) for i in series]
        late = days_late(starts)
        if not any(late):
            continue
        moved = [i for i, n in zip(series, late, strict=True) if n]
        name = desk.drafts[moved[0]].frame.name
        before = desk.drafts[series[series.index(moved[0]) - 1]].frame.name
        proved = len(series) >= _FEWEST and _certain(starts, late)
        if not proved or not all(_is_apart(desk.drafts[i]) for i in series):
            desk.note(f"{_BACK} {before}", name, _ASK)
            continue
        for i in moved:
            desk.drafts[i] = _a_day_later(desk.drafts[i])
        frames = counted(len(moved), "frame")
        desk.note(f"the date is that of the evening: {frames} after midnight UT, a day later", name)


def _series(drafts: Sequence[Draft]) -> list[list[int]]:
    """Indices of images whose names differ in their numbers alone, by these numbers."""
    found: dict[str, list[tuple[list[int], int]]] = defaultdict(list)
    for i, draft in enumerate(drafts):
        if draft.frame.kind == "sci" and draft.time is not None and draft.frame.cell is None:
            name = draft.frame.name
            numbers = [int(text) for text in re.findall(r"\d+", name)]
            found[re.sub(r"\d+", "#", name)].append((numbers, i))
    return [[i for _, i in sorted(of_name)] for of_name in found.values()]


def days_late(starts: Sequence[float]) -> list[int]:
    """Days to be added to each of some MJD in order; all 0 where that is not how they go.

    A step back by half a day to a whole one, on the same date, is midnight; the next date ends it.

    >>> days_late([0.8, 0.95, 0.05, 0.1, 1.9, 1.1])
    [0, 0, 1, 1, 0, 1]
    >>> days_late([0.8, 0.3, 0.5, 0.1])
    [0, 0, 0, 0]
    """
    late = [0]
    for before, after in pairwise(starts):
        if after < before and not 0.5 < before - after < 1:
            return [0] * len(starts)
        ended = math.floor(after) > math.floor(before)
        late.append(1 if after < before else 0 if ended else late[-1])
    in_order = [start + n for start, n in zip(starts, late, strict=True)]
    return late if all(a < b for a, b in pairwise(in_order)) else [0] * len(starts)


def _certain(starts: Sequence[float], late: Sequence[int]) -> bool:
    """Whether no evening but the first could as well be of the day before (a local date)."""
    begins = 0
    for i in range(1, len(starts)):
        if math.floor(starts[i]) > math.floor(starts[i - 1]):
            begins = i
        if late[i] > late[i - 1] and begins:
            end_of_last = starts[begins - 1] + late[begins - 1]
            if starts[begins] - 1 > end_of_last:
                return False
    return True


def _start(draft: Draft) -> float:
    assert draft.time is not None
    return draft.time.time.mjd_utc_start


def _is_apart(draft: Draft) -> bool:
    return draft.time is not None and draft.time.date_apart


def _a_day_later(draft: Draft) -> Draft:
    assert draft.time is not None
    old = draft.time.time
    time = replace(
        old,
        mjd_utc_start=old.mjd_utc_start + 1,
        mjd_utc_mid=old.mjd_utc_mid + 1,
        mjd_utc_end=old.mjd_utc_end + 1,
        note=f"{old.note}; a day later than the date of the evening",
    )
    frame = replace(draft.frame, time=time)
    return replace(draft, frame=frame, time=replace(draft.time, time=time))
