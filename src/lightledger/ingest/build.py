"""Make the reference of a field: a given coadd or a stack, then its objects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import (
    Control,
    LightledgerError,
    Measuring,
    Problem,
    Progress,
    Report,
    silent,
)
from lightledger.frames.catalogue import read_catalogue
from lightledger.frames.frame import Frame, Inventory
from lightledger.frames.grid import SkyGrid
from lightledger.frames.plain import read_plane
from lightledger.frames.read import read_image
from lightledger.photometry.apertures import circle_sums
from lightledger.photometry.coadd import flatten
from lightledger.photometry.detection import Detection, detect
from lightledger.photometry.stack import choose_best, stack
from lightledger.photometry.stars import Stars, find_stars, median_fwhm

from .objects import Columns, add_targets, describe, from_catalogue, from_detection
from .reference import Reference
from .request import Target
from .shapes import SHAPE_UNITS, with_shapes
from .submit import Submitter
from .survey import choose_reference, spread, survey

UNITS = {"ra": "deg", "dec": "deg", "x": "pix", "y": "pix", "edge_px": "pix", **SHAPE_UNITS}
#: Frames looked at for one that goes into the stack.
LOOKS_PER_STACKED = 3
#: Detections where not all visits of a stack overlap need this signal to noise, by their share.
RIM_SNR = 5.0


@dataclass(frozen=True)
class Choice:
    """Which coadd and catalogue a reference is made from; '' where there is none."""

    band: str
    coadd: str = ""
    weight: str = ""
    catalogue: str = ""

    @property
    def in_words(self) -> str:
        base = f"coadd {Path(self.coadd).name}" if self.coadd else "a stack of the best visits"
        if self.catalogue:
            return f"{base} with catalogue {Path(self.catalogue).name}"
        return f"{base} with detected objects"


def choose(inventory: Inventory, coadd: str = "", catalogue: str = "") -> Choice:
    """What the person gave, else what lies beside the frames, else a stack.

    A catalogue that was found beside the frames is used only with the coadd of its own band.
    """
    bands = sorted(inventory.bands, key=lambda b: (-len(inventory.sci(b)), b))
    if coadd:
        return Choice(bands[0], coadd, catalogue=catalogue)
    for band in (b for b in inventory.bands if b in inventory.coadds):
        beside = inventory.catalogues.get(band, "")
        return Choice(
            band, inventory.coadds[band], inventory.weights.get(band, ""), catalogue or beside
        )
    return Choice(bands[0], catalogue=catalogue)


@dataclass(frozen=True)
class _Base:
    """A coadd before its objects are known."""

    data: np.ndarray
    grid: SkyGrid | None
    weight: np.ndarray | None
    note: str
    #: Share of the stacked visits that saw each pixel; None for a coadd that was given.
    depth: np.ndarray | None = None


def build_reference(
    inventory: Inventory,
    choice: Choice,
    measuring: Measuring,
    targets: Sequence[Target],
    submitter: Submitter,
    control: Control,
    report: Report = silent,
) -> Reference:
    """The reference, in memory.

    Raises
    ------
    LightledgerError
        The coadd cannot be read, nothing is detected, the catalogue lies elsewhere.
    Cancelled
    """
    frames = inventory.sci(choice.band)
    if choice.coadd:
        base = _given(choice)
    else:
        base = _stacked(frames, measuring, submitter, control, report)
    control.check()
    report(Progress("finding the objects"))
    surface = flatten(base.data, base.weight, measuring.mesh_px)
    shape = surface.shape
    stars = find_stars(base.data, surface.bad)
    fwhm = median_fwhm(stars)
    found = detect(
        surface,
        measuring.detection_sigma,
        measuring.detection_pixels,
        cancelled=lambda: control.cancelled,
    )
    control.check()
    if base.depth is not None:
        found = found.without(in_the_rim(found.objects, base.depth))
    columns, problems = _objects(choice, base, stars, found, measuring, control)
    columns, ids = add_targets(columns, targets, base.grid, shape, fwhm)
    columns = with_shapes(columns, surface, found.segmentation, found, measuring, fwhm)
    radius = max(2.0, fwhm) if math.isfinite(fwhm) else 3.0
    flat, bad = np.nan_to_num(surface.flat), surface.bad
    flux = circle_sums(flat, None, bad, columns["x"], columns["y"], np.array([radius])).flux[0]
    ra, dec, sky = _centre(base.grid, frames)
    return Reference(
        source=f"{choice.in_words}{base.note}",
        band=choice.band,
        grid_text=base.grid.header_text() if base.grid else "",
        coadd=base.data,
        flat=surface.flat,
        noise=surface.noise,
        segmentation=found.segmentation,
        weight=base.weight,
        objects=describe(columns, flux, shape, fwhm),
        units=UNITS,
        stars_x=stars.x,
        stars_y=stars.y,
        fwhm_px=fwhm,
        field_name=next((f.object_name for f in frames if f.object_name), ""),
        field_ra_deg=ra,
        field_dec_deg=dec,
        sky=sky,
        targets=ids,
        problems=tuple(problems),
    )


def _given(choice: Choice) -> _Base:
    image = read_plane(choice.coadd)
    ny, nx = image.data.shape
    weight = read_plane(choice.weight).data if choice.weight else None
    if weight is not None and weight.shape != image.data.shape:
        raise LightledgerError(
            f"the weight map is {weight.shape[1]} x {weight.shape[0]} and the coadd {nx} x {ny}",
            choice.weight,
        )
    data = image.data
    if weight is not None:
        data = np.where(weight > 0, data, np.float32(np.nan))
    return _Base(data, SkyGrid.from_header(image.header, (ny, nx)), weight, "")


def _stacked(
    frames: Sequence[Frame],
    measuring: Measuring,
    submitter: Submitter,
    control: Control,
    report: Report,
) -> _Base:
    looks = survey(
        spread(frames, LOOKS_PER_STACKED * measuring.stack_visits), submitter, control, report
    )
    if not looks:
        raise LightledgerError("none of the frames could be read")
    reference, matrices = choose_reference(looks)
    usable = [(k, m) for k, m in zip(looks, matrices, strict=True) if m is not None]
    best = choose_best(
        measuring.stack_visits,
        np.array([k.fwhm_px for k, _ in usable]),
        np.array([k.sky_rms for k, _ in usable]),
        np.array([k.stars.x.size for k, _ in usable]),
    )
    images = []
    for n, i in enumerate(best, 1):
        control.check()
        look, matrix = usable[i]
        images.append((read_image(look.frame).data, matrix))
        report(Progress("stacking the best visits", n, len(best)))
    coadd, coverage = stack(images, reference.frame.shape)
    grid = None
    if reference.grid_text:
        grid = SkyGrid.from_text(reference.grid_text, reference.frame.shape)
    visits = "1 visit" if len(images) == 1 else f"{len(images)} visits"
    note = f" ({visits} on the pixels of {reference.frame.name})"
    return _Base(coadd, grid, None, note, coverage / np.float32(len(images)))


def _objects(
    choice: Choice,
    base: _Base,
    stars: Stars,
    found: Detection,
    measuring: Measuring,
    control: Control,
) -> tuple[Columns, list[Problem]]:
    if choice.catalogue:
        catalogue = read_catalogue(Path(choice.catalogue), control=control)
        shape = found.segmentation.shape
        return from_catalogue(catalogue, Path(choice.catalogue).name, base.grid, shape, stars)
    if len(found) == 0:
        raise LightledgerError(
            f"no stars above {measuring.detection_sigma:g} sigma on {choice.in_words}",
            advice="give a catalogue, or lower detection_sigma in the recipe",
        )
    return from_detection(found.objects, base.grid), []


def in_the_rim(found: Columns, depth: np.ndarray) -> np.ndarray:
    """Noise peaks of the rim of a stack, where few visits overlap: bool, one an object."""
    ny, nx = depth.shape
    x = np.clip(np.rint(found["x"]), 0, nx - 1).astype(int)
    y = np.clip(np.rint(found["y"]), 0, ny - 1).astype(int)
    share = depth[y, x]
    return (share < 1) & (found["snr"] * np.sqrt(share) < RIM_SNR)


def _centre(grid: SkyGrid | None, frames: Sequence[Frame]) -> tuple[float, float, str]:
    if grid is not None:
        ny, nx = grid.shape
        ra, dec = grid.to_sky(np.array([(nx - 1) / 2]), np.array([(ny - 1) / 2]))
        if math.isfinite(ra[0]):
            return float(ra[0]), float(dec[0]), "wcs"
    for frame in frames:
        if frame.pointing is not None:
            return frame.pointing[0], frame.pointing[1], "pointing"
    return math.nan, math.nan, "none"
