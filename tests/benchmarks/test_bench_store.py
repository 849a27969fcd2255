"""Reading and publishing at 1 % of full scale, side by side with what the machine can do."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import storefield

from lightledger.domain import Recipe, ZeroPoints
from lightledger.store.publish import publish
from lightledger.store.reader import StoreReader
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging
from lightledger.store.verify import verify

N_VISIT = 1200


class Nothing(storefield.Plain):
    """No statistics: the store alone is timed."""

    def zero_points(self, measurement: str, visits: Any, read: Any) -> ZeroPoints:
        return ZeroPoints.none(len(visits["visit"]))

    def statistics(self, first_object: int, blocks: Any) -> Any:
        n = len(blocks[0].value)
        blank = {"n_good": np.zeros(n, "i4"), "median": np.zeros(n)}
        return [(blank, blank) for _ in blocks]


def stage(staging: Staging, n_object: int, visits: range, bands: tuple[str, ...], n_method: int):
    rng = np.random.default_rng(0)
    value = rng.normal(100, 1, (n_method, n_object)).astype(np.float32)
    flags = np.zeros((n_method, n_object), np.uint16)
    methods = [f"sci-aper_r{m}" for m in range(n_method)]
    for band in bands:
        for j in visits:
            row = storefield.row(band, j)
            path = staging.path_of(band, str(row["visit"]))
            write_staged(path, row, methods, value + np.float32(j), value, flags)


def put(target: Path, staging: Staging, n_object: int, **options: Any) -> int:
    return publish(
        target,
        staged=[s.path for s in staging.staged(deep=False).values()],
        previous=target if target.exists() else None,
        objects=storefield.objects(n_object),
        recipe=Recipe(),
        reduce=Nothing(),
        **options,
    ).n_bytes


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """20,000 objects x 1,200 visits, one measurement: 240 MB."""
    folder = tmp_path_factory.mktemp("big")
    with Staging.open(folder / "field.h5") as staging:
        stage(staging, 20_000, range(N_VISIT), ("ch1",), 1)
        put(folder / "field.h5", staging, 20_000)
        staging.remove()
    yield folder / "field.h5"
    shutil.rmtree(folder)


def medians(ways: dict[str, Any], n: int = 4000) -> dict[str, float]:
    """Median microseconds of each way, taken in turns so that a busy machine is fair."""
    order = np.random.default_rng(1).integers(0, 20_000, n).tolist()
    taken: dict[str, list[int]] = {name: [] for name in ways}
    for i in order:
        for name, way in ways.items():
            began = time.perf_counter_ns()
            way(i)
            taken[name].append(time.perf_counter_ns() - began)
    return {name: statistics.median(times) / 1e3 for name, times in taken.items()}


def test_one_light_curve(big: Path, benchmark: Any) -> None:
    """Warm: median <= 5 us and within 3 x of os.pread of the same bytes, in the same run."""
    with StoreReader(big) as store:
        value, error, flags = store.planes("ch1_sci-aper_r0")
        place = store.record_place("ch1_sci-aper_r0")
        size, offset = place.dtype.itemsize, place.offset
        fd = os.open(big, os.O_RDONLY)

        def ours(i: int) -> float:
            one, its_error, its_flags = store.light_curve("ch1_sci-aper_r0", i)
            return one[-1] + its_error[0] + its_flags[0]

        def by_planes(i: int) -> float:
            return value[i][-1] + error[i][0] + flags[i][0]

        def by_record(i: int) -> Any:
            record = store.records("ch1_sci-aper_r0")[i]
            return record["value"][-1]

        def copied(i: int) -> Any:
            return value[i].copy(), error[i].copy(), flags[i].copy()

        def pread(i: int) -> bytes:
            return os.pread(fd, size, offset + i * size)

        ways = {
            "light_curve": ours,
            "planes": by_planes,
            "record": by_record,
            "copied": copied,
            "os.pread": pread,
        }
        big.read_bytes()  # warm: a store just published is not in memory
        medians(ways, 500)
        found = medians(ways)
        os.close(fd)
        benchmark.extra_info.update(found)
        benchmark(ours, 777)
    assert found["light_curve"] <= 5
    assert found["light_curve"] <= 3 * found["os.pread"]


def test_open(big: Path, benchmark: Any) -> None:
    """Opened, one light curve in hand, closed: <= 0.1 s."""

    def once() -> float:
        with StoreReader(big) as store:
            return float(store.planes("ch1_sci-aper_r0")[0][5, 7])

    benchmark(once)
    assert benchmark.stats.stats.median <= 0.1


def test_publish_beside_a_copy(tmp_path: Path, benchmark: Any) -> None:
    """500 objects x 1,200 visits x 40 measurements: publish, add 50 visits, verify, a copy."""
    target, n = tmp_path / "field.h5", 500
    rates: dict[str, float] = {}

    def timed(name: str, work: Any) -> None:
        began = time.perf_counter()
        n_bytes = work()
        rates[f"{name} MB/s"] = n_bytes / (time.perf_counter() - began) / 1e6

    def copy() -> int:
        with target.open("rb") as source, (tmp_path / "copy").open("wb") as to:
            shutil.copyfileobj(source, to, 1 << 20)
            os.fsync(to.fileno())
        return target.stat().st_size

    with Staging.open(target) as staging:
        stage(staging, n, range(N_VISIT - 50), storefield.BANDS, 20)
        began = time.perf_counter()
        n_bytes = benchmark.pedantic(put, (target, staging, n), rounds=1)
        rates["publish MB/s"] = n_bytes / (time.perf_counter() - began) / 1e6
        timed("copy", copy)
        staging.clear()
        stage(staging, n, range(N_VISIT - 50, N_VISIT), storefield.BANDS, 20)
        timed("add", lambda: put(target, staging, n))
        timed("verify", lambda: verify(target).n_bytes)
        staging.remove()
    per_point = target.stat().st_size / (n * N_VISIT * 40)
    benchmark.extra_info.update(rates, bytes_per_point=per_point)
    assert verify(target).ok
