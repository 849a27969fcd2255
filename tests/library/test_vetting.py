"""Verdicts, tags, notes and subsets in the journal: looks, undo and redo, limits."""

from __future__ import annotations

import json
import math
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.library import Journal
from lightledger.library.acts import KINDS, MAX_OBJECTS
from lightledger.library.state import State


def journal_of(folder: Path, person: str = "Vera") -> Journal:
    return Journal(folder / "field.h5", "uuid-1", person)


def test_the_last_verdict_holds_and_looks_are_counted(tmp_path):
    journal = journal_of(tmp_path)
    for word in ("variable", "blend", "variable", "variable"):
        journal.set_verdict(
            "I1", word, measurement="ch1_sci-auto", corrected=True, mjd_from=55000.0, excess=8.4
        )
    said = journal_of(tmp_path).state.verdicts["I1"]
    assert (said.verdict, said.looks, said.agree, said.by) == ("variable", 4, 3, "Vera")
    assert (said.measurement, said.corrected) == ("ch1_sci-auto", True)
    assert (said.mjd_from, said.mjd_to, said.excess) == (55000.0, None, 8.4)
    journal.clear_verdict("I1")
    assert "I1" not in journal.state.verdicts
    journal.set_verdict("I1", "constant")
    assert journal.state.verdicts["I1"].looks == 1


def test_numbers_that_are_none_make_no_bad_line(tmp_path):
    journal_of(tmp_path).set_verdict(
        "I1", "agn", mjd_from=-math.inf, mjd_to=math.inf, excess=math.nan
    )
    again = journal_of(tmp_path)
    assert again.n_skipped == 0
    assert again.state.verdicts["I1"].excess is None
    json.loads(again.path.read_text(), parse_constant=pytest.fail)


def test_tags_are_many_and_a_note_is_one(tmp_path):
    journal = journal_of(tmp_path)
    for tag in ("second look", "dusty", "dusty"):
        journal.add_tag("I1", tag)
    journal.add_tag("I2", "dusty")
    journal.remove_tag("I2", "dusty")
    journal.set_note("I1", "rises\nbefore 2009 – \N{GREEK SMALL LETTER ALPHA}")
    journal.set_note("I2", "gone")
    journal.set_note("I2", "")
    again = journal_of(tmp_path).state
    assert again.tags == {"I1": {"second look", "dusty"}}
    assert again.notes == {"I1": "rises\nbefore 2009 – α"}


def test_undo_and_redo_return_the_act_and_are_lines_of_their_own(tmp_path):
    journal = journal_of(tmp_path)
    first = journal.set_verdict("I1", "variable")
    second = journal.set_verdict("I2", "blend")
    assert journal.undo() == second
    assert journal.undo() == first
    assert journal.undo() is None
    assert not journal.state.verdicts
    assert journal.redo() == first
    assert set(journal_of(tmp_path).state.verdicts) == {"I1"}
    journal.add_tag("I3", "new")  # what was taken back is out of reach now
    assert journal.redo() is None
    kinds = [json.loads(line)["act"] for line in journal.path.read_text().splitlines()]
    assert kinds == ["set_verdict", "set_verdict", "undo", "undo", "redo", "add_tag"]


def test_a_given_act_of_this_window_is_undone_and_done_again(tmp_path):
    journal, other = journal_of(tmp_path), journal_of(tmp_path)
    first = journal.set_verdict("I1", "variable")
    second = journal.set_verdict("I2", "blend")
    foreign = other.set_verdict("I3", "agn")
    journal.follow()
    assert journal.undo(foreign) is None
    assert journal.redo(first) is None
    assert journal.undo(first) == first
    assert journal.undo(first) is None
    journal.add_tag("I4", "new")
    assert journal.redo(first) == first
    assert set(journal.state.verdicts) == {"I1", "I2", "I3"}
    journal.undo()
    journal.undo()
    assert journal.undo() == second
    assert set(journal.state.verdicts) == {"I3"}
    assert len(journal.path.read_text().splitlines()) == 9


def test_undoing_a_verdict_brings_the_one_before_back(tmp_path):
    journal = journal_of(tmp_path)
    journal.set_verdict("I1", "variable")
    journal.set_verdict("I1", "constant")
    journal.undo()
    assert (journal.state.verdicts["I1"].verdict, journal.state.verdicts["I1"].looks) == (
        "variable",
        1,
    )


def test_what_is_done_now_is_done_last_whatever_the_clocks_say(tmp_path):
    path = tmp_path / "field.h5.journal.jsonl"
    ahead = {
        "id": "a", "act": "set_verdict", "at_utc": "2999-01-01T00:00:00+00:00",
        "person": "Karl", "object": "I1", "verdict": "blend",
    }  # fmt: skip
    path.write_text(json.dumps(ahead) + "\n")
    journal = journal_of(tmp_path)
    journal.set_verdict("I1", "variable")
    assert journal.state.verdicts["I1"].verdict == "variable"
    assert journal_of(tmp_path).state == journal.state


def test_a_subset_keeps_its_definition_and_its_ids_in_order(tmp_path):
    ids = [f"SPITZER J{n:012d}+690000.0" for n in range(MAX_OBJECTS)][::-1]
    journal = journal_of(tmp_path)
    journal.save_subset(
        "faint ones", "mag > 18 and excess > 3", "ch1_sci-auto", True, "264 69 0.1", "excess",
        limit=MAX_OBJECTS, objects=ids, descending=True,
    )  # fmt: skip
    journal.save_subset("defined", "mag < 12")
    journal.save_subset("dropped")
    journal.drop_subset("dropped")
    again = journal_of(tmp_path)
    assert again.n_skipped == 0
    assert set(again.state.subsets) == {"faint ones", "defined"}
    subset = again.state.subsets["faint ones"]
    assert subset.objects == tuple(ids)
    assert (subset.where, subset.sort, subset.near) == (
        "mag > 18 and excess > 3", "excess", "264 69 0.1"
    )  # fmt: skip
    assert (subset.corrected, subset.descending, subset.limit) == (True, True, MAX_OBJECTS)
    assert again.state.subsets["defined"].corrected is None


@pytest.mark.parametrize(
    "act",
    [
        lambda j: j.save_subset("s", objects=["I1"] * (MAX_OBJECTS + 1)),
        lambda j: j.save_subset("s", objects=["I" * 400] * MAX_OBJECTS),
        lambda j: j.save_subset("  "),
        lambda j: j.set_verdict("I1", ""),
        lambda j: j.set_verdict("I1", "v" * 1000),
        lambda j: j.add_tag("I1", "one;two"),
        lambda j: j.set_note("I1", "n" * 100_000),
    ],
)
def test_too_much_or_nothing_is_one_line_and_no_act(tmp_path, act):
    journal = journal_of(tmp_path)
    with pytest.raises(LightledgerError) as refused:
        act(journal)
    assert "\n" not in str(refused.value)
    assert not journal.path.exists()
    assert journal.undo() is None


@pytest.mark.parametrize(
    "said",
    [
        {"objects": "I1"},
        {"objects": [1]},
        {"objects": [""]},
        {"objects": ["I1"] * (MAX_OBJECTS + 1)},
        {"limit": -1},
        {"limit": True},
        {"corrected": "yes"},
        {"excess": "8"},
        {"excess": True},
        {"where": ["mag"]},
        {"v": "1"},
        {"act": "set_period", "object": "I1", "scale": "UTC", "epoch_mjd": 55000.5},
        {"act": "set_period", "object": "I1", "scale": "UTC", "epoch_mjd": 5, "period_d": -2.0},
    ],
)
def test_an_act_that_makes_no_sense_is_counted(tmp_path, said):
    path = tmp_path / "field.h5.journal.jsonl"
    row = {"id": "a", "act": "save_subset", "name": "s"}
    path.write_text(json.dumps(row | said) + "\n" + json.dumps(row | {"id": "b"}) + "\n")
    journal = journal_of(tmp_path)
    assert journal.n_skipped == 1
    assert set(journal.state.subsets) == {"s"}


def test_an_act_of_a_newer_version_does_nothing_and_stays(tmp_path):
    path = tmp_path / "field.h5.journal.jsonl"
    path.write_text('{"v": 2, "id": "a", "act": "set_verdict", "object": "I1", "verdict": "x"}\n')
    journal = journal_of(tmp_path)
    assert journal.n_unknown == 1
    assert journal.state == State()
    journal.set_note("I1", "n")
    assert path.read_text().count("\n") == 2


def act_on(journal: Journal, kind: str, a: int, b: int) -> None:
    """One act of that kind; ``a`` chooses the object, ``b`` what is said."""
    if kind in ("undo", "redo"):
        getattr(journal, kind)()
    elif kind.endswith("subset"):
        getattr(journal, kind)(f"s{a}")
    elif kind.endswith("visit"):
        getattr(journal, kind)("R", f"v{b}")
    elif kind.endswith("point"):
        getattr(journal, kind)(f"I{a}", "R", f"v{b}")
    elif kind == "set_period":
        journal.set_period(f"I{a}", 1.0 + b, 55000.5)
    elif kind in ("clear_verdict", "clear_period", "add_comparison", "remove_comparison"):
        getattr(journal, kind)(f"I{a}")
    else:
        getattr(journal, kind)(f"I{a}", f"w{b}")


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 2), st.integers(0, 2)), max_size=20
    )
)
def test_state_is_the_replay_and_undo_and_redo_retrace_every_step(tmp_path, acts):
    (tmp_path / "field.h5.journal.jsonl").unlink(missing_ok=True)
    journal = journal_of(tmp_path)
    for kind, a, b in acts:
        act_on(journal, kind, a, b)
        assert journal_of(tmp_path).state == journal.state
    end, n_undone = deepcopy(journal.state), 0
    while journal.undo():
        n_undone += 1
    assert journal.state == State()
    for _ in range(n_undone):
        assert journal.redo()
    assert journal.state == end
