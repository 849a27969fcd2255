"""kill -9 at any moment of an ingest: the next run ends as if nothing had happened."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from forked import Outcome, Server, serving
from seeding import seeds
from synthetic import Series

from lightledger.store.compare import differences
from lightledger.store.reader import StoreReader
from lightledger.store.verify import verify

N_VISIT = 10
#: Visits that are published before more are added.
N_FIRST = 6


class Ingest:
    """Ingests of one night, in children of a server."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder

    def __call__(self, night: str, store: Path, kill_after: float | None = None) -> Outcome:
        words = ["ingest", str(self._folder / night), "-o", str(store), "--json"]
        return self._server.call("ingested:command", *words, kill_after=kill_after)

    def in_peace(self, night: str, store: Path) -> tuple[Path, float]:
        """A store, and how long it took."""
        done = self(night, store)
        assert done.status == 0, done.said
        return store, done.seconds


@pytest.fixture(scope="module")
def ingest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ingest]:
    folder = tmp_path_factory.mktemp("frames")
    for name, n in (("first", N_FIRST), ("night", N_VISIT)):
        Series(n_visit=n, shape=(72, 80), n_star=12).write(folder / name)
    warm = ["ingest", str(folder / "night"), "-o", str(folder / "warm.h5")]
    with serving(folder, ("ingested:command", warm)) as server:
        yield Ingest(server, folder)


@pytest.fixture(scope="module")
def undisturbed(ingest: Ingest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    return ingest.in_peace("night", tmp_path_factory.mktemp("whole") / "field.h5")


@pytest.fixture(scope="module")
def published(ingest: Ingest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of the first visits."""
    return ingest.in_peace("first", tmp_path_factory.mktemp("first") / "field.h5")[0]


@pytest.fixture(scope="module")
def added_to(
    ingest: Ingest, published: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, float]:
    """The same store with the other visits added in peace."""
    store = shutil.copyfile(published, tmp_path_factory.mktemp("added") / "field.h5")
    return ingest.in_peace("night", store)


def staged(store: Path) -> int:
    return len(list(store.parent.glob("*.staging/visits/*.visit")))


def ends_in_peace(ingest: Ingest, store: Path, n_left: int, whole: Path) -> None:
    resumed = ingest("night", store)
    assert resumed.status == 0, resumed.said
    report = resumed.said[resumed.said.index("{") : resumed.said.rindex("}") + 1]
    assert json.loads(report)["visits_measured"] == n_left
    assert differences(whole, store) == []
    assert verify(store).ok
    assert [path.name for path in store.parent.iterdir()] == [store.name]


@pytest.mark.parametrize("seed", seeds(40, 5))
def test_killed_while_ingesting(
    ingest: Ingest, undisturbed: tuple[Path, float], tmp_path: Path, seed: int
) -> None:
    whole, seconds = undisturbed
    store = tmp_path / "field.h5"
    run = ingest("night", store, kill_after=random.Random(seed).uniform(0, seconds))
    assert run.status in (0, -9), run.said
    finished = N_VISIT if store.exists() else staged(store)
    ends_in_peace(ingest, store, N_VISIT - finished, whole)


@pytest.mark.parametrize("seed", seeds(40, 5))
def test_killed_while_adding(
    ingest: Ingest, published: Path, added_to: tuple[Path, float], tmp_path: Path, seed: int
) -> None:
    whole, seconds = added_to
    store = shutil.copyfile(published, tmp_path / "field.h5")
    run = ingest("night", store, kill_after=random.Random(seed).uniform(0, seconds))
    assert run.status in (0, -9), run.said
    with StoreReader(store) as after:
        n = after.n_visit(after.bands[0])
    if n == N_FIRST:  # what was published is there, byte for byte
        assert store.read_bytes() == published.read_bytes()
        n += staged(store)
    ends_in_peace(ingest, store, N_VISIT - n, whole)
