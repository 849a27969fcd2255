"""Planted shapes have the numbers that the truth file states."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightledger.demo.schedule import AU_KM, make_schedule, spacecraft_km
from lightledger.demo.variables import (
    damped_random_walk,
    eclipsing_binary,
    mira,
    rr_lyrae,
    supernova,
    trapezoid_transit,
)


@given(st.floats(0.2, 900.0), st.floats(50000.0, 60000.0), st.floats(0.05, 1.5))
def test_pulsators_repeat_with_their_period_and_have_their_amplitude(
    period: float, epoch: float, amplitude: float
) -> None:
    phase = np.linspace(0.0, 1.0, 2001)
    for shape in (rr_lyrae, mira):
        magnitude = -2.5 * np.log10(shape(epoch + phase * period, period, epoch, amplitude))
        assert np.ptp(magnitude) == pytest.approx(amplitude, rel=0.01)
        later = -2.5 * np.log10(shape(epoch + (phase + 3) * period, period, epoch, amplitude))
        # The steep rise makes rounding of times visible.
        np.testing.assert_allclose(later, magnitude, atol=0.02 * amplitude)


def test_an_rr_lyrae_rises_faster_than_it_fades() -> None:
    phase = np.linspace(0.0, 1.0, 1000, endpoint=False)
    flux = rr_lyrae(phase, 1.0, 0.0, 0.3)
    assert np.mean(np.diff(flux) > 0) < 0.35


def test_a_binary_has_two_unequal_minima() -> None:
    flux = eclipsing_binary(np.array([0.0, 0.25, 0.5]), 1.0, 0.0)
    assert flux[0] < flux[2] < flux[1]


def test_a_random_walk_has_its_rms_and_memory() -> None:
    mjd = np.arange(20000.0)
    walk = -2.5 * np.log10(damped_random_walk(mjd, 20.0, 0.2, np.random.default_rng(3)))
    assert walk.std() == pytest.approx(0.2, rel=0.1)
    memory = np.corrcoef(walk[:-20], walk[20:])[0, 1]
    assert memory == pytest.approx(np.exp(-1.0), abs=0.08)


def test_a_supernova_is_dark_before_and_brightest_at_its_date() -> None:
    mjd = np.arange(54000.0, 56000.0)
    flux = supernova(mjd, 55000.0)
    assert mjd[np.argmax(flux)] == 55000.0
    assert flux.max() == 1.0
    assert np.all(flux[mjd < 54960.0] == 0.0)


def test_a_transit_has_its_depth_contacts_and_area() -> None:
    time = np.linspace(-0.2, 0.2, 400001)
    flux = trapezoid_transit(time, 0.01, 0.1, 0.02, 0.03)
    assert flux.min() == pytest.approx(0.97)
    inside = time[flux < 1.0]
    assert np.ptp(inside) == pytest.approx(0.1, abs=1e-5)
    assert np.trapezoid(1.0 - flux, time) == pytest.approx(0.03 * 0.08, rel=1e-4)


def test_visits_span_five_years_without_the_gap() -> None:
    visits = make_schedule(np.random.default_rng(1))
    start = np.array([v.mjd_start for v in visits["ch1"]])
    steps = np.diff(start)
    assert start.size == 60
    assert np.all(steps > 1.0)
    assert np.ptp(start) > 4.9 * 365
    assert np.std(steps[steps < 60]) > 5.0
    assert not np.any((start > 54967) & (start < 55039))
    assert {v.warm for v in visits["ch1"]} == {False, True}
    assert all(b.mjd_start > a.mjd_end for a, b in zip(visits["ch1"], visits["ch2"], strict=True))


def test_the_spacecraft_trails_the_earth_further_every_year() -> None:
    from astropy.coordinates import get_body_barycentric

    def angle(mjd: float) -> float:
        from astropy.time import Time

        when = Time(mjd, format="mjd")
        earth = (get_body_barycentric("earth", when) - get_body_barycentric("sun", when)).xyz
        ours = np.array(spacecraft_km(mjd))
        assert 0.98 < np.linalg.norm(ours) / AU_KM < 1.02
        unit = earth.value / np.linalg.norm(earth.value)
        return float(np.degrees(np.arccos(unit @ ours / np.linalg.norm(ours))))

    # Just after launch it is where the Earth is; later it falls behind by 5.7 degrees a year.
    assert angle(52876.0) < 0.1
    assert angle(54967.0) == pytest.approx(5.7 * (54967.0 - 52876.0) / 365.25, abs=1.0)
