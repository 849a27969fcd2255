"""Periods of a field's objects: what passes the filters, searched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.analysis.masks import Filters, passes
from lightledger.analysis.periods import Found, Peak, Series, Wanted, search
from lightledger.domain import (
    Control,
    LightledgerError,
    Progress,
    Report,
    parse_measurement,
    silent,
)

if TYPE_CHECKING:
    from .field import Field

#: Columns of a table of periods: name, unit, meaning.
COLUMNS: tuple[tuple[str, str, str], ...] = (
    ("object", "", "id"),
    ("n", "", "points searched"),
    ("period_d", "d", "period of the highest peak"),
    ("epoch_mjd", "d", "MJD of its brightest moment, or of the middle of a dip"),
    ("scale", "", "of that MJD: BJD_TDB - 2400000.5, or UTC"),
    ("power", "", "share of the variance (ls), or log-likelihood gained (bls)"),
    ("fap", "", "false-alarm probability, an upper bound (Baluev 2008)"),
    ("size", "*", "full range of the model (ls) or depth (bls)"),
    ("duration_d", "d", "of the dip (bls)"),
    ("second_d", "d", "period of the next peak that is no harmonic or alias of the first"),
    ("remark", "", "why there is none"),
)


@dataclass(frozen=True)
class PeriodOf:
    """The outcome for one object; ``found`` is None where there is none, and ``remark`` why."""

    object: str
    found: Found | None
    remark: str = ""

    @property
    def best(self) -> Peak | None:
        """The highest peak."""
        return self.found.peaks[0] if self.found and self.found.peaks else None

    def row(self) -> dict[str, Any]:
        """By the names of `COLUMNS`; nan and '' for what there is not."""
        nothing = float("nan")
        best = self.best or Peak(nothing, nothing)
        others = self.found.peaks[1:] if self.found else ()
        second = next((peak.period for peak in others if not peak.note), nothing)
        series = self.found.series if self.found else None
        return {
            "object": self.object,
            "n": len(series) if series is not None else 0,
            "period_d": best.period,
            "epoch_mjd": best.epoch,
            "scale": series.scale if series is not None else "",
            "power": best.power,
            "fap": best.fap,
            "size": best.size,
            "duration_d": best.duration,
            "second_d": second,
            "remark": self.remark,
        }


def series_of(
    field: Field,
    index: int,
    measurement: str,
    corrected: bool | None = None,
    filters: Filters | None = None,
) -> Series:
    """What of a light curve passes the filters, as it is searched.

    Raises
    ------
    LightledgerError
        Too few points pass, or there is no such measurement.
    """
    which = field.corrected_by_default if corrected is None else corrected
    lc = field.light_curve(index, measurement, corrected=which)
    return Series.of(lc, passes(lc, filters).keep, exposure_d(field, measurement))


def exposure_d(field: Field, measurement: str) -> float:
    """Median length of the visits in a measurement's band, days; 0 where it is not known."""
    visits = field.visits(parse_measurement(measurement).band)
    lengths = np.asarray(visits["mjd_utc_end"]) - np.asarray(visits["mjd_utc_start"])
    lengths = lengths[np.isfinite(lengths) & (lengths > 0)]
    return float(np.median(lengths)) if lengths.size else 0.0


def periods(
    field: Field,
    rows: Sequence[int],
    measurement: str,
    wanted: Wanted | None = None,
    corrected: bool | None = None,
    filters: Filters | None = None,
    control: Control | None = None,
    report: Report = silent,
) -> Iterator[PeriodOf]:
    """Search the light curves of several objects, one after another.

    Raises
    ------
    LightledgerError
        Nonsense is wanted. A light curve with too few points is no error: its ``remark`` says so.
    Cancelled
    """
    wanted = wanted or Wanted()
    wanted.check()
    field.reader.attributes(measurement)  # refuses one that does not exist
    for k, row in enumerate(rows):
        name = str(field.object_ids[row])
        try:
            series = series_of(field, int(row), measurement, corrected, filters)
        except LightledgerError as error:
            yield PeriodOf(name, None, error.what)
        else:
            found = search(series, wanted, control)
            yield PeriodOf(name, found, "" if found.peaks else "the flux is constant")
        report(Progress("periods", k + 1, len(rows), name))
