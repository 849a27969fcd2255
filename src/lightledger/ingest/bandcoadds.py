"""What visits are divided by: the coadd of each band, and how much of it each object has."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Measuring, Method, Problem, methods_of
from lightledger.frames.frame import Inventory
from lightledger.frames.grid import SkyGrid
from lightledger.frames.plain import read_plane
from lightledger.photometry.boxes import box_statistics
from lightledger.photometry.coadd import flatten

from .reference import Reference


def coadds_of_other_bands(
    inventory: Inventory, reference: Reference, mesh_px: int
) -> tuple[dict[str, np.ndarray], list[Problem]]:
    """``flat_BAND`` and ``noise_BAND`` (float32, shape of the reference) of every other band.

    Only coadds on the grid of the reference serve; a band without one is divided by the
    reference's, and a remark says so.
    """
    base = reference.grid()
    arrays: dict[str, np.ndarray] = {}
    problems = []
    for band in inventory.bands:
        if band == reference.band:
            continue
        path = inventory.coadds.get(band, "")
        why = "there is no coadd of it"
        if path and base is not None:
            try:
                image = read_plane(path)
                ny, nx = image.data.shape
                grid = SkyGrid.from_header(image.header, (ny, nx))
                if grid is not None and grid.same_as(base):
                    weight = inventory.weights.get(band, "")
                    surface = flatten(
                        image.data, read_plane(weight).data if weight else None, mesh_px
                    )
                    arrays |= {f"flat_{band}": surface.flat, f"noise_{band}": surface.noise}
                    continue
                why = f"{Path(path).name} is on another grid"
            except LightledgerError as error:
                why = f"{Path(path).name}: {error.what}"
        what = f"ratios of {band} are to the coadd of {reference.band}: {why}"
        problems.append(Problem(what, Path(path).name, severity="note", band=band))
    return arrays, problems


def ratio_pixels(reference: Reference, measuring: Measuring) -> dict[str, np.ndarray]:
    """``ratio_pixels_7px`` and so on: pixels of each box on which a ratio exists, int32.

    Where the coadd that objects were detected on is above ``ratio_sigma`` times its noise; a visit
    uses fewer of them where its own are bad.
    """
    sides = sorted({m.size for m in methods_of(measuring, "ratio") if m.is_box})
    with np.errstate(invalid="ignore"):
        counts = reference.flat > np.float32(measuring.ratio_sigma) * reference.noise
    plane = np.where(counts, np.float32(1), np.float32(np.nan))
    medians = [Method("median", side) for side in sides]
    boxes = box_statistics(plane, reference.objects["x"], reference.objects["y"], sides, medians)
    return {f"ratio_pixels_{side:.0f}px": boxes.n[k] for k, side in enumerate(sides)}
