"""Statistics with errors rescaled for correlated noise: as of errors multiplied beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.analysis.columns import STATISTICS
from lightledger.analysis.epochs import Epochs
from lightledger.analysis.pairs import add_stetson
from lightledger.analysis.statistics import Curves, statistics, summarise
from lightledger.domain import ZeroPoints

N_ROW, N_VISIT = 6, 40
RNG = np.random.default_rng(0)
VALUE = RNG.normal(100.0, 3.0, (N_ROW, N_VISIT)).astype(np.float32)
ERROR = RNG.uniform(1.0, 2.0, (N_ROW, N_VISIT)).astype(np.float32)
FLAGS = np.zeros(VALUE.shape, np.uint16)
TIMES = 55000.0 + np.arange(N_VISIT)
# powers of 2 are exact in float32; nan is a factor that is not known
FACTOR = RNG.choice([0.5, 1.0, 2.0, 4.0, np.nan], N_VISIT)
BEFOREHAND = ERROR * np.where(np.isfinite(FACTOR), FACTOR, 1.0).astype(np.float32)


def zero_points() -> ZeroPoints:
    zero = ZeroPoints.none(N_VISIT)
    zero.factor[:] = RNG.uniform(0.9, 1.1, N_VISIT)
    zero.error[:] = 0.01
    return zero


@pytest.mark.parametrize("zero", [None, zero_points()])
def test_a_factor_is_the_same_as_larger_errors(zero: ZeroPoints | None) -> None:
    epochs = Epochs.of({"mjd_utc_mid": TIMES})
    rescaled = statistics(Curves(VALUE, ERROR, FLAGS, epochs, zero, noise_factor=FACTOR))
    expected = statistics(Curves(VALUE, BEFOREHAND, FLAGS, epochs, zero))
    formal = statistics(Curves(VALUE, ERROR, FLAGS, epochs, zero))
    for column in STATISTICS:
        name = column.name
        np.testing.assert_allclose(rescaled[name], expected[name], rtol=1e-6, err_msg=name)
    assert (rescaled["chi2"] != formal["chi2"]).all()
    np.testing.assert_array_equal(rescaled["mean"], formal["mean"])


def test_stetson_too() -> None:
    epochs = Epochs.of({"mjd_utc_mid": TIMES})
    with_factor = [
        summarise(Curves(VALUE, ERROR, FLAGS, epochs, noise_factor=FACTOR)),
        summarise(Curves(VALUE[::-1].copy(), ERROR, FLAGS, epochs)),
    ]
    beforehand = [
        summarise(Curves(VALUE, BEFOREHAND, FLAGS, epochs)),
        summarise(Curves(VALUE[::-1].copy(), ERROR, FLAGS, epochs)),
    ]
    add_stetson(with_factor)
    add_stetson(beforehand)
    for one, other in zip(with_factor, beforehand, strict=True):
        np.testing.assert_allclose(one.columns["stetson_j"], other.columns["stetson_j"], rtol=1e-6)


def test_no_factor_known_changes_nothing() -> None:
    plain = statistics(Curves(VALUE, ERROR, FLAGS))
    unknown = statistics(Curves(VALUE, ERROR, FLAGS, noise_factor=np.full(N_VISIT, np.nan)))
    for name, column in plain.items():
        np.testing.assert_array_equal(column, unknown[name])
