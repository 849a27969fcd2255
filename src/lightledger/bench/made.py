"""The points that every way stores: made up, the same wherever and in whatever order."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Control, Flag, Progress, Report

#: Bytes of one block of light curves handed to a way.
_BLOCK = 4 << 20
#: Objects of a block come in multiples of this, so that no way has to rewrite what it wrote.
ALIGNED = 60

_M1, _M2, _STEP = (
    np.uint64(n) for n in (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15)
)


@dataclass(frozen=True)
class Size:
    """How many objects, visits and measurements."""

    objects: int
    visits: int
    measurements: int

    @property
    def points(self) -> int:
        return self.objects * self.visits * self.measurements


@dataclass(frozen=True)
class Block:
    """Light curves of consecutive objects: value f4, error f4, flags u2, (n, n_visit) each."""

    measurement: int
    first: int
    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray


def points(
    size: Size, measurements: np.ndarray, objects: np.ndarray, visits: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value (f4), error (f4) and flags (u2) of any rectangle of points.

    Each point is a hash of where it stands (SplitMix64), so that a block of light curves and a
    visit of all objects agree without either being kept; its bits are as incompressible as those
    of a measurement. One point in 64 is NaN, one in 32 is saturated.

    Parameters
    ----------
    measurements, objects, visits : ndarray of int
        Broadcast against each other; the result has their common shape.
    """
    curve = measurements.astype(np.uint64) * np.uint64(size.objects) + objects.astype(np.uint64)
    flux = np.exp(3 + 3 * _uniform(_mix(curve + _STEP)))
    bits = _mix((curve * np.uint64(size.visits) + visits.astype(np.uint64)) * _STEP)
    value = (flux * (0.98 + 0.04 * _uniform(bits))).astype(np.float32)
    error = (flux * (0.01 + 0.01 * _uniform(bits << np.uint64(31)))).astype(np.float32)
    flags = np.where(bits & np.uint64(31), 0, int(Flag.SATURATED)).astype(np.uint16)
    missing = (bits >> np.uint64(5)) & np.uint64(63) == 0
    value[missing] = np.nan
    flags[missing] |= np.uint16(Flag.NOT_FINITE)
    return value, error, flags


def _mix(x: np.ndarray) -> np.ndarray:
    x = (x ^ (x >> np.uint64(30))) * _M1
    x = (x ^ (x >> np.uint64(27))) * _M2
    return x ^ (x >> np.uint64(31))


def _uniform(bits: np.ndarray) -> np.ndarray:
    return (bits >> np.uint64(11)) * 2.0**-53


class Feed:
    """Hands the points to one way while it writes; knows the time that making them took.

    Parameters
    ----------
    size : Size
    stage : str
        What the progress calls it.
    control, report : Control, callable
    """

    def __init__(self, size: Size, stage: str, control: Control, report: Report) -> None:
        self.size, self.stage, self.control, self.report = size, stage, control, report
        self.seconds = 0.0

    @contextlib.contextmanager
    def untimed(self) -> Iterator[None]:
        """What is done here is not writing."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - began

    def blocks(self) -> Iterator[Block]:
        """All light curves, measurement after measurement, in blocks of bounded memory."""
        n = self.size.objects
        step = ALIGNED * max(_BLOCK // (10 * self.size.visits * ALIGNED), 1)
        for measurement in range(self.size.measurements):
            for first in range(0, n, step):
                self.control.check()
                with self.untimed():
                    objects = np.arange(first, min(first + step, n))[:, None]
                    visits = np.arange(self.size.visits)
                    rectangle = points(self.size, np.array(measurement), objects, visits)
                yield Block(measurement, first, *rectangle)
                done = measurement * n + min(first + step, n)
                self.report(Progress(self.stage, done, n * self.size.measurements, "light curves"))

    def visits(self) -> Iterator[tuple[int, np.ndarray, np.ndarray, np.ndarray]]:
        """All visits: number, then value, error, flags of shape (n_measurement, n_object)."""
        for visit in range(self.size.visits):
            self.control.check()
            yield (
                visit,
                *points(
                    self.size,
                    np.arange(self.size.measurements)[:, None],
                    np.arange(self.size.objects),
                    np.array(visit),
                ),
            )
            self.report(Progress(f"{self.stage}, staging", visit + 1, self.size.visits, "visits"))


def mean_of_rows(value: np.ndarray) -> np.ndarray:
    """Mean of each row's numbers (NaN left out), f8; in pieces that stay in the cache."""
    mean = np.empty(len(value))
    for first in range(0, len(value), 64):
        part = value[first : first + 64]
        there = np.isfinite(part)
        with np.errstate(invalid="ignore"):
            total = np.add.reduce(part, axis=1, dtype=np.float64, where=there)
            mean[first : first + 64] = total / np.count_nonzero(there, axis=1)
    return mean
