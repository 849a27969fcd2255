"""From pixel values to tones: limits by percentile or zscale, and the curve between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

CURVES = ("asinh", "linear", "log", "sqrt")
Curve = Literal["asinh", "linear", "log", "sqrt"]
#: How limits are found: percentiles of the pixels (low, high), or zscale.
CUTS: dict[str, tuple[float, float] | None] = {
    "0.5–99.7 %": (0.5, 99.7),
    "1–99 %": (1.0, 99.0),
    "5–95 %": (5.0, 95.0),
    "min–max": (0.0, 100.0),
    "zscale": None,
}
#: The tone of pixels that have no value; others are from 0 to `TOP`.
BLANK, TOP = 255, 254
#: asinh is linear below this part of the range, as in ds9 and astropy.
_SOFTENING = 0.1
_LOG_DEPTH = 1000.0
_SAMPLE = 200_000


@dataclass(frozen=True)
class Tone:
    """Values ``low`` and below become the first tone, ``high`` and above the last.

    Attributes
    ----------
    low, high : float
    curve : {'asinh', 'linear', 'log', 'sqrt'}
    """

    low: float
    high: float
    curve: Curve = "asinh"

    def moved(self, by: float) -> Tone:
        """The same contrast about another level."""
        return Tone(self.low + by, self.high + by, self.curve)

    def tones(self, values: np.ndarray) -> np.ndarray:
        """Tones of pixels.

        Parameters
        ----------
        values : ndarray of float32

        Returns
        -------
        ndarray of uint8
            0 to `TOP`; `BLANK` where not finite.
        """
        span = self.high - self.low
        with np.errstate(invalid="ignore", over="ignore"):
            part = (values - np.float32(self.low)) * np.float32(1 / span if span > 0 else 1.0)
            np.clip(part, 0, 1, out=part)
            if self.curve == "asinh":
                part *= np.float32(1 / _SOFTENING)
                np.arcsinh(part, out=part)
                part *= np.float32(1 / np.arcsinh(1 / _SOFTENING))
            elif self.curve == "sqrt":
                np.sqrt(part, out=part)
            elif self.curve == "log":
                part *= np.float32(_LOG_DEPTH)
                np.log1p(part, out=part)
                part *= np.float32(1 / np.log1p(_LOG_DEPTH))
            part *= np.float32(TOP + 0.999)
            blank = ~np.isfinite(values)
            part[blank] = BLANK
            return part.astype(np.uint8)


def tone_of(image: np.ndarray, cut: str = "0.5–99.7 %", curve: Curve = "asinh") -> Tone:
    """A tone for an image.

    Parameters
    ----------
    image : ndarray of float
        A sample of its pixels is looked at, evenly spread.
    cut : str
        A name of `CUTS`. 'zscale' is IRAF's (astropy's `ZScaleInterval`).
    """
    step = max(1, int(np.sqrt(image.size / _SAMPLE))) if image.ndim == 2 else 1
    sample = image[::step, ::step] if image.ndim == 2 else image
    finite = np.asarray(sample[np.isfinite(sample)], np.float64)
    if not finite.size:
        return Tone(0.0, 1.0, curve)
    limits = CUTS[cut]
    if limits is None:
        from astropy.visualization import ZScaleInterval

        low, high = (float(v) for v in ZScaleInterval().get_limits(finite))
    else:
        low, high = (float(v) for v in np.percentile(finite, limits))
    if not high > low:
        high = low + (abs(low) or 1.0) * 1e-6
    return Tone(low, high, curve)
