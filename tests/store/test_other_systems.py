"""Slow, networked and foreign disks: what a system does not offer is done without."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import bigfield
import pytest
import storefield

from lightledger.store.compare import differences
from lightledger.store.verify import verify

N = 40


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "field.h5"
    storefield.build(path, range(6), N)
    return path


@pytest.mark.parametrize(
    "missing",
    [
        ("preadv",),
        ("preadv", "pread", "pwrite"),  # Windows
        ("posix_fadvise", "fdatasync"),  # macOS
    ],
)
def test_calls_that_other_systems_have_not(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: tuple[str, ...]
) -> None:
    for name in missing:
        monkeypatch.delattr(os, name)
    path = tmp_path / "field.h5"
    storefield.build(path, range(3), N)
    storefield.build(path, range(6), N, budget_bytes=5_000)
    assert verify(path).ok
    assert differences(whole, path) == []


@pytest.mark.parametrize("why", [errno.EINVAL, errno.ENOTSUP])
def test_a_folder_that_cannot_be_synced(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: int
) -> None:
    sync = os.fsync

    def refusing(fd: int) -> None:
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            raise OSError(why, os.strerror(why))
        sync(fd)

    monkeypatch.setattr(os, "fsync", refusing)
    path = tmp_path / "field.h5"
    storefield.build(path, range(6), N)
    assert differences(whole, path) == []


def test_reads_that_give_less_than_was_asked_for(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As over a network, or when a signal comes."""
    preadv, pwrite = os.preadv, os.pwrite

    def few(fd: int, buffers: list[memoryview], offset: int) -> int:
        return preadv(fd, [buffers[0][: max(len(buffers[0]) // 2, 1)]], offset)

    monkeypatch.setattr(os, "preadv", few)
    monkeypatch.setattr(
        os, "pwrite", lambda fd, data, at: pwrite(fd, data[: max(len(data) // 2, 1)], at)
    )
    path = tmp_path / "field.h5"
    storefield.build(path, range(6), N)
    assert differences(whole, path) == []


@pytest.mark.skipif(not bigfield.peak_memory(), reason="this system does not tell")
def test_memory_is_that_of_the_budget_not_of_the_store(tmp_path: Path) -> None:
    """Each measurement of the big one is 48 MB, and its store 190 MB."""
    budget, peak = 32 << 20, []
    for n_object in (200, 8000):
        target = tmp_path / f"{n_object}.h5"
        size = ["--objects", str(n_object), "--methods", "1"]
        for step in (["stage", "--last", "600"], ["publish", "--budget", str(budget)]):
            command = [sys.executable, bigfield.__file__, step[0], str(target), *size, *step[1:]]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        peak.append(json.loads(done.stdout)["peak_memory"])
    assert (tmp_path / "8000.h5").stat().st_size > 4 * budget
    assert peak[1] - peak[0] < 1.3 * budget
