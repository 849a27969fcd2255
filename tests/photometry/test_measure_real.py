"""Real frames: known fluxes and known saturated stars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightledger.domain import Flag, Measuring, is_good
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.measure import Base, Measured, MeasureSpec, Place, Planes, measure

pytestmark = pytest.mark.real


def circle(
    image: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    radius: float,
    annulus: tuple[float, float],
    **of_frame: float,
) -> Measured:
    measuring = Measuring(radii_px=(radius,), background="annulus", annulus_px=annulus)
    base = Base(Geometry.of_positions(x, y, image.shape))
    spec = MeasureSpec(measuring, **of_frame)
    return measure(Planes(image), Place(x, y), base, spec, float("nan"))


def test_spitzer_star_has_its_known_flux(real_data: Path) -> None:
    from astropy.io import fits

    # uJy per MJy/sr and pixel, with the area that the frames' headers give
    factor = 23.504431 * 1.22457237 * 1.23610682
    values = []
    for file in sorted((real_data / "spitzer_hd209458_ch1" / "bcd").glob("*bcd.fits"))[::10]:
        image = np.nanmedian(fits.getdata(file), axis=0).astype(np.float32)
        at = np.array([14.85]), np.array([14.80])
        got = circle(image, *at, 10.0, (12.0, 15.0), flux_factor=factor)
        assert got.flags[0, 0] == 0  # the annulus leaves the frame of 32 px, the aperture does not
        values.append(got.value[0, 0])
    assert np.median(values) == pytest.approx(920_000, rel=0.03)


def test_lowell_saturated_stars_are_flagged_and_the_next_are_steady(real_data: Path) -> None:
    from astropy.io import fits
    from astropy.table import Table

    folder = real_data / "lowell_5945_field"
    table = Table.read(folder / "reference_catalogue.ecsv")
    x, y = (np.array(table[name], np.float64) for name in ("x", "y"))
    frames = [
        circle(fits.getdata(f, 1).astype(np.float32), x, y, 8.0, (14.0, 22.0), gain=4.95)
        for f in sorted((folder / "images").iterdir())[::3]
    ]
    value = np.array([frame.value[0] for frame in frames]).T
    flags = np.array([frame.flags[0] for frame in frames]).T
    saturated = ((flags & Flag.SATURATED) != 0).mean(axis=1)
    brightest = np.argsort(-np.nanmedian(value, axis=1))
    assert np.all(saturated[brightest[:13]] > 0.5)
    # ten brightest good ones, against their common changes
    steady = [i for i in brightest if is_good(value[i], flags[i]).mean() > 0.9][:10]
    relative = value[steady] / np.nanmedian(value[steady], axis=1)[:, None]
    relative /= np.nanmedian(relative, axis=0)
    scatter = 1.4826 * np.nanmedian(np.abs(relative - 1), axis=1)
    assert np.median(scatter) < 0.003
