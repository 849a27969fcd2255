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
COLD_STAGE = "one light curve, not in memory"


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
            if turn >= 3 and time.perf_counter() > until:
                break
            first = turn * _CALLS_IN_A_TURN
            for name, call in calls.items():
                control.check()
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


def cold_in_turns(
    ways: Sequence[tuple[Way, Sequence[Path]]],
    asked: Sequence[tuple[int, int]],
    seconds: float,
    control: Control,
    report: Report,
) -> dict[str, Cold]:
    """One light curve of each way, after its files were dropped from memory.

    Parameters
    ----------
    ways : sequence of (Way, its files)
        None of them open.
    asked : sequence of (index, measurement)
        One trial of each way each.
    seconds : float
        No turn begins after this long, the third excepted.

    Returns
    -------
    dict of str to Cold
        Without the ways of which the system kept the files in memory.
    """
    taken: dict[str, list[tuple[float, int, int]]] = {way.key: [] for way, _ in ways}
    until = time.perf_counter() + seconds
    for turn, (index, measurement) in enumerate(asked):
        if turn >= 3 and time.perf_counter() > until:
            break
        for way, files in ways:
            control.check()
            us, n_bytes, reads = _cold_once(way, files, index, measurement)
            if n_bytes:
                taken[way.key].append((us, n_bytes, reads))
        report(Progress(COLD_STAGE, turn + 1, len(asked), "turns"))
    report(Progress(COLD_STAGE, len(asked), len(asked), "turns"))
    medians = {key: np.median(trials, axis=0) for key, trials in taken.items() if trials}
    return {
        key: Cold(float(us), round(n_bytes), round(reads), len(taken[key]))
        for key, (us, n_bytes, reads) in medians.items()
    }


def _cold_once(
    way: Way, files: Sequence[Path], index: int, measurement: int
) -> tuple[float, int, int]:
    """Microseconds, bytes from the disk, separate reads.

    The way is opened and reads another light curve first, so that what it keeps of the
    structure of its file counts for it.
    """
    way.open()
    try:
        other = (index + way.size.objects // 2) % way.size.objects
        _touch(way.one(other, measurement), way)
        pagecache.drop(files)
        before = pagecache.resident(files)
        n_bytes, faults = pagecache.bytes_from_disk(), pagecache.faults()
        began = time.perf_counter_ns()
        _touch(way.one(index, measurement), way)
        took = time.perf_counter_ns() - began
        faults, n_bytes = pagecache.faults() - faults, pagecache.bytes_from_disk() - n_bytes
        pieces = pagecache.runs(pagecache.resident(files) & ~before)
    finally:
        way.close()
    return took / 1e3, n_bytes, max(pieces, faults)


def _touch(got: object, way: Way) -> None:
    """Use every byte: a view of a mapped file has read nothing yet."""
    for plane in way.points(got):
        plane.sum()
