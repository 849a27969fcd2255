"""Running medians and the clip about them: by brute force, scipy, and in the statistics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import ndimage, stats

from lightledger.analysis.epochs import Epochs
from lightledger.analysis.masks import Filters, TimeRange, passes_arrays
from lightledger.analysis.running import LEAST, Clip, clipped, medians, smooth, windows
from lightledger.analysis.statistics import Curves, statistics
from lightledger.domain import Flag

TIMES = hnp.arrays(np.float64, st.integers(1, 40), elements=st.floats(0, 100)).map(np.sort)


@given(TIMES, st.floats(0.01, 200), st.randoms(use_true_random=False))
def test_medians_and_scatter_are_those_of_each_window(time, window, random):
    value = np.array([random.choice([0.0, 1.0, random.gauss(0, 1)]) for _ in time])
    lo, hi = windows(time, window)
    median, scatter = medians(value, lo, hi, scatter=True)
    for i, t in enumerate(time):
        inside = np.abs(time - t) <= window / 2
        if inside.sum() >= LEAST:
            edge = np.abs(np.abs(time - t) - window / 2) < 1e-9
            if not edge.any():
                assert set(range(lo[i], hi[i])) == set(np.flatnonzero(inside))
        else:
            assert hi[i] - lo[i] == min(LEAST, time.size)
        assert lo[i] <= i < hi[i]
        near = value[lo[i] : hi[i]]
        assert median[i] == np.median(near)
        expected = stats.median_abs_deviation(near) * 1.4826
        assert scatter[i] == pytest.approx(expected, abs=1e-12)


def test_of_even_times_it_is_the_median_filter_of_scipy():
    rng = np.random.default_rng(1)
    value = rng.normal(size=300)
    made = smooth(np.arange(300.0), value, np.ones(300, bool), 12.5)  # 13 points
    inner = slice(6, -6)
    expected = ndimage.median_filter(value, 13)
    np.testing.assert_array_equal(made.level[inner], expected[inner])


def test_smoothing_takes_what_passes_and_has_a_value():
    time, value = np.arange(20.0), np.arange(20.0)
    value[4] = np.nan
    keep = time != 9
    made = smooth(time, value, keep, 4.0)
    assert made.place.tolist() == [i for i in range(20) if i not in (4, 9)]
    assert np.isfinite(made.level).all()
    assert smooth(time, value, np.zeros(20, bool), 4.0).level.size == 0


def test_one_pass_about_the_median_of_all():
    rng = np.random.default_rng(2)
    value = rng.normal(10, 1, 500)
    value[[3, 77]] = 30, -5
    keep = np.ones(500, bool)
    keep[3] = False
    sigma = 1.4826 * np.median(np.abs(value[keep] - np.median(value[keep])))
    expected = keep & (np.abs(value - np.median(value[keep])) > 3 * sigma)
    gone = clipped(np.arange(500.0), value, keep, Clip(3.0))
    np.testing.assert_array_equal(gone, expected)
    assert gone[77]
    assert not gone[3]  # it counts under another reason


def test_a_window_spares_what_is_slow_and_finds_what_hides_in_it():
    time = np.linspace(0, 1000, 400)
    rng = np.random.default_rng(3)
    value = 100 + 20 * np.cos(2 * np.pi * time / 1000) + rng.normal(0, 0.5, time.size)
    value[150] += 6.0  # far from its neighbours, well within the whole
    keep = np.ones(time.size, bool)
    assert not clipped(time, value, keep, Clip(5.0))[150]
    assert np.flatnonzero(clipped(time, value, keep, Clip(6.0, 40.0))).tolist() == [150]


def test_iterations_end_when_none_goes():
    value = np.concatenate([np.linspace(-1, 1, 50), [6.0, 9.0, 1000.0]])
    time, keep = np.arange(value.size, dtype=float), np.ones(value.size, bool)
    once = clipped(time, value, keep, Clip(2.0, 0.0, 1))
    often = clipped(time, value, keep, Clip(2.0, 0.0, 5))
    assert (once & ~often).sum() == 0
    assert often.sum() >= once.sum() >= 3
    np.testing.assert_array_equal(often, clipped(time, value, keep, Clip(2.0, 0.0, 50)))


@pytest.mark.parametrize("value", [np.ones(20), np.array([1.0, 50.0]), np.full(5, np.nan)])
def test_nothing_goes_where_there_is_no_scatter(value):
    time = np.arange(value.size, dtype=float)
    assert not clipped(time, value, np.ones(value.size, bool), Clip(1.0, 3.0)).any()


def test_words():
    assert Clip().words() == ""
    assert Clip(4.0).words() == "4 sigma"
    assert Clip(2.5, 30.0, 3).words() == (
        "2.5 sigma about the running median of 30 d, up to 3 times"
    )


@pytest.mark.parametrize("clip", [Clip(2.5, 30.0), Clip(2.0, 8.0, 4), Clip(2.5, 0.0, 3), Clip(3.0)])
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
