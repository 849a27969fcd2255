"""The ratio of a visit to the coadd, measured in every way that the recipe asks for."""

from __future__ import annotations

import numpy as np

from lightledger.domain import Flag, Method

from .apertures import CleanPlanes, memory_order, plane
from .boxes import box_statistics
from .flagging import is_inside
from .place import Base, Place
from .ratio import mean_ratio, ratio_plane, ratio_variance, template
from .saturation import FLAGGED_FROM
from .spec import MeasureSpec
from .summing import sum_footprints

#: Value, error and flags of one measurement, each of shape (n_object,).
Points = tuple[np.ndarray, np.ndarray, np.ndarray]


def measure_ratios(
    clean: CleanPlanes,
    flat: np.ndarray,
    sigma: np.ndarray | float,
    place: Place,
    base: Base,
    spec: MeasureSpec,
    labels: np.ndarray | None,
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
    flat : ndarray of float32, shape (ny, nx)
        `sci` without its background.
    sigma : ndarray of float32, shape (ny, nx), or float
        1-sigma error of its pixels.
    place, base, spec
        As in `measure.measure`.
    labels : ndarray of int32, shape (ny, nx), or None
        The segmentation at the frame's pixels.
    seen : dict of Method to ndarray
        Flags of the footprints on `sci`.
    saturation : float
        Level of the frame, background left in.
    """
    methods = spec.methods("ratio")
    found: dict[Method, Points] = {}
    coadd, noise = place.coadd(base, clean.shape)
    if not coadd.size:
        nothing = np.full(place.x.size, np.nan)
        flags = np.full(place.x.size, Flag.FRAME_PROBLEM, np.uint16)
        return {f"ratio-{m}": (nothing, nothing, flags) for m in methods}
    threshold = spec.measuring.ratio_sigma
    ratio = plane(ratio_plane(flat, coadd, noise, clean.bad, threshold))
    boxes = tuple(m for m in methods if m.is_box)
    if boxes:
        value, error = _in_boxes(ratio, boxes, place, spec)
        sides, of_side = np.unique([m.size * place.scale for m in boxes], return_inverse=True)
        flags = _flags_of_boxes(clean, coadd, noise, sides, place, threshold, saturation)
        flags |= seen[spec.flux[0]] & np.uint16(Flag.LOW_COVERAGE)
        found |= {m: (value[k], error[k], flags[of_side[k]]) for k, m in enumerate(boxes)}
    inside = tuple(m for m in methods if m in seen)
    if inside:
        variance = ratio_variance(sigma, coadd, ratio)
        planes = CleanPlanes((ratio,), ~np.isfinite(ratio), variance)
        sums = sum_footprints(planes, place, base, spec, labels, fwhm_px)
        value, error = mean_ratio(sums, sums.flux[0])
        for method in inside:
            k = spec.flux.index(method)
            found[method] = value[k], error[k], seen[method]
    if Method("template") in methods:
        flags = seen[Method("iso")]
        if labels is None:
            labels = np.zeros(ratio.shape, np.int32)
        of_coadd = template(
            flat, sigma, clean.bad, coadd, noise, labels, base.geometry.label, threshold
        )
        found[Method("template")] = of_coadd.value, of_coadd.error, flags
    return {f"ratio-{m}": found[m] for m in methods}


def _in_boxes(
    ratio: np.ndarray, methods: tuple[Method, ...], place: Place, spec: MeasureSpec
) -> tuple[np.ndarray, np.ndarray]:
    """Locations and their errors, each of shape (n_method, n_object)."""
    measuring = spec.measuring
    boxes = box_statistics(
        ratio,
        place.x,
        place.y,
        [m.size * place.scale for m in methods],
        methods,
        clip_sigma=measuring.clip_sigma,
        clip_iterations=measuring.clip_iterations,
        biweight_constant=measuring.biweight_constant,
    )
    return boxes.value, boxes.error


def _flags_of_boxes(
    clean: CleanPlanes,
    coadd: np.ndarray,
    noise: np.ndarray,
    sides: np.ndarray,
    place: Place,
    threshold: float,
    saturation: float,
) -> np.ndarray:
    """Flags of boxes from the pixels that a ratio is asked of, uint16, (n_side, n_object).

    Lost numbers are not yet among them.
    """
    from .kernels.marks import BAD, COSMIC, GOOD, SATURATED, UNSEEN, mark_pixels, marks_of_boxes

    marks = np.empty(clean.shape, np.uint8)
    mark_pixels(
        clean.image,
        clean.bad,
        clean.coverage,
        clean.cosmic,
        coadd,
        noise,
        float(threshold),
        FLAGGED_FROM * saturation,
        marks,
        0,
        marks.shape[0],
    )
    shape = sides.size, place.x.size
    found, truncated = np.empty(shape, np.uint8), np.empty(shape, np.bool_)
    order = plane(memory_order(place.x, place.y), np.int32)
    at = place.x, place.y, plane(sides, np.float64), order
    marks_of_boxes(plane(marks, np.uint8), *at, found, truncated, 0, place.x.size)
    flags = np.zeros(shape, np.uint16)
    unseen = ((found & UNSEEN) != 0) & ((found & (GOOD | BAD)) == 0)
    flags[((found & (BAD | UNSEEN)) != 0) & ~unseen] |= np.uint16(Flag.BAD_PIXELS)
    flags[truncated & ~unseen] |= np.uint16(Flag.TRUNCATED)
    flags[(found & SATURATED) != 0] |= np.uint16(Flag.SATURATED)
    flags[(found & COSMIC) != 0] |= np.uint16(Flag.COSMIC_RAY)
    flags[unseen] |= np.uint16(Flag.NO_COVERAGE)
    flags[:, ~is_inside(place.x, place.y, marks.shape)] = Flag.OUTSIDE
    return flags
