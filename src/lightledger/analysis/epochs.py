"""The visits as statistics see them: times, setups, pairs of visits in two bands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from .masks import TimeRange

#: A setup's own level is taken off where it has at least this many good points.
MIN_PER_SETUP = 5
#: Visits of two bands this close together, in days, make a pair: the two channels of a camera
#: look at different sky at one moment, and a cycle of filters takes an hour or two.
PAIR_WINDOW_D = 0.1


@dataclass(frozen=True)
class Epochs:
    """The visits of a band, in order of time.

    Attributes
    ----------
    mjd_utc : ndarray of float64, shape (n_visit,)
        Middles; nan throughout when not known.
    start : ndarray of int64, shape (n_run + 1,)
        Visits ``start[r]:start[r + 1]`` follow each other in one setup.
    code : ndarray of int64, shape (n_run,)
        The number of that setup.
    n_setup : int
    """

    mjd_utc: np.ndarray
    start: np.ndarray
    code: np.ndarray
    n_setup: int

    @classmethod
    def of(cls, visits: Mapping[str, np.ndarray]) -> Self:
        """From a visit table: ``mjd_utc_mid``, ``setup``, or what there is of them.

        Setups of fewer than `MIN_PER_SETUP` visits cannot have a level of their own: together
        they are one.
        """
        n_visit = len(next(iter(visits.values())))
        times = visits.get("mjd_utc_mid", np.full(n_visit, np.nan))
        code = np.zeros(n_visit, np.int64)
        if "setup" in visits:
            names = np.asarray(visits["setup"]).astype(str)
            _, code, n = np.unique(names, return_inverse=True, return_counts=True)
            own = n >= MIN_PER_SETUP
            renumbered = np.where(own, np.cumsum(own) - 1, own.sum())
            code = renumbered[code].astype(np.int64)
        changes = np.flatnonzero(np.diff(code)) + 1
        start = np.concatenate([[0], changes, [n_visit]]).astype(np.int64)
        own_code = code[start[:-1]] if n_visit else np.zeros(1, np.int64)
        n_setup = int(own_code.max()) + 1
        return cls(np.ascontiguousarray(times, np.float64), start, own_code, n_setup)

    @classmethod
    def unknown(cls, n_visit: int) -> Self:
        """Without times, all of one setup."""
        return cls.of({"mjd_utc_mid": np.full(n_visit, np.nan)})

    def slots(self, time: TimeRange) -> tuple[int, int]:
        """The visits of a time range are ``[lo, hi)``: they stand in order of time."""
        if not time.bounded:
            return 0, self.mjd_utc.size
        lo = int(np.searchsorted(self.mjd_utc, time.first, "left"))
        return lo, max(int(np.searchsorted(self.mjd_utc, time.last, "right")), lo)


def pairs(one: Epochs, other: Epochs, window_d: float = PAIR_WINDOW_D) -> np.ndarray:
    """Visits of two bands that belong together, each in one pair at most.

    A pair is each other's nearest visit, no further apart than ``window_d``.

    Returns
    -------
    ndarray of int64, shape (n_pair, 2)
        Slots in the one and the other band, in order of time.
    """
    a, b = one.mjd_utc, other.mjd_utc
    if not (a.size and b.size and np.isfinite(a).all() and np.isfinite(b).all()):
        return np.empty((0, 2), np.int64)
    mine, theirs = np.arange(a.size), _nearest(a, b)
    mutual = (_nearest(b, a)[theirs] == mine) & (np.abs(a - b[theirs]) <= window_d)
    return np.stack([mine[mutual], theirs[mutual]], axis=1).astype(np.int64)


def _nearest(times: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Index of the nearest of ``among`` (ascending) to each time; the earlier of two."""
    right = np.clip(np.searchsorted(among, times), 1, max(among.size - 1, 1))
    left = right - 1
    right = np.minimum(right, among.size - 1)
    return np.where(np.abs(times - among[left]) <= np.abs(among[right] - times), left, right)
