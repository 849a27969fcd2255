"""The ratio of a visit to the coadd, measured in every way that the recipe asks for."""

from __future__ import annotations

import numpy as np

from lightledger.domain import Flag, Method
from lightledger.domain.planes import PLANES

from .apertures import CleanPlanes
from .boxes import Boxes, PackedPixels, box_statistics
from .flagging import is_inside
from .place import Base, Behind, Place
from .ratio import mean_ratio, packed_ratio, ratio_plane, ratio_variance, template
from .saturation import FLAGGED_FROM
from .spec import MeasureSpec
from .summing import sum_footprints

#: Value, error and flags of one measurement, each of shape (n_object,).
Points = tuple[np.ndarray, np.ndarray, np.ndarray]


def measure_ratios(
    clean: CleanPlanes,
    level: np.ndarray,
    sigma: np.ndarray | float,
    behind: Behind,
    place: Place,
    base: Base,
    spec: MeasureSpec,
    seen: dict[Method, np.ndarray],
    saturation: float,
    fwhm_px: float,
) -> dict[str, Points]:
    """Every method on `ratio`, by the name of the measurement.

    A ratio exists where the coadd is above ``ratio_sigma`` times its noise and the frame's pixel is
    good; an object without any has no value. Pixels of cosmic rays are left in, and flagged.

    Parameters
    ----------
    clean : CleanPlanes
        Of the visit: as read, bad pixels, coverage, replaced pixels.
    level : ndarray of float32, shape (ny, nx)
        Background of `sci`.
    sigma : ndarray of float32, shape (ny, nx), or float
        1-sigma error of its pixels.
    behind : Behind
    place, base, spec, fwhm_px
        As in `measure.measure`.
    seen : dict of Method to ndarray
        Flags of the footprints on `sci`.
    saturation : float
        Level of the frame, background left in.
    """
    methods = spec.methods("ratio")
    found: dict[Method, Points] = {}
    coadd, noise = behind.coadd, behind.noise
    if not coadd.size:
        nothing = np.full(place.x.size, np.nan)
        flags = np.full(place.x.size, Flag.FRAME_PROBLEM, np.uint16)
        return {f"ratio-{m}": (nothing, nothing, flags) for m in methods}
    threshold = spec.measuring.ratio_sigma
    bright = behind.bright(threshold)
    boxes = tuple(m for m in methods if m.is_box)
    if boxes:
        ratio = packed_ratio(clean.image, coadd, bright, clean.bad, subtract=level)
        located = _in_boxes(ratio, boxes, place, spec)
        flags = _flags_of_boxes(clean, bright, boxes, located.n == 0, place, saturation)
        flags |= seen[spec.flux[0]] & np.uint16(Flag.LOW_COVERAGE)
        for k, method in enumerate(boxes):
            found[method] = located.value[k], located.error[k], flags[k]
    inside = tuple(m for m in methods if m in seen)
    if inside:
        every = ratio_plane(clean.image, coadd, noise, clean.bad, threshold, subtract=level)
        planes = CleanPlanes((every,), np.isnan(every), ratio_variance(sigma, coadd, every))
        sums = sum_footprints(planes, place, base, spec, behind.labels, fwhm_px)
        value, error = mean_ratio(sums, sums.flux[0])
        for method in inside:
            k = spec.flux.index(method)
            found[method] = value[k], error[k], seen[method]
    if Method("template") in methods:
        flags = seen[Method("iso")]
        labels = behind.labels if behind.labels is not None else np.zeros(clean.shape, np.int32)
        of_coadd = template(
            clean.image, sigma, clean.bad, coadd, noise, labels, base.geometry.label, threshold,
            subtract=level,
        )  # fmt: skip
        found[Method("template")] = of_coadd.value, of_coadd.error, flags
    return {f"ratio-{m}": found[m] for m in methods}


def _in_boxes(
    ratio: PackedPixels, methods: tuple[Method, ...], place: Place, spec: MeasureSpec
) -> Boxes:
    measuring = spec.measuring
    return box_statistics(
        ratio,
        place.x,
        place.y,
        [m.size * place.scale for m in methods],
        methods,
        clip_sigma=measuring.clip_sigma,
        clip_iterations=measuring.clip_iterations,
        biweight_constant=measuring.biweight_constant,
    )


def _flags_of_boxes(
    clean: CleanPlanes,
    bright: np.ndarray,
    methods: tuple[Method, ...],
    empty: np.ndarray,
    place: Place,
    saturation: float,
) -> np.ndarray:
    """Flags of boxes from the pixels that a ratio is asked of, uint16, (n_method, n_object).

    ``empty``: boxes without any ratio. Lost numbers are not yet among the flags.
    """
    from .kernels.marks import BAD, COSMIC, SATURATED, TILE, UNSEEN, mark_pixels, marks_of_boxes

    ny, nx = clean.shape
    marks, tiles = (
        PLANES.zeros((ny, nx), np.uint8),
        np.zeros((ny // TILE + 1, nx // TILE + 1), bool),
    )
    mark_pixels(
        clean.image,
        clean.bad,
        clean.coverage,
        clean.cosmic,
        bright,
        FLAGGED_FROM * saturation,
        marks,
        tiles,
        0,
        ny,
    )
    sides, of_side = np.unique([m.size * place.scale for m in methods], return_inverse=True)
    shape = sides.size, place.x.size
    found, truncated = np.empty(shape, np.uint8), np.empty(shape, np.bool_)
    marks_of_boxes(marks, tiles, place.x, place.y, sides, found, truncated, 0, place.x.size)
    found, truncated = found[of_side], truncated[of_side]
    flags = np.zeros(found.shape, np.uint16)
    unseen = empty & ((found & UNSEEN) != 0) & ((found & BAD) == 0)
    flags[((found & (BAD | UNSEEN)) != 0) & ~unseen] |= np.uint16(Flag.BAD_PIXELS)
    flags[truncated & ~unseen] |= np.uint16(Flag.TRUNCATED)
    flags[(found & SATURATED) != 0] |= np.uint16(Flag.SATURATED)
    flags[(found & COSMIC) != 0] |= np.uint16(Flag.COSMIC_RAY)
    flags[unseen] |= np.uint16(Flag.NO_COVERAGE)
    flags[:, ~is_inside(place.x, place.y, clean.shape)] = Flag.OUTSIDE
    return flags
