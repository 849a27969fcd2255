"""Excess: constant objects stay below the threshold, variables rise above it."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.analysis.epochs import Epochs
from lightledger.analysis.excess import (
    VARIABLE_ABOVE,
    add_excess,
    complete,
    is_variable,
    well_measured,
)
from lightledger.analysis.statistics import Curves, statistics
from lightledger.analysis.suggest import agree, scores


def noisy_field(n, n_visit=60, seed=0):
    """Constant stars over four decades of flux: sky noise, photons, and 0.3 % of flat field."""
    rng = np.random.default_rng(seed)
    flux = np.sort(10 ** rng.uniform(0.3, 4.5, n))[::-1]
    sigma = np.sqrt(9 + 0.05 * flux + (0.003 * flux) ** 2)
    value = flux[:, None] + sigma[:, None] * rng.normal(size=(n, n_visit))
    error = np.repeat(sigma[:, None], n_visit, axis=1)
    return flux, sigma, value, error, np.zeros((n, n_visit), np.uint16)


def excess_of(value, error, flags, setup=None, constant=None):
    epochs = None if setup is None else Epochs.of({"setup": setup})
    stats = statistics(Curves(value, error, flags, epochs))
    add_excess(stats, constant)
    return stats["excess"]


@pytest.mark.parametrize(("n", "n_visit"), [(30, 20), (30, 142), (300, 60), (2000, 60)])
def test_at_most_one_per_cent_of_constant_objects_are_called_variable(n, n_visit):
    excess = np.concatenate(
        [excess_of(*noisy_field(n, n_visit, seed)[2:]) for seed in range(max(1500 // n, 1))]
    )
    assert np.isfinite(excess).all()
    assert np.mean(excess > VARIABLE_ABOVE) <= 0.01
    assert np.median(excess) == pytest.approx(0, abs=0.5)


def test_a_place_without_a_star_scatters_no_more_than_the_sky():
    flux, _, value, error, flags = noisy_field(100, seed=3)
    value, error, flags = value[flux > 100], error[flux > 100], flags[flux > 100]
    rng = np.random.default_rng(4)
    value = np.vstack([value, rng.normal(0, error.min(), (20, 60))])
    error = np.vstack([error, np.full((20, 60), error.min())])
    constant = np.arange(len(value)) < len(value) - 20
    excess = excess_of(value, error, np.zeros(value.shape, np.uint16), constant=constant)
    assert excess[~constant].max() < VARIABLE_ABOVE


def test_planted_variables_rank_above_and_decoys_do_not():
    _, sigma, value, error, flags = noisy_field(300, seed=7)
    rng = np.random.default_rng(8)
    phase = np.arange(60.0) ** 2
    value[20] *= 1 + 0.2 * np.sin(phase)  # RR Lyrae, sampled at random phases
    value[21, ::8] *= 0.6  # eclipses in 12 % of the visits
    value[22, 25:34] += 12 * sigma[22]  # supernova, up in 15 %
    value[23] += np.cumsum(rng.normal(0, 1.5, 60)) * sigma[23]  # AGN
    value[24, 30] *= 50  # cosmic ray
    value[25, [3, 50]] += 100 * sigma[25]  # an asteroid, twice
    value[26, 30:] *= 1.05  # step of the warm mission
    error[27, :20] *= 6  # edge of coverage, in a third of the visits
    value[27, :20] += 6 * sigma[27] * rng.normal(size=20)
    error[28] *= 4  # always shallow
    value[28] += 4 * sigma[28] * rng.normal(size=60)
    setup = np.array(["cryo"] * 30 + ["warm"] * 30)
    excess = excess_of(value, error, flags, setup)
    assert (excess[20:24] > VARIABLE_ABOVE).all()
    assert (excess[24:29] < VARIABLE_ABOVE).all()


def test_a_field_full_of_variables_still_has_a_locus():
    _, _, value, error, flags = noisy_field(60, seed=9)
    value[::3] *= 1 + 0.3 * np.sin(np.arange(60.0) ** 2)
    excess = excess_of(value, error, flags)
    assert (excess[:30:3] > VARIABLE_ABOVE).all()
    constant = np.arange(60) % 3 != 0
    assert np.mean(excess[constant] > VARIABLE_ABOVE) <= 0.05


def test_a_single_star_has_no_excess():
    flux, _, value, error, flags = noisy_field(1)
    assert flux.size == 1
    assert np.isnan(excess_of(value, error, flags)).all()


def test_objects_without_flux_or_points_have_none():
    _, _, value, error, flags = noisy_field(40)
    value[5] = np.nan
    flags[6, 3:] = 1
    value[7] -= value[7].mean() + 50  # over-subtracted: negative, but it has a scatter
    excess = excess_of(value, error, flags)
    assert np.isnan(excess[[5, 6]]).all()
    assert np.isfinite(excess[7])


def test_blended_objects_do_not_define_the_locus():
    _, _, value, error, flags = noisy_field(60, seed=3)
    restless = np.zeros(60, bool)
    restless[10:35] = True
    value[restless] *= 1 + 0.2 * np.sin(np.arange(60.0) ** 2)
    excess = excess_of(value, error, flags, constant=~restless)
    assert (excess[restless] > VARIABLE_ABOVE).all()


def test_well_measured_leaves_out_saturated_blended_edge_and_rarely_seen():
    stats = {
        "n_good": np.array([60, 19, 50, 60, 60]),
        "n_observed": np.array([60, 60, 60, 60, 60]),
        "n_saturated": np.array([0, 0, 10, 0, 0]),
        "n_edge": np.array([0, 0, 0, 30, 0]),
        "excess": np.array([9.0, 9, 9, 9, 9]),
    }
    blended = np.array([False, False, False, False, True])
    trusted = well_measured(stats, 60, blended)
    assert trusted.tolist() == [True, False, False, False, False]
    assert is_variable(stats, trusted).tolist() == trusted.tolist()
    # with ten visits, five good points are enough
    few = {key: np.array([value[1]]) for key, value in stats.items()}
    few["n_good"] = np.array([5])
    assert well_measured(few, 10).all()


def test_the_suggested_measurement_scatters_least_for_bright_stars():
    flux, _, value, error, flags = noisy_field(80, seed=5)
    rng = np.random.default_rng(6)
    tables = {}
    for name, extra in (("r2", 0.01), ("r3", 0.0), ("r5", 0.004)):
        more = value + flux[:, None] * extra * rng.normal(size=value.shape)
        tables[f"ch1_sci-aper_{name}"] = statistics(Curves(more, error, flags))
    assert agree({"ch1": scores(tables, 60)}) == {"ch1": "ch1_sci-aper_r3"}
    assert agree({"ch1": scores({}, 60)}) == {"ch1": ""}


def test_bands_share_a_method_unless_that_costs_much():
    ch1 = {"ch1_sci-aper_r2": 1.0, "ch1_sci-aper_r3": 1.05, "ch1_sci-aper_r5": 2.0}
    ch2 = {"ch2_sci-aper_r2": 1.3, "ch2_sci-aper_r3": 1.0, "ch2_sci-aper_r5": 1.2}
    assert agree({"ch1": ch1, "ch2": ch2}) == {
        "ch1": "ch1_sci-aper_r3",
        "ch2": "ch2_sci-aper_r3",
    }
    ch2["ch2_sci-aper_r5"] = 0.5
    assert agree({"ch1": ch1, "ch2": ch2})["ch1"] == "ch1_sci-aper_r2"
    assert agree({"ch1": ch1, "ch2": ch2})["ch2"] == "ch2_sci-aper_r5"
    assert agree({"ch1": {}, "ch2": {"ch2_sci-aper_r2": float("nan")}}) == {
        "ch1": "",
        "ch2": "ch2_sci-aper_r2",
    }


@pytest.mark.parametrize("underestimated", [1.0, 1.7])
def test_errors_are_rescaled_so_that_constant_objects_have_a_chi2_of_one(underestimated):
    _, _, value, error, flags = noisy_field(200, seed=11)
    value[::10] *= 1 + 0.3 * np.sin(np.arange(60.0) ** 2)
    constant = np.arange(200) % 10 != 0
    stats = statistics(Curves(value, error / underestimated, flags))
    before = stats["chi2"].copy()
    complete(stats, constant)
    assert np.median(stats["chi2"][constant]) == pytest.approx(1)
    np.testing.assert_allclose(stats["chi2"] / before, stats["chi2"][0] / before[0])
    assert (stats["chi2"][:100:10] > 3).all()
    # the scale does not depend on how much else is computed
    moments = statistics(Curves(value, error / underestimated, flags), want="moments")
    complete(moments, constant)
    np.testing.assert_array_equal(moments["chi2"], stats["chi2"])


def test_the_chi2_of_a_single_star_stays_as_its_errors_say():
    _, _, value, error, flags = noisy_field(1)
    stats = statistics(Curves(value, error, flags))
    before = stats["chi2"].copy()
    complete(stats)
    assert stats["chi2"] == before
