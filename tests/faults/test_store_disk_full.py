"""A full disk, for real: one clear line, nothing lost, and the next run goes on from there."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import storefield
from seeding import seeds

from lightledger.domain import LightledgerError
from lightledger.store.compare import differences
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging
from lightledger.store.verify import verify

N = 200
SIZE = 8 << 20


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("peace") / "field.h5"
    storefield.build(path, range(4), N)
    storefield.build(path, range(9), N)
    return path


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A tmpfs of 8 MB."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("only root can mount a small tmpfs")
    folder = tmp_path_factory.mktemp("small")
    options = ["-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", *options], capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no tmpfs can be mounted here: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def run_out(target: Path, before: bytes) -> None:
    """One run that ends for want of room; the old store and what is staged stay."""
    with pytest.raises(LightledgerError, match=r"the disk is full|not enough room") as caught:
        storefield.build(target, range(9), N)
    assert "\n" not in str(caught.value)
    assert "free some space" in str(caught.value)
    assert target.read_bytes() == before
    assert [p.name for p in target.parent.glob("*.tmp")] == []
    assert not list(target.parent.glob("**/*.part"))


@pytest.mark.parametrize("seed", seeds(30))
def test_a_full_disk_loses_nothing(
    undisturbed: Path, small_disk: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for old in small_disk.iterdir():  # of a seed that failed
        shutil.rmtree(old)
    folder = small_disk / f"run{seed}"
    folder.mkdir()
    target, ballast = folder / "field.h5", folder / "ballast"
    storefield.build(target, range(4), N)
    before = target.read_bytes()
    # More than what is added needs goes; often enough the first look at the disk is deceived.
    room = random.Random(seed).randrange(8 << 10, undisturbed.stat().st_size)
    free = shutil.disk_usage(folder).free
    ballast.write_bytes(bytes(free - room))
    if seed % 3:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 1 << 40))
    run_out(target, before)
    monkeypatch.undo()
    ballast.unlink()
    storefield.build(target, range(9), N)
    assert verify(target).ok
    assert differences(undisturbed, target) == []


@contextlib.contextmanager
def files_up_to(n_bytes: int) -> Iterator[None]:
    """No file of this process can grow beyond ``n_bytes``."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


@pytest.mark.parametrize("share", [0.003, 0.1, 0.7, 0.98])
def test_a_limit_on_file_size(undisturbed: Path, tmp_path: Path, share: float) -> None:
    target = tmp_path / "field.h5"
    storefield.build(target, range(4), N)
    before = target.read_bytes()
    with files_up_to(int(share * undisturbed.stat().st_size)):
        run_out(target, before)
    with Staging.open(target) as staging:
        # Staged files of 6 kB are written whole or not at all.
        assert len(staging.staged()) == (0 if share < 0.01 else 10)
    with StoreReader(target) as store:
        assert store.n_visit("ch1") == 4
    storefield.build(target, range(9), N)
    assert differences(undisturbed, target) == []
