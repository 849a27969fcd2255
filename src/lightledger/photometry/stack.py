"""A coadd made on the spot: the robust weighted mean of visits on a common grid."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import LightledgerError

from .apertures import plane
from .background import mesh_background
from .kernels import resample
from .onframe import PixelMap
from .stars import Stars

#: Robust standard deviations within which a value enters the mean.
CLIP = 4.0
#: Images that outliers are looked for among: enough to tell one, few enough for the disk.
GROUP = 25


@dataclass(frozen=True)
class Layer:
    """One image of a stack.

    Attributes
    ----------
    read : callable
        Gives its pixels, float32 (ny, nx), nan where bad; called once.
    place : PixelMap
        Its pixel of every ``step``-th pixel of the reference grid.
    scale : float
        Factor that brings its values to the scale of the others.
    """

    read: Callable[[], np.ndarray]
    place: PixelMap
    scale: float = 1.0


@dataclass(frozen=True)
class Stack:
    """A coadd; arrays of the shape of the reference grid.

    Attributes
    ----------
    coadd : ndarray of float32
        nan where no image has data.
    weight : ndarray of float32
        Sum of the inverse sky variances of the values that entered; 0 where none did.
    coverage : ndarray of uint16
        Images with data, outliers included.
    """

    coadd: np.ndarray
    weight: np.ndarray
    coverage: np.ndarray


def stack(
    layers: Sequence[Layer],
    shape: tuple[int, int],
    *,
    sky_box: int = 128,
    budget_bytes: int = 256 << 20,
    step: Callable[[int], None] | None = None,
) -> Stack:
    """Mean of images on a common grid: sky off, scaled, outliers (cosmic rays, satellites) clipped.

    An image weighs by the inverse variance of its sky alone, so that neither seeing nor bright
    stars decide. A value enters when it lies within `CLIP` standard deviations of the median of its
    pixel: those of its own sky, or the robust scatter of the pixel (1.4826 times the median
    absolute deviation) where that is larger, as it is in the cores of stars under changing seeing.
    One image is in memory at a time; they are compared in groups of at most `GROUP`, interleaved,
    through a file on disk, and the groups' means are averaged by their weights.

    Parameters
    ----------
    layers : sequence of Layer
    shape : tuple of int
        (ny, nx) of the reference grid.
    sky_box : int
        Side of the meshes of the sky that is subtracted, pixels of the image.
    budget_bytes : int
        Rows are compared in pieces of about this much memory.
    step : callable, optional
        Called with the number of images done so far, often; may raise to stop (`Control.check`).

    Raises
    ------
    LightledgerError
        No images, one too small, or no room for the temporary file.
    """
    if not layers:
        raise LightledgerError("there are no images to stack")
    ny, nx = shape
    total, weight = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    coverage = np.zeros(shape, np.uint16)
    n_group = -(-len(layers) // GROUP)
    done = 0
    for first in range(n_group):
        group = layers[first::n_group]
        rows = int(max(1, min(ny, budget_bytes // (4 * nx * len(group)))))
        sigma = np.empty(len(group))
        with _scratch() as file:
            for k, layer in enumerate(group):
                resampled, sigma[k] = _resampled(layer, shape, sky_box)
                file.write(resampled.data)
                done += 1
                if step is not None:
                    step(done)
            for lo in range(0, ny, rows):
                hi = min(lo + rows, ny)
                part = _rows(file, len(group), shape, lo, hi)
                resample.clipped_sums(part, sigma, CLIP, total, weight, coverage, lo, hi)
                if step is not None:
                    step(done)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Stack(total / weight, weight, coverage)


def _resampled(layer: Layer, shape: tuple[int, int], sky_box: int) -> tuple[np.ndarray, float]:
    """An image on the reference grid, and the standard deviation of its sky."""
    data = plane(layer.read())
    if min(data.shape) < 2:
        raise LightledgerError(f"an image of {data.shape} pixels cannot be stacked")
    sky = mesh_background(data, None, sky_box)
    out = np.empty(shape, np.float32)
    place = layer.place
    resample.bilinear(
        data,
        plane(sky.level),
        place.step,
        plane(place.x),
        plane(place.y),
        layer.scale,
        out,
        0,
        shape[0],
    )
    # an image without noise (synthetic, or all zero) must not outweigh all others
    return out, max(abs(layer.scale) * float(np.nan_to_num(sky.rms)), 1e-30)


@contextmanager
def _scratch() -> Iterator[BinaryIO]:
    try:
        with tempfile.TemporaryFile(prefix="lightledger-stack-") as file:
            yield file  # type: ignore[misc]
    except OSError as error:
        raise LightledgerError(
            f"no room for the temporary file of a stack ({error.strerror or error})",
            Path(tempfile.gettempdir()),
            "make room, or set TMPDIR to a folder that has some",
        ) from None


def _rows(file: BinaryIO, n: int, shape: tuple[int, int], lo: int, hi: int) -> np.ndarray:
    """Rows [lo, hi) of the images in the file, (n, hi - lo, nx)."""
    ny, nx = shape
    part = np.empty((n, hi - lo, nx), np.float32)
    for k in range(n):
        file.seek(4 * nx * (k * ny + lo))
        if file.readinto(part[k].data) < part[k].nbytes:  # type: ignore[attr-defined]
            raise OSError("the temporary file is cut short")
    return part


def flux_ratio(
    stars: Stars, reference: Stars, matrix: np.ndarray, near_px: float = 2.0, fewest: int = 3
) -> float:
    """Factor that brings the fluxes of an image to those of the reference.

    Median over the common stars of reference over image, saturated ones left out; nan with less
    than ``fewest``. ``matrix`` (2, 3) takes reference pixels to pixels of the image.
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
    if common.size < fewest:
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
        How many at most; 0: all.
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
    return np.sort(np.argsort(score, kind="stable")[: n or score.size])
