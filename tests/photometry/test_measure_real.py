"""Real frames: known fluxes and known saturated stars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightledger.domain import Flag, is_good
from lightledger.photometry.measure import MeasureSpec, Planes, measure

pytestmark = pytest.mark.real


def test_spitzer_star_has_its_known_flux(real_data: Path) -> None:
    from astropy.io import fits

    # uJy per MJy/sr and pixel, with the area that the frames' headers give
    factor = 23.504431 * 1.22457237 * 1.23610682
    spec = MeasureSpec((10.0,), (), "annulus", (12.0, 15.0), flux_factor=factor)
    values = []
    for file in sorted((real_data / "spitzer_hd209458_ch1" / "bcd").glob("*bcd.fits"))[::10]:
        image = np.nanmedian(fits.getdata(file), axis=0).astype(np.float32)
        got = measure(Planes(image), np.array([14.85]), np.array([14.80]), spec, 1.7)
        assert got.flags[0, 0] == 0  # the annulus leaves the frame of 32 px, the aperture does not
        values.append(got.value[0, 0])
    assert np.median(values) == pytest.approx(920_000, rel=0.03)


def test_lowell_saturated_stars_are_flagged_and_the_next_are_steady(real_data: Path) -> None:
    from astropy.io import fits
    from astropy.table import Table

    folder = real_data / "lowell_5945_field"
    table = Table.read(folder / "reference_catalogue.ecsv")
    x, y = (np.array(table[name], np.float64) for name in ("x", "y"))
    spec = MeasureSpec((8.0,), (), "annulus", (14.0, 22.0), gain=4.95)
    frames = [
        measure(Planes(fits.getdata(f, 1).astype(np.float32)), x, y, spec, 5.2)
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
