"""Statistics of all objects for any time range, flags and rejected points, computed now.

The store's columns are of all visits; these follow the filters. A pool may divide the rows
(`rows` in several threads: the kernels release the interpreter's lock), then `finish`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.excess import add_excess, well_measured
from lightledger.analysis.masks import Filters
from lightledger.domain import Control, Flag, Progress, Report, parse_measurement, silent

if TYPE_CHECKING:
    from .field import Field

#: Objects between two looks at cancel and progress.
_BLOCK = 1024


def rows(
    field: Field,
    measurement: str,
    filters: Filters,
    corrected: bool,
    first: int,
    last: int,
    control: Control | None = None,
    report: Report = silent,
) -> dict[str, np.ndarray]:
    """Statistics of objects ``[first, last)``; ``excess`` is nan until `finish`.

    Raises
    ------
    Cancelled
        When ``control`` was cancelled.
    """
    from lightledger.analysis.correction import correct_rows
    from lightledger.analysis.statistics import concatenate, statistics

    band = parse_measurement(measurement).band
    visits = field.visits(band)
    (slots,) = np.nonzero(filters.time.contains(visits["mjd_utc_mid"]))
    setup = visits["setup"]
    planes = field.reader.planes(measurement)
    zero = field.zero_points(measurement) if corrected else None
    mask = filters.effective_mask
    parts = []
    for start in range(first, max(last, first + 1), _BLOCK):
        if control is not None:
            control.check()
        stop = min(start + _BLOCK, last)
        value, error, flags = (plane[start:stop] for plane in planes)
        flags = field.rejections.mark(flags, start, stop, band)
        if zero is not None:
            value, error = correct_rows(zero, start, value, error, flags)
        part = statistics(value, error, flags, mask, setup=setup, slots=slots)
        if filters.clip_sigma > 0:
            away = np.abs(value - part["median"][:, None])
            limit = np.where(part["scatter"] > 0, filters.clip_sigma * part["scatter"], np.inf)
            with np.errstate(invalid="ignore"):
                clipped = np.where(away > limit[:, None], np.uint16(Flag.REJECTED), 0)
            once_more = np.bitwise_or(flags & np.uint16(mask), clipped.astype(np.uint16))
            again = statistics(
                value, error, once_more, mask | int(Flag.REJECTED), setup=setup, slots=slots
            )
            # What was seen at all does not depend on what is clipped.
            part |= {key: again[key] for key in again if not key.startswith("n_")}
            part["n_good"] = again["n_good"]
        parts.append(part)
        report(Progress("statistics", stop, last, measurement))
    return concatenate(parts)


def finish(field: Field, measurement: str, stats: dict[str, np.ndarray], n_visit: int) -> None:
    """Fill ``excess``, over all objects, in place."""
    add_excess(stats, constant=well_measured(stats, n_visit, field.blended))
