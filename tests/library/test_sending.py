"""A table of objects as other programs read it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from astropy.io import votable
from astropy.table import Table

from lightledger.library.arriving import match_file
from lightledger.library.field import Field
from lightledger.library.sending import write_table


@pytest.fixture
def field(truth):
    with Field(truth.path) as opened:
        yield opened


@pytest.fixture
def written(field: Field, tmp_path: Path) -> Path:
    """Three objects in an order of their own; one has a verdict, tags and a note."""
    field.journal.set_verdict("I3", "variable")
    field.journal.add_tag("I3", "red & round")
    field.journal.set_note("I3", "a <note>\nof two lines")
    rows = np.array([9, 2, 4])
    assert write_table(field, tmp_path / "three.vot", rows, what="three") == 3
    return tmp_path / "three.vot"


def test_every_column_comes_back_with_its_unit(field, written) -> None:
    table = Table.read(written, format="votable")
    columns = field.query_columns()
    assert table["id"].tolist() == ["I10", "I3", "I5"]
    flat = [name for name in columns if columns[name].ndim == 1]
    assert set(table.colnames) == set(flat)
    for name in flat:
        values = np.asarray(columns[name])[[9, 2, 4]]
        if values.dtype.kind in "biuf":
            missing = np.nan if values.dtype.kind == "f" else 0
            assert np.array_equal(np.ma.filled(table[name], missing), values, equal_nan=True), name
    assert str(table["median"].unit).replace(" ", "") == field.unit(columns.measurement)
    assert table["verdict"].tolist() == ["", "variable", ""]
    assert table["tags"][1] == "red & round"
    assert table["note"][1] == "a <note> of two lines"


def test_it_says_what_columns_mean_and_where_it_is_from(field, written) -> None:
    resource = votable.parse(written, verify="exception").resources[0]
    remarks = {info.name: info.value for info in resource.infos}
    assert remarks["store_uuid"] == field.reader.uuid
    assert remarks["objects"] == "three"
    fields = {field.name: field for field in resource.tables[0].fields}
    assert fields["ra"].ucd == "pos.eq.ra;meta.main"
    assert fields["ra"].ref == "icrs"
    assert all(each.description for name, each in fields.items() if name in ("excess", "mag"))


def test_it_comes_back_as_the_same_objects(field, written) -> None:
    arrived = match_file(field, written, 1.0)
    assert arrived.objects.tolist() == [9, 2, 4]
    assert arrived.n_by_id == 3


def test_votlint_finds_no_fault(written) -> None:
    if shutil.which("stilts") is None:
        pytest.skip("stilts is not installed (Debian: apt-get install stilts)")
    done = subprocess.run(
        ["stilts", "votlint", "ucd=true", "unit=true", written],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout + done.stderr == ""
