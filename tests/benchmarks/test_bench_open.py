"""Opening a store of 24 GB: a few reads of its front."""

from __future__ import annotations

from pathlib import Path

from laidout import full_plan, lay_out_full
from pytest_benchmark.fixture import BenchmarkFixture

from lightledger.store.reader import StoreReader


def test_open_24_gb(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    lay_out_full(full_plan(), path)
    assert path.stat().st_size > 24e9
    benchmark(lambda: StoreReader(path).close())
    assert benchmark.stats["median"] < 0.1
