"""Stetson's J: do two bands vary together?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .epochs import Epochs, pairs
from .kernels.pairing import Side, stetson
from .statistics import Summary
from .zeropoints import FLOOR

#: Fewer pairs than this say nothing.
MIN_PAIRS = 5


def add_stetson(bands: Sequence[Summary], only: int | None = None) -> None:
    """Fill ``stetson_j`` and ``n_pair``, in place.

    Parameters
    ----------
    bands : sequence of Summary
        The same objects by the same method in several bands, each paired with its `partner`.
    only : int, optional
        Fill only this one; its partner then needs no more than moments.

    Notes
    -----
    J = sum sgn(P) sqrt|P| / n_pair, P = d1 d2, d = sqrt(n / (n - 1)) (F - level) / sigma over
    pairs of good points (Stetson 1996, PASP 108, 851, eqs. 1 and 2, weights 1). Level and
    sigma, with the error of the zero point and the floor, are those behind ``chi2``, without its
    scale; n is the number of good points of the band. Pairs are visits no further apart than
    `lightledger.analysis.epochs.PAIR_WINDOW_D`. Below `MIN_PAIRS` pairs J is nan; noise gives 0.
    """
    epochs = [band.epochs for band in bands]
    done: dict[frozenset[int], tuple[np.ndarray, np.ndarray]] = {}
    for i in range(len(bands)) if only is None else [only]:
        k = partner(epochs, i)
        if k is None:
            continue
        both = frozenset((i, k))
        if both not in done:
            done[both] = _stetson(bands[i], bands[k])
        j, n_pair = done[both]
        bands[i].columns["stetson_j"], bands[i].columns["n_pair"] = j.copy(), n_pair.copy()


def partner(bands: Sequence[Epochs], i: int) -> int | None:
    """The band that band ``i`` has most pairs of visits with, the first of equals, if any."""
    found = {k: len(pairs(bands[i], bands[k])) for k in range(len(bands)) if k != i}
    best = max(found, key=lambda k: found[k], default=None)
    return best if best is not None and found[best] else None


def _stetson(one: Summary, other: Summary) -> tuple[np.ndarray, np.ndarray]:
    slots = pairs(one.epochs, other.epochs)
    for side, band in enumerate((one, other)):
        lo, hi = band.epochs.slots(band.filters.time)
        slots = slots[(slots[:, side] >= lo) & (slots[:, side] < hi)]
    n_row = len(one.found.level)
    j, n_pair = np.full(n_row, np.nan), np.zeros(n_row, np.int32)
    slots = np.ascontiguousarray(slots.T, np.uint32)
    stetson(0, n_row, slots, _side(one), _side(other), MIN_PAIRS, j, n_pair)
    return j, n_pair


def _side(band: Summary) -> Side:
    n = band.columns["n_good"].astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(n > 1, np.sqrt(n / (n - 1)), np.nan)
    floor = np.square(FLOOR * band.columns["mean"])
    level, window = band.found.level, band.found.window
    return Side(band.planes, band.gains, band.runs, band.mask, level, window, scale, floor)
