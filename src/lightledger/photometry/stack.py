"""A coadd made on the spot from the best visits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import LightledgerError

from .kernels import resample
from .stars import Stars, coarse_sky

#: Robust standard deviations within which a value enters the mean.
_CLIP = 4.0


def stack(
    images: Sequence[tuple[np.ndarray, np.ndarray]],
    shape: tuple[int, int],
    *,
    scales: Sequence[float] | None = None,
    sky_box: int = 128,
    budget_bytes: int = 256 << 20,
    check: Callable[[], None] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Mean of images on a common grid: sky off, scaled, outliers (cosmic rays, satellites) clipped.

    Parameters
    ----------
    images : sequence of (data, matrix)
        ``data`` float32 (ny, nx), nan where bad, possibly memory-mapped; ``matrix`` (2, 3) takes
        pixels of the reference grid to its pixels.
    shape : tuple of int
        (ny, nx) of the reference grid.
    scales : sequence of float, optional
        Factors that bring the images to one scale (see `flux_ratio`); default 1.
    sky_box : int
        Side of the boxes of the sky that is subtracted, pixels of the image.
    budget_bytes : int
        Rows are worked on in pieces of about this much memory.
    check : callable, optional
        Called between pieces; may raise to stop (`Control.check`).

    Returns
    -------
    coadd : ndarray of float32, shape ``shape``
        nan where no image has data.
    coverage : ndarray of uint16, shape ``shape``
        Images with data.

    Raises
    ------
    LightledgerError
        No images.
    """
    if not images:
        raise LightledgerError("there are no images to stack")
    ny, nx = shape
    factors = np.ones(len(images)) if scales is None else np.asarray(scales, np.float64)
    prepared = []
    for data, matrix in images:
        data = np.ascontiguousarray(data, np.float32)
        if min(data.shape) < 2:
            raise LightledgerError(f"an image of {data.shape} pixels cannot be stacked")
        sky, _, _ = coarse_sky(data, ~np.isfinite(data), sky_box)
        prepared.append((data, sky, np.ascontiguousarray(matrix, np.float64)))
        if check is not None:
            check()
    coadd = np.empty(shape, np.float32)
    coverage = np.empty(shape, np.uint16)
    rows = int(max(1, min(ny, budget_bytes // (4 * nx * len(images)))))
    layers = np.empty((len(images), rows, nx), np.float32)
    for lo in range(0, ny, rows):
        hi = min(lo + rows, ny)
        for layer, (data, sky, matrix), factor in zip(layers, prepared, factors, strict=True):
            resample.bilinear(data, sky, matrix, factor, layer, lo, hi)
        resample.clipped_mean(
            layers[:, : hi - lo], _CLIP, coadd[lo:hi], coverage[lo:hi], 0, hi - lo
        )
        if check is not None:
            check()
    return coadd, coverage


def flux_ratio(stars: Stars, reference: Stars, matrix: np.ndarray, near_px: float = 2.0) -> float:
    """Factor that brings the fluxes of an image to those of the reference.

    Median over the common stars of reference over image, saturated ones left out; nan with fewer
    than three. ``matrix`` (2, 3) takes reference pixels to pixels of the image.
    """
    if not len(stars) or not len(reference):
        return float("nan")
    placed = np.column_stack([reference.x, reference.y, np.ones(len(reference))]) @ matrix.T
    tree = cKDTree(np.column_stack([stars.x, stars.y]))
    apart, nearest = tree.query(placed, distance_upper_bound=near_px)
    (common,) = np.nonzero(np.isfinite(apart))
    there = nearest[common]
    usable = ~reference.flat[common] & ~stars.flat[there]
    common, there = common[usable], there[usable]
    if common.size < 3:
        return float("nan")
    return float(np.median(reference.flux[common] / stars.flux[there]))


def choose_best(
    n: int,
    fwhm_px: np.ndarray,
    sky: np.ndarray,
    n_matched: np.ndarray,
) -> np.ndarray:
    """The visits that make the deepest sharp coadd.

    The noise of a faint star goes as FWHM times the square root of the sky; visits that show few
    of the common stars (clouds, a field half outside) count less.

    Parameters
    ----------
    n : int
        How many at most.
    fwhm_px, sky, n_matched : array_like of float, shape (m,)
        Of each visit. nan: FWHM or stars missing, the visit is taken last; sky unknown, ignored.

    Returns
    -------
    ndarray of int64
        Indices in ascending order; ties keep the earlier visit.
    """
    fwhm, level, stars = (np.asarray(v, np.float64) for v in (fwhm_px, sky, n_matched))
    with np.errstate(divide="ignore", invalid="ignore"):
        score = np.log(fwhm) - np.log(np.maximum(stars, 0))
        positive = np.isfinite(level) & (level > 0)
        # A sky already subtracted, or of unknown zero, says nothing about noise.
        if positive.all():
            score = score + 0.5 * np.log(level)
    score = np.where(np.isnan(score), np.inf, score)
    return np.sort(np.argsort(score, kind="stable")[:n])
