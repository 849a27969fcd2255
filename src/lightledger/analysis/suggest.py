"""Which measurement of each band to show first."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from lightledger.domain import parse_measurement

from .excess import well_measured

#: Share of the well-measured objects, the brightest, that decide: most objects are faint, and
#: would always ask for the smallest aperture.
BRIGHTER = 0.05
#: ... but at least so many, where there are.
AT_LEAST = 10
#: Within this factor of a band's lowest scatter, the method that suits all bands wins.
NEARLY = 1.15

Tables = Mapping[str, Mapping[str, np.ndarray]]


def scores(tables: Tables, n_visit: int, blended: np.ndarray | None = None) -> dict[str, float]:
    """Median fractional scatter of the same brighter objects in each measurement.

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
    dict of str to float
        nan for all where no object is well measured in all of them.
    """
    if not tables:
        return {}
    names = list(tables)
    with np.errstate(invalid="ignore", divide="ignore"):
        fraction = np.array([tables[m]["scatter"] / tables[m]["median"] for m in names])
    flux = np.array([tables[m]["median"] for m in names])
    trusted = [well_measured(dict(tables[m]), n_visit, blended) for m in names]
    common = np.logical_and.reduce(trusted) & np.isfinite(fraction).all(axis=0)
    common &= (flux > 0).all(axis=0)
    (rows,) = np.nonzero(common)
    if rows.size == 0:
        return dict.fromkeys(names, float("nan"))
    brightest = rows[np.argsort(-flux[:, rows].mean(axis=0), kind="stable")]
    chosen = brightest[: max(round(BRIGHTER * rows.size), AT_LEAST)]
    medians = np.median(fraction[:, chosen], axis=1)
    return {name: float(x) for name, x in zip(names, medians, strict=True)}


def agree(by_band: Mapping[str, Mapping[str, float]]) -> dict[str, str]:
    """The measurement of each band to show first, the same method in all where that costs little.

    Scores within `NEARLY` of a band's lowest differ by chance more than by merit; panels of one
    method can be compared.

    Parameters
    ----------
    by_band : mapping of str to `scores`

    Returns
    -------
    dict of str to str
        Band to full name ('' for a band without measurements).
    """
    own = {band: _lowest(found) for band, found in by_band.items()}
    ratios = {
        band: {
            parse_measurement(m).within_band: _ratio(score, found[own[band]])
            for m, score in found.items()
        }
        for band, found in by_band.items()
    }
    costs = {
        method: float(np.prod([of_band.get(method, np.inf) for of_band in ratios.values()]))
        for method in next(iter(ratios.values()), {})
        if all(of_band.get(method, np.inf) <= NEARLY for of_band in ratios.values())
    }
    if not costs:
        return own
    best = min(costs, key=lambda method: costs[method])
    return {band: f"{band}_{best}" for band in by_band}


def _lowest(found: Mapping[str, float]) -> str:
    known = {name: score for name, score in found.items() if np.isfinite(score)}
    if known:
        return min(known, key=lambda name: known[name])
    return next(iter(found), "")


def _ratio(score: float, lowest: float) -> float:
    if lowest > 0:
        return score / lowest
    return 1.0 if score == lowest else np.inf  # a scatter of exactly 0: a single visit
