"""Sums of every footprint on the images of one visit: through W, or evaluated on the frame."""

from __future__ import annotations

import numpy as np

from .apertures import CleanPlanes, Sums
from .direct import DirectApertures
from .footprints import FootprintSpec
from .place import Base, Place
from .spec import MeasureSpec


def sum_footprints(
    planes: CleanPlanes,
    place: Place,
    base: Base,
    spec: MeasureSpec,
    labels: np.ndarray | None,
    fwhm_px: float,
) -> Sums:
    """Sums of all footprints of ``spec.flux``, in that order.

    Parameters
    ----------
    planes : CleanPlanes
    place, base, spec, fwhm_px
        As in `measure.measure`.
    labels : ndarray of int32, shape (ny, nx), or None
        The segmentation at the frame's pixels.

    Raises
    ------
    ValueError
        W is of other objects, methods or another grid.
    """
    grid = spec.on_grid
    circles = tuple(m.size * fwhm_px for m in spec.flux if m.kind == "aper_f")
    through_w = None
    if place.same_grid and base.footprints is not None:
        if base.footprints.spec != grid or base.footprints.n_object != place.x.size:
            raise ValueError("the footprints are of other objects or methods")
        through_w = base.footprints.sums(planes, spec.linear_error)
        if not circles:
            return through_w
        grid = FootprintSpec((), grid.neighbours, grid.convention)
    here = DirectApertures(base.geometry, grid, place.x, place.y, place.matrix, labels, circles)
    sums = here.sums(planes, spec.linear_error)
    return sums if through_w is None else through_w.joined(sums)
