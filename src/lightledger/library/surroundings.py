"""What lies around an object on the reference: outlines, its own pixels, its neighbours."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .outlines import Outline, outlines_of
from .skyimages import matrix_of, side_of

if TYPE_CHECKING:
    from .reading import Reading

#: Half the side of a cut-out, reference pixels: least and most.
_HALF = (12.0, 120.0)


@dataclass(frozen=True)
class Surroundings:
    """What lies around an object on the reference; the same for all visits.

    Attributes
    ----------
    place : tuple of float
        The object, reference pixels.
    half : float
        Half the side of the cut-out, reference pixels.
    outlines : tuple of Outline
    labels : ndarray of int32, or None
        Piece of the segmentation, its first pixel at ``origin`` (x, y).
    label : int
        The object's own.
    neighbours : ndarray of int64
        Rows of other objects in the cut-out.
    """

    place: tuple[float, float]
    half: float
    outlines: tuple[Outline, ...]
    labels: np.ndarray | None
    origin: tuple[int, int]
    label: int
    neighbours: np.ndarray


def surroundings(field: Reading, index: int, band: str, row: int, measurement: str) -> Surroundings:
    """What is around an object on the reference, as far as a cut-out shows it."""
    visits = field.visits(band)
    matrix = matrix_of(field, band, row)
    fwhm = math.nan if matrix is None else float(visits["fwhm_px"][row]) / side_of(matrix)
    outlines = outlines_of(field, index, measurement, fwhm)
    x, y = (np.asarray(field.objects[axis], np.float64) for axis in "xy")
    place = float(x[index]), float(y[index])
    reach = 1.35 * max([o.a for o in outlines] or [0.0])
    half = float(np.clip(reach + 4, *_HALF))
    labels, origin = None, (0, 0)
    segmentation = field.reader.reference().get("segmentation")
    if segmentation is not None and math.isfinite(place[0] + place[1]):
        labels, origin = piece_of(segmentation, *place, math.ceil(half) + 1)
    near = (np.abs(x - place[0]) <= half) & (np.abs(y - place[1]) <= half)
    near[index] = False
    label = int(field.objects["label"][index]) if "label" in field.objects else 0
    return Surroundings(place, half, outlines, labels, origin, label, np.flatnonzero(near))


def piece_of(
    plane: np.ndarray, x: float, y: float, half: int
) -> tuple[np.ndarray, tuple[int, int]]:
    """A square about a place, nan (0 for integers) off the plane; and its first pixel (x, y)."""
    ny, nx = plane.shape
    x0, y0 = round(x) - half, round(y) - half
    side = 2 * half + 1
    off = 0 if plane.dtype.kind in "iu" else np.nan
    piece = np.full((side, side), off, plane.dtype.newbyteorder("="))
    c0, c1, r0, r1 = max(x0, 0), min(x0 + side, nx), max(y0, 0), min(y0 + side, ny)
    if c0 < c1 and r0 < r1:
        piece[r0 - y0 : r1 - y0, c0 - x0 : c1 - x0] = plane[r0:r1, c0:c1]
    return piece, (x0, y0)
