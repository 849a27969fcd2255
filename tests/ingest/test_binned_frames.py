"""Frames without a WCS that were binned differently: matched by their stars all the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from ingested import lightledger as command
from synthetic import Series

import lightledger


def _bin(path: Path, n: int) -> None:
    with fits.open(path, mode="update") as hdus:
        data = hdus[0].data
        ny, nx = (size // n * n for size in data.shape)
        hdus[0].data = data[:ny, :nx].reshape(ny // n, n, nx // n, n).sum(axis=(1, 3))


@pytest.mark.parametrize("binned", [[3], [0, 1, 2, 4]])
def test_binned_frames_measure_the_same_stars(tmp_path: Path, binned: list[int]) -> None:
    series = Series(n_visit=5, shape=(161, 180), n_star=40, with_wcs=False, drift_px=3.0)
    for i, path in enumerate(series.write(tmp_path / "night")):
        if i in binned:
            _bin(path, 2)
    done = command("ingest", tmp_path / "night", "-o", tmp_path / "f.h5")
    assert done.returncode == 0, done.stderr
    with lightledger.open(tmp_path / "f.h5") as field:
        name = next(name for name in field.measurements if name.startswith("R_sci-aper_r5"))
        curves = [field.light_curve(str(i), name) for i in field.objects["id"][:8]]
        assert len(field.visits("R")["visit"]) == 5
    changes = np.array([curve.value / np.median(curve.value) for curve in curves])
    relative = changes / np.median(changes, axis=0)
    assert np.abs(relative - 1).max() < 0.05


def test_a_window_of_half_the_size_is_not_taken_for_binned(tmp_path: Path) -> None:
    series = Series(n_visit=4, shape=(160, 180), n_star=60, with_wcs=False)
    paths = series.write(tmp_path / "night")
    with fits.open(paths[2], mode="update") as hdus:
        hdus[0].data = hdus[0].data[40:120, 45:135].copy()
    done = command("ingest", tmp_path / "night", "-o", tmp_path / "f.h5")
    assert done.returncode == 0, done.stderr
    with lightledger.open(tmp_path / "f.h5") as field:
        transform = field.visits("R")["transform"]
    assert transform[2] == pytest.approx(np.array([[1, 0, -45], [0, 1, -40]]), abs=0.3)
