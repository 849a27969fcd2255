"""What a visit is measured against, and where that lies on its frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from .apertures import NO_PLANE, plane
from .correlated import TypicalSizes
from .footprints import Footprints
from .geometry import Geometry
from .onframe import PixelMap, sample_image, sample_labels

_IDENTITY = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@dataclass(frozen=True)
class Base:
    """What does not change between visits; arrays are on the reference grid.

    Attributes
    ----------
    geometry : Geometry
    footprints : Footprints or None
        W, for frames on the reference grid; without it footprints are evaluated on each frame.
    flat, noise : ndarray of float32, shape (ny, nx), or None
        Coadd without its background, nan where nothing was observed, and its 1-sigma noise.
    bright : dict of float to ndarray
        Which pixels of the coadd are above a threshold, see `Behind.bright`; filled as asked for.
    """

    geometry: Geometry
    footprints: Footprints | None = None
    flat: np.ndarray | None = None
    noise: np.ndarray | None = None
    bright: dict[float, np.ndarray] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def sizes(self) -> TypicalSizes:
        """Areas of a typical object, reference pixels; the FWHM is each visit's own."""
        return TypicalSizes.of(self.geometry, math.nan)


@dataclass(frozen=True)
class Place:
    """Where the objects are on one frame.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n_object,)
        0-based pixels of the frame; nan counts as outside.
    matrix : ndarray of float64, shape (2, 3)
        Reference pixel (x, y, 1) to frame pixel, the best affine one.
    same_grid : bool
        The frame's pixels are the reference's.
    pixel_map : PixelMap or None
        Reference pixels of the frame's pixels; needed on another grid for isophotes, neighbours
        and ratios.
    uncertain : bool
        Positions come from star matching: every point is flagged so.
    """

    x: np.ndarray
    y: np.ndarray
    matrix: np.ndarray = field(default_factory=lambda: _IDENTITY)
    same_grid: bool = False
    pixel_map: PixelMap | None = None
    uncertain: bool = False

    def __post_init__(self) -> None:
        for name in ("x", "y"):
            object.__setattr__(self, name, plane(np.atleast_1d(getattr(self, name)), np.float64))

    @property
    def scale(self) -> float:
        """Frame pixels in a reference pixel, along a side."""
        return math.sqrt(abs(float(np.linalg.det(self.matrix[:, :2]))))

    def labels(self, base: Base, shape: tuple[int, int]) -> np.ndarray | None:
        """The segmentation at the frame's pixels, int32; None where there is none."""
        segmentation = base.geometry.segmentation
        if segmentation is None or self.same_grid:
            return segmentation
        if self.pixel_map is None:
            return None
        return sample_labels(segmentation, self.pixel_map, shape)


@dataclass(frozen=True)
class Behind:
    """What of the coadd lies behind the pixels of a frame, of its shape (ny, nx).

    Attributes
    ----------
    coadd, noise : ndarray of float32
        Without background, and its 1-sigma noise; (0, 0) where there is none.
    labels : ndarray of int32 or None
        The segmentation.
    known : dict of float to ndarray
        Of `bright`; on the reference grid that of all visits.
    """

    coadd: np.ndarray
    noise: np.ndarray
    labels: np.ndarray | None
    known: dict[float, np.ndarray] = field(default_factory=dict, repr=False)

    def bright(self, threshold: float) -> np.ndarray:
        """Pixels where the coadd is above 0 and so many times its noise: a ratio is asked of them.

        uint64, shape (ny, nx // 64 + 1), a bit for each pixel, see `kernels.packing`.
        """
        from .kernels.packing import BITS, bright_words

        if threshold not in self.known:
            ny, nx = self.coadd.shape
            words = np.empty((ny, nx // BITS + 1), np.uint64)
            bright_words(self.coadd, self.noise, float(threshold), words, 0, ny)
            self.known[threshold] = plane(words, np.uint64)
        return self.known[threshold]


def behind_frame(
    place: Place, base: Base, shape: tuple[int, int], labels: np.ndarray | None = None
) -> Behind:
    """Sample the coadd at a frame's pixels; ``labels`` when they are sampled already."""
    if labels is None:
        labels = place.labels(base, shape)
    if base.flat is None or base.noise is None:
        return Behind(NO_PLANE, NO_PLANE, labels)
    if place.same_grid:
        return Behind(plane(base.flat), plane(base.noise), labels, base.bright)
    if place.pixel_map is None:
        return Behind(NO_PLANE, NO_PLANE, labels)
    noise = sample_image(base.noise, place.pixel_map, shape, cubic_from=np.inf)
    usual = float(np.nanmedian(base.noise[::16, ::16]))
    flat = sample_image(base.flat, place.pixel_map, shape, cubic_from=usual)
    return Behind(plane(flat), plane(noise), labels)
