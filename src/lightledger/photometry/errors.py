"""Errors of aperture sums: from the pixels' own sigmas, else from sky noise and gain."""

from __future__ import annotations

import numpy as np

from .apertures import Sums


def sum_error(
    sums: Sums,
    *,
    has_sigma: bool,
    sky: np.ndarray,
    sky_rms: np.ndarray,
    level_error: np.ndarray,
    gain: float,
    read_noise: float,
) -> np.ndarray:
    """1-sigma error of each aperture's flux, float64, shape (n_radius, n_object).

    ``sqrt(sum w^2 s^2 + (good area x error of the local sky)^2)``. With sigmas the pixels' noise
    is theirs, and a gain adds nothing, because they hold the photon noise already. Without them
    it is the scatter of the sky (which contains read noise; the stated one is a floor) plus, when
    the gain is known, the photon noise of what is above the sky. Pixels are taken as independent.

    Parameters
    ----------
    sums : Sums
    has_sigma : bool
        ``sums.variance`` comes from sigmas.
    sky : ndarray, shape (n_object,)
        Background per pixel still inside ``sums.flux2``.
    sky_rms, level_error : ndarray, shape (n_object,)
        Scatter of the sky per pixel; error of the level that is subtracted.
    gain, read_noise : float
        Electrons per unit, electrons; 0 for unknown.
    """
    if has_sigma:
        variance = sums.variance
    else:
        floor = read_noise / gain if gain > 0 else 0.0
        variance = np.maximum(sky_rms, floor) ** 2 * sums.weight2
        if gain > 0:
            variance = variance + np.maximum(sums.flux2 - sky * sums.weight2, 0.0) / gain
    return np.sqrt(variance + (level_error * sums.good_area) ** 2)
