"""Target-pixel files as a mission writes them, with a star whose light is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.io import fits

RA, DEC = 291.41, 41.09
CADENCE_D = 0.0204
SCALE_DEG = 0.0011


def transit(n: int, depth: float = 0.02) -> np.ndarray:
    """1 outside, ``1 - depth`` in the middle fifth."""
    light = np.ones(n)
    light[2 * n // 5 : 3 * n // 5] -= depth
    return light


def write(
    path: Path,
    light: np.ndarray,
    *,
    first: int = 0,
    shape: tuple[int, int] = (9, 11),
    name: str = "KIC 1234567",
    wcs: bool = True,
    sky: float = 30.0,
    removed: bool = True,
    optimal: bool = True,
    no_time: tuple[int, ...] = (),
    blank: tuple[int, ...] = (),
    quality: dict[int, int] | None = None,
) -> np.ndarray:
    """Write a file; the sums over its aperture come back, nan where there is no pixel.

    The star of 20,000 electron/s times ``light`` is in the middle; ``first`` numbers the cadences.
    """
    n, (ny, nx) = light.size, shape
    y, x = np.indices(shape)
    x0, y0 = (nx - 1) / 2, (ny - 1) / 2
    star = np.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * 0.8**2))
    star *= 20000 / star.sum()
    mask = (x - x0) ** 2 + (y - y0) ** 2 < 2.3**2
    sigma = np.sqrt((star + sky) / 1600)
    noise = np.random.default_rng(first + n).normal(size=(n, ny, nx)) * sigma
    flux = (light[:, None, None] * star + noise + (0 if removed else sky)).astype(np.float32)
    flux[list(blank)] = np.nan
    number = np.arange(first, first + n)
    time = 1100.0 + CADENCE_D * number
    time[list(no_time)] = np.nan
    words = np.zeros(n, np.int32)
    for row, word in (quality or {}).items():
        words[row] = word
    cell = {"dim": f"({nx},{ny})", "format": f"{nx * ny}E", "unit": "e-/s"}
    background = np.full((n, ny, nx), sky if removed else 0.0, np.float32)
    table = fits.BinTableHDU.from_columns(
        [
            fits.Column("TIME", "D", "BJD - 2454833", array=time),
            fits.Column("TIMECORR", "E", "d", array=np.zeros(n)),
            fits.Column("CADENCENO", "J", array=number),
            fits.Column("FLUX", array=flux, **cell),
            fits.Column("FLUX_ERR", array=np.broadcast_to(sigma, flux.shape), **cell),
            fits.Column("FLUX_BKG", array=background, **cell),
            fits.Column("QUALITY", "J", array=words),
        ]
    )
    table.header.update(
        {"BJDREFI": 2454833, "BJDREFF": 0.0, "TIMEREF": "SOLARSYSTEM", "TIMESYS": "TDB",
         "INT_TIME": 6.0, "NUM_FRM": 270, "TELESCOP": "Kepler", "BACKAPP": removed}
    )  # fmt: skip
    if wcs:
        table.header.update(
            {"1CTYP4": "RA---TAN", "2CTYP4": "DEC--TAN", "1CRVL4": RA, "2CRVL4": DEC,
             "1CRPX4": x0 + 1, "2CRPX4": y0 + 1, "1CDLT4": -SCALE_DEG, "2CDLT4": SCALE_DEG,
             "1CUNI4": "deg", "2CUNI4": "deg"}
        )  # fmt: skip
    primary = fits.PrimaryHDU()
    primary.header.update({"OBJECT": name, "RA_OBJ": RA, "DEC_OBJ": DEC, "MISSION": "Kepler"})
    aperture = fits.ImageHDU(np.where(mask & optimal, 3, 1).astype(np.int32), name="APERTURE")
    fits.HDUList([primary, table, aperture]).writeto(path)
    sums = flux[:, mask].sum(axis=1, dtype=float)
    sums[np.isnan(time)] = np.nan
    return sums
