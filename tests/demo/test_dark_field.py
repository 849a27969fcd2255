"""What is planted in the dark field is there, and what is constant is constant."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from astropy.timeseries import LombScargle
from astropy.wcs import WCS

from lightledger.demo import TruthRow, read_truth
from lightledger.demo.make import DemoField
from lightledger.demo.render import aperture_fraction, noise_correlation

RADIUS = 3.0
PLANTED = {
    "RR Lyrae", "eclipsing binary", "Mira", "AGN", "supernova", "moving star", "moving object",
}  # fmt: skip
DECOYS = {"saturated star", "blend", "edge star", "after-image", "very red star"}


def row_of(field: DemoField, kind: str) -> TruthRow:
    return next(row for row in read_truth(field.truth) if row.kind == kind)


@pytest.fixture(params=["ch1", "ch2"])
def measured(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


def test_files_have_the_names_and_the_size_of_the_contract(dark_field: DemoField) -> None:
    names = [path.name for path in dark_field.frames.iterdir()]
    pattern = re.compile(r"IDF_gr\d+_ch[12]_(sci|unc|std|cov)\.fits")
    assert len(names) == 60 * 2 * 4
    assert all(pattern.fullmatch(name) for name in names)
    stack = {path.name for path in (dark_field.folder / "superstack").iterdir()}
    assert stack == {f"coadd_{b}{e}.fits" for b in ("ch1", "ch2") for e in ("", "_wht")} | {
        "coadd_ch1.ecsv"
    }
    on_disk = sum(p.stat().st_size for p in dark_field.folder.rglob("*") if p.is_file())
    assert dark_field.n_bytes == on_disk < 200e6


def test_truth_holds_every_kind_and_matches_the_catalogue(dark_field: DemoField) -> None:
    rows = read_truth(dark_field.truth)
    assert {row.kind for row in rows if row.role == "planted"} == PLANTED
    assert {row.kind for row in rows if row.role == "decoy"} == DECOYS
    assert {row.kind for row in rows if row.role == "constant"} == {"star", "galaxy"}
    catalogue = Table.read(dark_field.catalogue)
    assert [row.object for row in rows] == [f"I{number}" for number in catalogue["NUMBER"]]
    assert 200 <= len(rows) <= 500
    np.testing.assert_allclose(catalogue["X_IMAGE"] - 1, [r.x_px for r in rows], atol=2e-4)
    np.testing.assert_allclose(catalogue["ALPHA_J2000"], [r.ra_deg for r in rows], atol=1e-8)
    flagged = {rows[i].kind for i in np.flatnonzero(catalogue["FLAGS"])}
    assert flagged == {"saturated star", "blend"}


def test_headers_are_those_of_a_mosaic(dark_field: DemoField) -> None:
    first = fits.getheader(dark_field.frames / "IDF_gr1_ch1_sci.fits")
    last = fits.getheader(dark_field.frames / "IDF_gr60_ch1_sci.fits")
    assert (first["BUNIT"], first["FRAMTIME"], first["CHNLNUM"]) == ("MJy/sr", 100.0, 1)
    assert first["CREATOR"].startswith("S18")
    assert last["CREATOR"].startswith("S19")
    assert first["AORKEY"] != last["AORKEY"]
    assert last["MJD_OBS"] - first["MJD_OBS"] > 4.9 * 365
    assert "DATE" not in first  # nothing that changes from one making to the next
    assert (
        "BUNIT" not in fits.getheader(dark_field.frames / "IDF_gr1_ch1_cov.fits")
        or not (fits.getheader(dark_field.frames / "IDF_gr1_ch1_cov.fits")["BUNIT"])
    )
    row = row_of(dark_field, "edge star")
    for name in ("per_aor/IDF_gr7_ch2_unc.fits", "superstack/coadd_ch1.fits"):
        wcs = WCS(fits.getheader(dark_field.folder / name))
        x, y = wcs.world_to_pixel_values(row.ra_deg, row.dec_deg)
        assert (x, y) == (pytest.approx(row.x_px, abs=1e-3), pytest.approx(row.y_px, abs=1e-3))


def test_the_footprint_turns_and_what_it_misses_is_missing(dark_field: DemoField) -> None:
    planes = {
        kind: fits.getdata(dark_field.frames / f"IDF_gr9_ch1_{kind}.fits")
        for kind in ("sci", "unc", "std", "cov")
    }
    unseen = planes["cov"] == 0
    for kind in ("sci", "unc", "std"):
        assert np.all(np.isnan(planes[kind][unseen]))
        # A few pixels are missing inside as well.
        assert 0 < np.isnan(planes[kind][~unseen]).sum() < 30
    other = fits.getdata(dark_field.frames / "IDF_gr10_ch1_cov.fits") == 0
    assert 0.05 < np.mean(unseen) < 0.35
    assert np.sum(unseen != other) > 1000


def test_constant_stars_scatter_as_their_correlated_errors_say(measured: Any) -> None:
    rows = measured.rows
    inner = np.array([r.kind == "star" for r in rows]) & (measured.good.sum(axis=1) >= 50)
    flux = np.where(measured.good, measured.flux, np.nan)[inner]
    median = np.nanmedian(flux, axis=1)
    scatter = 1.4826 * np.nanmedian(np.abs(flux - median[:, None]), axis=1)
    formal = np.nanmedian(np.where(measured.good, measured.error, np.nan)[inner], axis=1)
    pull = scatter / (formal * noise_correlation(RADIUS))
    faint = median < 60.0
    assert inner.sum() > 100
    assert np.median(pull[faint]) == pytest.approx(1.0, abs=0.1)
    # Bright ones show the detector's response beside the noise, half a percent at most.
    assert np.median(scatter[~faint] / median[~faint]) < 0.012
    true = np.array([getattr(r, f"flux_{measured.band}_ujy") for r in rows])[inner]
    share = np.median(median[~faint] / true[~faint])
    assert share == pytest.approx(aperture_fraction(RADIUS, measured.band), rel=0.05)


def test_the_step_to_the_warm_mission_is_in_the_zero_points(ch1: Any, ch2: Any) -> None:
    for measured, step in ((ch1, 0.966), (ch2, 0.994)):
        warm = measured.mjd > 55000.0
        found = np.median(measured.zero_point[warm]) / np.median(measured.zero_point[~warm])
        assert found == pytest.approx(step, abs=0.004)


@pytest.mark.parametrize("kind", ["RR Lyrae", "eclipsing binary", "Mira"])
def test_periods_are_recovered_within_their_tolerance(
    measured: Any, dark_field: DemoField, kind: str
) -> None:
    truth = row_of(dark_field, kind)
    mjd, flux, _ = measured.series(kind)
    frequency = np.arange(1e-3, 5.0, 1.0 / (5.0 * np.ptp(mjd)))
    found = 1.0 / frequency[np.argmax(LombScargle(mjd, flux).power(frequency))]
    multiples = [float(text) for text in truth.period_multiples.split()]
    off = min(abs(found / (m * truth.period_d) - 1.0) for m in multiples)  # type: ignore[operator]
    assert off <= truth.period_tolerance  # type: ignore[operator]


@pytest.mark.parametrize("kind", ["RR Lyrae", "Mira"])
def test_amplitudes_are_as_planted(measured: Any, dark_field: DemoField, kind: str) -> None:
    truth = row_of(dark_field, kind)
    _, flux, _ = measured.series(kind)
    span = -2.5 * np.log10(flux.min() / flux.max())
    assert span == pytest.approx(truth.amplitude, abs=truth.amplitude_tolerance)


def test_the_supernova_has_its_date_and_height(ch1: Any, dark_field: DemoField) -> None:
    truth = row_of(dark_field, "supernova")
    mjd, flux, _ = ch1.series("supernova")
    quiet = np.median(flux[mjd < truth.peak_mjd - 60.0])  # type: ignore[operator]
    peak = (flux.max() - quiet) / aperture_fraction(RADIUS, "ch1")
    assert mjd[np.argmax(flux)] == pytest.approx(truth.peak_mjd, abs=truth.peak_mjd_tolerance_d)
    assert peak == pytest.approx(truth.peak_flux_ch1_ujy, rel=truth.peak_flux_tolerance)


def test_the_moving_star_leaves_its_aperture_at_both_ends(ch1: Any) -> None:
    _, flux, _ = ch1.series("moving star")
    middle = np.median(flux[25:35])
    assert flux[0] < 0.7 * middle
    assert flux[-1] < 0.7 * middle


def test_passing_things_are_outliers_where_the_truth_says_so(
    ch1: Any, ch2: Any, dark_field: DemoField
) -> None:
    for kind in ("moving object", "after-image"):
        row = row_of(dark_field, kind)
        for band, measured in (("ch1", ch1), ("ch2", ch2)):
            index = int(row.object[1:]) - 1
            flux = np.where(measured.good[index], measured.flux[index], np.nan)
            told = {int(v.split(":gr")[1]) - 1 for v in row.visits.split() if v.startswith(band)}
            scatter = 1.4826 * np.nanmedian(np.abs(flux - np.nanmedian(flux)))
            odd = set(np.flatnonzero(flux - np.nanmedian(flux) > 8.0 * scatter))
            assert told
            assert told <= odd
            assert len(odd) <= len(told) + 1  # a cosmic ray may have come by
            assert scatter / np.nanmedian(flux) < 0.03


def test_planted_variables_stand_out_and_decoys_do_not(measured: Any) -> None:
    flux = np.where(measured.good, measured.flux, np.nan)
    median = np.nanmedian(flux, axis=1)
    scatter = np.log10(1.4826 * np.nanmedian(np.abs(flux - median[:, None]), axis=1) / median)
    expect = np.array([row.expect for row in measured.rows])
    kind = np.array([row.kind for row in measured.rows])
    constant = np.isin(kind, ["star", "galaxy"]) & (measured.good.sum(axis=1) >= 20)

    def excess(i: int) -> float:
        near = np.argsort(np.where(constant, np.abs(np.log(median / median[i])), np.inf))[:31]
        level = np.median(scatter[near])
        return float((scatter[i] - level) / (1.4826 * np.median(np.abs(scatter[near] - level))))

    found = np.array([excess(i) for i in range(median.size)])
    assert found[expect == "variable"].min() > 5.0
    assert np.mean(found[constant] > 5.0) <= 0.01
    # The saturated star is caught by its flag, not by its scatter.
    assert found[(expect != "variable") & (kind != "saturated star")].max() < 5.0


def test_the_saturated_star_is_cut_off_at_the_level_of_its_header(dark_field: DemoField) -> None:
    row = row_of(dark_field, "saturated star")
    with fits.open(dark_field.frames / "IDF_gr20_ch1_sci.fits") as hdus:
        level = hdus[0].header["SATURATE"]
        image = hdus[0].data
    y, x = np.nonzero(image >= 0.9 * level)
    assert image[np.isfinite(image)].max() == pytest.approx(level)
    assert x.size > 4
    assert np.all(np.hypot(x - row.x_px, y - row.y_px) < 6.0)


def test_the_coadd_is_deep_and_flat(dark_field: DemoField) -> None:
    with fits.open(dark_field.folder / "superstack" / "coadd_ch1.fits") as hdus:
        coadd = hdus[0].data
    weight = fits.getdata(dark_field.folder / "superstack" / "coadd_ch1_wht.fits")
    assert np.array_equal(np.isfinite(coadd), weight > 0)
    truth = [r for r in read_truth(dark_field.truth) if r.kind == "star" and r.flux_ch1_ujy > 20]
    peak = [coadd[round(r.y_px), round(r.x_px)] for r in truth]
    assert np.corrcoef(np.log(peak), np.log([r.flux_ch1_ujy for r in truth]))[0, 1] > 0.97
