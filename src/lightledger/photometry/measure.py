"""Measure all objects on all images of one visit, in every way that the recipe asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lightledger.domain import Flag

from .apertures import CleanPlanes, Sums, plane
from .background import mesh_background
from .errors import sum_error
from .flagging import flags_of_sums, settle
from .images import Planes, Visit, noise_of, prepare, without_cosmics
from .place import Base, Place, behind_frame
from .ratios import Points, measure_ratios
from .saturation import saturation_level
from .sky import Sky, sky_of
from .spec import MeasureSpec
from .summing import sum_footprints
from .visitnoise import visit_noise

__all__ = [
    "Base",
    "MeasureSpec",
    "Measured",
    "Place",
    "Planes",
    "Visit",
    "measure",
    "prepare",
]

NO_CLEAN = "no cosmic rays removed: neither unc nor gain is known"


@dataclass(frozen=True)
class Measured:
    """What one visit gave.

    Attributes
    ----------
    value, error : ndarray of float32, shape (n_measurement, n_object)
        In the order of ``measurements``. On `sci` and `clean` the flux above the background,
        ``flux_factor`` applied; it may be negative, and with bad or missing pixels it is the sum of
        what is there, not scaled up, and flagged. On `ratio` the ratio to the coadd. Both nan where
        nothing could be measured, and the flags say why.
    flags : ndarray of uint16, shape (n_measurement, n_object)
    measurements : tuple of str
        ``image-method``.
    sky, sky_rms : float
        Of the frame, per pixel, in its unit.
    saturation : float
        Level used, in the unit of the frame; inf for none.
    coverage : ndarray of float32, shape (n_object,)
        Mean over the first footprint; nan without a coverage plane.
    n_no_sigma, n_cosmic : int
        Pixels that only their sigma spoiled, and those taken for cosmic rays.
    note : str
        What could not be measured, and why.
    noise_factors : str
        Scatter of empty apertures over their formal error, by method
        (`lightledger.domain.noise_text`); '' without an error map or a coadd.
    """

    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    measurements: tuple[str, ...]
    sky: float
    sky_rms: float
    saturation: float
    coverage: np.ndarray
    n_no_sigma: int = 0
    n_cosmic: int = 0
    note: str = ""
    noise_factors: str = ""


def measure(
    planes: Planes | Visit, place: Place, base: Base, spec: MeasureSpec, fwhm_px: float
) -> Measured:
    """Measure every object in every way.

    Parameters
    ----------
    planes : Planes or Visit
        The images, as read or made ready already.
    place : Place
    base : Base
    spec : MeasureSpec
    fwhm_px : float
        Of this visit, pixels of this frame; nan makes the ``aper_f`` methods nan.

    Raises
    ------
    ValueError
        W is of other objects, methods or another grid, or planes differ in shape.
    """
    visit = planes if isinstance(planes, Visit) else prepare(planes)
    saturation = saturation_level(visit.image, None, spec.saturation, bad=visit.bad)
    clean, skies, n_cosmic = _images(visit, place, spec)
    labels = place.labels(base, clean.shape) if spec.needs_labels else None
    sums = sum_footprints(clean, place, base, spec, labels, fwhm_px)
    seen = flags_of_sums(clean, sums, place.x, place.y, saturation)
    if not (np.isfinite(fwhm_px) and fwhm_px > 0):
        seen[[m.kind == "aper_f" for m in spec.flux]] |= np.uint16(Flag.FRAME_PROBLEM)

    found: dict[str, Points] = {}
    for index, image in enumerate(("sci", "clean")):
        methods = spec.methods(image)
        if index < len(skies):
            value, error = _fluxes(sums, index, skies[index], spec, visit.has_sigma)
        else:
            value = error = np.full(seen.shape, np.nan)
        for method in methods:
            k = spec.flux.index(method)
            flags = seen[k] if index < len(skies) else seen[k] | np.uint16(Flag.FRAME_PROBLEM)
            found[f"{image}-{method}"] = value[k], error[k], flags
    noise_factors = ""
    if spec.methods("ratio") or (visit.has_sigma and base.flat is not None):
        behind = behind_frame(place, base, clean.shape, labels)
        level = _level(visit, skies[0], spec)
        noise_factors = visit_noise(visit, level, behind, place, base, spec, fwhm_px)
        marked = dict(zip(spec.flux, seen, strict=True))
        sigma = visit.sigma if visit.has_sigma else skies[0].rms
        found |= measure_ratios(
            clean, level, sigma, behind, place, base, spec, marked, saturation, fwhm_px
        )
    value, error, flags = _table(found, spec.measurements, place.x.size)
    settle(value, error, flags)
    if place.uncertain:
        flags |= np.uint16(Flag.UNCERTAIN_POSITION)
    return Measured(
        value,
        error,
        flags,
        spec.measurements,
        skies[0].median,
        skies[0].rms,
        saturation,
        sums.coverage[0].astype(np.float32),
        visit.n_no_sigma,
        n_cosmic,
        NO_CLEAN if spec.methods("clean") and len(skies) < 2 else "",
        noise_factors,
    )


def _images(visit: Visit, place: Place, spec: MeasureSpec) -> tuple[CleanPlanes, list[Sky], int]:
    """`sci` and, where it is asked for and the noise is known, `clean`, each with its sky."""
    skies = [sky_of(visit.image, visit.bad, place, spec)]
    clean, n_cosmic = visit.clean, 0
    if spec.methods("clean"):
        sigma = noise_of(visit, skies[0], spec)
        if sigma.size:
            clean, n_cosmic = without_cosmics(visit, sigma, spec)
            changed = clean.images[1], visit.bad
            skies.append(sky_of(*changed, place, spec, skies[0], clean.cosmic))
    if skies[0].plane.size:
        clean = replace(clean, subtract=tuple(sky.plane for sky in skies))
    return clean, skies, n_cosmic


def _fluxes(
    sums: Sums, index: int, sky: Sky, spec: MeasureSpec, has_sigma: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Flux above the sky and its error in the stored unit, of one image, (n_method, n_object)."""
    error = sum_error(
        sums,
        has_sigma=has_sigma,
        sky=sky.inside,
        sky_rms=sky.object_rms,
        level_error=sky.level_error,
        gain=spec.gain,
        read_noise=spec.read_noise,
    )
    flux = (sums.flux[index] - sky.level * sums.good_area) * spec.flux_factor
    nothing = ~(sums.good_area > 0)
    flux[nothing] = error[nothing] = np.nan
    return flux, error * abs(spec.flux_factor)


def _level(visit: Visit, sky: Sky, spec: MeasureSpec) -> np.ndarray:
    """Background under every pixel: an offset that stays would draw every ratio towards 1."""
    if sky.plane.size:
        return sky.plane
    return plane(mesh_background(visit.image, visit.bad, spec.measuring.mesh_px).level)


def _table(
    found: dict[str, Points], names: tuple[str, ...], n_object: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows in the order of the records, each of shape (n_measurement, n_object)."""
    shape = len(names), n_object
    value, error = np.empty(shape, np.float32), np.empty(shape, np.float32)
    flags = np.empty(shape, np.uint16)
    with np.errstate(over="ignore", invalid="ignore"):
        for row, name in enumerate(names):
            value[row], error[row], flags[row] = found[name]
    return value, error, flags
