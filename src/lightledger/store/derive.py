"""Zero points and statistics of records that are written, one image-method in all its bands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Control, ZeroPoints

from . import content
from .assemble import settle
from .layout import statistics_path
from .reduce import Block, Reduce, Table
from .rows import RecordRows
from .written import WrittenRecords

#: Bytes of records that a thread has in hand at a time.
_SLICE = 4 << 20


@dataclass(frozen=True)
class Written:
    """A measurement whose records are in the file."""

    rows: RecordRows
    records: WrittenRecords


def derive(
    group: Sequence[Written],
    n_object: int,
    reduce: Reduce,
    put: Callable[[str, np.ndarray], None],
    pool: ThreadPoolExecutor,
    control: Control,
) -> None:
    """Solve the zero points of each measurement, then the statistics of all side by side.

    Parameters
    ----------
    group : sequence of Written
        The same image-method in every band that has it.
    n_object : int
    reduce : Reduce
    put : callable
        Receives the path and content of each finished dataset.
    pool : ThreadPoolExecutor
        Its threads share the blocks of objects.
    control : Control
    """
    zero_points: list[ZeroPoints] = []
    for one in group:
        control.check()
        name = one.rows.measurement
        zero = reduce.zero_points(name, one.rows.plan.visits, one.records.read)
        for path, array in content.zero_point_arrays(name, zero, n_object).items():
            put(path, array)
        zero_points.append(zero)
    full = [(_blank(reduce, n_object), _blank(reduce, n_object)) for _ in group]
    n = max(_SLICE // sum(one.rows.row.itemsize for one in group), 1)

    def work(first: int) -> None:
        control.check()
        end = min(first + n, n_object)
        blocks = [
            Block(one.rows.measurement, one.rows.plan.visits, *one.records.slice(first, end), zero)
            for one, zero in zip(group, zero_points, strict=True)
        ]
        for both, found in zip(full, reduce.statistics(first, blocks), strict=True):
            for columns, part in zip(both, found, strict=True):
                for name, column in columns.items():
                    column[first:end] = part[name]

    running = [pool.submit(work, first) for first in range(0, n_object, n)]
    try:
        for future in running:
            future.result()
    finally:
        settle(running)
    for one, both in zip(group, full, strict=True):
        name = one.rows.measurement
        reduce.finish(name, *both)
        for corrected, columns in zip((False, True), both, strict=True):
            for column, values in columns.items():
                put(f"{statistics_path(name, corrected)}/{column}", values)


def _blank(reduce: Reduce, n_object: int) -> Table:
    return {name: np.zeros(n_object, dtype) for name, dtype, _ in reduce.statistic_columns}
