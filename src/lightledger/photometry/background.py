"""The sky: a mesh over the whole frame, or an annulus around each object."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lightledger.domain.planes import PLANES

from .apertures import NO_MASK, memory_order, plane

#: Fewer good pixels than this in an annulus give no local sky.
MIN_SKY_PIXELS = 20
#: Multiplications of a product that OpenBLAS leaves to one thread.
_ONE_THREAD = 1 << 18
#: Values sorted in one go: large enough for numpy's vector sort, small enough for the cache.
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Background:
    """Background of a frame by meshes.

    Attributes
    ----------
    level : ndarray of float32, shape (ny, nx)
        nan throughout for a frame without a good pixel.
    median, rms : float
        Medians over the meshes of level and scatter; nan likewise.
    grid, rms_grid : ndarray of float64, shape (n_mesh_y, n_mesh_x)
        After filling and median filter.
    modes, mode_rms : ndarray of float64, shape (n_mesh_y, n_mesh_x)
        Before; nan for meshes without enough good pixels.
    box : int
        Side of a mesh, pixels.
    """

    level: np.ndarray
    median: float
    rms: float
    grid: np.ndarray
    rms_grid: np.ndarray
    modes: np.ndarray
    mode_rms: np.ndarray
    box: int

    def rms_at(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Scatter of the sky at positions, bilinear between mesh centres, float64, shape (n,)."""
        from scipy.ndimage import map_coordinates

        at = [(np.nan_to_num(v) + 0.5) / self.box - 0.5 for v in (y, x)]
        return map_coordinates(self.rms_grid, at, order=1, mode="nearest")


@dataclass(frozen=True)
class LocalSky:
    """Sky around each object; arrays of shape (n,).

    Attributes
    ----------
    level, rms : float64
        Clipped median and scatter of a pixel; nan with fewer than `MIN_SKY_PIXELS` good pixels.
    error : float64
        Of the level: sqrt(pi / 2) rms / sqrt(n_pixel).
    n_pixel : int32
        Pixels left after clipping.
    """

    level: np.ndarray
    rms: np.ndarray
    n_pixel: np.ndarray
    error: np.ndarray


def mesh_background(
    image: np.ndarray,
    bad: np.ndarray | None,
    box: int = 64,
    *,
    like: Background | None = None,
    changed: np.ndarray | None = None,
) -> Background:
    """SExtractor's background: clipped mode of meshes, 3 x 3 median filter, bicubic spline.

    Bertin & Arnouts (1996, A&AS 117, 393); the spline is evaluated at pixel centres, where sep and
    SExtractor are half a pixel off along y. A mesh with less than half of its pixels good takes the
    mean of its nearest neighbours. A frame smaller than a mesh is one mesh.

    Parameters
    ----------
    image : ndarray, shape (ny, nx)
    bad : ndarray of bool, shape (ny, nx), or None
        Pixels to leave out; non-finite ones must be among them (None: they are found).
    box : int
        Side of a mesh, pixels; at least 4.
    like, changed : Background and ndarray of bool, shape (ny, nx), optional
        Background with the same ``bad`` and ``box`` of an image that differs from this one in
        these pixels alone: meshes without any are taken from it.
    """
    from .kernels.mesh import mesh_modes

    image, bad = _image_and_bad(image, bad)
    box = max(4, int(box))
    if like is None or changed is None:
        shape = -(-image.shape[0] // box), -(-image.shape[1] // box)
        modes, mode_rms = np.empty(shape), np.empty(shape)
        changed = None
    else:
        modes, mode_rms = like.modes.copy(), like.mode_rms.copy()
    differs = NO_MASK if changed is None else plane(changed, np.bool_)
    mesh_modes(image, bad, differs, box, modes, mode_rms, 0, modes.shape[0])
    if np.isnan(modes).all():
        level = np.full(image.shape, np.nan, np.float32)
        return Background(level, np.nan, np.nan, modes, mode_rms, modes, mode_rms, box)
    grid, rms_grid = (_filtered(_filled(g)) for g in (modes, mode_rms))
    median, rms = float(np.median(grid)), float(np.median(rms_grid))
    level = _splined(grid, image.shape, box)
    return Background(level, median, rms, grid, rms_grid, modes, mode_rms, box)


def _splined(grid: np.ndarray, shape: tuple[int, ...], box: int) -> np.ndarray:
    """Bicubic spline through the centres of the meshes at every pixel: by matrices down the
    columns, where there are few, and piece by piece along the rows."""
    from .kernels.grids import spline_rows

    nodes = _times(_spline_matrix(shape[0], box), grid)
    out = PLANES.empty(shape, np.float32)
    if grid.shape[1] == 1:
        out[:] = nodes
    else:
        curvatures = _times(nodes, _curvature_matrix(grid.shape[1]).T)
        spline_rows(plane(nodes), plane(curvatures), box, out, 0, shape[0])
    return out


def _times(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """``a @ b`` in pieces: of a larger product BLAS makes threads, which wait for each other by
    turning round, beside as many of other visits."""
    rows = max(1, _ONE_THREAD // b.size)
    pieces = [a[first : first + rows] @ b for first in range(0, len(a), rows)]
    return np.concatenate(pieces)


def _filled(grid: np.ndarray) -> np.ndarray:
    """Empty meshes take the mean of the nearest ones that are not."""
    empty = np.argwhere(np.isnan(grid))
    if not len(empty):
        return grid
    known = np.argwhere(~np.isnan(grid))
    filled = grid.copy()
    for mesh in empty:
        distance = ((known - mesh) ** 2).sum(axis=1)
        nearest = known[distance == distance.min()]
        filled[tuple(mesh)] = grid[nearest[:, 0], nearest[:, 1]].mean()
    return filled


def _filtered(grid: np.ndarray) -> np.ndarray:
    from .kernels.grids import median_filter_3x3

    out = np.empty_like(grid)
    median_filter_3x3(plane(grid, np.float64), out)
    return out


@lru_cache(maxsize=16)
def _spline_matrix(n: int, box: int) -> np.ndarray:
    """Natural cubic spline from mesh centres to pixels as a matrix, shape (n, n_mesh)."""
    from scipy.interpolate import CubicSpline

    n_mesh = -(-n // box)
    if n_mesh == 1:
        return np.ones((n, 1))
    at = (np.arange(n) + 0.5) / box - 0.5
    return CubicSpline(np.arange(n_mesh), np.eye(n_mesh), bc_type="natural")(at)


@lru_cache(maxsize=16)
def _curvature_matrix(n_mesh: int) -> np.ndarray:
    """Natural cubic spline from values to second derivatives at the centres, (n_mesh, n_mesh)."""
    from scipy.interpolate import CubicSpline

    at = np.arange(n_mesh)
    return CubicSpline(at, np.eye(n_mesh), bc_type="natural")(at, 2)


def annulus_background(
    image: np.ndarray,
    bad: np.ndarray | None,
    x: np.ndarray,
    y: np.ndarray,
    r_in: float,
    r_out: float,
) -> LocalSky:
    """Median of the pixels in an annulus, clipped at 3 sigma until nothing changes.

    Pixels count by their centres. The part of an annulus on the image is enough, down to
    `MIN_SKY_PIXELS`. Equal values (whole counts) are spread over their gaps before the median.

    Parameters
    ----------
    image, bad : as in `mesh_background`
    x, y : ndarray, shape (n,)
    r_in, r_out : float
        Pixels, ``0 <= r_in < r_out``.

    Returns
    -------
    LocalSky
    """
    from .kernels.annulus import fill_annuli
    from .kernels.clipping import clipped_medians

    image, bad = _image_and_bad(image, bad)
    x, y = (np.asarray(np.atleast_1d(v), np.float64) for v in (x, y))
    n = x.size
    # Bound on the pixel centres in the ring: those of pixels that it may touch.
    capacity = int(np.pi * ((r_out + 0.71) ** 2 - max(r_in - 0.71, 0.0) ** 2)) + 8
    capacity = min(capacity, image.size)
    block = max(1, min(_BLOCK // capacity, n))
    values = np.empty((block, capacity), np.float32)
    counts = np.empty(block, np.int64)
    level, rms, left = np.empty(n), np.empty(n), np.empty(n, np.int64)
    order = memory_order(x, y)
    for first in range(0, n, block):
        rows = order[first : first + block]
        at_x, at_y = plane(x[rows], np.float64), plane(y[rows], np.float64)
        size = rows.size
        fill_annuli(image, bad, at_x, at_y, float(r_in), float(r_out), values[:size], counts[:size])
        values[:size].sort(axis=1)
        found = np.empty(size), np.empty(size), np.empty(size, np.int64)
        clipped_medians(values[:size], counts[:size], *found, 0, size)
        level[rows], rms[rows], left[rows] = found
    too_few = left < MIN_SKY_PIXELS
    level[too_few] = rms[too_few] = np.nan
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.sqrt(np.pi / 2) * rms / np.sqrt(left)
    return LocalSky(level, rms, left.astype(np.int32), error)


def frame_sky(
    image: np.ndarray, bad: np.ndarray | None, n_sample: int = 250_000
) -> tuple[float, float]:
    """Clipped median and scatter of a regular sample of the frame's good pixels.

    The scatter contains gradients of the background. nan, nan without a good pixel.
    """
    from .kernels.clipping import clipped_medians

    image, bad = _image_and_bad(image, bad)
    step = max(1, int(np.sqrt(image.size / n_sample)))
    sample = image[::step, ::step][~bad[::step, ::step]]
    sample = sample[np.isfinite(sample)]
    if sample.size == 0:
        sample = image[~bad & np.isfinite(image)]
    values = np.sort(sample)[None, :]
    level, rms, left = np.empty(1), np.empty(1), np.empty(1, np.int64)
    clipped_medians(values, np.array([sample.size]), level, rms, left, 0, 1)
    return float(level[0]), float(rms[0])


def _image_and_bad(image: np.ndarray, bad: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    image = plane(image)
    return image, plane(~np.isfinite(image) if bad is None else bad, np.bool_)
