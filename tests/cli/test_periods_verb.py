"""``lightledger periods``: a line per object, on a terminal and in a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from ingested import lightledger

import lightledger as ll
from lightledger.analysis.periods import Wanted, search
from lightledger.library.periods import COLUMNS, series_of


@pytest.fixture
def names(store: Path) -> list[str]:
    """Objects with a point in every visit: six are just enough."""
    with ll.open(store) as field:
        name = field.suggested("R")
        good = field.statistics(name)["n_good"] >= 6
        return [str(field.object_ids[i]) for i in good.nonzero()[0][:2]]


def rows_of(text: str, delimiter: str) -> list[dict[str, str]]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter=delimiter))


def test_a_line_per_object_in_the_order_asked_for(store, names):
    done = lightledger("periods", store, names[1], names[0], "--min", 0.01)
    assert done.returncode == 0, done.stderr
    rows = rows_of(done.stdout, "\t")
    assert [row["object"] for row in rows] == names[::-1]
    assert list(rows[0]) == [name for name, _, _ in COLUMNS]
    assert "2 of 2 objects have a period" in done.stderr


def test_file_has_units_and_the_numbers_of_the_library(store, names, tmp_path):
    out = tmp_path / "periods.csv"
    done = lightledger("periods", store, names[0], "--min", 0.01, "--raw", "--csv", out)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    text = out.read_text()
    assert "# period_d [d]: period of the highest peak" in text
    (row,) = rows_of(text, ",")
    with ll.open(store) as field:
        index = field.reader.index_of(names[0])
        series = series_of(field, index, field.suggested("R"), corrected=False)
    best = search(series, Wanted(shortest_d=0.01)).peaks[0]
    assert float(row["period_d"]) == pytest.approx(best.period, rel=1e-12)
    assert row["scale"] == series.scale


def test_objects_of_an_expression(store, names):
    done = lightledger("periods", store, "--where", "n_good >= 6", "--limit", 2, "--min", 0.01)
    assert done.returncode == 0, done.stderr
    assert len(rows_of(done.stdout, "\t")) == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name objects, or give --where"),
        (["--where", "mag < -99"], "no object fulfils"),
        (["NOBODY"], "NOBODY"),
        (["--where", "mag < 99", "--method", "fft"], "no method 'fft'"),
        (["--where", "mag < 99", "--measurement", "no"], "no"),
    ],
)
def test_what_cannot_be_done_is_one_line(store, arguments, words):
    done = lightledger("periods", store, *arguments)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr
