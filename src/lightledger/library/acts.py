"""What a person does to a field, as acts; their replay is the state of the field.

One act is one line of JSON. Acts name objects, bands and visits by id, so they outlive a new
measurement of the field.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

#: Kinds of acts, and the ids that each must name.
KINDS: dict[str, tuple[str, ...]] = {
    "reject_point": ("object", "band", "visit"),
    "restore_point": ("object", "band", "visit"),
    "reject_visit": ("band", "visit"),
    "restore_visit": ("band", "visit"),
    "add_comparison": ("object",),
    "remove_comparison": ("object",),
    "undo": ("of",),
}
VERSION = 1
#: A line longer than this was not written by us.
MAX_LINE = 64 * 1024


@dataclass(frozen=True)
class Act:
    """One act.

    Attributes
    ----------
    id : str
        Unique; by it an act is undone and two journals are merged without doubles.
    act : str
        One of `KINDS`.
    at_utc, person, session, store : str
        When, who, in which window, on which version of the store (its uuid).
    object, band, visit : str
        What it is about; '' where it does not apply.
    of : str
        For 'undo', the id of the act undone.
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

    def to_line(self) -> str:
        """One line of JSON, with its line feed."""
        row = {"v": VERSION} | {key: value for key, value in vars(self).items() if value}
        return json.dumps(row, ensure_ascii=False) + "\n"


class BadLine(ValueError):
    """A line that is no act: half written, damaged, or not ours."""


class UnknownAct(ValueError):
    """An act of a newer version; it stays in the journal."""


def parse_line(line: bytes) -> Act:
    """Read one line.

    Raises
    ------
    BadLine, UnknownAct
    """
    if len(line) > MAX_LINE:
        raise BadLine("too long")
    try:
        row: Any = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise BadLine("not JSON") from None
    if not isinstance(row, dict) or not isinstance(row.get("act"), str):
        raise BadLine("not an act")
    if row["act"] not in KINDS:
        raise UnknownAct(row["act"])
    texts = {key: row.get(key, "") for key in Act.__dataclass_fields__}
    if not all(isinstance(value, str) for value in texts.values()):
        raise BadLine("an id that is not text")
    if not texts["id"] or not all(texts[key] for key in KINDS[row["act"]]):
        raise BadLine("an id is missing")
    return Act(**texts)


@dataclass
class State:
    """What the acts add up to.

    Attributes
    ----------
    rejected_points : dict
        (object, band) to the visits rejected for that object.
    rejected_visits : dict
        Band to the visits rejected for all objects.
    comparison_added, comparison_removed : set of str
        Objects that a person made, or will not have as, comparison stars; the last act wins.
    """

    rejected_points: dict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    rejected_visits: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    comparison_added: set[str] = field(default_factory=set)
    comparison_removed: set[str] = field(default_factory=set)

    def apply(self, act: Act) -> None:
        """One act more; an 'undo' is the business of `replay`."""
        if act.act == "reject_point":
            self.rejected_points[act.object, act.band].add(act.visit)
        elif act.act == "restore_point":
            self.rejected_points[act.object, act.band].discard(act.visit)
        elif act.act == "reject_visit":
            self.rejected_visits[act.band].add(act.visit)
        elif act.act == "restore_visit":
            self.rejected_visits[act.band].discard(act.visit)
        elif act.act == "add_comparison":
            self.comparison_added.add(act.object)
            self.comparison_removed.discard(act.object)
        elif act.act == "remove_comparison":
            self.comparison_removed.add(act.object)
            self.comparison_added.discard(act.object)

    @property
    def n_rejected_points(self) -> int:
        return sum(map(len, self.rejected_points.values()))

    @property
    def n_rejected_visits(self) -> int:
        return sum(map(len, self.rejected_visits.values()))


def replay(acts: list[Act]) -> State:
    """State after these acts, in order, without those that were undone."""
    undone = {act.of for act in acts if act.act == "undo"}
    state = State()
    for act in acts:
        if act.id not in undone:
            state.apply(act)
    return state
