"""A whole search: periodogram, window, peaks refined, false alarms, in words what was done."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from lightledger.domain import Control, LightledgerError, Progress, Report, silent

from .boxes import Boxes, box_grid, box_power, refine_box
from .errors import Bound, baluev, baluev_level
from .grid import Grid, grid_of
from .peaks import Peak, find_peaks, related, sampled_cycles
from .scargle import MAX_TERMS, fit, power, window_power
from .series import Series

#: Name of a method, and what it looks for.
METHODS = {"ls": "Lomb-Scargle: anything smooth", "bls": "box least squares: eclipses, transits"}
#: Share of the chances that stands as a line in the plot.
FALSE_ALARM = 0.01


@dataclass(frozen=True)
class Wanted:
    """What to search for.

    Attributes
    ----------
    method : {'ls', 'bls'}
    n_terms : int
        Of the Fourier series, 1 to `lightledger.analysis.periods.scargle.MAX_TERMS`.
    shortest_d, longest_d : float
        Days; 0 is by the rule of `grid_of` or `box_grid`.
    window : bool
        The spectral window too.
    n_peaks : int
    """

    method: str = "ls"
    n_terms: int = 1
    shortest_d: float = 0.0
    longest_d: float = 0.0
    window: bool = False
    n_peaks: int = 8

    def check(self) -> None:
        """Refuse what cannot be searched for.

        Raises
        ------
        LightledgerError
        """
        if self.method not in METHODS:
            raise LightledgerError(f"no method {self.method!r}", advice="ls or bls")
        if not 1 <= self.n_terms <= MAX_TERMS:
            raise LightledgerError(f"{self.n_terms} terms", advice=f"1 to {MAX_TERMS} are possible")
        if not (0 <= self.shortest_d < np.inf and 0 <= self.longest_d < np.inf):
            raise LightledgerError("a period is a positive number of days")


@dataclass(frozen=True)
class Found:
    """What came of a search.

    Attributes
    ----------
    series : Series
    wanted : Wanted
    grid : Grid
    power : ndarray of float64, shape (grid.n,)
    boxes : Boxes, optional
        Of a box search.
    window : ndarray of float64, shape (grid.n,), optional
    peaks : tuple of Peak
        Highest first; () where nothing stands out (constant flux).
    bound : Bound, optional
        None where false alarms are not known.
    seconds : float
        That the powers took.
    cycles : tuple of str
        Of the sampling, that make aliases.
    """

    series: Series
    wanted: Wanted
    grid: Grid
    power: np.ndarray
    peaks: tuple[Peak, ...] = ()
    boxes: Boxes | None = None
    window: np.ndarray | None = field(default=None)
    bound: Bound | None = None
    seconds: float = 0.0
    cycles: tuple[str, ...] = ()

    @property
    def seconds_to_rule(self) -> float:
        """How long all periods down to `Grid.rule_d` would take, from how long these took."""
        return self.seconds * self.grid.n_to_rule / self.grid.n

    @property
    def width(self) -> float:
        """1 / span: peaks closer than this are one, 1/d."""
        return 1.0 / self.series.span


def search(
    series: Series, wanted: Wanted, control: Control | None = None, report: Report = silent
) -> Found:
    """Search a series for periods.

    Raises
    ------
    LightledgerError
        Nonsense is wanted.
    Cancelled
    """
    wanted.check()
    boxes, began = None, time.perf_counter()
    if wanted.method == "bls":
        grid = box_grid(series, wanted.shortest_d, wanted.longest_d)
        boxes = box_power(series, grid, control, report)
        made = boxes.power
    else:
        grid = grid_of(series, wanted.shortest_d, wanted.longest_d)
        made = power(series, grid, wanted.n_terms, control, report)
    seconds = time.perf_counter() - began
    window = window_power(series, grid, control, report) if wanted.window else None
    bound = None
    if wanted.method == "ls" and wanted.n_terms == 1:
        level = baluev_level(FALSE_ALARM, grid.last, series)
        bound = Bound("Baluev 2008", level, np.empty(0))
    cycles = sampled_cycles(series)
    found = Found(series, wanted, grid, made, (), boxes, window, bound, seconds, cycles)
    return replace(found, peaks=_peaks(found))


def bootstrap(
    found: Found, n: int = 100, seed: int = 1, control: Control | None = None,
    report: Report = silent,
) -> Found:  # fmt: skip
    """The same with false alarms counted in ``n`` series whose brightness is drawn anew.

    Times stay; fluxes are drawn with their errors, with repetition (VanderPlas 2018, ApJS 236,
    16, 7.4.2.2). Only for Lomb-Scargle.

    Raises
    ------
    Cancelled
    """
    rng = np.random.default_rng(seed)
    series, highest = found.series, []
    for k in range(n):
        which = rng.integers(len(series), size=len(series))
        drawn = replace(series, flux=series.flux[which], error=series.error[which])
        highest.append(float(power(drawn, found.grid, found.wanted.n_terms, control).max()))
        report(Progress("drawn anew", k + 1, n))
    ordered = np.sort(highest)
    level = float(np.quantile(ordered, 1 - FALSE_ALARM))
    bound = Bound(f"{n} series drawn anew", level, ordered)
    peaks = tuple(replace(p, fap=bound.probability(p.power)) for p in found.peaks)
    return replace(found, bound=bound, peaks=peaks)


def peak_at(found: Found, frequency: float) -> Peak:
    """A peak with all that is told of one, at any frequency (1/d), as it stands."""
    series, wanted = found.series, found.wanted
    if found.boxes is not None:
        place = int(np.clip(round((frequency - found.grid.first) / found.grid.step), 0,
                            found.grid.n - 1))  # fmt: skip
        b = found.boxes
        return Peak(frequency, float(b.power[place]), float(b.epoch[place]),
                    size=float(b.depth[place]), size_error=float(b.depth_error[place]),
                    duration=float(b.duration[place]))  # fmt: skip
    here = Grid(frequency, found.grid.step, 1)
    height = float(power(series, here, wanted.n_terms)[0])
    epoch, low, high = fit(series, frequency, wanted.n_terms).extremes()
    fap = float("nan")
    if found.bound is not None:
        counted = found.bound.highest.size > 0
        fap = (
            found.bound.probability(height)
            if counted
            else float(baluev(height, found.grid.last, series))
        )
    return Peak(frequency, height, epoch, fap, high - low)


def _peaks(found: Found) -> tuple[Peak, ...]:
    grid, peaks = found.grid, []
    for place in find_peaks(grid.frequencies, found.power, found.width, found.wanted.n_peaks):
        at = float(grid.first + grid.step * place)
        peaks.append(_refined_box(found, at, place) if found.boxes else _refined(found, at))
    peaks.sort(key=lambda peak: -peak.power)  # refined, another may be the higher one
    frequencies = [peak.frequency for peak in peaks]
    return tuple(
        replace(peak, note=related(peak.frequency, frequencies[:k], found.width, found.cycles))
        for k, peak in enumerate(peaks)
    )


def _refined(found: Found, frequency: float) -> Peak:
    """The top of a peak: the grid is made finer about it, twice; not beyond what was searched."""
    step = found.grid.step
    for _ in range(2):
        fine = Grid(max(frequency - step, found.grid.first), step / 32, 65)
        height = power(found.series, fine, found.wanted.n_terms)
        frequency = float(fine.frequencies[np.argmax(height)])
        step /= 32
    return peak_at(found, frequency)


def _refined_box(found: Found, frequency: float, place: int) -> Peak:
    assert found.boxes is not None
    period, duration = 1 / frequency, float(found.boxes.duration[place])
    if not duration > 0:
        return peak_at(found, frequency)
    period, box = refine_box(found.series, period, duration, found.grid.step * period**2)
    return Peak(1 / period, float(box.power[0]), float(box.epoch[0]), size=float(box.depth[0]),
                size_error=float(box.depth_error[0]), duration=float(box.duration[0]))  # fmt: skip
