"""One demo field for all tests, measured in the plainest way with sep at the true positions."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import sep
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

from lightledger.demo import TruthRow, read_truth
from lightledger.demo.make import DemoField, make_demo

UJY = 23.504431 * 0.36
RADIUS = 3.0


@dataclass(frozen=True)
class Measured:
    """Fluxes, uJy, of shape (object, visit), corrected by the ensemble; and the times."""

    band: str
    rows: list[TruthRow]
    mjd: np.ndarray
    raw: np.ndarray
    flux: np.ndarray
    error: np.ndarray
    good: np.ndarray
    zero_point: np.ndarray

    def series(self, kind: str, n: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Time, flux and formal error of the good points of the n-th object of a kind."""
        i = [k for k, row in enumerate(self.rows) if row.kind == kind][n]
        keep = self.good[i]
        return self.mjd[keep], self.flux[i, keep], self.error[i, keep]


@pytest.fixture(scope="session")
def dark_field(tmp_path_factory: pytest.TempPathFactory) -> DemoField:
    return make_demo(tmp_path_factory.mktemp("dark"))


@pytest.fixture(scope="session")
def night(tmp_path_factory: pytest.TempPathFactory) -> DemoField:
    return make_demo(tmp_path_factory.mktemp("night"), staring=True)


def _annuli(x: np.ndarray, y: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Flat indices of sky pixels around each position, those outside the frame clipped."""
    step = np.arange(-15, 16)
    dx, dy = np.meshgrid(step, step)
    ring = (np.hypot(dx, dy) > 9) & (np.hypot(dx, dy) < 15)
    ix = np.clip(np.rint(x).astype(int)[:, None] + dx[ring], 0, shape[1] - 1)
    iy = np.clip(np.rint(y).astype(int)[:, None] + dy[ring], 0, shape[0] - 1)
    return iy * shape[1] + ix


def _sums(
    sci: np.ndarray, sigma: np.ndarray | None, x: np.ndarray, y: np.ndarray, radius: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sum less local sky, formal error, and whether no pixel of the aperture is missing."""
    bad = ~np.isfinite(sci)
    data = np.ascontiguousarray(np.where(bad, 0.0, sci))
    noise = np.zeros_like(data) if sigma is None else np.where(bad, 0.0, sigma)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # objects without any sky: nan
        sky = np.nanmedian(sci.ravel()[_annuli(x, y, sci.shape)], axis=1)
    total, _, _ = sep.sum_circle(data, x, y, radius, subpix=0)
    variance, _, _ = sep.sum_circle(noise**2, x, y, radius, subpix=0)
    missing, _, _ = sep.sum_circle(bad.astype(float), x, y, radius, subpix=0)
    near = (
        (x > radius)
        & (y > radius)
        & (x < sci.shape[1] - 1 - radius)
        & (y < sci.shape[0] - 1 - radius)
    )
    return (
        total - sky * np.pi * radius**2,
        np.sqrt(variance),
        near & (missing == 0) & np.isfinite(sky),
    )


def ensemble(flux: np.ndarray, good: np.ndarray, constant: np.ndarray) -> np.ndarray:
    """Median over bright constant stars of flux over their own median, per visit."""
    masked = np.where(good, flux, np.nan)
    median = np.nanmedian(masked, axis=1)
    full = constant & (good.sum(axis=1) > 0.9 * good.shape[1])
    bright = full & (median > np.nanpercentile(median[full], 60))
    return np.nanmedian(masked[bright] / median[bright, None], axis=0)


def measure(field: DemoField, band: str) -> Measured:
    rows = read_truth(field.truth)
    x = np.array([row.x_px for row in rows])
    y = np.array([row.y_px for row in rows])
    shape = (len(rows), field.n_visit)
    raw, error = np.empty(shape), np.empty(shape)
    good = np.empty(shape, bool)
    mjd = np.empty(field.n_visit)
    for v in range(field.n_visit):
        name = str(field.frames / f"IDF_gr{v + 1}_{band}_{{}}.fits")
        with fits.open(name.format("sci")) as hdus:
            header, sci = hdus[0].header, hdus[0].data.astype(float)
        sigma = fits.getdata(name.format("unc")).astype(float)
        mjd[v] = 0.5 * (header["MJD_OBS"] + header["MJD_END"])
        raw[:, v], error[:, v], good[:, v] = _sums(sci, sigma, x, y, RADIUS)
    constant = np.array([row.kind == "star" for row in rows])
    zero_point = ensemble(raw, good, constant)
    return Measured(
        band,
        rows,
        mjd,
        raw * UJY,
        raw * UJY / zero_point,
        error * UJY / zero_point,
        good,
        zero_point,
    )


@pytest.fixture(scope="session")
def ch1(dark_field: DemoField) -> Measured:
    return measure(dark_field, "ch1")


@pytest.fixture(scope="session")
def ch2(dark_field: DemoField) -> Measured:
    return measure(dark_field, "ch2")


@pytest.fixture(scope="session")
def night_series(night: DemoField) -> Measured:
    rows = read_truth(night.truth)
    x = np.array([row.x_px for row in rows])
    y = np.array([row.y_px for row in rows])
    files = sorted(Path(night.frames).glob("*.fits"))
    raw, good = np.empty((len(rows), len(files))), np.empty((len(rows), len(files)), bool)
    mjd = np.empty(len(files))
    ra = np.array([row.ra_deg for row in rows])
    dec = np.array([row.dec_deg for row in rows])
    warnings.filterwarnings("ignore", "'datfix' made the change")
    for k, path in enumerate(files):
        with fits.open(path) as hdus:
            header, image = hdus[0].header, hdus[0].data.astype(float)
        x, y = WCS(header).world_to_pixel_values(ra, dec)
        mjd[k] = Time(header["DATE-OBS"]).mjd + 0.5 * header["EXPTIME"] / 86400.0
        raw[:, k], _, good[:, k] = _sums(image, None, x, y, 6.0)
    constant = np.array([row.kind == "star" for row in rows])
    zero_point = ensemble(raw, good, constant)
    return Measured("R", rows, mjd, raw, raw / zero_point, raw * np.nan, good, zero_point)
