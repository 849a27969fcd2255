"""``lightledger find`` on a real store: what is printed where, exit codes, files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from ingested import lightledger

import lightledger as ll

M = "R_sci-aper_r3"


@pytest.fixture
def store(store: Path, tmp_path: Path) -> Path:
    """A store of the test's own, with no journal beside it."""
    return Path(shutil.copy(store, tmp_path))


@pytest.fixture
def name(store: Path) -> str:
    with ll.open(store) as field:
        return field.suggested("R")


def test_what_is_found_goes_to_standard_output_and_the_count_beside_it(store, name):
    done = lightledger("find", store, "--where", "mag < 99", "--sort", "-median", "--limit", 3)
    assert done.returncode == 0
    head, *rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert head == ["id", "ra", "dec", "mag", "median"]
    with ll.open(store) as field:
        median = field.statistics(name)["median"]
        expected = np.argsort(-median, kind="stable")[:3]
        assert [row[0] for row in rows] == [field.object_ids[i] for i in expected]
        assert [float(row[4]) for row in rows] == median[expected].tolist()
        total = field.n_object
    assert f"of {total} objects, the first 3 of them: where mag < 99" in done.stderr
    assert name in done.stderr


def test_an_empty_result_is_said_and_is_no_error(store):
    done = lightledger("find", store, "--where", "mag < -99")
    assert done.returncode == 0
    assert done.stdout.split() == ["id", "ra", "dec", "mag"]
    assert done.stderr.startswith("no object found: 0 of ")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--where", "exces > 3"], "no column 'exces' (character 1); did you mean excess?"),
        (["--where", "mag <"], "ends too early"),
        (["--near", "nowhere"], "RADIUS"),
        (["--sort", "--"], "ends too early"),
        (["--subset", "mine"], "no subset 'mine'"),
        (["--columns", "mag,exces"], "did you mean excess?"),
        (["--measurement", "R_sci-aper"], "no measurement"),
        (["--limit", "-3"], "limit"),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_2(store, options, said):
    done = lightledger("find", store, *options)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr


def test_json_is_strict_and_complete(store):
    options = "--measurement", M, "--raw", "--columns", "EXCESS, tags", "--sort", "-excess"
    done = lightledger("find", store, *options, "--json")
    facts = json.loads(done.stdout, parse_constant=lambda text: pytest.fail(text))
    assert (facts["measurement"], facts["corrected"]) == (M, False)
    assert facts["n_match"] == facts["n_total"] == len(facts["objects"])
    assert facts["units"] == {"id": "", "excess": "", "tags": ""}
    with ll.open(store) as field:
        found = field.find(sort="-excess", measurement=M, corrected=False)
        excess = [None if np.isnan(x) else x for x in found.column("excess").tolist()]
    assert [(row["id"], row["excess"]) for row in facts["objects"]] == list(
        zip(found, excess, strict=True)
    )


def test_the_csv_reads_back_and_says_how_it_was_made(store, tmp_path):
    with ll.open(store) as field:
        first = field.object_ids[0]
        field.journal.set_note(first, "=cmd(), or\nnot")
        field.journal.add_tag(first, "b")
        field.journal.add_tag(first, "a")
        found = field.find("mag < 99", M, sort="id")
        mag = found.column("mag")
    csv = tmp_path / "found.csv"
    done = lightledger("find", store, "--where", "mag < 99", "--sort", "id", "--measurement", M,
                       "--columns", "mag,note,tags,vetted,median", "--csv", csv)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")
    assert f"wrote {csv}" in done.stderr
    text = csv.read_text()
    for line in ("# query, where: mag < 99", "# query, sort: id", "# unit, mag: mag(instrumental)",
                 f"# statistics: {M}, corrected", f"# rows: {len(found)}"):  # fmt: skip
        assert line in text.splitlines()
    table = Table.read(csv, format="ascii.csv", comment="#")
    assert table.colnames == ["id", "mag", "note", "tags", "vetted", "median"]
    assert table["mag"].tolist() == mag.tolist()
    row = table[table["id"] == first][0]
    assert row["note"] == "'=cmd(), or not"
    assert row["tags"] == "a;b"
    assert row["vetted"] in (False, "false")


def test_cones_and_subsets(store):
    with ll.open(store) as field:
        field.journal.save_subset("bright", "mag < 99", sort="-median", limit=4)
        bright = field.find(subset="bright").ids
        far = float(np.nanmax(field.ra_deg))
        assert np.isfinite(far)
    done = lightledger("find", store, "--subset", "bright", "--near", f"{bright[1]} 0.5")
    assert [line.split("\t")[0] for line in done.stdout.splitlines()[1:]] == [bright[1]]
    assert done.stdout.splitlines()[0].split("\t") == ["id", "ra", "dec", "distance", "mag"]


def test_an_export_may_be_of_what_a_query_finds(store, tmp_path):
    csv = tmp_path / "two.csv"
    with ll.open(store) as field:
        expected = field.find("median > 0", M, near=f"{field.object_ids[0]} 60").ids
        near = f"{field.object_ids[0]} 60"
    query = "--where", "median > 0", "--where-measurement", M, "--near", near
    done = lightledger("export", store, "-o", csv, *query, "--measurements", M)
    assert done.returncode == 0, done.stderr
    table = Table.read(csv, format="ascii.csv", comment="#")
    assert set(table["object"]) == set(expected)
    assert f"where median > 0; near {near}; numbers of {M}" in csv.read_text()
    assert f"{len(expected)} of " in done.stderr
    both = lightledger("export", store, "-o", csv, *query, "--objects", expected[0])
    assert (both.returncode, len(both.stderr.splitlines())) == (2, 1)
    none = lightledger("export", store, "-o", tmp_path / "none.csv", "--where", "mag < -99")
    assert (none.returncode, len(none.stderr.splitlines())) == (2, 1)
    assert "0 of " in none.stderr


@pytest.mark.skipif(os.name == "nt", reason="pseudo-terminals are of POSIX")
def test_on_a_terminal_columns_stand_in_line(store):
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "lightledger", "find", str(store), "--limit", "3"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=True)
    os.close(theirs)
    head, units, *rows = os.read(ours, 10_000).decode().splitlines()
    os.close(ours)
    assert b"the first 3 of them" in done.stderr
    assert head.split() == ["id", "ra", "dec", "mag"]
    assert units.split() == ["deg", "deg", "mag(instrumental)"]
    assert len(rows) == 3
    end = head.index("dec") + 3
    assert all(row[end] == " " != row[end - 1] for row in rows)


def test_finding_loads_neither_astropy_nor_compiled_code(store):
    code = """
import lightledger, sys
lightledger.open(sys.argv[1]).find("excess > 3 and mag < 20")
print({"astropy", "numba", "scipy", "PySide6"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(store)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
