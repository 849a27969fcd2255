"""The stars of one frame, for matching and seeing: fast, and never holding the GIL."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from .apertures import plane
from .background import annulus_background
from .kernels import coarsesky, peaks

#: Neighbours over peak below which a detection is a hot pixel or a cosmic ray: a star sampled with
#: a FWHM of 1.3 px still has 0.75.
_HOT = 0.55
#: A detection whose minor axis is below this part of the common one is a cosmic ray.
_NARROW = 0.55
#: And one this many times as wide is a patch of sky or a galaxy, unless saturated.
_WIDE = 4.0
_BOX = 64
#: Stars at known places that are looked at.
STARS_AT = 60
#: Of a star at a known place: half the side of what is cut out, and the ring that is its sky.
_STAMP = 44
_SKY_FROM, _SKY_TO = 16.0, 28.0


@dataclass(frozen=True)
class Stars:
    """Stars of a frame, brightest first.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n,)
        Centroids, 0-based pixels.
    flux : ndarray of float64, shape (n,)
        Approximate, of the Gaussian that matches best, sky subtracted, unit of the image.
    peak : ndarray of float64, shape (n,)
        Highest pixel as it stands in the image, sky included.
    fwhm_px : ndarray of float64, shape (n,)
        Geometric mean of the two axes; the pixel is part of it.
    flat : ndarray of bool, shape (n,)
        The top is a plateau: saturated.
    sky, noise : float
        Medians of the coarse sky and of its scatter per pixel; nan without good pixels.
    """

    x: np.ndarray
    y: np.ndarray
    flux: np.ndarray
    peak: np.ndarray
    fwhm_px: np.ndarray
    flat: np.ndarray
    sky: float = float("nan")
    noise: float = float("nan")

    def __len__(self) -> int:
        return int(self.x.size)


def coarse_sky(
    image: np.ndarray, bad: np.ndarray, box: int = _BOX
) -> tuple[np.ndarray, float, float]:
    """Smooth sky level of an image: clipped medians of boxes, joined bilinearly.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
    bad : ndarray of bool, shape (ny, nx)
    box : int
        Side of a box in pixels; a last smaller box is joined to its neighbour.

    Returns
    -------
    level : ndarray of float32, shape (ny, nx)
    sky, noise : float
        Medians over the boxes of level and of standard deviation; nan without good pixels.
    """
    edges, level, noise = _boxes(image, bad, box)
    if not np.isfinite(level).any():
        return np.zeros(image.shape, np.float32), float("nan"), float("nan")
    smooth = _spread(level, edges, image.shape)
    # Where a box lies half on bad pixels its value does not belong to its centre; once more on what
    # is left takes that off, and gives the noise of a sloping sky without the slope.
    edges, rest, noise = _boxes(image - smooth, bad, box)
    smooth += _spread(rest, edges, image.shape)
    return smooth, float(np.nanmedian(level)), float(np.nanmedian(noise))


def _boxes(
    image: np.ndarray, bad: np.ndarray, box: int
) -> tuple[tuple[np.ndarray, np.ndarray], np.ndarray, np.ndarray]:
    edges = tuple(
        np.round(np.linspace(0, n, max(1, n // box) + 1)).astype(np.int64) for n in image.shape
    )
    edges_y, edges_x = edges
    level = np.empty((edges_y.size - 1, edges_x.size - 1))
    noise = np.empty_like(level)
    image, bad = plane(image), plane(bad, np.bool_)
    coarsesky.sky_boxes(image, bad, edges_y, edges_x, level, noise, 0, level.shape[0])
    return (edges_y, edges_x), level, noise


def _spread(
    mesh: np.ndarray, edges: tuple[np.ndarray, np.ndarray], shape: tuple[int, ...]
) -> np.ndarray:
    """A mesh brought to pixels; boxes without value take the median of all."""
    filled = np.where(np.isfinite(mesh), mesh, np.nanmedian(mesh))
    # A box full of one bright star stands out of its neighbours: median of 3 x 3.
    if min(mesh.shape) >= 3:
        padded = np.pad(filled, 1, mode="edge")
        windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
        filled = np.median(windows, axis=(2, 3))
    out = np.empty(shape, np.float32)
    coarsesky.bilinear_mesh(filled, edges[0], edges[1], out, 0, shape[0])
    return out


def find_stars(
    image: np.ndarray, bad: np.ndarray | None = None, n_max: int = 200, sigma: float = 5.0
) -> Stars:
    """Star-like detections of one image.

    Local maxima of the lightly smoothed image above a coarse sky, centred and measured by adaptive
    moments. Hot pixels and cosmic rays are dropped by their sharpness, several maxima of one
    (saturated) star are one. The same image gives the same stars, to the bit.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        Non-finite pixels are bad.
    bad : ndarray of bool, shape (ny, nx), optional
    n_max : int
        At most so many, the brightest.
    sigma : float
        Threshold in units of the noise of the smoothed image.

    Returns
    -------
    Stars
        Empty when there are none; never raises for a strange image.
    """
    image = np.ascontiguousarray(image, np.float32)
    finite = np.isfinite(image)
    bad = ~finite if bad is None else (np.asarray(bad, bool) | ~finite)
    if min(image.shape) < 8 or not (~bad).any():
        return _none()
    level, sky, noise = coarse_sky(image, bad)
    if not np.isfinite(sky):
        return _none()
    signal = np.where(bad, np.float32(0), image - level)
    smoothed = np.empty_like(signal)
    peaks.smooth(signal, smoothed, 0, signal.shape[0])
    threshold = _smoothed_noise(smoothed, bad)

    room = 4096
    while True:
        peak_x, peak_y = np.empty(room, np.int64), np.empty(room, np.int64)
        height = np.empty(room, np.float64)
        n = peaks.local_maxima(
            smoothed, threshold, sigma, 2, peak_x, peak_y, height, 0, signal.shape[0]
        )
        if n <= room:
            break
        room = n
    # Far more than asked for: false ones drop out, and the brightest n_max must be among them.
    best = np.argsort(-height[:n], kind="stable")[: 4 * n_max + 200]
    table = np.empty((best.size, 8))
    _measure(image, bad, level, peak_x[best], peak_y[best], table)
    table = _starlike(table[np.isfinite(table).all(axis=1)])
    table = table[np.argsort(-table[:, 2], kind="stable")]
    table = _without_repeats(table, image.shape)[:n_max]
    flat = _is_flat(table)
    x, y, flux, peak, fwhm = (np.ascontiguousarray(column) for column in table[:, :5].T)
    return Stars(x, y, flux, peak, fwhm, flat, sky, noise)


def stars_at(
    image: np.ndarray, bad: np.ndarray, x: np.ndarray, y: np.ndarray, n_max: int = STARS_AT
) -> Stars:
    """Stars at places where stars are known to be; only the pixels around them are looked at.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
    bad : ndarray of bool, shape (ny, nx)
        All that is not finite must be among them.
    x, y : ndarray, shape (n,)
        0-based pixels, the brightest first; places outside give no star.
    n_max : int
        At most so many are looked at.

    Returns
    -------
    Stars
        Those found, in the order given; ``sky`` and ``noise`` are medians around them.
    """
    ny, nx = image.shape
    inside = (x >= 0) & (y >= 0) & (x <= nx - 1) & (y <= ny - 1)
    px, py = (np.rint(v[inside][:n_max]).astype(np.int64) for v in (x, y))
    local = annulus_background(image, bad, px, py, _SKY_FROM, _SKY_TO)
    known = np.isfinite(local.level)
    rows = []
    for i in np.flatnonzero(known):
        left, bottom = max(px[i] - _STAMP, 0), max(py[i] - _STAMP, 0)
        cut = slice(bottom, py[i] + _STAMP + 1), slice(left, px[i] + _STAMP + 1)
        stamp, spoilt = image[cut].copy(), bad[cut].copy()
        row, at = np.empty((1, 8)), (px[i : i + 1] - left, py[i : i + 1] - bottom)
        level = np.full(stamp.shape, local.level[i], np.float32)
        _measure(stamp, spoilt, level, *at, row)
        row[0, :2] += left, bottom
        rows.append(row)
    table = np.concatenate(rows) if rows else np.empty((0, 8))
    table = _starlike(table[np.isfinite(table).all(axis=1)])
    if not len(table):
        return _none()
    sky, noise = (float(np.median(v[known])) for v in (local.level, local.rms))
    x, y, flux, peak, fwhm = (np.ascontiguousarray(column) for column in table[:, :5].T)
    return Stars(x, y, flux, peak, fwhm, _is_flat(table), sky, noise)


def _measure(
    image: np.ndarray,
    bad: np.ndarray,
    level: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    table: np.ndarray,
) -> None:
    """Rows of the table for the peaks at the pixels (x, y)."""
    planes = plane(image), plane(bad, np.bool_), plane(level)
    at_x, at_y = plane(x, np.int64), plane(y, np.int64)
    peaks.measure_peaks(*planes, at_x, at_y, table, 0, table.shape[0])


def _none() -> Stars:
    empty = np.empty(0)
    return Stars(empty, empty, empty, empty, empty, np.empty(0, bool))


def _smoothed_noise(smoothed: np.ndarray, bad: np.ndarray) -> np.ndarray:
    """Noise per pixel of the smoothed image, measured, so that correlated noise counts too."""
    edges, _, noise = _boxes(smoothed, bad, _BOX)
    # Boxes cut by bad regions or full of star must not hide or invent stars.
    typical = float(np.nanmedian(noise))
    floor = max(0.3 * typical, 1e-6 * float(smoothed.max()), 1e-30)
    # the slope goes on beyond the outermost boxes: not below the floor
    return np.maximum(_spread(np.fmax(noise, floor), edges, smoothed.shape), np.float32(floor))


def _starlike(table: np.ndarray) -> np.ndarray:
    """Drop hot pixels, then what is much narrower or wider than the stars of this image.

    Rows come by significance, so the first ones tell what a star looks like here: noise on a patch
    of badly known sky makes many wide and faint ones.
    """
    table = table[(table[:, 2] > 0) & (table[:, 6] >= _HOT)]
    if len(table) < 4:
        return table
    usual = float(np.median(table[:40, 5]))
    wide = (table[:, 4] > _WIDE * usual) & ~_is_flat(table)
    return table[(table[:, 5] >= _NARROW * usual) & ~wide]


def _is_flat(table: np.ndarray) -> np.ndarray:
    """A Gaussian of FWHM F has 0.083 F^2 pixels within 2 % of its top; a plateau has more."""
    return table[:, 7] > np.maximum(5.0, 0.25 * table[:, 4] ** 2)


def _without_repeats(table: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Drop centroids outside the image and those that converged on a brighter star."""
    x, y = table[:, 0], table[:, 1]
    table = table[(x >= 0) & (y >= 0) & (x <= shape[1] - 1) & (y <= shape[0] - 1)]
    if len(table) < 2:
        return table
    near = max(2.0, 0.6 * float(np.median(table[:, 4])))
    keep = np.ones(len(table), bool)
    pairs = cKDTree(table[:, :2]).query_pairs(near, output_type="ndarray")
    for first, second in pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]:  # brightest first
        if keep[first]:
            keep[second] = False
    return table[keep]


def median_fwhm(stars: Stars, n_brightest: int = 50) -> float:
    """Typical FWHM in pixels, of bright stars that are not saturated; nan without stars."""
    good = stars.fwhm_px[~stars.flat][:n_brightest]
    if good.size == 0:
        good = stars.fwhm_px
    if good.size == 0:
        return float("nan")
    middle = np.median(good)
    spread = 1.4826 * np.median(np.abs(good - middle))
    return float(np.median(good[np.abs(good - middle) <= max(3 * spread, 0.1 * middle)]))
