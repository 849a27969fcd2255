"""The highest peaks of a periodogram, and which of them are only others in disguise."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from .grid import Grid
from .scargle import window_power
from .series import Series

#: Cycles per day that visits from the ground repeat with: solar and sidereal day, month, year.
ALIASES: dict[str, float] = {
    "1/d": 1.0,
    "1/sidereal day": 1.0 / 0.99726957,
    "2/d": 2.0,
    "1/month": 1.0 / 29.530589,
    "1/yr": 1.0 / 365.25,
}
#: Of the spectral window, 1 at most: less makes no alias that stands out.
_CYCLIC = 0.1
_HARMONICS: tuple[tuple[str, float], ...] = (
    ("half of", 2.0), ("double of", 0.5), ("a third of", 3.0), ("three times", 1 / 3),
    ("two thirds of", 1.5), ("3/2 of", 2 / 3), ("a quarter of", 4.0), ("four times", 0.25),
)  # fmt: skip


@dataclass(frozen=True)
class Peak:
    """One peak.

    Attributes
    ----------
    frequency, power : float
        1/d; of the periodogram.
    epoch : float
        MJD of phase 0, of the series' scale: brightest moment, or middle of the dip.
    fap : float
        False-alarm probability; nan where it is not known.
    size : float
        Full range of the model, or depth of the box, in the unit of the flux.
    size_error : float
        nan where it is not known.
    duration : float
        Of the box, days; nan of a Fourier series.
    note : str
        Such as 'half of #1', 'alias of #1: 1/d'.
    """

    frequency: float
    power: float
    epoch: float = float("nan")
    fap: float = float("nan")
    size: float = float("nan")
    size_error: float = float("nan")
    duration: float = float("nan")
    note: str = ""

    @property
    def period(self) -> float:
        """Days."""
        return 1.0 / self.frequency


def find_peaks(frequency: np.ndarray, power: np.ndarray, width: float, n: int = 8) -> list[int]:
    """Places of the highest local maxima, highest first, none within ``width`` of a higher one.

    Parameters
    ----------
    frequency, power : ndarray of float64, shape (n,)
    width : float
        1/d, such as 1 / span.
    """
    if power.size == 0:
        return []
    edged = np.concatenate([[-np.inf], power, [-np.inf]])
    (tops,) = np.nonzero((edged[1:-1] > edged[:-2]) & (edged[1:-1] >= edged[2:]))
    tops = tops[power[tops] > 0]
    chosen: list[int] = []
    for place in tops[np.argsort(power[tops], kind="stable")[::-1]]:
        if all(abs(frequency[place] - frequency[other]) > width for other in chosen):
            chosen.append(int(place))
            if len(chosen) == n:
                break
    return chosen


def related(
    frequency: float,
    stronger: Sequence[float],
    width: float,
    cycles: Collection[str] = tuple(ALIASES),
) -> str:
    """What a peak may only be, given the stronger ones: a harmonic or an alias; '' for neither.

    Parameters
    ----------
    frequency : float
    stronger : sequence of float
        Frequencies of #1, #2, ...
    width : float
        1/d: how near is the same, such as 1 / span.
    cycles : collection of str
        Of `ALIASES`, those that the sampling has (`sampled_cycles`).
    """
    for i, other in enumerate(stronger, 1):
        for words, factor in _HARMONICS:
            if abs(frequency - other * factor) < width:
                return f"{words} #{i}"
        for name, cycle in ALIASES.items():
            if name in cycles and any(
                abs(alias - frequency) < width for alias in _mirrored(other, cycle)
            ):
                return f"alias of #{i}: {name}"
    return ""


def aliases(
    frequency: float, width: float, cycles: Collection[str] = tuple(ALIASES)
) -> list[tuple[str, float]]:
    """Where else a signal of this frequency shows up: harmonics, and aliases by day and year."""
    found: list[tuple[str, float]] = [("P/2", 2 * frequency), ("2P", frequency / 2)]
    for name in ("1/d", "1/yr"):
        if name in cycles:
            found += [(name, alias) for alias in _mirrored(frequency, ALIASES[name])]
    return [(name, f) for name, f in found if f > width / 2]


def sampled_cycles(series: Series) -> tuple[str, ...]:
    """Which of `ALIASES` the sampling has: from space, say, no visits wait for the night.

    A peak of the window of height h makes aliases of about h times a signal's power (Deeming 1975,
    Ap&SS 36, 137; VanderPlas 2018, ApJS 236, 16, 7.2). Cycles that the span does not tell from 0
    are left out.
    """
    width, found = 1.0 / series.span, []
    for name, cycle in ALIASES.items():
        if cycle > 2 * width:
            about = Grid(cycle - width / 2, width / 8, 9)
            if window_power(series, about).max() > _CYCLIC:
                found.append(name)
    return tuple(found)


def _mirrored(frequency: float, cycle: float) -> tuple[float, float]:
    """A frequency shifted by a cycle either way; negative ones are seen mirrored."""
    return abs(frequency - cycle), frequency + cycle
