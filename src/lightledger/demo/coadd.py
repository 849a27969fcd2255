"""The deep stack of the visits and the catalogue of what is on it."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from astropy.table import Table
from astropy.wcs import WCS

from .fits_files import OBJECT, grid_header, write_fits
from .render import (
    FWHM_PX,
    PIXEL_SIGMA,
    PSF_AXIS_RATIO,
    SATURATION_MJY_SR,
    noise_correlation,
)
from .scene import PIXEL_ARCSEC, UJY_PER_MJY_SR, Source
from .schedule import N_DITHER

AB_ZERO_POINT = 23.9
CLIP_SIGMA = 4.0


def combine(sci: np.ndarray, cov: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Clipped, coverage-weighted mean of the visits, each less its median sky.

    Parameters
    ----------
    sci : ndarray of float32, shape (n_visit, ny, nx)
        MJy/sr, nan where not observed.
    cov : ndarray of float32, shape (n_visit, ny, nx)
        Exposures per pixel.

    Returns
    -------
    coadd, exposures : ndarray of float32, shape (ny, nx)
        MJy/sr, nan where nothing is; and the exposures that entered.
    """
    level = sci - np.nanmedian(sci, axis=(1, 2), keepdims=True)
    with warnings.catch_warnings():
        # Corners that no visit covers are all nan, and stay so.
        warnings.simplefilter("ignore", RuntimeWarning)
        median = np.nanmedian(level, axis=0)
        away = np.abs(level - median)
        limit = CLIP_SIGMA * 1.4826 * np.nanmedian(away, axis=0)
    weight = np.where(np.isfinite(level) & (away <= limit), cov, 0.0)
    exposures = weight.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        coadd = np.sum(np.where(weight > 0, level, 0.0) * weight, axis=0) / exposures
    return coadd.astype(np.float32), exposures.astype(np.float32)


def write_coadd(
    folder: Path, band: str, coadd: np.ndarray, exposures: np.ndarray, n_visit: int
) -> int:
    """Write ``coadd_<band>.fits`` and its inverse-variance map ``coadd_<band>_wht.fits``."""
    header = grid_header()
    header["OBJECT"] = OBJECT
    header["CHNLNUM"] = int(band[-1])
    header["BUNIT"] = "MJy/sr"
    header["NVISIT"] = (n_visit, "visits combined")
    header["SATURATE"] = SATURATION_MJY_SR
    n_bytes = write_fits(folder / f"coadd_{band}.fits", coadd, header)
    weight = exposures / (N_DITHER * PIXEL_SIGMA[band] ** 2)
    header["BUNIT"] = ("(MJy/sr)-2", "inverse variance")
    return n_bytes + write_fits(folder / f"coadd_{band}_wht.fits", weight, header)


def sky_positions(sources: list[Source]) -> tuple[np.ndarray, np.ndarray]:
    """ICRS degrees of the sources."""
    wcs = WCS(grid_header())
    ra, dec = wcs.pixel_to_world_values([s.x for s in sources], [s.y for s in sources])
    return np.asarray(ra), np.asarray(dec)


def write_catalogue(path: Path, sources: list[Source], n_visit: int) -> int:
    """Write the reference catalogue, with SExtractor's names, as ECSV.

    Positions are the true ones and fluxes the mean ones, with the errors that a detection on the
    coadd would quote: the demo is about light curves, not about detection.
    """
    ra, dec = sky_positions(sources)
    flux = np.array([s.flux[0] for s in sources])
    size = np.array([s.size_px for s in sources])
    ratio = np.where(size > 0, [s.axis_ratio for s in sources], PSF_AXIS_RATIO)
    a_px = np.hypot(FWHM_PX["ch1"] / 2.355, 0.8 * size)
    b_px = np.where(size > 0, np.hypot(FWHM_PX["ch1"] / 2.355, 0.8 * size * ratio), a_px * ratio)
    # A Kron aperture of 2.5 first moments; noise in it as in a visit, beaten down by the visits.
    area = np.pi * (2.5 * 1.7) ** 2 * a_px * b_px
    error = np.sqrt(area / n_visit) * PIXEL_SIGMA["ch1"] * UJY_PER_MJY_SR * noise_correlation(4.0)
    saturated = np.array([s.kind == "saturated star" for s in sources])
    blended = np.array([s.blended for s in sources])
    table = Table(
        {
            "NUMBER": np.arange(1, len(sources) + 1, dtype=np.int32),
            "ALPHA_J2000": np.round(ra, 8),
            "DELTA_J2000": np.round(dec, 8),
            "X_IMAGE": np.round([s.x + 1.0 for s in sources], 4),
            "Y_IMAGE": np.round([s.y + 1.0 for s in sources], 4),
            "MAG_AUTO": np.round(AB_ZERO_POINT - 2.5 * np.log10(flux), 4),
            "MAGERR_AUTO": np.round(1.0857 * error / flux, 5),
            "FLUX_AUTO": np.round(flux, 4),
            "FLUXERR_AUTO": np.round(error, 4),
            "KRON_RADIUS": np.full(len(sources), 3.5),
            "A_IMAGE": np.round(a_px, 3),
            "B_IMAGE": np.round(b_px, 3),
            "THETA_IMAGE": np.round([s.theta_deg for s in sources], 2),
            "FWHM_IMAGE": np.round(2.355 * a_px, 3),
            "CLASS_STAR": np.where(size > 0, 0.05, 0.97),
            "FLAGS": (3 * blended + 4 * saturated).astype(np.int32),
        }
    )
    units = {
        "ALPHA_J2000": "deg", "DELTA_J2000": "deg", "X_IMAGE": "pix", "Y_IMAGE": "pix",
        "MAG_AUTO": "mag", "MAGERR_AUTO": "mag", "FLUX_AUTO": "uJy", "FLUXERR_AUTO": "uJy",
        "A_IMAGE": "pix", "B_IMAGE": "pix", "THETA_IMAGE": "deg", "FWHM_IMAGE": "pix",
    }  # fmt: skip
    for name, unit in units.items():
        table[name].unit = unit
    table["MAG_AUTO"].description = "AB, zero point 23.9 for uJy"
    table["X_IMAGE"].description = f"centre of the first pixel is 1; {PIXEL_ARCSEC} arcsec"
    table.write(path, format="ascii.ecsv", overwrite=True)
    return path.stat().st_size
