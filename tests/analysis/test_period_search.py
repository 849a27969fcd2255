"""Periods: against astropy's own numbers, planted signals, published stars."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightledger.analysis.periods import (
    Grid,
    Series,
    Wanted,
    baluev,
    baluev_level,
    bootstrap,
    fit,
    fold,
    grid_of,
    power,
    search,
    window_power,
)
from lightledger.analysis.periods.boxes import box_durations, box_grid, box_power
from lightledger.analysis.periods.peaks import aliases, find_peaks, related, sampled_cycles
from lightledger.domain import Cancelled, Control, LightledgerError


def noisy_sine(period: float = 3.7, n: int = 150, span: float = 120.0, seed: int = 1) -> Series:
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(55000, 55000 + span, n))
    error = rng.uniform(0.5, 2.0, n)
    flux = 100 + 5 * np.sin(2 * np.pi * time / period) + error * rng.normal(size=n)
    return Series.sorted(time, flux, error)


@pytest.mark.parametrize("n_terms", [1, 2, 3])
def test_power_is_that_of_astropy(n_terms):
    from astropy.timeseries import LombScargle

    series = noisy_sine()
    grid = Grid(0.013, 0.0017, 5000)
    theirs = LombScargle(
        series.time - series.middle, series.flux, series.error, nterms=n_terms
    ).power(grid.frequencies, method="cython" if n_terms == 1 else "chi2")
    ours = power(series, grid, n_terms)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)


def test_boxes_are_those_of_astropy():
    from astropy.timeseries import BoxLeastSquares

    series = noisy_sine()
    grid = box_grid(series, 2.0, 3.9)  # one octave: one set of durations
    ours = box_power(series, grid)
    model = BoxLeastSquares(series.time - series.time[0], series.flux, series.error)
    shortest = 1 / (2 * grid.first)
    theirs = model.power(1 / grid.frequencies, box_durations(shortest), oversample=5)
    np.testing.assert_allclose(ours.power, theirs.power, rtol=1e-12)
    np.testing.assert_allclose(ours.depth, theirs.depth, rtol=1e-12)
    np.testing.assert_allclose(ours.duration, theirs.duration, rtol=1e-12)


def test_false_alarms_are_those_of_astropy():
    from astropy.timeseries import LombScargle

    series = noisy_sine()
    theirs = LombScargle(series.time, series.flux, series.error)
    z = np.array([0.05, 0.1, 0.2, 0.5])
    expected = theirs.false_alarm_probability(z, method="baluev", maximum_frequency=10.0)
    last = float(theirs.autofrequency(maximum_frequency=10.0).max())  # their grid ends a bit below
    np.testing.assert_allclose(baluev(z, last, series), expected, rtol=1e-9)
    level = theirs.false_alarm_level(0.01, method="baluev", maximum_frequency=10.0)
    assert baluev_level(0.01, 10.0, series) == pytest.approx(float(level), abs=1e-4)


def test_window_is_one_at_zero_and_peaks_at_the_rate_of_nights():
    rng = np.random.default_rng(2)
    time = 55000 + np.arange(60.0) + rng.uniform(-0.05, 0.05, 60)
    series = Series.sorted(time, np.ones(60))
    window = window_power(series, Grid(0.0, 0.001, 2500))
    assert window[0] == pytest.approx(1.0)
    assert 0.8 < window[1000] < 1
    assert window[500] < 0.1


def test_planted_period_is_found_and_fitted():
    series = noisy_sine(period=0.731, span=900)
    best = search(series, Wanted()).peaks[0]
    assert best.period == pytest.approx(0.731, rel=3e-5)
    assert best.fap < 1e-10
    assert best.size == pytest.approx(10, abs=1)
    model = fit(series, best.frequency)
    assert model.at(np.array([best.epoch]))[0] == pytest.approx(105, abs=0.7)


def test_dips_are_found_with_depth_duration_and_epoch():
    rng = np.random.default_rng(3)
    time = np.sort(rng.uniform(0, 60, 900))
    phase = fold(time, 2.345, 1.0)
    flux = 1000 - 20.0 * ((phase < 0.03) | (phase > 0.97)) + rng.normal(0, 5, 900)
    best = search(Series.sorted(time, flux, np.full(900, 5.0)), Wanted("bls")).peaks[0]
    assert best.period == pytest.approx(2.345, rel=1e-3)
    assert best.size == pytest.approx(20, rel=0.15)
    assert best.duration == pytest.approx(0.06 * 2.345, rel=0.4)
    away = (best.epoch - 1.0) / best.period
    assert abs(away - round(away)) < 0.02


def test_noise_alone_is_no_discovery():
    rng = np.random.default_rng(4)
    time = np.sort(rng.uniform(0, 200, 120))
    found = search(Series.sorted(time, rng.normal(size=120)), Wanted(longest_d=100, shortest_d=1))
    assert found.peaks[0].fap > 0.01
    assert found.bound is not None
    assert found.power.max() < found.bound.level


def test_drawn_anew_agrees_with_the_bound_for_white_noise():
    rng = np.random.default_rng(5)
    series = Series.sorted(np.sort(rng.uniform(0, 50, 60)), rng.normal(size=60))
    found = search(series, Wanted(shortest_d=1.0))
    again = bootstrap(found, 60)
    assert again.bound is not None
    assert again.bound.level == pytest.approx(found.bound.level, abs=0.1)
    assert 1 / 61 <= again.peaks[0].fap <= 1
    with pytest.raises(Cancelled):
        bootstrap(found, 10, control=cancelled())


def cancelled() -> Control:
    control = Control()
    control.cancel()
    return control


@pytest.mark.parametrize("method", ["ls", "bls"])
def test_a_search_can_be_cancelled(method):
    with pytest.raises(Cancelled):
        search(noisy_sine(), Wanted(method), cancelled())


def test_grid_ends_where_the_sampling_ends():
    clock = Series.sorted(np.arange(100) * 0.25, np.arange(100.0))
    assert grid_of(clock).last == pytest.approx(2.0, rel=0.01)
    nights = noisy_sine(n=60, span=2000)
    assert grid_of(nights).last == pytest.approx(12.0, rel=0.01)
    assert grid_of(nights).first == pytest.approx(1 / nights.span)
    assert grid_of(nights, shortest_d=0.5).last == pytest.approx(2.0, rel=0.01)
    few = grid_of(nights, most=1000)
    assert few.n == 1000
    assert "shortest period" in few.reason
    with pytest.raises(LightledgerError, match="no period lies between"):
        grid_of(nights, shortest_d=3, longest_d=2)
    with pytest.raises(LightledgerError, match="frequencies"):
        grid_of(nights, shortest_d=1e-6)


def test_bad_input_is_one_line():
    with pytest.raises(LightledgerError, match="too few"):
        Series.sorted(np.arange(5.0), np.ones(5))
    with pytest.raises(LightledgerError, match="too few"):
        Series.sorted(np.ones(9), np.ones(9))
    with pytest.raises(LightledgerError, match="no method"):
        search(noisy_sine(), Wanted("fft"))
    with pytest.raises(LightledgerError, match="terms"):
        search(noisy_sine(), Wanted(n_terms=9))
    flat = search(Series.sorted(np.arange(30.0) ** 1.1, np.full(30, 7.0)), Wanted())
    assert flat.peaks == ()


def test_peaks_that_are_only_others_in_disguise_say_so():
    width = 0.002
    assert related(0.5, [0.25], width) == "half of #1"
    assert related(0.125, [0.91, 0.25], width) == "double of #2"
    assert related(1.26, [0.26], width) == "alias of #1: 1/d"
    assert related(0.74, [0.26], width) == "alias of #1: 1/d"
    assert related(0.25 + 1 / 365.25, [0.25], 0.0005) == "alias of #1: 1/yr"
    assert related(0.613, [0.25], width) == ""
    assert related(1.26, [0.26], width, cycles=()) == ""
    assert {name for name, _ in aliases(0.25, 1 / 100, ("1/d",))} == {"P/2", "2P", "1/d"}


def test_aliases_are_of_cycles_that_the_sampling_has():
    """Nights and seasons make aliases; a spacecraft that looks at any hour has none of a day."""
    rng = np.random.default_rng(6)
    nights = np.repeat(np.arange(0, 1500, 3), 2) + rng.uniform(-0.1, 0.1, 1000) + 55000
    seasons = nights[nights % 365.25 < 150]
    from_ground = Series.sorted(seasons, 1 + 0.1 * np.sin(2 * np.pi * 0.26 * seasons))
    assert {"1/d", "1/sidereal day", "2/d", "1/yr"} <= set(sampled_cycles(from_ground))
    peaks = search(from_ground, Wanted(shortest_d=0.6, longest_d=20)).peaks
    assert peaks[0].frequency == pytest.approx(0.26, abs=1e-4)
    assert any("1/d" in peak.note for peak in peaks)
    anytime = rng.uniform(0, 27, 2000)
    assert sampled_cycles(Series.sorted(anytime, anytime)) == ()


def test_find_peaks_keeps_its_distance():
    power_ = np.array([0.0, 3, 0, 2, 0, 0, 0, 5, 4.9, 0, 1])
    frequency = np.arange(11.0)
    assert find_peaks(frequency, power_, 0.5) == [7, 1, 3, 10]
    assert find_peaks(frequency, power_, 2.0, 2) == [7, 1]
    assert find_peaks(frequency[:0], power_[:0], 1.0) == []


@given(st.floats(1e-3, 1e3), st.floats(50000, 60000), st.floats(50000, 60000))
def test_phases_lie_in_one_cycle(period, epoch, time):
    phase = fold(np.array([time]), period, epoch)[0]
    assert 0 <= phase < 1
    turns = (time - epoch) / period - phase
    assert turns == pytest.approx(round(turns), abs=1e-6 * max(1, abs(turns)))


@pytest.mark.real
def test_published_rr_lyrae_have_their_periods(real_data: Path):
    folder = real_data / "lightcurve_tables" / "stripe82_rrlyrae"
    with (folder / "periods.csv").open() as file:
        rows = list(csv.DictReader(file))
    right = n = 0
    for row in rows:
        (curve,) = list(folder.glob(f"*{row['Num']}*.csv"))[:1] or [None]
        if curve is None or n == 8:
            continue
        with curve.open() as file:
            points = [p for p in csv.DictReader(file) if p["band"] == "g"]
        names = "time", "mag", "magerr"
        time, mag, error = (np.array([float(p[k]) for p in points]) for k in names)
        n += 1
        flux = 10 ** (-0.4 * (mag - 20))
        best = search(Series.sorted(time, flux, error * flux), Wanted(shortest_d=0.2, longest_d=1))
        right += any(abs(p.period / float(row["Per"]) - 1) < 1e-4 for p in best.peaks[:3])
    assert n == 8
    assert right >= 6


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "scale_d", "period", "depth"),
    [
        ("kplr010666592-2009131110544_slc.fits", 15, 2.2047, 0.0067),
        ("hlsp_tess-data-alerts_tess_phot_00025155310-s01_tess_v1_lc.fits", 15, 3.2888, 0.0064),
    ],
)
def test_published_planets_have_their_periods(real_data: Path, name, scale_d, period, depth):
    from astropy.io import fits

    with fits.open(real_data / "kepler_tess" / "lightcurves" / name) as file:
        table = file[1].data
        flux = np.asarray(table["PDCSAP_FLUX"], float)
        time = np.asarray(table["TIME"], float)
        good = np.isfinite(time + flux) & (table[_quality(table)] == 0)
    time, flux = time[good], flux[good]
    n = time.size // scale_d * scale_d  # means of many cadences: the test is not about speed
    time, flux = (a[:n].reshape(-1, scale_d).mean(axis=1) for a in (time, flux))
    series = Series.sorted(time, flux / np.median(flux), np.full(time.size, 5e-4))
    best = search(series, Wanted("bls", shortest_d=1.0, longest_d=5.0)).peaks[0]
    assert best.period == pytest.approx(period, rel=3e-3)
    assert best.size == pytest.approx(depth, rel=0.15)


def _quality(table) -> str:
    return next(c for c in ("SAP_QUALITY", "QUALITY") if c in table.names)


def test_a_search_that_is_cut_says_where_the_sampling_would_end():
    rng = np.random.default_rng(3)
    time = np.sort(rng.uniform(0, 5500, 700)) + 53000
    series = Series.sorted(time, rng.normal(100, 1, 700), np.ones(700))
    grid = box_grid(series)
    assert grid.rule_d == pytest.approx(0.5, rel=0.01)
    assert 1 / grid.last == pytest.approx(1.83, rel=0.02)
    assert f"{1 / grid.last:.3g} d is the shortest" in grid.reason
    asked = box_grid(series, grid.rule_d)
    assert asked.n == pytest.approx(grid.n_to_rule, rel=0.01)
    assert asked.rule_d == 0
    short = box_grid(Series.sorted(time[:100], series.flux[:100], np.ones(100)))
    assert short.rule_d == 0
    assert short.n_to_rule == short.n


def test_no_peak_is_longer_than_what_was_searched():
    """A slow drift is no period of more than the series."""
    rng = np.random.default_rng(8)
    time = np.sort(rng.uniform(0, 90, 400))
    found = search(Series.sorted(time, (time - 30) ** 2 + rng.normal(size=400)), Wanted())
    assert max(peak.period for peak in found.peaks) <= found.series.span * (1 + 1e-9)
