"""Statistics of all objects for any time range, flags and rejected points, computed now.

The store's columns are of all visits; these follow the filters, and over everything they are the
same numbers. Kernels release the interpreter's lock: a pool divides the objects.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.columns import Level
from lightledger.analysis.excess import complete, well_measured
from lightledger.analysis.masks import Filters
from lightledger.domain import Control, Progress, Report, parse_measurement, silent

if TYPE_CHECKING:
    from .field import Field

#: Objects between two looks at cancel and progress.
_BLOCK = 1024


def statistics(
    field: Field,
    measurement: str,
    filters: Filters,
    corrected: bool,
    want: Level = "all",
    threads: int | None = None,
    control: Control | None = None,
    report: Report = silent,
) -> dict[str, np.ndarray]:
    """Statistics of all objects.

    Parameters
    ----------
    field : Field
    measurement : str
    filters : Filters
    corrected : bool
    want : {'all', 'order', 'moments'}
        How much; see `lightledger.analysis.columns.Level`.
    threads : int, optional
        As many as there are processors.

    Raises
    ------
    Cancelled
        When ``control`` was cancelled.
    """
    from lightledger.analysis.pairs import add_stetson
    from lightledger.analysis.statistics import Curves, Summary, concatenate, summarise

    names, epochs = _with_partner(field, measurement, want)
    zero = [field.zero_points(name) if corrected else None for name in names]
    planes = [field.reader.planes(name) for name in names]
    noise = [field.noise_factor(name) for name in names]
    bands = [parse_measurement(name).band for name in names]

    def summary(k: int, first: int, last: int) -> Summary:
        value, error, flags = (plane[first:last] for plane in planes[k])
        flags = field.rejections.mark(flags, first, last, bands[k])
        curves = Curves(value, error, flags, epochs[k], zero[k], first, noise[k])
        return summarise(curves, filters, want if k == 0 else "moments")

    def block(first: int) -> dict[str, np.ndarray]:
        if control is not None:
            control.check()
        last = min(first + _BLOCK, field.n_object)
        found = [summary(k, first, last) for k in range(len(names))]
        add_stetson(found, only=0)
        return found[0].columns

    parts = []
    with ThreadPoolExecutor(threads or os.cpu_count() or 1, "statistics") as pool:
        try:
            for part in pool.map(block, range(0, max(field.n_object, 1), _BLOCK)):
                parts.append(part)
                done = min(len(parts) * _BLOCK, field.n_object)
                report(Progress("statistics", done, field.n_object, measurement))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    stats = concatenate(parts)
    lo, hi = epochs[0].slots(filters.time)
    complete(stats, constant=well_measured(stats, hi - lo, field.blended))
    return stats


def _with_partner(field: Field, measurement: str, want: str) -> tuple[list[str], list]:
    """The measurement and, for what needs pairs, its like in the partner band; their epochs."""
    from lightledger.analysis.epochs import Epochs
    from lightledger.analysis.pairs import partner

    name = parse_measurement(measurement)
    likes = [name._replace(band=band) for band in field.bands]
    names = [str(like) for like in likes if str(like) in field.measurements]
    epochs = [Epochs.of(field.visits(parse_measurement(like).band)) for like in names]
    here = names.index(measurement)
    chosen = [here]
    if want == "all" and (other := partner(epochs, here)) is not None:
        chosen.append(other)
    return [names[k] for k in chosen], [epochs[k] for k in chosen]
