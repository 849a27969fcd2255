"""Kron radii and the neighbours' share of an object's light, on the coadd."""

from __future__ import annotations

import numpy as np

from .apertures import plane
from .coadd import Surface
from .geometry import Geometry

#: The first moment is taken within this many semi-axes (SExtractor's KRON_NSIG).
REACH = 6.0
#: Objects with less of their Kron ellipse's light from neighbours are isolated, ...
ISOLATED = 0.01
#: ... and those with more are blended.
BLENDED = 0.02
#: Fewest isolated objects that tell what is usual, and how many make one point of the locus.
FEWEST_ISOLATED = 20
PER_POINT = 50


def kron_radii(
    surface: Surface, geometry: Geometry, factor: float = 2.5, minimum: float = 3.5
) -> np.ndarray:
    """Kron radii as SExtractor has them: sum(r I) / sum(I) within 6 a, without neighbours.

    Kron (1980, ApJS 43, 305); Bertin & Arnouts (1996, A&AS 117, 393), section 7.4.2.

    Parameters
    ----------
    surface : Surface
    geometry : Geometry
        With a segmentation: pixels of other objects are left out. Its own ``kron`` is not used.
    factor, minimum : float
        SExtractor's PHOT_AUTOPARAMS.

    Returns
    -------
    ndarray of float64, shape (n_object,)
        In units of ``a``; ``minimum`` where no light is left.
    """
    light = _light(surface, geometry, np.full(geometry.n_object, REACH))
    with np.errstate(divide="ignore", invalid="ignore"):
        radius = factor * light[:, 1] / light[:, 0]
    usable = (light[:, 0] > 0) & (light[:, 1] > 0)
    # no mean radius within an ellipse is larger than it: noise below zero made it so
    return np.where(usable, np.clip(radius, minimum, factor * REACH), minimum)


def neighbour_fractions(surface: Surface, geometry: Geometry) -> np.ndarray:
    """Share of the light in the Kron ellipse that lies on other objects' pixels.

    Returns
    -------
    ndarray of float64, shape (n_object,)
        0 to 1; nan without a position.
    """
    light = _light(surface, geometry, geometry.kron)
    own, others = np.maximum(light[:, 0], 0), np.maximum(light[:, 2], 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(others > 0, others / (own + others), 0.0)
    return np.where(np.isfinite(geometry.x) & np.isfinite(geometry.y), share, np.nan)


def held_to_locus(geometry: Geometry, neighbours: np.ndarray) -> np.ndarray:
    """Kron radii, those of blended objects held to what isolated ones of like size have.

    The faint wings of neighbours, outside their isophotes, widen the ellipse of a blended object.
    Its radius is held to the locus of isolated objects: one standard deviation (84th percentile)
    above the middle of those of like isophotal size, sqrt(a b), linear in its logarithm between
    groups of `PER_POINT`.

    Parameters
    ----------
    geometry : Geometry
    neighbours : ndarray of float64, shape (n_object,)
        From `neighbour_fractions`: below `ISOLATED` an object shapes the locus, above `BLENDED` it
        is held to it.

    Returns
    -------
    ndarray of float64, shape (n_object,)
        As they were where fewer than `FEWEST_ISOLATED` objects are isolated.
    """
    kron = geometry.kron
    isolated = np.flatnonzero(neighbours < ISOLATED)
    if isolated.size < FEWEST_ISOLATED:
        return kron
    size = 0.5 * np.log(geometry.a * geometry.b)
    by_size = isolated[np.argsort(size[isolated], kind="stable")]
    groups = np.array_split(by_size, max(1, isolated.size // PER_POINT))
    at = [float(np.median(size[group])) for group in groups]
    height = [float(np.percentile(kron[group], 84.13)) for group in groups]
    limit = np.interp(size, at, height)
    return np.where((neighbours > BLENDED) & (kron > limit), limit, kron)


def _light(surface: Surface, geometry: Geometry, reach: np.ndarray) -> np.ndarray:
    from .kernels.kron import ellipse_light

    out = np.empty((geometry.n_object, 3))
    ellipse_light(
        plane(surface.flat),
        plane(geometry.segmentation, np.int32),
        geometry.x,
        geometry.y,
        geometry.a,
        geometry.b,
        geometry.theta,
        plane(reach, np.float64),
        geometry.label,
        out,
        0,
        geometry.n_object,
    )
    return out
