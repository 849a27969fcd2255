"""Correlated noise of one visit: empty apertures on the image less the scaled coadd."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lightledger.domain import noise_text
from lightledger.domain.methods import IMAGES

from .correlated import noise_factors, scaled_difference
from .images import Visit
from .place import Base, Place
from .spec import MeasureSpec


def visit_noise(
    visit: Visit,
    flat: np.ndarray,
    place: Place,
    base: Base,
    spec: MeasureSpec,
    labels: np.ndarray | None,
    fwhm_px: float,
) -> str:
    """Factors of all methods as the visit table keeps them (`lightledger.domain.noise_text`).

    '' where there is no error map, or no coadd at the frame's pixels.

    Parameters
    ----------
    visit : Visit
    flat : ndarray of float32, shape (ny, nx)
        Its image without background.
    place, base, spec, fwhm_px
        As in `measure.measure`.
    labels : ndarray of int32, shape (ny, nx), or None
        The segmentation at the frame's pixels.
    """
    coadd, noise = place.coadd(base, flat.shape)
    if not (visit.has_sigma and coadd.size):
        return ""
    area = place.scale**2
    sizes = replace(
        base.sizes,
        auto=base.sizes.auto * area,
        iso=base.sizes.iso * area,
        fwhm_px=fwhm_px,
        scale=place.scale,
    )
    methods = tuple(dict.fromkeys(m for image in IMAGES for m in spec.methods(image)))
    difference = scaled_difference(flat, coadd, noise)
    factors = noise_factors(difference, visit.sigma, visit.bad, labels, methods, sizes)
    return noise_text(methods, factors)
