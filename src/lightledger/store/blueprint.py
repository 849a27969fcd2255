"""The whole layout of a store to be published, and all of its content that is not records."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from lightledger import __version__
from lightledger.domain import LightledgerError, Problem, Recipe

from . import content
from .checksums import checksum_specs
from .layout import ALIGNMENT, DatasetSpec, Scalar, band_path
from .merge import BandPlan, plan_bands
from .outline import outline_spec
from .past import Damage, Past
from .reduce import Reduce
from .staged import read_staged
from .words import in_words


@dataclass(frozen=True)
class Ingredients:
    """What `publish` was given."""

    staged: Sequence[Path]
    objects: dict[str, np.ndarray]
    object_units: dict[str, str]
    recipe: Recipe
    problems: Sequence[Problem]
    band_original: dict[str, str]
    extra_attributes: dict[str, Scalar]
    reference: dict[str, np.ndarray]
    reduce: Reduce
    damage: Damage


@dataclass(frozen=True)
class Blueprint:
    """A store before it is written.

    Attributes
    ----------
    ids : list of str
    plans : tuple of BandPlan
    datasets : list of DatasetSpec
        In the order of the file.
    attributes : dict
        Of groups, by path.
    tables : dict of str to ndarray
        Content that is known already, by path.
    problems : list of Problem
        Known already; there is room for more.
    problem_datasets : list of DatasetSpec
    n_bytes_rows : int
        Bytes of records and positions together.
    """

    ids: list[str]
    plans: tuple[BandPlan, ...]
    datasets: list[DatasetSpec]
    attributes: dict[str, dict[str, Scalar]]
    tables: dict[str, np.ndarray]
    problems: list[Problem]
    problem_datasets: list[DatasetSpec]
    n_bytes_rows: int

    @property
    def n_object(self) -> int:
        return len(self.ids)

    @property
    def n_bytes(self) -> int:
        """Bytes of the whole file, at most."""
        return sum(spec.n_bytes + ALIGNMENT + 1024 for spec in self.datasets)


def draw(given: Ingredients, previous: Past | None) -> Blueprint:
    """Lay out the store that holds what is staged and what ``previous`` holds.

    Raises
    ------
    LightledgerError
        Nothing to publish, another catalogue, a damaged staged file, or damaged tables.
    """
    columns, datasets = content.object_table(given.objects, given.object_units)
    ids = [str(i) for i in given.objects["id"]]
    if previous is not None:
        _same_catalogue(previous, ids)
    plans = plan_bands([read_staged(p) for p in given.staged], previous, len(ids))
    tables = {f"/objects/{name}": column for name, column in columns.items()}

    reference = given.reference
    if not reference and previous is not None:
        reference = {name: np.array(array) for name, array in previous.reference().items()}
    arrays, specs = content.reference_datasets(reference)
    tables |= arrays
    datasets += specs
    reserve = 0
    for plan in plans:
        arrays, specs = content.visit_datasets(plan)
        tables |= arrays
        datasets += specs
        for name in plan.measurements:
            datasets += content.zero_point_datasets(name, plan.n_visit, len(ids))
        reserve += len(plan.measurements) + len(plan.planes)
    # Damage of a previous store is found on the way: a row for each dataset that may. Always,
    # so that visits added later give the same bytes as all visits at once.
    problems = list(dict.fromkeys([*given.problems, *_known_damage(previous, given.damage)]))
    problem_datasets = content.problem_datasets(problems, reserve)
    datasets += problem_datasets
    for plan in plans:
        for name in plan.measurements:
            datasets += content.statistic_datasets(name, len(ids), given.reduce)
    rows = [spec for plan in plans for spec in content.plane_datasets(plan, len(ids))]
    rows += content.record_datasets(plans, len(ids), given.reduce)
    datasets += checksum_specs([*datasets, *rows])
    datasets += rows
    attributes = _attributes(given, plans, list(columns), previous)
    datasets.append(outline_spec(datasets, attributes))
    return Blueprint(
        ids=ids,
        plans=plans,
        datasets=datasets,
        attributes=attributes,
        tables=tables,
        problems=problems,
        problem_datasets=problem_datasets,
        n_bytes_rows=sum(spec.n_bytes for spec in rows),
    )


def _attributes(
    given: Ingredients,
    plans: Sequence[BandPlan],
    columns: list[str],
    previous: Past | None,
) -> dict[str, dict[str, Scalar]]:
    attributes: dict[str, dict[str, Scalar]] = {
        "/": content.root_values(
            given.recipe,
            f"lightledger {__version__}",
            datetime.now(UTC).isoformat(timespec="microseconds"),
            str(uuid.uuid4()),
            columns,
            given.reduce,
            given.extra_attributes,
        )
    }
    names = {**(previous.band_original if previous else {}), **given.band_original}
    for plan in plans:
        attributes[band_path(plan.band)] = {"original": names.get(plan.band) or plan.band}
    return attributes


def _same_catalogue(previous: Past, ids: list[str]) -> None:
    """The tables that are carried over must be sound, and the objects the same."""
    broken = previous.unsound_tables()
    if broken:
        raise LightledgerError(
            f"the store cannot be added to: its {in_words(broken[0])} is damaged",
            previous.path,
            "restore a sound copy, or save what is sound with 'lightledger salvage'",
        )
    old = previous.object_ids
    if ids[: len(old)] != old:
        raise LightledgerError(
            "the objects are not those of the store",
            previous.path,
            "choose another output, or measure afresh with --remeasure",
        )


def _known_damage(previous: Past | None, damage: Damage) -> list[Problem]:
    if previous is None or damage == "blank":  # what is left blank is found and listed anew
        return []
    try:
        return [p for p in previous.problems() if p.severity == "damaged"]
    except LightledgerError:
        return []
