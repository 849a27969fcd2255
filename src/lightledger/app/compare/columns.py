"""Columns of the two tables: measurements of an object, and bins of magnitudes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.app.curves import unit_text
from lightledger.domain import parse_measurement

from .model import Column


@dataclass(frozen=True)
class Bin:
    """One bin of magnitudes: its edges, constant objects, the best measurement, two scatters."""

    low: float
    high: float
    n: int
    best: str
    scatter: float
    suggested: float
    here: bool


def _number(value: float, digits: int = 4) -> str:
    if not np.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}"


def _per_cent(value: float) -> str:
    return f"{100 * value:.2f}" if np.isfinite(value) else "–"


#: Of a measurement (`lightledger.library.comparing.Compared`).
MEASUREMENTS = (
    Column("measurement", "Band, image and method; ● is the suggested one of its band",
           lambda r: "● " * r.suggested + r.measurement, lambda r: r.measurement, left=True),
    Column("scatter %", "1.4826 x median absolute deviation, over the median",
           lambda r: _per_cent(r.relative), lambda r: r.relative),
    Column("χ²/dof", "Reduced chi2 of constant flux; constant objects of the measurement: 1",
           lambda r: _number(r.chi2, 3), lambda r: r.chi2),
    Column("excess", "Scatter above that of constant objects of its brightness; of all visits",
           lambda r: f"{r.excess:.1f}" if np.isfinite(r.excess) else "–", lambda r: r.excess),
    Column("n", "Points that pass the filters", lambda r: f"{r.n:,}", lambda r: r.n),
    Column("median", "Median of these points, in the unit of the measurement",
           lambda r: f"{_number(r.median, 5)} {unit_text(r.unit)}".strip(), lambda r: r.median),
)  # fmt: skip
BINS = (
    Column("mag", "Bin of magnitudes; the object's own is marked",
           lambda b: f"{'▸ ' if b.here else ''}{b.low:g} – {b.high:g}", lambda b: b.low, left=True),
    Column("n", "Constant objects in the bin", lambda b: f"{b.n:,}", lambda b: b.n),
    Column("best", "Lowest median scatter of these objects, of the measurements of fluxes",
           lambda b: parse_measurement(b.best).within_band if b.best else "–",
           lambda b: b.best, left=True),
    Column("scatter %", "Median scatter of the best", lambda b: _per_cent(b.scatter),
           lambda b: b.scatter),
    Column("● %", "Median scatter of the suggested measurement",
           lambda b: _per_cent(b.suggested), lambda b: b.suggested),
)  # fmt: skip
