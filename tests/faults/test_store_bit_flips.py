"""A flipped bit anywhere in a store is found by verify and never crashes a reader."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import storefield

SUPPORT = str(Path(storefield.__file__).parent)

#: In a process of its own: a crash of the HDF5 library would be an exit status, not a lost suite.
CHILD = textwrap.dedent("""
    import random, sys
    from pathlib import Path
    from lightledger.domain import LightledgerError
    from lightledger.store.reader import StoreReader
    from lightledger.store.verify import verify

    path, seed = Path(sys.argv[1]), int(sys.argv[2])
    whole = path.read_bytes()
    rng = random.Random(seed)
    half = len(whole) // 2
    front = min(64 << 10, len(whole))  # where the structure stands
    found = 0
    for k in range(int(sys.argv[3])):
        at = rng.randrange(front if k % 2 else len(whole))
        bit = rng.randrange(8)
        damaged = bytearray(whole)
        damaged[at] ^= 1 << bit
        path.write_bytes(damaged)
        try:
            report = verify(path)
        except LightledgerError as error:
            assert "\\n" not in str(error)
        else:
            assert report.damaged, f"bit {bit} of byte {at} went unnoticed"
        try:
            with StoreReader(path) as store:
                store.problems(), store.object_ids, store.object_units
                for name in store.objects:
                    store.objects[name]
                for band in store.bands:
                    store.visits(band), store.object_plane(band, "x").sum()
                for name in store.measurements():
                    store.attributes(name), store.records(name)["flags"].sum()
                    store.zero_points(name), store.statistics(name, True)
                    store.record_is_sound(name, 0)
        except LightledgerError as error:
            assert "\\n" not in str(error)
        found += 1
    path.write_bytes(whole)
    assert verify(path).ok
    print(found)
""")


@pytest.mark.parametrize("seed", [0, 1])
def test_every_flip_is_found(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(4), 30, bands=["ch1"])
    run = subprocess.run(
        [sys.executable, "-c", CHILD, str(path), str(seed), "100"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout == "100\n"
