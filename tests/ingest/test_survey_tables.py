"""Tables as surveys write them: upper limits, marks of no value, their own clocks and filters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.time import Time

import lightledger
from lightledger.domain import Flag
from lightledger.domain.magnitudes import INSTRUMENTAL_ZERO, to_magnitude
from lightledger.ingest.lightcurves.importing import import_light_curves
from lightledger.ingest.lightcurves.options import ImportOptions
from lightledger.ingest.lightcurves.reading import read_series
from lightledger.store.verify import verify

GUESS = ImportOptions()
ATLAS = "###MJD m dm uJy duJy F err chi/N RA Dec x y maj min phi apfit mag5sig Sky Obs"


def written(tmp_path: Path, name: str, *lines: str) -> Path:
    path = tmp_path / name
    path.write_text("\n".join(lines) + "\n")
    return path


def measured(path: Path, method: str):
    series = read_series(path, path.name, GUESS)
    return series[0].brightness[method], series


def magnitudes(flux: np.ndarray) -> np.ndarray:
    return to_magnitude(flux, np.zeros(len(flux)), INSTRUMENTAL_ZERO)[0]


def limited_to(brightness) -> np.ndarray:
    missed = (brightness.lacking & int(Flag.NOT_DETECTED)) != 0
    assert np.isnan(brightness.value[missed]).all(), "a limit is no value"
    return np.where(missed, magnitudes(3 * brightness.error.astype(float)), np.nan)


@pytest.mark.parametrize(
    ("header", "seen", "limit"),
    [
        ("HJD,mag,mag_err", "15.2,0.03", ">15.{i},99.99"),  # ASAS-SN; most of it is limits
        ("HJD,mag,mag_err", ">14.8,99.99", ">15.{i},99.99"),  # all of it
        ("JD,mag,err", "15.2,0.03", "<15.{i},"),  # the AAVSO's sign for the same
        ("JD,Mag,Mag Error,Limit", "15.2,0.03,15.8", "15.{i},99.99,15.{i}"),  # Sky Patrol
        ("jd,magpsf,sigmapsf,diffmaglim", "15.2,0.03,18.0", "nan,nan,15.{i}"),  # ZTF alerts
        ("JD,mag,err,limitmag", "15.2,0.03,18.0", "99.99,9.99,15.{i}"),
    ],
)
def test_a_limit_in_magnitudes_is_kept_and_no_detection(tmp_path, header, seen, limit):
    rows = [f"{2457000.5 + i},{limit.format(i=i) if i else seen}" for i in range(8)]
    path = written(tmp_path, "a.csv", header, *rows)
    mag, (series,) = measured(path, header.split(",")[1].lower())
    expected = [14.8 if ">14" in seen else np.nan, *(15 + i / 10 for i in range(1, 8))]
    np.testing.assert_allclose(limited_to(mag), expected, atol=1e-5)
    if np.isnan(expected[0]):
        assert magnitudes(mag.value)[0] == pytest.approx(15.2, abs=1e-5)
    n = 8 if ">14" in seen else 7
    assert any(f"{n} of 8 points" in note and "upper limits" in note for note in series.notes)


def test_a_limit_of_flux_is_one_and_a_bound_from_below_is_none(tmp_path):
    path = written(tmp_path, "a.csv", "JD,flux,flux_err", "2457000.5,12.0,1", "2457001.5,<6.0,1",
                   "2457002.5,>90,1", "2457003.5,-999,-999", "2457004.5,-999,2000")  # fmt: skip
    flux, (series,) = measured(path, "flux")
    np.testing.assert_array_equal(flux.value, np.float32([12, np.nan, np.nan, np.nan, -999]))
    assert flux.error[1] == 2.0
    np.testing.assert_array_equal(flux.lacking != 0, [False, True, False, False, False])
    said = " / ".join(series.notes)
    assert "1 of 5 cells of flux are no numbers" in said
    assert "1 values of flux are marks of no value" in said


def test_negative_magnitudes_of_atlas_are_no_detections(tmp_path):
    """Its forced photometry writes a negative flux as a magnitude with a sign in front."""
    rows = [
        f"{57000 + i}.5 {-17.4 if i % 2 else 17.3} {0.5 if i % 2 else 0.02} "
        f"{-30 if i % 2 else 420} 20 o 0 1.1 10.1 20.2 1 2 3 2 1 -0.4 19.5 19.9 x{i}"
        for i in range(6)
    ]
    path = written(tmp_path, "a.txt", ATLAS, *rows)
    mag, (series,) = measured(path, "m")
    np.testing.assert_allclose(limited_to(mag)[1::2], 19.5, atol=1e-5)
    np.testing.assert_allclose(magnitudes(mag.value)[::2], 17.3, atol=1e-5)
    flux = series.brightness["ujy"]
    np.testing.assert_array_equal(flux.value, np.float32([420, -30] * 3))
    assert (flux.error == 20).all(), "a flux below zero is a measurement"
    assert not flux.lacking.any()


def test_gaias_epoch_photometry_has_its_clock_and_its_rejections(tmp_path):
    head = "source_id,transit_id,band,time,mag,flux,flux_error,rejected_by_photometry"
    rows = [f"5284240582308398080,{17 + i},G,{1705.9 + i},17.1,1300,3,{i == 3}" for i in range(5)]
    path = written(tmp_path, "g.csv", head, *rows)
    _, (series,) = measured(path, "flux")
    utc = series.clock.visit_times(series.time)[0]
    truth = Time(2455197.5, 1705.9 + np.arange(5), format="jd", scale="tcb").utc.mjd
    assert np.abs(utc - truth).max() * 86400 < 1e-4
    assert series.clock.place == "barycentre"
    bad = (series.flags & int(Flag.QUALITY_BAD)) != 0
    np.testing.assert_array_equal(bad, np.arange(5) == 3)


def test_marks_of_quality_and_filters_in_letters(tmp_path):
    """Sky Patrol says G and B; Pan-STARRS has numbers and letters of its filters."""
    rows = [f"{2457000.5 + i},{15 + i / 10},0.1,{'B' if i == 2 else 'G'}" for i in range(5)]
    _, (series,) = measured(written(tmp_path, "q.csv", "JD,Mag,Mag Error,Quality", *rows), "mag")
    np.testing.assert_array_equal((series.flags & int(Flag.QUALITY_BAD)) != 0, np.arange(5) == 2)
    rows = [f"12,{i % 2 + 1},{'gr'[i % 2]},{55500.5 + i},0.0003,0.0001" for i in range(6)]
    head = "objID,filterID,filterType,obsTime,psfFlux,psfFluxErr"
    _, series = measured(written(tmp_path, "p.csv", head, *rows), "psfflux")
    assert {one.band for one in series} == {"g", "r"}


def test_a_column_named_by_its_filter_is_magnitudes(tmp_path):
    rows = [f"{7000.5 + i} 9.7{i} 0.01" for i in range(6)]
    path = written(tmp_path, "w.txt", "# some star", "#JD-2450000   V   Verr", *rows)
    v, _ = measured(path, "v")
    np.testing.assert_allclose(magnitudes(v.value), 9.7 + np.arange(6) / 100, atol=1e-5)
    assert np.isfinite(v.error).all()


def test_a_store_keeps_its_limits(tmp_path):
    """The limit comes back; no statistic and no selection of good points takes it."""
    rows = [f"{2457000.5 + i},{'>15.5,99.99' if i % 2 else '15.2,0.03'}" for i in range(8)]
    output = tmp_path / "s.h5"
    import_light_curves([written(tmp_path, "a.csv", "HJD,mag,mag_err", *rows)], output, GUESS)
    assert not verify(output).damaged
    with lightledger.open(output) as field:
        curve = field.light_curve(0, field.measurements[0])
        limit = curve.upper_limit
        np.testing.assert_allclose(magnitudes(limit)[1::2], 15.5, atol=1e-5)
        assert np.isnan(limit[::2]).all()
        assert len(curve.good()) == 4
        assert len(curve.good(mask=0)) == 4


def test_a_series_in_the_cells_of_one_row_is_all_its_points(tmp_path):
    """TIME and FLUX as vectors of one row are a series, and no point of 200 measurements."""
    from astropy.io import fits

    time, flux = np.arange(200.0) + 1500, np.linspace(90, 110, 200)
    columns = [fits.Column("TIME", "200D", array=[time]), fits.Column("FLUX", "200E", array=[flux]),
               fits.Column("SECTOR", "J", array=[4])]  # fmt: skip
    hdu = fits.BinTableHDU.from_columns(columns)
    hdu.header["TELESCOP"] = "TESS"
    hdu.writeto(tmp_path / "row.fits")
    found, (series,) = measured(tmp_path / "row.fits", "flux")
    np.testing.assert_array_equal(series.time, time)
    np.testing.assert_array_equal(found.value, np.float32(flux))
    assert set(series.brightness) == {"flux"}


def test_each_value_has_the_errors_that_stand_beside_it(tmp_path):
    """Two columns of one name, 'err': each belongs to what is before it."""
    rows = [f"{2457000.5 + i},15.{i},0.02,{100 + i},2.5" for i in range(6)]
    path = written(tmp_path, "two.csv", "JD,mag,err,flux,err", *rows)
    mag, (series,) = measured(path, "mag")
    np.testing.assert_allclose(mag.error / mag.value * 1.0857362, 0.02, rtol=1e-5)
    assert (series.brightness["flux"].error == 2.5).all()
