"""What passes the filters, measurement after measurement, for formats of points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lightledger.domain import Control, Progress, Report, parse_measurement

from .chosen import Block, Chosen
from .rows import ExportReport

#: Points of a block in memory, at most, unless one light curve has more.
_POINTS = 1 << 18


@dataclass(frozen=True)
class Passing:
    """The points of one light curve that pass; all arrays have shape (n,).

    Attributes
    ----------
    row : int
        Object, counted in `Chosen.ids`.
    slots : ndarray of intp
        Their rows in the visit table.
    bjd_tdb : ndarray of float64
    value, error : ndarray of float32 or float64
    flags : ndarray of uint16
    """

    row: int
    slots: np.ndarray
    bjd_tdb: np.ndarray
    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray

    def __len__(self) -> int:
        return int(self.slots.size)


@dataclass
class Tally:
    """What was written and what was not; says how far it is and stops when cancelled."""

    chosen: Chosen
    control: Control | None
    report: Report
    n_points: int = 0
    n_curves: int = 0
    n_dark: int = 0
    hidden: dict[str, int] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.hidden = dict.fromkeys(self.chosen.reasons, 0)

    def add(self, block: Block, measurement: str, first: int) -> None:
        """Count a block whose first light curve is of object ``first``."""
        passing = block.value if block.keep is None else block.value[block.keep]
        self.n_points += passing.size
        self.n_curves += len(block.value)
        if self.chosen.as_magnitude:
            self.n_dark += int(np.count_nonzero(~np.isfinite(passing)))
        for why, count in block.hidden.items():
            self.hidden[why] = self.hidden.get(why, 0) + count
        ids = self.chosen.ids
        self.damaged += [f"{ids[first + row]} in {measurement}" for row in block.damaged]
        self.report(
            Progress("export", self.n_curves, self.chosen.n_curves, f"{self.n_points:,} points")
        )

    def ranges(self, n_cell: int) -> Iterator[tuple[int, int]]:
        """Ranges of objects to take at once, where each has so many cells."""
        step = max(_POINTS // max(n_cell, 1), 1)
        for first in range(0, len(self.chosen.ids), step):
            if self.control is not None:
                self.control.check()
            yield first, min(first + step, len(self.chosen.ids))

    def result(self, path: Path) -> ExportReport:
        return ExportReport(
            path,
            self.n_points,
            self.n_curves,
            self.hidden,
            self.n_dark,
            damaged=tuple(self.damaged),
        )


def passing(tally: Tally, measurement: str) -> Iterator[Passing]:
    """The light curves of a measurement, object by object, some read at a time; counted."""
    chosen, band = tally.chosen, parse_measurement(measurement).band
    n_slot = len(chosen.visits(band)["visit"])
    for first, last in tally.ranges(n_slot):
        block = chosen.block(measurement, first, last)
        bjd = chosen.bjd_tdb(band, first, last)
        tally.add(block, measurement, first)
        for i in range(last - first):
            slots = np.arange(n_slot) if block.keep is None else np.flatnonzero(block.keep[i])
            yield Passing(
                first + i,
                slots,
                bjd[i, slots],
                block.value[i, slots],
                block.error[i, slots],
                block.flags[i, slots],
            )
