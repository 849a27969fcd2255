"""What the acts of a journal add up to: verdicts, tags, notes, rejections, stars, subsets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from .acts import Act

_Key = TypeVar("_Key")
#: What of the state an act touches; acts on different topics never matter to each other.
Topic = tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What was said last of an object.

    Attributes
    ----------
    verdict, by, at_utc : str
        Who said it and when.
    looks, agree : int
        Verdicts given to the object since it was last cleared, this one included, and how many
        of them say the same as this one.
    measurement, corrected, mjd_from, mjd_to, excess
        What was on screen; '' or None where it was not told.
    """

    verdict: str
    by: str = ""
    at_utc: str = ""
    looks: int = 1
    agree: int = 1
    measurement: str = ""
    corrected: bool | None = None
    mjd_from: float | None = None
    mjd_to: float | None = None
    excess: float | None = None


@dataclass(frozen=True)
class Period:
    """Period of an object in days, and the MJD of phase 0 in a scale: 'BJD_TDB' or 'UTC'."""

    period_d: float
    epoch_mjd: float
    scale: str
    measurement: str = ""
    by: str = ""
    at_utc: str = ""


@dataclass(frozen=True)
class Subset:
    """A named subset: its definition as `Field.find` takes it, and the ids where frozen."""

    name: str
    where: str = ""
    measurement: str = ""
    corrected: bool | None = None
    near: str = ""
    sort: str = ""
    descending: bool | None = None
    limit: int = 0
    objects: tuple[str, ...] = ()
    by: str = ""
    at_utc: str = ""


@dataclass
class State:
    """What the acts add up to.

    Attributes
    ----------
    verdicts : dict of str to Verdict
        By object; one that is not here has none.
    tags : dict of str to set of str
    notes : dict of str to str
    periods : dict of str to Period
    subsets : dict of str to Subset
        By name.
    rejected_points : dict
        (object, band) to the visits rejected for that object.
    rejected_visits : dict
        Band to the visits rejected for all objects.
    comparison_added, comparison_removed : set of str
        Objects that a person made, or will not have as, comparison stars; the last act wins.
    last_words : dict
        ('verdict' or 'note', object) to the last word of each person; '' where she took it back.
    last_act : dict of str to (person, time)
        The last verdict, tag or note of an object, or its removal.
    """

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    tags: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    notes: dict[str, str] = field(default_factory=dict)
    periods: dict[str, Period] = field(default_factory=dict)
    subsets: dict[str, Subset] = field(default_factory=dict)
    rejected_points: dict[tuple[str, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    rejected_visits: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    comparison_added: set[str] = field(default_factory=set)
    comparison_removed: set[str] = field(default_factory=set)
    last_words: dict[tuple[str, str], dict[str, str]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    last_act: dict[str, tuple[str, str]] = field(default_factory=dict)
    _looks: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def apply(self, act: Act) -> None:
        """One act more; 'undo' and 'redo' are the business of `replay`."""
        match act.act:
            case "set_verdict":
                self._set_verdict(act)
            case "clear_verdict":
                self._looks.pop(act.object, None)
                self.verdicts.pop(act.object, None)
                self._said("verdict", act, "")
            case "add_tag":
                self.tags[act.object].add(act.tag)
                self._said("", act)
            case "remove_tag":
                _discard(self.tags, act.object, act.tag)
                self._said("", act)
            case "set_note":
                self.notes[act.object] = act.note
                if not act.note:
                    del self.notes[act.object]
                self._said("note", act, act.note)
            case "set_period" if act.period_d is not None and act.epoch_mjd is not None:
                at = act.period_d, act.epoch_mjd, act.scale
                self.periods[act.object] = Period(*at, act.measurement, act.person, act.at_utc)
            case "clear_period":
                self.periods.pop(act.object, None)
            case "reject_point":
                self.rejected_points[act.object, act.band].add(act.visit)
            case "restore_point":
                _discard(self.rejected_points, (act.object, act.band), act.visit)
            case "reject_visit":
                self.rejected_visits[act.band].add(act.visit)
            case "restore_visit":
                _discard(self.rejected_visits, act.band, act.visit)
            case "add_comparison":
                self.comparison_added.add(act.object)
                self.comparison_removed.discard(act.object)
            case "remove_comparison":
                self.comparison_removed.add(act.object)
                self.comparison_added.discard(act.object)
            case "save_subset":
                self.subsets[act.name] = _subset(act)
            case "drop_subset":
                self.subsets.pop(act.name, None)

    def forget(self, topic: Topic) -> None:
        """As if no act on this topic had been done."""
        kind, *about = topic
        match kind:
            case "object":
                (name,) = about
                for said in (
                    self.verdicts,
                    self.tags,
                    self.notes,
                    self.periods,
                    self._looks,
                    self.last_act,
                ):
                    said.pop(name, None)  # type: ignore[attr-defined]
                for what in ("verdict", "note"):
                    self.last_words.pop((what, name), None)
            case "points":
                self.rejected_points.pop((about[0], about[1]), None)
            case "visits":
                self.rejected_visits.pop(about[0], None)
            case "comparison":
                self.comparison_added.discard(about[0])
                self.comparison_removed.discard(about[0])
            case "subset":
                self.subsets.pop(about[0], None)

    def _set_verdict(self, act: Act) -> None:
        looks = self._looks[act.object]
        looks.append(act.verdict)
        self.verdicts[act.object] = Verdict(
            act.verdict,
            act.person,
            act.at_utc,
            len(looks),
            looks.count(act.verdict),
            act.measurement,
            act.corrected,
            act.mjd_from,
            act.mjd_to,
            act.excess,
        )
        self._said("verdict", act, act.verdict)

    def _said(self, what: str, act: Act, word: str = "") -> None:
        self.last_act[act.object] = act.person, act.at_utc
        if what:
            self.last_words[what, act.object][act.person] = word

    @property
    def n_rejected_points(self) -> int:
        return sum(map(len, self.rejected_points.values()))

    @property
    def n_rejected_visits(self) -> int:
        return sum(map(len, self.rejected_visits.values()))


def topic_of(act: Act) -> Topic | None:
    """What an act is about; None for 'undo', 'redo' and what this version does not know.

    A new kind of act needs a case here, in `State.apply` and in `State.forget`.
    """
    match act.act:
        case (
            "set_verdict"
            | "clear_verdict"
            | "add_tag"
            | "remove_tag"
            | "set_note"
            | "set_period"
            | "clear_period"
        ):
            return "object", act.object
        case "reject_point" | "restore_point":
            return "points", act.object, act.band
        case "reject_visit" | "restore_visit":
            return "visits", act.band
        case "add_comparison" | "remove_comparison":
            return "comparison", act.object
        case "save_subset" | "drop_subset":
            return "subset", act.name
    return None


def undone(acts: Iterable[Act]) -> set[str]:
    """Ids of the acts that do not hold: of 'undo' and 'redo' of an act, the later one decides."""
    gone: set[str] = set()
    for act in sorted((a for a in acts if a.act in ("undo", "redo")), key=lambda a: a.order):
        (gone.add if act.act == "undo" else gone.discard)(act.of)
    return gone


def replay(acts: Iterable[Act]) -> State:
    """State after these acts in the order of their times, without those that were undone.

    It depends on which acts there are, not on how they came together: two people who have merged
    each other's journals see the same.
    """
    every = sorted(acts, key=lambda act: act.order)
    gone = undone(every)
    state = State()
    for act in every:
        if act.id not in gone:
            state.apply(act)
    return state


def _discard(sets: dict[_Key, set[str]], key: _Key, what: str) -> None:
    """Take it out, and leave no empty set behind: equal states compare equal."""
    if key in sets:
        sets[key].discard(what)
        if not sets[key]:
            del sets[key]


def _subset(act: Act) -> Subset:
    return Subset(
        act.name,
        act.where,
        act.measurement,
        act.corrected,
        act.near,
        act.sort,
        act.descending,
        act.limit,
        act.objects,
        act.person,
        act.at_utc,
    )
