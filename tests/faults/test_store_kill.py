"""kill -9 while staging, publishing or adding: nothing published is lost, nothing done twice."""

from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import storefield

from lightledger.store.compare import differences
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging
from lightledger.store.verify import verify

N = 60
SUPPORT = str(Path(storefield.__file__).parent)

#: Stages and publishes six visits, then adds three; logs every visit that it measures.
CHILD = textwrap.dedent("""
    import sys
    sys.path.insert(0, sys.argv[1])
    from pathlib import Path
    import storefield

    target, log = Path(sys.argv[2]), open(sys.argv[3], "a", buffering=1)
    stage = storefield.stage

    def logged(path, band, index, *args):
        print(f"{band} gr{index:03d}", file=log)
        stage(path, band, index, *args)

    storefield.stage = logged
    print("ready", flush=True)
    for visits in (range(6), range(9)):
        storefield.build(target, visits, int(sys.argv[4]), budget_bytes=20_000)
    print("done", flush=True)
""")


def start(target: Path, log: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, SUPPORT, str(target), str(log), str(N)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """The store of a run in peace, and how long that took."""
    folder = tmp_path_factory.mktemp("peace")
    child = start(folder / "field.h5", folder / "log")
    began = time.monotonic()
    assert child.communicate()[0] == "done\n"
    return folder / "field.h5", time.monotonic() - began


def finished(target: Path) -> set[str]:
    """Visits that a kill has left finished: staged whole, or published."""
    done = set()
    if target.exists():
        assert verify(target).ok
        with StoreReader(target) as store:
            done |= {
                f"{band} {visit}" for band in store.bands for visit in store.visits(band)["visit"]
            }
    with Staging.open(target) as staging:  # the lock died with its owner
        done |= {f"{band} {visit}" for band, visit in staging.staged()}
        assert staging.removed == []  # no half file ever has a finished one's name
    return done


@pytest.mark.parametrize("seed", range(10))
def test_killed_at_any_moment(undisturbed: tuple[Path, float], tmp_path: Path, seed: int) -> None:
    peaceful, duration = undisturbed
    rng = random.Random(seed)
    target, log = tmp_path / "field.h5", tmp_path / "log"
    done: set[str] = set()
    for _ in range(2):
        log.write_text("")
        child = start(target, log)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(rng.uniform(0, duration))
        child.kill()
        child.communicate()
        assert not done & set(log.read_text().split("\n"))
        now = finished(target)
        assert done <= now
        done = now
    log.write_text("")
    child = start(target, log)
    assert child.communicate()[0] == "done\n"
    assert not done & set(log.read_text().split("\n"))
    assert verify(target).ok
    assert differences(peaceful, target) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["field.h5", "log"]
