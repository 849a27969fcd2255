"""Coadds of the bands that objects were not detected on: what their visits are divided by."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Problem
from lightledger.frames.frame import Inventory
from lightledger.frames.grid import SkyGrid
from lightledger.frames.plain import read_plane
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
