"""The whole thing at full size: 50,000 objects x 1,200 visits x 40 measurements, 24 GB.

``fullsize.py FOLDER [--scale 1] [--json FILE] [--keep]``: visits are generated and staged (all but
50), published with statistics, the last 50 appended, and the store read in every way. Each step
runs in a process of its own, so that its peak of memory is its own; what is known is printed at
once. Needs about 52 GB of free disk at scale 1; fewer objects at a smaller scale.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

SUPPORT = Path(__file__).parents[1] / "support"
sys.path.insert(0, str(SUPPORT))

from bigfield import BigField, peak_memory  # noqa: E402

from lightledger.store.reader import StoreReader  # noqa: E402
from lightledger.store.verify import verify  # noqa: E402

N_OBJECT, N_VISIT, N_METHOD, N_LAST = 50_000, 1200, 20, 50
#: Bytes of a point in the staging and in the store, and room beside.
_STAGED, _STORED = 10.5, 10.6


def bytes_in(folder: Path) -> int:
    """Bytes that the files of a folder occupy on the disk."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                status = (Path(root) / name).stat()
            except FileNotFoundError:
                continue
            total += 512 * status.st_blocks if hasattr(status, "st_blocks") else status.st_size
    return total


@contextmanager
def watched(folder: Path) -> Iterator[dict[str, int]]:
    """The most that the folder ever occupied, looked at every half second."""
    peak, over = {"peak_disk": bytes_in(folder)}, threading.Event()

    def look() -> None:
        while not over.wait(0.5):
            peak["peak_disk"] = max(peak["peak_disk"], bytes_in(folder))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()
        peak["peak_disk"] = max(peak["peak_disk"], bytes_in(folder))


class Account:
    """Results as they come: printed, and kept in a JSON file."""

    def __init__(self, path: Path | None) -> None:
        self.found: dict[str, Any] = {}
        self.failed = False
        self._path = path

    def add(self, name: str, value: Any, said: str = "") -> None:
        self.found[name] = value
        print(f"{name:<34} {said or value}", flush=True)
        if self._path is not None:
            self._path.write_text(json.dumps(self.found, indent=1))

    def attempt(self, name: str, work: Callable[[], None]) -> None:
        """A step whose failure is told and does not take the others with it."""
        try:
            work()
        except Exception as error:
            self.failed = True
            self.add(f"{name}: FAILED", repr(error))


def run_step(account: Account, name: str, folder: Path, command: list[str]) -> dict[str, Any]:
    """One step in a process of its own; its figures."""
    with watched(folder) as peak:
        done = subprocess.run(
            [sys.executable, *command], stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"{name} ended with status {done.returncode}")
    found = json.loads(done.stdout.splitlines()[-1]) | peak
    rate = found["bytes"] / found["seconds"] / 1e6
    account.add(
        name,
        found,
        f"{found['seconds']:.1f} s, {rate:.0f} MB/s, {found['bytes'] / 1e9:.2f} GB, memory "
        f"{found['peak_memory'] / 1e6:.0f} MB, disk {found['peak_disk'] / 1e9:.2f} GB",
    )
    return found


def write(account: Account, store: Path, n_object: int, budget: int) -> None:
    """Stage, publish, append."""
    tool = str(SUPPORT / "bigfield.py")
    size = ["--objects", str(n_object), "--methods", str(N_METHOD)]
    publishing = [tool, "publish", str(store), *size, "--budget", str(budget), "--statistics"]
    most, folder = N_VISIT - N_LAST, store.parent
    staging = [tool, "stage", str(store), *size]
    run_step(account, f"stage {most} visits", folder, [*staging, "--last", str(most)])
    run_step(account, f"publish {most} visits", folder, [*publishing, "--remove"])
    run_step(
        account,
        f"stage {N_LAST} more",
        folder,
        [*staging, "--first", str(most), "--last", str(N_VISIT)],
    )
    run_step(account, f"append {N_LAST} visits", folder, [*publishing, "--remove"])


def seconds_of(work: Callable[[], Any]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def forget(path: Path) -> None:
    """Ask the system to drop its copy of a file."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read(account: Account, path: Path, n_object: int) -> None:
    """Every way of reading, and whether what is read is what was generated."""
    field = BigField(n_object, N_METHOD)

    def opened() -> None:
        def once() -> None:
            with StoreReader(path) as store:
                float(store.planes(store.measurements()[0])[0][0, 0])

        forget(path)
        cold, warm = seconds_of(once), statistics.median(seconds_of(once) for _ in range(5))
        account.add("open, one light curve", [cold, warm], f"{cold:.4f} s cold, {warm:.4f} s warm")

    def sizes() -> None:
        with StoreReader(path) as store:
            points = sum(store.n_object * store.n_visit(m.split("_")[0])
                         for m in store.measurements())  # fmt: skip
        extra = path.stat().st_size / points - 10
        account.add("points", points)
        account.add("bytes per point beyond 10", extra, f"{extra:.3f}")

    def light_curves(heat: str) -> None:
        """In turns with os.pread: warm, the same ones of one measurement; cold, each once."""
        rng = np.random.default_rng(1)
        if heat == "cold":
            forget(path)
        with StoreReader(path) as store, path.open("rb") as file:
            names, n = list(store.measurements()), 400
            if heat == "warm":
                names, n = names[:1], 4000
            for name in names:  # where it stands is looked up once
                store.light_curve(name, 0)
            places = {name: store.record_place(name) for name in names}

            def ours(name: str, i: int) -> float:
                value, error, flags = store.light_curve(name, i)
                return value[-1] + error[0] + flags[0]

            def pread(name: str, i: int) -> bytes:
                size = places[name].dtype.itemsize
                return os.pread(file.fileno(), size, places[name].offset + i * size)

            wanted = [(names[int(rng.integers(len(names)))], int(rng.integers(n_object)))
                      for _ in range(n)]  # fmt: skip
            if heat == "warm":
                for one in wanted:
                    ours(*one)
            times: dict[Callable[..., Any], list[float]] = {ours: [], pread: []}
            for k, one in enumerate(wanted):
                for way in (ours, pread) if heat == "warm" else [(ours, pread)[k % 2]]:
                    times[way].append(seconds_of(lambda way=way, one=one: way(*one)))
        mine, theirs = (1e6 * statistics.median(found) for found in times.values())
        said = f"median {mine:.1f} us (os.pread {theirs:.1f} us)"
        account.add(f"one light curve, {heat}", [mine, theirs], said)

    def scan() -> None:
        with StoreReader(path) as store:
            name = store.measurements()[11]
            value = store.planes(name)[0]
            forget(path)
            n_bytes = store.record_place(name).n_bytes
            for heat in ("cold", "warm"):
                took = seconds_of(lambda: [np.nansum(value[i : i + 64])
                                           for i in range(0, len(value), 64)])  # fmt: skip
                account.add(f"scan of a measurement, {heat}", took,
                            f"{took:.2f} s, {n_bytes / took / 1e6:.0f} MB/s")  # fmt: skip

    def right() -> None:
        """Whole visits of some measurements against what is generated once more."""
        with StoreReader(path) as store:
            assert store.n_object == n_object
            checks = ((0, 0, 3), (1, N_VISIT - 1, 17), (0, N_VISIT - N_LAST, 0), (1, 500, 10))
            for b, visit, method in checks:
                band = field.bands[b]
                assert store.n_visit(band) == N_VISIT
                made = field.visit(band, visit)
                planes = store.planes(f"{band}_{field.methods[method]}")
                for plane, name in zip(planes, ("value", "error"), strict=False):
                    np.testing.assert_array_equal(plane[:, visit], made[name][method])
        account.add("values are those generated", f"{len(checks)} visits")

    def found() -> None:
        from lightledger.library.field import Field

        with Field(path) as opened:
            name = f"ch1_{field.methods[1]}"
            excess = opened.statistics(name, True)["excess"]
            bright = (field.objects["mag"] < 21) & np.isfinite(excess)
            varies = np.isin(np.arange(n_object), field.variable)
            for said, which in (("variables", varies), ("others", ~varies)):
                usual = statistics.median(excess[bright & which].tolist() or [np.nan])
                account.add(f"excess of bright {said}", usual, f"{usual:.1f} (median)")

            def search() -> Any:
                return opened.find("excess > 3 and mag < 20 and n_good > 1000", name, True)

            first, n = seconds_of(search), len(search())
            warm = statistics.median(seconds_of(search) for _ in range(9))
            said = f"{1e3 * warm:.1f} ms (first {1e3 * first:.0f} ms), {n} objects"
            account.add("find, of all objects", [first, warm, n], said)

    def whole() -> None:
        took = seconds_of(lambda: damaged.extend(verify(path).damaged))
        rate = path.stat().st_size / took / 1e6
        said = f"{took:.1f} s, {rate:.0f} MB/s, {damaged or 'sound'}"
        account.add("verify", [took, damaged], said)
        assert not damaged

    damaged: list[str] = []
    steps: dict[str, Callable[[], None]] = {
        "open": opened,
        "sizes": sizes,
        "cold light curves": lambda: light_curves("cold"),
        "warm light curves": lambda: light_curves("warm"),
        "scan": scan,
        "find": found,
        "values": right,
        "verify": whole,
    }
    for name, step in steps.items():
        account.attempt(name, step)
    said = f"{peak_memory() / 1e6:.0f} MB (mapped pages are counted)"
    account.add("peak memory of reading", peak_memory(), said)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="of the number of objects")
    parser.add_argument("--budget", type=int, default=1 << 30, help="bytes of memory")
    parser.add_argument("--json", type=Path, help="file for the figures")
    parser.add_argument("--keep", action="store_true", help="the store")
    given = parser.parse_args(arguments)
    n_object = max(int(N_OBJECT * given.scale), 20)
    points = n_object * N_VISIT * N_METHOD * 2
    given.folder.mkdir(parents=True, exist_ok=True)
    need = points * (_STAGED + _STORED)
    if shutil.disk_usage(given.folder).free < need:
        print(f"{need / 1e9:.0f} GB of free disk are needed in {given.folder}", file=sys.stderr)
        return 2
    folder = given.folder / "fullsize"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    account = Account(given.json)
    account.add("objects x visits x measurements", [n_object, N_VISIT, 2 * N_METHOD])
    store = folder / "field.h5"
    try:
        began = time.perf_counter()
        account.attempt("writing", lambda: write(account, store, n_object, given.budget))
        if store.exists():
            read(account, store, n_object)
        account.add("seconds in all", time.perf_counter() - began)
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return int(account.failed)


if __name__ == "__main__":
    sys.exit(main())
