"""A few frames of one field, each shifted and turned, packed in every way; stars without noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.wcs import WCS

from lightledger.ingest.plan import make_plan
from lightledger.ingest.request import IngestRequest
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter

SHAPE = (140, 160)
SKY, SIGMA = 5.0, 0.004
FWHM_PX = 3.0
#: Visit to its shift (px) and turn (degrees) against the coadd, and how its file ends.
VISITS = {
    "gr1": ((0.0, 0.0), 0.0, "fits"),
    "gr2": ((3.3, -2.6), 20.0, "fits.gz"),
    "gr3": ((-4.1, 1.7), -35.0, "fits.fz"),
    "gr4": ((1.2, 2.4), 90.0, "fits"),
}
BRIGHTER = {"gr1": 1.0, "gr2": 1.25, "gr3": 0.8, "gr4": 1.0}


@dataclass(frozen=True)
class Star:
    ra: float
    dec: float
    flux: float


def wcs_of(shift: tuple[float, float] = (0.0, 0.0), turn: float = 0.0) -> WCS:
    """TAN, 1 arcsec a pixel, the field's centre near the middle."""
    wcs = WCS(naxis=2)
    wcs.wcs.ctype = ["RA---TAN", "DEC--TAN"]
    wcs.wcs.crval = [150.0, 30.0]
    wcs.wcs.crpix = [SHAPE[1] / 2 + shift[0], SHAPE[0] / 2 + shift[1]]
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    wcs.wcs.cd = np.array([[-c, s], [s, c]]) / 3600.0
    wcs.wcs.cunit = ["deg", "deg"]
    wcs.wcs.radesys = "ICRS"
    return wcs


def stars() -> list[Star]:
    """On a loose grid; the first is the brightest."""
    rng = np.random.default_rng(4)
    wcs, found = wcs_of(), []
    for i in range(16):
        x = 28 + 34 * (i % 4) + rng.uniform(-4, 4)
        y = 24 + 30 * (i // 4) + rng.uniform(-4, 4)
        ra, dec = wcs.all_pix2world(x, y, 0)
        found.append(Star(float(ra), float(dec), 300.0 / (1 + i)))
    return found


def render(wcs: WCS, factor: float, seed: int) -> np.ndarray:
    """Gaussian stars on a level sky with a little noise; a corner without data."""
    yy, xx = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(float)
    image = np.random.default_rng(seed).normal(SKY, SIGMA, SHAPE)
    sigma = FWHM_PX / 2.3548
    for star in stars():
        x, y = wcs.all_world2pix(star.ra, star.dec, 0)
        image += factor * star.flux * np.exp(
            -((xx - x) ** 2 + (yy - y) ** 2) / (2 * sigma**2)
        ) / (2 * math.pi * sigma**2)  # fmt: skip
    image[:6, :9] = np.nan
    return image.astype(">f4")


def write(folder: Path) -> Path:
    """Coadd and visits, each with sci, unc and cov."""
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / "coadd_ch1.fits", render(wcs_of(), 1.0, 99), header_of(wcs_of(), 0))
    for k, (visit, (shift, turn, end)) in enumerate(VISITS.items(), 1):
        wcs = wcs_of(shift, turn)
        image = render(wcs, BRIGHTER[visit], k)
        header = header_of(wcs, k)
        _put(folder / f"IDF_{visit}_ch1_sci.{end}", image, header)
        _put(folder / f"IDF_{visit}_ch1_unc.fits", np.full(SHAPE, SIGMA, ">f4"), header)
        _put(folder / f"IDF_{visit}_ch1_cov.fits", np.full(SHAPE, 7.0 + k, ">f4"), header)
    return folder


def ingest(folder: Path, out: Path) -> Path:
    """Measure them; returns the store."""
    with ThreadSubmitter(1) as submitter:
        run(make_plan(IngestRequest((folder,), out)), submitter)
    return out


def header_of(wcs: WCS, k: int) -> fits.Header:
    header = wcs.to_header(relax=True)
    for key in [key for key in header if key.startswith(("PC", "CDELT"))]:
        del header[key]
    for i in (1, 2):
        for j in (1, 2):
            header[f"CD{i}_{j}"] = wcs.wcs.cd[i - 1, j - 1]
    header["TELESCOP"], header["INSTRUME"], header["CHNLNUM"] = "Spitzer", "IRAC", 1
    header["BUNIT"] = "MJy/sr"
    header["MJD_OBS"] = 54000.0 + 10 * k
    header["EXPTIME"], header["FRAMTIME"] = 1000.0, 100.0
    return header


def _put(path: Path, image: np.ndarray, header: fits.Header) -> None:
    if path.name.endswith(".fz"):
        packed = fits.CompImageHDU(image.astype("f4"), header, quantize_level=0,
                                   compression_type="GZIP_1")  # fmt: skip
        fits.HDUList([fits.PrimaryHDU(), packed]).writeto(path, overwrite=True)
    else:
        fits.writeto(path, image, header, overwrite=True)
