"""A WCS that is not where the stars are: the stars decide where the objects are measured."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from ingested import lightledger as lightledger_command
from synthetic import Series

import lightledger
from lightledger.domain import Flag

UNCERTAIN = np.uint16(Flag.UNCERTAIN_POSITION)
ARCSEC = 1 / 3600
NAME = "R_sci-aper_r3"


def _series(folder: Path, edit: Callable[[int, fits.Header], None], drift_px: float = 0.0) -> None:
    series = Series(n_visit=5, shape=(120, 140), n_star=40, drift_px=drift_px)
    for i, path in enumerate(series.write(folder)):
        with fits.open(path, mode="update") as hdus:
            edit(i, hdus[0].header)


def _one_off(arcsec: float, visit: int) -> Callable[[int, fits.Header], None]:
    def edit(i: int, header: fits.Header) -> None:
        if i == visit:
            header["CRVAL1"] += arcsec * ARCSEC

    return edit


def _of_mount(i: int, header: fits.Header) -> None:
    header["CRVAL2"] += (0, 11, -7, 20, 4)[i] * ARCSEC


def _all_alike(i: int, header: fits.Header) -> None:
    header["CRPIX1"], header["CRPIX2"] = 70.0, 60.0


@pytest.mark.parametrize(
    ("edit", "drift_px", "off"),
    [
        (_one_off(6.0, 2), 0.0, [2]),
        (_one_off(6.0, 0), 0.0, [0]),
        (_one_off(1.0, 3), 0.0, [3]),
        (_of_mount, 0.0, [1, 2, 3, 4]),
        (_all_alike, 12.0, [1, 2, 3, 4]),
        (_one_off(6.0, 2), 12.0, [2]),
        (_one_off(0.0, 0), 0.0, []),
        (_one_off(0.2, 2), 12.0, []),
    ],
    ids=[
        "one",
        "the first",
        "two pixels",
        "a mount's pointing",
        "copied, field drifts",
        "one, field drifts",
        "right",
        "right to 0.4 pixels, field drifts",
    ],
)
def test_objects_are_measured_where_the_stars_are(
    tmp_path: Path,
    edit: Callable[[int, fits.Header], None],
    drift_px: float,
    off: list[int],
) -> None:
    _series(tmp_path / "night", edit, drift_px)
    done = lightledger_command("ingest", tmp_path / "night", "-o", tmp_path / "f.h5")
    assert done.returncode == 0, done.stderr
    said = "WCS does not agree with the stars" in done.stderr
    assert said == bool(off)
    with lightledger.open(tmp_path / "f.h5") as field:
        bright = [field.light_curve(str(i), NAME) for i in field.objects["id"][:10]]
    for curve in bright:
        value = curve.value[(curve.flags | UNCERTAIN) == UNCERTAIN]
        assert np.ptp(value) < 0.12 * np.median(value)  # 3 % of clouds, noise
        assert list(np.flatnonzero(curve.flags & UNCERTAIN)) == off
