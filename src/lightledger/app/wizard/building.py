"""Making the picture of the Reference page, and finding things on it; all of it for a worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.domain import Control, LightledgerError, Measuring, silent
from lightledger.frames.frame import Inventory
from lightledger.ingest.request import Target
from lightledger.workers import heavy_imports
from lightledger.workers.warmth import Warmth

from .picture import Found, Picture, grey_of
from .state import Source

if TYPE_CHECKING:
    from lightledger.ingest.build import Choice
    from lightledger.photometry.geometry import Geometry


def build_picture(
    inventory: Inventory,
    source: Source | None,
    coadd: str,
    catalogue: str,
    measuring: Measuring,
    targets: tuple[Target, ...],
    warmth: Warmth,
    *,
    control: Control,
    report: Callable[[Any], None] = silent,
) -> Picture:
    """Make the reference as the ingest will, for looking at; for a worker.

    Raises
    ------
    LightledgerError
        No such file, nothing detected, a catalogue of elsewhere, a target outside.
    Cancelled
    """
    warmth.ensure(control=control, report=report)
    with heavy_imports():
        from lightledger.ingest.build import build_reference
        from lightledger.ingest.submit import ThreadSubmitter
    control.check()
    choice = choice_of(inventory, source, coadd, catalogue)
    remarks: tuple[str, ...] = ()
    with ThreadSubmitter(2) as pool:
        try:
            made = build_reference(inventory, choice, measuring, targets, pool, control, report)
        except LightledgerError as error:
            if not targets or "target" not in error.what:
                raise
            # The picture is needed all the more to correct the target.
            made = build_reference(inventory, choice, measuring, (), pool, control, report)
            remarks = (str(error),)
    return Picture(
        grey=grey_of(made.coadd),
        coadd=made.coadd,
        weight_path=choice.weight,
        source=made.source,
        band=made.band,
        fwhm_px=made.fwhm_px,
        grid_text=made.grid_text,
        sky=made.sky,
        field_name=made.field_name,
        centre=(made.field_ra_deg, made.field_dec_deg),
        found=_found(made.objects, made.geometry(measuring)),
        detected=not choice.catalogue,
        mosaic=bool(choice.coadd),
        beside=tuple(
            f"{what} {Path(path).name}"
            for what, path in (("weight", choice.weight), ("segmentation", choice.segmentation))
            if path
        ),
        columns=_columns(choice.catalogue),
        targets=made.targets,
        remarks=remarks,
    )


def choice_of(inventory: Inventory, source: Source | None, coadd: str, catalogue: str) -> Choice:
    """The ingest's `Choice` for what the person picked.

    A stack is made, and detected on, even where a coadd and a catalogue were found; a coadd
    alone means detecting on it.
    """
    from lightledger.ingest.build import NO_COADD, choose

    if source == "stack":
        return choose(inventory, NO_COADD)
    picked = choose(inventory, coadd, catalogue)
    if source == "coadd":
        return replace(picked, catalogue="")
    return picked


def _columns(catalogue: str) -> tuple[tuple[str, str], ...]:
    if not catalogue:
        return ()
    from lightledger.frames.catalogue import read_catalogue

    return tuple(sorted(read_catalogue(Path(catalogue)).guesses.items()))


def _found(objects: Mapping[str, np.ndarray], geometry: Geometry) -> Found:
    return Found(
        tuple(str(i) for i in objects["id"]),
        objects["x"],
        objects["y"],
        objects["ra"],
        objects["dec"],
        np.asarray(objects["coadd_flux"], np.float64),
        objects["blended"].astype(bool),
        objects["edge_px"],
        geometry,
    )


def detect_again(
    picture: Picture, measuring: Measuring, targets: tuple[Target, ...], *, control: Control
) -> Found:
    """Detect on the same picture at another threshold; for a worker.

    Raises
    ------
    LightledgerError
        Nothing is that bright.
    Cancelled
    """
    from lightledger.frames.grid import SkyGrid
    from lightledger.frames.plain import read_plane
    from lightledger.ingest.objects import add_targets, describe, from_detection
    from lightledger.ingest.reference import geometry_of
    from lightledger.ingest.shapes import with_shapes
    from lightledger.photometry.coadd import flatten
    from lightledger.photometry.detection import detect

    sigma = measuring.detection_sigma
    weight = read_plane(picture.weight_path).data if picture.weight_path else None
    surface = flatten(picture.coadd, weight)
    found = detect(surface, sigma, measuring.detection_pixels, cancelled=lambda: control.cancelled)
    control.check()
    if len(found) == 0:
        raise LightledgerError(f"nothing is {sigma:g} sigma above the sky", "", "lower it")
    grid = SkyGrid.from_text(picture.grid_text, picture.shape) if picture.grid_text else None
    objects = from_detection(found.objects, grid)
    flux = np.sort(found.objects["flux"])[::-1]
    objects, _ = add_targets(objects, targets, grid, picture.shape, picture.fwhm_px)
    flux = np.concatenate([flux, np.full(objects["x"].size - flux.size, np.nan)])
    objects = with_shapes(objects, surface, found.segmentation, found, measuring, picture.fwhm_px)
    objects = describe(objects, flux, picture.shape, picture.fwhm_px)
    return _found(objects, geometry_of(objects, found.segmentation, measuring))


def pixel_of(picture: Picture, ra_deg: float, dec_deg: float) -> tuple[float, float]:
    """Where a sky position lies on the picture; for a worker.

    Raises
    ------
    LightledgerError
        Without a WCS, or outside the picture.
    """
    from lightledger.frames.grid import SkyGrid

    if not picture.grid_text:
        raise LightledgerError(
            "these frames have no sky position", advice="click the star in the picture"
        )
    grid = SkyGrid.from_text(picture.grid_text, picture.shape)
    x, y = grid.to_pixel(np.array([ra_deg]), np.array([dec_deg]))
    ny, nx = picture.shape
    if not (-0.5 < x[0] < nx - 0.5 and -0.5 < y[0] < ny - 0.5):
        raise LightledgerError("this position lies outside the picture")
    return float(x[0]), float(y[0])


def place_target(picture: Picture, text: str, name: str) -> Target:
    """A target on the picture from what a person typed; for a worker.

    Raises
    ------
    LightledgerError
        Not a position, or not on the picture.
    """
    from lightledger.ingest.request import parse_target

    target = replace(parse_target(text), name=name)
    if np.isfinite(target.x):
        ny, nx = picture.shape
        if not (-0.5 < target.x < nx - 0.5 and -0.5 < target.y < ny - 0.5):
            raise LightledgerError("this pixel lies outside the picture")
        return target
    x, y = pixel_of(picture, target.ra_deg, target.dec_deg)
    return replace(target, x=x, y=y)


def suggest_comparisons(
    picture: Picture, found: Found, n: int = 10, without: Sequence[int] = ()
) -> tuple[int, ...]:
    """Bright, unsaturated, unblended objects well inside the picture, as a first suggestion.

    The run chooses anew by how constant the light curves are; what a person adds or removes holds.
    """
    fwhm = picture.fwhm_px if np.isfinite(picture.fwhm_px) else 4.0
    ny, nx = picture.shape
    peak = picture.coadd[
        np.clip(np.rint(found.y), 0, ny - 1).astype(int),
        np.clip(np.rint(found.x), 0, nx - 1).astype(int),
    ]
    top = np.nanmax(picture.coadd)
    with np.errstate(invalid="ignore"):
        good = (
            np.isfinite(found.flux)
            & ~found.blended
            & (found.edge_px > 6 * fwhm)
            & (peak < 0.9 * top)
        )
    good[list(without)] = False
    order = np.argsort(-np.where(good, found.flux, -np.inf), kind="stable")
    return tuple(int(i) for i in order[:n] if good[i])
