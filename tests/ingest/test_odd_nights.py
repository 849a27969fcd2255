"""Nights with a fault: the good frames are measured, the fault is told once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from ingested import lightledger as command
from synthetic import Series

import lightledger


def _ingest(
    folder: Path, edit: Callable[[int, fits.PrimaryHDU], object]
) -> subprocess.CompletedProcess[str]:
    for i, path in enumerate(Series(n_visit=4, n_star=25).write(folder / "night")):
        with fits.open(path, mode="update") as hdus:
            edit(i, hdus[0])
    return command("ingest", folder / "night", "-o", folder / "f.h5")


@pytest.mark.parametrize(
    ("value", "why"), [(0.0, "all its pixels have one value"), (np.nan, "holds no finite pixel")]
)
def test_a_frame_without_pixels_does_not_take_the_night_along(
    tmp_path: Path, value: float, why: str
) -> None:
    def edit(i: int, hdu: fits.PrimaryHDU) -> None:
        if i == 1:
            hdu.data[:] = value

    done = _ingest(tmp_path, edit)
    assert done.returncode == 1, done.stderr
    assert f"refused: night_001.fits: {why}" in done.stderr
    assert "Warning" not in done.stderr
    with lightledger.open(tmp_path / "f.h5") as field:
        assert list(field.visits("R")["visit"]) == ["night_000", "night_002", "night_003"]


def test_frames_without_exposure_time_are_measured_in_counts(tmp_path: Path) -> None:
    done = _ingest(tmp_path, lambda i, hdu: hdu.header.remove("EXPTIME"))
    assert done.returncode == 0, done.stderr
    assert "no exposure time" in done.stderr
    with lightledger.open(tmp_path / "f.h5") as field:
        curve = field.light_curve(str(field.objects["id"][0]), field.measurements[0])
        assert curve.unit == "adu"
        assert np.isfinite(curve.value).all()


def test_a_stopped_clock_is_told(tmp_path: Path) -> None:
    done = _ingest(tmp_path, lambda i, hdu: hdu.header.set("DATE-OBS", "2020-05-31T04:48:00"))
    assert done.returncode == 0, done.stderr
    assert "4 frames share their time with another of their band" in done.stderr


def test_a_folder_of_light_curves_is_told_where_they_are_taken(tmp_path: Path) -> None:
    (tmp_path / "star.csv").write_text("mjd,mag,magerr\n59000.2,15.1,0.1\n")
    done = command("ingest", tmp_path, "-o", tmp_path / "f.h5")
    assert done.returncode == 2
    assert "'lightledger import'" in done.stderr
