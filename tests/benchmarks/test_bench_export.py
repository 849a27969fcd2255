"""Whole stores as Parquet and FITS: rate and size beside the long CSV of the same light curves."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import storefield

import lightledger
from lightledger.library.outgoing import EVERYTHING

N_OBJECT, N_VISIT = 300, 1200


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bench_export") / "field.h5"
    storefield.build(path, range(N_VISIT), N_OBJECT, bands=("ch1",))
    return path


def test_a_row_per_light_curve_is_fast_and_small(benchmark, store: Path) -> None:
    pytest.importorskip("pyarrow")
    best, size = {}, {}
    with lightledger.open(store) as field:

        def write(suffix: str, objects: list[int] | None = None) -> None:
            path = store.with_suffix(f".{suffix}")
            start = time.process_time()
            report = field.export(path, objects, filters=EVERYTHING, everything=True)
            rate = report.n_rows / (time.process_time() - start)
            best[suffix] = max(best.get(suffix, 0.0), rate)
            size[suffix] = path.stat().st_size / report.n_rows

        for _ in range(3):
            write("csv", list(range(20)))
            write("fits")
            write("parquet")
        benchmark.pedantic(write, ("parquet",), rounds=1)
    for suffix in ("parquet", "fits"):
        benchmark.extra_info[f"{suffix} rate / csv"] = round(best[suffix] / best["csv"], 1)
        benchmark.extra_info[f"{suffix} bytes per point"] = round(size[suffix], 2)
        assert best[suffix] >= 5 * best["csv"]
    stored = store.stat().st_size / (2 * N_OBJECT * N_VISIT)
    benchmark.extra_info["store bytes per point"] = round(stored, 2)
    assert size["parquet"] <= 0.75 * stored
