"""Ensemble zero points recover what was injected, and no star ever corrects itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.analysis.comparison import choose_comparison, solve_ensemble
from lightledger.analysis.correction import correct_rows
from lightledger.analysis.zeropoints import solve_zero_points, weighted_median
from lightledger.domain import Flag


def ground_night(n_star=40, n_visit=120, seed=0, variables=(2, 5, 8)):
    """A night of 5 % transparency changes and a slow extinction of 10 %; factors, record planes."""
    rng = np.random.default_rng(seed)
    flux = np.sort(10 ** rng.uniform(2.5, 5, n_star))[::-1]
    fraction = np.hypot(1 / np.sqrt(3 * flux), 0.002)
    truth = 1 - 0.05 * rng.random(n_visit) - 0.1 * np.sin(np.linspace(0, 3, n_visit))
    truth /= np.median(truth)
    value = flux[:, None] * truth * (1 + fraction[:, None] * rng.normal(size=(n_star, n_visit)))
    for k in (k for k in variables if k < n_star):
        value[k] *= 1 + 0.15 * np.sin(np.linspace(0, 9, n_visit) + k)
    error = np.repeat((flux * fraction)[:, None], n_visit, axis=1)
    flags = np.zeros(value.shape, np.uint16)
    return truth, value.astype(np.float32), error.astype(np.float32), flags


@pytest.mark.parametrize("n_star", [10, 40, 200])
def test_injected_transparency_is_recovered_within_the_errors(n_star):
    pulls = []
    for seed in range(8):
        truth, value, error, flags = ground_night(n_star, seed=seed)
        zero = solve_zero_points(value, error, flags, choose_comparison(value, error, flags))
        # only the shape can be known: the median of the factors is 1
        offset = np.median(zero.factor - truth)
        pulls.append((zero.factor - truth - offset) / zero.error)
        assert np.median(zero.factor) == pytest.approx(1, abs=1e-9)
        assert np.abs(zero.factor - truth - offset).max() < 5 * zero.error.max()
    assert np.std(np.concatenate(pulls)) == pytest.approx(1, abs=0.2)


def test_variable_stars_are_not_chosen():
    _, value, error, flags = ground_night()
    chosen = choose_comparison(value, error, flags)
    assert not {2, 5, 8} & set(chosen.tolist())
    assert chosen.size >= 30


@pytest.mark.parametrize("variable", [0, 2])
def test_a_variable_among_six_stars_is_found(variable):
    _, value, error, flags = ground_night(6, variables=(variable,), seed=3)
    assert variable not in choose_comparison(value, error, flags)


def test_saturated_excluded_and_rarely_seen_stars_are_not_chosen():
    _, value, error, flags = ground_night(30, variables=())
    flags[0, :20] = Flag.SATURATED
    flags[1, 50:] = Flag.OUTSIDE
    exclude = np.zeros(30, bool)
    exclude[3] = True
    assert not {0, 1, 3} & set(choose_comparison(value, error, flags, exclude).tolist())
    assert choose_comparison(value, error, flags, max_stars=7).size == 7


def test_correction_flattens_constant_stars_and_keeps_a_transit():
    _, value, error, flags = ground_night(variables=())
    value[6, 50:70] *= 0.98
    zero = solve_zero_points(value, error, flags, choose_comparison(value, error, flags))
    corrected, its_error = correct_rows(zero, 0, value, error, flags)
    assert value[0].std() / value[0].mean() > 0.03
    assert corrected[0].std() / corrected[0].mean() < 0.004
    out = np.r_[0:45, 75:120]
    depth = 1 - corrected[6, 50:70].mean() / corrected[6, out].mean()
    assert depth == pytest.approx(0.02, abs=0.002)
    assert (its_error >= error / zero.factor * 0.999).all()


def test_a_comparison_star_struck_once_does_not_move_its_visit():
    truth, value, error, flags = ground_night(20, variables=())
    clean = solve_zero_points(value, error, flags, np.arange(20))
    value[4, 33] *= 3
    struck = solve_zero_points(value, error, flags, np.arange(20))
    assert abs(struck.factor[33] - clean.factor[33]) < 2 * clean.error[33]
    assert struck.n_star[33] == clean.n_star[33] - 1
    assert truth.size == 120


@settings(max_examples=40, deadline=None)
@given(
    st.integers(3, 12),
    st.integers(2, 30),
    st.integers(0, 2**32 - 1),
    st.floats(0, 0.5),
    st.floats(0, 0.3),
)
def test_leaving_one_out_is_solving_the_mean_without_it(n_star, n_visit, seed, bad, wild):
    """Whatever is missing or wild: `without` equals the mean over the others that entered."""
    rng = np.random.default_rng(seed)
    value = 10 ** rng.uniform(2, 4, (n_star, 1)) * rng.normal(1, 0.02, (n_star, n_visit))
    value[rng.random(value.shape) < wild] *= 5
    value[rng.random(value.shape) < bad / 2] = np.nan
    value = value.astype(np.float32)
    flags = np.where(rng.random(value.shape) < bad, np.uint16(Flag.OUTSIDE), np.uint16(0))
    zero = solve_zero_points(value, np.full_like(value, 1.0), flags, np.arange(n_star))
    ratio = value[zero.member].astype(float) / zero.reference[:, None]
    with np.errstate(invalid="ignore"):
        entered = (flags[zero.member] == 0) & (np.abs(ratio - zero.factor) <= zero.clip)
    for visit in np.nonzero(np.isfinite(zero.factor))[0]:
        use = entered[:, visit]
        assert use.sum() == zero.n_star[visit]
        mean = np.average(ratio[use, visit], weights=zero.weight[use])
        assert zero.factor[visit] == pytest.approx(mean, rel=1e-12)
    for place, star in enumerate(zero.member):
        moved, _ = zero.without(int(star), value[star], flags[star])
        others = entered.copy()
        others[place] = False
        for visit in np.nonzero(np.isfinite(zero.factor))[0]:
            use = others[:, visit]
            if use.any():
                mean = np.average(ratio[use, visit], weights=zero.weight[use])
                assert moved[visit] == pytest.approx(mean, rel=1e-9)
            else:
                assert np.isnan(moved[visit])


def test_a_comparison_star_keeps_its_whole_eclipse():
    """Of five equal stars, one that enters its own correction would lose a fifth of its depth."""
    rng = np.random.default_rng(1)
    truth = 1 - 0.05 * rng.random(100)
    value = 1e4 * truth * rng.normal(1, 0.0003, (5, 100))
    value[3, 40:60] *= 0.994
    flags = np.zeros(value.shape, np.uint16)
    error = np.full(value.shape, 3.0)
    zero = solve_zero_points(value, error, flags, np.arange(5))
    out = np.r_[0:40, 60:100]

    def depth(curve):
        return 1 - np.median(curve[40:60]) / np.median(curve[out])

    assert depth(value[3] / zero.factor) < 0.0052
    assert depth(zero.apply(3, value[3], error[3], flags[3])[0]) == pytest.approx(0.006, abs=3e-4)


def test_of_three_comparison_stars_one_may_be_in_eclipse():
    rng = np.random.default_rng(2)
    flux = np.array([[3000.0], [2500.0], [2000.0]])
    truth = 1 + 0.1 * np.sin(np.linspace(0, 6, 40))
    value = flux * truth * (1 + 0.002 * rng.normal(size=(3, 40)))
    eclipse = np.s_[15:22]
    value[1, eclipse] *= 0.95
    zero = solve_zero_points(value, 0.002 * value, np.zeros(value.shape, np.uint16), np.arange(3))
    assert set(zero.n_star[eclipse]) == {2}
    better = correct_rows(zero, 0, value, 0.002 * value, np.zeros(value.shape, np.uint16))[0]
    for k, depth in enumerate((1.0, 0.95, 1.0)):
        inside, outside = better[k, eclipse], np.delete(better[k], eclipse)
        assert np.mean(inside) / np.mean(outside) == pytest.approx(depth, abs=0.005)


def test_added_stars_stay_and_removed_ones_go():
    _, value, error, flags = ground_night()
    zero = solve_zero_points(value, error, flags, np.array([0, 1, 3]), add=[2], remove=[1])
    assert zero.member.tolist() == [0, 2, 3]


def test_one_comparison_star_by_choice_and_none_by_default():
    truth, value, error, flags = ground_night(2, variables=())
    assert choose_comparison(value[:1], error[:1], flags[:1]).size == 0
    zero = solve_zero_points(value, error, flags, np.array([], int), add=[1])
    assert zero.member.tolist() == [1]
    corrected, _ = zero.apply(0, value[0], error[0], flags[0])
    assert corrected.std() / corrected.mean() < 0.02 < value[0].std() / value[0].mean()
    itself, _ = zero.apply(1, value[1], error[1], flags[1])
    assert np.isnan(itself).all()  # nothing else to compare it with
    assert np.isfinite(zero.error).all()
    assert truth.size == zero.factor.size


def test_no_members_and_hopeless_members_give_no_zero_points():
    _, value, error, flags = ground_night(5)
    assert solve_zero_points(value, error, flags, np.array([], int)).member.size == 0
    zero = solve_zero_points(-value, error, flags, np.arange(5))
    assert np.isnan(zero.factor).all()
    zero = solve_zero_points(value, error, np.full_like(flags, 1), np.arange(5))
    assert np.isnan(zero.factor).all()


def test_a_visit_with_too_few_stars_has_no_factor():
    _, value, error, flags = ground_night(6, variables=())
    flags[:4, 10] = Flag.OUTSIDE
    zero = solve_zero_points(value, error, flags, np.arange(6))
    assert np.isnan(zero.factor[10])
    assert zero.n_star[10] == 0
    assert np.isfinite(np.delete(zero.factor, 10)).all()


def test_one_visit_has_factor_one():
    _, value, error, flags = ground_night(6, n_visit=1, variables=())
    zero = solve_zero_points(value, error, flags, np.arange(6))
    assert zero.factor == pytest.approx(1)


def test_whole_ensemble_reads_only_the_bright_and_numbers_members_in_the_catalogue():
    truth, value, error, flags = ground_night()
    asked = []

    def read(rows):
        asked.append(rows)
        return value[rows], error[rows], flags[rows]

    exclude = np.zeros(40, bool)
    exclude[0] = True
    zero = solve_ensemble(
        read,
        40,
        exclude=exclude,
        brightness=np.median(value, axis=1),
        add=[39],
        remove=[1],
        max_candidates=20,
    )
    assert asked[0].max() == 39
    assert asked[0].size <= 21
    assert not {0, 1, 2, 5, 8} & set(zero.member.tolist())
    assert 39 in zero.member
    assert np.abs(zero.factor / truth - np.median(zero.factor / truth)).max() < 0.01


def test_weighted_median_with_equal_weights_is_the_median():
    a = np.random.default_rng(0).normal(size=(7, 5))
    use = np.ones((7, 5), bool)
    np.testing.assert_allclose(weighted_median(a, np.ones(7), use), np.median(a, axis=0))
    use[3] = False
    expected = np.median(np.delete(a, 3, axis=0), axis=0)
    np.testing.assert_allclose(weighted_median(a, np.ones(7), use), expected)
    assert np.isnan(weighted_median(a, np.ones(7), np.zeros((7, 5), bool))).all()
