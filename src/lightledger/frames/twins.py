"""One exposure in two files, raw and reduced: only the further processed one is measured."""

from __future__ import annotations

import re
from collections import defaultdict

from lightledger.domain import counted

from .assemble import Desk
from .examine import Draft
from .pointing import angular_distance_deg
from .sorting import stem_of
from .stamps import DAY_S

#: Copies keep the time stamp of the exposure; two exposures never share it this closely.
_SAME_S = 0.002
#: A mount's pointing and the true one differ by less than this.
_POINTING_DEG = 1.0
#: Pieces of names that tell of a processing step, not of another exposure.
_STEP = re.compile(r"[-_. ]e\d\d$")
_RAW = re.compile(r"raws?|uncal(?:ibrated)?|unreduced|originals?", re.IGNORECASE)


def leave_out_twins(desk: Desk) -> None:
    """Of images of one exposure, leave out all but the one that is processed furthest.

    They are told by band, start, exposure time, camera and place, and by names that differ in a
    word (``V1_012.fits``, ``reduced/V1_012_red.fits``). What is not called raw, then a WCS, then
    pixels of floating point, then the longer name mark the processed one; where nothing does,
    both stay.
    """
    moments: dict[tuple[object, ...], list[Draft]] = defaultdict(list)
    for draft in desk.drafts:
        frame = draft.frame
        if frame.kind == "sci" and frame.time is not None and frame.time.exposure_s > _SAME_S:
            when = round(frame.time.mjd_utc_start * DAY_S / _SAME_S)
            moments[when, frame.time.exposure_s, frame.band, draft.camera].append(draft)
    left: list[tuple[str, str]] = []
    for drafts in moments.values():
        ranked = sorted(drafts, key=_rank, reverse=True)
        best = ranked[0]
        left += [
            (other.frame.name, best.frame.name)
            for other in ranked[1:]
            if _rank(other) < _rank(best)
            and _same_name(other.frame.name, best.frame.name)
            and _same_sky(other, best)
        ]
    if not left:
        return
    desk.drop(name for name, _ in left)
    for name, best_name in left:
        desk.left_out[name] = f"the same exposure as {best_name}, which is processed further"
    name, best_name = left[0]
    alike = f" (and {counted(len(left) - 1, 'other')} alike)" if left[1:] else ""
    desk.note(f"left out: {best_name} is the same exposure, processed further{alike}", name)


def _rank(draft: Draft) -> tuple[bool, bool, bool, int]:
    frame = draft.frame
    raw = any(_RAW.fullmatch(word) for word in re.split(r"[^A-Za-z]+", frame.name))
    return not raw, frame.has_wcs, draft.floating, len(stem_of(frame.name))


def _same_sky(a: Draft, b: Draft) -> bool:
    """Whether two frames look at one place: two chips or two telescopes do not."""
    named = {draft.frame.object_name.casefold() for draft in (a, b)} - {""}
    if len(named) > 1:
        return False
    if a.look is None or b.look is None or None in (a.look.position, b.look.position):
        return True
    both = a.frame.has_wcs and b.frame.has_wcs
    reach = 0.3 * min(a.look.radius_deg, b.look.radius_deg) if both else _POINTING_DEG
    assert a.look.position is not None
    assert b.look.position is not None
    return angular_distance_deg(a.look.position, b.look.position) < reach


def _same_name(a: str, b: str) -> bool:
    """Whether two file names are of one exposure: one holds the other, or their numbers agree."""
    a, b = sorted((_STEP.sub("", stem_of(name).lower()) for name in (a, b)), key=len)
    few, many = (re.findall(r"\d+", stem) for stem in (a, b))
    if few == many:
        return bool(few) or a in b
    return a in b and any(many[i : i + len(few)] == few for i in range(len(many)))
