"""Box least squares: transits and eclipses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain import Control, Progress, Report, silent

from .grid import Grid, cut, grid_of
from .series import Series

#: 1/d: unless asked for, no shorter period than half a day is tried.
MAX_BOX_FREQUENCY = 2.0
#: Durations as parts of a period: from a giant planet far out to a contact binary.
FRACTIONS = (0.02, 0.04, 0.08, 0.15)
#: More frequencies are not tried unless a shortest period is given: about 10 s.
MOST_BOXES = 300_000
#: Steps of a frequency in which a box of the shortest duration shifts by half of itself.
_STEPS_PER_BOX = 2.0
#: Bins of phase per shortest duration.
_OVERSAMPLE = 5
#: Frequencies between two looks at cancel.
_BLOCK = 512


@dataclass(frozen=True)
class Boxes:
    """Best box at each frequency; all arrays float64, shape (n,).

    Attributes
    ----------
    power : ndarray
        Log-likelihood gained over a constant.
    depth, depth_error : ndarray
        In the unit of the flux, positive for a dip.
    duration : ndarray
        Days.
    epoch : ndarray
        MJD of the middle of a box, of the series' scale.
    """

    power: np.ndarray
    depth: np.ndarray
    depth_error: np.ndarray
    duration: np.ndarray
    epoch: np.ndarray


def box_grid(series: Series, shortest_d: float = 0.0, longest_d: float = 0.0) -> Grid:
    """Frequencies of a box search, as `grid_of` with what a box needs.

    Steps are such that from the first to the last point a box of the shortest duration (`FRACTIONS`
    of a period) shifts by half of itself (Ofir 2014, A&A 561, A138, 3.1). Two eclipses are
    wanted: the longest period is half the span.
    """
    longest = longest_d if longest_d > 0 else series.span / 2
    shortest = shortest_d
    if shortest <= 0:
        last = min(grid_of(series).last, MAX_BOX_FREQUENCY)
        # a night: eclipses that three visits see
        if 1 / last >= longest:
            last = max(grid_of(series).last * FRACTIONS[-1], 2 / longest)
        shortest = 1 / last
    oversampling = _STEPS_PER_BOX / FRACTIONS[0]
    if shortest_d > 0:
        return grid_of(series, shortest, longest, oversampling)
    step = 1 / (oversampling * series.span)
    n = int(np.ceil((1 / shortest - 1 / longest) / step)) + 1
    reason = f"no shorter than {shortest:.3g} d unless asked for"
    grid = Grid(1 / longest, step, n, reason)
    return cut(grid, MOST_BOXES) if n > MOST_BOXES else grid


def box_durations(period_d: float) -> np.ndarray:
    """Durations in days that are tried for periods from this one to its double."""
    return np.array(FRACTIONS) * period_d


def box_power(
    series: Series, grid: Grid, control: Control | None = None, report: Report = silent
) -> Boxes:
    """Box least squares (Kovacs et al. 2002, A&A 391, 369), as astropy's `BoxLeastSquares`.

    Periods are taken in octaves; in each, durations are `box_durations` of its shortest one.

    Raises
    ------
    Cancelled
    """
    from astropy.timeseries import BoxLeastSquares

    model = BoxLeastSquares(series.time - series.time[0], series.flux, series.error)
    made = np.zeros((5, grid.n))
    octave = np.floor(np.log2(grid.frequencies / grid.first) + 1e-9).astype(int)
    for first in range(0, grid.n, _BLOCK):
        if control is not None:
            control.check()
        last = min(first + _BLOCK, grid.n)
        for k in np.unique(octave[first:last]):
            which = first + np.flatnonzero(octave[first:last] == k)
            periods = 1.0 / grid.frequencies[which]
            durations = box_durations(1.0 / (grid.first * 2.0 ** (k + 1)))
            found = model.power(periods, durations, oversample=_OVERSAMPLE)
            made[:, which] = (
                found.power, found.depth, found.depth_err, found.duration, found.transit_time
            )  # fmt: skip
        report(Progress("boxes", last, grid.n))
    made[~np.isfinite(made)] = 0.0
    made[4] += series.time[0]
    return Boxes(*made)


def refine_box(
    series: Series, period_d: float, duration_d: float, step_d: float
) -> tuple[float, Boxes]:
    """The best box within ``step_d`` of a period, on a finer grid of periods and durations.

    Returns
    -------
    period_d : float
    box : Boxes
        Arrays of shape (1,).
    """
    from astropy.timeseries import BoxLeastSquares

    model = BoxLeastSquares(series.time - series.time[0], series.flux, series.error)
    periods = period_d + step_d * np.linspace(-1, 1, 101)
    durations = duration_d * np.array([0.7, 0.85, 1.0, 1.2, 1.4])
    durations = durations[durations < 0.5 * periods.min()]
    found = model.power(periods, durations, oversample=4 * _OVERSAMPLE)
    best = int(np.argmax(found.power))
    named = found.power, found.depth, found.depth_err, found.duration, found.transit_time
    values = [np.array([float(column[best])]) for column in named]
    values[4] += series.time[0]
    return float(periods[best]), Boxes(*values)


def load() -> None:
    """Import what `box_power` needs, which takes a second at first."""
    import astropy.timeseries  # noqa: F401
