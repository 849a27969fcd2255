"""One visit for all stars that a spacecraft saw in one exposure, though each has times of its own.

Kepler and TESS give every star the barycentric time of its own direction. The same exposures of
several stars, known by their numbers, become one visit at the spacecraft's time, with the place of
an observer for whom the barycentric time of each star is that of its file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain.times import LIGHT_KM_S, SECONDS_PER_DAY, unit_vector

from .series import Series

#: Barycentric times of a shared visit may be off by so much at most.
TOLERANCE_S = 1e-3
_RANK = 1e-6


@dataclass(frozen=True)
class Exposures:
    """Visits that several stars share.

    Attributes
    ----------
    number : ndarray of int64, shape (n,)
        Of the exposures, ascending.
    mjd_utc : ndarray of float64, shape (n,)
        At the spacecraft.
    observer_km : ndarray of float64, shape (n, 3)
    """

    number: np.ndarray
    mjd_utc: np.ndarray
    observer_km: np.ndarray


def kinds_of(series: Sequence[Series]) -> Iterator[list[int]]:
    """Indices of series whose exposures have numbers of one kind: of several objects, or known."""
    kinds: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, one in enumerate(series):
        known = one.cadence is not None and one.timecorr_d is not None and one.has_direction
        if known and one.clock.place == "barycentre":
            words = one.setup.split()
            kinds[words[0] if words else "", words[-1] if words else ""].append(i)
    for members in kinds.values():
        both = any(series[i].both_times for i in members)
        if both or len({series[i].object for i in members}) > 1:
            yield members


def solve(series: Sequence[Series], mjd_utc: Sequence[np.ndarray]) -> Exposures:
    """Times and observers of the exposures of which it can be said.

    Parameters
    ----------
    series : sequence of Series
        Of one kind.
    mjd_utc : sequence of ndarray
        Barycentric times of the points of each, on UTC's clock.

    Notes
    -----
    With n_i the direction of star i and d_i = T_i - t its delay, the observer r solves
    n_i . r = c d_i by least squares, the shortest r where few stars leave it open.
    """
    numbers = np.unique(np.concatenate([one.cadence for one in series if one.cadence is not None]))
    numbers = numbers[numbers >= 0]
    arrived = np.full((len(series), numbers.size), np.nan)
    local = np.full_like(arrived, np.nan)
    for i, one in enumerate(series):
        assert one.cadence is not None
        assert one.timecorr_d is not None
        good = (one.cadence >= 0) & np.isfinite(one.timecorr_d)
        at = np.searchsorted(numbers, one.cadence[good])
        arrived[i, at] = mjd_utc[i][good]
        local[i, at] = (mjd_utc[i] - one.timecorr_d)[good]
    there = np.isfinite(arrived)
    with np.errstate(invalid="ignore"):
        here = np.where(there, local, 0.0).sum(axis=0) / np.maximum(there.sum(axis=0), 1)
    directions = np.array([unit_vector(one.ra_deg, one.dec_deg) for one in series])
    delay_km = np.where(there, arrived - here, 0.0) * SECONDS_PER_DAY * LIGHT_KM_S
    observer = np.zeros((numbers.size, 3))
    patterns, which = np.unique(there.T, axis=0, return_inverse=True)
    for k, pattern in enumerate(patterns):
        cells = np.flatnonzero(which.reshape(-1) == k)
        inverse = np.linalg.pinv(directions[pattern], rcond=_RANK)
        observer[cells] = (inverse @ delay_km[np.ix_(pattern, cells)]).T
    off_s = np.abs(np.where(there, directions @ observer.T - delay_km, 0.0)) / LIGHT_KM_S
    good = there.any(axis=0) & (off_s.max(axis=0) < TOLERANCE_S)
    return Exposures(numbers[good], here[good], observer[good])
