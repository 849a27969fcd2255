"""What is to be done in an ingest, whatever its visits are made of: images or catalogues."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lightledger.domain import Problem, Recipe
from lightledger.store.layout import Scalar

from .reduce import Reduction
from .visitresult import VisitResult


@dataclass(frozen=True)
class Work:
    """Prepared and frozen: what `run` measures and publishes.

    Attributes
    ----------
    recipe : Recipe
        Resolved.
    objects, units
        Columns of the objects and their units.
    tasks : list
        One for every visit that is neither published nor staged unchanged; picklable.
    measure : callable
        Stages the visit of a task: ``measure(task, cancelled) -> VisitResult``.
    reduction : Reduction
    attributes : dict
        Of the store.
    arrays : dict of str to ndarray
        What visits are measured against, kept in the store.
    n_method : int
        Measurements in a band.
    problems : tuple of Problem
    """

    recipe: Recipe
    objects: dict[str, np.ndarray]
    units: dict[str, str]
    tasks: list[Any]
    measure: Callable[[Any, Callable[[], bool]], VisitResult]
    reduction: Reduction
    attributes: Mapping[str, Scalar]
    arrays: dict[str, np.ndarray]
    n_method: int
    problems: tuple[Problem, ...] = ()
