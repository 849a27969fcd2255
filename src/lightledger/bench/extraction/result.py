"""What a run found, as plain data: the JSON of ``lightledger bench extraction``."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from typing import Any

#: Key of what is demanded: in words, the number that decides, whether it must be at most that.
DEMANDS = {
    "full_cpu_s": ("the full set costs at most (CPU s)", 1.3, True),
    "all_ratio": ("times that, all of the others together", 80.0, False),
    "sextractor_ratio": ("times ours, SExtractor's share alone", 25.0, False),
    "thread_gain": ("times quicker, two threads than one", 1.7, False),
    "tick_gap_ms": ("longest gap of a 5 ms ticker while two work (ms)", 50.0, True),
    "peak_gb": ("resident memory with two workers (GB)", 2.5, True),
    "flatness": ("times a visit after the tenth, one after the last costs", 1.1, True),
}
#: Pixels on a side and objects from which on the demands hold for what is measured.
FULL_SIDE, FULL_OBJECTS = 4096, 50_000
#: Demands that hold for any size of the field.
ANY_SIZE = ("flatness",)


@dataclass
class Row:
    """One program of the table.

    Attributes
    ----------
    key, title, does, on : str
    cpu_s : float
        For what the full set takes from it, the whole frame.
    agrees : str
        How its numbers compare with ours.
    counted : bool
        It is part of the sum.
    """

    key: str
    title: str
    does: str
    on: str
    cpu_s: float
    agrees: str = ""
    counted: bool = True


@dataclass
class Result:
    """A whole run; numbers are nan where they were not measured.

    Attributes
    ----------
    side, n_object, n_measurement : int
    costs_s : list of float
        CPU seconds of the full set, visit after visit.
    sextractor_share_s : float
        CPU seconds of what SExtractor does in its two runs; see `ours.sextractor_share`.
    steps_s : dict of str to float
        Seconds of the steps of a visit, the longest first.
    gains : list of float
        Two threads beside one, turn after turn.
    idle_gap_ms, tick_gap_ms : float
    peak_bytes : int
    n_long, small_side : int
        Visits of the long run, and the side of its field.
    flatness, growth_bytes : float
        Cost of a visit after all of these over that of one after ten in a process that has just
        begun, taken in turns; memory that came after the tenth.
    load : (float, float)
        Of the machine, before and after.
    """

    side: int
    n_object: int = 0
    n_measurement: int = 0
    costs_s: list[float] = field(default_factory=list)
    sextractor_share_s: float = float("nan")
    steps_s: dict[str, float] = field(default_factory=dict)
    others: list[Row] = field(default_factory=list)
    gains: list[float] = field(default_factory=list)
    idle_gap_ms: float = float("nan")
    tick_gap_ms: float = float("nan")
    peak_bytes: int = 0
    n_long: int = 0
    small_side: int = 0
    flatness: float = float("nan")
    growth_bytes: int = 0
    load: tuple[float, float] = (0.0, 0.0)
    left_out: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def full_cpu_s(self) -> float:
        return _median(self.costs_s)

    @property
    def full_size(self) -> bool:
        """Large enough for the demands on what is measured."""
        return self.side >= FULL_SIDE and self.n_object >= FULL_OBJECTS

    @property
    def all_s(self) -> float:
        """CPU seconds of everything that the full set replaces."""
        return sum(row.cpu_s for row in self.others if row.counted)

    @property
    def sextractor_ratio(self) -> float:
        """SExtractor's two runs over what they are for us."""
        found = [row.cpu_s for row in self.others if row.key == "sextractor"]
        return found[0] / self.sextractor_share_s if found else float("nan")

    def numbers(self) -> dict[str, float]:
        """By the keys of `DEMANDS`; nan where not measured."""
        complete = {row.key for row in self.others if row.counted} >= {
            "sextractor", "astroscrappy", "photutils",
        }  # fmt: skip
        return {
            "full_cpu_s": self.full_cpu_s,
            "all_ratio": self.all_s / self.full_cpu_s if complete else float("nan"),
            "sextractor_ratio": self.sextractor_ratio,
            "thread_gain": _median(self.gains),
            "tick_gap_ms": self.tick_gap_ms,
            "peak_gb": self.peak_bytes / 1e9 if self.peak_bytes else float("nan"),
            "flatness": self.flatness,
        }

    def verdicts(self) -> dict[str, bool | None]:
        """Whether each demand is met; None where it was not measured or the field is too small."""
        verdicts: dict[str, bool | None] = {}
        for key, number in self.numbers().items():
            _, limit, at_most = DEMANDS[key]
            asked = number == number and (self.full_size or key in ANY_SIZE)
            verdicts[key] = None if not asked else number <= limit if at_most else number >= limit
        return verdicts

    def to_json(self) -> dict[str, Any]:
        """Plain types, nan as null; keys are only ever added."""
        numbers, verdicts = self.numbers(), self.verdicts()
        demands = {
            key: {"number": _plain(numbers[key]), "limit": limit, "met": verdicts[key]}
            for key, (_, limit, _) in DEMANDS.items()
        }
        return {
            "side": self.side,
            "objects": self.n_object,
            "measurements": self.n_measurement,
            "visit_cpu_s": self.costs_s,
            "sextractor_share_cpu_s": _plain(self.sextractor_share_s),
            "steps_s": self.steps_s,
            "others": [vars(row) for row in self.others],
            "thread_gains": self.gains,
            "idle_gap_ms": _plain(self.idle_gap_ms),
            "long_run": {
                "visits": self.n_long,
                "side": self.small_side,
                "growth_bytes": self.growth_bytes,
            },
            "demands": demands,
            "load": list(self.load),
            "machine": {
                "system": platform.platform(),
                "python": platform.python_version(),
                "processors": os.cpu_count(),
            },
            "left_out": dict(self.left_out),
            "notes": list(self.notes),
        }


def _median(numbers: list[float]) -> float:
    ordered = sorted(numbers)
    n = len(ordered)
    return (ordered[(n - 1) // 2] + ordered[n // 2]) / 2 if n else float("nan")


def _plain(number: float) -> float | None:
    return number if number == number else None
