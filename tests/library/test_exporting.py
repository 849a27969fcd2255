"""Exports of a field hold exactly what passes, and say what does not."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.table import Table

import lightledger
from lightledger.analysis import Filters, TimeRange
from lightledger.analysis.running import Clip
from lightledger.domain import DEFAULT_MASK, LightledgerError
from lightledger.export import rows as export_rows

M = "R_sci-aper_r3"


@pytest.fixture
def field(truth):
    with lightledger.open(truth.path) as opened:
        yield opened


def header_of(path):
    lines = [line[2:] for line in path.read_text().splitlines() if line.startswith("# ")]
    return {key.strip(): value.strip() for key, _, value in (x.partition(": ") for x in lines)}


def test_everything_is_exported_when_nothing_is_chosen(truth, field, tmp_path):
    report = field.export(tmp_path / "all.csv")
    assert report.n_points == 30 * 50 * 4
    assert report.hidden["flag"] == 8  # one saturated and one outside in each measurement
    table = Table.read(tmp_path / "all.csv", format="ascii.csv", comment="#")
    assert len(table) == report.n_rows == 30 * 50 * 4 - 8
    said = header_of(tmp_path / "all.csv")
    assert said["store"] == "field.h5"
    assert said["recipe"].split()[0] == field.recipe.measuring_hash
    assert said["hidden, flag"] == "8"
    assert "16 saturated" in said["flag registry"]
    assert "UTC" in said["time scale"]


def test_filters_decide_and_are_told(truth, field, tmp_path):
    field.journal.reject_point("I1", "R", "v005")
    times = TimeRange(truth.mjd[3], truth.mjd[30])
    filters = Filters(times, DEFAULT_MASK, clip=Clip(2.5))
    path = tmp_path / "some.csv"
    report = field.export(path, ["I1", "I10"], [M], filters, corrected=True)
    table = Table.read(path, format="ascii.csv", comment="#")
    n = 0
    for name in ("I1", "I10"):
        lc = field.light_curve(name, M, corrected=True)
        hidden = field.passes(lc, filters)
        mine = table[table["object"] == name]
        kept = lc.select(hidden.keep)
        np.testing.assert_array_equal(mine["value"], kept.value)
        np.testing.assert_array_equal(mine["error"], kept.error)
        np.testing.assert_array_equal(mine["bjd_tdb"], kept.bjd_tdb)
        np.testing.assert_array_equal(mine["mjd_utc"], kept.time)
        n += hidden.n_pass
    assert len(table) == n == report.n_rows
    said = header_of(path)
    counts = {why: int(said[f"hidden, {why}"]) for why in ("rejected", "flag", "time", "clip")}
    assert counts["rejected"] == 1
    assert sum(counts.values()) + n == 100
    assert repr(float(times.first)) in said["filter, time"]
    assert "2.5 sigma" in said["filter, clip"]
    assert said["corrected"].startswith("yes")
    assert f"comparison stars, {M}" in said


def test_too_many_rows_must_be_meant(field, tmp_path, monkeypatch):
    monkeypatch.setattr(export_rows, "MAX_ROWS", 1000)
    with pytest.raises(LightledgerError, match="6,000 rows"):
        field.export(tmp_path / "all.csv")
    assert field.export(tmp_path / "all.csv", everything=True).n_rows > 1000
    field.export(tmp_path / "one.csv", ["I1"])


def test_aavso_of_one_star(field, tmp_path):
    path = tmp_path / "i8.txt"
    report = field.export(
        path, ["I8"], [M], corrected=True, format="aavso", observer_code="XYZ", check="I2"
    )
    lines = [x.split(",") for x in path.read_text().splitlines() if not x.startswith("#")]
    assert len(lines) == report.n_rows == 50
    zero = field.zero_points(M)
    lc = field.light_curve("I8", M, corrected=True)
    expected = -2.5 * np.log10(lc.value / zero.reference.sum())
    np.testing.assert_allclose([float(x[2]) for x in lines], expected, atol=6e-5)
    assert {x[4] for x in lines} == {"R"}
    assert {x[9] for x in lines} == {"I2"}
    assert {x[11] for x in lines} == {"1.200"}


def test_unknown_things_are_refused_before_anything_is_written(field, tmp_path):
    for objects, names, form in (
        (["nobody"], [M], ""),
        (["I1"], ["R_sci-nothing"], ""),
        (["I1"], [M], "nonsense"),
        ([], [M], ""),
    ):
        with pytest.raises(LightledgerError):
            field.export(tmp_path / "x.csv", objects, names, format=form)
    assert not list(tmp_path.glob("*.csv"))


def test_an_export_of_what_was_found_tells_the_query(field, tmp_path):
    found = field.find("kind == 'star' and mag < 99", M, limit=2)
    report = field.export(tmp_path / "found.csv", found, [M])
    assert report.n_curves == 2
    said = header_of(tmp_path / "found.csv")
    assert said["objects chosen"] == str(found)
    assert "where kind == 'star' and mag < 99" in said["objects chosen"]
    assert "15 of 30 objects, the first 2 of them" in said["objects chosen"]
    field.export(tmp_path / "one.csv", ["I3"], [M])
    assert header_of(tmp_path / "one.csv")["objects chosen"] == "by id"
    with pytest.raises(
        LightledgerError, match=r"nothing is chosen.*0 of 30 objects: where mag < 0"
    ):
        field.export(tmp_path / "none.csv", field.find("mag < 0"))
