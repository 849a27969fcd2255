"""Linear, logarithmic and asinh axes: the numbers are transformed by us, ticks say the values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from lightledger.app.timelabels import mjd_ticks


class Kind(Enum):
    """How values lie along an axis; the value is the word in the menu."""

    LINEAR = "linear"
    LOG = "log"
    ASINH = "asinh"


@dataclass(frozen=True)
class Scale:
    """A transformation of values to places along an axis.

    Attributes
    ----------
    kind : Kind
    knee : float
        Of asinh: linear below it, logarithmic above, in the unit of the values.
    """

    kind: Kind = Kind.LINEAR
    knee: float = 1.0

    def forward(self, values: np.ndarray) -> np.ndarray:
        """Places of values, float64; nan where there is none (a logarithm of what is not > 0).

        asinh runs as log10 for large values: asinh(v / 2 knee) / ln 10.
        """
        values = np.asarray(values, np.float64)
        if self.kind is Kind.LINEAR:
            return np.where(np.isfinite(values), values, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.kind is Kind.LOG:
                return np.where(np.isfinite(values) & (values > 0), np.log10(values), np.nan)
            return np.where(
                np.isfinite(values), np.arcsinh(values / (2 * self.knee)) / np.log(10), np.nan
            )

    def inverse(self, place: float) -> float:
        """The value at a place."""
        if self.kind is Kind.LINEAR:
            return float(place)
        with np.errstate(over="ignore"):
            if self.kind is Kind.LOG:
                return float(np.power(10.0, place))
            return float(2 * self.knee * np.sinh(place * np.log(10)))

    def ticks(self, low: float, high: float, at_most: int) -> tuple[list[float], list[str]]:
        """Places and words of round values between two places.

        >>> Scale(Kind.LOG).ticks(0.0, 2.0, 5)[1]
        ['1', '10', '100']
        """
        low, high = min(low, high), max(low, high)
        if not (np.isfinite(low) and np.isfinite(high) and high > low):
            return [], []
        if self.kind is Kind.LINEAR:
            return mjd_ticks(low, high, at_most)
        first, last = self.inverse(low), self.inverse(high)
        if not (np.isfinite(first) and np.isfinite(last)):
            return [], []
        values = _round_values(first, last, self.knee if self.kind is Kind.ASINH else 0.0)
        for digits in ((1,), (1, 3), (1, 2, 5)):
            chosen = [v for v in values if v == 0 or _leading(v) in digits]
            places = self.forward(np.array(chosen))
            apart = np.diff(places).min(initial=np.inf) >= 0.6 * (high - low) / at_most
            if len(chosen) >= 3 and apart:
                return list(places), [number_words(v) for v in chosen]
        ticks, words = mjd_ticks(first, last, at_most)  # less than a decade: round steps do
        places = self.forward(np.array(ticks))
        return [float(p) for p in places], words


def _round_values(first: float, last: float, knee: float) -> list[float]:
    """1, 2, 3 and 5 times powers of ten between two values; with a knee also 0 and negative."""
    top = max(abs(first), abs(last))
    bottom = 0.3 * knee if knee else first
    powers = range(int(np.floor(np.log10(bottom))), int(np.ceil(np.log10(top))) + 1)
    positive = [float(f"{m}e{p}") for p in powers for m in (1, 2, 3, 5)]
    every = [-v for v in reversed(positive)] + [0.0] + positive if knee else positive
    return [v for v in every if first <= v <= last]


def _leading(value: float) -> int:
    return int(f"{abs(value):.0e}"[0])


def number_words(value: float) -> str:
    """A round value, short.

    >>> number_words(0.001), number_words(20000.0), number_words(-3e7)
    ('0.001', '20,000', '-3e7')
    """
    if value == 0 or 1e-4 <= abs(value) < 1e6:
        return f"{value:,.10g}"
    mantissa, exponent = f"{value:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def knee_of(values: np.ndarray) -> float:
    """A knee for asinh: the 10 % quantile of the absolute values, a round power of ten."""
    size = np.abs(values[np.isfinite(values) & (values != 0)])
    if not size.size:
        return 1.0
    return float(10.0 ** np.round(np.log10(np.percentile(size, 10))))


def robust_range(places: np.ndarray, share: float = 0.5) -> tuple[float, float]:
    """From the ``share`` % quantile to its mirror, with 6 % air; (0, 1) for nothing."""
    known = places[np.isfinite(places)]
    if not known.size:
        return 0.0, 1.0
    low, high = np.percentile(known, (share, 100 - share))
    air = 0.06 * (high - low) or 0.05 * abs(high) or 0.5
    return float(low - air), float(high + air)
