"""``lightledger verdicts`` as a person runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import storefield
from ingested import lightledger

from lightledger.library import Field


def test_two_people_and_one_table(tmp_path: Path) -> None:
    store, other = tmp_path / "a" / "field.h5", tmp_path / "b" / "field.h5"
    for path in (store, other):
        path.parent.mkdir()
    storefield.build(store, range(3), n=6)
    shutil.copy(store, other)
    with Field(store, "Vera") as field:
        field.journal.set_verdict("I1", "agn")
    with Field(other, "Karl") as field:
        field.journal.set_verdict("I1", "blend")
        field.journal.add_tag("I2", "dusty")
    done = lightledger("verdicts", store, "-o", "-", "--merge", other)
    assert done.returncode == 0, done.stderr
    table = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    assert len(table) == 3
    assert "Karl; Vera: agn" in table[1]
    for words in ("2 new acts by Karl", "1 blend; 1 tagged, 0 with a note", "contradict", "I1, v"):
        assert words in done.stderr
    done = lightledger("verdicts", store, "-o", tmp_path / "v.csv", "--merge", other)
    assert "0 new acts, 2 known" in done.stderr
    assert (tmp_path / "v.csv").read_text().splitlines()[-2:] == table[1:]


def test_what_is_no_journal(tmp_path: Path) -> None:
    storefield.build(tmp_path / "field.h5", range(2), n=6)
    done = lightledger(
        "verdicts", tmp_path / "field.h5", "-o", tmp_path / "v.csv", "--merge", tmp_path / "none"
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "v.csv").exists()
