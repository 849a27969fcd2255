"""kill -9 at any moment of an ingest: the next run ends as if nothing had happened."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
from ingested import lightledger
from synthetic import Series

SEEDS = range(10)
N_VISIT = 10


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frames") / "night"
    Series(n_visit=N_VISIT, shape=(72, 80), n_star=12).write(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(night: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """A store made in peace, and how long it took."""
    store = tmp_path_factory.mktemp("whole") / "field.h5"
    lightledger("ingest", night, "-o", store)  # once to fill the kernel cache
    store.unlink()
    began = time.monotonic()
    done = lightledger("ingest", night, "-o", store)
    assert done.returncode == 0, done.stderr
    return store, time.monotonic() - began


def content(store: Path) -> dict[str, bytes]:
    """Every dataset and attribute but ``created``, ``uuid`` and the checksums of the root."""
    found: dict[str, bytes] = {}

    def visit(name: str, item: h5py.Group | h5py.Dataset) -> None:
        for key, value in item.attrs.items():
            found[f"{name}@{key}"] = repr(value).encode()
        if isinstance(item, h5py.Dataset) and not name.startswith("checksums"):
            found[name] = np.asarray(item[()]).tobytes()

    with h5py.File(store) as file:
        file.visititems(visit)
        for key, value in file.attrs.items():
            if key not in ("created", "uuid"):
                found[f"/@{key}"] = repr(value).encode()
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_and_run_again(
    seed: int, night: Path, undisturbed: tuple[Path, float], tmp_path: Path
) -> None:
    whole, seconds = undisturbed
    store = tmp_path / "field.h5"
    command = [sys.executable, "-m", "lightledger", "ingest", str(night), "-o", str(store)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        process.wait(random.Random(seed).uniform(0.15, 1.0) * seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
    finished = N_VISIT if store.exists() else len(list(tmp_path.glob("*.staging/visits/*.visit")))
    resumed = lightledger("ingest", night, "-o", store, "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert json.loads(resumed.stdout)["visits_measured"] == N_VISIT - finished
    assert content(store) == content(whole)
    assert lightledger("verify", store).returncode == 0
    assert not list(tmp_path.glob("field.h5.*"))
