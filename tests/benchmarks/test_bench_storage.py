"""What the store promises beside other ways of keeping light curves, as ratios of one run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from lightledger.bench.made import Size
from lightledger.bench.storage import run
from lightledger.bench.table import measured_rows, plain, ratio_rows


def test_storage(tmp_path: Path, benchmark: Any) -> None:
    """2,000 objects x 1,200 visits x 2 measurements; every way gives the same numbers."""
    for package in ("zarr", "xarray"):
        pytest.importorskip(package)
    options = {"folder": tmp_path, "seconds": 10.0}
    result = benchmark.pedantic(run, (Size(2000, 1200, 2),), options, rounds=1)
    print(f"\n{plain('measured', measured_rows(result))}")
    print(plain("times ours", ratio_rows(result)))
    facts = result.to_json()
    benchmark.extra_info.update(facts)
    ways = facts["ways"]
    ours, floor = ways["lightledger"], ways["pread"]["one_us"]
    assert ours["one_us"] <= 5
    assert ours["one_us"] <= 3 * floor
    assert ways["lightledger_copied"]["one_us"] <= 3 * floor
    assert ways["sqlite_struct"]["ratios"]["one_us"] >= 50
    assert ways["sqlite_rows"]["ratios"]["one_us"] >= 5
    assert ways["zarr"]["ratios"]["one_us"] >= 100
    if ours["cold_us"] is not None:
        assert ours["cold_reads"] == 1
