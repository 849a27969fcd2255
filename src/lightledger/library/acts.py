"""What a person does to a field, as acts: one act is one line of JSON.

Acts name objects, bands and visits by id, so they outlive a new measurement of the field; what
they add up to is `lightledger.library.state`.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

#: Kinds of acts, and what each must name.
KINDS: dict[str, tuple[str, ...]] = {
    "set_verdict": ("object", "verdict"),
    "clear_verdict": ("object",),
    "add_tag": ("object", "tag"),
    "remove_tag": ("object", "tag"),
    "set_note": ("object",),
    "set_period": ("object", "scale", "period_d", "epoch_mjd"),
    "clear_period": ("object",),
    "reject_point": ("object", "band", "visit"),
    "restore_point": ("object", "band", "visit"),
    "reject_visit": ("band", "visit"),
    "restore_visit": ("band", "visit"),
    "add_comparison": ("object",),
    "remove_comparison": ("object",),
    "save_subset": ("name",),
    "drop_subset": ("name",),
    "undo": ("of",),
    "redo": ("of",),
}
VERSION = 1
#: A frozen list of objects holds at most so many ids.
MAX_OBJECTS = 50_000
#: A longer line was not written by us; a list of `MAX_OBJECTS` long names fits.
MAX_LINE = 8 * 1024 * 1024

_HEAD = ("id", "act", "at_utc", "person", "session", "store")


@dataclass(frozen=True)
class Act:
    """One act.

    Attributes
    ----------
    id : str
        Unique; by it an act is undone and two journals are merged without doubles.
    act : str
        One of `KINDS`; another one is of a newer version and means nothing here.
    at_utc, person, session, store : str
        When (ISO 8601), who, in which window, on which version of the store (its uuid).
    object, band, visit : str
        What it is about; '' where it does not apply.
    of : str
        For 'undo' and 'redo', the id of the act.
    verdict, tag, note : str
        What is said of the object.
    period_d, epoch_mjd, scale : float, float, str
        Its period in days, and an MJD of phase 0 in that scale: 'BJD_TDB' (then it is
        BJD_TDB - 2400000.5) or 'UTC'.
    measurement, corrected, mjd_from, mjd_to, excess
        For a verdict, what was on screen: measurement, correction, range of times (MJD, UTC;
        None where open) and excess. For a subset, whose statistics its definition speaks of.
    name, where, near, sort, descending, limit : str, str, str, str, bool or None, int
        A named subset and its definition, as `Field.find` takes it.
    objects : tuple of str
        The ids of a subset, frozen in order; () for one that is only defined.
    """

    id: str
    act: str
    at_utc: str = ""
    person: str = ""
    session: str = ""
    store: str = ""
    object: str = ""
    band: str = ""
    visit: str = ""
    of: str = ""
    verdict: str = ""
    tag: str = ""
    note: str = ""
    name: str = ""
    where: str = ""
    scale: str = ""
    measurement: str = ""
    near: str = ""
    sort: str = ""
    corrected: bool | None = None
    descending: bool | None = None
    limit: int = 0
    mjd_from: float | None = None
    mjd_to: float | None = None
    excess: float | None = None
    period_d: float | None = None
    epoch_mjd: float | None = None
    objects: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether this version knows what the act means."""
        return self.act in KINDS

    @property
    def order(self) -> tuple[str, str]:
        """Acts of several people are replayed in this order: by time, equal times by id."""
        return self.at_utc, self.id

    def to_line(self) -> bytes:
        """One line of JSON, with its line feed; what says nothing is left out."""
        said = {key: value for key, value in vars(self).items() if value not in ("", None, ())}
        if not said["limit"]:
            del said["limit"]
        text = json.dumps({"v": VERSION} | said, ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8", "replace") + b"\n"


class BadLine(ValueError):
    """A line that is no act: half written, damaged, or not ours."""


def parse_line(line: bytes) -> Act:
    """Read one line.

    Returns
    -------
    Act
        Of an act of a newer version only who, when and its id.

    Raises
    ------
    BadLine
    """
    if len(line) > MAX_LINE:
        raise BadLine("too long")
    try:
        row: Any = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadLine("not JSON") from None
    if not isinstance(row, dict):
        raise BadLine("not an act")
    head = {key: row.get(key, "") for key in _HEAD}
    if not all(isinstance(value, str) for value in head.values()):
        raise BadLine("an id that is not text")
    if not (head["id"] and head["act"]):
        raise BadLine("no id, or no kind")
    head["at_utc"] = _utc(head["at_utc"])
    version = row.get("v", VERSION)
    if not isinstance(version, int):
        raise BadLine("no version")
    if version > VERSION:
        head["act"] = f"{head['act']} (version {version})"
    if head["act"] not in KINDS:
        return Act(**head)
    if not all(_is_there(row.get(key), key) for key in KINDS[head["act"]]):
        raise BadLine("what it is about is missing")
    said = {key: _checked(key, row[key]) for key in _SAID if row.get(key) is not None}
    return Act(**head, **said)


_SAID = tuple(key for key in Act.__dataclass_fields__ if key not in _HEAD)
_NUMBERS = ("mjd_from", "mjd_to", "excess", "period_d", "epoch_mjd")


def _is_there(value: Any, key: str) -> bool:
    return value is not None if key in _NUMBERS else isinstance(value, str) and bool(value)


def _checked(key: str, value: Any) -> Any:
    if key in ("corrected", "descending"):
        right = isinstance(value, bool)
    elif key in _NUMBERS:
        right = isinstance(value, (int, float)) and not isinstance(value, bool)
        right = right and math.isfinite(value) and (value > 0 or key != "period_d")
    elif key == "limit":
        right = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    elif key == "objects":
        right = isinstance(value, list) and len(value) <= MAX_OBJECTS
        right = right and set(map(type, value)) <= {str} and all(value)
        value = tuple(value) if right else ()
    else:
        right = isinstance(value, str)
    if not right:
        raise BadLine(f"{key} makes no sense")
    return value


def time_text(when: datetime) -> str:
    """A time as every act writes it, so that the texts sort as the times do."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def _utc(text: str) -> str:
    """The same time in that form; '' for what is no time, which then counts as the earliest."""
    try:
        when = datetime.fromisoformat(text)
        return time_text(when if when.tzinfo else when.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return ""
