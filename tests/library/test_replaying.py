"""The state that is kept up act by act is the replay of all acts, whatever is undone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lightledger.library import Journal
from lightledger.library.acts import KINDS, Act
from lightledger.library.replaying import Replay
from lightledger.library.state import State, replay, topic_of

SAID = sorted(set(KINDS) - {"undo", "redo"})
ACTS = st.lists(
    st.tuples(st.sampled_from([*SAID, "undo", "redo"]), st.integers(0, 2), st.integers(0, 30)),
    max_size=30,
)


def act_of(number: int, kind: str, a: int, b: int) -> Act:
    """Act ``number``; 'undo' and 'redo' speak of any act, one that comes later too."""
    at = f"2026-11-23T14:02:{number:02d}.000000+00:00"
    if kind in ("undo", "redo"):
        return Act(f"a{number:02d}", kind, at, "Vera", of=f"a{b:02d}")
    word = f"w{b % 3}"
    return Act(
        f"a{number:02d}", kind, at, ("Vera", "Karl")[b % 2], object=f"I{a}", band="ch1", visit=word,
        verdict=word, tag=word, note=word, name=word,
    )  # fmt: skip


@given(ACTS, st.integers(1, 5))
def test_kept_up_or_replayed_is_the_same(acts, at_once):
    made = [act_of(i, *each) for i, each in enumerate(acts)]
    kept = Replay()
    for first in range(0, len(made), at_once):
        kept.take(made[first : first + at_once])
        assert kept.state == replay(made[: first + at_once])


@given(ACTS, st.randoms(use_true_random=False))
def test_the_order_in_which_acts_come_does_not_matter(acts, random):
    made = [act_of(i, *each) for i, each in enumerate(acts)]
    kept, came = Replay(), random.sample(made, len(made))
    for act in came:
        kept.take([act])
    assert kept.state == replay(made)


def test_every_kind_of_act_has_a_topic_that_can_be_forgotten():
    for kind in SAID:
        act = act_of(0, kind, 1, 1)
        state = State()
        state.apply(act)
        state.forget(topic_of(act))
        assert state == State(), kind


def test_objects_whose_words_changed_are_told(tmp_path):
    journal = Journal(tmp_path / "field.h5", person="Vera")
    journal.set_verdict("I1", "agn")
    journal.reject_visit("ch1", "gr1")
    journal.add_tag("I2", "dusty")
    journal.undo()
    assert journal.touched() == ["I1", "I2", "I2"]
    assert journal.touched(3) == []


class Counting(State):
    """Counts the acts that are applied."""

    n_applied = 0

    def apply(self, act: Act) -> None:
        self.n_applied += 1
        super().apply(act)


def test_an_undo_replays_only_what_was_said_of_its_object():
    kept = Replay()
    kept.state = Counting()
    for i in range(300):
        at = f"2026-11-23T14:{i // 60:02d}:{i % 60:02d}.000000+00:00"
        kept.take([Act(f"a{i}", "set_verdict", at, object=f"I{i % 100}", verdict="agn")])
    before = kept.state.n_applied
    kept.take([Act("u", "undo", "2027", of="a299")])
    assert kept.state.n_applied - before == 2
    assert kept.state.verdicts["I99"].looks == 2
