"""Measurements side by side: known answers from the light curves themselves."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.analysis.epochs import Epochs
from lightledger.analysis.masks import Filters, TimeRange
from lightledger.analysis.statistics import Curves, statistics
from lightledger.analysis.zeropoints import FLOOR
from lightledger.domain import parse_measurement
from lightledger.library import Field, comparing


@pytest.fixture
def field(truth):
    with Field(truth.path) as opened:
        yield opened


def test_numbers_of_all_visits_are_those_of_the_store(field):
    for row in field.compare(3, corrected=False):
        stats = field.statistics(row.measurement, False)
        assert row.n == stats["n_good"][3]
        assert row.median == pytest.approx(stats["median"][3])
        assert row.scatter == pytest.approx(stats["scatter"][3], rel=1e-5)
        np.testing.assert_equal(row.chi2, stats["chi2"][3])
        np.testing.assert_equal(row.excess, stats["excess"][3])


def test_chi2_of_a_range_is_on_the_scale_of_the_store(field):
    name = field.measurements[0]
    times = field.visits(parse_measurement(name).band)["mjd_utc_mid"]
    filters = Filters(time=TimeRange(float(times[2]), float(times[-2])))
    (row,) = field.compare(3, [name], filters, False)
    lc = field.light_curve(3, name)
    epochs = Epochs.of(field.visits(parse_measurement(name).band))
    curves = Curves(
        lc.value[None].astype(np.float32), lc.error[None].astype(np.float32), lc.flags[None],
        epochs, noise_factor=lc.noise_factor,
    )  # fmt: skip
    raw, part = statistics(curves)["chi2"][0], statistics(curves, filters)["chi2"][0]
    scale = field.statistics(name, False)["chi2"][3] / raw
    assert row.chi2 == pytest.approx(part * scale, rel=1e-4)


def test_the_floor_is_that_of_the_statistics():
    assert comparing._FLOOR == FLOOR
