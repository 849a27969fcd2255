"""The deep image that objects are found on: a coadd that is given, or a stack of the visits."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Measuring,
    Progress,
    Report,
    counted,
)
from lightledger.frames.frame import Frame
from lightledger.frames.grid import SkyGrid
from lightledger.frames.matching import match_stars
from lightledger.frames.plain import read_plane
from lightledger.frames.read import read_header, read_image
from lightledger.frames.units import clean_unit, flux_scale
from lightledger.photometry.onframe import PixelMap
from lightledger.photometry.stack import Layer, choose_best, flux_ratio, stack
from lightledger.photometry.stars import Stars

from .submit import Submitter
from .survey import Look, Way, choose_reference, spread, survey

#: Frames looked at for one that goes into the stack.
LOOKS_PER_STACKED = 3
#: Frames held against a coadd that is given.
CHECKED = 5
#: Between these pixels of the reference grid the way to a frame's pixels is a straight line.
MAP_STEP = 32
#: Common stars that tell how bright a frame of unknown scale is.
FEWEST_COMMON = 8


@dataclass(frozen=True)
class Base:
    """A deep image before its objects are known.

    Attributes
    ----------
    data : ndarray of float32, shape (ny, nx)
        nan where there are no data.
    grid : SkyGrid or None
    weight : ndarray of float32, shape (ny, nx), or None
        Proportional to the inverse variance.
    note : str
        What it was stacked from; '' for one that was given.
    depth : ndarray of float32, shape (ny, nx), or None
        Share of the stacked visits that saw each pixel.
    unit : str
        Of the data; '' unknown.
    frame : Frame or None
        Whose pixels those of a stack are.
    """

    data: np.ndarray
    grid: SkyGrid | None
    weight: np.ndarray | None
    note: str = ""
    depth: np.ndarray | None = None
    unit: str = ""
    frame: Frame | None = None


def given_coadd(coadd: str, weight: str, frames: Sequence[Frame]) -> Base:
    """A coadd from its file, with its weight map where there is one.

    Raises
    ------
    LightledgerError
        It cannot be read, its weight map does not fit, or it shows another part of the sky than
        the frames.
    """
    image = read_plane(coadd)
    ny, nx = image.data.shape
    grid = SkyGrid.from_header(image.header, (ny, nx))
    if grid is not None and not _overlaps(grid, [f for f in frames if f.has_wcs]):
        raise LightledgerError(
            "the coadd shows another part of the sky than the frames",
            coadd,
            "give the coadd of this field, or --coadd none to stack the visits",
        )
    data, map_ = image.data, None
    if weight:
        map_ = read_plane(weight).data
        if map_.shape != data.shape:
            raise LightledgerError(
                f"the weight map is {map_.shape[1]} x {map_.shape[0]} and the coadd {nx} x {ny}",
                weight,
            )
        data = np.where(map_ > 0, data, np.float32(np.nan))
        if not np.isfinite(data).any():
            raise LightledgerError("the weight map is nowhere above 0 where the coadd is", weight)
    return Base(data, grid, map_, unit=clean_unit(str(image.header.get("BUNIT", ""))))


def _overlaps(grid: SkyGrid, frames: Sequence[Frame]) -> bool:
    """Whether any of some frames shares sky with a grid; also when none has a sky."""
    checked = spread(frames, CHECKED)
    for frame in checked:
        there = SkyGrid.from_header(read_header(frame), frame.shape)
        try:
            if there is None or there.affine_from(grid) is not None:
                return True
        except LightledgerError:
            continue
    return not checked


def check_stars(coadd: str, stars: Stars, looks: Sequence[Look]) -> None:
    """Refuse a coadd without WCS whose stars are not those of the frames.

    Raises
    ------
    LightledgerError
    """
    for look in looks:
        try:
            match_stars(look.stars.x, look.stars.y, stars.x, stars.y)
        except LightledgerError:
            continue
        return
    raise LightledgerError(
        "the stars of the coadd are not those of the frames, and it has no WCS",
        coadd,
        "give the coadd of this field, or --coadd none to stack the visits",
    )


def stacked_coadd(
    frames: Sequence[Frame],
    measuring: Measuring,
    submitter: Submitter,
    control: Control,
    report: Report,
) -> Base:
    """The robust mean of the best visits, on the pixels of one that most of the others match.

    Raises
    ------
    LightledgerError
        No frame can be read, or the disk is full.
    Cancelled
    """
    n = measuring.stack_visits or len(frames)
    looks = survey(spread(frames, LOOKS_PER_STACKED * n), submitter, control, report)
    if not looks:
        raise LightledgerError("none of the frames could be read")
    reference, ways = choose_reference(looks)
    usable = [(k, way) for k, way in zip(looks, ways, strict=True) if way is not None]
    # a frame without noise (all zero) would outweigh all others
    usable = [(k, way) for k, way in usable if k.sky_rms > 0] or usable
    best = choose_best(
        n,
        np.array([k.fwhm_px for k, _ in usable]),
        np.array([k.sky_rms for k, _ in usable]),
        np.array([k.stars.x.size for k, _ in usable]),
    )
    shape = reference.frame.shape
    grid = SkyGrid.from_text(reference.grid_text, shape) if reference.grid_text else None
    layers = []
    for i in best:
        look, way = usable[i]
        place, scale = _place(look, way, grid, shape), _scale(look, way.matrix, reference)
        layers.append(Layer(_reader(look.frame), place, scale))

    def step(done: int) -> None:
        control.check()
        report(Progress("stacking the best visits", done, len(layers)))

    made = stack(layers, shape, step=step)
    visits = counted(len(layers), "visit")
    return Base(
        made.coadd,
        grid,
        made.weight,
        f" ({visits} on the pixels of {reference.frame.name})",
        made.coverage / np.float32(len(layers)),
        reference.frame.unit,
        reference.frame,
    )


def _reader(frame: Frame) -> Callable[[], np.ndarray]:
    return lambda: read_image(frame).data


def _place(look: Look, way: Way, grid: SkyGrid | None, shape: tuple[int, int]) -> PixelMap:
    """The frame's pixel of every pixel of the grid: through the WCS of both, else the stars'."""
    off = way.correction
    if grid is None or not look.grid_text or off.match is not None:
        return PixelMap.of_affine(way.matrix, shape)
    frame = SkyGrid.from_text(look.grid_text, look.frame.shape)
    nodes = np.meshgrid(*PixelMap.nodes(shape, MAP_STEP))
    x, y = frame.to_pixel(*grid.to_sky(*nodes))
    return PixelMap(MAP_STEP, x + off.dx, y + off.dy)


def _scale(look: Look, matrix: np.ndarray, reference: Look) -> float:
    """Factor that brings a frame's values to those of the reference frame.

    Calibrated frames tell it by their units; others by their stars, else by exposure time.
    Resampling keeps surface brightness, so what is counted per pixel goes with the pixel's area.
    """
    if look is reference:
        return 1.0
    area = abs(float(np.linalg.det(matrix[:, :2])))
    mine, theirs = (_flux_scale(k) for k in (look, reference))
    known = mine[0] == theirs[0] and math.isfinite(mine[1] / theirs[1])
    if not (known and mine[0] == "uJy"):
        ratio = flux_ratio(look.stars, reference.stars, matrix, fewest=FEWEST_COMMON)
        if math.isfinite(ratio) and ratio > 0:
            return ratio * area
    return mine[1] / theirs[1] * area if known else 1.0


def _flux_scale(look: Look) -> tuple[str, float]:
    """Unit of a frame's fluxes, and the factor from its pixels' values to it."""
    frame = look.frame
    pixel = math.nan
    if look.grid_text:
        pixel = SkyGrid.from_text(look.grid_text, frame.shape).pixel_area_arcsec2
    found = flux_scale(frame.unit, pixel, frame.value_exposure_s)
    return found.unit, found.factor
