"""Statistics against scipy, astropy and the papers' formulas, whatever is missing or flagged."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from astropy.stats import mad_std
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lightledger.analysis.columns import STATISTIC_COLUMNS, STATISTICS
from lightledger.analysis.correction import correct_rows
from lightledger.analysis.epochs import Epochs
from lightledger.analysis.masks import Filters, TimeRange
from lightledger.analysis.running import Clip
from lightledger.analysis.statistics import Curves, concatenate, statistics
from lightledger.analysis.zeropoints import FLOOR
from lightledger.domain import DEFAULT_MASK, Flag, ZeroPoints, is_good, record_dtype

N_VISIT = 43
TIMES = 55000.0 + np.cumsum(np.arange(N_VISIT) % 7 + 0.25)
SETUPS = np.array(["cryo"] * 20 + ["warm"] * 20 + ["test"] * 3)
FLUXES = st.one_of(
    st.floats(-1e6, 1e6, width=32), st.just(float("nan")), st.just(float("inf")), st.just(7.0)
)
ERRORS = st.one_of(st.floats(0.125, 1e3, width=32), st.sampled_from([0.0, -1.0, np.nan, np.inf]))
VALUES = hnp.arrays(np.float32, (3, N_VISIT), elements=FLUXES)
SIGMAS = hnp.arrays(np.float32, (3, N_VISIT), elements=ERRORS)
FLAGS = hnp.arrays(
    np.uint16, (3, N_VISIT), elements=st.sampled_from([0, 0, 0, 1, 8, 16, 32, 64, 1 << 10])
)


def zeros(value):
    return np.zeros(value.shape, np.uint16)


def plain(value, error=None, flags=None, filters=None, **more):
    error = np.ones_like(value) if error is None else error
    return statistics(
        Curves(value, error, zeros(value) if flags is None else flags, **more), filters
    )


def close(a, b, rel=1e-5, scale=0.0):
    """Equal, or both nan; ``scale`` is the size of the numbers that cancelled."""
    return np.isclose(a, b, rtol=rel, atol=2e-7 * scale + 1e-12, equal_nan=True)


@settings(max_examples=120, deadline=None)
@given(VALUES, SIGMAS, FLAGS, st.integers(0, N_VISIT), st.integers(0, N_VISIT))
def test_plain_statistics_are_those_of_scipy_on_the_good_points(value, error, flags, a, b):
    lo, hi = min(a, b), max(a, b)
    epochs = Epochs.of({"mjd_utc_mid": TIMES})
    last = TIMES[hi - 1] if hi else 0.0
    span = TimeRange(TIMES[min(lo, N_VISIT - 1)], last) if hi > lo else TimeRange(1.0, 0.0)
    got = plain(value, error, flags, Filters(span), epochs=epochs)
    for row in range(3):
        use = (
            is_good(value[row], flags[row]) & (np.arange(N_VISIT) >= lo) & (np.arange(N_VISIT) < hi)
        )
        good, times = value[row][use].astype(float), TIMES[use]
        own = {name: column[row] for name, column in got.items()}
        assert own["n_good"] == good.size
        if good.size == 0:
            assert all(np.isnan(own[c.name]) for c in STATISTICS if c.dtype == "<f8")
            continue
        size = np.abs(good).max()
        assert own["median"] == pytest.approx(np.median(good), rel=1e-12)
        assert close(own["mean"], good.mean(), scale=size)
        assert close(own["scatter"], mad_std(good), 1e-4, size)
        assert close(own["iqr"], scipy.stats.iqr(good), scale=size)
        assert close(own["amplitude"], 0.5 * np.ptp(np.percentile(good, [5, 95])), scale=size)
        assert (own["first_mjd"], own["last_mjd"]) == (times[0], times[-1])
        sigmas = error[row][use].astype(float)
        known = np.isfinite(sigmas) & (sigmas > 0)
        expected = np.median(sigmas[known]) if known.any() else np.nan
        assert close(own["median_error"], expected)
        if good.size == 1:
            assert np.isnan([own["std"], own["longest_gap"], own["inv_eta"], own["skewness"]]).all()
            continue
        assert own["longest_gap"] == np.diff(times).max()
        assert close(own["std"], good.std(ddof=1), scale=size)
        steps = np.sum(np.diff(good) ** 2) / (good.size - 1)
        if good.std() > 1e-5 * size and steps > 1e-6 * good.var():
            assert close(own["inv_eta"], good.var(ddof=1) / steps, 1e-4)
            if good.size > 2:
                assert own["skewness"] == pytest.approx(scipy.stats.skew(good), rel=1e-4, abs=1e-4)


@settings(max_examples=80, deadline=None)
@given(VALUES, SIGMAS, FLAGS, st.booleans())
def test_reduced_chi2_is_that_of_residuals_to_the_mean_of_each_setup(value, error, flags, stepped):
    visits = {"mjd_utc_mid": TIMES} | ({"setup": SETUPS} if stepped else {})
    got = plain(value, error, flags, epochs=Epochs.of(visits))["chi2"]
    for row in range(3):
        good = is_good(value[row], flags[row])
        f, e = value[row][good].astype(float), error[row][good].astype(float)
        if f.size == 0:
            assert np.isnan(got[row])
            continue
        mean, groups = f.mean(), SETUPS[good]
        residual, levels = f - mean, 1
        if stepped:
            large = [name for name in ("cryo", "warm") if np.sum(groups == name) >= 5]
            for name in large:
                residual[groups == name] = f[groups == name] - f[groups == name].mean()
            levels = len(large) + (not np.isin(groups, large).all())
        known = np.isfinite(e) & (e > 0)
        if known.sum() <= levels:
            assert np.isnan(got[row])
            continue
        w, r = 1 / (e[known] ** 2 + (FLOOR * mean) ** 2), residual[known]
        expected = np.sum(w * (r - np.average(r, weights=w)) ** 2) / (known.sum() - levels)
        noise = np.sum(w * (1e-6 * np.abs(f).max()) ** 2)
        assert got[row] == pytest.approx(expected, rel=1e-4, abs=noise)


@settings(max_examples=60, deadline=None)
@given(
    hnp.arrays(np.float32, 40, elements=st.integers(-1000, 1000)),
    st.integers(-12, 12),
    st.integers(-(2**12), 2**12),
    st.randoms(use_true_random=False),
)
def test_statistics_shift_scale_and_know_no_order_but_where_they_should(
    value, power, shift, random
):
    scale = np.float32(2.0**power)
    order = list(range(40))
    random.shuffle(order)
    rows = np.stack([value, scale * value, value + np.float32(shift), value[order]])
    got = plain(rows)
    for name in ("scatter", "std", "iqr", "amplitude", "spread"):
        assert got[name][1] == pytest.approx(scale * got[name][0], rel=1e-5), name
        assert got[name][2] == pytest.approx(got[name][0], rel=1e-5, abs=1e-3), name
        assert got[name][3] == pytest.approx(got[name][0], rel=1e-6), name
    for name in ("median", "mean"):
        assert got[name][1] == pytest.approx(scale * got[name][0], rel=1e-6, abs=1e-9)
        assert got[name][2] == pytest.approx(got[name][0] + shift, rel=1e-6, abs=1e-6)
        assert got[name][3] == pytest.approx(got[name][0], rel=1e-9, abs=1e-9)
    if np.ptp(value) > 0:
        for name in ("skewness", "inv_eta"):
            assert close(got[name][1], got[name][0], 1e-4, 10), name
            assert close(got[name][2], got[name][0], 1e-3, 1000), name
    mirrored = plain(np.stack([value, -value]))
    assert mirrored["skewness"][1] == pytest.approx(-mirrored["skewness"][0], nan_ok=True)


@pytest.mark.parametrize("n", [1, 2, 3, 31, 32, 33, 64, 257, 1200])
@pytest.mark.parametrize("kind", ["normal", "ties", "equal", "outliers", "signs", "tiny", "trend"])
def test_order_statistics_are_exact_for_any_distribution(n, kind):
    rng = np.random.default_rng(n)
    value = {
        "normal": rng.normal(1000, 5, (40, n)),
        "ties": rng.integers(0, 4, (40, n)),
        "equal": np.full((40, n), 3.5),
        "outliers": rng.standard_cauchy((40, n)) ** 3,
        "signs": rng.choice([-1.0, -0.0, 0.0, 1e-30, 1e30], (40, n)),
        "tiny": rng.normal(0, 1e-38, (40, n)),
        "trend": np.sort(rng.exponential(1, (40, n)), axis=1),
    }[kind].astype(np.float32)
    got = plain(value)
    wide = value.astype(float)
    np.testing.assert_allclose(got["median"], np.median(wide, axis=1), rtol=1e-12)
    quarters = np.percentile(wide, [25, 75], axis=1)
    np.testing.assert_allclose(got["iqr"], quarters[1] - quarters[0], rtol=1e-12)
    ends = np.percentile(wide, [5, 95], axis=1)
    np.testing.assert_allclose(got["amplitude"], 0.5 * (ends[1] - ends[0]), rtol=1e-12)
    away = np.abs(wide - np.median(wide, axis=1)[:, None])
    np.testing.assert_allclose(got["scatter"], 1.4826 * np.median(away, axis=1), 1e-6, 1e-43)


def test_a_bright_star_of_little_scatter_loses_no_digits():
    # float32 around 1e6 has steps of 1/16: fluxes are exact multiples of it
    rng = np.random.default_rng(0)
    value = (1e6 + rng.integers(-8, 9, (50, 1200)) / 16).astype(np.float32)
    got, wide = plain(value), value.astype(float)
    np.testing.assert_allclose(got["std"], wide.std(axis=1, ddof=1), rtol=1e-9)
    np.testing.assert_allclose(got["scatter"], mad_std(wide, axis=1), rtol=1e-5)
    np.testing.assert_allclose(got["skewness"], scipy.stats.skew(wide, axis=1), atol=1e-9)
    steps = np.sum(np.diff(wide, axis=1) ** 2, axis=1) / 1199
    np.testing.assert_allclose(got["inv_eta"], wide.var(axis=1, ddof=1) / steps, rtol=1e-6)


def test_equal_fluxes_have_no_scatter_and_no_shape():
    got = plain(np.full((1, 30), 1234.567, np.float32))
    for name in ("std", "scatter", "iqr", "amplitude", "spread", "chi2"):
        assert got[name][0] == pytest.approx(0, abs=1e-9), name
    assert np.isnan(got["skewness"][0])
    assert np.isnan(got["inv_eta"][0])


def test_white_noise_has_inverse_eta_of_one_half_and_chi2_of_one():
    rng = np.random.default_rng(1)
    got = plain(rng.normal(100, 1, (4000, 60)))
    assert np.median(got["inv_eta"]) == pytest.approx(0.5, abs=0.01)
    # the design states a 99th percentile of 0.70 at n = 60
    assert np.percentile(got["inv_eta"], 99) == pytest.approx(0.70, abs=0.03)
    # errors of 1 and a floor of 0.2
    assert np.mean(got["chi2"]) == pytest.approx(1 / (1 + (100 * FLOOR) ** 2), rel=0.01)


@pytest.mark.parametrize("n", [8, 20, 60, 200])
def test_spread_of_normal_noise_is_its_sigma(n):
    rng = np.random.default_rng(2)
    got = plain(rng.normal(0, 3, (2000, n)))
    assert np.median(got["spread"]) == pytest.approx(3.0, rel=0.1)


def quiet_star(n=60, seed=3):
    return np.random.default_rng(seed).normal(1000, 1, n)


def of_star(value, error=None, setup=None):
    error = np.ones_like(value) if error is None else error
    epochs = None if setup is None else Epochs.of({"setup": setup})
    return {k: v[0] for k, v in plain(value[None], error[None], epochs=epochs).items()}


def spread_of(value, error=None, setup=None):
    return of_star(value, error, setup)["spread"]


def test_two_outliers_do_not_spread_and_a_supernova_or_an_eclipse_does():
    star = quiet_star()
    struck = star.copy()
    struck[[10, 40]] += 5000
    assert spread_of(struck) < 1.5 * spread_of(star)
    supernova = star.copy()
    supernova[20:29] += 10  # up in 15 % of the visits
    assert spread_of(supernova) > 2.5 * spread_of(star)
    eclipsing = star.copy()
    eclipsing[::10] -= 300
    assert spread_of(eclipsing) > 50
    assert of_star(eclipsing)["skewness"] < -2
    assert of_star(supernova)["skewness"] > 1


def test_shallow_visits_with_honest_errors_do_not_spread():
    star, error = quiet_star(), np.ones(60)
    rng = np.random.default_rng(4)
    shallow = rng.choice(60, 15, replace=False)
    error[shallow] = 10
    star[shallow] += rng.normal(0, 10, 15)
    assert spread_of(star, error) < 1.5 * spread_of(quiet_star())
    assert spread_of(star) > 3


def test_a_step_between_setups_is_no_variability_but_one_within_is():
    star = quiet_star()
    star[30:] += 40
    setups = np.array(["cryo"] * 30 + ["warm"] * 30)
    stepped, known = of_star(star), of_star(star, setup=setups)
    assert known["spread"] < 1.5
    assert stepped["spread"] > 15
    assert known["chi2"] < 1
    assert stepped["chi2"] > 10
    assert known["inv_eta"] < 1
    assert stepped["inv_eta"] > 10
    elsewhere = np.array(["cryo"] * 10 + ["warm"] * 50)
    assert spread_of(star, setup=elsewhere) > 10
    # ... and the plain columns never know of it
    for name in ("median", "mean", "scatter", "std", "iqr", "amplitude", "skewness"):
        assert known[name] == stepped[name]


def test_setups_of_few_visits_fall_back_to_the_level_of_all():
    star = quiet_star()
    each = np.array([f"visit {i}" for i in range(60)])
    for name in ("spread", "chi2", "inv_eta"):
        assert of_star(star, setup=each)[name] == of_star(star)[name]


def test_counts_of_saturated_edge_and_unobserved_visits():
    flags = np.zeros((1, 10), np.uint16)
    flags[0, :3] = Flag.SATURATED
    flags[0, 3] = Flag.LOW_COVERAGE
    flags[0, 4] = Flag.TRUNCATED | Flag.SATURATED
    flags[0, 5:7] = Flag.OUTSIDE | Flag.TRUNCATED
    got = plain(np.ones((1, 10)), flags=flags)
    assert got["n_observed"][0] == 8
    assert got["n_saturated"][0] == 4
    assert got["n_edge"][0] == 2
    assert got["n_good"][0] == 4  # 3 plain and the one of low coverage


def records(n=700, n_visit=31, seed=5):
    rng = np.random.default_rng(seed)
    rows = np.zeros(n, record_dtype(n_visit))
    rows["value"] = rng.normal(10, 1, (n, n_visit))
    rows["error"] = rng.lognormal(0, 0.3, (n, n_visit))
    rows["flags"] = rng.choice([0, 0, 0, 64, 1], (n, n_visit))
    return rows


def test_strided_read_only_records_and_any_other_layout_give_the_same_numbers():
    rows = records()
    rows.flags.writeable = False
    planes = rows["value"], rows["error"], rows["flags"]
    whole = plain(*planes)
    parts = [plain(*(p[a:b] for p in planes)) for a, b in ((0, 300), (300, 301), (301, 700))]
    joined = concatenate(parts)
    copied = plain(*(np.array(p) for p in planes))
    turned = plain(*(np.asfortranarray(p) for p in planes))
    doubled = plain(planes[0].astype(float), planes[1].astype(float), planes[2].astype(int))
    for name in whole:
        for other in (joined, copied, turned, doubled):
            np.testing.assert_array_equal(whole[name], other[name])
    assert list(whole) == [name for name, _, _ in STATISTIC_COLUMNS]


@pytest.mark.parametrize("want", ["moments", "order"])
def test_less_is_the_same_numbers(want):
    rows = records(50)
    curves = Curves(rows["value"], rows["error"], rows["flags"])
    everything, some = statistics(curves), statistics(curves, want=want)
    deep = ("moments",) if want == "moments" else ("moments", "order")
    assert set(some) == {column.name for column in STATISTICS if column.level in deep}
    for name, column in some.items():
        np.testing.assert_array_equal(column, everything[name])


def test_corrected_light_curves_have_the_statistics_of_corrected_values():
    rows = records(40)
    value, error, flags = rows["value"] + 500, rows["error"], rows["flags"]
    rng = np.random.default_rng(1)
    zero = ZeroPoints(
        factor=rng.uniform(0.8, 1.2, 31),
        error=np.full(31, 0.004),
        n_star=np.full(31, 5, np.int32),
        weight_sum=np.full(31, 5e4),
        clip=np.full(31, 0.5),
        member=np.array([102, 107, 200]),
        reference=np.array([500.0, 510.0, 400.0]),
        weight=np.full(3, 1e4),
    )
    zero.factor[4] = np.nan
    got = statistics(Curves(value, error, flags, zero_points=zero, first_object=100))
    better, its_error = correct_rows(zero, 100, value, error, flags)
    expected = plain(better, its_error, flags)
    for name in got:
        np.testing.assert_allclose(got[name], expected[name], rtol=2e-4, atol=1e-6, err_msg=name)
    assert (got["n_good"] == is_good(better, flags).sum(axis=1)).all()
    assert (got["n_observed"] == expected["n_observed"]).all()


def test_without_comparison_stars_nothing_is_good_but_visits_are_counted():
    rows = records(10)
    curves = Curves(*(rows[k] for k in ("value", "error", "flags")), None, ZeroPoints.none(31))
    got = statistics(curves)
    assert (got["n_good"] == 0).all()
    assert (got["n_observed"] > 0).all()
    assert np.isnan(got["median"]).all()


@pytest.mark.parametrize("sigma", [1.5, 3.0])
def test_clipped_points_do_not_enter(sigma):
    rows = records(60)
    value, error, flags = (np.array(rows[k]) for k in ("value", "error", "flags"))
    value[:, 7] += 40
    got = plain(value, error, flags, Filters(clip=Clip(sigma)))
    once = plain(value, error, flags)
    away = np.abs(value - once["median"][:, None]) > sigma * once["scatter"][:, None]
    masked = np.where(away, np.uint16(Flag.REJECTED), flags).astype(np.uint16)
    again = plain(value, error, masked)
    for name in got:
        same = once if name in ("n_observed", "n_saturated", "n_edge") else again
        np.testing.assert_array_equal(got[name], same[name], err_msg=name)


def test_flags_asked_for_decide():
    rows = records(20)
    curves = Curves(rows["value"], rows["error"], rows["flags"])
    every = statistics(curves, Filters(mask=0))
    strict = statistics(curves, Filters(mask=DEFAULT_MASK | Flag.LOW_COVERAGE))
    assert (every["n_good"] == 31).all()
    assert (strict["n_good"] == (rows["flags"] == 0).sum(axis=1)).all()


def test_no_objects_and_no_visits():
    assert plain(np.ones((0, 5)))["median"].shape == (0,)
    epochs = Epochs.of({"mjd_utc_mid": np.arange(5.0)})
    got = plain(np.ones((2, 5)), filters=Filters(TimeRange(7, 8)), epochs=epochs)
    assert got["n_good"].tolist() == [0, 0]
    assert plain(np.ones((2, 0)))["n_good"].tolist() == [0, 0]
