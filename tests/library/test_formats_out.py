"""What each format holds is what passed the filters, as other programs of the trade read it."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile

import numpy as np
import pytest
from astropy.io import fits, votable
from astropy.table import Table

import lightledger
from lightledger.analysis import Filters, TimeRange
from lightledger.analysis.running import Clip
from lightledger.domain import DEFAULT_MASK, Cancelled, Control, LightledgerError
from lightledger.export.formats import FORMATS, format_of

M, OTHER, SECOND = "R_sci-aper_r3", "ch1_sci-aper_r2", "R_sci-aper_r2"
POINTS = ("csv", "csv-wide", "ecsv", "votable", "parquet", "lightkurve")


@pytest.fixture
def field(truth):
    with lightledger.open(truth.path) as opened:
        opened.journal.reject_point("I1", "R", "v005")
        yield opened


def file_of(folder, form):
    return folder / f"out{format_of(folder, form).suffixes_for(2)[0]}"


def plain(a):
    masked = np.ma.isMaskedArray(a) and a.dtype.kind == "f"
    return np.asarray(np.ma.filled(a, np.nan) if masked else a)


def by_curve(table, object, measurement):
    """Light curves of a long table: visit, MJD, BJD, value, error, flags."""
    found = {}
    for key in dict.fromkeys(zip(table[object].tolist(), table[measurement].tolist(), strict=True)):
        mine = table[(table[object] == key[0]) & (table[measurement] == key[1])]
        times = [getattr(mine[n], form, mine[n]) for n, form in TIMES.items()]
        found[key] = [plain(c) for c in (mine["visit"], *times, *(mine[n] for n in NUMBERS))]
    return found


TIMES = {"mjd_utc": "mjd", "bjd_tdb": "jd"}
NUMBERS = ("value", "error", "flags")


def read_csv(path):
    return by_curve(Table.read(path, format="ascii.csv", comment="#"), "object", "measurement")


def read_ecsv(path):
    table = Table.read(path)
    assert (table["mjd_utc"].scale, table["bjd_tdb"].scale) == ("utc", "tdb")
    return by_curve(table, "object", "measurement")


def read_wide(path):
    with path.open(newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    names = [name for name in rows[0] if f"{name}_flags" in rows[0]]
    found = {}
    for row in rows:
        for name in names:
            if row[f"{name}_flags"] == "-1":
                assert row[name] == row[f"{name}_error"] == "nan"
                continue
            cells = ("mjd_utc", "bjd_tdb", name, f"{name}_error", f"{name}_flags")
            point = [row["visit"], *(float(row[cell]) for cell in cells)]
            found.setdefault((row["object"], name), []).append(point)
    return {key: list(map(np.array, zip(*rows, strict=True))) for key, rows in found.items()}


def read_votable(path):
    found = {}
    for one in votable.parse(path, verify="exception").iter_tables():
        table = one.to_table(use_names_over_ids=True)
        table["measurement"] = one.name
        value = "mag" if "mag" in table.colnames else "flux"
        table.rename_columns([value, f"{value}_error"], ["value", "error"])
        found |= by_curve(table, "object", "measurement")
    return found


def read_parquet(path):
    pq = pytest.importorskip("pyarrow.parquet")
    names = ("visit", *TIMES, *NUMBERS)
    rows = pq.read_table(path).to_pylist()
    return {(r["object"], r["measurement"]): [np.array(r[n]) for n in names] for r in rows}


def read_lightkurve(path):
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with fits.open(io.BytesIO(archive.read(name)), checksum=True) as hdus:
                assert hdus[1].verify_checksum() == 1
                head, data = hdus[0].header, hdus[1].data
                assert not data["SAP_QUALITY"].any()
                times = data["MJD_UTC"], data["TIME"] + hdus[1].header["BJDREFI"]
                visits = np.array([f"v{i:03d}" for i in data["CADENCENO"]])
                columns = (data[n] for n in ("FLUX", "FLUX_ERR", "QUALITY"))
                found[head["OBJECT"], head["MEASURE"]] = [visits, *times, *map(np.array, columns)]
    return found


READERS = {
    "csv": read_csv, "csv-wide": read_wide, "ecsv": read_ecsv, "votable": read_votable,
    "parquet": read_parquet, "lightkurve": read_lightkurve,
}  # fmt: skip


@pytest.mark.parametrize("corrected", [False, True])
@pytest.mark.parametrize("form", POINTS)
def test_what_is_read_back_is_what_passed(truth, field, tmp_path, form, corrected):
    filters = Filters(TimeRange(-np.inf, truth.mjd[40]), DEFAULT_MASK, clip=Clip(2.5))
    path = file_of(tmp_path, form)
    report = field.export(
        path, ["I10", "I1"], [M, OTHER, SECOND], filters, corrected=corrected, format=form
    )
    found = READERS[form](path)
    assert len(found) == report.n_curves == 6
    for (name, measurement), columns in found.items():
        curve = field.light_curve(name, measurement, corrected)
        kept = curve.select(field.passes(curve, filters).keep)
        expected = (kept.visit, kept.time, kept.bjd_tdb, kept.value, kept.error, kept.flags)
        for got, wanted in zip(columns[:2] + columns[3:], expected[:2] + expected[3:], strict=True):
            np.testing.assert_array_equal(got, wanted)
        atol = 1e-9 if form == "lightkurve" else 0  # its zero point is another
        np.testing.assert_allclose(columns[2], kept.bjd_tdb, rtol=0, atol=atol)
    assert report.n_rows == sum(len(columns[0]) for columns in found.values())
    assert report.n_points == 6 * 50
    assert report.hidden["rejected"] == 2
    assert report.hidden["time"] == 6 * 9


@pytest.mark.parametrize("form", ["csv", "csv-wide", "ecsv", "votable", "parquet"])
def test_magnitudes_in_every_format_that_holds_them(field, tmp_path, form):
    field.export(file_of(tmp_path, form), ["I3"], [M], as_magnitude=True, format=form)
    found = READERS[form](file_of(tmp_path, form))
    lc = field.light_curve("I3", M)
    np.testing.assert_allclose(found["I3", M][3], lc.magnitudes()[0], rtol=0, atol=1e-12)
    with pytest.raises(LightledgerError, match="holds no magnitudes"):
        field.export(tmp_path / "x.fits", ["I3"], [M], as_magnitude=True, format="lightkurve")


def test_the_votable_says_times_units_and_photometry(field, tmp_path):
    path = tmp_path / "out.vot"
    field.export(path, ["I3", "I5"], [M, OTHER])
    assert votable.validate(path, output=None).rstrip().endswith("no violations.")
    document = votable.parse(path)
    (resource,) = document.resources
    systems = {t.ID: (t.timescale, t.timeorigin, t.refposition) for t in resource.time_systems}
    assert systems == {
        "mjd_utc": ("UTC", "MJD-origin", "TOPOCENTER"),
        "bjd_tdb": ("TDB", "JD-origin", "BARYCENTER"),
    }
    said = {info.name: info.value for info in resource.infos}
    assert said["store_uuid"] == field.reader.uuid
    table = document.get_table_by_index(1)
    fields = {f.name: f for f in table.fields}
    assert [fields[n].ref for n in ("mjd_utc", "bjd_tdb", "ra")] == ["mjd_utc", "bjd_tdb", "icrs"]
    assert fields["flux"].ucd == "phot.flux"
    assert fields["flux_error"].ucd == "stat.error;phot.flux"
    assert str(fields["flux"].unit) == "adu / s"
    (group,) = table.groups
    assert group.name == "photcal"
    params = {entry.utype: entry for entry in group.entries if hasattr(entry, "value")}
    zero = params["photDM:PhotCal.zeroPoint.flux.value"]
    assert zero.value == pytest.approx(10 ** (0.4 * 25))
    assert str(zero.unit) == "adu / s"
    assert params["photDM:PhotometryFilter.identifier"].value == "ch1"
    assert group.entries[-1].get_ref() is fields["flux"]


def test_stilts_finds_no_fault_and_reads_the_fits(field, tmp_path):
    if shutil.which("stilts") is None:
        pytest.skip("stilts is not installed (Debian: apt-get install stilts)")
    field.export(tmp_path / "out.vot", ["I3", "I5"], [M, OTHER])
    done = subprocess.run(
        ["stilts", "votlint", "ucd=true", "unit=true", tmp_path / "out.vot"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout + done.stderr == ""
    field.export(tmp_path / "out.fits", ["I3", "I5"], [M])
    done = subprocess.run(
        ["stilts", "tpipe", f"in={tmp_path / 'out.fits'}#{M}", "omode=count"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["columns:", "6", "rows:", "2"]


def test_the_lightkurve_file_is_what_its_reader_asks_for(field, tmp_path):
    """As lightkurve 2.5 decides and reads (io/detect.py, io/generic.py, io/kepler.py)."""
    field.export(tmp_path / "one.fits", ["I10"], [M], format="lightkurve")
    with fits.open(tmp_path / "one.fits") as hdus:
        first, second = hdus[0].header, hdus[1].header
        assert first["TELESCOP"].lower() == "kepler"
        assert "lightcurve" in first["CREATOR"].lower()
        assert first["ORIGIN"] == "Unofficial data product"
        assert "not Kepler's data" in str(first["HISTORY"])
        assert (second["BJDREFI"], second["TIMESYS"]) == (2454833, "TDB")
        assert {"TIME", "FLUX", "FLUX_ERR", "QUALITY", "SAP_QUALITY"} <= set(hdus[1].columns.names)
    with pytest.raises(LightledgerError, match=r"one light curve per file, and these are 2.*\.zip"):
        field.export(tmp_path / "two.fits", ["I10", "I1"], [M], format="lightkurve")


@pytest.mark.filterwarnings("ignore")  # theirs
def test_lightkurve_reads_it(field, tmp_path):
    lightkurve = pytest.importorskip("lightkurve", reason="needs lightkurve")
    path = tmp_path / "one.fits"
    field.export(path, ["I10"], [M], Filters(mask=0, keep_missing=True), format="lightkurve")
    back, ours = lightkurve.read(path), field.light_curve("I10", M)
    assert len(back) == len(ours)  # none dropped by a flag, though two are flagged
    np.testing.assert_array_equal(back.flux.value, ours.value)
    np.testing.assert_array_equal(back["quality"], ours.flags)
    np.testing.assert_allclose(back.time.jd, ours.bjd_tdb, rtol=0, atol=1e-9)
    assert (back.time.scale, back.meta["LABEL"], str(back.flux.unit)) == ("tdb", "I10", "adu / s")


@pytest.mark.parametrize("form", [each.name for each in FORMATS])
def test_a_cancel_leaves_an_older_file_alone(field, tmp_path, form):
    path = file_of(tmp_path, form)
    path.write_text("older")
    control = Control()
    with pytest.raises(Cancelled):
        field.export(
            path, format=form, corrected=form == "aavso", control=control,
            report=lambda progress: control.cancel(),
        )  # fmt: skip
    assert path.read_text() == "older"
    assert not list(tmp_path.glob(".*.part"))
