"""The shape of every object on the coadd: given by its catalogue, detected, else like a star's."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from lightledger.domain import Measuring
from lightledger.photometry.coadd import Surface
from lightledger.photometry.detection import Detection
from lightledger.photometry.geometry import Geometry
from lightledger.photometry.kron import held_to_locus, kron_radii, neighbour_fractions

Columns = dict[str, np.ndarray]
#: Columns of an object's shape, and their units.
SHAPE_UNITS = {
    "a_px": "pix",
    "b_px": "pix",
    "theta_deg": "deg",
    "kron_radius": "",
    "label": "",
    "neighbour_fraction": "",
    "half_light_px": "pix",
}
#: FWHM of a star over its standard deviation.
_FWHM = 2.3548
#: ... and its FWHM where no star tells, pixels.
_USUAL_FWHM = 3.0


def with_shapes(
    columns: Columns,
    surface: Surface,
    segmentation: np.ndarray,
    detection: Detection | None,
    measuring: Measuring,
    fwhm_px: float,
) -> Columns:
    """Objects with all of `SHAPE_UNITS`; what they have already stays.

    An object belongs to the isophote it lies in, or to that of a detection within a FWHM. The one
    nearest to a detection takes its ellipse; others are taken for stars: round, of the field's
    FWHM, of the least Kron radius. Kron radii that are missing are measured on the coadd and, where
    neighbours are near, held to what isolated objects have.

    Parameters
    ----------
    columns : dict of str to ndarray, each of shape (n,)
        ``x``, ``y``, finite; of `SHAPE_UNITS` any, nan where unknown.
    surface : Surface
    segmentation : ndarray of int32, shape (ny, nx)
        That of ``detection``, or one that was given.
    detection : Detection or None
        None: every ellipse that can be known is.
    measuring : Measuring
        ``kron_factor``, ``kron_minimum``, ``kron_cap``.
    fwhm_px : float
        nan unknown.
    """
    fwhm = fwhm_px if math.isfinite(fwhm_px) else _USUAL_FWHM
    n = columns["x"].size
    columns = dict(columns)
    for name in SHAPE_UNITS:
        columns[name] = np.array(columns.get(name, np.full(n, np.nan)), np.float64)
    label = _pixel_values(columns, segmentation)
    if detection is not None:
        which = _detections_of(columns, detection, fwhm)
        _take_ellipses(columns, which, detection)
        if detection.segmentation is segmentation:
            label = (which + 1).astype(np.int32)
    told = np.isfinite(columns["label"])
    label[told] = columns["label"][told]
    a, b, theta = columns["a_px"], columns["b_px"], columns["theta_deg"]
    round_ = ~is_ellipse(columns)
    a[round_] = b[round_] = fwhm / _FWHM
    theta[round_] = 0.0
    known = columns["kron_radius"] > 0
    geometry = Geometry(
        x=columns["x"],
        y=columns["y"],
        a=a,
        b=b,
        theta=np.radians(theta),
        kron=np.where(known, columns["kron_radius"], measuring.kron_minimum),
        label=label,
        segmentation=segmentation,
        shape=surface.shape,
    )
    kron = kron_radii(surface, geometry, measuring.kron_factor, measuring.kron_minimum)
    kron = np.where(round_, measuring.kron_minimum, kron)
    geometry = replace(geometry, kron=np.where(known, geometry.kron, kron))
    neighbours = neighbour_fractions(surface, geometry)
    if measuring.kron_cap:
        kron = held_to_locus(geometry, neighbours)
        geometry = replace(geometry, kron=np.where(known, geometry.kron, kron))
        neighbours = neighbour_fractions(surface, geometry)
    return columns | {
        "kron_radius": geometry.kron,
        "label": label,
        "neighbour_fraction": neighbours,
    }


def is_ellipse(columns: Columns) -> np.ndarray:
    """Which objects have an ellipse already."""
    if "a_px" not in columns:
        return np.zeros(columns["x"].shape, bool)
    a, b, theta = columns["a_px"], columns["b_px"], columns["theta_deg"]
    return np.isfinite(a) & np.isfinite(b) & (a > 0) & (b > 0) & np.isfinite(theta)


def _pixel_values(columns: Columns, segmentation: np.ndarray) -> np.ndarray:
    """Value of the segmentation where each object lies, int32."""
    ny, nx = segmentation.shape
    column = np.clip(np.rint(columns["x"]), 0, nx - 1).astype(int)
    row = np.clip(np.rint(columns["y"]), 0, ny - 1).astype(int)
    return segmentation[row, column].astype(np.int32)


def _detections_of(columns: Columns, detection: Detection, near_px: float) -> np.ndarray:
    """Row of the detection that each object is, or lies on; -1 for none."""
    which = _pixel_values(columns, detection.segmentation).astype(np.int64) - 1
    beside = np.flatnonzero(which < 0)
    if len(detection) and beside.size:
        places = np.column_stack([detection.objects["x"], detection.objects["y"]])
        here = np.column_stack([columns["x"], columns["y"]])[beside]
        apart, nearest = cKDTree(places).query(here)
        close = apart <= near_px
        which[beside[close]] = nearest[close]
    return which


def _take_ellipses(columns: Columns, which: np.ndarray, detection: Detection) -> None:
    """Give the nearest object of each detection its ellipse, where it has none of its own."""
    on = np.flatnonzero(which >= 0)
    found, mine = detection.objects, which[on]
    apart = np.hypot(columns["x"][on] - found["x"][mine], columns["y"][on] - found["y"][mine])
    by_distance = np.argsort(apart, kind="stable")
    _, first = np.unique(mine[by_distance], return_index=True)
    nearest = on[by_distance[first]]
    rows = nearest[~is_ellipse(columns)[nearest]]
    for name in ("a_px", "b_px", "theta_deg"):
        columns[name][rows] = found[name][which[rows]]
    rows = nearest[~(columns["half_light_px"][nearest] > 0)]
    columns["half_light_px"][rows] = found["half_light_px"][which[rows]]
