"""Acts as they come in, and their state kept up: an undo costs what it touches, not the journal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from .acts import Act
from .state import State, Topic, replay, topic_of, undone


class Replay:
    """The acts of a journal and what they add up to.

    Acts touch topics (one object's words, one visit, ...) that know nothing of each other. So an
    undo forgets its topic and replays that alone. Acts that come late (another person's journal
    is merged) are replayed with everything, in the order of their times.

    Attributes
    ----------
    state : State
        Equal to `replay` of all acts, always.
    acts : list of Act
        As they came in, those undone too.
    gone : set of str
        Ids of the acts that do not hold.
    latest : tuple of str
        `Act.order` of the last act.
    touched : list of str
        Ids of the objects whose words changed, one entry per change, '' for all of them.
    """

    def __init__(self) -> None:
        self.state = State()
        self.acts: list[Act] = []
        self.gone: set[str] = set()
        self.latest = ("", "")
        self.touched: list[str] = []
        self._by_id: dict[str, Act] = {}
        self._by_topic: defaultdict[Topic, list[Act]] = defaultdict(list)

    def __contains__(self, act_id: str) -> bool:
        return act_id in self._by_id

    def on(self, topic: Topic) -> list[Act]:
        """Acts on a topic that hold, in the order of their times."""
        return [act for act in self._by_topic.get(topic, ()) if act.id not in self.gone]

    def take(self, new: Sequence[Act]) -> None:
        """Take in acts that are not known yet."""
        in_time = all(act.order > self.latest for act in new)
        self.acts += new
        self._by_id.update((act.id, act) for act in new)
        self.latest = max(self.latest, *(act.order for act in new))
        if not in_time:
            self._start_again()
            return
        for act in sorted(new, key=lambda act: act.order):
            self._follow(act)

    def _follow(self, act: Act) -> None:
        """One act later than all others."""
        topic = topic_of(act)
        if topic is None:
            self._turn(act)
            return
        self._by_topic[topic].append(act)
        if act.id not in self.gone:  # an undo may come before what it undoes
            self.state.apply(act)
            self._touch(topic)

    def _turn(self, act: Act) -> None:
        if act.act not in ("undo", "redo"):
            return
        (self.gone.add if act.act == "undo" else self.gone.discard)(act.of)
        about = self._by_id.get(act.of)
        topic = topic_of(about) if about is not None else None
        if about is None or topic is None:
            return
        self.state.forget(topic)
        for each in self._by_topic[topic]:
            if each.id not in self.gone:
                self.state.apply(each)
        self._touch(topic)

    def _touch(self, topic: Topic) -> None:
        if topic[0] == "object":
            self.touched.append(topic[1])

    def _start_again(self) -> None:
        self.gone = undone(self.acts)
        self.state = replay(self.acts)
        self._by_topic.clear()
        for act in sorted(self.acts, key=lambda act: act.order):
            topic = topic_of(act)
            if topic is not None:
                self._by_topic[topic].append(act)
        self.touched.append("")
