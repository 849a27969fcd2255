"""Many threads at one store: reading, opening, closing, and a newer version taking its place."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import storefield

from lightledger.domain import LightledgerError
from lightledger.store.reader import StoreReader

N = 60
NAME = "ch1_sci-aper_r3"
READERS = 16


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "field.h5"
    storefield.build(path, range(12), N)
    return path


def read_all(store: StoreReader, seed: int) -> None:
    """Everything, against what was staged; a store may have grown but never changes a value."""
    rng = np.random.default_rng(seed)
    band = ("ch1", "ch2")[rng.integers(2)]
    m, i, j = int(rng.integers(2)), int(rng.integers(N)), int(rng.integers(12))
    name = f"{band}_{storefield.METHODS[m]}"
    made = storefield.numbers(band, j, N)["value"][m]
    np.testing.assert_array_equal(store.planes(name)[0][:, j], made)
    assert store.record_is_sound(name, i)
    rows, damaged = store.rows(f"/bands/{band}/measurements/{storefield.METHODS[m]}", 0, N)
    np.testing.assert_array_equal(rows["value"][:, j], made)
    assert damaged == []
    assert store.visits(band)["visit"][j] == f"gr{j:03d}"
    assert store.statistics(name, bool(i % 2))["n_good"].size == N
    assert store.index_of(f"I{i}") == i
    assert store.zero_points(name).factor.size == store.n_visit(band)
    assert store.object_plane(band, "x").shape == (N, store.n_visit(band))


def together(work: list[Callable[[], None]]) -> list[str]:
    """Run everything at once; what went wrong."""
    wrong: list[str] = []
    start = threading.Barrier(len(work))

    def run(one: Callable[[], None]) -> None:
        start.wait()
        try:
            one()
        except BaseException as error:
            wrong.append(f"{type(error).__name__}: {error}")

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_sixteen_read_while_others_open_and_close(path: Path) -> None:
    def opening() -> None:
        for seed in range(20):
            with StoreReader(path) as own:
                read_all(own, seed)

    with StoreReader(path) as store:

        def reading(first: int) -> None:
            for seed in range(first, first + 20):
                read_all(store, seed)

        readers: list[Callable[[], None]] = [
            lambda first=k * 100: reading(first) for k in range(READERS)
        ]
        assert together([*readers, *[opening] * 4]) == []


def test_closed_under_the_hands_of_its_readers(path: Path) -> None:
    """They get what they asked for or are told so; never another file's bytes, never a crash."""
    for attempt in range(10):
        store = StoreReader(path)
        first = threading.Barrier(READERS + 1)
        told: list[str] = []

        def reading(
            seed: int,
            store: StoreReader = store,
            first: threading.Barrier = first,
            told: list[str] = told,
        ) -> None:
            try:
                read_all(store, seed)
                first.wait()
                while True:
                    seed += 1
                    read_all(store, seed)
            except LightledgerError as error:
                told.append(str(error))

        def closing(store: StoreReader = store, first: threading.Barrier = first) -> None:
            first.wait()
            store.close()

        work: list[Callable[[], None]] = [
            lambda seed=attempt * 1000 + k * 50: reading(seed) for k in range(READERS)
        ]
        assert together([*work, closing]) == []
        assert len(told) == READERS
        assert all("the store is closed" in text for text in told), set(told)


def test_a_newer_version_takes_its_place_meanwhile(path: Path) -> None:
    done = threading.Event()

    def publishing() -> None:
        try:
            for last in (13, 14, 15):
                storefield.build(path, range(last), N)
        finally:
            done.set()

    def reopening() -> None:
        seen = 0
        while not done.is_set() or seen < 15:
            with StoreReader(path) as own:
                read_all(own, seen)
                n = own.n_visit("ch2")
                assert n >= seen
                seen = n

    with StoreReader(path) as store:

        def reading(seed: int) -> None:
            while not done.is_set():
                seed += 1
                read_all(store, seed)
                assert store.n_visit("ch1") == 12

        readers: list[Callable[[], None]] = [lambda seed=k * 1000: reading(seed) for k in range(8)]
        assert together([publishing, reopening, reopening, *readers]) == []
