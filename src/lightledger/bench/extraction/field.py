"""A made-up deep field as FITS files: stars, galaxies, gradients, cosmic rays, gaps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import Control, Progress, Report

STAGE = "making the field"
BAND = "ch1"
#: Noise of a visit's pixel seen four times and of the coadd's, electrons per unit of flux.
VISIT_SIGMA, COADD_SIGMA, GAIN = 1.0, 0.01, 60.0
FWHM_PX, MOFFAT_BETA = 2.8, 3.0
#: Slope of the number counts, faintest and brightest flux, share of galaxies.
SLOPE, FAINTEST, BRIGHTEST, GALAXIES = 0.75, 2.0, 3e4, 0.35
#: Sources per pixel: two in three are detected on the coadd.
DENSITY = 82_000 / 4096**2
#: Cosmic rays per pixel, share of the frame's rim that is cut off, blocks without data.
COSMICS, WEDGE, GAPS = 3e-4, 0.06, 20
_PIXEL_DEG = 0.6 / 3600


@dataclass(frozen=True)
class FieldSize:
    """How large the field is.

    Attributes
    ----------
    side : int
        Pixels.
    n_visit : int
    seed : int
        Of every random number; the same seed gives the same pixels.
    """

    side: int = 4096
    n_visit: int = 2
    seed: int = 42

    @property
    def n_source(self) -> int:
        return max(round(DENSITY * self.side**2), 10)

    @property
    def n_bytes(self) -> int:
        """Of the files that `make_field` writes."""
        return 4 * self.side**2 * (2 + 3 * self.n_visit)


def make_field(folder: Path, size: FieldSize, control: Control, report: Report) -> None:
    """Write ``per_aor/IDF_gr*_ch1_{sci,unc,cov}.fits`` and ``superstack/coadd_ch1{,_wht}.fits``."""
    rng = np.random.default_rng(size.seed)
    frames, stack = folder / "per_aor", folder / "superstack"
    for place in (frames, stack):
        place.mkdir(parents=True)
    total = size.n_visit + 2
    truth = _painted(size, rng, control)
    report(Progress(STAGE, 1, total))
    noise = COADD_SIGMA * rng.standard_normal(truth.shape, np.float32)
    _write(stack / f"coadd_{BAND}.fits", truth + noise, size)
    weight = np.full(truth.shape, COADD_SIGMA**-2, np.float32)
    _write(stack / f"coadd_{BAND}_wht.fits", weight, size)
    report(Progress(STAGE, 2, total))
    for visit in range(size.n_visit):
        control.check()
        for kind, image in _visit(truth, visit, rng).items():
            path = frames / f"IDF_gr{visit + 1}_{BAND}_{kind}.fits"
            _write(path, image, size, 54500.0 + 3 * visit)
        report(Progress(STAGE, visit + 3, total))


def _painted(size: FieldSize, rng: np.random.Generator, control: Control) -> np.ndarray:
    """The sky without noise."""
    n, side = size.n_source, size.side
    x, y = rng.uniform(2, side - 3, (2, n))
    low, high = FAINTEST**-SLOPE, BRIGHTEST**-SLOPE
    flux = (low - rng.uniform(size=n) * (low - high)) ** (-1 / SLOPE)
    star = rng.uniform(size=n) >= GALAXIES
    core = FWHM_PX / 2 / np.sqrt(2 ** (1 / MOFFAT_BETA) - 1)
    gauss = FWHM_PX / 2.3548
    a = np.where(star, core, np.hypot(gauss, rng.gamma(2, 0.35, n)))
    b = np.where(star, core, np.maximum(gauss, a * rng.uniform(0.5, 1, n)))
    theta = rng.uniform(-np.pi / 2, np.pi / 2, n)
    reach = np.select([flux < 5, flux < 50, flux < 2000], [10, 14, 25], 60)
    truth = np.zeros((side + 120, side + 120), np.float32)  # a rim, so that no stamp is cut
    for r in (10, 14, 25, 60):
        chosen = np.flatnonzero(reach == r)
        step = max(1, 2_000_000 // (2 * r + 1) ** 2)
        for first in range(0, chosen.size, step):
            control.check()
            i = chosen[first : first + step]
            stamps = _stamps(x[i], y[i], a[i], b[i], theta[i], star[i], r) * flux[i, None, None]
            corners = zip(np.rint(y[i]).astype(int), np.rint(x[i]).astype(int), strict=True)
            for stamp, (row, column) in zip(stamps, corners, strict=True):
                top, left = row - r + 60, column - r + 60
                truth[top : top + 2 * r + 1, left : left + 2 * r + 1] += stamp
    return truth[60:-60, 60:-60]


def _stamps(
    x: np.ndarray,
    y: np.ndarray,
    a: np.ndarray,
    b: np.ndarray,
    theta: np.ndarray,
    star: np.ndarray,
    reach: int,
) -> np.ndarray:
    """Unit profiles, (n, 2 reach + 1, 2 reach + 1)."""
    grid = np.arange(-reach, reach + 1, dtype=np.float32)
    dx = (grid - (x - np.rint(x))[:, None])[:, None, :]
    dy = (grid - (y - np.rint(y))[:, None])[:, :, None]
    c, s = np.cos(theta)[:, None, None], np.sin(theta)[:, None, None]
    r2 = ((dx * c + dy * s) / a[:, None, None]) ** 2 + ((dy * c - dx * s) / b[:, None, None]) ** 2
    profile = np.exp(-0.5 * r2)
    profile[star] = (1 + r2[star]) ** -MOFFAT_BETA
    return profile / profile.sum((1, 2), keepdims=True)


def _visit(truth: np.ndarray, visit: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """``sci``, ``unc`` and ``cov`` of a visit, float32."""
    side = truth.shape[0]
    along = np.linspace(-0.5, 0.5, side, dtype=np.float32)
    cov = 4 + 2 * np.outer(np.cos(7 * along), np.sin(9 * along + visit))
    sigma = np.sqrt(4 * VISIT_SIGMA**2 / cov + np.maximum(truth, 0) / GAIN)
    sky = 5 + 0.6 * np.cos(visit) * along + 0.5 * np.sin(visit) * along[:, None]
    sci = truth + sky + sigma * rng.standard_normal(truth.shape, np.float32)
    n = round(COSMICS * side**2)
    x, y = rng.integers(3, side - 4, (2, n))
    height, length = rng.exponential(60, n) + 8, rng.integers(1, 5, n)
    angle = rng.uniform(0, np.pi, n)
    for k in range(4):
        on = length > k
        row = (y + np.rint(k * np.sin(angle)).astype(int)).clip(0, side - 1)
        column = (x + np.rint(k * np.cos(angle)).astype(int)).clip(0, side - 1)
        np.add.at(sci, (row[on], column[on]), height[on])
    bad = np.add.outer(np.arange(side), np.arange(side)) < side * WEDGE
    for _ in range(GAPS):
        top, left = rng.integers(0, max(side - 40, 1), 2)
        height_px, width_px = rng.integers(4, 40, 2)
        bad[top : top + height_px, left : left + width_px] = True
    planes = {"sci": sci, "unc": sigma, "cov": cov}
    for image in planes.values():
        image[bad] = np.nan
    planes["cov"][bad] = 0
    return planes


def _write(path: Path, image: np.ndarray, size: FieldSize, mjd: float = 0.0) -> None:
    from astropy.io import fits

    header = fits.Header()
    for axis, (name, value) in enumerate((("RA", 265.0), ("DEC", 69.0)), 1):
        header[f"CTYPE{axis}"] = f"{name:-<5}TAN"
        header[f"CRVAL{axis}"] = value
        header[f"CRPIX{axis}"] = (size.side + 1) / 2
        header[f"CDELT{axis}"] = -_PIXEL_DEG if axis == 1 else _PIXEL_DEG
        header[f"CUNIT{axis}"] = "deg"
    header["RADESYS"] = "ICRS"
    header["INSTRUME"] = "IRAC"
    header["TELESCOP"] = ("Spitzer", "simulated")
    header["CHNLNUM"] = int(BAND[-1])
    header["OBJECT"] = "made-up deep field"
    header["BUNIT"] = "MJy/sr"
    header["FRAMTIME"] = 100.0
    header["EXPTIME"] = 1161.6
    if mjd:
        header["MJD_OBS"] = (mjd, "[days] UTC at start")
        header["MJD_END"] = (mjd + 0.015, "[days] UTC at end")
    fits.PrimaryHDU(np.ascontiguousarray(image, ">f4"), header).writeto(path, overwrite=True)
