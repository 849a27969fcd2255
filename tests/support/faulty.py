"""What the tests of faults let children do (see `forked`)."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import storefield

from lightledger.domain import LightledgerError
from lightledger.store.reader import StoreReader
from lightledger.store.verify import verify


def build_and_add(target: str, log: str, n: int) -> None:
    """Stage and publish six visits, then add three; every visit that is measured is logged."""
    stage = storefield.stage
    with Path(log).open("a", buffering=1) as file, pytest.MonkeyPatch.context() as patch:

        def logged(path: Path, band: str, index: int, *arguments: Any) -> None:
            print(f"{band} gr{index:03d}", file=file)
            stage(path, band, index, *arguments)

        patch.setattr(storefield, "stage", logged)
        for visits in (range(6), range(9)):
            storefield.build(Path(target), visits, n, budget_bytes=20_000)


def look_at_everything(path: str) -> str:
    """All that a window or a command asks of a store; the one line of a refusal."""
    try:
        with StoreReader(path) as store:
            _ = (store.problems(), store.object_ids, store.object_units, store.damaged)
            _ = [store.objects[name] for name in store.objects]
            store.reference()
            store.unsound_tables()
            for band in store.bands:
                store.visits(band)
                for plane in ("x", "y", "coverage"):
                    store.object_plane(band, plane).sum()
            for name in store.measurements():
                store.attributes(name)
                store.records(name)["value"].sum()
                store.zero_points(name)
                store.statistics(name)
                store.statistics(name, True)
                store.record_is_sound(name, 0)
    except LightledgerError as error:
        return one_line(error, path)
    return ""


def one_line(error: LightledgerError, path: str) -> str:
    """A refusal: one line that names the file."""
    assert "\n" not in str(error)
    assert str(path) in str(error)
    return str(error)


def flip_bits(path: str, seed: int, n: int) -> None:
    """Flip ``n`` bits, one at a time; every one must be found, none may harm a reader."""
    store = Path(path)
    whole = store.read_bytes()
    rng = random.Random(seed)
    with StoreReader(path) as reader:
        places = [reader.record_place(name) for name in reader.measurements()]
        front = min(place.offset for place in places)  # structure and tables
    for k in range(n):
        at = rng.randrange(front if k % 2 else len(whole))
        bit = rng.randrange(8)
        damaged = bytearray(whole)
        damaged[at] ^= 1 << bit
        store.write_bytes(damaged)
        report = verify(path)
        assert report.damaged, f"bit {bit} of byte {at} went unnoticed"
        assert report.n_records_damaged <= 1, f"bit {bit} of byte {at}: {report.damaged}"
        look_at_everything(path)


def cut_off(path: str, seed: int, n: int) -> None:
    """Cut a store off at ``n`` places; a reader refuses, verify says what is left or refuses."""
    store = Path(path)
    whole = store.read_bytes()
    rng = random.Random(seed)
    for _ in range(n):
        store.write_bytes(whole[: rng.randrange(len(whole))])
        assert look_at_everything(path)
        try:
            assert "cut off" in verify(path).refused
        except LightledgerError as error:
            one_line(error, path)


def refuse(path: str) -> None:
    """Print the one line by which a store is refused."""
    print(look_at_everything(path))


def refuse_verify(path: str) -> None:
    """Print what verify says of a store that is not one."""
    try:
        report = verify(path)
        print("\n".join([report.refused, *report.damaged]))
    except LightledgerError as error:
        print(one_line(error, path))
