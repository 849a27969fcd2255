"""What is given for a coadd: shapes in its catalogue, its segmentation; used when they fit."""

from __future__ import annotations

import numpy as np

from lightledger.domain import LightledgerError, Problem
from lightledger.frames.catalogue import Catalogue
from lightledger.frames.catalogue_columns import plain
from lightledger.frames.plain import read_plane

from .shapes import Columns

#: Pixel positions of a catalogue further from where its objects are belong to another image.
SAME_PIXELS = 1.0
#: Least share of the objects that must lie on their own isophote.
ON_THEIR_OWN = 0.8
#: SExtractor's columns and ours.
_SHAPES = {
    "aimage": "a_px",
    "bimage": "b_px",
    "thetaimage": "theta_deg",
    "kronradius": "kron_radius",
    "fluxradius": "half_light_px",
}


def catalogue_shapes(
    catalogue: Catalogue, name: str, x: np.ndarray, y: np.ndarray
) -> tuple[Columns, list[Problem]]:
    """Ellipses and Kron radii from SExtractor's columns, nan where they are none, and remarks.

    Parameters
    ----------
    catalogue : Catalogue
    name : str
        Of its file.
    x, y : ndarray of float64, shape (n,)
        Where its objects are on the coadd.
    """
    columns: Columns = {}
    for original, column in catalogue.columns.items():
        ours = _SHAPES.get(plain(original))
        if ours and column.dtype.kind in "fiu" and column.ndim == 1:
            columns[ours] = column.astype(np.float64)
    if not {"a_px", "b_px", "theta_deg"} <= set(columns):
        return {}, []
    if catalogue.x is not None and catalogue.y is not None:
        apart = np.hypot(catalogue.x - x, catalogue.y - y)
        if not np.nanmedian(apart) <= SAME_PIXELS:
            what = "its shapes are in pixels of another image and are not used"
            return {}, [Problem(what, name, severity="note")]
    for column in columns.values():
        column[~np.isfinite(column)] = np.nan
    with np.errstate(invalid="ignore"):
        a, b = columns["a_px"], columns["b_px"]
        none = ~((b > 0) & (b <= a * (1 + 1e-6)) & np.isfinite(columns["theta_deg"]))
        for ours in ("a_px", "b_px", "theta_deg"):
            columns[ours][none] = np.nan
        for ours in ("kron_radius", "half_light_px"):
            if ours in columns:
                columns[ours][~(columns[ours] > 0)] = np.nan
    problems = []
    if "kron_radius" in columns:
        columns["kron_radius"][none] = np.nan
    unknown = int(np.isnan(columns["kron_radius"]).sum()) if "kron_radius" in columns else x.size
    if unknown:
        what = f"{unknown} of {x.size} objects have no Kron radius: it is measured on the coadd"
        problems.append(Problem(what, name, severity="note"))
    return columns, problems


def numbers_of(catalogue: Catalogue) -> np.ndarray | None:
    """SExtractor's NUMBER, the label of each object's pixels, float64; None without one."""
    for original, column in catalogue.columns.items():
        if plain(original) == "number" and column.dtype.kind in "fiu":
            return column.astype(np.float64)
    return None


def read_segmentation(path: str, shape: tuple[int, int], objects: Columns) -> np.ndarray:
    """A segmentation that stands beside the coadd, int32.

    Parameters
    ----------
    path : str
    shape : tuple of int
        (ny, nx) of the coadd.
    objects : dict of str to ndarray, each of shape (n,)
        ``x``, ``y`` and, from the catalogue, ``label``.

    Raises
    ------
    LightledgerError
        It does not fit the coadd or the catalogue; one line.
    """
    values = read_plane(path).data
    if values.shape != shape:
        ny, nx = values.shape
        raise LightledgerError(f"it is {nx} x {ny} and the coadd {shape[1]} x {shape[0]}")
    if not (values >= 0).all() or values.max() >= 2**24 or (values != np.floor(values)).any():
        raise LightledgerError("it does not hold whole numbers from 0 on")
    segmentation = values.astype(np.int32)
    ny, nx = shape
    column = np.clip(np.rint(objects["x"]), 0, nx - 1).astype(int)
    row = np.clip(np.rint(objects["y"]), 0, ny - 1).astype(int)
    own = segmentation[row, column] == objects["label"]
    if own.mean() < ON_THEIR_OWN:
        raise LightledgerError(
            f"it is not of this catalogue: only {int(own.sum())} of {own.size} objects lie on "
            "pixels of their NUMBER"
        )
    return segmentation
