"""A flipped bit anywhere in a store is found by verify; neither it nor a cut harms a reader."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import storefield
from forked import Server, serving
from seeding import seeds

from lightledger.store.verify import verify

FLIPS = 10


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "field.h5"
    storefield.build(path, range(4), 30, bands=["ch1"])
    return path


@pytest.fixture(scope="module")
def server(sound: Path) -> Iterator[Server]:
    with serving(sound.parent, ("faulty:look_at_everything", [str(sound)])) as server:
        yield server


@pytest.mark.parametrize("seed", seeds(100))
def test_every_flip_is_found(sound: Path, server: Server, tmp_path: Path, seed: int) -> None:
    """In a child: a crash of the HDF5 library, or a hang, would be its end alone."""
    path = shutil.copyfile(sound, tmp_path / "field.h5")
    done = server.call("faulty:flip_bits", path, seed, FLIPS, cpu_seconds=60, megabytes=2000)
    assert done.status == 0, done.said


@pytest.mark.parametrize("seed", seeds(100))
def test_a_store_cut_off_anywhere(sound: Path, server: Server, tmp_path: Path, seed: int) -> None:
    path = shutil.copyfile(sound, tmp_path / "field.h5")
    done = server.call("faulty:cut_off", path, seed, 5, cpu_seconds=60, megabytes=2000)
    assert done.status == 0, done.said


def test_the_sound_one_is_sound(sound: Path) -> None:
    assert verify(sound).ok
