"""Rules without a window: ticks of time axes, the Y scale, what is drawn of a light curve."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightledger.app.curves import Quantity, make_curve, number_text
from lightledger.app.panels.steps import setup_steps
from lightledger.app.timelabels import calendar_ticks, mjd_ticks, to_datetime, to_mjd
from lightledger.app.yscale import YScale, ranges, wanted
from lightledger.domain import LightCurve


def light_curve(value: np.ndarray, error: float = 0.01, days: float = 1000.0) -> LightCurve:
    n = value.size
    time = 55000 + np.linspace(0, days, n)
    return LightCurve(
        "I1", "ch1_sci-aper_r3", time, time + 2400000.5, value, np.full(n, error),
        np.zeros(n, np.uint16), np.array([f"gr{i}" for i in range(n)]), "uJy",
    )  # fmt: skip


def curve_of(magnitude: np.ndarray, error_mag: float, days: float = 1000.0):
    flux = 10 ** (-0.4 * (magnitude - 23.9))
    lc = light_curve(flux, 1.0, days)
    lc.error[:] = flux * error_mag / 1.0857
    return make_curve(lc, Quantity.MAGNITUDE, 23.9, "AB")


def test_calendar_ticks_are_utc_midnights_and_years():
    ticks, labels = calendar_ticks(55196.5, 56700.0, 6)
    assert labels == ["2010", "2011", "2012", "2013", "2014"]
    assert ticks[1] == to_mjd(datetime(2011, 1, 1, tzinfo=UTC)) == 55562.0


def test_ticks_of_one_night_are_hours_of_utc():
    ticks, labels = calendar_ticks(58107.05, 58107.30, 8)
    assert labels == ["02:00", "03:00", "04:00", "05:00", "06:00", "07:00"]
    assert ticks[0] == pytest.approx(58107 + 2 / 24, abs=1e-9)


@given(
    st.floats(40000, 70000), st.floats(1e-4, 20000), st.integers(2, 14),
)  # fmt: skip
def test_ticks_are_inside_in_order_and_not_too_many(low, span, at_most):
    high = low + span
    for make in (calendar_ticks, mjd_ticks):
        ticks, labels = make(low, high, at_most)
        assert len(ticks) == len(labels) <= 2 * at_most + 2
        assert all(low - 1e-6 * span <= t <= high + 1e-6 * span for t in ticks)
        assert list(ticks) == sorted(set(ticks))
        assert len(set(labels)) == len(labels) or make is calendar_ticks


def test_mjd_labels_have_the_decimals_their_step_needs():
    assert mjd_ticks(58107.05, 58107.30, 6)[1][0] == "58107.05"
    assert to_datetime(58107.5).hour == 12


def test_constant_star_looks_constant_and_a_variable_fills_its_panel():
    rng = np.random.default_rng(2)
    constants, n = [], 200
    for _ in range(100):
        curve = curve_of(17 + rng.normal(0, 0.02, n), 0.02)
        low, high = wanted(curve, np.ones(n, bool), 1000).range()
        spread = np.subtract(*np.percentile(curve.y, [99, 1]))
        constants.append(spread / (high - low))
    assert np.mean(np.array(constants) <= 0.6) >= 0.95
    sine = curve_of(17 + 0.5 * np.sin(np.arange(n)) + rng.normal(0, 0.02, n), 0.02)
    low, high = wanted(sine, np.ones(n, bool), 1000).range()
    assert np.subtract(*np.percentile(sine.y, [99, 1])) / (high - low) >= 0.6


def test_eclipses_are_not_cut_though_the_median_is_at_the_top():
    magnitude = np.full(200, 15.0)
    magnitude[::12] = 15.7
    curve = curve_of(magnitude, 0.003)
    low, high = wanted(curve, np.ones(200, bool), 1000).range()
    assert low < 15.0
    assert high > 15.7


def test_floor_of_the_scale_depends_on_the_span():
    quiet = curve_of(np.full(50, 12.0), 0.0005)
    everything = np.ones(50, bool)
    assert np.ptp(wanted(quiet, everything, 100).range()) == pytest.approx(0.10)
    assert np.ptp(wanted(quiet, everything, 0.2).range()) == pytest.approx(0.04)


def test_same_span_gives_every_panel_the_largest_height():
    rng = np.random.default_rng(3)
    wants = [
        wanted(curve_of(17 + rng.normal(0, s, 99), s), np.ones(99, bool), 1000) for s in (0.02, 0.2)
    ]
    (a, b), locked = ranges(YScale.SAME, wants, None)
    assert a is not None
    assert b is not None
    assert np.ptp(a) == pytest.approx(np.ptp(b))
    assert locked is None
    (a, b), _ = ranges(YScale.ROBUST, wants, None)
    assert np.ptp(a) < np.ptp(b) / 3


def test_locked_span_stays_while_leafing():
    noisy, quiet = (
        curve_of(17 + np.random.default_rng(4).normal(0, s, 99), s) for s in (0.2, 0.02)
    )
    keep = np.ones(99, bool)
    (first,), locked = ranges(YScale.LOCKED, [wanted(noisy, keep, 1000)], None)
    (second,), _ = ranges(YScale.LOCKED, [wanted(quiet, keep, 1000)], locked)
    assert np.ptp(second) == pytest.approx(np.ptp(first))


def test_nothing_to_scale_by_is_none():
    curve = curve_of(np.full(5, 17.0), 0.01)
    assert wanted(curve, np.zeros(5, bool), 1000) is None
    assert ranges(YScale.SAME, [None], None) == ([None], None)


def test_negative_flux_has_no_magnitude_but_stays():
    curve = make_curve(light_curve(np.array([10.0, -1.0, np.nan])), Quantity.MAGNITUDE, 23.9, "AB")
    assert np.isfinite(curve.y).tolist() == [True, False, False]
    assert len(curve) == 3


def test_relative_flux_of_noise_around_zero_is_shown_as_flux():
    curve = make_curve(light_curve(np.array([-1.0, 0.5, -0.2])), Quantity.RELATIVE, 23.9, "AB")
    assert curve.quantity is Quantity.FLUX
    assert curve.unit == "µJy"


def test_numbers_have_the_decimals_of_their_error():
    assert number_text(17.21431, 0.0312, "mag (AB)") == "17.214 ± 0.031 mag (AB)"
    assert number_text(123456.7, 812.0, "µJy") == "123,457 ± 812 µJy"
    assert number_text(float("nan"), 1.0) == "no value"


def test_setup_changes_are_found_and_flicker_is_not_marked():
    times = np.arange(6.0)
    cryo_warm = np.array(["cryo 100s"] * 3 + ["warm 100s"] * 3, dtype=object)
    (step,) = setup_steps(times, cryo_warm)
    assert (step.mjd, step.label) == (2.5, "warm")
    assert setup_steps(np.arange(40.0), np.array(["a 1", "b 1"] * 20, dtype=object)) == []
