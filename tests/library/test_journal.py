"""The journal: append-only, shared, replayable, and never lost to a half-written line."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightledger.domain import LightledgerError
from lightledger.library.acts import parse_line
from lightledger.library.journal import Journal
from lightledger.library.state import replay


def journal_of(folder: Path, **more) -> Journal:
    return Journal(folder / "field.h5", "uuid-1", **more)


def file_of(folder: Path) -> Path:
    return folder / "field.h5.journal.jsonl"


def test_acts_are_lines_with_who_when_and_what(tmp_path):
    journal = journal_of(tmp_path, person="Vera")
    journal.reject_point("I1", "ch1", "gr5")
    journal.reject_visit("ch1", "gr7")
    journal.add_comparison("I2")
    rows = [json.loads(line) for line in file_of(tmp_path).read_text().splitlines()]
    assert [r["act"] for r in rows] == ["reject_point", "reject_visit", "add_comparison"]
    assert {r["person"] for r in rows} == {"Vera"}
    assert {r["store"] for r in rows} == {"uuid-1"}
    assert {r["session"] for r in rows} == {journal.session}
    assert all(r["at_utc"].endswith("+00:00") for r in rows)
    again = journal_of(tmp_path)
    assert again.state == journal.state
    assert again.state.rejected_points["I1", "ch1"] == {"gr5"}
    assert again.state.rejected_visits["ch1"] == {"gr7"}
    assert again.state.comparison_added == {"I2"}


def test_undo_is_a_new_act_of_this_session_alone(tmp_path):
    mine, other = journal_of(tmp_path), journal_of(tmp_path)
    mine.reject_point("I1", "ch1", "gr5")
    other.reject_point("I2", "ch1", "gr6")
    mine.follow()
    undone = mine.undo()
    assert undone is not None
    assert undone.object == "I1"
    assert mine.undo() is None
    assert len(file_of(tmp_path).read_text().splitlines()) == 3
    other.follow()
    assert other.state == mine.state
    assert not mine.state.rejected_points["I1", "ch1"]
    assert mine.state.rejected_points["I2", "ch1"] == {"gr6"}


def test_a_journal_that_is_replaced_is_read_anew(tmp_path):
    mine = journal_of(tmp_path)
    mine.reject_visit("R", "v1")
    theirs = (
        file_of(tmp_path)
        .read_bytes()
        .replace(b'"v1"', b'"v2"')
        .replace(mine.acts[0].id.encode(), b"x")
    )
    copy = tmp_path / "copy"
    copy.write_bytes(file_of(tmp_path).read_bytes() + b"rotten\n" + theirs)
    copy.replace(file_of(tmp_path))  # as programs do that keep folders alike
    assert mine.follow()
    assert mine.state.rejected_visits["R"] == {"v1", "v2"}
    assert (len(mine.acts), mine.n_skipped) == (2, 1)


def test_windows_follow_each_other(tmp_path):
    one, two = journal_of(tmp_path), journal_of(tmp_path)
    assert not two.follow()
    before = two.revision
    one.reject_visit("R", "v1")
    assert two.follow()
    assert two.revision > before
    assert two.state.rejected_visits["R"] == {"v1"}
    assert not two.follow()


KINDS = (
    "reject_point restore_point reject_visit restore_visit add_comparison remove_comparison undo"
)
ACTS = st.lists(
    st.tuples(st.sampled_from(KINDS.split()), st.integers(0, 2), st.integers(0, 2)), max_size=15
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTS)
def test_state_is_the_replay_and_undoing_everything_restores_the_start(tmp_path, acts):
    file_of(tmp_path).unlink(missing_ok=True)
    journal = journal_of(tmp_path)
    for kind, a, b in acts:
        if kind == "undo":
            journal.undo()
        elif kind.endswith("point"):
            getattr(journal, kind)(f"I{a}", "R", f"v{b}")
        elif kind.endswith("visit"):
            getattr(journal, kind)("R", f"v{b}")
        else:
            getattr(journal, kind)(f"I{a}")
    fresh = journal_of(tmp_path)
    for name in ("comparison_added", "comparison_removed"):
        assert getattr(fresh.state, name) == getattr(journal.state, name)
    assert fresh.state.n_rejected_points == journal.state.n_rejected_points
    assert fresh.state.n_rejected_visits == journal.state.n_rejected_visits
    while journal.undo():
        pass
    assert journal.state.n_rejected_points == journal.state.n_rejected_visits == 0
    assert not journal.state.comparison_added | journal.state.comparison_removed


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=40), max_size=5))
def test_hostile_lines_are_skipped_counted_and_kept(tmp_path, lines):
    path = file_of(tmp_path)
    path.unlink(missing_ok=True)
    first = journal_of(tmp_path)
    first.reject_visit("R", "v1")
    with path.open("ab") as file:
        file.write(b"".join(line.replace(b"\n", b"") + b"\n" for line in lines))
    journal = journal_of(tmp_path)
    journal.reject_visit("R", "v2")
    assert journal.state.rejected_visits["R"] == {"v1", "v2"}
    assert journal.n_skipped <= sum(1 + line.count(b"\r") for line in lines)


@pytest.mark.parametrize(
    ("line", "unknown"),
    [
        (b'{"act": "reject_visit"', False),
        (b'["reject_visit"]', False),
        (b'{"act": "reject_visit", "id": "a", "band": "R"}', False),
        (b'{"act": "reject_visit", "id": "a", "band": 5, "visit": "v"}', False),
        (b'{"act": "reject_visit", "band": "R", "visit": "v"}', False),
        (b'{"act": "verdict", "id": "a", "object": "I1"}', True),
        (b"[" * 30000, False),
        (b'{"act": "reject_visit", "id": "' + b"a" * 100000 + b'"}', False),
    ],
)
def test_what_is_no_act_is_counted(tmp_path, line, unknown):
    file_of(tmp_path).write_bytes(line + b"\n")
    journal = journal_of(tmp_path)
    assert (journal.n_skipped, journal.n_unknown) == ((0, 1) if unknown else (1, 0))
    assert not any(act.known for act in journal.acts)


def test_a_line_cut_off_by_a_crash_costs_only_itself(tmp_path):
    journal_of(tmp_path).reject_visit("R", "v1")
    journal_of(tmp_path).reject_visit("R", "v2")
    path = file_of(tmp_path)
    path.write_bytes(path.read_bytes()[:-20])
    journal = journal_of(tmp_path)
    assert journal.state.rejected_visits["R"] == {"v1"}
    journal.reject_visit("R", "v3")
    assert journal.state.rejected_visits["R"] == {"v1", "v3"}
    assert journal_of(tmp_path).n_skipped == 1


def _write_many(folder: str, who: str, locks: bool) -> None:
    if not locks:
        no_locks()
    journal = Journal(Path(folder) / "field.h5", person=who)
    for i in range(25):
        journal.reject_point(f"{who}-{i}", "R", "v1")


def no_locks() -> None:
    """As on a file system without locks."""
    import fcntl

    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    fcntl.flock = refused


@pytest.mark.parametrize("locks", [True, False])
def test_several_processes_lose_no_line(tmp_path, locks):
    context = multiprocessing.get_context("spawn")
    people = [
        context.Process(target=_write_many, args=(str(tmp_path), who, locks)) for who in "abc"
    ]
    for person in people:
        person.start()
    for person in people:
        person.join(60)
        assert person.exitcode == 0
    journal = journal_of(tmp_path)
    assert journal.n_skipped == 0
    assert journal.state.n_rejected_points == 75
    assert [p.name for p in tmp_path.iterdir()] == [file_of(tmp_path).name]


def test_a_lock_file_of_a_process_that_died_is_broken(tmp_path, monkeypatch):
    monkeypatch.setattr("fcntl.flock", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOLCK, "")))
    monkeypatch.setattr("lightledger.library.journalfile.STALE_S", 0.02)
    lock = tmp_path / "field.h5.journal.jsonl.lock"
    lock.touch()
    journal_of(tmp_path).reject_visit("R", "v1")
    assert journal_of(tmp_path).state.n_rejected_visits == 1
    assert not lock.exists()


#: Says each act that is kept, on a line of its own.
ACTING = """
import sys
from pathlib import Path
from lightledger.library.journal import Journal
journal = Journal(Path(sys.argv[1]) / "field.h5")
for i in range(100_000):
    print(journal.set_verdict(f"I{i}", "variable").id, flush=True)
"""


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_window_loses_at_most_the_act_under_way(tmp_path, seed):
    rng = random.Random(seed)
    child = subprocess.Popen(
        [sys.executable, "-c", ACTING, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    said = [child.stdout.readline().strip() for _ in range(rng.randrange(1, 60))]
    child.kill()
    rest, _ = child.communicate()
    whole = rest[: rest.rfind("\n") + 1]
    said += whole.split()
    journal = journal_of(tmp_path)
    kept = [act.id for act in journal.acts]
    assert kept[: len(said)] == said
    assert len(kept) <= len(said) + 1
    assert journal.n_skipped == 0
    journal.set_verdict("I0", "blend")
    again = journal_of(tmp_path)
    assert again.state == journal.state
    assert len(again.acts) == len(kept) + 1
    assert again.n_skipped <= 1


def test_a_folder_that_cannot_be_written_moves_the_journal_and_says_so(tmp_path, monkeypatch):
    journal_of(tmp_path, person="first").reject_visit("R", "v1")
    real = os.open

    def read_only(path, flags, *rest, **more):
        if str(path).startswith(str(tmp_path)) and flags & (os.O_WRONLY | os.O_RDWR):
            raise PermissionError(13, "Permission denied")
        return real(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", read_only)  # root may write anywhere: no mode helps
    journal = journal_of(tmp_path)
    journal.reject_visit("R", "v2")
    assert journal.state.rejected_visits["R"] == {"v1", "v2"}
    assert str(journal.path) in journal.note
    assert not journal.path.is_relative_to(tmp_path)
    assert journal_of(tmp_path).state.rejected_visits["R"] == {"v1", "v2"}
    assert file_of(tmp_path).read_text().count("\n") == 1


def test_a_journal_that_is_no_file_neither_hangs_nor_stops(tmp_path):
    file_of(tmp_path).mkdir()
    journal = journal_of(tmp_path)
    journal.reject_visit("R", "v1")
    assert journal.state.rejected_visits["R"] == {"v1"}
    assert journal.note


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_line(tmp_path):
    file_of(tmp_path).symlink_to("/dev/full")
    journal = journal_of(tmp_path)
    journal._file = journal._beside
    with pytest.raises(LightledgerError, match="could not be kept"):
        journal.reject_visit("R", "v1")


def test_undo_may_come_before_what_it_undoes():
    lines = (
        b'{"act": "undo", "id": "b", "of": "a"}',
        b'{"act": "reject_visit", "id": "a", "band": "R", "visit": "v"}',
    )
    assert replay([parse_line(line) for line in lines]).n_rejected_visits == 0
