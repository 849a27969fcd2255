"""Tables of light curves in every format, and what is wrong with tables: one line, all counted."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table as AstropyTable
from astropy.time import Time
from astropy.timeseries import TimeSeries

import lightledger
from lightledger.domain import Cancelled, Control, Flag, LightledgerError
from lightledger.ingest.lightcurves.gathering import read_all
from lightledger.ingest.lightcurves.importing import import_light_curves
from lightledger.ingest.lightcurves.options import ImportOptions
from lightledger.ingest.lightcurves.quality import BITS
from lightledger.ingest.lightcurves.reading import read_series
from lightledger.ingest.lightcurves.series import Series
from lightledger.ingest.lightcurves.sniff import looks_like_light_curve

HJD = 2455000.0 + np.arange(12) * 3.25
MAG = 15.0 + 0.3 * np.sin(np.arange(12))


def read(path: Path, **options: object) -> list[Series]:
    return read_series(path, path.name, ImportOptions(**options))  # type: ignore[arg-type]


def text(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n")
    return path


def rows(times: np.ndarray, between: str = ",") -> list[str]:
    return [between.join([f"{t:.6f}", f"{m:.4f}", "0.01"]) for t, m in zip(times, MAG, strict=True)]


@pytest.mark.parametrize(
    ("head", "times", "clock"),
    [
        ("HJD,mag,err", HJD, "HJD (UTC)"),
        ("hjd-2450000,mag,err", HJD - 2450000, "HJD - 2450000 (UTC)"),
        ("HJD,mag,err", HJD - 2400000, "HJD - 2400000 (UTC)"),
        ("BJD_TDB,mag,err", HJD, "BJD (TDB)"),
        ("mjd,mag,err", HJD - 2400000.5, "MJD (UTC)"),
        ("time,mag,err", HJD - 2400000.5, "MJD (UTC)"),
        ("JD,mag,err", HJD, "JD (UTC)"),
        ("btjd,flux,err", HJD - 2457000 + 3000, "BJD - 2457000 (TDB)"),
        ("BKJD,flux,err", HJD - 2454833, "BJD - 2454833 (TDB)"),
        ("BJD-2457000 (days),flux,err", HJD - 2454000, "BJD - 2457000 (TDB)"),
        ("MJD_TAI,mag,err", HJD - 2400000.5, "MJD (TAI)"),
    ],
)
def test_the_zero_of_the_times_is_guessed(tmp_path, head, times, clock):
    (one,) = read(text(tmp_path, "star.csv", head, *rows(times)))
    assert one.clock.name == clock
    np.testing.assert_allclose(one.time, times, atol=1e-6)


def test_what_is_guessed_can_be_corrected(tmp_path):
    path = text(tmp_path, "star.txt", "when brightness", *rows(np.arange(12.0), " "))
    path = text(tmp_path, "star.dat", *rows(np.arange(12.0) * 2 + 1500, " "))
    lines = ("time=1", "flux=2,3")
    (one,) = read(path, columns=lines, offset="btjd", scale="utc", object="mine", band="V")
    assert (one.object, one.band, one.clock.name) == ("mine", "V", "BJD - 2457000 (UTC)")
    np.testing.assert_allclose(one.brightness["flux"].value, MAG, rtol=1e-4)


def test_times_of_unknown_zero_are_refused(tmp_path):
    path = text(tmp_path, "star.csv", "time,flux,err", *rows(np.arange(12.0) + 1400))
    with pytest.raises(LightledgerError, match=r"zero that is not known.*--offset"):
        read(path)
    (one,) = read(text(tmp_path, "tess_star.csv", "time,flux,err", *rows(np.arange(12.0) + 1400)))
    assert one.clock.zero_jd == 2457000


@pytest.mark.parametrize("kind", ["ecsv", "fits", "vot", "ipac", "tsv", "csv.gz", "timeseries"])
def test_every_format(tmp_path, kind):
    """The same light curve in two bands, whatever it is written in."""
    band = np.array(["V", "I"] * 6)
    table = AstropyTable({"hjd": HJD, "mag": MAG, "mag_err": np.full(12, 0.01), "filter": band})
    table["mag"].unit = "mag"
    path = tmp_path / f"star.{kind}"
    if kind == "timeseries":
        path = tmp_path / "star.ecsv"
        series = TimeSeries(time=Time(HJD, format="jd", scale="tdb"))
        series["mag"], series["mag_err"], series["filter"] = MAG, np.full(12, 0.01), band
        series.write(path, format="ascii.ecsv")
    elif kind == "vot":
        table.write(path, format="votable")
    elif kind in ("fits", "ecsv"):
        table.write(path, format={"ecsv": "ascii.ecsv"}.get(kind, kind))
    elif kind == "ipac":
        table.write(path, format="ascii.ipac")
    else:
        mark = "\t" if kind == "tsv" else ","
        lines = [mark.join(["hjd", "mag", "mag_err", "filter"])]
        lines += [mark.join(map(str, row)) for row in table]
        data = "\n".join(lines).encode()
        path.write_bytes(gzip.compress(data) if kind.endswith("gz") else data)
    assert looks_like_light_curve(path)
    found = {one.band: one for one in read(path)}
    assert set(found) == {"V", "I"}
    for name, one in found.items():
        np.testing.assert_allclose(one.time + one.clock.zero_jd, HJD[band == name], atol=1e-6)
        magnitude = 25 - 2.5 * np.log10(one.brightness["mag"].value.astype(float))
        np.testing.assert_allclose(magnitude, MAG[band == name], atol=1e-5)


def test_what_is_wrong_is_counted(tmp_path):
    path = text(
        tmp_path, "bad.csv", "hjd,mag,err,quality", "2455000.1,15.1,0.01,0", "nan,15.2,0.01,0",
        "when,15.2,0.01,0", "2455001.1,>16.5,99.99,0", "2455002.1,cloudy,0.01,0",
        "2455003.1,99.99,0.01,0", "2455004.1,15.0,-1,4", "2455004.1,15.3,0.02,0", "2455005.1,15",
    )  # fmt: skip
    readings = read_all([path])
    (one,) = readings.series
    said = " / ".join(p.what for p in readings.problems)
    assert "1 of 9 rows have another number of cells" in said
    assert "2 of 8 rows have no time, 1 of them no numbers: left out" in said
    assert "1 of 8 cells of mag are no numbers" in said
    assert "1 of 8 points of mag are upper limits" in said
    store = tmp_path / "bad.h5"
    done = import_light_curves([path], store)
    assert "2 points have" not in said
    assert any("1 points have the object" in p.what for p in done.problems)
    with lightledger.open(store) as field:
        curve = field.light_curve("bad", "unknown_sci-mag")
    assert len(curve) == len(one) == 6  # two of them at one time
    assert np.isfinite(curve.value).sum() == 3
    absent = (curve.flags & np.uint16(Flag.NOT_DETECTED)) != 0
    assert absent.tolist() == [False, True, False, True, False, False]
    assert ((curve.flags & int(Flag.QUALITY_BAD)) != 0).sum() == 1
    assert np.isnan(curve.error).sum() >= 1


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("empty.csv", b"", "empty"),
        ("words.txt", b"nothing here\nis a number\n", "do not fit|no column of times"),
        ("page.html.csv", b"<html><body>404</body></html>", "web page"),
        ("binary.dat", bytes(range(256)) * 20, "not a table"),
        ("short.fits", b"SIMPLE  =                    T", "cannot be read|no table|damaged"),
        ("pickle.dat", b"\x80\x04\x95\x00\x00\x00", "not a table"),
    ],
)
def test_what_is_no_light_curve_is_refused_in_one_line(tmp_path, name, content, what):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LightledgerError, match=what) as caught:
        import_light_curves([path], tmp_path / "out.h5")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.glob("out*"))


def lying(folder: Path, keyword: str, value: object) -> Path:
    """A FITS light curve whose header claims something else than is there."""
    columns = [fits.Column("TIME", "D", array=HJD), fits.Column("FLUX", "E", array=MAG)]
    path = folder / "lying.fits"
    fits.HDUList([fits.PrimaryHDU(), fits.BinTableHDU.from_columns(columns)]).writeto(path)
    data = bytearray(path.read_bytes())
    at = data.index(f"{keyword:8}=".encode(), 2880)
    data[at : at + 80] = f"{keyword:8}= {value!s:>20}".ljust(80).encode()
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("NAXIS2", 10**12),
        ("NAXIS1", 10**11),
        ("NAXIS2", 10**6),
        ("PCOUNT", 10**13),
        ("TFORM1", "'9Q'"),
    ],
)
def test_headers_that_lie_cost_nothing(tmp_path, keyword, value):
    with pytest.raises(LightledgerError) as caught:
        read(lying(tmp_path, keyword, value))
    assert "\n" not in str(caught.value)


def test_nothing_is_left_of_an_import_that_was_cancelled(tmp_path):
    path = text(tmp_path, "star.csv", "hjd,mag,err", *rows(HJD))
    control = Control()

    def stop(progress: object) -> None:
        control.cancel()

    with pytest.raises(Cancelled):
        import_light_curves([path], tmp_path / "out.h5", control=control, report=stop)
    assert [p.name for p in tmp_path.iterdir()] == ["star.csv"]


def test_a_store_that_would_be_mostly_empty_is_refused_beforehand(tmp_path):
    for k in range(4):
        text(tmp_path, f"s{k}.csv", "hjd,mag,err", *rows(HJD + k / 100))
    with pytest.raises(LightledgerError, match="4 objects with 48 times"):
        import_light_curves([tmp_path], tmp_path / "o.h5", ImportOptions(most_bytes=1000))
    done = import_light_curves([tmp_path], tmp_path / "o.h5")
    assert done.published.n_visit == {"unknown": 48}


def test_the_same_file_twice_counts_once(tmp_path):
    text(tmp_path, "a.csv", "hjd,mag,err", *rows(HJD))
    text(tmp_path, "b.csv", "hjd,mag,err", *rows(HJD))
    readings = read_all([tmp_path])
    assert len(readings.series) == 1
    assert "the same bytes as a.csv" in readings.problems[0].what


@pytest.mark.parametrize(("mission", "default"), [("Kepler", 1130799), ("TESS", 17087)])
def test_bits_that_forbid_use_are_those_that_lightkurve_leaves_out(mission, default):
    """DEFAULT_BITMASK of lightkurve 2.5."""
    for bit in range(21):
        flags = int(BITS[mission].flags(np.array([1 << bit]))[0])
        assert bool(flags & Flag.QUALITY_BAD) == bool(default >> bit & 1), BITS[mission].name(bit)
