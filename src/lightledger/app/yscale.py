"""The Y scale of panels: a constant star must look constant, a variable must fill its panel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np

from .curves import Curve, Quantity, quantiles

#: Spans shorter than this (days) are one night.
SHORT_SPAN_D = 2.0
_FLOOR_MAG = 0.05
_FLOOR_SHORT_MAG = 0.02
_MAG_TO_FRACTION = 0.9210  # ln(10) / 2.5


class YScale(Enum):
    """How panels choose their Y range; the key Y goes through them in this order."""

    ROBUST = "robust"
    SAME = "same"
    LOCKED = "locked"

    @property
    def meaning(self) -> str:
        return {
            YScale.ROBUST: "each panel by its own points",
            YScale.SAME: "the same span in every panel",
            YScale.LOCKED: "span kept while leafing",
        }[self]

    @property
    def words(self) -> str:
        return self.value

    def next(self) -> YScale:
        order = list(YScale)
        return order[(order.index(self) + 1) % len(order)]


@dataclass(frozen=True)
class Want:
    """What one panel would like to show: its points' bulk, in the unit of its Y axis.

    Attributes
    ----------
    median : float
    low, high : float
        1 and 99 per cent of the points.
    half : float
        Half of the height asked for.
    unit : float
        Size of 1 relative to the median: panels of different units share a relative span.
    """

    median: float
    low: float
    high: float
    half: float
    unit: float

    def range(self, half: float | None = None) -> tuple[float, float]:
        """Bottom and top around the median, moved as little as shows 1 to 99 per cent."""
        half = self.half if half is None else half
        margin = min(0.15 * (self.high - self.low), max(half - (self.high - self.low) / 2, 0.0))
        low, high = self.high + margin - half, self.low - margin + half
        centre = self.median if low > high else min(max(self.median, low), high)
        return centre - half, centre + half


def wanted(curve: Curve, keep: np.ndarray, span_d: float) -> Want | None:
    """Median +- max(1.3 times the 1-99 % range over 2, 6 times the median error), with a floor.

    The floor is 0.05 mag (or 5 % of the flux), 0.02 for spans under 2 d.

    Returns
    -------
    Want or None
        None where no point is left to scale by.
    """
    use = keep & curve.drawable
    if not use.any():
        return None
    y = curve.y[use]
    low, median, high = quantiles(y, 0.01, 0.5, 0.99)
    errors = curve.error[use]
    errors = errors[np.isfinite(errors)]
    error = quantiles(errors, 0.5)[0] if errors.size else 0.0
    floor = _FLOOR_SHORT_MAG if span_d < SHORT_SPAN_D else _FLOOR_MAG
    unit = 1.0
    if curve.quantity is not Quantity.MAGNITUDE:
        # of noise around zero the median is no measure: it would blow up all other panels
        unit = max(abs(median), 6 * error) or 1.0
        floor *= _MAG_TO_FRACTION * unit
    half = max(1.3 * (high - low) / 2, 6 * error, floor)
    return Want(median, low, high, half, unit)


def together(wants: Sequence[Want | None]) -> Want | None:
    """What a panel of several light curves would like to show."""
    some = [want for want in wants if want is not None]
    if len(some) < 2:
        return some[0] if some else None
    low, high = min(want.low for want in some), max(want.high for want in some)
    half = max(1.3 * (high - low) / 2, *(want.half for want in some))
    return Want((low + high) / 2, low, high, half, max(want.unit for want in some))


def ranges(
    scale: YScale, wants: Sequence[Want | None], locked: float | None
) -> tuple[list[tuple[float, float] | None], float | None]:
    """Y ranges of all panels, and the relative span to keep while locked.

    Parameters
    ----------
    locked : float or None
        Half span (in units of `Want.unit`) kept so far; None takes the largest of now.
    """
    halves = [want.half / want.unit for want in wants if want is not None]
    largest = max(halves, default=None)
    if scale is YScale.ROBUST:
        return [want.range() if want else None for want in wants], None
    half = locked if scale is YScale.LOCKED and locked is not None else largest
    chosen = [
        want.range(half * want.unit) if want is not None and half is not None else None
        for want in wants
    ]
    return chosen, half if scale is YScale.LOCKED else None
