"""A visit's cut-out, warm: every kind of image, stepping from visit to visit. CPU time.

A mosaic of 4,096 x 4,096 in one plain file per kind; only with ``--benchmark-only``.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import turned
from astropy.io import fits

import lightledger as ll
from lightledger.frames.parts import open_frame, read_part
from lightledger.frames.plain import read_plane
from lightledger.library.cutouts import Cutouts
from lightledger.library.frames_of import FrameFinder

#: Milliseconds.
MOST = 100.0


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cutout")
    return turned.ingest(turned.write(folder / "frames"), folder / "field.h5")


def test_cut_out_of_a_visit(benchmark, store: Path) -> None:
    with ll.open(store) as field:
        cutouts = Cutouts(field, FrameFinder(field))
        measurement = field.suggested("ch1")
        for row in range(4):
            cutouts.of(0, "ch1", row, measurement)
        rows = iter(np.tile(range(4), 100).tolist())

        def one() -> None:
            cutouts.of(3, "ch1", next(rows), measurement)

        benchmark.pedantic(one, rounds=40, iterations=1)
        took = []
        for row in np.tile(range(4), 10).tolist():
            before = time.thread_time()
            cutouts.of(5, "ch1", row, measurement)
            took.append(1e3 * (time.thread_time() - before))
    benchmark.extra_info["cpu_ms_median"] = float(np.median(took))
    assert np.median(took) < MOST


def test_a_part_against_the_whole_of_a_large_frame(benchmark, tmp_path: Path) -> None:
    path = tmp_path / "large.fits"
    fits.writeto(path, np.ones((4096, 4096), ">f4"))
    file = open_frame(path, path.name, "header")

    def cpu(read) -> float:  # type: ignore[no-untyped-def]
        before = time.thread_time()
        read()
        return time.thread_time() - before

    pairs = [
        (cpu(lambda: read_part(file, "sci", (2000, 2080), (2000, 2080))),
         cpu(lambda: read_plane(path)))
        for _ in range(7)
    ]  # fmt: skip
    benchmark.pedantic(
        lambda: read_part(file, "sci", (2000, 2080), (2000, 2080)), rounds=20, iterations=1
    )
    ratio = float(np.median([whole / part for part, whole in pairs]))
    benchmark.extra_info["whole_over_part"] = ratio
    assert ratio > 5
