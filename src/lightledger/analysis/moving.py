"""Moments of many light curves while the range of times is dragged.

A range that moves by a few visits changes a few points of each light curve: their contributions
are added to and taken off sums that are kept. The numbers are those of
`lightledger.analysis.statistics` with 'moments', to some 1e-3 of chi2 and 1e-5 of the others
(tested), at a tenth of its price.
"""

from __future__ import annotations

import numpy as np

from lightledger.domain import Flag

from .columns import STATISTICS
from .correction import gains
from .epochs import MIN_PER_SETUP, Epochs
from .kernels import moving, movingsums, summary
from .masks import Filters
from .statistics import (
    COUNTS,
    EDGE,
    NUMBERS,
    UNOBSERVED,
    Curves,
    Table,
    known_noise,
    whole_rows,
)
from .zeropoints import FLOOR

#: With more setups than this, sums of each would cost more than they save.
MOST_SETUPS = 6


class Moving:
    """Sums of consecutive objects, and the range of visits they are of.

    Parameters
    ----------
    curves : Curves
        Read where they lie, as long as this lives.
    filters : Filters
        Its flags; the clip needs order among points and is refused.

    Raises
    ------
    ValueError
        A clip, or more than `MOST_SETUPS` setups: see `possible`.
    """

    def __init__(self, curves: Curves, filters: Filters) -> None:
        n_row, n_visit = curves.value.shape
        epochs = curves.epochs or Epochs.unknown(n_visit)
        if not possible(epochs, filters):
            raise ValueError("a clip, or too many setups")
        self._epochs = epochs
        code = np.repeat(epochs.code, np.diff(epochs.start))
        self._slots = movingsums.Slots(epochs.mjd_utc, code)
        self._planes = summary.Planes(
            whole_rows(curves.value, np.float32),
            whole_rows(curves.error, np.float32),
            whole_rows(curves.flags, np.uint16),
        )
        self._gains = summary.Gains(
            *gains(curves.zero_points, curves.first_object, curves.value, curves.flags),
            known_noise(curves.noise_factor),
        )
        mask, saturated = np.uint16(filters.effective_mask), np.uint16(Flag.SATURATED)
        unobserved, edge = np.uint16(UNOBSERVED), np.uint16(EDGE)
        self._rules = movingsums.Rules(mask, unobserved, saturated, edge, MIN_PER_SETUP, FLOOR)
        n_setup = epochs.n_setup
        self._state = movingsums.State(
            np.zeros((n_row, 4), np.int64),
            np.zeros((n_row, 3)),
            np.zeros((n_row, n_setup, movingsums.N_SUM)),
            np.zeros((n_row, n_setup, n_setup, movingsums.N_STEP)),
            np.zeros((n_row, 4), np.int32),
        )
        self._numbers = np.full((n_row, summary.N_NUMBER), np.nan)

    def to(self, filters: Filters) -> Table:
        """Statistics of 'moments' in the time range of ``filters``, its other rules as before."""
        lo, hi = self._epochs.slots(filters.time)
        planes, state = self._planes, self._state
        moving.move(planes, self._gains, self._slots, self._rules, lo, hi, state, self._numbers)
        found: Table = {}
        for column in STATISTICS:
            if column.name in COUNTS:
                found[column.name] = state.counts[:, COUNTS[column.name]].copy()
            elif column.level == "moments":
                found[column.name] = self._numbers[:, NUMBERS[column.name]].copy()
        return found


def possible(epochs: Epochs, filters: Filters) -> bool:
    """Whether sums can be kept for these visits and filters."""
    return epochs.n_setup <= MOST_SETUPS and not filters.clip.on
