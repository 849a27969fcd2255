"""The measurements of one object side by side, and which is best at which magnitude."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.epochs import MIN_PER_SETUP
from lightledger.analysis.masks import Filters, passes
from lightledger.analysis.quality import BandQuality, band_quality
from lightledger.domain import Control, LightCurve, parse_measurement

if TYPE_CHECKING:
    from .field import Field

#: A fraction of the mean flux under the errors, as behind the stored chi2
#: (`lightledger.analysis.zeropoints.FLOOR`; its module compiles code).
_FLOOR = 0.002


@dataclass(frozen=True)
class Compared:
    """One measurement of an object.

    Attributes
    ----------
    measurement, unit : str
    n : int
        Points that pass the filters.
    median, scatter : float
        Of these points, in ``unit``; the scatter is 1.4826 x MAD.
    chi2 : float
        Reduced chi2 of constant flux, on the scale on which constant objects of the measurement
        have 1 (the stored column times raw chi2 of these points over that of all good ones).
    excess : float
        As stored, over all visits.
    suggested : bool
        The measurement of its band to show first.
    """

    measurement: str
    unit: str
    n: int
    median: float
    scatter: float
    chi2: float
    excess: float
    suggested: bool

    @property
    def relative(self) -> float:
        """Scatter over median; nan where the median is not positive."""
        return self.scatter / self.median if self.median > 0 else float("nan")


def compare(
    field: Field,
    index: int,
    measurements: Sequence[str],
    filters: Filters,
    corrected: bool,
    control: Control | None = None,
) -> list[Compared]:
    """The measurements of the object in row ``index``; for a worker where there are many."""
    suggested = {field.suggested(band) for band in field.bands}
    rows = []
    for name in measurements:
        if control is not None:
            control.check()
        lc = field.light_curve(index, name, corrected)
        keep, good = passes(lc, filters).keep, passes(lc).keep
        value = np.asarray(lc.value, np.float64)[keep]
        median = float(np.median(value)) if value.size else float("nan")
        scatter = 1.4826 * float(np.median(np.abs(value - median))) if value.size > 1 else np.nan
        stats = field.statistics(name, corrected)
        setup = field.visits(parse_measurement(name).band).get("setup", np.zeros(len(lc)))
        chi2 = float(stats["chi2"][index])
        if not np.array_equal(keep, good):
            whole = _raw_chi2(lc, setup, good)
            chi2 = chi2 * _raw_chi2(lc, setup, keep) / whole if whole > 0 else float("nan")
        rows.append(
            Compared(
                name, lc.unit, int(value.size), median, scatter, chi2,
                float(stats["excess"][index]), name in suggested,
            )
        )  # fmt: skip
    return rows


def best_by_magnitude(field: Field, band: str, corrected: bool) -> BandQuality:
    """Scatter against magnitude in a band, and the measurement of the lowest in each bin."""
    return band_quality(field.reader, band, field.suggested(band), corrected)


def _raw_chi2(lc: LightCurve, setup: np.ndarray, keep: np.ndarray) -> float:
    """Reduced chi2 about the level of each setup, before its scale; nan for too few points."""
    error = lc.rescaled_error
    error = np.where(np.isfinite(error), error, lc.error)
    keep = keep & (error > 0) & np.isfinite(error)
    value = np.asarray(lc.value, np.float64)[keep]
    if value.size < 2:
        return float("nan")
    level, used = np.full(value.size, value.mean()), 0
    names = np.asarray(setup)[keep]
    alone = np.ones(value.size, bool)
    for name in np.unique(names):
        these = names == name
        if np.count_nonzero(these) >= MIN_PER_SETUP:
            level[these], alone[these] = value[these].mean(), False
            used += 1
    used += bool(alone.any())
    weight = 1 / (error[keep] ** 2 + (_FLOOR * value.mean()) ** 2)
    residual = value - level
    residual = residual - np.average(residual, weights=weight)
    free = value.size - used
    return float(weight @ residual**2) / free if free > 0 else float("nan")
