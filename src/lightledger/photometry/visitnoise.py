"""Correlated noise of one visit: empty apertures on the image less the scaled coadd."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lightledger.domain import noise_text
from lightledger.domain.methods import IMAGES

from .correlated import Subtracted, noise_factors
from .images import Visit
from .place import Base, Behind, Place
from .spec import MeasureSpec


def visit_noise(
    visit: Visit,
    level: np.ndarray,
    behind: Behind,
    place: Place,
    base: Base,
    spec: MeasureSpec,
    fwhm_px: float,
) -> str:
    """Factors of all methods as the visit table keeps them (`lightledger.domain.noise_text`).

    '' where there is no error map, or no coadd at the frame's pixels.

    Parameters
    ----------
    visit : Visit
    level : ndarray of float32, shape (ny, nx)
        Background of its image.
    behind : Behind
    place, base, spec, fwhm_px
        As in `measure.measure`.
    """
    if not (visit.has_sigma and behind.coadd.size):
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
    off = Subtracted.of(visit.image, level, behind.coadd, behind.noise)
    planes = visit.image, visit.sigma, visit.bad, behind.labels
    return noise_text(methods, noise_factors(*planes, methods, sizes, off=off))
