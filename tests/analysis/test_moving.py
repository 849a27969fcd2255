"""Moments that follow a dragged range are those that are computed from the beginning."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightledger.analysis.epochs import Epochs
from lightledger.analysis.masks import Filters, TimeRange
from lightledger.analysis.moving import MOST_SETUPS, Moving
from lightledger.analysis.running import Clip
from lightledger.analysis.statistics import Curves, statistics
from lightledger.domain import Flag, ZeroPoints

N_OBJECT, N_VISIT = 24, 90
TIMES = 53000.0 + np.arange(N_VISIT) * 3.0
#: Relative; chi2 by the first order of its floor, all else but for rounding.
CLOSE = {"chi2": 1e-3}


def curves(corrected: bool, extreme: bool = False) -> Curves:
    rng = np.random.default_rng(8)
    flux = 10 ** rng.uniform(0, 4, (N_OBJECT, 1))
    wave = 0.3 * np.sin(np.arange(N_VISIT) / 7.0)
    flux = flux * (1 + wave * (np.arange(N_OBJECT) % 3 == 0)[:, None])
    error = np.sqrt(9 + 0.05 * flux)
    value = flux + error * rng.standard_normal(flux.shape)
    if extreme:
        value[::2, 40] += 1e9
    flags = np.where(rng.random(flux.shape) < 0.15, Flag.BAD_PIXELS, 0).astype(np.uint16)
    flags[rng.random(flux.shape) < 0.1] |= np.uint16(Flag.OUTSIDE)
    flags[rng.random(flux.shape) < 0.1] |= np.uint16(Flag.SATURATED)
    value[rng.random(flux.shape) < 0.05] = np.nan
    error[rng.random(flux.shape) < 0.05] = np.nan
    flags[1] = Flag.OUTSIDE  # never seen
    setup = np.array(["a"] * 40 + ["b"] * 20 + ["a"] * 10 + ["c"] * 17 + ["d"] * 3)
    member = np.arange(0, N_OBJECT, 5)
    zero = ZeroPoints(
        rng.uniform(0.97, 1.03, N_VISIT), np.full(N_VISIT, 0.003), np.full(N_VISIT, 5, np.int32),
        np.full(N_VISIT, 1e5), np.full(N_VISIT, 0.5), member,
        np.full(member.size, 1e3), np.full(member.size, 1e4),
    )  # fmt: skip
    noise = np.where(np.arange(N_VISIT) % 9, 1.4, np.nan)
    return Curves(
        value.astype(np.float32), error.astype(np.float32), flags,
        Epochs.of({"mjd_utc_mid": TIMES, "setup": setup}), zero if corrected else None, 0, noise,
    )  # fmt: skip


def assert_same(moving: Moving, all_curves: Curves, low: float, high: float) -> None:
    filters = Filters(time=TimeRange(low, high))
    got, wanted = moving.to(filters), statistics(all_curves, filters, "moments")
    assert got.keys() == wanted.keys()
    for name, column in wanted.items():
        np.testing.assert_allclose(
            got[name], column, rtol=CLOSE.get(name, 1e-5), atol=1e-7, err_msg=name
        )


@given(
    st.lists(st.tuples(st.floats(-10, 280), st.floats(0, 200)), min_size=1, max_size=6),
    st.booleans(),
)
def test_any_way_to_a_range_leads_to_the_same_moments(ranges, corrected):
    all_curves = curves(corrected)
    moving = Moving(all_curves, Filters())
    for low, span in ranges:
        assert_same(moving, all_curves, 53000 + low, 53000 + low + span)


@pytest.mark.parametrize("extreme", [False, True])
def test_dragging_visit_by_visit(extreme):
    all_curves = curves(corrected=True, extreme=extreme)
    moving = Moving(all_curves, Filters())
    for step in range(0, 85, 1):
        assert_same(moving, all_curves, TIMES[0] + 3 * step - 1, TIMES[0] + 3 * step + 60)


def test_a_range_without_a_visit_and_back():
    all_curves = curves(corrected=False)
    moving = Moving(all_curves, Filters())
    for low, high in ((0, 1e6), (1, 2), (53030, 53100), (53030.1, 53030.2), (0, 1e6)):
        assert_same(moving, all_curves, low, high)


def test_a_clip_and_many_setups_are_refused():
    all_curves = curves(corrected=False)
    with pytest.raises(ValueError, match="clip"):
        Moving(all_curves, Filters(clip=Clip(3.0)))
    setup = np.repeat([f"s{i}" for i in range(MOST_SETUPS + 4)], 9)
    epochs = Epochs.of({"mjd_utc_mid": TIMES, "setup": setup})
    with pytest.raises(ValueError, match="setups"):
        Moving(Curves(all_curves.value, all_curves.error, all_curves.flags, epochs), Filters())
