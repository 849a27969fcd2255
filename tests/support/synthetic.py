"""Small synthetic series of one field, written as FITS, for tests of the whole chain."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

FWHM_PX = 3.2


@dataclass(frozen=True)
class Series:
    """A night of one star field.

    Attributes
    ----------
    n_visit, shape : int, (int, int)
    with_wcs : bool
    drift_px : float
        Shift of the field from the first to the last frame, in x.
    turn_deg : float
        Each frame is turned by this about its centre against the one before.
    n_star : int
    apart_px : float
        No two stars are nearer.
    seed : int
    header : dict
        Further keywords of every frame.
    """

    n_visit: int = 8
    shape: tuple[int, int] = (96, 120)
    with_wcs: bool = True
    drift_px: float = 0.0
    turn_deg: float = 0.0
    n_star: int = 25
    apart_px: float = 9.0
    seed: int = 1
    mjd: float = 59000.2
    header: dict[str, Any] = field(default_factory=dict)

    def stars(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """x, y (0-based, first frame) and flux (adu), the brightest first; well apart."""
        rng = np.random.default_rng(self.seed)
        ny, nx = self.shape
        placed: list[tuple[float, float]] = []
        while len(placed) < self.n_star:
            x, y = rng.uniform(9, nx - 10), rng.uniform(9, ny - 10)
            if all(np.hypot(x - a, y - b) > self.apart_px for a, b in placed):
                placed.append((x, y))
        flux = np.sort(rng.uniform(3e3, 6e4, self.n_star))[::-1]
        where = np.array(placed).reshape(-1, 2)
        return where[:, 0], where[:, 1], flux

    def write(self, folder: Path, first: int = 0) -> list[Path]:
        """Write visits ``first`` to ``n_visit``; the same bytes every time."""
        folder.mkdir(parents=True, exist_ok=True)
        return [self._write_one(folder, i) for i in range(first, self.n_visit)]

    def _write_one(self, folder: Path, visit: int) -> Path:
        rng = np.random.default_rng([self.seed, visit])
        ny, nx = self.shape
        yy, xx = np.mgrid[:ny, :nx].astype(float)
        x, y, flux = self.stars()
        shift = self.drift_px * visit / max(self.n_visit - 1, 1)
        turn = np.radians(self.turn_deg * visit)
        rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        middle = np.array([(nx - 1) / 2, (ny - 1) / 2])
        x, y = (rotation @ (np.array([x, y]) - middle[:, None]) + middle[:, None]).copy()
        clear = 1.0 + 0.03 * np.sin(visit)
        sigma = FWHM_PX / 2.3548
        image = np.full(self.shape, 200.0)
        for a, b, f in zip(x + shift, y, flux, strict=True):
            spot = np.exp(-((xx - a) ** 2 + (yy - b) ** 2) / (2 * sigma**2))
            image += clear * f * spot / (2 * np.pi * sigma**2)
        image = rng.poisson(image) + rng.normal(0, 5, self.shape)
        header = fits.Header()
        start = Time(self.mjd + 0.004 * visit, format="mjd", scale="utc")
        header["DATE-OBS"] = start.isot
        header["EXPTIME"] = 60.0
        header["FILTER"] = "R"
        header["OBJECT"] = "Test field"
        header["GAIN"] = 1.0
        header["RDNOISE"] = 5.0
        if self.with_wcs:
            wcs = WCS(naxis=2)
            wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
            wcs.wcs.crval = [120.0, 30.0]
            wcs.wcs.crpix = [middle[0] + 1 + shift, middle[1] + 1]
            wcs.wcs.cdelt = [-0.5 / 3600, 0.5 / 3600]
            wcs.wcs.pc = rotation.T
            header.update(wcs.to_header())
        header.update(self.header)
        path = folder / f"night_{visit:03d}.fits"
        fits.writeto(path, image.astype("f4"), header, overwrite=True)
        return path
