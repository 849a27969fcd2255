"""How often noise alone would make a peak as high: Baluev's bound, and drawing points anew."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, pi, sqrt

import numpy as np

from .series import Series


@dataclass(frozen=True)
class Bound:
    """False-alarm probability of a highest peak.

    Attributes
    ----------
    text : str
        How it was found: 'Baluev 2008', or of how many series drawn anew.
    level : float
        Power that noise reaches in 1 % of the cases; nan where that is not known.
    highest : ndarray of float64
        Highest powers of series drawn anew, ascending; empty for the analytic bound.
    """

    text: str
    level: float
    highest: np.ndarray

    def probability(self, power: float) -> float:
        """Of a highest peak in a drawn series; at least one in as many as were drawn."""
        n = self.highest.size
        above = int(n - np.searchsorted(self.highest, power, "left"))
        return (above + 1) / (n + 1)


def baluev(power: np.ndarray | float, last_frequency: float, series: Series) -> np.ndarray:
    """Upper bound of the false-alarm probability of a peak of the 'standard' power, one term.

    Baluev (2008, MNRAS 385, 1279), eq. 6 with table 1: close to the truth where the spectral
    window has no strong aliases, else an upper bound. White noise is assumed: correlated noise
    makes peaks of low frequency too significant.

    Parameters
    ----------
    power : float or ndarray
    last_frequency : float
        1/d; the search began near 0.
    """
    z = np.clip(np.asarray(power, np.float64), 0.0, 1.0)
    n = len(series)
    w = series.error**-2.0
    mean = w @ series.time / w.sum()
    variance = w @ (series.time - mean) ** 2 / w.sum()
    width = last_frequency * sqrt(4 * pi * variance)
    free, left = n - 1, n - 3
    gamma = sqrt(2 / free) * exp(lgamma(free / 2) - lgamma((free - 1) / 2))
    tau = gamma * width * (1 - z) ** (0.5 * (left - 1)) * np.sqrt(0.5 * free * z)
    single = (1 - z) ** (0.5 * left)
    return -np.expm1(-tau) + single * np.exp(-tau)


def baluev_level(probability: float, last_frequency: float, series: Series) -> float:
    """The power whose false-alarm probability is that; it falls with the power beyond its top."""
    powers = np.linspace(0.0, 1.0, 20_001)
    above = baluev(powers, last_frequency, series) >= probability
    (places,) = np.nonzero(above)
    return float(powers[min(places[-1] + 1, powers.size - 1)]) if places.size else 0.0
