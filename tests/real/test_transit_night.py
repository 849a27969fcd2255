"""HAT-P-32 b from a small telescope: no WCS, drifting 258 pixels, local times in the headers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from ingested import Ingested
from scipy.optimize import least_squares

import lightledger
from lightledger.library import Field

pytestmark = pytest.mark.real

#: Known of the field: the target's 0-based pixel in the first file, and the transit.
FIRST_FILE_PIXEL = (423.2, 286.0)
MID_BJD, DURATION_D = 2458107.711, 3.118 / 24


@pytest.fixture(scope="module")
def night(ingested: Callable[[str], Ingested]) -> Ingested:
    return ingested("hatp32_microobservatory/images")


def target_of(field: Field) -> int:
    """The object at the known pixel of the first file."""
    to_frame = field.visits(field.bands[0])["transform"][0]
    x, y = field.objects["x"], field.objects["y"]
    there = to_frame @ np.vstack([x, y, np.ones_like(x)])
    distance = np.hypot(there[0] - FIRST_FILE_PIXEL[0], there[1] - FIRST_FILE_PIXEL[1])
    assert distance.min() < 2.0
    return int(np.argmin(distance))


def trapezoid(time: np.ndarray, middle: float, depth: float, ingress: float) -> np.ndarray:
    """Relative flux of a transit of the known duration (first to fourth contact)."""
    away = np.abs(time - middle)
    return 1 - depth * np.clip((DURATION_D / 2 - away) / ingress, 0, 1)


def test_the_transit_is_found_at_its_depth_and_time(night: Ingested) -> None:
    with lightledger.open(night.store) as field:
        measurement = field.suggested(field.bands[0])
        curve = field.light_curve(target_of(field), measurement, corrected=True).good()
    time = curve.bjd_tdb - MID_BJD
    flux = curve.value / np.median(curve.value)

    def misfit(p: np.ndarray) -> np.ndarray:
        model = trapezoid(time, p[0], p[1], abs(p[2]) + 1e-3) * (p[3] + p[4] * time)
        return np.asarray(flux - model)

    fit = least_squares(misfit, [0.0, 0.02, 0.02, 1.0, 0.0], loss="soft_l1", f_scale=0.006)
    middle, depth = fit.x[:2]
    outside = np.abs(time - middle) > DURATION_D / 2
    scatter = 1.4826 * np.median(np.abs(misfit(fit.x)[outside]))
    assert depth == pytest.approx(0.0245, abs=0.003)
    assert middle * 1440 == pytest.approx(0.0, abs=5.0)
    assert 2.5 / np.log(10) * scatter <= 0.008
    assert 2.5 / np.log(10) * np.std(misfit(fit.x)[outside]) <= 0.010


def test_nearly_every_frame_is_used_and_the_others_are_named(night: Ingested) -> None:
    report = night.report
    (n_visit,) = report["visits"].values()
    assert report["files_found"] == 142
    refused = [p for p in report["problems"] if p["severity"] == "refused"]
    assert n_visit >= 135
    assert n_visit + len({p["file"] for p in refused}) == 142


def test_bjd_is_382_seconds_after_jd_utc(night: Ingested) -> None:
    """Checked against astropy by hand for this star and night: 382 s."""
    with lightledger.open(night.store) as field:
        curve = field.light_curve(target_of(field), field.suggested(field.bands[0]))
    late = (curve.bjd_tdb - 2400000.5 - curve.time) * 86400
    assert late == pytest.approx(382, abs=4)


def test_the_first_frame_is_dated_by_its_seconds_not_its_rounded_mjd(night: Ingested) -> None:
    """UT-OBS 2017-12-20T01:33:43.317 plus half of 60 s; MJD-OBS is rounded to 86 s."""
    with lightledger.open(night.store) as field:
        first = field.visits(field.bands[0])["mjd_utc_mid"][0]
    expected = 58107 + (1 * 3600 + 33 * 60 + 43.317 + 30) / 86400
    assert (first - expected) * 86400 == pytest.approx(0.0, abs=1.0)


def test_airmass_agrees_with_the_telescope(night: Ingested) -> None:
    """TELALT of the first frame is 62.592 degrees; the longitude is positive west."""
    with lightledger.open(night.store) as field:
        airmass = field.visits(field.bands[0])["airmass"]
    assert airmass[0] == pytest.approx(1 / np.sin(np.radians(62.592)), abs=0.01)
