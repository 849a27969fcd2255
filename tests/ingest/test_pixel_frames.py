"""Target-pixel files are series of frames; what is measured on them is what missions measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from pixelseries import RA, transit, write

import lightledger
from lightledger.domain import Flag, LightledgerError
from lightledger.ingest.events import IngestReport
from lightledger.ingest.plan import make_plan
from lightledger.ingest.request import IngestRequest
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter
from lightledger.library.cutouts import Cutouts
from lightledger.library.frames_of import FrameFinder
from lightledger.library.skyimages import visit_image
from lightledger.store.verify import verify

APERTURE = "Kepler_sci-iso"


def ingested(output: Path, *paths: Path) -> IngestReport:
    with ThreadSubmitter(1) as submitter:
        report = run(make_plan(IngestRequest(paths, output)), submitter)
    assert not verify(output).damaged
    return report


def said(report: IngestReport) -> str:
    return "\n".join(str(problem) for problem in report.problems)


def first_rows(source: Path, path: Path, n: int) -> Path:
    """A real file with the first cadences alone."""
    with fits.open(source) as file:
        file[1].data = file[1].data[:n]
        file.writeto(path)
    return path


@pytest.mark.real
def test_the_mission_measured_the_same(real_data, tmp_path):
    """WASP-126: SAP_FLUX and the times of the light curve that TESS's pipeline made."""
    folder, store = real_data / "kepler_tess", tmp_path / "tess.h5"
    report = ingested(store, folder / "tpf" / "tess25155310-s01-first-cadences.fits.gz")
    curve_of = "hlsp_tess-data-alerts_tess_phot_00025155310-s01_tess_v1_lc.fits"
    with fits.open(folder / "lightcurves" / curve_of) as file:
        rows = file[1].data
        rows = rows[np.isfinite(rows["TIME"])]
    with lightledger.open(store) as field:
        curve = field.light_curve("TIC 25155310", "TESS_sci-iso")
        bjd = curve.bjd_tdb
    same = np.searchsorted(rows["TIME"], bjd - 2457000.0 - 1e-6)
    np.testing.assert_allclose(bjd, rows["TIME"][same] + 2457000.0, rtol=0, atol=1e-8)
    np.testing.assert_allclose(curve.value, rows["SAP_FLUX"][same], rtol=1e-6)
    assert curve.unit == "electron/s"
    assert "the mission has taken the background off" in said(report)


@pytest.mark.real
def test_kepler_s_stamps_of_a_few_pixels(real_data, tmp_path):
    """Kepler-16: the mask gives the sum of the mission, a circle the same course."""
    source = real_data / "kepler_tess" / "tpf" / "kplr012644769-q12_first500cad_lpd-targ.fits"
    path, store = first_rows(source, tmp_path / "kplr012644769.fits", 120), tmp_path / "k16.h5"
    ingested(store, path)
    with fits.open(path) as file:
        mask, data = (file["APERTURE"].data & 2) != 0, file[1].data
        sums = np.nansum(data["FLUX"][:, mask], axis=1)
        errors = np.sqrt(np.nansum(data["FLUX_ERR"][:, mask] ** 2, axis=1))
        words = data["QUALITY"]
    with lightledger.open(store) as field:
        curve = field.light_curve("KIC 12644769", APERTURE)
        circle = field.light_curve(0, "Kepler_sci-aper_r2")
    np.testing.assert_allclose(curve.value, sums, rtol=1e-6)
    np.testing.assert_allclose(curve.error, errors, rtol=1e-5)
    ratio = circle.value / sums
    assert np.std(ratio) / np.mean(ratio) < 5e-4
    noted = (curve.flags & np.uint16(Flag.QUALITY_BAD | Flag.QUALITY_NOTE)) != 0
    np.testing.assert_array_equal(noted, words != 0)


def test_a_transit_is_in_what_is_measured(tmp_path):
    """Cadences without a time or without pixels are counted; quality bits have their names."""
    path, store = tmp_path / "kplr001234567-q1_lpd-targ.fits.gz", tmp_path / "one.h5"
    light = transit(50)
    quality = {7: 1 << 5, 9: 1 << 17}
    sums = write(path, light, no_time=(3, 4), blank=(11,), quality=quality)
    report = ingested(store, path)
    assert "50 cadences of 11 x 9 pixels" in said(report)
    assert "2 without a time are left out; 1 without a finite pixel are left out" in said(report)
    with lightledger.open(store) as field:
        curve = field.light_curve("KIC 1234567", APERTURE)
        visits = field.visits("Kepler")
        assert field.suggested("Kepler") == APERTURE
        circle = field.light_curve(0, "Kepler_sci-aper_r3").value
    there = np.isfinite(sums)
    assert there.sum() == 47
    np.testing.assert_allclose(curve.value, sums[there], rtol=1e-6)
    depth = 1 - np.median(circle[light[there] < 1]) / np.median(circle[light[there] == 1])
    assert depth == pytest.approx(0.02, abs=2e-4)
    at = {int(row): k for k, row in enumerate(np.flatnonzero(there))}
    assert visits["note"][at[7]] == "quality: desaturation"
    assert curve.flags[at[7]] & Flag.QUALITY_BAD
    assert curve.flags[at[9]] == Flag.QUALITY_NOTE
    assert set(visits["observer_x_km"]) == {0.0}


def test_the_pixels_of_a_cadence_are_shown(tmp_path):
    """Image, error map and WCS of the cell that a visit was measured on."""
    path, store = tmp_path / "kplr001234567_lpd-targ.fits", tmp_path / "shown.h5"
    write(path, transit(10), no_time=(2,))
    ingested(store, path)
    with fits.open(path) as file:
        flux, sigma = (np.array(file[1].data[name][6]) for name in ("FLUX", "FLUX_ERR"))
    with lightledger.open(store) as field:
        finder = FrameFinder(field)
        cut = Cutouts(field, finder).of(0, "Kepler", 5, APERTURE)
        image = visit_image(field, finder, "Kepler", 5)
    patches = {patch.kind: patch for patch in cut.patches}
    assert not cut.missing
    assert patches["sci"].unit == "e-/s"
    np.testing.assert_array_equal(image.data, flux)
    assert np.isin(patches["sci"].data, flux).sum() >= 50
    assert np.isin(patches["unc"].data, sigma).sum() >= 50
    assert image.grid is not None
    assert image.grid.to_sky(np.array([5.0]), np.array([4.0]))[0][0] == pytest.approx(RA, abs=1e-6)


def test_quarters_join_and_come_later(tmp_path):
    """A stamp of another shape, added afterwards; what is there already is not measured again."""
    first, second = tmp_path / "q1_lpd-targ.fits", tmp_path / "q2_lpd-targ.fits"
    store = tmp_path / "both.h5"
    write(first, np.ones(12))
    assert ingested(store, first).visits_measured == 12
    assert ingested(store, first).up_to_date
    write(second, np.ones(8), first=100, shape=(8, 10))
    assert ingested(store, first, second).visits_measured == 8
    with lightledger.open(store) as field:
        assert field.n_object == 1
        for measurement, within in ((APERTURE, 0.02), ("Kepler_sci-aper_r3", 1e-3)):
            value = field.light_curve(0, measurement).value
            assert value.size == 20
            # the pixels of the first quarter's aperture are nowhere exactly those of the second
            assert np.median(value[12:]) == pytest.approx(np.median(value[:12]), rel=within)


def test_a_cutout_without_background_or_aperture(tmp_path):
    """As TESSCut makes them: the sky of the stamp is taken off, the isophote is detected."""
    path, store = tmp_path / "cutout_lpd-targ.fits", tmp_path / "sky.h5"
    write(path, np.ones(6), shape=(25, 25), removed=False, optimal=False)
    assert "the background is still in the pixels" in said(ingested(store, path))
    with lightledger.open(store) as field:
        circle = field.light_curve("KIC 1234567", "Kepler_sci-aper_r3").value
        isophote = field.light_curve(0, APERTURE).value
    assert np.median(circle) == pytest.approx(20000, rel=0.02)
    assert np.median(isophote) == pytest.approx(20000, rel=0.05)


@pytest.mark.parametrize(
    ("second", "what"),
    [({"name": "KIC 7654321", "first": 50}, "2 stars"), ({"wcs": False}, "no WCS")],
)
def test_what_is_no_field_is_refused_in_one_line(tmp_path, second, what):
    if "name" in second:
        write(tmp_path / "a_lpd-targ.fits", np.ones(3))
    write(tmp_path / "b_lpd-targ.fits", np.ones(3), **second)
    with pytest.raises(LightledgerError, match=what) as caught:
        make_plan(IngestRequest((tmp_path,), tmp_path / "no.h5"))
    assert "lightledger import" in caught.value.advice


def test_other_images_beside_them_are_left_out_by_name(tmp_path):
    """One picture among target-pixel files does not make them all be no frames."""
    folder = tmp_path / "tpf"
    folder.mkdir()
    write(folder / "a_lpd-targ.fits", np.ones(4))
    fits.PrimaryHDU(np.ones((30, 30), np.float32)).writeto(folder / "finder.fits")
    inventory = make_plan(IngestRequest((folder,), tmp_path / "no.h5")).inventory
    assert inventory.n_used == 1
    (left,) = inventory.left_out
    assert (left.name, left.reason) == ("finder.fits", "not measured beside target-pixel files")
    write(folder / "b_lpd-targ.fits", np.ones(3), name="KIC 7654321", first=50)
    with pytest.raises(LightledgerError, match="of 2 stars"):
        make_plan(IngestRequest((folder,), tmp_path / "no.h5"))
