"""What comes of the task of one visit, and how every such task goes: refused, cancelled, staged."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from lightledger.domain import Cancelled, LightledgerError, Problem, VisitRow
from lightledger.frames.frame import Frame
from lightledger.store.staged import write_staged


class Task(Protocol):
    """What the tasks of images and of catalogues have in common."""

    @property
    def sci(self) -> Frame: ...
    @property
    def out(self) -> Path: ...
    @property
    def recipe_hash(self) -> str: ...
    @property
    def samples(self) -> tuple[int, ...]: ...


@dataclass(frozen=True)
class VisitResult:
    """What came of a task; ``problem`` with severity 'refused' means nothing was staged."""

    band: str
    visit: str
    mjd_utc: float
    sample_values: tuple[float, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True)
class Staged:
    """What a visit is staged as.

    Attributes
    ----------
    row : VisitRow
    measurements : tuple of str
    value, error : ndarray of float32, shape (n_measurement, n_object)
    flags : ndarray of uint16, shape (n_measurement, n_object)
    planes : dict of str to ndarray
        Positions and coverage that are kept.
    """

    row: VisitRow
    measurements: tuple[str, ...]
    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    planes: dict[str, np.ndarray]


def stage(
    task: Task, make: Callable[[], Staged], fault: str, cancelled: Callable[[], bool]
) -> VisitResult:
    """Make the numbers of a visit and write them into its staged file.

    Parameters
    ----------
    task : Task
        ``sci`` is named in the problem when it is refused; the first value of ``samples`` is handed
        back for display.
    make : callable
        What it raises, but `Cancelled`, refuses the visit.
    fault : str
        What could not be done, where an error says nothing to a person.

    Raises
    ------
    Cancelled
    LightledgerError
        When nothing can be staged (a full disk).
    """
    sci = task.sci
    mjd = sci.time.mjd_utc_mid if sci.time else math.nan
    _stop_if(cancelled)
    try:
        made = make()
    except LightledgerError as error:
        problem = Problem(error.what, sci.name, error.advice, "refused", sci.visit, sci.band)
        return VisitResult(sci.band, sci.visit, mjd, problem=problem)
    except Exception as error:
        what = f"{fault} ({type(error).__name__}: {error})"
        problem = Problem(what, sci.name, "look at the file", "refused", sci.visit, sci.band)
        return VisitResult(sci.band, sci.visit, mjd, problem=problem)
    _stop_if(cancelled)
    write_staged(
        task.out, made.row, made.measurements, made.value, made.error, made.flags, made.planes,
        task.recipe_hash,
    )  # fmt: skip
    samples = tuple(float(made.value[0, i]) for i in task.samples)
    return VisitResult(sci.band, sci.visit, mjd, samples)


def _stop_if(cancelled: Callable[[], bool]) -> None:
    if cancelled():
        raise Cancelled("cancelled; what was finished is kept")
