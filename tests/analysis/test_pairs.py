"""Two bands together: which visits make pairs, and Stetson's J by the paper's formula."""

from __future__ import annotations

import math

import numpy as np
import pytest

from lightledger.analysis.correction import correct_rows
from lightledger.analysis.epochs import PAIR_WINDOW_D, Epochs, pairs
from lightledger.analysis.masks import Filters, TimeRange
from lightledger.analysis.pairs import MIN_PAIRS, add_stetson, partner
from lightledger.analysis.running import Clip
from lightledger.analysis.statistics import Curves, summarise
from lightledger.analysis.zeropoints import FLOOR
from lightledger.domain import DEFAULT_MASK, Flag, ZeroPoints

DAYS = 55000.0 + 3 * np.arange(60.0)


def band(times, value, error=None, flags=None, setup=None, **more):
    visits = {"mjd_utc_mid": times} | ({} if setup is None else {"setup": setup})
    value = np.atleast_2d(value).astype(np.float32)
    error = np.ones_like(value) if error is None else np.atleast_2d(error)
    flags = np.zeros(value.shape, np.uint16) if flags is None else np.atleast_2d(flags)
    return Curves(value, error, flags, Epochs.of(visits), **more)


def j_of(*bands, filters=None):
    found = [summarise(curves, filters) for curves in bands]
    add_stetson(found)
    return [(f.columns["stetson_j"], f.columns["n_pair"]) for f in found]


def stetson_by_hand(one, other, slots):
    """Eqs. 1 and 2 of Stetson (1996), point by point, with weighted means and a floor."""
    deltas = []
    for value, error, flags in (one, other):
        good = [
            f == 0 and math.isfinite(v) for v, f in zip(value, flags & DEFAULT_MASK, strict=True)
        ]
        n = sum(good)
        mean = sum(v for v, g in zip(value, good, strict=True) if g) / n
        variance = [e**2 + (FLOOR * mean) ** 2 for e in error]
        top = sum(v / s for v, s, g in zip(value, variance, good, strict=True) if g)
        level = top / sum(1 / s for s, g in zip(variance, good, strict=True) if g)
        deltas.append(
            [
                math.sqrt(n / (n - 1)) * (v - level) / math.sqrt(s) if g else None
                for v, s, g in zip(value, variance, good, strict=True)
            ]
        )
    products = [(deltas[0][a], deltas[1][b]) for a, b in slots]
    kept = [a * b for a, b in products if a is not None and b is not None]
    if len(kept) < 5:
        return math.nan, len(kept)
    return sum(math.copysign(math.sqrt(abs(p)), p) for p in kept) / len(kept), len(kept)


def test_visits_are_paired_with_the_nearest_within_the_window_and_once_only():
    one = Epochs.of({"mjd_utc_mid": np.array([0.0, 1.0, 1.05, 2.0, 3.0])})
    other = Epochs.of({"mjd_utc_mid": np.array([0.01, 1.06, 2.0 + 2 * PAIR_WINDOW_D, 3.0, 3.01])})
    assert pairs(one, other).tolist() == [[0, 0], [2, 1], [4, 3]]
    assert pairs(other, one)[:, ::-1].tolist() == pairs(one, other).tolist()
    assert len(pairs(one, Epochs.unknown(4))) == 0
    assert len(pairs(one, Epochs.of({"mjd_utc_mid": np.empty(0)}))) == 0


def test_a_band_is_paired_with_the_one_it_has_most_pairs_with():
    a, b, c = (Epochs.of({"mjd_utc_mid": t}) for t in (DAYS, DAYS[:9] + 0.01, DAYS[:30] + 0.02))
    assert [partner([a, b, c], i) for i in range(3)] == [2, 0, 0]
    assert partner([a], 0) is None
    assert partner([a, Epochs.of({"mjd_utc_mid": DAYS + 1})], 0) is None


@pytest.mark.parametrize("corrected", [False, True])
def test_stetson_j_is_that_of_the_paper(corrected):
    rng = np.random.default_rng(0)
    common = rng.normal(0, 2, (30, 60))
    sides, zero = [], None
    for scale in (1.0, 3.0):
        value = (200 * scale + scale * (common + rng.normal(size=(30, 60)))).astype("f4")
        value[3, :5] = np.nan
        error = (scale * rng.lognormal(0, 0.3, (30, 60))).astype("f4")
        flags = rng.choice([0, 0, 0, 64, 1], (30, 60)).astype("u2")
        sides.append((value, error, flags))
    if corrected:
        factor = rng.uniform(0.9, 1.1, 60)
        none = np.empty(0)
        zero = ZeroPoints(
            factor, 0.001 * factor, np.full(60, 9), np.ones(60), np.ones(60),
            np.empty(0, np.int64), none, none,
        )  # fmt: skip
    times = DAYS, DAYS[::1] + 0.02
    (j, n), (again, _) = j_of(
        *(band(t, *side, zero_points=zero) for t, side in zip(times, sides, strict=True))
    )
    np.testing.assert_array_equal(j, again)
    slots = [(i, i) for i in range(60)]
    if zero is not None:
        sides = [(*correct_rows(zero, 0, *side), side[2]) for side in sides]
    for row in range(30):
        expected = stetson_by_hand(*([p[row].astype(float) if p.dtype.kind == "f" else p[row]
                                      for p in side] for side in sides), slots)  # fmt: skip
        assert n[row] == expected[1]
        assert j[row] == pytest.approx(expected[0], rel=1e-4)


def test_what_varies_in_both_bands_stands_out_and_noise_does_not():
    rng = np.random.default_rng(1)
    wave = 5 * np.sin(DAYS)
    noise = rng.normal(1000, 2, (2, 400, 60))
    noise[:, 0] += wave
    noise[0, 1] += wave  # in one band only
    error = np.full((400, 60), 2.0)
    (j, _), _ = j_of(*(band(DAYS, value, error) for value in noise))
    assert j[0] > 0.8
    assert abs(j[1]) < 0.5
    assert np.abs(j[2:]).max() < 0.5
    assert np.mean(j[2:]) == pytest.approx(0, abs=0.03)


def test_a_step_between_setups_is_in_neither_band():
    rng = np.random.default_rng(2)
    setup = np.array(["cryo"] * 30 + ["warm"] * 30)
    value = rng.normal(1000, 1, (2, 60))
    value[:, 30:] += 30
    plain = j_of(*(band(DAYS, v) for v in value))[0][0]
    known = j_of(*(band(DAYS, v, setup=setup) for v in value))[0][0]
    assert plain[0] > 3
    assert abs(known[0]) < 0.5


def test_few_pairs_one_band_or_no_times_have_no_j():
    star = np.random.default_rng(3).normal(10, 1, 60)
    flags = np.zeros(60, np.uint16)
    flags[MIN_PAIRS - 1 :] = Flag.BAD_PIXELS
    (j, n), _ = j_of(band(DAYS, star, flags=flags), band(DAYS, star))
    assert np.isnan(j[0])
    assert n[0] == MIN_PAIRS - 1
    (j, n), = j_of(band(DAYS, star))  # fmt: skip
    assert np.isnan(j[0])
    assert n[0] == 0
    far = j_of(band(DAYS, star), band(DAYS + 1, star))
    assert np.isnan(far[0][0][0])


def test_time_range_clip_and_flags_hold_for_pairs():
    rng = np.random.default_rng(4)
    value = rng.normal(100, 1, (2, 20, 60))
    value[:, :, 7] += 50
    span = Filters(TimeRange(DAYS[5], DAYS[44]), clip=Clip(4.0))
    (j, n), _ = j_of(*(band(DAYS + 0.01 * k, v) for k, v in enumerate(value)), filters=span)
    keep = (np.arange(60) >= 5) & (np.arange(60) < 44)  # the other band's last is 0.01 d later
    clipped = np.zeros((2, 20, 60), bool)
    for k in range(2):
        inside = value[k][:, 5 : 45 - k].astype("f4").astype(float)
        median = np.median(inside, axis=1)[:, None]
        mad = np.median(np.abs(inside - median), axis=1)[:, None]
        clipped[k] = np.abs(value[k] - median) > 4 * 1.4826 * mad
    assert (n == (keep & ~clipped.any(axis=0)).sum(axis=1)).all()
    assert clipped[:, :, 7].all()
    assert np.abs(j).max() < 1
