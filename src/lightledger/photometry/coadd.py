"""A coadd made ready for detection: its background off, its noise known in every pixel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError

from .background import mesh_background

#: The noise is nowhere below this part of the usual one: rims of a mosaic are not that good.
_LEAST_NOISE = 0.1
#: Root of the sum of squares of the filter (1 2 1, 2 4 2, 1 2 1) / 16.
WHITE_FILTER_NOISE = 0.375
#: Rows of a strip, and strips, that the noise of the filtered coadd is measured on.
_STRIP, _N_STRIP = 18, 40


@dataclass(frozen=True)
class Surface:
    """A coadd without its background.

    Attributes
    ----------
    flat : ndarray of float32, shape (ny, nx)
        Coadd minus background; nan where there are no data.
    noise : ndarray of float32, shape (ny, nx)
        Standard deviation of the sky, unit of the coadd; nan where there are no data.
    bad : ndarray of bool, shape (ny, nx)
        Where both are nan.
    """

    flat: np.ndarray
    noise: np.ndarray
    bad: np.ndarray

    @property
    def shape(self) -> tuple[int, int]:
        ny, nx = self.flat.shape
        return ny, nx


def flatten(image: np.ndarray, weight: np.ndarray | None = None, box: int = 64) -> Surface:
    """Background and noise of a coadd.

    The noise is the scatter of the sky around each place; with a weight map it follows the map
    from pixel to pixel, scaled so that the sky's scatter comes out as it is (weights are relative,
    and resampling correlates the noise of neighbouring pixels).

    Parameters
    ----------
    image : ndarray of float, shape (ny, nx)
        nan where there are no data.
    weight : ndarray of float, shape (ny, nx), optional
        Proportional to the inverse variance; 0 or nan: no data.
    box : int
        Side of a background mesh, pixels.

    Raises
    ------
    LightledgerError
        No pixel with data, or a weight map of another shape; one line.
    """
    image = np.ascontiguousarray(image, np.float32)
    if image.ndim != 2:
        raise LightledgerError("detection needs a two-dimensional image")
    bad = ~np.isfinite(image)
    if weight is not None:
        if np.shape(weight) != image.shape:
            raise LightledgerError(
                f"the weight map has shape {np.shape(weight)}, the coadd {image.shape}"
            )
        bad |= ~(np.asarray(weight) > 0)
    if bad.all():
        raise LightledgerError("the coadd has no pixel with data")
    background = mesh_background(image, bad, box)
    flat = image - background.level
    flat[bad] = np.nan
    if weight is None:
        ny, nx = flat.shape
        side = background.box
        noise = _between(ny, side) @ background.rms_grid.astype(np.float32) @ _between(nx, side).T
    else:
        noise = _from_weight(flat, weight, bad)
    typical = float(np.median(noise[~bad]))
    faintest = 1e-6 * float(np.abs(flat[~bad]).max())
    noise = np.maximum(noise, np.float32(max(_LEAST_NOISE * typical, faintest, 1e-30)))
    noise[bad] = np.nan
    return Surface(flat, noise, bad)


def filter_noise(surface: Surface) -> float:
    """Scatter of the sky under detection's 3 x 3 filter, over its scatter in single pixels.

    `WHITE_FILTER_NOISE` for white noise; more where noise is correlated, as in mosaics and stacks,
    so that a threshold in sigma of the filtered coadd means the same there.
    """
    ny = surface.shape[0]
    strips = []
    for row in np.unique(np.linspace(0, max(ny - _STRIP, 0), _N_STRIP).astype(int)):
        rows = slice(row, row + _STRIP)
        pulls = surface.flat[rows] / surface.noise[rows]
        for _ in range(2):  # along y, then along x
            pulls = (0.25 * (pulls[:-2] + pulls[2:]) + 0.5 * pulls[1:-1]).T
        strips.append(pulls[np.isfinite(pulls)])
    values = np.concatenate(strips)
    if not values.size:
        return WHITE_FILTER_NOISE
    low, middle = np.percentile(values, [15.87, 50])
    return max(float(middle - low), WHITE_FILTER_NOISE)


def _between(n: int, box: int) -> np.ndarray:
    """Linear interpolation from mesh centres to pixels as a matrix, (n, n_mesh) float32.

    A straight line between meshes, where a spline could swing below zero.
    """
    n_mesh = -(-n // box)
    at = np.clip((np.arange(n) + 0.5) / box - 0.5, 0, n_mesh - 1)
    low = np.minimum(at.astype(int), max(n_mesh - 2, 0))
    matrix = np.zeros((n, n_mesh), np.float32)
    matrix[np.arange(n), low] = 1 - (at - low)
    if n_mesh > 1:
        matrix[np.arange(n), low + 1] = at - low
    return matrix


def _from_weight(flat: np.ndarray, weight: np.ndarray, bad: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        noise = (1 / np.sqrt(weight)).astype(np.float32)
    step = max(1, int(np.sqrt(flat.size / 1e6)))
    good = ~bad[::step, ::step]
    if not good.any():
        step, good = 1, ~bad
    with np.errstate(divide="ignore", invalid="ignore"):  # an image without any noise
        pulls = (flat[::step, ::step][good] / noise[::step, ::step][good]).astype(np.float64)
    low, middle = np.percentile(pulls, [15.87, 50])
    # Objects widen the upper side: the lower one is sky.
    return noise * np.float32(max(middle - low, 1e-30))
