"""Tables out: what is read back is exactly what passed, whatever the numbers and names are."""

from __future__ import annotations

import csv
import threading
import unicodedata

import numpy as np
import pytest
from astropy.table import Table
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lightledger.domain import Cancelled, Control, LightCurve, LightledgerError
from lightledger.export.aavso import filter_code, write_aavso
from lightledger.export.csv import COLUMNS, write_csv
from lightledger.export.rows import MAX_ROWS, Piece, check_size, text_cell

REASONS = ("rejected", "flag", "not finite", "time", "clip")


def make_curve(value, error=None, name="I1", visit=None, corrected=False, unit="uJy"):
    value = np.asarray(value)
    n = value.size
    return LightCurve(
        object=name,
        measurement="ch1_sci-aper_r3",
        time=55000.123456789 + np.arange(n) * 1.1,
        bjd_tdb=np.where(np.arange(n) % 2 == 0, 2455000.623456789 + np.arange(n), np.nan),
        value=value,
        error=np.full(n, 0.1, value.dtype) if error is None else np.asarray(error),
        flags=(np.arange(n) % 5).astype(np.uint16),
        visit=np.array([f"gr{i}" for i in range(n)] if visit is None else visit, object),
        unit=unit,
        corrected=corrected,
        ra_deg=265.1,
        dec_deg=float("nan"),
    )


def header_of(path):
    lines = [line[2:] for line in path.read_text().splitlines() if line.startswith("# ")]
    return {key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64]),
        st.integers(1, 12),
        elements=st.floats(width=32, allow_infinity=False),
    )
)
def test_a_csv_read_by_astropy_equals_the_arrays(tmp_path, value):
    curve = make_curve(value)
    path = tmp_path / "out.csv"
    report = write_csv(path, [Piece(curve, {"flag": 2})], {"store": "a.h5"}, REASONS)
    table = Table.read(path, format="ascii.csv", comment="#")
    assert table.colnames == COLUMNS.split(",")
    assert len(table) == report.n_rows == len(curve)
    np.testing.assert_array_equal(table["value"], curve.value.astype(float))
    np.testing.assert_array_equal(table["error"], curve.error.astype(float))
    np.testing.assert_array_equal(table["mjd_utc"], curve.time)
    np.testing.assert_array_equal(table["bjd_tdb"], curve.bjd_tdb)
    np.testing.assert_array_equal(table["flags"], curve.flags)
    assert table["visit"].tolist() == curve.visit.tolist()
    assert np.isnan(table["dec_deg"]).all()
    assert set(table["unit"]) == {"uJy"}
    assert ",," not in path.read_text()


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(min_size=1, max_size=12).filter(str.strip))
def test_any_name_stays_one_cell_and_never_starts_a_formula_or_a_comment(tmp_path, name):
    path = tmp_path / "out.csv"
    write_csv(path, [Piece(make_curve([1.0], name=name))], {}, ())
    with path.open(newline="") as file:
        lines = [line for line in file if not line.startswith("# rows")]
    rows = list(csv.reader(lines))
    assert len(rows) == 2
    assert len(rows[1]) == len(rows[0])
    assert not lines[1].startswith("#")
    cell = rows[1][0]
    clean = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name)
    assert cell.lstrip("'") == clean.lstrip("'")
    if cell.lstrip()[:1] in tuple("=+-@"):
        float(cell)


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+SUM(A1)", "-cmd|' /C calc'!A0", "@x", "\t=1", " =1", "\x08=1", "\uff1d1", "-inf"],
)
def test_formulas_are_defused(text):
    assert text_cell(text).lstrip('"').startswith("'")


def test_header_says_how_many_are_hidden_and_why(tmp_path):
    path = tmp_path / "out.csv"
    pieces = [
        Piece(make_curve([1.0, 2]), {"flag": 3, "time": 1}),
        Piece(make_curve([]), {"flag": 9}),
    ]
    report = write_csv(path, pieces, {"recipe": "abc\ndef"}, REASONS)
    said = header_of(path)
    assert said["recipe"] == "abc def"
    assert said["rows"] == "2"
    assert said["hidden, flag"] == "12"
    assert said["hidden, time"] == "1"
    assert said["hidden, clip"] == "0"
    assert report.n_points == 15
    assert report.n_curves == 2


def test_rows_without_a_magnitude_stay_and_are_counted(tmp_path):
    path = tmp_path / "out.csv"
    piece = Piece(make_curve([1.0, -2.0, 100.0, 0.0]), {}, 23.9, "AB")
    write_csv(path, [piece], {}, REASONS, as_magnitude=True)
    table = Table.read(path, format="ascii.csv", comment="#")
    np.testing.assert_allclose(table["value"], [23.9, np.nan, 18.9, np.nan])
    assert table["error"][2] == pytest.approx(2.5 / np.log(10) * 0.1 / 100)
    assert set(table["unit"]) == {"mag(AB)"}
    assert header_of(path)["rows without a magnitude"] == "2"


def test_cancel_leaves_nothing_and_keeps_an_older_file(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("older\n")
    control = Control()

    def pieces():
        yield Piece(make_curve([1.0]))
        control.cancel()
        yield Piece(make_curve([2.0]))

    with pytest.raises(Cancelled):
        write_csv(path, pieces(), {}, REASONS, control=control)
    assert path.read_text() == "older\n"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    assert threading.active_count() >= 1


def test_a_place_that_cannot_be_written_is_one_line(tmp_path):
    with pytest.raises(LightledgerError, match="cannot write"):
        write_csv(tmp_path / "no" / "out.csv", [], {}, REASONS)
    with pytest.raises(LightledgerError, match="folder"):
        write_csv(tmp_path, [], {}, REASONS)


def test_huge_exports_need_to_be_meant():
    check_size(MAX_ROWS)
    check_size(MAX_ROWS + 1, everything=True)
    with pytest.raises(LightledgerError, match="10,000,001 rows"):
        check_size(MAX_ROWS + 1)


def test_progress_counts_light_curves(tmp_path):
    seen = []
    pieces = [Piece(make_curve([1.0])) for _ in range(3)]
    write_csv(tmp_path / "o.csv", pieces, {}, (), n_pieces=3, report=seen.append)
    assert [(p.done, p.total) for p in seen] == [(1, 3), (2, 3), (3, 3)]


# ---- AAVSO


def aavso_rows(path):
    lines = path.read_text().splitlines()
    assert all(lines)  # WebObs refuses blank lines
    names = next(x for x in lines if x.startswith("#NAME")).lstrip("#").split(",")
    return [dict(zip(names, x.split(","), strict=True)) for x in lines if not x.startswith("#")]


def test_an_aavso_report_of_an_ensemble(tmp_path):
    path = tmp_path / "report.txt"
    curve = make_curve([1e4, 2e4, 5.0], [100.0, 100, 100], corrected=True, unit="adu/s")
    piece = Piece(
        curve,
        {"flag": 2},
        25.0,
        "instrumental",
        np.array([1.2, np.nan, 1.4]),
        comparison_flux=1e5,
        check_name="I9",
        check_value=np.array([1e5, 1e5, 1e5]),
    )
    report = write_aavso(
        path, [piece], {"store": "x.h5"}, REASONS, observer_code="TST", filters={"ch1": "CV"}
    )
    head = path.read_text().splitlines()[:6]
    assert head[0] == "#TYPE=EXTENDED"
    assert head[1] == "#OBSCODE=TST"
    assert head[3:6] == ["#DELIM=,", "#DATE=JD", "#OBSTYPE=CCD"]
    rows = aavso_rows(path)
    assert report.n_rows == len(rows) == 3
    first = rows[0]
    assert float(first["DATE"]) == pytest.approx(curve.time[0] + 2400000.5, abs=1e-6)
    assert float(first["MAG"]) == pytest.approx(2.5)  # a tenth of the ensemble's light
    assert float(first["MERR"]) == pytest.approx(0.0109, abs=1e-4)
    assert (first["FILT"], first["TRANS"], first["MTYPE"]) == ("CV", "NO", "DIF")
    assert (first["CNAME"], first["CMAG"]) == ("ENSEMBLE", "na")
    assert (first["KNAME"], float(first["KMAG"])) == ("I9", pytest.approx(0.0))
    assert [r["AMASS"] for r in rows] == ["1.200", "na", "1.400"]
    assert rows[2]["MAG"].startswith("<")  # below 3 sigma: fainter than
    assert rows[2]["MERR"] == "na"
    assert header_of(path)["hidden, flag"] == "2"
    assert all(len(r["MAG"]) <= 8 and len(r["MERR"]) <= 6 and len(r["DATE"]) <= 16 for r in rows)


def test_a_known_comparison_magnitude_makes_it_standard(tmp_path):
    path = tmp_path / "report.txt"
    piece = Piece(make_curve([1e4], corrected=True), {}, 25.0, "instrumental", comparison_flux=1e4)
    write_aavso(path, [piece], {}, REASONS, comparison_magnitude=11.25)
    (row,) = aavso_rows(path)
    assert row["MAG"] == "11.2500"
    assert row["MTYPE"] == "STD"


def test_aavso_leaves_out_and_counts_what_has_no_magnitude(tmp_path):
    path = tmp_path / "report.csv"
    piece = Piece(make_curve([1e4, -5.0], [1.0, np.nan], name="a,b"), {}, 23.9, "AB")
    report = write_aavso(path, [piece], {}, REASONS)
    assert report.n_left_out == 1
    assert report.n_points == 2
    (row,) = aavso_rows(path)
    assert row["NAME"] == "a b"
    assert header_of(path)["left out, no magnitude"] == "1"


def test_aavso_refuses_bare_instrumental_magnitudes_and_other_suffixes(tmp_path):
    piece = Piece(make_curve([1e4]), {}, 25.0, "instrumental")
    with pytest.raises(LightledgerError, match="comparison stars"):
        write_aavso(tmp_path / "a.txt", [piece], {}, REASONS)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(LightledgerError, match=r"\.txt"):
        write_aavso(tmp_path / "a.dat", [piece], {}, REASONS)


def test_filter_codes():
    assert [filter_code(b) for b in ("V", "Rc", "gp", "ch1")] == ["V", "R", "SG", "O"]
