"""Parquet and FITS of a field are what other programs of the trade read, and hold what passes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table

import lightledger
from lightledger.analysis import Filters, TimeRange
from lightledger.analysis.running import Clip
from lightledger.domain import DEFAULT_MASK, Cancelled, Control, Flag, LightledgerError
from lightledger.export import rows as export_rows
from lightledger.export.rows import check_room
from lightledger.library.outgoing import EVERYTHING

M, OTHER = "R_sci-aper_r3", "ch1_sci-aper_r2"
LISTS = ["mjd_utc", "bjd_tdb", "value", "error", "flags"]


@pytest.fixture
def field(truth):
    with lightledger.open(truth.path) as opened:
        yield opened


@pytest.fixture
def parquet(field, tmp_path):
    pytest.importorskip("pyarrow")
    report = field.export(tmp_path / "all.parquet")
    assert report.n_curves == 30 * 4
    assert report.n_rows == 30 * 4 * 50
    return tmp_path / "all.parquet"


def facts_of(path):
    pq = pytest.importorskip("pyarrow.parquet")
    return json.loads(pq.ParquetFile(path).metadata.metadata[b"lightledger"])


# ---- Parquet


def test_pandas_reads_a_row_per_light_curve(field, parquet):
    pd = pytest.importorskip("pandas")
    frame = pd.read_parquet(parquet)
    assert len(frame) == 30 * 4
    assert set(frame["unit"]) == {"adu/s"}
    for name, index in ((M, 7), (OTHER, 10), (M, 4)):
        (row,) = frame[(frame["object"] == f"I{index + 1}") & (frame["measurement"] == name)].iloc
        lc = field.light_curve(index, name)
        for column, array in (
            ("mjd_utc", lc.time), ("bjd_tdb", lc.bjd_tdb), ("value", lc.value),
            ("error", lc.error), ("flags", lc.flags), ("visit", lc.visit),
        ):  # fmt: skip
            np.testing.assert_array_equal(row[column], array)
            assert len(row[column]) == 50
        np.testing.assert_array_equal([row["ra_deg"], row["dec_deg"]], [lc.ra_deg, lc.dec_deg])
        assert row["band"] == name.split("_")[0]
        assert row["value"].dtype == np.float32
        assert row["zero_point"] == 25.0


@pytest.mark.filterwarnings("ignore:The inplace keyword in NestedFrame")  # theirs
def test_nested_pandas_packs_the_lists_and_queries_points(field, parquet):
    npd = pytest.importorskip("nested_pandas")
    frame = npd.read_parquet(parquet, columns=["object", "measurement", *LISTS])
    frame = frame.nest_lists(LISTS, "lightcurve")
    good = frame.query(f"measurement == '{M}'").query("lightcurve.flags == 0")
    flux = good["lightcurve.value"].groupby(level=0).median()
    for row in (2, 9, 10):
        lc = field.light_curve(row, M)
        expected = np.median(lc.value[lc.flags == 0])
        at = good.index[good["object"] == f"I{row + 1}"][0]
        assert float(flux[at]) == pytest.approx(float(expected), rel=1e-6)


def test_sql_unnests_points(field, parquet):
    duckdb = pytest.importorskip("duckdb")
    rows = duckdb.sql(
        f"""SELECT visit, value FROM (
                SELECT unnest(visit) AS visit, unnest(value) AS value, unnest(flags) AS flags
                FROM '{parquet}' WHERE object = 'I10' AND measurement = '{M}'
            ) WHERE flags & {int(Flag.SATURATED)} <> 0"""
    ).fetchall()
    lc = field.light_curve("I10", M)
    assert rows == [("v003", float(lc.value[3]))]


def test_it_says_where_the_numbers_come_from(field, parquet):
    facts = facts_of(parquet)
    assert facts["header"]["store uuid"] == field.reader.uuid
    assert facts["header"]["filter, time"] == "all times"
    assert "16 saturated" in facts["header"]["flag registry"]
    assert facts["whole"]["size"] > 0
    assert set(facts["hidden"].values()) == {0}


def test_only_what_passes_is_in_the_lists(truth, field, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    field.journal.reject_point("I1", "R", "v005")
    filters = Filters(TimeRange(truth.mjd[3], truth.mjd[30]), DEFAULT_MASK, clip=Clip(2.5))
    path = tmp_path / "some.parquet"
    report = field.export(path, ["I10", "I1"], [M, OTHER], filters, corrected=True)
    table = pq.read_table(path).to_pylist()
    assert [(r["object"], r["measurement"]) for r in table] == [
        ("I10", M), ("I1", M), ("I10", OTHER), ("I1", OTHER),
    ]  # fmt: skip
    n = 0
    for row in table:
        lc = field.light_curve(row["object"], row["measurement"], corrected=True)
        kept = lc.select(field.passes(lc, filters).keep)
        for column, array in (
            ("value", kept.value),
            ("error", kept.error),
            ("bjd_tdb", kept.bjd_tdb),
        ):
            np.testing.assert_array_equal(row[column], array)
        assert row["visit"] == kept.visit.tolist()
        assert row["crc32"] is None
        n += len(kept)
    facts = facts_of(path)
    assert facts["hidden"] == dict(report.hidden)
    assert report.hidden["rejected"] == 1
    assert report.n_rows == n
    assert report.n_points == 2 * 2 * 50
    assert facts["whole"] is None
    assert "2.5 sigma" in facts["header"]["filter, clip"]


def test_magnitudes_say_so(field, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    field.export(tmp_path / "mag.parquet", ["I3"], [M], as_magnitude=True)
    (row,) = pq.read_table(tmp_path / "mag.parquet").to_pylist()
    lc = field.light_curve("I3", M)
    assert row["unit"] == "mag(instrumental)"
    np.testing.assert_allclose(row["value"], 25 - 2.5 * np.log10(lc.value.astype(float)))


def test_objects_in_any_order_and_twice(field, tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    names = ["I9", "I3", "I4", "I5", "I3"]
    field.export(tmp_path / "x.pq", names, [M])
    table = pq.read_table(tmp_path / "x.pq").to_pylist()
    assert [row["object"] for row in table] == names
    for row in table:
        np.testing.assert_array_equal(row["value"], field.light_curve(row["object"], M).value)
    assert facts_of(tmp_path / "x.pq")["whole"] is None  # no store has an object twice


# ---- FITS


def test_astropy_reads_every_table_and_every_checksum(truth, field, tmp_path):
    path = tmp_path / "all.fits"
    report = field.export(path)
    assert report.n_rows == 30 * 4 * 50
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with fits.open(path, checksum=True) as hdus:
            hdus.verify("exception")
            assert [hdu.name for hdu in hdus[1:]] == [
                "OBJECTS", "VISITS_R", "POINTS_R", "VISITS_ch1", "POINTS_ch1", "R_sci-aper_r2",
                "R_sci-aper_r3", "ch1_sci-aper_r2", "ch1_sci-aper_r3", "STORE", "PROBLEMS",
                "HIDDEN",
            ]  # fmt: skip
            assert all(hdu.verify_checksum() == hdu.verify_datasum() == 1 for hdu in hdus)
            assert f"store uuid: {field.reader.uuid}" in list(hdus[0].header["HISTORY"])
            assert hdus["VISITS_R"].header["TIMESYS"] == "UTC"
            assert hdus["POINTS_R"].header["TIMESYS"] == "TDB"
            assert hdus[M].header["ZEROPNT"] == 25.0
        curves = Table.read(path, hdu=M, character_as_bytes=False)
        visits = Table.read(path, hdu="VISITS_R", character_as_bytes=False)
        points = Table.read(path, hdu="POINTS_R")
        recipe = Table.read(path, hdu="STORE", character_as_bytes=False)
    assert curves["OBJECT"].tolist() == list(field.object_ids)
    assert str(curves["VALUE"].unit) == "adu / s"
    assert curves["FLAGS"].dtype == np.uint16
    assert visits["visit"].tolist() == field.visits("R")["visit"].tolist()
    np.testing.assert_array_equal(visits["mjd_utc_mid"], field.visits("R")["mjd_utc_mid"])
    np.testing.assert_array_equal(visits["transform"], field.visits("R")["transform"])
    for row in (0, 4, 10):
        lc = field.light_curve(row, M)
        np.testing.assert_array_equal(np.ma.filled(curves["VALUE"][row], np.nan), lc.value)
        np.testing.assert_array_equal(np.ma.filled(curves["ERROR"][row], np.nan), lc.error)
        np.testing.assert_array_equal(curves["FLAGS"][row], lc.flags)
        np.testing.assert_array_equal(points["BJD_TDB"][row], lc.bjd_tdb)
    lines = recipe["value"][recipe["key"] == "recipe"].tolist()
    assert "[measuring]" in lines


def test_times_leave_visits_out_and_flags_leave_nan(truth, field, tmp_path):
    filters = Filters(TimeRange(truth.mjd[2], truth.mjd[20]), DEFAULT_MASK)
    path = tmp_path / "some.fits"
    report = field.export(path, ["I10", "I11"], [M], filters, corrected=True)
    with fits.open(path) as hdus:
        data = hdus[M].data
        assert hdus["VISITS_R"].data["visit"].tolist() == [f"v{i:03d}" for i in range(2, 21)]
        assert data["VALUE"].shape == (2, 19)
        for row, name in enumerate(("I10", "I11")):
            lc = field.light_curve(name, M, corrected=True)
            keep = field.passes(lc, filters).keep
            expected = np.where(keep, lc.value, np.nan)[2:21]
            np.testing.assert_array_equal(data["VALUE"][row], expected)
            np.testing.assert_array_equal(data["FLAGS"][row], lc.flags[2:21])
        assert np.isnan(data["VALUE"][0][1])  # the saturated point
        assert data["FLAGS"][0][1] == Flag.SATURATED
        hidden = dict(
            zip(*(hdus["HIDDEN"].data[c].tolist() for c in ("reason", "points")), strict=True)
        )
    assert hidden == dict(report.hidden)
    assert hidden["flag"] == 2
    assert hidden["time"] == 2 * 31
    assert report.n_points == 100
    with pytest.raises(LightledgerError, match="no visit is within"):
        field.export(path, None, [M], Filters(TimeRange(1.0, 2.0)))


# ---- both


@pytest.mark.parametrize("suffix", ["parquet", "fits"])
def test_a_cancel_and_a_bad_place_leave_nothing(field, tmp_path, suffix):
    pytest.importorskip("pyarrow")
    path = tmp_path / f"x.{suffix}"
    control = Control()
    with pytest.raises(Cancelled):
        field.export(path, control=control, report=lambda progress: control.cancel())
    with pytest.raises(LightledgerError, match="cannot write"):
        field.export(tmp_path / "no" / path.name)
    folder = tmp_path / f"f.{suffix}"
    folder.mkdir()
    with pytest.raises(LightledgerError, match="that is a folder"):
        field.export(folder)
    with pytest.raises(LightledgerError, match=r"not enough room: about .* GB are needed"):
        check_room(path, 1e18)
    assert [p.name for p in tmp_path.iterdir() if "field.h5" not in p.name] == [folder.name]


@pytest.mark.skipif(os.name == "nt", reason="needs a limit of the size of files")
@pytest.mark.parametrize("suffix", ["csv", "ecsv", "vot", "parquet", "fits", "zip"])
def test_a_disk_that_fills_up_is_one_line(truth, tmp_path, suffix):
    pytest.importorskip("pyarrow")
    text = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, resource.RLIM_INFINITY))
from lightledger.__main__ import main
sys.exit(main())
"""
    path = tmp_path / f"x.{suffix}"
    path.write_text("older")
    done = subprocess.run(
        [sys.executable, "-c", text, "export", truth.path, "-o", path]
        + ["--format", "lightkurve"] * (suffix == "zip"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"lightledger: {path}: cannot write the export (File too large);")
    assert path.read_text() == "older"
    assert not list(tmp_path.glob(".*"))


@pytest.mark.parametrize(
    ("suffix", "said"), [("csv", "rows"), ("parquet", "points"), ("fits", "points")]
)
def test_too_many_points_must_be_meant(field, tmp_path, monkeypatch, suffix, said):
    monkeypatch.setattr(export_rows, "MAX_ROWS", 1000)
    with pytest.raises(LightledgerError, match=rf"6,000 {said}, about .* GB; .*--all"):
        field.export(tmp_path / f"all.{suffix}")
    assert list(tmp_path.glob("all*")) == []


def test_the_name_decides_the_format_and_asking_overrides(field, tmp_path):
    pytest.importorskip("pyarrow")
    field.export(tmp_path / "a.FIT", ["I1"], [M])
    assert (tmp_path / "a.FIT").read_bytes().startswith(b"SIMPLE")
    field.export(tmp_path / "a.dat", ["I1"], [M], EVERYTHING, format="parquet")
    assert (tmp_path / "a.dat").read_bytes().startswith(b"PAR1")
    with pytest.raises(LightledgerError, match=r"extension '\.dat'.*\.csv, .*\.parquet, \.fits"):
        field.export(tmp_path / "b.dat", ["I1"], [M])
