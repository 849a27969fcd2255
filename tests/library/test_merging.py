"""Two people's journals: nothing lost, the same for both, contradictions named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import storefield
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.library import Field
from lightledger.library.actlog import journal_path
from lightledger.library.merging import merge


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("published") / "field.h5"
    storefield.build(store, range(3), n=6)
    return store


@pytest.fixture
def pair(published: Path, tmp_path: Path):
    """The same store on two desks."""
    for who in ("vera", "karl"):
        (tmp_path / who).mkdir()
        shutil.copy(published, tmp_path / who / "field.h5")
    with (
        Field(tmp_path / "vera/field.h5", "Vera") as vera,
        Field(tmp_path / "karl/field.h5", "Karl") as karl,
    ):
        yield vera, karl


def test_both_see_the_same_whoever_merges(pair):
    vera, karl = pair
    vera.journal.set_verdict("I1", "variable")
    karl.journal.set_verdict("I2", "agn")
    karl.journal.reject_visit("ch1", "gr001")
    vera.journal.set_note("I2", "bright")
    there = merge(vera, karl.path)
    back = merge(karl, vera.journal.path)
    assert (there.n_new, there.people, there.remark) == (2, ("Karl",), "")
    assert (back.n_new, back.n_known) == (2, 2)
    assert vera.journal.state == karl.journal.state
    assert vera.rejections.visit_slots("ch1").tolist() == [1]
    assert merge(vera, karl.path).n_new == 0
    assert not there.conflicts


def test_a_contradiction_is_named_and_the_later_word_stands(pair):
    vera, karl = pair
    karl.journal.set_verdict("I1", "blend")
    vera.journal.set_verdict("I1", "variable")
    vera.journal.set_verdict("I3", "agn")
    karl.journal.set_verdict("I3", "agn")
    (dispute,) = merge(vera, karl.path).conflicts
    assert dispute.object == "I1"
    assert dispute.said == (("Karl", "blend"), ("Vera", "variable"))
    assert dispute.holds == "variable"
    assert vera.journal.state.verdicts["I1"].looks == 2
    assert vera.journal.state.verdicts["I3"].agree == 2
    karl.journal.set_verdict("I1", "variable")
    assert not merge(vera, karl.path).conflicts


def test_what_another_person_did_is_not_ours_to_undo(pair):
    vera, karl = pair
    karl.journal.set_verdict("I1", "blend")
    mine = vera.journal.set_verdict("I2", "agn")
    merge(vera, karl.path)
    assert vera.journal.undo() == mine
    assert vera.journal.undo() is None
    assert set(vera.journal.state.verdicts) == {"I1"}


def test_an_undo_that_was_merged_undoes(pair):
    vera, karl = pair
    karl.journal.set_verdict("I1", "blend")
    merge(vera, karl.path)
    karl.journal.undo()
    merge(vera, karl.path)
    assert not vera.journal.state.verdicts
    karl.journal.redo()
    merge(vera, karl.path)
    assert vera.journal.state.verdicts["I1"].verdict == "blend"


def test_lines_of_a_newer_version_go_along_and_rotten_ones_stay(pair):
    vera, karl = pair
    karl.journal.set_verdict("I1", "blend")
    newer = b'{"v": 9, "id": "z", "act": "set_colour", "object": "I1", "hue": 7}'
    with karl.journal.path.open("ab") as file:
        file.write(b"\xff rotten\n" + newer)  # the last line lost its line feed
    merged = merge(vera, karl.journal.path)
    assert (merged.n_new, merged.n_skipped) == (2, 1)
    assert newer in vera.journal.path.read_bytes().splitlines()
    assert merge(vera, karl.journal.path).n_new == 0


DEEDS = st.lists(
    st.tuples(st.booleans(), st.sampled_from("012vtnur"), st.integers(0, 2), st.integers(0, 2)),
    max_size=14,
)


def _do(field: Field, kind: str, a: int, b: int) -> None:
    journal = field.journal
    match kind:
        case "v" | "0" | "1" | "2":
            journal.set_verdict(f"I{a}", f"word{b}")
        case "t":
            journal.add_tag(f"I{a}", f"tag{b}")
        case "n":
            journal.set_note(f"I{a}", f"note{b}" if b else "")
        case "u":
            journal.undo()
        case "r":
            journal.redo()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(DEEDS)
def test_merging_loses_nothing_repeats_nothing_and_commutes(pair, deeds):
    stores = [field.path for field in pair]
    for store in stores:
        journal_path(store).unlink(missing_ok=True)
    with Field(stores[0], "Vera") as vera, Field(stores[1], "Karl") as karl:
        for mine, kind, a, b in deeds:
            _do(vera if mine else karl, kind, a, b)
        lines = {line for store in stores for line in _lines(store)}
        for ours, theirs in ((vera, karl), (karl, vera), (vera, karl)):
            if theirs.journal.acts:
                merge(ours, theirs.path)
        assert vera.journal.state == karl.journal.state
    for store in stores:
        assert sorted(_lines(store)) == sorted(lines)


def _lines(store: Path) -> list[bytes]:
    path = journal_path(store)
    return path.read_bytes().splitlines() if path.exists() else []


# ---- whose field


def test_the_next_version_of_a_store_is_the_same_field(pair, tmp_path):
    vera, karl = pair
    later = tmp_path / "later"
    later.mkdir()
    shutil.copy(karl.path, later / "field.h5")
    storefield.build(later / "field.h5", range(5), n=6)
    with Field(later / "field.h5", "Karl") as grown:
        assert grown.reader.uuid != vera.reader.uuid
        grown.journal.set_verdict("I4", "agn")
        assert merge(vera, grown.path).remark == ""
    alone = tmp_path / "from Karl.jsonl"
    shutil.copy(later / "field.h5.journal.jsonl", alone)
    vera.journal.path.unlink()
    with Field(vera.path, "Vera") as again:
        assert "all that it names is here: 1 object" in merge(again, alone).remark


def test_another_field_is_refused_by_ids_or_by_places(pair, tmp_path, monkeypatch):
    vera, _ = pair
    real = storefield.objects
    monkeypatch.setattr(storefield, "objects", lambda n: real(n) | {"dec": real(n)["dec"] - 50})
    storefield.build(tmp_path / "south.h5", range(3), n=6)
    with Field(tmp_path / "south.h5") as south:
        south.journal.reject_visit("ch1", "gr001")
        for _ in range(2):
            with pytest.raises(LightledgerError, match=r"another field.*arcsec away"):
                merge(vera, south.path)
            south.journal.set_verdict("I2", "agn")
        south.journal.set_verdict("J77", "agn")
        alone = tmp_path / "alone.jsonl"
        shutil.copy(south.journal.path, alone)
        with pytest.raises(LightledgerError, match=r"1 of its 2 objects .*J77"):
            merge(vera, alone)
    assert not vera.journal.path.exists()


def test_what_is_no_journal_is_one_line(pair, tmp_path):
    vera, karl = pair
    vera.journal.set_verdict("I1", "agn")
    (tmp_path / "notes.txt").write_text("hello\n")
    (tmp_path / "visits.jsonl").write_text(
        '{"id": "a", "act": "reject_visit", "band": "R", "visit": "v"}\n'
    )
    for other, words in (
        (tmp_path / "missing", "No such file"),
        (tmp_path, "directory"),
        (tmp_path / "notes.txt", "no act"),
        (karl.path, "without a journal"),
        (vera.path, "itself"),
        (tmp_path / "visits.jsonl", "no object that could be compared"),
    ):
        with pytest.raises(LightledgerError, match=words) as refused:
            merge(vera, other)
        assert "\n" not in str(refused.value)
