"""What is summed in apertures and what comes of it: planes of pixels, and sums."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

import numpy as np

#: Shape (0, 0) stands for a plane that is not there; one signature serves all cases.
NO_PLANE = np.empty((0, 0), np.float32)
NO_PLANE.flags.writeable = False
NO_MASK = np.empty((0, 0), np.bool_)
NO_MASK.flags.writeable = False


@dataclass(frozen=True)
class Sums:
    """Sums over the good pixels of apertures, float64, shape (n_method, n_object).

    Nothing is scaled up for pixels that are bad or off the image: ``area`` and ``bad_area`` say
    how much is missing, and an aperture without any has sums of 0 over an area of 0. w is the
    weight of a pixel in the aperture, v its value (less the background, where one was given).

    Attributes
    ----------
    flux : sum of w v, shape (n_image, n_method, n_object)
    variance : sum of w^2 s^2 (w s^2 with ``linear_error``); 0 without a variance plane
    weight2, flux2 : sum of w^2 and of w^2 v (w with ``linear_error``) of the first image, for
        noise models; not summed (nan) with a variance plane
    area : sum of w over all pixels on the image, bad ones included, pixels
    bad_area : sum of w over bad pixels
    full_area : sum of w over the whole aperture, on the image or not, pixels
    peak : largest value of the first image, the background left in; nan without a good pixel
    coverage : mean coverage over the aperture; nan without a coverage plane or area
    cosmic_area : sum of w over pixels where a cosmic ray was removed
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
    cosmic_area: np.ndarray

    @property
    def good_area(self) -> np.ndarray:
        """Area that was summed, pixels."""
        return self.area - self.bad_area

    def joined(self, other: Sums) -> Sums:
        """Further methods of the same objects and images after these."""
        return Sums(
            *(
                np.concatenate([getattr(self, f.name), getattr(other, f.name)], -2)
                for f in fields(self)
            )
        )


@dataclass(frozen=True)
class CleanPlanes:
    """Planes as the kernels want them, all of shape (ny, nx), every unusable pixel in ``bad``.

    Arrays are made C-contiguous, of the dtype below and read-only.

    Attributes
    ----------
    images : tuple of ndarray of float32
        One or two (as observed, and cleaned of cosmic rays), backgrounds left in.
    bad : ndarray of bool
        Pixels that enter no sum; every non-finite pixel is among them.
    variance, coverage : ndarray of float32
        Shape (0, 0): not there.
    subtract : tuple of ndarray of float32
        Background of each image, or empty.
    cosmic : ndarray of bool
        Pixels where a cosmic ray was removed; shape (0, 0): not there.

    Raises
    ------
    ValueError
        When the planes differ in shape, or there are not one or two images.
    """

    images: tuple[np.ndarray, ...]
    bad: np.ndarray
    variance: np.ndarray = field(default_factory=lambda: NO_PLANE)
    coverage: np.ndarray = field(default_factory=lambda: NO_PLANE)
    subtract: tuple[np.ndarray, ...] = ()
    cosmic: np.ndarray = field(default_factory=lambda: NO_MASK)

    def __post_init__(self) -> None:
        if len(self.images) not in (1, 2) or len(self.subtract) not in (0, len(self.images)):
            raise ValueError(f"{len(self.images)} images and {len(self.subtract)} backgrounds")
        images, subtract = tuple(map(plane, self.images)), tuple(map(plane, self.subtract))
        for name, value in (
            ("images", images),
            ("bad", plane(self.bad, np.bool_)),
            ("variance", plane(self.variance)),
            ("coverage", plane(self.coverage)),
            ("subtract", subtract),
            ("cosmic", plane(self.cosmic, np.bool_)),
        ):
            object.__setattr__(self, name, value)
        if self.bad.shape != self.shape:
            raise ValueError(f"planes of shapes {self.shape} and {self.bad.shape} do not fit")
        for other in (*images, self.variance, self.coverage, *subtract, self.cosmic):
            if other.size and other.shape != self.shape:
                raise ValueError(f"planes of shapes {self.shape} and {other.shape} do not fit")

    @property
    def image(self) -> np.ndarray:
        """The image as observed."""
        return self.images[0]

    @property
    def shape(self) -> tuple[int, int]:
        ny, nx = self.images[0].shape
        return ny, nx


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
    subtract: np.ndarray | None = None,
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
    known = NO_MASK if bad is None else plane(bad, np.bool_)
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
    level = () if subtract is None else (subtract,)
    return CleanPlanes((data,), out_bad, out_variance, out_coverage, level)


def memory_order(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Order of objects in which the pixels they touch stay in the processor's cache, int32.

    Strips of 16 rows from left to right: three times faster than catalogue order.
    """
    x, y = (np.nan_to_num(v, nan=-1.0, posinf=-1.0, neginf=-1.0) for v in (x, y))
    # one key: numpy sorts it in lanes, two (lexsort) take thrice as long
    return np.argsort(np.floor(y / 16.0) * 2.0**20 + x).astype(np.int32)


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
    subpixels: bool = False,
    linear_error: bool = False,
) -> Sums:
    """Sums in circles around (x, y) on one image, without regard to neighbours.

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
    subpixels : bool
        SExtractor's 5 x 5 sub-pixels in place of the exact overlap.
    linear_error : bool
        Sum w s^2 as SExtractor and sep do, which makes errors larger (6 % at r = 3).

    Returns
    -------
    Sums
        In the order of ``x`` and ``y``; ``flux`` is of shape (m, n), there being one image.
    """
    from .kernels.rows import EXACT, SUBPIXELS
    from .shapes import Members, Shapes

    planes = clean_planes(image, bad, variance=variance, coverage=coverage, subtract=subtract)
    x, y = (np.atleast_1d(np.asarray(v, np.float64)) for v in (x, y))
    radii = np.asarray(radii, np.float64)
    full = np.broadcast_to(radii[:, None] if radii.ndim == 1 else radii, (len(radii), x.size))
    shapes = Shapes(
        x=x,
        y=y,
        kinds=np.full(len(radii), SUBPIXELS if subpixels else EXACT),
        major=full,
        minor=full,
        theta=np.zeros(full.shape),
        label=np.zeros(x.size, np.int32),
        labels=None,
        members=Members.none(0),
        neighbours="keep",
        outside=np.zeros(x.size),
        shape=planes.shape,
    )
    sums = shapes.sums(planes, linear_error)
    return replace(sums, flux=sums.flux[0])
