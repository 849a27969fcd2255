"""What an object of the demo field is, and where it lies: the grid and the turning camera."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .schedule import BANDS

#: Pixels of the common grid, which is also the coadd's.
SIZE = 256
CENTRE = (SIZE - 1) / 2
PIXEL_ARCSEC = 0.6
#: Half the side of the square that one exposure covers, pixels.
HALF_SIDE = 116.0
#: uJy of one MJy/sr in one pixel of 0.6 arcsec: 23.504431 uJy/arcsec^2 x 0.36.
UJY_PER_MJY_SR = 23.504431 * PIXEL_ARCSEC**2
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class Source:
    """One object of the field.

    Attributes
    ----------
    kind, role, expect, note : str
        As in the truth file.
    x, y : float
        Pixel, 0-based, in the middle of the series.
    flux : tuple of float
        Mean or quiet flux in ch1 and ch2, uJy.
    size_px : float
        Half-light radius of a galaxy; 0: a point.
    axis_ratio, theta_deg : float
        Shape on the sky (a galaxy's), counter-clockwise from the x axis.
    motion : tuple of float
        Proper motion, pixels a year, x and y.
    relative : dict of str to ndarray
        Band to flux over quiet flux per visit; missing: constant.
    point_extra : dict of str to ndarray
        Band to flux (uJy) per visit of a point on top of it, one pixel to the left.
    truth : dict
        Further columns of the truth file.
    blended : bool
        Whether the catalogue marks it as having a close neighbour.
    """

    kind: str
    x: float
    y: float
    flux: tuple[float, float]
    role: str = "constant"
    expect: str = "constant"
    note: str = ""
    size_px: float = 0.0
    axis_ratio: float = 1.0
    theta_deg: float = 0.0
    motion: tuple[float, float] = (0.0, 0.0)
    relative: dict[str, np.ndarray] = field(default_factory=dict)
    point_extra: dict[str, np.ndarray] = field(default_factory=dict)
    truth: dict[str, float | str] = field(default_factory=dict)
    blended: bool = False

    @property
    def colour(self) -> float:
        """Flux in ch2 over ch1."""
        return self.flux[1] / self.flux[0]

    def flux_in(self, band: str, visit: int) -> float:
        """Flux, uJy, in a visit (place in time order), without `point_extra`."""
        quiet = self.flux[BANDS.index(band)]
        return quiet * float(self.relative[band][visit]) if band in self.relative else quiet


def polar(radius_px: float, angle_deg: float) -> tuple[float, float]:
    """Pixel at a distance and angle (counter-clockwise from x) of the centre."""
    angle = np.radians(angle_deg)
    return CENTRE + radius_px * float(np.cos(angle)), CENTRE + radius_px * float(np.sin(angle))


def to_detector(
    x: np.ndarray | float, y: np.ndarray | float, position_angle_deg: float
) -> tuple[np.ndarray, np.ndarray]:
    """Grid pixels to detector pixels from the centre of the field."""
    angle = np.radians(position_angle_deg)
    dx, dy = np.asarray(x) - CENTRE, np.asarray(y) - CENTRE
    return dx * np.cos(angle) + dy * np.sin(angle), dy * np.cos(angle) - dx * np.sin(angle)


def from_detector(u: float, v: float, position_angle_deg: float) -> tuple[float, float]:
    """Detector pixels to grid pixels; the inverse of `to_detector`."""
    angle = np.radians(position_angle_deg)
    return (
        CENTRE + u * float(np.cos(angle)) - v * float(np.sin(angle)),
        CENTRE + u * float(np.sin(angle)) + v * float(np.cos(angle)),
    )
