"""The statistics of a light curve: names, types, units, meanings (no compiled code here)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StatisticColumn:
    """One statistic; unit '*' is the unit of the measurement."""

    name: str
    dtype: str
    unit: str
    meaning: str


STATISTICS: tuple[StatisticColumn, ...] = (
    StatisticColumn("n_good", "<i4", "", "good points: finite, no flag of the mask"),
    StatisticColumn("n_observed", "<i4", "", "visits that saw the object at all"),
    StatisticColumn("n_saturated", "<i4", "", "visits near saturation"),
    StatisticColumn("n_edge", "<i4", "", "visits with low coverage or a cut aperture"),
    StatisticColumn("median", "<f8", "*", "median flux"),
    StatisticColumn("mean", "<f8", "*", "mean flux"),
    StatisticColumn("scatter", "<f8", "*", "robust scatter: 1.4826 x median |flux - median|"),
    StatisticColumn("std", "<f8", "*", "standard deviation (n - 1)"),
    StatisticColumn("median_error", "<f8", "*", "median of the errors"),
    StatisticColumn("inv_eta", "<f8", "", "1 / von Neumann's eta; 0.5 for white noise"),
    StatisticColumn(
        "spread", "<f8", "*", "what excess is made of: the larger of scatter and 90 % range"
    ),
    StatisticColumn(
        "excess", "<f8", "", "log10 spread above that of constant objects of this flux, in sigma"
    ),
)

#: (name, dtype, unit) as the store writes them; unit '*' is that of the measurement.
STATISTIC_COLUMNS: tuple[tuple[str, str, str], ...] = tuple(
    (column.name, column.dtype, column.unit) for column in STATISTICS
)
