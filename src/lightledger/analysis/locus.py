"""The running median of one number of all objects against another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

#: Quantiles of one standard deviation of a normal distribution, per cent.
_QUANTILES = (15.87, 50.0, 84.13)


@dataclass(frozen=True)
class MedianLocus:
    """Median, and 15.87 % and 84.13 % quantile (one sigma of normal scatter), in bins of x.

    Attributes
    ----------
    x : ndarray of float64, shape (n_bin,)
        Median x of the objects in each bin, ascending.
    middle, low, high : ndarray of float64, shape (n_bin,)
    """

    x: np.ndarray
    middle: np.ndarray
    low: np.ndarray
    high: np.ndarray


def median_locus(
    x: np.ndarray, y: np.ndarray, width: float = 0.0, at_least: int = 8, most: int = 24
) -> MedianLocus | None:
    """Running median and one-sigma quantiles of y in bins of x.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        What is not finite in either is left out.
    width : float
        Of a bin, such as 0.5 mag; 0: the range between the 0.5 and 99.5 % quantile in ``most``.
    at_least : int
        Bins of fewer objects have no median.
    most : int
        Bins at most: the width is doubled until there are no more.

    Returns
    -------
    MedianLocus or None
        None with fewer than two bins.
    """
    known = np.isfinite(x) & np.isfinite(y)
    x, y = np.asarray(x[known], np.float64), np.asarray(y[known], np.float64)
    if x.size < 2 * at_least:
        return None
    low, high = np.percentile(x, (0.5, 99.5))
    if not high > low:
        return None
    width = width or (high - low) / most
    while (high - low) / width > most:
        width *= 2
    first = np.floor(low / width)
    n_bin = int(np.floor(high / width) - first) + 1
    place = np.clip(np.floor(x / width) - first, -1, n_bin).astype(np.int16)
    order = np.argsort(place, kind="stable")  # of small integers: by counting
    edges = np.searchsorted(place[order], np.arange(n_bin + 1))
    rows = []
    for begin, end in pairwise(edges):
        if end - begin >= at_least:
            inside = order[begin:end]
            rows.append((float(np.median(x[inside])), *_quantiles(np.sort(y[inside]))))
    if len(rows) < 2:
        return None
    centre, lower, middle, upper = np.array(rows).T
    return MedianLocus(centre, middle, lower, upper)


def _quantiles(ordered: np.ndarray) -> list[float]:
    """Quantiles of sorted numbers, linear between them as ``np.percentile`` has it."""
    places = (ordered.size - 1) * np.array(_QUANTILES) / 100
    below = places.astype(np.int64)
    above = np.minimum(below + 1, ordered.size - 1)
    lower = ordered[below]
    return [float(q) for q in lower + (places - below) * (ordered[above] - lower)]
