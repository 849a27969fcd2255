"""Cosmic rays found by their edges and replaced: L.A.Cosmic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain.planes import PLANES

from .apertures import plane


@dataclass(frozen=True)
class Cleaned:
    """An image without its cosmic rays; arrays of shape (ny, nx).

    Attributes
    ----------
    image : ndarray of float32
        A copy; cosmics have the median of the good pixels around them.
    mask : ndarray of bool
        The cosmics.
    bad : ndarray of bool
        The given bad pixels and the cosmics that could not be replaced, for want of a good pixel
        within two pixels; the very array that was given when there are none of the latter.
    n_pixel : int
        Number of cosmics.
    """

    image: np.ndarray
    mask: np.ndarray
    bad: np.ndarray
    n_pixel: int


def remove_cosmics(
    image: np.ndarray,
    sigma: np.ndarray,
    bad: np.ndarray,
    *,
    threshold: float = 4.5,
    fraction: float = 0.3,
    contrast: float = 5.0,
    iterations: int = 4,
) -> Cleaned:
    """L.A.Cosmic (van Dokkum 2001, PASP 113, 1420), its medians taken only where they can matter.

    A pixel is a cosmic when its Laplacian signal, less the 5 x 5 median of such, is above
    ``threshold`` times the noise (the 5 x 5 median of ``sigma``) and above ``contrast`` times the
    fine structure (3 x 3 median less its own 7 x 7 median, over the noise, at least 0.01). So are
    its neighbours above ``threshold``, and those of both above ``fraction * threshold``. They are
    replaced and the search goes on, until nothing is found. The same as astroscrappy's
    ``detect_cosmics(sepmed=False, cleantype='medmask', fsmode='median')``, but for

    - pixels within four of the edge, which are judged here by the part on the image;
    - bad pixels, which enter no median here (pixels beside them are judged by neither);
    - one noise for the 5 x 5 pixels around a candidate, its own.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        With its background left in; any unit.
    sigma : ndarray of float32, shape (ny, nx)
        1-sigma noise per pixel, in that unit; finite and positive wherever not bad.
    bad : ndarray of bool, shape (ny, nx)
        Never cosmics, never in a median; all that is not finite must be among them.
    threshold, fraction, contrast : float
        The paper's sigma_lim, f_s^lim and f_lim; positive.
    iterations : int
        From 1 on.

    Returns
    -------
    Cleaned
    """
    from .kernels.cosmics import replace_cosmics
    from .kernels.laplacian import outstanding

    image, sigma, bad = plane(image), plane(sigma), plane(bad, np.bool_)
    limits, marks = (float(threshold), float(fraction)), PLANES.empty(image.shape, np.uint8)
    candidates = outstanding(image, sigma, *limits, marks, 0, image.shape[0])
    cleaned = PLANES.empty(image.shape, np.float32)
    cleaned[:] = image
    flagged = PLANES.zeros(image.shape, np.uint8)
    n_cosmic, unfilled = replace_cosmics(
        cleaned, sigma, bad, candidates, *limits, float(contrast), int(iterations), flagged, marks
    )
    if unfilled.size:
        bad = bad.copy()
        bad.ravel()[unfilled] = True
    return Cleaned(cleaned, flagged.view(np.bool_), bad, int(n_cosmic))
