"""What a run found, as plain data: the JSON of ``lightledger bench storage``."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass, field
from typing import Any

from .made import Size
from .timing import Cold


@dataclass
class Measured:
    """One way; None where it was not asked or could not be measured.

    Attributes
    ----------
    key, title, container, how : str
        See `lightledger.bench.ways.Way`.
    uses : dict of str to str
        Packages and their versions.
    file_bytes, files : int
    write_s : float
        Without the making of the points, until all is on the disk.
    median_us : dict of str to float
        Warm, by task: one, hundred, visit, scan.
    cold : Cold or None
    """

    key: str
    title: str
    container: str
    how: str
    uses: dict[str, str]
    file_bytes: int = 0
    files: int = 0
    write_s: float = 0.0
    median_us: dict[str, float] = field(default_factory=dict)
    cold: Cold | None = None


#: Key of a number in JSON (of a way), what it means. Where less is better they have ratios.
KEYS = {
    "bytes_per_point": "size of the files by the points in them",
    "write_s": "seconds to write all points, until they are on the disk",
    "one_us": "one light curve, in memory: median microseconds",
    "cold_us": "one light curve, not in memory: median microseconds",
    "hundred_us": "100 random objects of one measurement",
    "visit_us": "one visit of all objects",
    "scan_us": "mean of every object, one measurement",
}


@dataclass
class Result:
    """A whole run.

    Attributes
    ----------
    size : Size
    ways : dict of str to Measured
        Ours first.
    left_out : dict of str to str
        Title of a way, and why it was left out.
    notes : list of str
        What could not be measured, and why.
    """

    size: Size
    ways: dict[str, Measured] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def ours(self) -> Measured:
        return next(iter(self.ways.values()))

    def numbers(self, way: Measured) -> dict[str, float | None]:
        """The figures of one way by the names of `KEYS`."""
        return {
            "bytes_per_point": way.file_bytes / self.size.points,
            "write_s": way.write_s,
            "one_us": way.median_us.get("one"),
            "cold_us": way.cold.us if way.cold else None,
            "hundred_us": way.median_us.get("hundred"),
            "visit_us": way.median_us.get("visit"),
            "scan_us": way.median_us.get("scan"),
        }

    def ratios(self, way: Measured) -> dict[str, float | None]:
        """The same as multiples of ours: above 1, ours is the smaller or the quicker."""
        ours = self.numbers(self.ours)
        return {
            key: None if number is None or not ours[key] else number / ours[key]  # type: ignore[operator]
            for key, number in self.numbers(way).items()
        }

    def to_json(self) -> dict[str, Any]:
        """Plain types; keys are only ever added.

        ``objects visits measurements points``; ``machine``; ``ways``: key -> ``title how uses
        file_bytes files write_mb_s`` (10 bytes a point), the keys of `KEYS`, ``cold_bytes
        cold_reads cold_trials`` and ``ratios`` to ours, null where not measured; ``left_out``:
        title -> why; ``notes``.
        """
        return {
            "objects": self.size.objects,
            "visits": self.size.visits,
            "measurements": self.size.measurements,
            "points": self.size.points,
            "machine": {
                "system": platform.platform(),
                "python": platform.python_version(),
                "processors": os.cpu_count(),
            },
            "ways": {key: self._way(way) for key, way in self.ways.items()},
            "left_out": dict(self.left_out),
            "notes": list(self.notes),
        }

    def _way(self, way: Measured) -> dict[str, Any]:
        return {
            "title": way.title,
            "how": way.how,
            "uses": way.uses,
            "file_bytes": way.file_bytes,
            "files": way.files,
            "write_mb_s": self.write_rate(way),
            **self.numbers(way),
            "cold_bytes": way.cold.n_bytes if way.cold else None,
            "cold_reads": way.cold.reads if way.cold else None,
            "cold_trials": way.cold.trials if way.cold else None,
            "ratios": self.ratios(way),
        }

    def write_rate(self, way: Measured) -> float:
        """Megabytes of points a second, a point being 10 bytes however it is stored."""
        return 10 * self.size.points / way.write_s / 1e6
