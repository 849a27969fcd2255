"""Where the objects lie on a frame: by its WCS, else by matching stars."""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from astropy.io.fits import Header

from lightledger.frames.frame import Frame
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import Match, MatchError, apply_affine, match_stars
from lightledger.frames.read import Image
from lightledger.frames.units import is_brightness
from lightledger.photometry.images import Visit
from lightledger.photometry.onframe import PixelMap
from lightledger.photometry.place import Place
from lightledger.photometry.stars import Stars, find_stars, median_fwhm, stars_at

from .reference import Reference
from .wcscheck import AGREED, WCS_IS_OFF, Correction, correction_of, in_place

#: Positions that the transform gives this well are not stored one by one.
TOLD_PX = 0.01
#: Pixels between two whose place on the reference comes from the WCS: the bilinear rest is far
#: below a hundredth of a pixel for the distortions of real cameras.
MAP_STEP = 16


@dataclass(frozen=True)
class Placed:
    """A place and how it was found.

    Attributes
    ----------
    place : Place
    fwhm_px : float
        Median FWHM of the frame's stars, its pixels; nan without any.
    rms_px, n_matched : float, int
        Of star matching; nan and 0 with a WCS.
    angle_deg, pixel_area : float
        Position angle of the y axis and area of a pixel (arcsec^2); nan without a WCS.
    local_area : ndarray of float64, shape (n_object,), or None
        Area of a pixel where each object is over ``pixel_area``; None where all are alike.
    note : str
        What a person should know of it.
    """

    place: Place
    fwhm_px: float
    rms_px: float = math.nan
    n_matched: int = 0
    angle_deg: float = math.nan
    pixel_area: float = math.nan
    local_area: np.ndarray | None = None
    note: str = ""

    def flux_scale(self, unit: str, measurements: Sequence[str]) -> np.ndarray:
        """What multiplies each measurement's values, shape (n_measurement, n_object) or (1, 1).

        A brightness per solid angle becomes a flux by the area of the pixels that an object is on:
        on distorted frames that differs from object to object. Ratios are of pixels as they are.
        """
        if self.local_area is None or not is_brightness(unit):
            return np.ones((1, 1))
        of_flux = [[not name.startswith("ratio")] for name in measurements]
        area = np.where(np.isfinite(self.local_area), self.local_area, 1.0)
        return np.where(of_flux, area, 1.0)


class _Kept(threading.local):
    """The last grids of this thread: thousands of small frames share theirs."""

    reference: Reference | None = None
    base: SkyGrid | None = None
    image: tuple[Header, tuple[int, int]] | None = None
    grid: SkyGrid | None = None

    def base_of(self, reference: Reference) -> SkyGrid | None:
        if self.reference is not reference:
            self.reference, self.base = reference, reference.grid()
        return self.base

    def grid_of(self, image: Image, sci: Frame) -> SkyGrid | None:
        known = self.image
        if known is None or known[0] is not image.header or known[1] != sci.shape:
            self.image = image.header, sci.shape
            self.grid = SkyGrid.from_header(image.header, sci.shape)
        return self.grid


_KEPT = _Kept()


def place_objects(
    sci: Frame, image: Image, visit: Visit, reference: Reference, with_map: bool
) -> Placed:
    """Find the objects of the reference on a frame.

    ``with_map``: on another grid also the reference pixels of the frame's pixels are told.

    Raises
    ------
    LightledgerError
        The frame shows another part of the sky, or its stars do not match.
    """
    base = _KEPT.base_of(reference)
    grid = _KEPT.grid_of(image, sci) if sci.has_wcs else None
    if base is None or grid is None:
        stars = find_stars(visit.image, visit.bad)
        match = _identified(stars, sci.shape, reference)
        return _by_stars(sci, stars, match, reference, with_map)
    same = grid.same_as(base)
    places = reference.stars_x, reference.stars_y
    expected = places if same else grid.to_pixel(*base.to_sky(*places))
    # what the stars of the reference are, they are here: as a rule nothing needs to be found
    stars, off = stars_at(visit.image, visit.bad, *expected), AGREED
    if not in_place(stars, *expected, sci.shape):
        stars = find_stars(visit.image, visit.bad)
        off = correction_of(stars, grid, base, *places)
    angle, area = grid.position_angle_deg, grid.pixel_area_arcsec2
    if off.match is not None:
        placed = _by_stars(sci, stars, off.match, reference, with_map)
        return replace(placed, angle_deg=angle, pixel_area=area, note=WCS_IS_OFF)
    place = _by_wcs(grid, base, reference, off, with_map)
    local = grid.pixel_areas(place.x, place.y) / area if grid.distorted else None
    note = WCS_IS_OFF if off.needed else ""
    fwhm = median_fwhm(stars)
    return Placed(place, fwhm, angle_deg=angle, pixel_area=area, local_area=local, note=note)


def _identified(stars: Stars, shape: tuple[int, int], reference: Reference) -> Match:
    """Which star is which, also on a frame that is binned, or the reference is."""
    x, y = reference.stars_x, reference.stars_y
    try:
        return match_stars(stars.x, stars.y, x, y)
    except MatchError:
        binning = _binning(shape, reference.shape)
        if binning == 1:
            raise
        middle = (binning - 1) / 2  # of a binned pixel, from that of its first
        match = match_stars(stars.x * binning + middle, stars.y * binning + middle, x, y)
        matrix = match.matrix - np.array([[0.0, 0.0, middle], [0.0, 0.0, middle]])
        return replace(match, matrix=matrix / binning, rms_px=match.rms_px / binning)


def _binning(shape: tuple[int, int], whole: tuple[int, int]) -> float:
    """Pixels of the reference in one of a frame, along an axis; 1 where shapes do not tell."""
    ratio = whole[0] / shape[0]
    binning = float(round(ratio)) if ratio > 1 else 1 / round(1 / ratio)
    pairs = zip(shape, whole, strict=True)
    # rows that do not fill a binned pixel are left over
    return binning if all(abs(w - n * binning) < max(binning, 1) for n, w in pairs) else 1.0


def _by_stars(
    sci: Frame, stars: Stars, match: Match, reference: Reference, with_map: bool
) -> Placed:
    x, y = apply_affine(match.matrix, reference.objects["x"], reference.objects["y"])
    pixel_map = PixelMap.of_inverse(match.matrix, sci.shape) if with_map else None
    place = Place(x, y, match.matrix, pixel_map=pixel_map, uncertain=True)
    return Placed(place, median_fwhm(stars), match.rms_px, match.n_matched)


def _by_wcs(
    grid: SkyGrid, base: SkyGrid, reference: Reference, off: Correction, with_map: bool
) -> Place:
    """Through both WCS, and the shift that the stars say."""
    x, y = reference.objects["x"], reference.objects["y"]
    if grid.same_as(base) and not off.needed:
        return Place(x, y, same_grid=True)
    there = grid.to_pixel(*base.to_sky(x, y))
    matrix = grid.affine_from(base) + np.array([[0.0, 0.0, off.dx], [0.0, 0.0, off.dy]])
    pixel_map = _map_of(grid, base, off) if with_map else None
    shifted = there[0] + off.dx, there[1] + off.dy
    return Place(*shifted, matrix, pixel_map=pixel_map, uncertain=off.needed)


def _map_of(grid: SkyGrid, base: SkyGrid, off: Correction) -> PixelMap:
    """Reference pixel of every `MAP_STEP`-th pixel of a frame, through both WCS."""
    ny, nx = grid.shape
    x, y = np.meshgrid(*(np.arange(n // MAP_STEP + 2) * float(MAP_STEP) for n in (nx, ny)))
    there = base.to_pixel(*grid.to_sky(x - off.dx, y - off.dy))
    return PixelMap(MAP_STEP, *(v.astype(np.float32) for v in there))


def positions_to_keep(place: Place, reference: Reference) -> dict[str, np.ndarray]:
    """Where each object was, unless the visit's transform says it as well."""
    here = np.stack([place.x, place.y])
    told = apply_affine(place.matrix, reference.objects["x"], reference.objects["y"])
    if np.allclose(here, np.stack(told), rtol=0, atol=TOLD_PX, equal_nan=True):
        return {}
    return {"x": here[0].astype(np.float32), "y": here[1].astype(np.float32)}
