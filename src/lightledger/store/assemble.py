"""Turn visit-major staged files into object-major rows, a block of objects at a time."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

import numpy as np

from lightledger.domain import Control

from .diskio import PositionedFile, crc32
from .past import Damage
from .rows import Rows, runs_of, settle
from .scratch import Scratch
from .staged import StagedVisit

#: Bytes between two wanted pieces of a file that are read along rather than passed over.
_GAP = 1 << 16
#: Visits that a thread holds in memory before it turns them.
GROUP = 64
#: Bytes of one staged file read in one pass; small datasets share a pass up to this.
AT_ONCE = 4 << 20
# Turned at once: few enough visits for the processor's prefetch, objects for its cache.
_VISITS, _OBJECTS = 8, 1024


def fill(
    datasets: Sequence[Rows],
    outs: Sequence[np.ndarray],
    first: int,
    damage: Damage,
    pool: Executor,
    control: Control,
    scratch: Scratch,
) -> list[list[int]]:
    """Fill the rows of objects from ``first`` on, for several datasets of one band.

    Each staged file is opened once for all of them.

    Parameters
    ----------
    datasets : sequence of Rows
        Of one plan.
    outs : sequence of ndarray
        One for each, all of as many rows; padding bytes are left as they are, all others set.
    first : int
        Object of the first row; blocks of objects must come in order.
    damage : {'keep', 'blank'}
        What becomes of damaged rows of the past.
    pool : Executor
        Reads and turns groups of visits.
    control : Control
    scratch : Scratch

    Returns
    -------
    list of list of int
        For each, rows that were damaged in the past.

    Raises
    ------
    StagedDamage
        A staged file fails its checksum (known once its last object was read).
    """
    for rows, out in zip(datasets, outs, strict=True):
        rows.fill_missing(out, first)
    staged = datasets[0].plan.staged
    groups = [staged[i : i + GROUP] for i in range(0, len(staged), GROUP)]
    running = [
        pool.submit(_turn, datasets, group, outs, first, control, scratch) for group in groups
    ]
    try:
        damaged = [
            rows.carry_over(out, first, damage, pool, control)
            for rows, out in zip(datasets, outs, strict=True)
        ]
        for turned in running:
            turned.result()
    finally:
        settle(running)
    return damaged


def _turn(
    datasets: Sequence[Rows],
    group: Sequence[tuple[StagedVisit, int]],
    outs: Sequence[np.ndarray],
    first: int,
    control: Control,
    scratch: Scratch,
) -> None:
    """Read the planes of some visits and write them as columns of ``outs``."""
    # Rows of uneven length: with a power of two they would fall on the same cache lines.
    shape = (len(group), len(outs[0]) + 17)
    kinds = [np.dtype(dtype) for rows in datasets for _, dtype in rows.parts()]
    with scratch.arrays([(shape, kind) for kind in kinds]) as flat:
        left = iter(flat)
        planes = [[next(left) for _ in rows.parts()] for rows in datasets]
        _turn_into(datasets, group, outs, first, control, planes)


def _turn_into(
    datasets: Sequence[Rows],
    group: Sequence[tuple[StagedVisit, int]],
    outs: Sequence[np.ndarray],
    first: int,
    control: Control,
    planes: list[list[np.ndarray]],
) -> None:
    n = len(outs[0])
    used: list[list[int]] = [[] for _ in datasets]
    for at, (staged, column) in enumerate(group):
        control.check()
        present = [d for d, rows in enumerate(datasets) if rows.has(staged)]
        _read(
            staged,
            [
                (plane[at, :n], offset + first * plane.itemsize)
                for d in present
                for plane, offset in zip(planes[d], datasets[d].offsets(staged), strict=True)
            ],
        )
        for d in present:
            used[d].append(at)
            sums = datasets[d].sums[column]
            for p, plane in enumerate(planes[d]):
                sums[p] = crc32(plane[at, :n], sums[p])
            whole = first + n == staged.n_object
            if whole and tuple(sums) != tuple(datasets[d].expected(staged)):
                raise staged.damage("it fails its checksum")
    columns = np.array([column for _, column in group], np.intp)
    for rows, own, mine, out in zip(datasets, planes, used, outs, strict=True):
        if not mine:
            continue
        runs = runs_of(np.array(mine, np.intp), columns[mine])
        pairs = [
            (slice(s, min(s + _VISITS, source.stop)), slice(t, min(t + _VISITS, target.stop)))
            for source, target in runs
            for s, t in zip(
                range(source.start, source.stop, _VISITS),
                range(target.start, target.stop, _VISITS),
                strict=True,
            )
        ]
        for (part, _), plane in zip(rows.parts(), own, strict=True):
            whole_part = rows.part(out, part)
            for start in range(0, n, _OBJECTS):
                stop = min(start + _OBJECTS, n)
                for source, target in pairs:
                    whole_part[start:stop, target] = plane[source, start:stop].T


def _read(staged: StagedVisit, wanted: Sequence[tuple[np.ndarray, int]]) -> None:
    """Fill arrays from a staged file; neighbours, and what is a little apart, in one read."""
    pieces = sorted(((offset, array) for array, offset in wanted), key=lambda piece: piece[0])
    runs: list[tuple[int, list[np.ndarray]]] = []
    end = -1
    for offset, array in pieces:
        if runs and 0 <= offset - end <= _GAP:
            runs[-1][1].append(np.empty(offset - end, np.uint8))
            runs[-1][1].append(array)
        else:
            runs.append((offset, [array]))
        end = offset + array.nbytes
    try:
        with PositionedFile(staged.path) as file:
            for offset, buffers in runs:
                file.read_each(buffers, offset)
    except (OSError, EOFError) as error:
        raise staged.damage(str(error)) from None
