"""Warm and cold times of the ways, taken in turns so that a busy machine is fair to all."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import Control, Progress, Report

from . import pagecache
from .ways import Way

#: A turn of quick calls lasts about this long, so that the processor's caches are warm too.
_TURN_NS = 1_000_000
_CALLS_IN_A_TURN = 20


def in_turns(
    calls: Mapping[str, Callable[..., object]],
    asked: Sequence[tuple],
    turns: int,
    seconds: float,
    stage: str,
    control: Control,
    report: Report,
) -> dict[str, float]:
    """Median microseconds of each call.

    Parameters
    ----------
    calls : mapping of str to callable
    asked : sequence of tuple
        Arguments of the calls, one after another; all calls are asked the same.
    turns : int
        At most.
    seconds : float
        No turn begins after this long, the third excepted.
    """
    taken: dict[str, list[int]] = {name: [] for name in calls}
    until = time.perf_counter() + seconds
    gc.collect()
    gc.disable()
    try:
        for turn in range(turns):
            control.check()
            if turn >= 3 and time.perf_counter() > until:
                break
            first = turn * _CALLS_IN_A_TURN
            for name, call in calls.items():
                spent = 0
                for n in range(first, first + _CALLS_IN_A_TURN):
                    arguments = asked[n % len(asked)]
                    began = time.perf_counter_ns()
                    call(*arguments)
                    took = time.perf_counter_ns() - began
                    taken[name].append(took)
                    spent += took
                    if spent > _TURN_NS:
                        break
            report(Progress(stage, turn + 1, turns, "turns"))
    finally:
        gc.enable()
    report(Progress(stage, turns, turns, "turns"))
    return {name: statistics.median(times) / 1e3 for name, times in taken.items()}


@dataclass(frozen=True)
class Cold:
    """One light curve that is not in memory; medians.

    Attributes
    ----------
    us : float
    n_bytes : int
        Fetched from the disk (read_bytes of the process).
    reads : int
        Separate pieces of the files that were fetched, or page faults that waited for the disk,
        whichever are more.
    trials : int
        Of which something did come from the disk; the others do not count.
    """

    us: float
    n_bytes: int
    reads: int
    trials: int


def cold(
    way: Way,
    files: Sequence[Path],
    asked: Sequence[tuple[int, int]],
    seconds: float,
    control: Control,
) -> Cold | None:
    """Time of one light curve after the files were dropped from memory.

    The way is opened and reads another light curve first, so that what it keeps of the
    structure of its file counts for it. None where the system kept the files in memory.

    Parameters
    ----------
    way : Way
        Not open.
    asked : sequence of (index, measurement)
        One trial each.
    seconds : float
        No trial begins after this long, the third excepted.
    """
    found: list[tuple[float, int, int]] = []
    until = time.perf_counter() + seconds
    for n, (index, measurement) in enumerate(asked):
        control.check()
        if n >= 3 and time.perf_counter() > until:
            break
        way.open()
        try:
            _touch(way.one((index + way.size.objects // 2) % way.size.objects, measurement), way)
            pagecache.drop(files)
            before = pagecache.resident(files)
            n_bytes, faults = pagecache.bytes_from_disk(), pagecache.faults()
            began = time.perf_counter_ns()
            _touch(way.one(index, measurement), way)
            took = time.perf_counter_ns() - began
            faults, n_bytes = pagecache.faults() - faults, pagecache.bytes_from_disk() - n_bytes
            fetched = pagecache.resident(files) & ~before
        finally:
            way.close()
        if n_bytes:
            found.append((took / 1e3, n_bytes, max(pagecache.runs(fetched), faults)))
    if not found:
        return None
    us, size, reads = (float(np.median(column)) for column in zip(*found, strict=True))
    return Cold(us, round(size), round(reads), len(found))


def _touch(got: object, way: Way) -> None:
    """Use every byte: a view of a mapped file has read nothing yet."""
    for plane in way.points(got):
        plane.sum()
