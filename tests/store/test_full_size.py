"""A store of full size, laid out and never written: 24 GB of holes, opened by a few reads."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import storefield
from laidout import METHODS, N_OBJECT, N_VISIT, full_plan, lay_out_full

from lightledger.store.blueprint import Blueprint

#: Bytes and calls by which a fresh process opens a store, by the count of the system.
CHILD = textwrap.dedent("""
    import json, sys
    from lightledger.store.reader import StoreReader

    def counted():
        lines = open("/proc/self/io").read().split("\\n")
        return {name: int(n) for name, n in (line.split(": ") for line in lines if line)}

    StoreReader(sys.argv[2]).close()  # the libraries
    before = counted()
    store = StoreReader(sys.argv[1])
    opened = counted()
    value = store.planes("ch2_sci-aper_r20")[0]
    assert value.shape == (50_000, 1_200) and value[49_999, 1_199] == 0
    store.record_place("ch1_sci-aper_r1")
    print(json.dumps([opened[k] - before[k] for k in ("rchar", "syscr")]))
""")


@pytest.fixture(scope="module")
def plan() -> Blueprint:
    return full_plan()


@pytest.fixture(scope="module")
def full_size(plan: Blueprint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "field.h5"
    lay_out_full(plan, path)
    return path


def test_it_is_of_full_size(full_size: Path) -> None:
    stat = full_size.stat()
    assert stat.st_size > 24e9
    assert stat.st_blocks * 512 < 200e6


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="needs the counts of Linux")
def test_opening_it_is_a_few_reads(full_size: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.h5"
    storefield.build(small, range(2), 10)
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(full_size), str(small)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    n_bytes, n_reads = json.loads(done.stdout)
    assert n_bytes < 2 << 20
    assert n_reads < 2000


def test_all_but_the_light_curves_is_little(full_size: Path, plan: Blueprint) -> None:
    """Records are 10 bytes a point; all else together at most half a byte a point."""
    points = N_OBJECT * N_VISIT * len(METHODS) * len(storefield.BANDS)
    records = sum(spec.n_bytes for spec in plan.datasets if "/measurements/" in spec.path)
    assert records == 10 * points
    assert full_size.stat().st_size - records <= 0.5 * points
