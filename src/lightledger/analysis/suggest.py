"""Which measurement to show first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .excess import well_measured

#: Share of the well-measured objects, the brightest, that decide: most objects are faint, and
#: would always ask for the smallest aperture.
BRIGHTER = 0.05
#: ... but at least so many, where there are.
AT_LEAST = 10


def suggest(
    tables: Mapping[str, Mapping[str, np.ndarray]],
    n_visit: int,
    blended: np.ndarray | None = None,
) -> str:
    """The measurement with the lowest median fractional scatter among brighter objects.

    Parameters
    ----------
    tables : mapping of str to statistics
        Full name to the (corrected) statistics of all objects; one band, one kind of image.
        Needs ``n_good, n_observed, n_saturated, n_edge, median, scatter``.
    n_visit : int
        Visits of the band.
    blended : ndarray of bool, optional
        Objects that do not count.

    Returns
    -------
    str
        '' for no tables; the first where no object is well measured in all of them.
    """
    if not tables:
        return ""
    names = list(tables)
    with np.errstate(invalid="ignore", divide="ignore"):
        fraction = np.array([tables[m]["scatter"] / tables[m]["median"] for m in names])
    flux = np.array([tables[m]["median"] for m in names])
    trusted = [well_measured(dict(tables[m]), n_visit, blended) for m in names]
    common = np.logical_and.reduce(trusted) & np.isfinite(fraction).all(axis=0)
    common &= (flux > 0).all(axis=0)
    (rows,) = np.nonzero(common)
    if rows.size == 0:
        return names[0]
    brightest = rows[np.argsort(-flux[:, rows].mean(axis=0), kind="stable")]
    chosen = brightest[: max(round(BRIGHTER * rows.size), AT_LEAST)]
    return names[int(np.argmin(np.median(fraction[:, chosen], axis=1)))]
