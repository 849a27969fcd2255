"""Running medians and the clip about them: by brute force, and in the statistics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage, stats

from lightledger.analysis.epochs import Epochs
from lightledger.analysis.masks import Filters, TimeRange, passes_arrays
from lightledger.analysis.running import (
    LEAST,
    MAD_TO_SIGMA,
    Clip,
    clipped,
    medians,
    smooth,
    windows,
)
from lightledger.analysis.statistics import Curves, statistics
from lightledger.domain import Flag

TIMES = hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 100)).map(np.sort)


def others_of(time: np.ndarray, i: int, window_d: float) -> np.ndarray:
    """Places of the other points in the window of one."""
    inside = (time >= time[i] - window_d / 2) & (time <= time[i] + window_d / 2)
    inside[i] = False
    return np.flatnonzero(inside)


def plainly_clipped(time, value, keep, clip):
    """The reference: as the words of the clip say, point by point."""
    left = np.flatnonzero(keep & np.isfinite(value))
    gone = np.zeros(value.size, bool)
    for _ in range(clip.iterations):
        away = np.full(left.size, np.nan)
        for k in range(left.size):
            others = others_of(time[left], k, clip.window_d)
            if others.size >= LEAST:
                away[k] = np.abs(value[left[k]] - np.median(value[left[others]]))
                away[k] /= np.sqrt(1 + np.pi / (2 * others.size))
        judged = np.isfinite(away)
        if judged.sum() < 3:
            break
        out = away > clip.sigma * MAD_TO_SIGMA * np.median(away[judged])
        if not np.median(away[judged]) > 0 or not out.any():
            break
        gone[left[out]] = True
        left = left[~out]
    return gone


@given(TIMES, st.floats(0.01, 200), st.randoms(use_true_random=False))
def test_medians_are_those_of_each_window(time, window, random):
    value = np.array([random.choice([0.0, 1.0, random.randint(-999, 999) / 7]) for _ in time])
    lo, hi = windows(time, window)
    median, without = medians(value, lo, hi)
    made = smooth(time, value, np.ones(time.size, bool), window)
    at = 0
    for i in range(time.size):
        others = others_of(time, i, window)
        inside = np.append(others, i)
        assert set(range(lo[i], hi[i])) == set(inside)
        assert median[i] == np.median(value[inside])
        if others.size < LEAST:
            assert np.isnan(without[i])
            continue
        assert without[i] == np.median(value[others])
        assert made.place[at] == i
        assert made.level[at] == median[i]
        expected = stats.median_abs_deviation(value[inside]) * MAD_TO_SIGMA
        assert made.scatter[at] == pytest.approx(expected, abs=1e-12)
        at += 1
    assert at == made.place.size == time.size - made.n_few


def test_of_even_times_it_is_the_median_filter_of_scipy():
    rng = np.random.default_rng(1)
    value = rng.normal(size=300)
    made = smooth(np.arange(300.0), value, np.ones(300, bool), 12.5)  # 13 points
    inner = slice(6, -6)
    expected = ndimage.median_filter(value, 13)
    np.testing.assert_array_equal(made.level[inner], expected[inner])
    ring = np.ones(13, bool)
    ring[6] = False
    others = ndimage.generic_filter(value, np.median, footprint=ring)
    residual = (value - others) / np.sqrt(1 + np.pi / 24)
    np.testing.assert_allclose(made.residual[inner], residual[inner], rtol=1e-12)


@pytest.mark.parametrize("per_window", [5, 7, 15, 60])
def test_the_scatter_is_that_of_the_noise_however_sparse_windows_are(per_window):
    rng = np.random.default_rng(6)
    time = np.arange(4000.0)
    value = 50 + 10 * np.sin(time / 700) + rng.normal(0, 2.0, time.size)
    made = smooth(time, value, np.ones(time.size, bool), per_window - 0.5)
    assert made.spread == pytest.approx(2.0, rel=0.06)


def test_smoothing_takes_what_passes_and_has_a_value():
    time, value = np.arange(20.0), np.arange(20.0)
    value[4] = np.nan
    keep = time != 9
    made = smooth(time, value, keep, 12.0)
    assert made.place.tolist() == [i for i in range(20) if i not in (4, 9)]
    assert np.isfinite(made.level).all()
    assert made.n_few == 0
    assert smooth(time, value, np.zeros(20, bool), 4.0).level.size == 0
    sparse = smooth(time, value, keep, 2.0)
    assert sparse.place.size == 0
    assert sparse.n_few == 18
    assert np.isnan(sparse.spread)


def test_one_pass_about_the_median_of_all():
    rng = np.random.default_rng(2)
    value = rng.normal(10, 1, 500)
    value[[3, 77]] = 30, -5
    keep = np.ones(500, bool)
    keep[3] = False
    sigma = 1.4826 * np.median(np.abs(value[keep] - np.median(value[keep])))
    expected = keep & (np.abs(value - np.median(value[keep])) > 3 * sigma)
    gone, unjudged = clipped(np.arange(500.0), value, keep, Clip(3.0))
    assert not unjudged.any()
    np.testing.assert_array_equal(gone, expected)
    assert gone[77]
    assert not gone[3]  # it counts under another reason


def test_a_window_spares_what_is_slow_and_finds_what_hides_in_it():
    time = np.linspace(0, 1000, 400)
    rng = np.random.default_rng(3)
    value = 100 + 20 * np.cos(2 * np.pi * time / 1000) + rng.normal(0, 0.5, time.size)
    value[150] += 6.0  # far from its neighbours, well within the whole
    keep = np.ones(time.size, bool)
    assert not clipped(time, value, keep, Clip(5.0)).gone[150]
    assert np.flatnonzero(clipped(time, value, keep, Clip(6.0, 40.0)).gone).tolist() == [150]


def test_iterations_end_when_none_goes():
    value = np.concatenate([np.linspace(-1, 1, 50), [6.0, 9.0, 1000.0]])
    time, keep = np.arange(value.size, dtype=float), np.ones(value.size, bool)
    once = clipped(time, value, keep, Clip(2.0, 0.0, 1)).gone
    often = clipped(time, value, keep, Clip(2.0, 0.0, 5)).gone
    assert (once & ~often).sum() == 0
    assert often.sum() >= once.sum() >= 3
    np.testing.assert_array_equal(often, clipped(time, value, keep, Clip(2.0, 0.0, 50)).gone)


@pytest.mark.parametrize("value", [np.ones(20), np.array([1.0, 50.0]), np.full(5, np.nan)])
def test_nothing_goes_where_there_is_no_scatter(value):
    time = np.arange(value.size, dtype=float)
    assert not clipped(time, value, np.ones(value.size, bool), Clip(1.0, 9.0)).gone.any()


@given(TIMES, st.floats(0.1, 100), st.integers(1, 4), st.randoms(use_true_random=False))
def test_a_clip_in_a_window_is_as_its_words_say(time, window, times, random):
    value = np.array([random.choice([1.0, 9.0, random.randint(-999, 999) / 7]) for _ in time])
    value[random.randrange(time.size)] = np.nan
    keep = np.array([random.random() < 0.9 for _ in time])
    clip = Clip(2.0, window, times)
    made = clipped(time, value, keep, clip)
    np.testing.assert_array_equal(made.gone, plainly_clipped(time, value, keep, clip))
    assert not (made.gone & made.unjudged).any()
    stay = np.flatnonzero(keep & np.isfinite(value) & ~made.gone)
    if not made.gone.any():  # else some went after the last judgement
        few = [i for k, i in enumerate(stay) if others_of(time[stay], k, window).size < LEAST]
        assert np.flatnonzero(made.unjudged).tolist() == few


def test_an_outlier_does_not_hide_in_a_sparse_window():
    time = np.concatenate([night + np.linspace(0, 0.01, 5) for night in range(0, 300, 10)])
    rng = np.random.default_rng(8)
    value = 100 + rng.normal(0, 1, time.size)
    value[52] += 30
    time = np.append(time, 400.0)  # alone
    value = np.append(value, 500.0)
    made = clipped(time, value, np.ones(time.size, bool), Clip(5.0, 1.0))
    assert np.flatnonzero(made.gone).tolist() == [52]
    assert np.flatnonzero(made.unjudged).tolist() == [150]


def test_words():
    assert Clip().words() == ""
    assert Clip(4.0).words() == "4 sigma"
    assert Clip(2.5, 30.0, 3).words() == (
        "2.5 sigma about the running median of 30 d, up to 3 times"
    )


@pytest.mark.parametrize(
    "clip", [Clip(2.5, 30.0), Clip(2.0, 14.0, 4), Clip(2.0, 6.0), Clip(2.5, 0.0, 3), Clip(3.0)]
)
@pytest.mark.parametrize("time_range", [TimeRange(), TimeRange(20.0, 150.0)])
def test_statistics_are_of_the_points_that_pass(clip, time_range):
    rng = np.random.default_rng(4)
    n, shape = 80, (30, 80)
    time = np.sort(rng.uniform(0, 200, n))
    value = (100 + 10 * np.sin(time / 30) + rng.standard_t(2, shape)).astype(np.float32)
    value[rng.random(shape) < 0.05] = np.nan
    flags = np.where(rng.random(shape) < 0.1, Flag.SATURATED, 0).astype(np.uint16)
    filters = Filters(time_range, clip=clip)
    curves = Curves(value, np.ones(shape, np.float32), flags, Epochs.of({"mjd_utc_mid": time}))
    found = statistics(curves, filters)
    for row in range(shape[0]):
        keep = passes_arrays(time, value[row], flags[row], filters).keep
        assert found["n_good"][row] == keep.sum()
        assert found["median"][row] == pytest.approx(np.median(value[row][keep]), rel=1e-6)
        assert found["mean"][row] == pytest.approx(value[row][keep].mean(dtype=float), rel=1e-6)
    plain = statistics(curves, Filters(time_range))
    np.testing.assert_array_equal(found["n_saturated"], plain["n_saturated"])
