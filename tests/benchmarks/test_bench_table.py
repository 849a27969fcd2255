"""The object table with 50,000 rows: time of the window's own thread."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import Qt

from lightledger.app.objectmodel import ObjectModel

N = 50_000
pytestmark = pytest.mark.benchmark(group="object table, 50,000 rows", timer=time.thread_time)


@pytest.fixture
def model(qapp) -> ObjectModel:
    rng = np.random.default_rng(1)
    made = ObjectModel()
    made.set_objects([f"I{i}" for i in range(N)])
    names = ("mag", "excess", "inv_eta", "n_good")
    made.set_numbers({name: rng.normal(10, 3, N) for name in names}, "ch1_sci-auto")
    made.sort_by("excess", Qt.SortOrder.DescendingOrder)
    return made


def test_other_numbers(benchmark, model):
    values = dict(model._mapping)
    benchmark(model.set_numbers, values, "ch2_sci-auto")
    assert model.stale


def test_another_filter(benchmark, model):
    keep = np.arange(N) % 3 == 0
    benchmark(model.set_keep, keep)
    assert model.rowCount() == np.count_nonzero(keep)


def test_another_order(benchmark, model):
    benchmark(model.sort_by, "mag", Qt.SortOrder.AscendingOrder)
    assert model.row_of(int(model.order[7])) == 7
