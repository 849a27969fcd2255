"""How bright an object is compared with the coadd: 1 is as bright.

Both images come without their background: a pedestal that is left in both takes part in the
division and draws every ratio towards 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain.planes import PLANES

from .apertures import Sums, plane
from .boxes import PackedPixels


@dataclass(frozen=True)
class Ratios:
    """One ratio per object; arrays of shape (n_object,).

    Attributes
    ----------
    value, error : ndarray of float64
        nan without a pixel to form it.
    n : ndarray of int32
        Pixels used.
    """

    value: np.ndarray
    error: np.ndarray
    n: np.ndarray


def ratio_plane(
    image: np.ndarray,
    coadd: np.ndarray,
    noise: np.ndarray | float,
    bad: np.ndarray,
    threshold: float,
    *,
    subtract: np.ndarray | None = None,
) -> np.ndarray:
    """Frame over coadd, pixel by pixel, where the coadd is significant.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        Of the visit, its background off, or given as ``subtract``.
    coadd : ndarray of float32, shape (ny, nx)
        On the pixels of the frame, its background off; nan where there is none.
    noise : ndarray of float32, shape (ny, nx), or float
        1 sigma of a pixel of the coadd.
    bad : ndarray of bool, shape (ny, nx)
        Unusable pixels of the frame.
    threshold : float
        The coadd must be above this many times its noise (and above 0).
    subtract : ndarray of float32, shape (ny, nx), optional

    Returns
    -------
    ndarray of float32, shape (ny, nx)
        nan elsewhere. Its noise is that of the image over the coadd.
    """
    from .kernels.ratios import divide

    image = plane(image)
    out = PLANES.empty(image.shape, np.float32)
    divide(
        image,
        plane(subtract),
        plane(coadd),
        _noise_plane(noise, image.shape),
        plane(bad, np.bool_),
        float(threshold),
        out,
        0,
        image.shape[0],
    )
    return out


def packed_ratio(
    image: np.ndarray,
    coadd: np.ndarray,
    bright: np.ndarray,
    bad: np.ndarray,
    *,
    subtract: np.ndarray | None = None,
) -> PackedPixels:
    """`ratio_plane` without the plane: only the pixels that have a ratio.

    Parameters
    ----------
    image, coadd, bad, subtract : as in `ratio_plane`
    bright : ndarray of uint64
        The pixels of which a ratio is asked, see `place.Behind.bright`.
    """
    from .kernels.packing import ones_in_words, pack_ratios

    image = plane(image)
    packed = PackedPixels.room(image.shape, int(ones_in_words(bright)))
    pack_ratios(
        image,
        plane(subtract),
        plane(coadd),
        plane(bad, np.bool_),
        bright,
        packed.words,
        packed.starts,
        packed.values,
        0,
        image.shape[0],
    )
    return packed


def template(
    image: np.ndarray,
    sigma: np.ndarray | float,
    bad: np.ndarray,
    coadd: np.ndarray,
    noise: np.ndarray | float,
    labels: np.ndarray,
    label: np.ndarray,
    threshold: float,
    *,
    subtract: np.ndarray | None = None,
) -> Ratios:
    """The coadd fitted to each object: sum(C S / s^2) / sum(C^2 / s^2) over its isophotal pixels.

    The weighted least squares of S = ratio x C with independent pixels; error
    1 / sqrt(sum(C^2 / s^2)).

    Parameters
    ----------
    image, coadd, noise, bad, threshold, subtract : as in `ratio_plane`
    sigma : ndarray of float32, shape (ny, nx), or float
        1-sigma noise of the frame.
    labels : ndarray of int32, shape (ny, nx)
        Segmentation at the pixels of the frame; 0 sky.
    label : ndarray of int, shape (n_object,)
        Which of the labels is each object's; 0: none.

    Returns
    -------
    Ratios
    """
    from .kernels.ratios import template_sums

    image, label = plane(image), np.asarray(label, np.int64)
    n = int(label.max(initial=0)) + 1
    product, square, count = np.zeros(n), np.zeros(n), np.zeros(n, np.int32)
    uniform = np.ndim(sigma) == 0
    template_sums(
        image,
        plane(subtract),
        plane(None if uniform else np.asarray(sigma)),
        plane(coadd),
        _noise_plane(noise, image.shape),
        plane(bad, np.bool_),
        plane(labels, np.int32),
        float(threshold),
        product,
        square,
        count,
        0,
        image.shape[0],
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        value, error = product / square, 1.0 / np.sqrt(square)
        if uniform:
            error *= float(sigma)
    value[count == 0] = error[count == 0] = np.nan
    own = np.where(label > 0, label, 0)  # nothing is ever added to label 0
    return Ratios(value[own], error[own], count[own])


def ratio_variance(sigma: np.ndarray | float, coadd: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """Variance of the ratio's pixels, (sigma / coadd)^2, float32; nan where there is no ratio."""
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        variance = np.square(np.asarray(sigma, np.float32) / np.asarray(coadd, np.float32))
    variance[~np.isfinite(ratio)] = np.nan
    return variance


def mean_ratio(sums: Sums, flux: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean ratio over footprints, weighted by overlap, and its error; float64, nan without area.

    Parameters
    ----------
    sums : Sums
        Through footprints, of the ratio with `ratio_variance`; pixels without a ratio are bad.
    flux : ndarray
        Row of ``sums.flux`` that is of the ratio.
    """
    area = sums.good_area
    with np.errstate(invalid="ignore", divide="ignore"):
        value, error = flux / area, np.sqrt(sums.variance) / area
    nothing = ~(area > 0)
    value[nothing] = error[nothing] = np.nan
    return value, error


def _noise_plane(noise: np.ndarray | float, shape: tuple[int, ...]) -> np.ndarray:
    return plane(np.full(shape, noise, np.float32) if np.ndim(noise) == 0 else noise)  # type: ignore[arg-type]
