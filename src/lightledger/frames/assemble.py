"""Examined files to visits: copies, conflicts, orphans and strays named, observers computed."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from lightledger.domain import Problem

from .content import copies
from .earth import Site
from .examine import Draft, Examined
from .fields import stray_frames
from .frame import Frame
from .observer import Sighting, observe
from .sorting import stem_of
from .stamps import DAY_S

#: Two exposures that begin closer than this are the same one.
_SAME_S = 0.5


class Desk:
    """Fate of every file while an inventory is put together; one reason per file."""

    def __init__(self, examined: Iterable[Examined]) -> None:
        self.left_out: dict[str, str] = {}
        self.refused: dict[str, Problem] = {}
        self.notes: list[Problem] = []
        self.drafts: list[Draft] = []
        #: (visit, band, kind) of images that exist and are not used.
        self.lost: set[tuple[str, str]] = set()
        for file in examined:
            name = file.entry.name
            if file.refused or file.left_out:
                self._lose(file)
            if file.refused:
                draft = file.drafts[0].frame if file.drafts else None
                self.refuse(name, file.refused, draft)
            elif file.left_out:
                self.left_out[name] = file.left_out
            else:
                self.drafts += file.drafts

    def _lose(self, file: Examined) -> None:
        if file.named and file.named[2] == "sci":
            self.lost.add((file.named[0], file.named[1]))

    def refuse(self, name: str, what: str, frame: Frame | None = None, advice: str = "") -> None:
        """Refuse a whole file."""
        visit, band = (frame.visit, frame.band) if frame else ("", "")
        self.refused.setdefault(name, Problem(what, name, advice, "refused", visit, band))

    def drop(self, names: Iterable[str]) -> None:
        """Take all drafts of these files away; their images count as lost."""
        gone = set(names)
        for draft in self.drafts:
            if draft.frame.name in gone and draft.frame.kind == "sci":
                self.lost.add((draft.frame.visit, draft.frame.band))
        self.drafts = [draft for draft in self.drafts if draft.frame.name not in gone]

    def note(self, what: str, file: str = "", advice: str = "") -> None:
        """Remark that does not keep anything from being used."""
        self.notes.append(Problem(what, file, advice, "note"))


def leave_out_copies(desk: Desk) -> None:
    """Use files of the same content once, under the first of their names."""
    files = {d.frame.name: (d.frame.path, d.frame.size) for d in desk.drafts}
    for name, first in copies(files).items():
        desk.left_out[name] = f"the same content as {first}"
    desk.drafts = [draft for draft in desk.drafts if draft.frame.name not in desk.left_out]


def settle_visits(desk: Desk) -> None:
    """Visits of frames that are named by their header alone, told apart when names repeat.

    Frames of the same file name in several folders are different visits when they were taken at
    different times: the first in time keeps the name, so that adding a night renames nothing.
    Companions (``a_unc.fits``) take visit and band of their image in the same folder.
    """
    same_name: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in desk.drafts:
        if draft.frame.kind == "sci":
            same_name[draft.frame.visit, draft.frame.band].append(draft)
    settled: dict[str, str] = {}
    for drafts in same_name.values():
        drafts.sort(key=lambda d: (_mid(d), d.frame.name))
        for earlier, draft in pairwise(drafts):
            apart = (_mid(draft) - _mid(earlier)) * DAY_S > _SAME_S
            if apart and draft.folder != earlier.folder:
                settled[draft.frame.name] = f"{draft.folder}/{stem_of(draft.frame.name)}".strip("/")
    renamed = [
        replace(d, frame=replace(d.frame, visit=settled.get(d.frame.name, d.frame.visit)))
        for d in desk.drafts
    ]
    owners: dict[tuple[str, str], list[Draft]] = defaultdict(list)
    for draft in renamed:
        if draft.frame.kind == "sci":
            stem = stem_of(draft.frame.name)
            for key in {stem, stem.removesuffix("_sci")}:
                owners[draft.folder, key].append(draft)
    desk.drafts = [_with_owner(draft, owners) for draft in renamed]


def _mid(draft: Draft) -> float:
    return draft.frame.time.mjd_utc_mid if draft.frame.time else 0.0


def _with_owner(draft: Draft, owners: dict[tuple[str, str], list[Draft]]) -> Draft:
    if draft.frame.kind == "sci":
        return draft
    found = owners.get((draft.folder, draft.frame.visit), [])
    own = [owner for owner in found if owner.frame.name == draft.frame.name] or found
    if len(own) != 1:
        return draft
    main = own[0].frame
    frame = replace(draft.frame, visit=main.visit, band=main.band, band_original=main.band_original)
    return replace(draft, frame=frame)


def refuse_conflicts(desk: Desk) -> None:
    """Different files for the same visit, band and kind: none is used, all are named."""
    claims: dict[tuple[str, str, str], list[Draft]] = defaultdict(list)
    for draft in desk.drafts:
        claims[draft.frame.visit, draft.frame.band, draft.frame.kind].append(draft)
    gone: set[str] = set()
    for (visit, band, kind), drafts in claims.items():
        names = sorted({draft.frame.name for draft in drafts})
        if len(names) < 2:
            continue
        gone.update(names)
        for draft in drafts:
            others = ", ".join(name for name in names if name != draft.frame.name)
            what = f"another file is visit {visit}, band {band}, kind {kind} too: {others}"
            desk.refuse(draft.frame.name, what, draft.frame, "keep one of them")
    desk.drop(gone)


def refuse_strays(desk: Desk) -> None:
    """Images that look elsewhere; two fields raise `LightledgerError`."""
    looks = [draft.look for draft in desk.drafts if draft.look is not None]
    strays = stray_frames(looks)
    frames = {d.frame.name: d.frame for d in desk.drafts if d.frame.kind == "sci"}
    for name, reason in strays.items():
        desk.refuse(name, reason, frames.get(name))
    desk.drop(strays)


def refuse_orphans(desk: Desk) -> None:
    """Companions without their image, or of another shape."""
    images = {(d.frame.visit, d.frame.band): d.frame for d in desk.drafts if d.frame.kind == "sci"}
    gone: set[str] = set()
    for draft in desk.drafts:
        frame = draft.frame
        main = images.get((frame.visit, frame.band))
        if frame.kind == "sci" or (main and main.shape == frame.shape):
            continue
        if main is not None and main.name == frame.name:
            continue
        gone.add(frame.name)
        if main is not None:
            size = "{1} x {0}".format(*frame.shape)
            desk.refuse(frame.name, f"its {size} pixels are not those of {main.name}", frame)
        elif {(frame.visit, frame.band), (frame.visit, "")} & desk.lost:
            desk.left_out[frame.name] = f"{frame.kind} of an image that is not used"
        else:
            desk.refuse(frame.name, f"{frame.kind} without its sci image", frame)
    desk.drop(gone)


def with_observers(drafts: list[Draft], site: Site | None = None) -> list[Draft]:
    """Drafts with times on the observer's clock and observers, computed for all at once.

    ``site`` is where a person says that the telescope stands.
    """
    images = [i for i, d in enumerate(drafts) if d.frame.kind == "sci" and d.time is not None]
    sightings = []
    for i in images:
        time = drafts[i].time
        assert time is not None
        sightings.append(Sighting(drafts[i].cards, time, drafts[i].frame.pointing))
    out = list(drafts)
    for i, (time_, place) in zip(images, observe(sightings, site), strict=True):
        frame = out[i].frame
        notes = frame.notes
        if not place.note.startswith(("OBSGEO", "SPTZR")):
            notes = (*notes, place.note)
        out[i] = replace(out[i], frame=replace(frame, time=time_, observer=place, notes=notes))
    return out


def remark(desk: Desk) -> None:
    """What a person should know of frames that are used, each thing once with its count."""
    images = [draft.frame for draft in desk.drafts if draft.frame.kind == "sci"]
    for what, values in (
        ("shapes", Counter("{1} x {0}".format(*f.shape) for f in images)),
        ("setups", Counter(f"{f.band} {f.setup}".strip() for f in images)),
        ("units", Counter(f.unit or "none" for f in images)),
    ):
        few = len({f.band for f in images}) if what == "setups" else 1
        if len(values) > few:
            listed = [f"{value} ({n})" for value, n in values.most_common(6)]
            more = f" and {len(values) - 6} more" if len(values) > 6 else ""
            desk.note(f"frames of {len(values)} {what}: {', '.join(listed)}{more}")
    _remark_moments(desk, images)
    alike: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for frame in images:
        for text in frame.notes:
            alike[re.sub(r"[+-]?\d+(?:\.\d+)?", "#", text)].append((text, frame.name))
    for same in alike.values():
        text, name = same[0]
        desk.note(text + (f" (and {len(same) - 1} other frames alike)" if same[1:] else ""), name)


def _remark_moments(desk: Desk, images: list[Frame]) -> None:
    """Frames of one band that claim one moment: a stopped clock, or an exposure twice."""
    moments: dict[tuple[str, float], list[str]] = defaultdict(list)
    for frame in images:
        if frame.time is not None:
            moments[frame.band, frame.time.mjd_utc_mid].append(frame.name)
    same = [names for names in moments.values() if len(names) > 1]
    if same:
        what = f"{sum(map(len, same)):,} frames share their time with another of their band"
        desk.note(f"{what}: {', '.join(same[0][:3])}{', ...' if same[0][3:] else ''}")
