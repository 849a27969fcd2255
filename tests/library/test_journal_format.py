"""FORMAT.md describes every act of the journal, by the names that the code has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lightledger.library.acts import KINDS, MAX_LINE, MAX_OBJECTS, VERSION, Act, parse_line

TEXT = (Path(__file__).parents[2] / "FORMAT.md").read_text(encoding="utf-8")
JOURNAL = TEXT.partition("## The journal")[2].partition("\n## ")[0]
ROWS = [
    [re.findall(r"`(\w+)`", cell) for cell in line.split("|")[1:4]]
    for line in JOURNAL.splitlines()
    if line.startswith("| `")
]
#: A value for every field of an act.
VALUES = {
    "corrected": True, "descending": False, "limit": 3, "objects": ["I1"],
    "mjd_from": 1.0, "mjd_to": 2.0, "excess": 0.5, "period_d": 2.5, "epoch_mjd": 55000.0,
}  # fmt: skip
HEAD = {"id", "act", "at_utc", "person", "session", "store"}


def test_all_acts_are_described_with_what_they_must_name():
    assert {act: tuple(must) for (act,), must, _ in ROWS} == KINDS


def test_all_fields_are_described():
    named = {name for _, must, may in ROWS for name in (*must, *may)}
    assert named == set(Act.__dataclass_fields__) - HEAD
    assert all(f"`{name}`" in JOURNAL for name in HEAD)
    assert f"`v` = {VERSION}" in JOURNAL
    assert f"{MAX_OBJECTS:,} ids" in JOURNAL
    assert f"at most {MAX_LINE >> 20} MiB" in JOURNAL


@pytest.mark.parametrize(("act", "must", "may"), [(a[0], b, c) for a, b, c in ROWS])
def test_an_act_written_by_the_text_is_read(act, must, may):
    said = {name: VALUES.get(name, f"some {name}") for name in (*must, *may)}
    made = Act(id="1", act=act, **{k: tuple(v) if k == "objects" else v for k, v in said.items()})
    read = parse_line(made.to_line())
    assert read == made
    assert read.known
