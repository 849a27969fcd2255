"""Numbers of all objects, made in a worker: statistics of what passes, and what follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.masks import Filters
from lightledger.domain import parse_measurement
from lightledger.workers import heavy_imports

from .cleaning.state import cleaning_words

if TYPE_CHECKING:
    from lightledger.domain import Control, Report
    from lightledger.library import Field
    from lightledger.library.moving import LiveMoments
    from lightledger.workers.warmth import Warmth

#: Made here rather than where they are drawn: they follow from the statistics.
_DERIVED = ("mag", "well_measured")


@dataclass(frozen=True)
class Wanted:
    """What numbers are asked for."""

    field: Field
    measurement: str
    corrected: bool
    filters: Filters


@dataclass(frozen=True)
class ObjectNumbers:
    """Query columns of one measurement, and what they are of.

    Attributes
    ----------
    measurement : str
    corrected : bool
    columns : mapping of str to ndarray, shape (n_object,)
        With ``unit`` and ``meaning``.
    source : str
        Where they are from, in words.
    filters : Filters or None
        What passes; None: all visits, as stored.
    statistics : dict or None
        Live statistics; None: those of the store.
    provisional : bool
        Moments are of what passes, the rest of what passed before.
    """

    measurement: str
    corrected: bool
    columns: Mapping[str, np.ndarray]
    source: str
    filters: Filters | None = None
    statistics: dict[str, np.ndarray] | None = None
    provisional: bool = False


def stored_numbers(field: Field, measurement: str, corrected: bool) -> ObjectNumbers:
    """Those of the store: nothing is read until a column is asked for."""
    source = measurement + (" corrected" if corrected else "")
    columns = field.query_columns(measurement, corrected) if measurement else {}
    return ObjectNumbers(measurement, corrected, columns, source)


def live_numbers(
    wanted: Wanted, warmth: Warmth, *, control: Control, report: Report
) -> ObjectNumbers:
    """All statistics of all objects for what passes; for a worker."""
    warmth.ensure(control=control, report=report)
    with heavy_imports():
        import lightledger.analysis.statistics  # noqa: F401 - compiled code, seconds at first
    found = wanted.field.live_statistics(
        wanted.measurement, wanted.filters, wanted.corrected, control=control, report=report
    )
    return _of(wanted, found, provisional=False)


def moving_numbers(
    wanted: Wanted,
    moments: LiveMoments | None,
    before: dict[str, np.ndarray] | None,
    warmth: Warmth,
    *,
    control: Control,
    report: Report,
) -> tuple[LiveMoments | None, ObjectNumbers | None]:
    """What can be told of a range that is being dragged, and the sums to go on from; for a worker.

    Parameters
    ----------
    moments : LiveMoments or None
        From the range before, used again where it fits.
    before : dict or None
        All statistics of the range before; None: those of the store.

    Returns
    -------
    moments : LiveMoments or None
    numbers : ObjectNumbers or None
        None where moments cannot be kept up (a clip): all is computed when the range rests.
    """
    warmth.ensure(control=control, report=report)
    with heavy_imports():
        from lightledger.library.moving import LiveMoments, provisional
    field, of = wanted.field, (wanted.measurement, wanted.corrected)
    if moments is None or not moments.fits(field, *of, wanted.filters):
        moments = LiveMoments(field, *of, wanted.filters)
    if not moments.possible:
        return None, None
    found = moments.to(wanted.filters.time, control=control, report=report)
    known = before if before is not None else field.statistics(*of)
    return moments, _of(wanted, provisional(found, known, field.blended), provisional=True)


def _of(wanted: Wanted, found: dict[str, np.ndarray], *, provisional: bool) -> ObjectNumbers:
    stored = stored_numbers(wanted.field, wanted.measurement, wanted.corrected)
    columns = wanted.field.query_columns(wanted.measurement, wanted.corrected, statistics=found)
    for name in _DERIVED:
        columns[name]
    filters = wanted.filters
    times = wanted.field.visits(parse_measurement(wanted.measurement).band)["mjd_utc_mid"]
    n = int(np.count_nonzero(filters.time.contains(times)))
    cleaned = cleaning_words(filters.mask, filters.clip)
    source = f"{stored.source}, {n:,} of {len(times):,} visits" + (
        f", {cleaned}" if cleaned else ""
    )
    return ObjectNumbers(
        wanted.measurement, wanted.corrected, columns, source, filters, found, provisional
    )
