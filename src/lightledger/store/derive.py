"""Zero points and statistics of one image-method in all its bands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lightledger.domain import ZeroPoints

from . import content
from .layout import statistics_path
from .reduce import Block, Reduce, Table
from .rows import RecordRows
from .written import Written


class Derived:
    """What follows from records that are written; nothing follows from positions.

    Parameters
    ----------
    group : sequence of Written
        The same image-method in every band that has it, or positions.
    n_object : int
    reduce : Reduce
    """

    def __init__(self, group: Sequence[Written], n_object: int, reduce: Reduce) -> None:
        self._group, self._n_object, self._reduce = group, n_object, reduce
        self._measurements = [
            one.rows.measurement for one in group if isinstance(one.rows, RecordRows)
        ]
        self._zero_points: dict[str, ZeroPoints] = {}
        self._full = [(self._blank(), self._blank()) for _ in self._measurements]

    def _blank(self) -> Table:
        columns = self._reduce.statistic_columns
        return {name: np.zeros(self._n_object, dtype) for name, dtype, _ in columns}

    def solve(self, which: int) -> dict[str, np.ndarray]:
        """Zero points of one of the group, by path; before `add`."""
        if not self._measurements:
            return {}
        name, one = self._measurements[which], self._group[which]
        zero = self._reduce.zero_points(name, one.rows.plan.visits, one.read)
        self._zero_points[name] = zero
        return content.zero_point_arrays(name, zero, self._n_object)

    def add(self, first: int, rows: Sequence[np.ndarray]) -> None:
        """Statistics of consecutive objects; any order, any thread."""
        if not self._measurements or not self._reduce.statistic_columns:
            return
        blocks = [
            Block(
                name,
                one.rows.plan.visits,
                part["value"],
                part["error"],
                part["flags"],
                self._zero_points[name],
            )
            for name, one, part in zip(self._measurements, self._group, rows, strict=True)
        ]
        here = slice(first, first + len(rows[0]))
        for both, found in zip(self._full, self._reduce.statistics(first, blocks), strict=True):
            for columns, values in zip(both, found, strict=True):
                for name, column in columns.items():
                    column[here] = values[name]

    def finish(self) -> Iterator[tuple[str, np.ndarray]]:
        """Path and content of every column of statistics."""
        for measurement, both in zip(self._measurements, self._full, strict=True):
            self._reduce.finish(measurement, *both)
            for corrected, columns in zip((False, True), both, strict=True):
                path = statistics_path(measurement, corrected)
                for name, values in columns.items():
                    yield f"{path}/{name}", values
