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
from lightledger.frames.sorting import file_sort, product_beside
from lightledger.photometry.coadd import Surface, flatten
from lightledger.photometry.detection import Detection, detect
from lightledger.photometry.stars import Stars, find_stars, median_fwhm

from .coadds import Base, check_stars, given_coadd, stacked_coadd
from .given import read_segmentation
from .objects import add_targets, describe, from_catalogue, from_detection, with_aperture
from .pixelframes import aperture_mask
from .reference import Reference, core_flux
from .request import NO_COADD, Target
from .sameness import reference_key
from .shapes import SHAPE_UNITS, Columns, is_ellipse, with_shapes
from .submit import Submitter
from .survey import spread, survey

#: Units of the columns that the program makes.
UNITS = {"ra": "deg", "dec": "deg", "x": "pix", "y": "pix", "edge_px": "pix", **SHAPE_UNITS}
#: Detections where not all visits of a stack overlap need this signal to noise, by their share.
RIM_SNR = 5.0


@dataclass(frozen=True)
class Choice:
    """Which coadd and catalogue a reference is made from; '' where there is none."""

    band: str
    coadd: str = ""
    weight: str = ""
    catalogue: str = ""
    segmentation: str = ""

    @property
    def in_words(self) -> str:
        base = f"coadd {Path(self.coadd).name}" if self.coadd else "a stack of the best visits"
        if self.catalogue:
            return f"{base} with catalogue {Path(self.catalogue).name}"
        return f"{base} with detected objects"


def choose(inventory: Inventory, coadd: str = "", catalogue: str = "") -> Choice:
    """What the person gave, else what lies beside the frames, else a stack.

    A catalogue that was found beside the frames is used only with the coadd of its own band, a
    weight map or segmentation only with its coadd. `NO_COADD` asks for a stack in any case.
    """
    bands = sorted(inventory.bands, key=lambda b: (-len(inventory.sci(b)), b))
    if coadd == NO_COADD:
        return Choice(bands[0], catalogue=catalogue)
    if coadd:
        return Choice(bands[0], coadd, catalogue=catalogue, **_beside(Path(coadd)))
    for band in (b for b in inventory.bands if b in inventory.coadds):
        return Choice(
            band,
            inventory.coadds[band],
            inventory.weights.get(band, ""),
            catalogue or inventory.catalogues.get(band, ""),
            inventory.segmentations.get(band, ""),
        )
    return Choice(bands[0], catalogue=catalogue)


def _beside(coadd: Path) -> dict[str, str]:
    """Weight map and segmentation in the folder of a coadd, by their names."""
    found: dict[str, str] = {}
    for path in sorted(coadd.parent.iterdir()):
        if file_sort(path.name) == "fits" and (what := product_beside(coadd.name, path.name)):
            found.setdefault(what, str(path))
    return found


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
        base = given_coadd(choice.coadd, choice.weight, frames)
    else:
        base = stacked_coadd(frames, measuring, submitter, control, report)
    control.check()
    report(Progress("finding the objects"))
    surface = flatten(base.data, base.weight, measuring.mesh_px)
    shape = surface.shape
    stars = find_stars(base.data, surface.bad)
    fwhm = median_fwhm(stars)
    if choice.coadd and base.grid is None:
        check_stars(choice.coadd, stars, survey(spread(frames, 3), submitter, control))
    columns, problems = _catalogued(choice, base, stars, shape, control)
    segmentation, remarks = _given_segmentation(choice, columns, shape)
    found = None
    if columns is None or segmentation is None or not is_ellipse(columns).all():
        found = _detected(surface, base, measuring, control)
        if columns is None:
            if len(found) == 0 and not targets:
                raise LightledgerError(
                    f"no stars above {measuring.detection_sigma:g} sigma on {choice.in_words}",
                    advice="give a catalogue, or lower detection_sigma in the recipe",
                )
            columns = from_detection(found.objects, base.grid)
        if segmentation is None:
            segmentation = found.segmentation
    columns, ids = add_targets(columns, targets, base.grid, shape, fwhm)
    if base.frame is not None and base.frame.cell is not None and ids:
        mask = aperture_mask(base.frame)
        columns, segmentation = with_aperture(columns, segmentation, ids[0], mask)
    columns = with_shapes(columns, surface, segmentation, found, measuring, fwhm)
    flux = core_flux(surface, columns["x"], columns["y"], fwhm)
    ra, dec, sky = _centre(base.grid, frames)
    return Reference(
        source=f"{choice.in_words}{base.note}",
        band=choice.band,
        grid_text=base.grid.header_text() if base.grid else "",
        coadd=base.data,
        flat=surface.flat,
        noise=surface.noise,
        segmentation=segmentation,
        weight=base.weight,
        objects=describe(columns, flux, shape, fwhm),
        units={**UNITS, "coadd_flux": base.unit},
        stars_x=stars.x,
        stars_y=stars.y,
        fwhm_px=fwhm,
        field_name=next((f.object_name for f in frames if f.object_name), ""),
        field_ra_deg=ra,
        field_dec_deg=dec,
        sky=sky,
        targets=ids,
        asked=tuple(target.text for target in targets),
        key=reference_key(inventory, choice, measuring),
        problems=(*problems, *remarks),
    )


def _catalogued(
    choice: Choice, base: Base, stars: Stars, shape: tuple[int, int], control: Control
) -> tuple[Columns | None, list[Problem]]:
    """Objects of the catalogue and remarks; None without one."""
    if not choice.catalogue:
        return None, []
    path = Path(choice.catalogue)
    catalogue = read_catalogue(path, control=control)
    return from_catalogue(catalogue, path.name, base.grid, shape, stars)


def _given_segmentation(
    choice: Choice, columns: Columns | None, shape: tuple[int, int]
) -> tuple[np.ndarray | None, list[Problem]]:
    """The given segmentation, or None and why it is not used.

    Labels of the catalogue hold only with it; ``columns`` lose them, or those it does not know.
    """
    number = columns.pop("label", None) if columns is not None else None
    if not choice.segmentation:
        return None, []
    try:
        if columns is None or number is None:
            raise LightledgerError("no catalogue tells by NUMBER whose its pixels are")
        given = read_segmentation(choice.segmentation, shape, columns | {"label": number})
    except LightledgerError as error:
        what = f"the segmentation is not used: {error.what}; isophotes are detected"
        return None, [Problem(what, Path(choice.segmentation).name, severity="note")]
    columns["label"] = np.where(np.isin(number, given), number, 0.0)
    return given, []


def _detected(surface: Surface, base: Base, measuring: Measuring, control: Control) -> Detection:
    found = detect(
        surface,
        measuring.detection_sigma,
        measuring.detection_pixels,
        cancelled=lambda: control.cancelled,
    )
    control.check()
    return found if base.depth is None else found.without(in_the_rim(found.objects, base.depth))


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
