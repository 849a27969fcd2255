"""`lightledger verify` as a user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import storefield
from ingested import lightledger

from lightledger.store.reader import StoreReader


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "field.h5"
    storefield.build(path, range(4), 300)
    return path


def changed(sound: Path, target: Path, *offsets: int) -> Path:
    raw = bytearray(sound.read_bytes())
    for at in offsets:
        raw[at] ^= 1
    target.write_bytes(raw)
    return target


def test_a_sound_store(sound: Path) -> None:
    done = lightledger("verify", sound)
    assert (done.returncode, done.stdout) == (0, "")
    assert "sound (1,200 records" in done.stderr


def test_a_sample_says_what_it_looked_at(sound: Path) -> None:
    done = lightledger("verify", sound, "--sample", "10%", "--seed", "7")
    assert done.returncode == 0
    assert "looked at 300 of 3,000 light curves and positions (10.00%, --seed 7)" in done.stderr
    done = lightledger("verify", sound, "--sample", "some")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "lightledger: 'some' is not a sample; write 1% or 1000\n"


def test_damage_for_scripts(sound: Path, tmp_path: Path) -> None:
    with StoreReader(sound) as store:
        place = store.record_place("ch2_sci-aper_r3")
    size = place.dtype.itemsize
    path = changed(sound, tmp_path / "field.h5", *(place.offset + i * size for i in range(250)))
    done = lightledger("verify", path, "--json")
    assert done.returncode == 1
    facts = json.loads(done.stdout)
    assert (facts["ok"], facts["records"], facts["records_damaged"]) == (False, 1200, 250)
    assert facts["damaged"][3] == {
        "what": "record of object I3 in ch2_sci-aper_r3",
        "object": "I3",
        "measurement": "ch2_sci-aper_r3",
        "path": "/bands/ch2/measurements/sci-aper_r3",
    }
    done = lightledger("verify", path)
    assert len(done.stdout.splitlines()) == 201
    assert done.stdout.splitlines()[-1] == "... and 50 more; --json lists them all"
    assert "250 of 1,200 light curves damaged" in done.stderr
    assert "lightledger salvage" in done.stderr


def test_a_store_that_cannot_be_opened(sound: Path, tmp_path: Path) -> None:
    done = lightledger("verify", changed(sound, tmp_path / "field.h5", 3))
    assert done.returncode == 1
    assert done.stdout.startswith("file structure at bytes 0 to ")
    assert done.stderr.count("\n") == 1
    assert "cannot be opened" in done.stderr
    assert "0 of 1,200 light curves damaged" in done.stderr
    (tmp_path / "other.h5").write_text("something else")
    done = lightledger("verify", tmp_path / "other.h5")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
