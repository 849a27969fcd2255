"""Publishing beside a plain copy of the same bytes, everything cold, in turns.

A small field each time; the full 4.8 GB, and the rates asserted, with LIGHTLEDGER_BENCHMARK_GB=4.8
(needs three times as much free disk). Figures are ratios: a busy machine slows both.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bigfield
import pytest

N_VISIT, N_METHOD, ROUNDS = 1200, 4, 3
BUDGET = 1 << 30
#: Resident memory beyond the budget, and the share of a copy's rate, that are promised.
BESIDE, WITHOUT_STATISTICS, WITH_STATISTICS = 300e6, 0.6, 0.4

FULL = float(os.environ.get("LIGHTLEDGER_BENCHMARK_GB", "0"))


def forget_everything(folder: Path) -> None:
    """Drop the system's copies of files: all where it lets us, else those of the folder."""
    if hasattr(os, "sync"):
        os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("1")
    except OSError:
        for path in folder.rglob("*"):
            if path.is_file() and hasattr(os, "posix_fadvise"):
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def child(step: str, target: Path, n_object: int, *more: str) -> dict[str, Any]:
    command = [sys.executable, bigfield.__file__, step, str(target), "--objects", str(n_object)]
    command += ["--methods", str(N_METHOD), "--budget", str(BUDGET), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def copied(staging: Path, to: Path) -> float:
    """MB/s of reading all that is staged and writing it to one file, synced."""
    began = time.perf_counter()
    with to.open("wb", buffering=0) as out:
        for path in sorted(staging.glob("visits/*")):
            with path.open("rb", buffering=0) as source:
                shutil.copyfileobj(source, out, 1 << 20)
        os.fsync(out.fileno())
        n_bytes = out.tell()
    rate = n_bytes / (time.perf_counter() - began) / 1e6
    to.unlink()
    return rate


@pytest.mark.timeout(3600)
def test_publish_beside_a_copy_of_what_is_staged(tmp_path: Path, benchmark: Any) -> None:
    # Few measurements of many objects: as at full size, where one hardly fits in memory.
    n_object = int(max(FULL, 0.05) * 1e9 / (10 * N_VISIT * N_METHOD * 2))
    target = tmp_path / "field.h5"
    staging = target.with_name("field.h5.staging")
    child("stage", target, n_object, "--last", str(N_VISIT))
    rates: dict[str, list[float]] = {}
    memory: dict[str, float] = {}

    def once() -> None:
        for name, more in (("without statistics", ()), ("with statistics", ("--statistics",))):
            forget_everything(tmp_path)
            rates.setdefault("copy", []).append(copied(staging, tmp_path / "copy"))
            target.unlink(missing_ok=True)
            forget_everything(tmp_path)
            done = child("publish", target, n_object, *more)
            rates.setdefault(name, []).append(done["bytes"] / done["seconds"] / 1e6)
            memory[name] = max(memory.get(name, 0), done["peak_memory"])

    benchmark.pedantic(once, rounds=ROUNDS if FULL else 1)
    rate = {name: statistics.median(found) for name, found in rates.items()}
    share = {name: rate[name] / rate["copy"] for name in rate}
    figures = {
        "MB/s": {name: round(x) for name, x in rate.items()},
        "of a copy": {name: round(x, 2) for name, x in share.items()},
        "peak memory MB": {name: round(x / 1e6) for name, x in memory.items()},
    }
    benchmark.extra_info.update(figures)
    print(f"\n{n_object} objects x {N_VISIT} visits x {2 * N_METHOD} measurements: {figures}")
    assert max(memory.values()) <= BUDGET + BESIDE
    if FULL:
        assert share["without statistics"] >= WITHOUT_STATISTICS
        assert share["with statistics"] >= WITH_STATISTICS
