"""One night of a small telescope on the ground, staring at one star with a transiting planet.

The mount drifts, the seeing breathes, thin cloud passes and the field sinks: without comparison
stars the transit cannot be seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.time import Time
from astropy.wcs import WCS

from lightledger.domain.progress import Control, Progress, Report
from lightledger.domain.times import SECONDS_PER_DAY

from .truth import TruthRow
from .variables import trapezoid_transit

N_FRAME = 130
SHAPE = (288, 320)
PIXEL_ARCSEC = 1.35
EXPOSURE_S, CADENCE_S = 60.0, 72.0
#: 2021-03-15 00:10 UTC.
START_MJD = 59288.006944
TARGET = "DEMO-1"
TARGET_RA_DEG, TARGET_DEC_DEG = 155.2, 31.4
DEPTH, DURATION_D, INGRESS_D = 0.020, 0.062, 0.009
GAIN_E_ADU, READ_NOISE_E, BIAS_ADU = 1.4, 7.0, 300.0
SATURATE_ADU = 60000.0
SITE_LON_DEG, SITE_LAT_DEG, SITE_HEIGHT_M = 11.6, 47.9, 710.0
#: adu per second of the target above the atmosphere.
TARGET_RATE = 2600.0
EXTINCTION_MAG = 0.14


@dataclass(frozen=True)
class Field:
    """Stars of the staring night: pixels of the first frame, adu/s above the air; row 0 is it."""

    x: np.ndarray
    y: np.ndarray
    rate: np.ndarray


def make_field(random: np.random.Generator, n_star: int = 70) -> Field:
    """The target near the centre and stars around it that keep their distance."""
    places = [(SHAPE[1] * 0.52, SHAPE[0] * 0.47)]
    while len(places) < n_star:
        x, y = random.uniform(14, SHAPE[1] - 15), random.uniform(14, SHAPE[0] - 15)
        if all(np.hypot(x - px, y - py) > 15.0 for px, py in places):
            places.append((x, y))
    rate = TARGET_RATE * 10.0 ** (-0.4 * random.triangular(-0.6, 5.0, 5.2, n_star))
    rate[0] = TARGET_RATE
    # One star is too bright for the exposure: it saturates.
    rate[1] = 14.0 * TARGET_RATE
    rate[2:6] = TARGET_RATE * np.array([1.25, 0.9, 0.7, 0.55])
    x, y = np.array(places).T
    return Field(x, y, rate)


def _airmass(mjd: np.ndarray) -> np.ndarray:
    """Plane-parallel airmass from a plain hour angle; good to a percent below 60 degrees."""
    sidereal_deg = 280.46062 + 360.985647366 * (mjd - 51544.5) + SITE_LON_DEG
    hour = np.radians(sidereal_deg - TARGET_RA_DEG)
    lat, dec = np.radians(SITE_LAT_DEG), np.radians(TARGET_DEC_DEG)
    return 1.0 / (np.sin(lat) * np.sin(dec) + np.cos(lat) * np.cos(dec) * np.cos(hour))


def _smooth(random: np.random.Generator, n: int, width: float) -> np.ndarray:
    """Smooth random course of unit rms."""
    x = np.arange(-4 * width, 4 * width + 1)
    kernel = np.exp(-0.5 * (x / width) ** 2)
    course = np.convolve(random.standard_normal(n + x.size - 1), kernel, "valid")[:n]
    return (course - course.mean()) / course.std()


def _paint(
    field: Field, rates: np.ndarray, shift: np.ndarray, fwhm: float, sky: float
) -> np.ndarray:
    """Expected adu of one exposure, without bias; round Moffat images (beta 3.5)."""
    image = np.full(SHAPE, sky * EXPOSURE_S)
    beta = 3.5
    scale = 0.5 * fwhm / np.sqrt(2.0 ** (1.0 / beta) - 1.0)
    for x, y, rate in zip(field.x + shift[0], field.y + shift[1], rates, strict=True):
        half = 40 if rate > 3 * TARGET_RATE else 16
        y_lo, y_hi = max(int(y) - half, 0), min(int(y) + half + 1, SHAPE[0])
        x_lo, x_hi = max(int(x) - half, 0), min(int(x) + half + 1, SHAPE[1])
        if y_lo >= y_hi or x_lo >= x_hi:
            continue
        r2 = (np.arange(y_lo, y_hi)[:, None] - y) ** 2 + (np.arange(x_lo, x_hi) - x) ** 2
        peak = rate * EXPOSURE_S * (beta - 1.0) / (np.pi * scale**2)
        image[y_lo:y_hi, x_lo:x_hi] += peak * (1.0 + r2 / scale**2) ** -beta
    return image


def _wcs_header(shift: np.ndarray) -> fits.Header:
    """TAN, turned by 2 degrees, as a plate solution of this frame would give."""
    header = fits.Header()
    turn = np.radians(2.0)
    step = PIXEL_ARCSEC / 3600.0
    header["CTYPE1"], header["CTYPE2"] = "RA---TAN", "DEC--TAN"
    header["CRVAL1"], header["CRVAL2"] = TARGET_RA_DEG, TARGET_DEC_DEG
    header["CRPIX1"] = round(SHAPE[1] * 0.52 + 1.0 + float(shift[0]), 4)
    header["CRPIX2"] = round(SHAPE[0] * 0.47 + 1.0 + float(shift[1]), 4)
    header["CD1_1"], header["CD1_2"] = -step * np.cos(turn), step * np.sin(turn)
    header["CD2_1"], header["CD2_2"] = step * np.sin(turn), step * np.cos(turn)
    header["CUNIT1"], header["CUNIT2"] = "deg", "deg"
    header["RADESYS"], header["EQUINOX"] = "ICRS", 2000.0
    return header


def _frame_header(shift: np.ndarray, mjd_start: float, airmass: float) -> fits.Header:
    header = _wcs_header(shift)
    add = header.set
    add("OBJECT", TARGET)
    add("IMAGETYP", "Light Frame")
    add("TELESCOP", "demo 0.3 m", "simulated")
    add("INSTRUME", "demo camera")
    add("FILTER", "R")
    add("DATE-OBS", Time(mjd_start, format="mjd", scale="utc").isot, "UTC at start")
    add("TIMESYS", "UTC")
    add("EXPTIME", EXPOSURE_S, "[s]")
    add("SITELAT", SITE_LAT_DEG, "[deg]")
    add("SITELONG", SITE_LON_DEG, "[deg] east")
    add("SITEELEV", SITE_HEIGHT_M, "[m]")
    add("AIRMASS", round(airmass, 4), "at mid-exposure")
    add("BUNIT", "adu")
    add("GAIN", GAIN_E_ADU, "[e-/adu]")
    add("RDNOISE", READ_NOISE_E, "[e-]")
    add("SATURATE", SATURATE_ADU, "[adu]")
    add("PIXSCALE", PIXEL_ARCSEC, "[arcsec]")
    return header


def make_night(
    folder: Path, seed: int, control: Control, report: Report
) -> tuple[list[TruthRow], int]:
    """Write ``DEMO-1_R_0001.fits`` and on (16-bit integers on a pedestal, flat).

    Returns
    -------
    rows : list of TruthRow
        The target first, then the constant stars.
    n_frame : int
    """
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng([seed, 7])
    field = make_field(random)
    start = np.round(START_MJD + np.arange(N_FRAME) * CADENCE_S / SECONDS_PER_DAY, 8)
    mid = start + 0.5 * EXPOSURE_S / SECONDS_PER_DAY
    airmass = _airmass(mid)
    # Thin cloud: up to a fifth of the light for a while.
    cloud = 1.0 - 0.05 * np.abs(_smooth(random, N_FRAME, 6.0))
    clear = cloud * 10.0 ** (-0.4 * EXTINCTION_MAG * airmass)
    fwhm = 3.3 * airmass**0.6 * (1.0 + 0.05 * _smooth(random, N_FRAME, 4.0))
    drift = np.linspace(0.0, 1.0, N_FRAME)[:, None] * np.array([6.5, -4.0])
    drift = drift + 0.35 * random.standard_normal((N_FRAME, 2))
    mid_transit = float(mid[N_FRAME // 2]) + 0.0031
    transit = trapezoid_transit(mid, mid_transit, DURATION_D, INGRESS_D, DEPTH)
    for i in range(N_FRAME):
        control.check()
        report(Progress("making the staring night", i, N_FRAME))
        # Scintillation of a 0.3 m telescope in a minute, each star its own.
        rates = field.rate * clear[i] * (1.0 + 0.0009 * random.standard_normal(field.rate.size))
        rates[0] *= transit[i]
        sky = 3.0 * airmass[i] + 1.5 * (1.0 - cloud[i])
        expected = _paint(field, rates, drift[i], float(fwhm[i]), float(sky))
        adu = random.poisson(expected * GAIN_E_ADU) / GAIN_E_ADU
        adu += random.normal(0.0, READ_NOISE_E / GAIN_E_ADU, SHAPE) + BIAS_ADU
        pixels = np.clip(np.rint(adu), 0, SATURATE_ADU).astype(np.uint16)
        header = _frame_header(drift[i], float(start[i]), float(airmass[i]))
        hdu = fits.PrimaryHDU(pixels, header)
        hdu.writeto(folder / f"{TARGET}_R_{i + 1:04d}.fits", overwrite=True)
    report(Progress("making the staring night", N_FRAME, N_FRAME))
    return _truth(field, mid_transit), N_FRAME


def _truth(field: Field, mid_transit: float) -> list[TruthRow]:
    ra, dec = WCS(_wcs_header(np.zeros(2))).pixel_to_world_values(field.x, field.y)
    rows = []
    for i in range(field.x.size):
        target = i == 0
        kind = "transit" if target else "saturated star" if i == 1 else "star"
        rows.append(
            TruthRow(
                object=TARGET if target else f"star {i}",
                kind=kind,
                role="planted" if target else "decoy" if i == 1 else "constant",
                expect="variable" if target else "constant",
                ra_deg=round(float(ra[i]), 7),
                dec_deg=round(float(dec[i]), 7),
                x_px=round(float(field.x[i]), 3),
                y_px=round(float(field.y[i]), 3),
                flux_ch1_ujy=round(float(field.rate[i]), 3),
                amplitude=DEPTH if target else None,
                amplitude_tolerance=0.002 if target else None,
                peak_mjd=round(mid_transit, 6) if target else None,
                peak_mjd_tolerance_d=0.0014 if target else None,
                duration_d=DURATION_D if target else None,
                duration_tolerance_d=0.005 if target else None,
                note="pixels of a frame without drift" if target else "",
            )
        )
    return rows
