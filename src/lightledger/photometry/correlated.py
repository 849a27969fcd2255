"""How much noisier sums are than the errors of their pixels say: correlated noise of mosaics.

A mosaic whose pixels are smaller than the detector's shares each detector pixel among several of
its own. Its error map is right for one pixel; the error of a sum of pixels taken as independent
is too small (Casertano et al. 2000, AJ 120, 2747, appendix; Fruchter & Hook 2002, PASP 114, 144,
section 7). By how much is measured as Labbe et al. (2003, AJ 125, 1107, section 6.1) do: from the
scatter of apertures on empty sky, here of the image less the scaled coadd, to have enough of it.

The factor hardly depends on how many exposures a pixel has (6 % between 1 and 12 of them, see the
tests): how strongly pixels are correlated is a matter of the interpolation, and the error map
knows the depth. So one factor per method and visit is kept, and none against coverage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from lightledger.domain.methods import Method

from .geometry import Geometry
from .kernels.emptiness import empty_sums
from .kernels.overlap import pixel_overlap

#: Apertures laid for each method: the factor is then good to 1.2 %.
N_APERTURE = 6000
#: Places tried for each of them; a field with less sky than this gives fewer.
_TRIES = 12
#: Places side by side, no pixel in two of them: they share what memory gives at once.
_BESIDE = 16
#: Fewer say nothing.
MIN_APERTURES = 30
#: Pixels of the coadd this many times above its noise tell its scale; about so many are asked.
_BRIGHT, _ASKED = 10.0, 1 << 20
#: Quantiles of a normal distribution at -1 and +1 sigma: half their distance is its scatter,
#: whatever one pixel in seven holds.
_ONE_SIGMA = (0.158655, 0.841345)
_NOTHING = np.zeros((0, 0), np.float32)


@dataclass(frozen=True)
class TypicalSizes:
    """What an aperture of each kind measures; noise depends on its area, hardly on its shape.

    Attributes
    ----------
    auto, iso : float
        Median areas of the Kron ellipses and of the isophotes, pixels of the frame; nan unknown.
    fwhm_px : float
        Of the visit, pixels of the frame; nan unknown.
    scale : float
        Reference pixels to frame pixels, for radii and boxes.
    """

    auto: float
    iso: float
    fwhm_px: float
    scale: float = 1.0

    @classmethod
    def of(cls, geometry: Geometry, fwhm_px: float, scale: float = 1.0) -> Self:
        """Medians over the objects that have a position."""
        here = np.isfinite(geometry.x) & np.isfinite(geometry.y)
        ellipses = np.pi * geometry.kron**2 * geometry.a * geometry.b
        auto = float(np.median(ellipses[here])) if here.any() else np.nan
        iso = np.nan
        labels = geometry.label[here & (geometry.label > 0)]
        if geometry.segmentation is not None and labels.size:
            pixels = np.bincount(geometry.segmentation.ravel(), minlength=int(labels.max()) + 1)
            iso = float(np.median(pixels[labels]))
        return cls(auto * scale**2, iso * scale**2, fwhm_px, scale)


class Subtracted(NamedTuple):
    """What is taken off an image to leave its noise alone: ``level + scale * coadd``.

    Attributes
    ----------
    level, coadd : ndarray of float32, shape (ny, nx) or (0, 0)
        Background of the image; the coadd without its own, in the same unit.
    scale : float
    """

    level: np.ndarray = _NOTHING
    coadd: np.ndarray = _NOTHING
    scale: float = 0.0

    @classmethod
    def of(cls, image: np.ndarray, level: np.ndarray, coadd: np.ndarray, noise: np.ndarray) -> Self:
        """The scale is the median ratio of both where the coadd is well above its noise.

        Of evenly spaced rows; 1 where too few pixels are bright.

        Parameters
        ----------
        image, level, coadd, noise : ndarray of float32, shape (ny, nx)
            ``noise`` is the 1-sigma error of the coadd's pixels.
        """
        step = max(8, image.size // _ASKED)
        seen, sky, stack, sigma = (plane[::step] for plane in (image, level, coadd, noise))
        with np.errstate(invalid="ignore", divide="ignore"):
            bright = stack > _BRIGHT * sigma
            ratios = (seen[bright] - sky[bright]) / stack[bright]
        ratios = ratios[np.isfinite(ratios)]
        scale = float(np.median(ratios)) if ratios.size >= MIN_APERTURES else 1.0
        return cls(level, coadd, scale)


def noise_factors(
    image: np.ndarray,
    sigma: np.ndarray,
    bad: np.ndarray,
    segmentation: np.ndarray | None,
    methods: Sequence[Method],
    sizes: TypicalSizes,
    *,
    off: Subtracted | None = None,
    seed: int = 0,
    n_aperture: int = N_APERTURE,
) -> np.ndarray:
    """Scatter of empty apertures over their formal error, for each method.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
    sigma : ndarray of float32, shape (ny, nx)
        1-sigma error of each pixel.
    bad : ndarray of bool, shape (ny, nx)
    segmentation : ndarray of int32, shape (ny, nx), or None
        0 where there is sky.
    methods : sequence of Method
        A box is taken as far as the pixels of a typical object reach, as a ratio is formed there.
    sizes : TypicalSizes
    off : Subtracted
        From the image: its background, and the coadd scaled to it.
    seed : int
        The same seed, the same places.
    n_aperture : int
        At most so many for each method, all around the same places.

    Returns
    -------
    ndarray of float64, shape (n_method,)
        1 for independent pixels; nan where fewer than `MIN_APERTURES` empty places were found or
        the size of the method is not known.
    """
    off = off or Subtracted()
    objects = np.zeros((0, 0), np.int32) if segmentation is None else segmentation
    ny, nx = image.shape
    stamps: dict[tuple[bytes, ...], _Stamp] = {}
    of_method: list[tuple[bytes, ...] | None] = []
    for method in methods:
        stamp = _stamp(method, sizes)
        fits = stamp is not None and 2 * stamp.reach < min(ny, nx)
        key = tuple(part.tobytes() for part in stamp) if stamp is not None and fits else None
        if stamp is not None and key is not None:
            stamps[key] = stamp  # two methods of one size share theirs
        of_method.append(key)
    if not stamps:
        return np.full(len(methods), np.nan)
    reach = max(stamp.reach for stamp in stamps.values())
    x, y = _places(reach, nx, ny, _TRIES * n_aperture, seed)
    dx, dy, weight = (np.concatenate(part) for part in zip(*stamps.values(), strict=True))
    n_found, found = np.zeros(len(stamps), np.int64), np.empty((len(stamps), n_aperture))
    empty_sums(
        _plane(image, np.float32),
        _plane(off.level, np.float32),
        _plane(off.coadd, np.float32),
        off.scale,
        _plane(sigma, np.float32),
        _plane(bad, np.bool_),
        _plane(objects, np.int32),
        x,
        y,
        np.cumsum([0, *(stamp.weight.size for stamp in stamps.values())]),
        dx,
        dy,
        weight,
        n_found,
        found,
    )
    scatter = {key: _scatter(found[k, : n_found[k]]) for k, key in enumerate(stamps)}
    return np.array([np.nan if key is None else scatter[key] for key in of_method])


def _places(reach: int, nx: int, ny: int, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """About ``n`` random places at least ``reach`` from the edges, int64: groups of neighbours."""
    rng = np.random.default_rng(seed)
    wide = 2 * reach + 1
    beside = min(_BESIDE, nx // wide)
    x = rng.integers(reach, nx - reach - (beside - 1) * wide, n // beside)
    y = rng.integers(reach, ny - reach, n // beside)
    return (x[:, None] + wide * np.arange(beside)).ravel(), np.repeat(y, beside)


def _scatter(sums: np.ndarray) -> float:
    if sums.size < MIN_APERTURES:
        return np.nan
    low, high = np.quantile(sums, _ONE_SIGMA)
    return float(high - low) / 2


class _Stamp(NamedTuple):
    """Pixels around the centre of one: offsets in x and y (int64), and their weights."""

    dx: np.ndarray
    dy: np.ndarray
    weight: np.ndarray

    @property
    def reach(self) -> int:
        return int(max(np.abs(self.dx).max(), np.abs(self.dy).max()))


def _stamp(method: Method, sizes: TypicalSizes) -> _Stamp | None:
    iso = math.sqrt(sizes.iso / math.pi)
    radius = {
        "auto": math.sqrt(sizes.auto / math.pi),
        "aper_r": method.size * sizes.scale,
        "aper_f": method.size * sizes.fwhm_px,
    }.get(method.kind, iso)
    if not (math.isfinite(radius) and radius > 0):
        if not method.is_box:
            return None
        radius = math.inf  # no isophotes: the whole box
    half = method.size * sizes.scale / 2
    reach = math.ceil(min(radius, half) if method.is_box else radius + 0.5)
    dy, dx = (a.ravel() for a in np.mgrid[-reach : reach + 1, -reach : reach + 1])
    if method.is_circle or method.kind == "auto":
        pixels = zip(dx.tolist(), dy.tolist(), strict=True)
        weight = np.array([pixel_overlap(float(i), float(j), radius) for i, j in pixels])
    else:  # whole pixels
        inside = np.hypot(dx, dy) <= radius
        if method.is_box:
            inside &= (np.abs(dx) <= half) & (np.abs(dy) <= half)
        weight = inside.astype(np.float64)
    used = weight > 0
    return _Stamp(dx[used], dy[used], weight[used])


def _plane(array: np.ndarray, dtype: type) -> np.ndarray:
    """As the kernel is compiled for: C-contiguous, native, read-only."""
    view: np.ndarray = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view
