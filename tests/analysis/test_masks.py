"""Honest counts: what passes and what is hidden always add up to all visits."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lightledger.analysis.masks import REASONS, Filters, TimeRange, passes_arrays
from lightledger.analysis.running import Clip
from lightledger.domain import DEFAULT_MASK, Flag

N = 20
TIMES = st.floats(55000, 55100) | st.just(float("-inf")) | st.just(float("inf"))


@given(
    hnp.arrays(np.float32, N, elements=st.floats(-10, 10, width=32) | st.just(float("nan"))),
    hnp.arrays(np.uint16, N, elements=st.integers(0, (1 << 11) - 1)),
    TIMES,
    TIMES,
    st.integers(0, (1 << 11) - 1),
    st.sampled_from([0.0, 0.5, 3.0]),
    st.booleans(),
    st.booleans(),
)
def test_passing_and_hidden_are_all_visits(value, flags, a, b, mask, clip, missing, rejected):
    mjd = np.linspace(55000, 55100, N)
    filters = Filters(TimeRange(a, b), mask, Clip(clip), missing, rejected)
    hidden = passes_arrays(mjd, value, flags, filters)
    assert tuple(hidden.counts) == REASONS
    assert hidden.n_pass + sum(hidden.counts.values()) == hidden.n_total == N
    kept = hidden.keep
    assert ((mjd[kept] >= a) & (mjd[kept] <= b)).all()
    if not missing:
        assert np.isfinite(value[kept]).all()
        assert ((flags[kept] & (mask & ~int(Flag.REJECTED))) == 0).all()
    if not rejected:
        assert ((flags[kept] & int(Flag.REJECTED)) == 0).all()


def test_each_point_is_counted_under_its_first_reason():
    mjd = np.arange(8.0)
    value = np.array([1, 1, np.nan, np.nan, 1, 1.1, 0.9, 50], float)
    flags = np.array([Flag.REJECTED | Flag.OUTSIDE, Flag.OUTSIDE, Flag.OUTSIDE, 0, 0, 0, 0, 0])
    filters = Filters(TimeRange(4.5, 10), DEFAULT_MASK, clip=Clip(5.0))
    hidden = passes_arrays(mjd, value, flags.astype(np.uint16), filters)
    assert hidden.counts == {"rejected": 1, "flag": 2, "not finite": 1, "time": 1, "clip": 1}
    assert hidden.text() == (
        "2 of 8 pass; hidden: 2 flag, 1 time, 1 rejected, 1 not finite, 1 clip"
    )


def test_a_rejected_point_is_hidden_whatever_the_mask_says():
    flags = np.array([Flag.REJECTED, 0], np.uint16)
    hidden = passes_arrays(np.arange(2.0), np.ones(2), flags, Filters(mask=0))
    assert hidden.keep.tolist() == [False, True]
    shown = passes_arrays(np.arange(2.0), np.ones(2), flags, Filters(keep_rejected=True))
    assert shown.keep.all()


def test_missing_values_can_be_kept():
    flags = np.array([Flag.NOT_FINITE, 0], np.uint16)
    value = np.array([np.nan, 1.0])
    hidden = passes_arrays(np.arange(2.0), value, flags, Filters(keep_missing=True))
    assert hidden.keep.all()
