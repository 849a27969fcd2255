"""FITS files of the demo field, with the keywords that such mosaics carry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.time import Time

from .render import ELECTRONS, SATURATION_MJY_SR, Planes
from .scene import PIXEL_ARCSEC, SIZE
from .schedule import EXPOSURE_S, FRAME_TIME_S, N_DITHER, Visit, spacecraft_km

FIELD_RA_DEG, FIELD_DEC_DEG = 265.0, 69.0
OBJECT = "IRAC Dark Field (demo)"
FLUX_CONVERSION = {"ch1": 0.1088, "ch2": 0.1388}


def grid_header() -> fits.Header:
    """The WCS that the coadd and every visit share: north up, TAN, 0.6 arcsec."""
    header = fits.Header()
    for place, (name, value) in enumerate((("RA", FIELD_RA_DEG), ("DEC", FIELD_DEC_DEG)), 1):
        header[f"CTYPE{place}"] = f"{name:-<5}TAN"
        header[f"CRVAL{place}"] = (value, "[deg]")
        header[f"CRPIX{place}"] = (SIZE + 1) / 2
        header[f"CDELT{place}"] = (PIXEL_ARCSEC / 3600.0 * (-1 if place == 1 else 1), "[deg]")
        header[f"CUNIT{place}"] = "deg"
    header["RADESYS"] = "ICRS"
    header["EQUINOX"] = 2000.0
    return header


def visit_header(visit: Visit) -> fits.Header:
    """Header of a visit's science mosaic."""
    header = grid_header()
    release = "S19.2.0" if visit.warm else "S18.25.0"
    add = header.set
    add("TELESCOP", "Spitzer", "simulated: nothing here was seen by a telescope")
    add("INSTRUME", "IRAC")
    add("CHNLNUM", int(visit.band[-1]), "1 digit instrument channel number")
    add("OBJECT", OBJECT)
    add("AORKEY", visit.aor_key, "AOR key of the visit")
    add("AORLABEL", f"IDF-{visit.name}")
    add("CREATOR", release, "software version")
    add("DATE_OBS", Time(visit.mjd_start, format="mjd", scale="utc").isot, "UTC at start")
    add("MJD_OBS", visit.mjd_start, "[days] UTC at start, at the spacecraft")
    add("DATE_END", Time(visit.mjd_end, format="mjd", scale="utc").isot, "UTC at end")
    add("MJD_END", visit.mjd_end, "[days] UTC at end, at the spacecraft")
    add("FRAMTIME", FRAME_TIME_S, "[s] time spent on one exposure")
    add("EXPTIME", round(N_DITHER * EXPOSURE_S, 1), "[s] summed over the dithers")
    add("NDITHER", N_DITHER, "exposures combined")
    for axis, value in zip("XYZ", spacecraft_km(visit.mjd_mid), strict=True):
        add(f"SPTZR_{axis}", round(value, 3), f"[km] heliocentric {axis} of the spacecraft")
    add("RA_RQST", FIELD_RA_DEG, "[deg]")
    add("DEC_RQST", FIELD_DEC_DEG, "[deg]")
    add("PA", round(visit.position_angle_deg, 4), "[deg] position angle of the camera")
    add("BUNIT", "MJy/sr")
    add("FLUXCONV", FLUX_CONVERSION[visit.band], "MJy/sr per DN/s")
    add("GAIN", round(ELECTRONS[visit.band] * 4 * 0.1088 / 1161.6, 2), "e/DN")
    add("SATURATE", SATURATION_MJY_SR, "[MJy/sr] pixels are cut off here")
    return header


def write_fits(path: Path, image: np.ndarray, header: fits.Header) -> int:
    """Write a float32 image as a primary HDU; the same input gives the same bytes.

    Returns
    -------
    int
        Bytes written.
    """
    hdu = fits.PrimaryHDU(np.ascontiguousarray(image, dtype=">f4"), header)
    hdu.writeto(path, overwrite=True, output_verify="exception")
    return path.stat().st_size


def write_visit(folder: Path, visit: Visit, planes: Planes) -> int:
    """Write ``IDF_<visit>_<band>_{sci,unc,std,cov}.fits``; returns the bytes written."""
    n_bytes = 0
    header = visit_header(visit)
    for kind in ("sci", "unc", "std", "cov"):
        own = header.copy()
        own["EXPTYPE"] = kind
        if kind == "cov":
            own["BUNIT"] = ("", "exposures")
        path = folder / f"IDF_{visit.name}_{visit.band}_{kind}.fits"
        n_bytes += write_fits(path, getattr(planes, kind), own)
    return n_bytes
