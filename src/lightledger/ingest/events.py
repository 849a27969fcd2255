"""What a running ingest tells whoever watches it: plain data, from any thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from lightledger.analysis.quality import Quality
from lightledger.domain import Problem, Progress


@dataclass(frozen=True)
class ProblemFound:
    """Something was refused, or used with a remark."""

    problem: Problem


@dataclass(frozen=True)
class ReferenceReady:
    """The reference is frozen: coadd, objects and comparison stars can be drawn.

    Attributes
    ----------
    coadd : ndarray of float32, shape (ny, nx)
        For display only.
    x, y : ndarray of float64, shape (n_object,)
        0-based pixels of the coadd.
    ids : tuple of str
    samples : tuple of str
        Ids of the objects whose light curves `VisitMeasured` carries.
    """

    coadd: np.ndarray
    x: np.ndarray
    y: np.ndarray
    ids: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True)
class VisitMeasured:
    """One visit of one band is staged.

    Attributes
    ----------
    sample_values : tuple of float
        Values of the sample objects in the first method, raw, in stored units.
    n_done, n_total : int
        Visits (x bands) staged by now, and to be staged in this run.
    """

    band: str
    visit: str
    mjd_utc: float
    sample_values: tuple[float, ...]
    n_done: int
    n_total: int


Event = Progress | ProblemFound | ReferenceReady | VisitMeasured
OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class IngestReport:
    """What came of an ingest; its counts add up.

    ``files_found = files_used + files_left_out + files_refused`` and
    ``n_points = n_measured + n_flagged``, where a point is one object in one visit by one method.
    ``visits_measured`` counts those of this run; the others were staged or published before.
    Of catalogues, ``catalogue_rows`` has rows = matched + unmatched + duplicate over all visits.
    """

    store: Path
    n_object: int
    visits: dict[str, int]
    files_found: int
    files_used: int
    files_left_out: int
    files_refused: int
    n_points: int
    n_measured: int
    n_flagged: int
    visits_measured: int = 0
    problems: tuple[Problem, ...] = ()
    suggested: dict[str, str] = field(default_factory=dict)
    quality: Quality | None = None
    target: str = ""
    up_to_date: bool = False
    pending: bool = False
    catalogue_rows: dict[str, int] = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0 when all went well, 1 when some frames or records had problems."""
        return int(any(p.severity != "note" for p in self.problems))
