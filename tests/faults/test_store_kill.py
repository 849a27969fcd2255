"""kill -9 while staging, publishing or adding: nothing published is lost, nothing done twice."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked import Server, serving
from seeding import seeds

from lightledger.store.compare import differences
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging
from lightledger.store.verify import verify

N = 60


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    warm = ("faulty:build_and_add", [str(folder / "field.h5"), str(folder / "log"), N])
    with serving(folder, warm) as server:
        yield server


@pytest.fixture(scope="module")
def undisturbed(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """The store of a run in peace, and how long that took."""
    folder = tmp_path_factory.mktemp("peace")
    done = server.call("faulty:build_and_add", folder / "field.h5", folder / "log", N)
    assert done.status == 0, done.said
    return folder / "field.h5", done.seconds


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


@pytest.mark.parametrize("seed", seeds(60))
def test_killed_at_any_moment(
    server: Server, undisturbed: tuple[Path, float], tmp_path: Path, seed: int
) -> None:
    """Killed twice, at any moment, on the way to the same store."""
    peaceful, duration = undisturbed
    rng = random.Random(seed)
    target, log = tmp_path / "field.h5", tmp_path / "log"
    done: set[str] = set()
    for _ in range(2):
        log.write_text("")
        moment = rng.uniform(0, duration)
        run = server.call("faulty:build_and_add", target, log, N, kill_after=moment)
        assert run.status in (0, -9), run.said
        assert not done & set(log.read_text().split("\n"))
        now = finished(target)
        assert done <= now
        done = now
    log.write_text("")
    run = server.call("faulty:build_and_add", target, log, N)
    assert run.status == 0, run.said
    assert not done & set(log.read_text().split("\n"))
    assert verify(target).ok
    assert differences(peaceful, target) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["field.h5", "log"]
