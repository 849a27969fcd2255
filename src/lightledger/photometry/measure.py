"""Measure all objects on one image of one visit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lightledger.domain import Flag, LightledgerError, radius_text

from .apertures import CleanPlanes, Sums, clean_planes
from .background import MIN_SKY_PIXELS, annulus_background, frame_sky, mesh_background
from .direct import DirectApertures
from .errors import sum_error
from .flagging import flags_of_sums
from .footprints import Footprints, FootprintSpec
from .geometry import Geometry
from .saturation import saturation_level

BACKGROUNDS = ("annulus", "mesh", "none")


@dataclass(frozen=True)
class MeasureSpec:
    """How one frame is measured; all values resolved, nothing left to be chosen but saturation.

    Attributes
    ----------
    radii_px : tuple of float
        Aperture radii, pixels of the reference grid.
    radii_fwhm : tuple of float
        Aperture radii in units of the visit's FWHM.
    background : {'annulus', 'mesh', 'none'}
    annulus_px : (float, float)
        Local sky, pixels of the reference grid; used with 'annulus' only.
    mesh_px : int
        Side of a mesh, pixels of the frame.
    gain, read_noise : float
        Electrons per unit of the frame, electrons; 0 for unknown.
    saturation : float
        Level in the unit of the frame (the recipe's, else the header's); 0: from the histogram.
    flux_factor : float
        Unit of the frame to stored unit; multiplies values and errors.
    scale : float
        Reference pixels to frame pixels; multiplies ``radii_px`` and ``annulus_px``.

    Raises
    ------
    LightledgerError
        No aperture at all, or a setting that makes no sense.
    """

    radii_px: tuple[float, ...]
    radii_fwhm: tuple[float, ...] = ()
    background: str = "annulus"
    annulus_px: tuple[float, float] = (0.0, 0.0)
    mesh_px: int = 64
    gain: float = 0.0
    read_noise: float = 0.0
    saturation: float = 0.0
    flux_factor: float = 1.0
    scale: float = 1.0

    def __post_init__(self) -> None:
        radii = (*self.radii_px, *self.radii_fwhm)
        if not radii:
            raise LightledgerError("no aperture radius is given", advice="set radii_px")
        if not all(np.isfinite(r) and r > 0 for r in (*radii, self.scale)):
            raise LightledgerError(f"aperture radii must be positive, not {radii}")
        if self.background not in BACKGROUNDS:
            raise LightledgerError(
                f"there is no background {self.background!r}",
                advice=f"it is one of {', '.join(BACKGROUNDS)}",
            )
        if self.background == "annulus":
            inner, outer = self.annulus_px
            if not 0 <= inner < outer < np.inf:
                raise LightledgerError(
                    f"an annulus from {inner:g} to {outer:g} px has no area",
                    advice="give annulus_px an inner and a larger outer radius",
                )


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
class Measured:
    """What one image gave.

    Attributes
    ----------
    value, error : ndarray of float32, shape (n_method, n_object)
        Flux above the background and its 1-sigma error, ``flux_factor`` applied; both nan where
        nothing could be measured, and the flags say why. A flux may be negative. With bad or
        missing pixels it is the sum of what is there, not scaled up, and flagged.
    flags : ndarray of uint16, shape (n_method, n_object)
    sky, sky_rms : float
        Of the frame, per pixel, in its unit.
    saturation : float
        Level used, in the unit of the frame; inf for none.
    methods : tuple of str
        As `method_names`.
    coverage : ndarray of float32, shape (n_object,)
        Mean over the first aperture; nan without a coverage plane.
    """

    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    sky: float
    sky_rms: float
    saturation: float
    methods: tuple[str, ...]
    coverage: np.ndarray


def method_names(spec: MeasureSpec) -> tuple[str, ...]:
    """Names of the methods in the order of the rows of `Measured`.

    >>> method_names(MeasureSpec((3.0, 7.5), (1.5,), background="none"))
    ('aper_r3', 'aper_r7.5', 'aper_f1.5')
    """
    return (
        *(f"aper_r{radius_text(r)}" for r in spec.radii_px),
        *(f"aper_f{radius_text(r)}" for r in spec.radii_fwhm),
    )


@dataclass(frozen=True)
class _Sky:
    """Background as the sums need it; per-object arrays are float64 of shape (n_object,)."""

    median: float
    rms: float
    plane: np.ndarray | None  # subtracted pixel by pixel
    level: np.ndarray  # subtracted from the sums
    inside: np.ndarray  # still in flux2, for the photon noise
    object_rms: np.ndarray
    level_error: np.ndarray


def measure(
    planes: Planes,
    x: np.ndarray,
    y: np.ndarray,
    spec: MeasureSpec,
    fwhm_px: float,
    footprints: Footprints | None = None,
    position_uncertain: bool = False,
) -> Measured:
    """Measure every object in every aperture.

    Parameters
    ----------
    planes : Planes
    x, y : ndarray, shape (n_object,)
        0-based pixels of this frame; nan counts as outside.
    spec : MeasureSpec
    fwhm_px : float
        Of this visit, pixels of this frame; nan makes the ``aper_f`` methods nan.
    footprints : Footprints, optional
        For a frame on the reference grid: W of the same objects and ``radii_px``.
    position_uncertain : bool
        Positions come from star matching: every point is flagged so.

    Raises
    ------
    ValueError
        When ``footprints`` is of other objects, radii or another grid, or planes differ in shape.
    """
    x, y = (np.asarray(np.atleast_1d(v), np.float64) for v in (x, y))
    clean = clean_planes(planes.image, planes.bad, sigma=planes.sigma, coverage=planes.coverage)
    saturation = saturation_level(clean.image, None, spec.saturation, bad=clean.bad)
    sky = _sky_of(clean, x, y, spec)
    sums = _sums_of(clean, x, y, spec, fwhm_px, footprints, sky.plane)
    error = sum_error(
        sums,
        has_sigma=planes.sigma is not None,
        sky=sky.inside,
        sky_rms=sky.object_rms,
        level_error=sky.level_error,
        gain=spec.gain,
        read_noise=spec.read_noise,
    )
    with np.errstate(over="ignore", invalid="ignore"):
        flux = (sums.flux[0] - sky.level * sums.good_area) * spec.flux_factor
        value = flux.astype(np.float32)
        error = (error * abs(spec.flux_factor)).astype(np.float32)
    flags = flags_of_sums(clean, sums, x, y, saturation)
    if spec.radii_fwhm and not (np.isfinite(fwhm_px) and fwhm_px > 0):
        flags[len(spec.radii_px) :] |= np.uint16(Flag.FRAME_PROBLEM)
    unmeasured = (flags & np.uint16(Flag.OUTSIDE | Flag.NO_COVERAGE)) != 0
    lost = ~np.isfinite(value) | ~np.isfinite(error) | ~(sums.good_area > 0)
    flags[lost & ~unmeasured] |= np.uint16(Flag.NOT_FINITE)
    value[lost | unmeasured] = np.nan
    error[lost | unmeasured] = np.nan
    if position_uncertain:
        flags |= np.uint16(Flag.UNCERTAIN_POSITION)
    return Measured(
        value,
        error,
        flags,
        sky.median,
        sky.rms,
        saturation,
        method_names(spec),
        sums.coverage[0].astype(np.float32),
    )


def _sky_of(clean: CleanPlanes, x: np.ndarray, y: np.ndarray, spec: MeasureSpec) -> _Sky:
    zero = np.zeros(x.size)
    if spec.background == "mesh":
        mesh = mesh_background(clean.image, clean.bad, spec.mesh_px)
        # The level's own error, about 2 rms / (3 mesh_px), is far below one pixel's noise.
        return _Sky(mesh.median, mesh.rms, mesh.level, zero, zero, mesh.rms_at(x, y), zero)
    median, rms = frame_sky(clean.image, clean.bad)
    if spec.background == "none":
        return _Sky(median, rms, None, zero, zero + median, zero + rms, zero)
    inner, outer = (r * spec.scale for r in spec.annulus_px)
    local = annulus_background(clean.image, clean.bad, x, y, inner, outer)
    has = np.isfinite(local.level)
    if has.any():
        # Too few pixels around an object: the frame's level, with the spread of the local ones.
        spread = 1.4826 * np.median(np.abs(local.level[has] - np.median(local.level[has])))
        rms_seen = float(np.median(local.rms[has]))
    else:
        spread, rms_seen = 0.0, rms
    fallback = max(spread, np.sqrt(np.pi / 2) * rms / np.sqrt(MIN_SKY_PIXELS))
    level = np.where(has, local.level, median)
    return _Sky(
        median,
        rms_seen,
        None,
        level,
        level,
        np.where(has, local.rms, rms),
        np.where(has, local.error, fallback),
    )


def _sums_of(
    clean: CleanPlanes,
    x: np.ndarray,
    y: np.ndarray,
    spec: MeasureSpec,
    fwhm_px: float,
    footprints: Footprints | None,
    subtract: np.ndarray | None,
) -> Sums:
    if subtract is not None:
        clean = replace(clean, subtract=(subtract,))
    # Reference pixels are as large as the frame's where W is used; elsewhere the scale says.
    matrix = np.eye(2) if footprints is not None else np.eye(2) * spec.scale
    circles = FootprintSpec.of_radii(spec.radii_px)
    here = Geometry.of_positions(x, y, clean.shape)
    fwhm_circles = tuple(f * fwhm_px for f in spec.radii_fwhm)
    if footprints is None:
        return DirectApertures(here, circles, x, y, matrix, None, fwhm_circles).sums(clean)
    if footprints.n_object != x.size or footprints.spec != circles:
        raise ValueError("the footprints are of other objects or radii")
    sums = footprints.sums(clean)
    if not fwhm_circles:
        return sums
    own = DirectApertures(here, FootprintSpec(()), x, y, matrix, None, fwhm_circles).sums(clean)
    return sums.joined(own)
