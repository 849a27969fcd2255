"""What a panel shows: light curves on its axes, what of them passes, its Y range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.analysis.masks import Hidden
from lightledger.domain import DEFAULT_MASK, parse_measurement

from .curves import Curve
from .panelset import PanelSpec


@dataclass(frozen=True)
class Trace:
    """One light curve in a panel; nothing passes of a damaged record.

    Attributes
    ----------
    x : ndarray of float64, shape (n,)
        Where its points stand on the X axis.
    values : ndarray of float64, shape (n,), or None
        What points are coloured by; None: not by a quantity.
    limited : ndarray of bool, shape (n,), or None
        Points drawn as upper limits: no detection, within the range of times; None for none.
    """

    measurement: str
    curve: Curve
    passing: Hidden
    x: np.ndarray
    values: np.ndarray | None = None
    damaged: bool = False
    limited: np.ndarray | None = None

    @property
    def n_limit(self) -> int:
        """How many points are upper limits."""
        return 0 if self.limited is None else int(np.count_nonzero(self.limited))

    @property
    def band(self) -> str:
        return parse_measurement(self.measurement).band

    def flagged_fraction(self) -> float:
        """Part of the points with a value that flags or rejection hide."""
        if self.damaged:
            return 0.0  # its flags say nothing
        with_value = self.curve.drawable
        n = int(np.count_nonzero(with_value))
        bad = with_value & ((self.curve.lc.flags & np.uint16(DEFAULT_MASK)) != 0)
        return float(np.count_nonzero(bad)) / n if n else 0.0


@dataclass(frozen=True)
class Shown:
    """One panel: its traces, the first of which is the panel's own, and the Y range of all."""

    spec: PanelSpec
    traces: tuple[Trace, ...]
    y_range: tuple[float, float] | None

    @property
    def own(self) -> Trace:
        return self.traces[0]

    @property
    def measurement(self) -> str:
        return self.own.measurement

    @property
    def band(self) -> str:
        return self.own.band

    @property
    def curve(self) -> Curve:
        return self.own.curve

    @property
    def passing(self) -> Hidden:
        return self.own.passing

    @property
    def damaged(self) -> bool:
        return any(trace.damaged for trace in self.traces)
