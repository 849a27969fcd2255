"""The staring night holds its transit, and only comparison stars bring it out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from astropy.wcs import WCS
from scipy.optimize import least_squares

from lightledger.demo import read_truth
from lightledger.demo.make import DemoField
from lightledger.demo.staring import INGRESS_D
from lightledger.demo.variables import trapezoid_transit

pytestmark = pytest.mark.filterwarnings("ignore:'datfix' made the change")


def test_the_transit_is_recovered_within_its_tolerance(night: DemoField, night_series: Any) -> None:
    truth = read_truth(night.truth)[0]
    mjd, flux, _ = night_series.series("transit")
    middle = mjd.mean()

    def model(p: np.ndarray) -> np.ndarray:
        shape = trapezoid_transit(mjd - middle, p[0], p[1], INGRESS_D, p[2])
        return shape * p[3] * (1.0 + p[4] * (mjd - middle))

    start = [0.0, 0.05, 0.01, np.median(flux), 0.0]
    fit = least_squares(lambda p: model(p) / flux.mean() - flux / flux.mean(), start,
                        diff_step=1e-3, x_scale=[0.01, 0.05, 0.01, flux.mean(), 1.0])  # fmt: skip
    mid, duration, depth = fit.x[:3]
    assert depth == pytest.approx(truth.amplitude, abs=truth.amplitude_tolerance)
    assert mid + middle == pytest.approx(truth.peak_mjd, abs=truth.peak_mjd_tolerance_d)
    assert duration == pytest.approx(truth.duration_d, abs=truth.duration_tolerance_d)
    assert np.std(flux / model(fit.x)) < 0.006


def test_without_comparison_stars_the_air_hides_it(night_series: Any) -> None:
    raw = night_series.raw[0]
    outside = np.abs(np.arange(raw.size) - raw.size / 2) > 45
    assert np.ptp(raw[outside]) / np.median(raw) > 0.04


def test_comparison_stars_are_constant_to_millimagnitudes(night_series: Any) -> None:
    bright = [i for i, row in enumerate(night_series.rows) if 1300 < row.flux_ch1_ujy < 3500]
    scatter = [
        np.std(night_series.flux[i]) / np.mean(night_series.flux[i])
        for i in bright
        if night_series.rows[i].kind == "star"
    ]
    assert len(scatter) >= 4
    assert np.median(scatter) < 0.005


def test_frames_drift_carry_a_wcs_and_a_saturated_star(night: DemoField) -> None:
    files = sorted(night.frames.glob("*.fits"))
    assert len(files) == night.n_visit == 130
    rows = read_truth(night.truth)
    first, last = (fits.getheader(files[k]) for k in (0, -1))
    places = [
        np.array(WCS(h).world_to_pixel_values(rows[0].ra_deg, rows[0].dec_deg))
        for h in (first, last)
    ]
    assert 4.0 < np.hypot(*(places[1] - places[0])) < 12.0
    assert (first["FILTER"], first["IMAGETYP"], first["BUNIT"]) == ("R", "Light Frame", "adu")
    assert first["AIRMASS"] != last["AIRMASS"]
    image = fits.getdata(files[0])
    assert image.max() == first["SATURATE"]
