"""Which frequencies are tried: what span and sampling of the series let one tell apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from lightledger.domain import LightledgerError

from .series import Series

#: Frequencies per width of a peak, 1 / span; VanderPlas (2018, ApJS 236, 16, 7.1) has 5 to 10.
OVERSAMPLING = 5
#: 1/d. Nights that follow no clock show periods far below their distance (VanderPlas 2018, 4.1.2):
#: at least so far the search goes, down to 2 h, which takes in RR Lyrae and contact binaries.
SPARSE_MAX = 12.0
#: More frequencies are never tried unless a longest or shortest period is given.
MOST = 1_000_000
#: Gaps that are multiples of the shortest to this part of it are of a clock.
_CLOCK = 0.05


@dataclass(frozen=True)
class Grid:
    """Evenly spaced frequencies ``first + step * (0 .. n - 1)``, 1/d.

    Attributes
    ----------
    first, step : float
    n : int
    reason : str
        Why it ends where it ends, in words.
    rule_d : float
        Shortest period, days, that the sampling or the method allows, where these are too many
        frequencies to be tried unasked; 0: they were tried.
    """

    first: float
    step: float
    n: int
    reason: str = ""
    rule_d: float = 0.0

    @property
    def n_to_rule(self) -> int:
        """Frequencies down to ``rule_d``."""
        return round((1 / self.rule_d - self.first) / self.step) + 1 if self.rule_d else self.n

    @property
    def last(self) -> float:
        return self.first + self.step * (self.n - 1)

    @property
    def frequencies(self) -> np.ndarray:
        """1/d, float64, shape (n,)."""
        return self.first + self.step * np.arange(self.n)


def grid_of(
    series: Series,
    shortest_d: float = 0.0,
    longest_d: float = 0.0,
    oversampling: float = OVERSAMPLING,
    most: int = MOST,
) -> Grid:
    """Frequencies for a series.

    Parameters
    ----------
    shortest_d, longest_d : float
        Periods in days; 0 is by the rule below.
    oversampling : float
        Frequencies per 1 / span.
    most : int
        The rule stays below so many frequencies; what a person asks for may have ten times more.

    Notes
    -----
    From one cycle in the whole series, ``1 / span``, in steps of ``1 / (oversampling span)``, a
    fraction of the width of a peak. The end (VanderPlas 2018, ApJS 236, 16, 4.1 and 7.1):

    - visits that tick by a clock cannot tell frequencies above ``1 / 2p`` from lower ones, p their
      interval (Eyer & Bartholdi 1999, A&AS 135, 1);
    - else there is no such limit. The search goes to ``1 / 2g``, g the gap that only a tenth of
      the gaps stay below, or to 12 / d where that is more;
    - a signal is smeared out above ``1 / 2e``, e the length of a visit.

    Raises
    ------
    LightledgerError
        The shortest is longer than the longest period, or there are too many to be tried.
    """
    step = 1.0 / (oversampling * series.span)
    first = 1.0 / longest_d if longest_d > 0 else 1.0 / series.span
    if shortest_d > 0:
        last, reason = 1.0 / shortest_d, "as asked for"
    else:
        last, reason = _end(series)
    if last <= first:
        if shortest_d > 0 or longest_d > 0:
            raise LightledgerError(
                "no period lies between the shortest and the longest",
                advice=f"the series spans {series.span:.4g} d",
            )
        last = first + step
    n = int(np.ceil((last - first) / step)) + 1
    if shortest_d > 0:
        if n > 10 * most:
            raise LightledgerError(
                f"{n:,} frequencies would have to be tried", advice="ask for a longer minimum"
            )
    elif n > most:
        return cut(Grid(first, step, n, reason), most)
    return Grid(first, step, n, reason)


def cut(grid: Grid, most: int) -> Grid:
    """The lowest ``most`` of a grid, which says so."""
    made = replace(grid, n=most, rule_d=1 / grid.last)
    reason = f"{most:,} frequencies; {1 / made.last:.3g} d is the shortest period tried unasked"
    return replace(made, reason=reason)


def _end(series: Series) -> tuple[float, str]:
    gaps = np.diff(series.time)
    gaps = gaps[gaps > 1e-9]
    shortest = float(gaps.min())
    turns = gaps / shortest
    if gaps.size > 2 and np.all(np.abs(turns - np.rint(turns)) < _CLOCK):
        return 0.5 / shortest, "half the rate of visits that tick by a clock"
    usual = float(np.percentile(gaps, 10))
    last, reason = 0.5 / usual, "half the rate of the nearest visits"
    if last < SPARSE_MAX:
        last, reason = SPARSE_MAX, f"{SPARSE_MAX:g} per day, for visits at uneven times"
    if series.exposure_d > 0 and last > 0.5 / series.exposure_d:
        last, reason = 0.5 / series.exposure_d, "two visits' length"
    return last, reason
