"""Flux to magnitude, only for display and export; fluxes are stored as they are."""

from __future__ import annotations

import numpy as np

#: Zero point of AB magnitudes for fluxes in uJy (Oke & Gunn 1983): 23.9.
AB_ZERO_UJY = 23.9
JY_IN_UJY = 1e6
#: Zero point of instrumental magnitudes (flux in adu/s or electron/s): 25 by custom.
INSTRUMENTAL_ZERO = 25.0
#: Zero point of magnitudes of a ratio: as the coadd is 0.
RELATIVE_ZERO = 0.0
#: Of what is not detected: so many errors are its upper limit.
LIMIT_SIGMA = 3.0
#: 2.5 / ln 10.
POGSON = 2.5 / np.log(10.0)


def to_magnitude(
    flux: np.ndarray, error: np.ndarray, zero_point: float
) -> tuple[np.ndarray, np.ndarray]:
    """Magnitudes and their errors; where flux <= 0 both are nan.

    Parameters
    ----------
    flux, error : ndarray
        Same shape, same unit.
    zero_point : float
        Magnitude of flux 1.
    """
    flux = np.asarray(flux, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        good = flux > 0
        magnitude = np.where(good, zero_point - 2.5 * np.log10(np.where(good, flux, 1.0)), np.nan)
        magnitude_error = np.where(good, POGSON * np.asarray(error) / flux, np.nan)
    return magnitude, magnitude_error


def to_flux(magnitude: np.ndarray, zero_point: float) -> np.ndarray:
    """Fluxes of magnitudes, float64; ``zero_point``: magnitude of flux 1."""
    return np.asarray(10.0 ** (-0.4 * (np.asarray(magnitude, np.float64) - zero_point)))
