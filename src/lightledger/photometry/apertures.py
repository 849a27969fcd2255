"""Sums in exact circles, evaluated on the image itself: for frames on any grid."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

#: Shape (0, 0) stands for a plane that is not there; one signature serves all cases.
NO_PLANE = np.empty((0, 0), np.float32)
NO_PLANE.flags.writeable = False


@dataclass(frozen=True)
class Sums:
    """Sums over the good pixels of apertures; every array is float64, shape (n_radius, n_object).

    Nothing is scaled up for pixels that are bad or off the image: ``area`` and ``bad_area`` say
    how much is missing. w is the fraction of a pixel inside the aperture, v its value (less the
    background, where one was given).

    Attributes
    ----------
    flux : sum of w v
    variance : sum of w^2 s^2 (w s^2 with ``linear_error``); 0 without a variance plane
    weight2, flux2 : sum of w^2 and of w^2 v (w with ``linear_error``), for noise models
    area : sum of w over all pixels on the image, bad ones included, pixels
    bad_area : sum of w over bad pixels
    full_area : area of the whole circle, on the image or not, pixels
    peak : largest pixel value, the background left in; nan without a good pixel
    coverage : mean coverage over the aperture; nan without a coverage plane or area
    """

    flux: np.ndarray
    variance: np.ndarray
    weight2: np.ndarray
    flux2: np.ndarray
    area: np.ndarray
    bad_area: np.ndarray
    full_area: np.ndarray
    peak: np.ndarray
    coverage: np.ndarray

    @property
    def good_area(self) -> np.ndarray:
        """Area that was summed, pixels."""
        return self.area - self.bad_area

    @classmethod
    def from_kernel(cls, out: np.ndarray, radii: np.ndarray, has_coverage: bool) -> Sums:
        """Name the rows that the kernels write, shape (8, n_radius, n_object)."""
        flux, variance, weight2, flux2, area, bad_area, peak, covered = out
        peak[np.isneginf(peak)] = np.nan
        coverage = np.full_like(area, np.nan)
        if has_coverage:
            np.divide(covered, area, out=coverage, where=area > 0)
        full_area = np.pi * np.broadcast_to(radii, area.shape) ** 2
        return cls(flux, variance, weight2, flux2, area, bad_area, full_area, peak, coverage)


@dataclass(frozen=True)
class CleanPlanes:
    """Planes as the kernels want them: C-contiguous, read-only, every unusable pixel in ``bad``.

    All are float32 of shape (ny, nx), ``bad`` is bool; ``variance``, ``coverage`` and ``subtract``
    may be of shape (0, 0): not there.
    """

    image: np.ndarray
    bad: np.ndarray
    variance: np.ndarray = field(default_factory=lambda: NO_PLANE)
    coverage: np.ndarray = field(default_factory=lambda: NO_PLANE)
    subtract: np.ndarray = field(default_factory=lambda: NO_PLANE)


def plane(array: np.ndarray | None, dtype: object = np.float32) -> np.ndarray:
    """C-contiguous, native, read-only view or copy; shape (0, 0) for None.

    Read-only throughout, because numba compiles a kernel again for the other kind, and mapped
    files are read-only.
    """
    if array is None:
        return NO_PLANE
    view = np.ascontiguousarray(array, dtype=dtype).view()  # type: ignore[call-overload]
    view.flags.writeable = False
    return view


def clean_planes(
    image: np.ndarray,
    bad: np.ndarray | None = None,
    *,
    sigma: np.ndarray | None = None,
    variance: np.ndarray | None = None,
    coverage: np.ndarray | None = None,
) -> CleanPlanes:
    """Find every pixel that cannot be used, and square the sigmas (unless given as variance).

    Bad are: those in ``bad``, values that are not finite, sigmas that are not finite and positive,
    variances that are not finite or negative, coverage that is nan or not positive.

    Raises
    ------
    ValueError
        When the planes differ in shape.
    """
    from .kernels.pixels import usable

    data = plane(image)
    known = plane(np.zeros(data.shape, bool) if bad is None else bad, np.bool_)
    noise, covered = plane(sigma), plane(coverage)
    given = plane(variance)
    for other in (known, noise, given, covered):
        if other.size and other.shape != data.shape:
            raise ValueError(f"planes of shapes {data.shape} and {other.shape} do not fit")
    out_bad = np.empty(data.shape, np.bool_)
    out_variance = np.empty(noise.shape, np.float32)
    out_coverage = np.empty(covered.shape, np.float32)
    usable(data, noise, covered, known, out_bad, out_variance, out_coverage, 0, data.shape[0])
    if given.size:
        out_bad |= ~np.isfinite(given) | (given < 0)
        out_variance = given
    return CleanPlanes(data, plane(out_bad, np.bool_), plane(out_variance), plane(out_coverage))


def memory_order(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Order of objects in which the pixels they touch stay in the processor's cache, int32.

    Strips of 16 rows from left to right: three times faster than catalogue order.
    """
    strip = np.floor(np.nan_to_num(y, nan=-1.0, posinf=-1.0, neginf=-1.0) / 16.0)
    return np.lexsort((x, strip)).astype(np.int32)


def circle_sums(
    image: np.ndarray,
    variance: np.ndarray | None,
    bad: np.ndarray | None,
    x: np.ndarray,
    y: np.ndarray,
    radii: np.ndarray,
    *,
    subtract: np.ndarray | None = None,
    coverage: np.ndarray | None = None,
    subpixels: int = 0,
    linear_error: bool = False,
) -> Sums:
    """Sums in circles around (x, y), all radii of an object in one pass.

    Parameters
    ----------
    image : ndarray, shape (ny, nx)
    variance : ndarray, shape (ny, nx), or None
        Squared 1-sigma errors; a pixel with a negative or non-finite one is bad.
    bad : ndarray of bool, shape (ny, nx), or None
        Pixels not to be used; non-finite ones are found without it.
    x, y : ndarray, shape (n,)
        0-based, the centre of the first pixel is (0, 0); nan sums nothing.
    radii : ndarray, shape (m,) or (m, n)
        Pixels; the same for all objects, or for each its own.
    subtract : ndarray, shape (ny, nx), optional
        Background, subtracted on the way.
    coverage : ndarray, shape (ny, nx), optional
        Averaged over the aperture; pixels without any are bad.
    subpixels : int
        0: exact overlap; 5: SExtractor's 5 x 5 sub-pixels.
    linear_error : bool
        Sum w s^2 as SExtractor and sep do, which makes errors larger (6 % at r = 3).

    Returns
    -------
    Sums
        In the order of ``x`` and ``y``.
    """
    planes = clean_planes(image, bad, variance=variance, coverage=coverage)
    return sum_planes(
        planes, x, y, radii, subtract=subtract, subpixels=subpixels, linear_error=linear_error
    )


def sum_planes(
    planes: CleanPlanes,
    x: np.ndarray,
    y: np.ndarray,
    radii: np.ndarray,
    *,
    subtract: np.ndarray | None = None,
    subpixels: int = 0,
    linear_error: bool = False,
) -> Sums:
    """`circle_sums` of planes that are clean already."""
    from .kernels.circles import N_SUM, sum_circles

    x, y = (plane(np.atleast_1d(v), np.float64) for v in (x, y))
    radii = np.asarray(radii, np.float64)
    full = np.broadcast_to(radii[:, None] if radii.ndim == 1 else radii, (len(radii), x.size))
    out = np.zeros((N_SUM, len(radii), x.size))
    sum_circles(
        planes.image,
        plane(subtract) if subtract is not None else planes.subtract,
        planes.variance,
        planes.coverage,
        planes.bad,
        x,
        y,
        plane(full, np.float64),
        plane(memory_order(x, y), np.int32),
        subpixels,
        linear_error,
        out,
        0,
        x.size,
    )
    return Sums.from_kernel(out, full, planes.coverage.size > 0)
