"""The statistics of a light curve: names, types, units, meanings (no compiled code here)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

#: How much is computed: 'moments' need no order among the points and take a quarter of the time of
#: 'all'; 'order' adds median, scatter, iqr, amplitude and the longest gap, and takes half of it.
Level = Literal["moments", "order", "all"]
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True)
class StatisticColumn:
    """One statistic; unit '*' is the unit of the measurement; ``level`` is how dear it is."""

    name: str
    dtype: str
    unit: str
    meaning: str
    level: Level = "all"


STATISTICS: tuple[StatisticColumn, ...] = (
    StatisticColumn("n_good", "<i4", "", "good points: finite, no flag of the mask", "moments"),
    StatisticColumn("n_observed", "<i4", "", "visits that saw the object at all", "moments"),
    StatisticColumn("n_saturated", "<i4", "", "visits near saturation", "moments"),
    StatisticColumn("n_edge", "<i4", "", "visits with low coverage or a cut aperture", "moments"),
    StatisticColumn("median", "<f8", "*", "median flux", "order"),
    StatisticColumn("mean", "<f8", "*", "mean flux", "moments"),
    StatisticColumn(
        "scatter", "<f8", "*", "robust scatter: 1.4826 x median |flux - median|", "order"
    ),
    StatisticColumn("std", "<f8", "*", "standard deviation (n - 1)", "moments"),
    StatisticColumn("iqr", "<f8", "*", "interquartile range of the flux", "order"),
    StatisticColumn(
        "amplitude", "<f8", "*", "half the range from 5 % to 95 % of the flux", "order"
    ),
    StatisticColumn(
        "skewness", "<f8", "", "skewness of the flux, moment coefficient g1", "moments"
    ),
    StatisticColumn(
        "median_error", "<f8", "*", "median of the errors, rescaled for correlated noise"
    ),
    StatisticColumn(
        "chi2", "<f8", "", "reduced chi2 of constant flux; constant objects: 1", "moments"
    ),
    StatisticColumn("inv_eta", "<f8", "", "1 / von Neumann's eta; 0.5 for white noise", "moments"),
    StatisticColumn("stetson_j", "<f8", "", "Stetson's J with the other band; 0 for noise"),
    StatisticColumn("n_pair", "<i4", "", "pairs of good points in both bands, for stetson_j"),
    StatisticColumn(
        "spread", "<f8", "*", "what excess is made of: the larger of scatter and 90 % range"
    ),
    StatisticColumn(
        "excess", "<f8", "", "log10 spread above that of constant objects of this flux, in sigma"
    ),
    StatisticColumn("first_mjd", "<f8", "d", "first good point, MJD, UTC", "moments"),
    StatisticColumn("last_mjd", "<f8", "d", "last good point, MJD, UTC", "moments"),
    StatisticColumn("longest_gap", "<f8", "d", "longest time between good points", "order"),
)

#: (name, dtype, unit) as the store writes them; unit '*' is that of the measurement.
STATISTIC_COLUMNS: tuple[tuple[str, str, str], ...] = tuple(
    (column.name, column.dtype, column.unit) for column in STATISTICS
)
