"""Statistics of all objects while the range of times is dragged: moments, kept up by what changes.

Order statistics take several times as long and follow when the range rests. Until then the
mean stands for the median and the standard deviation for the robust spread, and this says so.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lightledger.analysis.excess import CONSTANT_BELOW, add_excess, complete, well_measured
from lightledger.analysis.masks import Filters, TimeRange
from lightledger.domain import Control, Progress, Report, parse_measurement, silent

if TYPE_CHECKING:
    from lightledger.analysis.epochs import Epochs
    from lightledger.analysis.moving import Moving

    from .field import Field

#: Objects between two looks at cancel and progress. Not fewer: after each, a thread asks for the
#: interpreter's lock, which a window that paints seldom gives.
_BLOCK = 4096
#: Constant objects that the locus is drawn through while a hand drags.
_ENOUGH = 6000


class LiveMoments:
    """Moments of all objects in one measurement, for one range after another.

    Made anew when anything but the range changes: measurement, correction, rejected points.

    Parameters
    ----------
    field : Field
    measurement : str
    corrected : bool
    filters : Filters
        Its time range does not matter.
    """

    def __init__(self, field: Field, measurement: str, corrected: bool, filters: Filters) -> None:
        from lightledger.analysis.epochs import Epochs

        self._field = field
        self._measurement, self._corrected = measurement, corrected
        self._filters = replace(filters, time=TimeRange())
        self._band = parse_measurement(measurement).band
        self._epochs: Epochs = Epochs.of(field.visits(self._band))
        self._blocks: dict[int, Moving] = {}
        self._revision = field.journal.revision
        self._lock = threading.Lock()  # one that was cancelled may not have ended

    def fits(self, field: Field, measurement: str, corrected: bool, filters: Filters) -> bool:
        """Whether it can go on for these: only the range is another."""
        return (
            self._field is field
            and (self._measurement, self._corrected) == (measurement, corrected)
            and self._filters == replace(filters, time=TimeRange())
            and self._revision == field.journal.revision
        )

    @property
    def possible(self) -> bool:
        """Whether moments can be kept up: no clip, few setups."""
        from lightledger.analysis.moving import possible

        return possible(self._epochs, self._filters)

    def to(
        self,
        time: TimeRange,
        threads: int | None = None,
        control: Control | None = None,
        report: Report = silent,
    ) -> dict[str, np.ndarray]:
        """Moments in a range of times, as `Field.live_statistics` with 'moments' gives them.

        Raises
        ------
        Cancelled
            What was done by then is kept for the next range.
        """
        from lightledger.analysis.statistics import concatenate

        field = self._field
        filters = replace(self._filters, time=time)

        def block(first: int) -> dict[str, np.ndarray]:
            if control is not None:
                control.check()
            if first not in self._blocks:
                self._blocks[first] = self._block(first)
            return self._blocks[first].to(filters)

        parts = []
        with self._lock, ThreadPoolExecutor(threads or os.cpu_count() or 1, "moments") as pool:
            try:
                for part in pool.map(block, range(0, max(field.n_object, 1), _BLOCK)):
                    parts.append(part)
                    done = min(len(parts) * _BLOCK, field.n_object)
                    report(Progress("statistics", done, field.n_object, self._measurement))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        stats = concatenate(parts)
        lo, hi = self._epochs.slots(time)
        complete(stats, constant=well_measured(stats, hi - lo, field.blended))
        return stats

    def _block(self, first: int) -> Moving:
        from lightledger.analysis.moving import Moving
        from lightledger.analysis.statistics import Curves

        field, name = self._field, self._measurement
        last = min(first + _BLOCK, field.n_object)
        value, error, flags = (plane[first:last] for plane in field.reader.planes(name))
        flags = field.rejections.mark(flags, first, last, self._band)
        zero = field.zero_points(name) if self._corrected else None
        noise = field.noise_factor(name)
        return Moving(Curves(value, error, flags, self._epochs, zero, first, noise), self._filters)


def provisional(
    moments: Mapping[str, np.ndarray],
    before: Mapping[str, np.ndarray],
    blended: np.ndarray,
) -> dict[str, np.ndarray]:
    """Statistics to show while a range is dragged.

    Parameters
    ----------
    moments : mapping
        Of this range, of all objects.
    before : mapping
        All statistics, of the range before: what moments do not tell stays.
    blended : ndarray of bool, shape (n_object,)

    Returns
    -------
    dict of str to ndarray
        As ``before``, with the moments; ``median`` is the mean, and ``spread`` and ``excess`` are
        of the standard deviation.
    """
    made = {**before, **moments}
    made["median"], made["spread"] = moments["mean"].copy(), moments["std"].copy()
    n_visit = int(moments["n_observed"].max(initial=0))
    trusted = well_measured(made, n_visit, blended)
    # Who is variable is known from before: the locus need not be drawn again and again.
    with np.errstate(invalid="ignore"):
        constant = trusted & ~(before["excess"] >= CONSTANT_BELOW)
    (rows,) = np.nonzero(constant)
    constant[:] = False
    constant[rows[:: max(rows.size // _ENOUGH, 1)]] = True
    made.pop("excess")
    add_excess(made, constant, rounds=1)
    return made
