"""Positions and values in words."""

from __future__ import annotations

import math

import numpy as np


def sexagesimal(ra_deg: float, dec_deg: float) -> str:
    """ICRS position in hours and degrees; '' where it is not known.

    >>> sexagesimal(265.00512, -0.5)
    '17 40 01.23  −00 30 00.0'
    >>> sexagesimal(359.99999999, 0.0)
    '00 00 00.00  +00 00 00.0'
    """
    if not (math.isfinite(ra_deg) and math.isfinite(dec_deg)):
        return ""
    hundredths = round(ra_deg % 360.0 / 15.0 * 3600 * 100) % (24 * 3600 * 100)
    tenths = round(abs(dec_deg) * 3600 * 10)
    sign = "−" if dec_deg < 0 and tenths else "+"
    seconds, arcsec = hundredths / 100, tenths / 10
    return (
        f"{hundredths // 360_000:02d} {hundredths // 6000 % 60:02d} {seconds % 60:05.2f}  "
        f"{sign}{tenths // 36_000:02d} {tenths // 600 % 60:02d} {arcsec % 60:04.1f}"
    )


def degrees(ra_deg: float, dec_deg: float) -> str:
    """ICRS position in degrees; '' where it is not known.

    >>> degrees(265.00512, -0.5)
    '265.00512° −0.50000°'
    """
    if not (math.isfinite(ra_deg) and math.isfinite(dec_deg)):
        return ""
    return f"{ra_deg % 360.0:.5f}° {'−' if dec_deg < 0 else '+'}{abs(dec_deg):.5f}°"


def value_text(value: float, unit: str = "") -> str:
    """A pixel's value with its unit.

    >>> value_text(0.0912345, "MJy/sr"), value_text(float("nan"))
    ('0.091234 MJy/sr', 'no value')
    """
    if not math.isfinite(value):
        return "no value"
    return f"{value:.5g} {unit}".rstrip()


def short_text(value: float) -> str:
    """A number for the end of a colour bar.

    >>> short_text(1088.7), short_text(-0.006471), short_text(3.2e7)
    ('1,089', '-0.00647', '3.2e+07')
    """
    return f"{value:,.0f}" if 999.5 <= abs(value) < 1e6 else f"{value:.3g}"


def pixel_at(data: np.ndarray, x: float, y: float) -> float | None:
    """Value of the pixel in which a place lies; None off the image."""
    column, row = math.floor(x + 0.5), math.floor(y + 0.5)
    ny, nx = data.shape
    return float(data[row, column]) if 0 <= column < nx and 0 <= row < ny else None
