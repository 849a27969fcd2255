"""A query over 50,000 objects x 60 columns, beside pandas and plain numpy on the same columns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import madestore
import numpy as np
import pytest
import storefield

import lightledger
from lightledger.analysis.columns import STATISTIC_COLUMNS
from lightledger.library import Field

N_OBJECT, N_COLUMN = 50_000, 60
#: Seconds.
LONGEST = 0.020
WHERE = "mag < 19 and (excess > 1.5 or inv_eta > 0.7) and not blended and kind == 'star'"


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    target = tmp_path_factory.mktemp("query") / "field.h5"
    rng = np.random.default_rng(0)
    objects = storefield.objects(N_OBJECT)
    objects["kind"] = np.array(["star", "galaxy"], object)[rng.integers(0, 2, N_OBJECT)]
    objects["blended"] = (rng.random(N_OBJECT) < 0.1).astype(np.uint8)
    while len(objects) + len(STATISTIC_COLUMNS) < N_COLUMN:
        objects[f"MAG_{len(objects)}"] = rng.normal(20, 2, N_OBJECT)
    madestore.make(target, objects, ["ch1"], 2)
    with lightledger.open(Path(target)) as opened:
        yield opened


def median_time(what: Callable[[], object]) -> float:
    times = []
    for _ in range(15):
        began = time.perf_counter()
        what()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def test_find(benchmark, field: Field) -> None:
    name = field.suggested("ch1") or field.measurements[0]
    columns = field.query_columns(name, corrected=False)
    assert len(columns) >= N_COLUMN
    table = {key: np.array(columns[key]) for key in columns if columns[key].dtype.kind != "O"}
    kind = columns["kind"]

    def by_numpy() -> np.ndarray:
        t = table
        keep = (t["mag"] < 19) & ((t["excess"] > 1.5) | (t["inv_eta"] > 0.7)) & ~t["blended"]
        rows = np.flatnonzero(keep & (kind == "star"))
        return rows[np.argsort(-t["excess"][rows], kind="stable")]

    def ours() -> np.ndarray:
        return field.find(WHERE, name, False, sort="-excess").rows

    np.testing.assert_array_equal(ours(), by_numpy())
    benchmark(ours)
    took = median_time(ours)
    benchmark.extra_info["ms"] = took * 1e3
    benchmark.extra_info["times numpy"] = took / median_time(by_numpy)
    benchmark.extra_info["ms, cone"] = 1e3 * median_time(
        lambda: field.find(WHERE, name, False, near="264 69 2 arcmin")
    )
    benchmark.extra_info["ms, all sorted"] = 1e3 * median_time(
        lambda: field.find("", name, False, sort="-mag")
    )
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({**table, "kind": kind})

    def by_pandas() -> Any:
        return frame.query(WHERE).sort_values("excess", ascending=False, kind="stable").index

    np.testing.assert_array_equal(ours(), by_pandas())
    benchmark.extra_info["times pandas"] = took / median_time(by_pandas)
    assert took < LONGEST
