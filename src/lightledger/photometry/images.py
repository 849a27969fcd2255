"""The images of one visit: as read, and made ready to be summed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from lightledger.domain.planes import PLANES

from .apertures import NO_MASK, NO_PLANE, CleanPlanes, plane
from .sky import Sky
from .spec import MeasureSpec


@dataclass(frozen=True)
class Planes:
    """The images of one visit and band, all of shape (ny, nx).

    Attributes
    ----------
    image : ndarray of float32
        As read: background and nan kept.
    sigma : ndarray of float32 or None
        1-sigma error of each pixel.
    coverage : ndarray of float32 or None
        Exposures per pixel.
    bad : ndarray of bool or None
        Further pixels not to be used; None for none.
    """

    image: np.ndarray
    sigma: np.ndarray | None = None
    coverage: np.ndarray | None = None
    bad: np.ndarray | None = None


@dataclass(frozen=True)
class Visit:
    """Images of a visit made ready.

    Attributes
    ----------
    clean : CleanPlanes
        ``images`` holds `sci` alone; variance and coverage have 0 where nothing is known.
    sigma : ndarray of float32, shape (ny, nx) or (0, 0)
        As read.
    n_good, n_no_sigma : int
        Pixels that can be used, and those that only their sigma spoils.
    """

    clean: CleanPlanes
    sigma: np.ndarray = field(default_factory=lambda: NO_PLANE)
    n_good: int = 0
    n_no_sigma: int = 0

    @property
    def image(self) -> np.ndarray:
        return self.clean.image

    @property
    def bad(self) -> np.ndarray:
        return self.clean.bad

    @property
    def has_sigma(self) -> bool:
        return self.sigma.size > 0


def prepare(planes: Planes) -> Visit:
    """Find every pixel that cannot be used, and square the sigmas; one pass.

    Bad are those in ``planes.bad``, values that are not finite, sigmas that are not finite and
    positive, coverage that is nan or not positive.

    Raises
    ------
    ValueError
        When the planes differ in shape.
    """
    from .kernels.pixels import usable

    data, sigma, coverage = plane(planes.image), plane(planes.sigma), plane(planes.coverage)
    known = NO_MASK if planes.bad is None else plane(planes.bad, np.bool_)
    for other in (known, sigma, coverage):
        if other.size and other.shape != data.shape:
            raise ValueError(f"planes of shapes {data.shape} and {other.shape} do not fit")
    bad = PLANES.empty(data.shape, np.bool_)
    variance = PLANES.empty(sigma.shape, np.float32)
    covered = PLANES.empty(coverage.shape, np.float32)
    n_good, n_no_sigma = usable(
        data, sigma, coverage, known, bad, variance, covered, 0, data.shape[0]
    )
    return Visit(CleanPlanes((data,), bad, variance, covered), sigma, n_good, n_no_sigma)


def noise_of(visit: Visit, sky: Sky, spec: MeasureSpec) -> np.ndarray:
    """1-sigma error of each pixel: the given one, else from sky, gain and read noise.

    Shape (0, 0) where neither is known: the scatter of the sky alone would take every star for
    cosmic rays.
    """
    if visit.has_sigma:
        return visit.sigma
    if not spec.gain > 0:
        return NO_PLANE
    floor = np.float32(max(sky.rms, spec.read_noise / spec.gain) ** 2)
    above = visit.image - np.float32(sky.median)
    np.maximum(above, 0, out=above)
    above /= np.float32(spec.gain)
    above += floor
    return plane(np.sqrt(above, out=above))


def without_cosmics(visit: Visit, sigma: np.ndarray, spec: MeasureSpec) -> tuple[CleanPlanes, int]:
    """`sci` and `clean` side by side, where pixels were replaced, and how many.

    L.A.Cosmic (van Dokkum 2001, PASP 113, 1420); see `cosmics.remove_cosmics`. Where a cosmic is
    too large to be replaced, which are the cores of saturated stars at most, pixels stay as they
    are and are marked all the same: what is done for `clean` never changes `sci`.
    """
    from .cosmics import remove_cosmics

    measuring = spec.measuring
    cleaned = remove_cosmics(
        visit.image,
        sigma,
        visit.bad,
        threshold=measuring.cosmic_sigma,
        fraction=measuring.cosmic_fraction,
        contrast=measuring.cosmic_contrast,
        iterations=measuring.cosmic_iterations,
    )
    both = visit.image, cleaned.image
    clean = replace(visit.clean, images=both, cosmic=cleaned.mask)
    return clean, cleaned.n_pixel
