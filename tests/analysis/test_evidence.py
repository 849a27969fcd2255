"""Evidence: known answers, references, and how often a constant star is doubted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lightledger.analysis.correlation import circular, pearson, ranks, spearman, winsorised
from lightledger.analysis.evidence import (
    Mark,
    bands_agree,
    clean_agrees,
    measurements_agree,
    neighbourhood,
    robust_spread,
    settled,
    strongest_correlation,
    without_extremes,
)
from lightledger.analysis.excess import add_excess, excess_width
from lightledger.analysis.locus import median_locus

N_STAR, N_VISIT = 600, 80


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(12)


# ---- correlations


def test_rank_correlation_is_scipys(rng):
    stats = pytest.importorskip("scipy.stats")
    x = rng.integers(0, 12, 60).astype(float)  # with ties
    y = x + rng.normal(0, 6, 60)
    np.testing.assert_allclose(ranks(x), stats.rankdata(x) - 1)
    r, chance = spearman(x, y)
    assert r == pytest.approx(stats.spearmanr(x, y).statistic)
    assert chance == pytest.approx(stats.spearmanr(x, y).pvalue, rel=0.3)
    assert pearson(x, y) == pytest.approx(stats.pearsonr(x, y).statistic)


def test_an_angle_is_followed_around_the_circle():
    angle = np.arange(0, 360, 4.0)
    wave = np.cos(np.radians(angle - 178))
    r, chance = circular(angle, wave)
    assert r > 0.97
    assert chance < 1e-15
    assert abs(spearman(angle, wave)[0]) < 0.5  # a straight line does not see it
    assert circular(np.repeat([10.0, 190.0], 40), np.arange(80.0))[0] > 0.8  # two angles only


@pytest.mark.parametrize("test", [spearman, circular])
def test_chances_are_chances(rng, test):
    drawn = [test(rng.uniform(0, 360, 40), rng.normal(size=40))[1] for _ in range(1500)]
    assert np.mean(np.array(drawn) < 0.05) == pytest.approx(0.05, abs=0.017)


def test_winsorised_draws_in_what_is_far_away():
    drawn = winsorised(np.array([0.0, 1, 2, 3, 1e6]))
    assert drawn.max() == pytest.approx(2 + 5 * 1.4826)


# ---- what it rests on


def test_each_setup_has_its_own_level():
    value = np.array([10.0] * 6 + [12.0] * 6 + [99.0])
    setup = np.array(["a"] * 6 + ["b"] * 7)
    good = np.ones(13, bool)
    good[-1] = False
    deviation = settled(value, setup, good)
    np.testing.assert_allclose(deviation[:12], 0)
    assert math.isnan(deviation[12])


def test_spread_of_normal_noise_is_its_sigma(rng):
    drawn = [robust_spread(rng.normal(0, 2, 60)) for _ in range(300)]
    assert np.mean(drawn) == pytest.approx(2.05, abs=0.1)


def test_width_tells_what_a_wider_spread_does_to_the_excess(rng):
    n = 400
    stats = {
        "n_good": np.full(n, 60), "median": 10 ** rng.uniform(1, 4, n),
        "median_error": np.ones(n), "spread": 10 ** rng.normal(0, 0.05, n),
    }  # fmt: skip
    add_excess(stats)
    width = excess_width(stats)
    wider = {**stats, "spread": stats["spread"].copy(), "excess": stats["excess"].copy()}
    wider["spread"][7] *= 1.5
    add_excess(wider)
    expected = stats["excess"][7] + math.log10(1.5) / width[7]
    assert wider["excess"][7] == pytest.approx(expected, abs=0.15)


def test_running_median_of_a_line(rng):
    x = rng.uniform(14, 22, 5000)
    locus = median_locus(x, 3 * x + rng.normal(0, 0.5, x.size), width=0.5)
    np.testing.assert_allclose(locus.middle, 3 * locus.x, atol=0.4)
    assert np.all(np.diff(locus.x) > 0)
    assert np.all((locus.low < locus.middle) & (locus.middle < locus.high))
    assert median_locus(x[:5], x[:5]) is None
    assert median_locus(np.full(50, 3.0), x[:50]) is None


# ---- answers


def test_a_common_variation_is_seen_and_one_of_one_band_doubted(rng):
    wave = 0.2 * np.sin(np.arange(N_VISIT) / 5)
    noise = rng.normal(0, 0.02, (2, N_VISIT))
    assert bands_agree(wave + noise[0], wave + noise[1], 0.02, 0.02, 30.0).mark is Mark.OK
    assert bands_agree(wave + noise[0], noise[1], 0.02, 0.02, 30.0).mark is Mark.DOUBT
    # the other band is too noisy to have seen it
    faint = noise[1] * 50
    assert bands_agree(wave + noise[0], faint, 0.02, 1.0, 30.0).mark is Mark.UNKNOWN
    assert bands_agree(noise[0][:5], noise[1][:5], 0.02, 0.02, 30.0).mark is Mark.UNKNOWN


def test_a_variation_of_one_measurement_alone_is_doubted():
    calm = {f"m{i}": 0.3 for i in range(6)}
    wild = {f"m{i}": 9.0 for i in range(6)}
    assert measurements_agree(8.0, calm).mark is Mark.DOUBT
    assert measurements_agree(8.0, wild).mark is Mark.OK
    assert measurements_agree(0.0, wild).mark is Mark.DOUBT
    assert measurements_agree(0.0, calm).mark is Mark.OK
    assert measurements_agree(math.nan, calm).mark is Mark.UNKNOWN


def test_what_cleaning_takes_away_is_doubted(rng):
    clean = rng.normal(100, 1, N_VISIT)
    sci = clean.copy()
    sci[:8] += 20
    error = np.ones(N_VISIT)
    assert clean_agrees(sci, clean, error, 1.0, 1.0).mark is Mark.DOUBT
    assert clean_agrees(clean, clean, error, 8.0, 0.5).mark is Mark.DOUBT
    sci = clean.copy()
    sci[:2] += 20
    assert clean_agrees(sci, clean, error, 1.0, 1.0).mark is Mark.OK
    assert clean_agrees(sci[:4], clean[:4], error[:4], 1.0, 1.0).mark is Mark.UNKNOWN


def test_a_variation_of_three_points_is_doubted(rng):
    noise = rng.normal(0, 0.01, 30)
    few, many = noise.copy(), noise + 0.1 * np.sin(np.arange(30))
    few[[3, 9, 20]] = 0.5
    answer, extreme = without_extremes(few, 12.0, 0.05)
    assert answer.mark is Mark.DOUBT
    assert sorted(extreme) == [3, 9, 20]
    assert without_extremes(many, 12.0, 0.05)[0].mark is Mark.OK
    assert without_extremes(noise, 0.3, 0.05)[0].mark is Mark.UNKNOWN


def test_the_quantity_that_brightness_follows_is_named(rng):
    seeing = rng.normal(2, 0.2, N_VISIT)
    angle = rng.uniform(0, 360, N_VISIT)
    quantities = {"fwhm_px": seeing, "position_angle_deg": angle, "airmass": np.ones(N_VISIT)}
    deviation = rng.normal(0, 0.01, N_VISIT)
    angles = frozenset({"position_angle_deg"})
    answer = strongest_correlation(deviation - 0.05 * seeing, quantities, angles)
    assert (answer.mark, answer.subject) == (Mark.DOUBT, "fwhm_px")
    wave = 0.02 * np.cos(np.radians(angle - 40))
    answer = strongest_correlation(deviation + wave, quantities, angles)
    assert (answer.mark, answer.subject) == (Mark.DOUBT, "position_angle_deg")
    assert strongest_correlation(deviation, {}, angles).mark is Mark.UNKNOWN


def test_saturated_blended_edge():
    assert neighbourhood(100, 0, 0, False).mark is Mark.OK
    assert neighbourhood(100, 0, 0, None).mark is Mark.UNKNOWN
    assert neighbourhood(100, 3, 0, False).number == "saturated"
    assert neighbourhood(100, 0, 30, True).number == "blended, edge"
    assert neighbourhood(0, 0, 0, False).mark is Mark.UNKNOWN


# ---- constant stars


def test_constant_stars_are_doubted_in_at_most_two_per_cent(rng):
    """Simulated: five measurements on shared pixels, two bands, drifting visits, cosmic rays."""
    quantities = {
        "coverage": rng.poisson(5, N_VISIT).astype(float),
        "position_angle_deg": np.linspace(0, 3600, N_VISIT) % 360,
        "fwhm_px": np.cumsum(rng.normal(0, 0.05, N_VISIT)) + 2,
        "airmass": rng.uniform(1, 2, N_VISIT),
        "x": np.cumsum(rng.normal(0, 1, N_VISIT)),
        "y": np.cumsum(rng.normal(0, 1, N_VISIT)),
        "zero_point": rng.normal(1, 0.01, N_VISIT),
    }
    angles = frozenset({"position_angle_deg"})
    own = rng.normal(0, 0.03, (N_STAR, N_VISIT))
    other = rng.normal(0, 0.03, (N_STAR, N_VISIT))
    methods = own + rng.normal(0, 0.01, (4, N_STAR, N_VISIT))
    hit = np.where(rng.random(own.shape) < 0.005, 0.3, 0.0)

    def excess_of(curves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        stats = {
            "n_good": np.full(N_STAR, N_VISIT), "median": np.logspace(1, 3, N_STAR),
            "median_error": np.full(N_STAR, 0.03),
            "spread": np.array([robust_spread(curve) for curve in curves]),
        }  # fmt: skip
        add_excess(stats)
        return stats["excess"], excess_width(stats)

    (excess, width), (dirty, _) = excess_of(own), excess_of(own + hit)
    of_methods = [excess_of(curves)[0] for curves in methods]
    doubts = dict.fromkeys(("bands", "measurements", "clean", "extremes", "correlation"), 0)
    for i in range(N_STAR):
        answers = {
            "bands": bands_agree(own[i], other[i], 0.03, 0.03, excess[i]),
            "measurements": measurements_agree(
                excess[i], {str(k): e[i] for k, e in enumerate(of_methods)}
            ),
            "clean": clean_agrees(
                1 + own[i] + hit[i], 1 + own[i], np.full(N_VISIT, 0.03), dirty[i], excess[i]
            ),
            "extremes": without_extremes(own[i], excess[i], width[i])[0],
            "correlation": strongest_correlation(own[i], quantities, angles),
        }
        for name, answer in answers.items():
            doubts[name] += answer.mark is Mark.DOUBT
    assert max(doubts.values()) <= 0.02 * N_STAR, doubts


def test_quantiles_of_the_locus_are_numpys(rng):
    x, y = np.repeat([0.25, 0.75, 1.25], 40), rng.normal(size=120)
    locus = median_locus(x, y, width=0.5)
    for k in range(3):
        part = y[40 * k : 40 * k + 40]
        expected = np.percentile(part, (15.87, 50, 84.13))
        np.testing.assert_allclose((locus.low[k], locus.middle[k], locus.high[k]), expected)
