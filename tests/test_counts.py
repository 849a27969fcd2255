"""A count agrees with its noun: nobody reads "1 visits"."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lightledger
from lightledger.domain import counted

SOURCE = Path(lightledger.__file__).parent
#: Rooms whose words people read; limits that are told to programmers are plural by nature.
ROOMS = ("app", "cli", "library", "export", "ingest", "frames")
#: A plural made by hand, such as {'s' * (n != 1)} or "1 file" if n == 1.
BY_HAND = re.compile(r"""\{['"]s['"] \* |['"]1 \w+['"] if |else ['"]s['"]""")


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 visits"), (1, "1 visit"), (2, "2 visits"), (1200, "1,200 visits")]
)
def test_a_count_agrees_with_its_noun(n, said):
    assert counted(n, "visit") == said


def test_what_else_has_to_agree_is_given():
    assert counted(1, "row has", "rows have") == "1 row has"
    assert counted(3, "row has", "rows have") == "3 rows have"


@pytest.mark.parametrize("room", ROOMS)
def test_plurals_are_made_in_one_place(room):
    made = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for path in sorted((SOURCE / room).rglob("*.py"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if BY_HAND.search(line)
    ]
    assert made == []
