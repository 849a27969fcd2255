"""What the new store holds besides its records: the list of its datasets, its attributes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from lightledger.domain import (
    REGISTRY,
    VISIT_COLUMNS,
    LightledgerError,
    Problem,
    Recipe,
    ZeroPoints,
    record_dtype,
)

from .layout import (
    FORMAT,
    MEMBER_CAPACITY,
    OBJECTS_PER_SUM,
    PROBLEM_COLUMNS,
    REFERENCE,
    VERSION,
    DatasetSpec,
    Scalar,
    natural_key,
    position_path,
    record_path,
    statistics_path,
    visits_path,
    zero_point_path,
)
from .merge import BandPlan
from .text import as_column, encode

#: Bytes of a problem's text kept free for damage found while an older store is carried over.
PROBLEM_WIDTH = 400


class Columns(Protocol):
    """What of `Reduce` decides the layout."""

    statistic_columns: tuple[tuple[str, str, str], ...]

    def measurement_attributes(self, measurement: str) -> dict[str, Scalar]: ...


def object_table(
    objects: dict[str, np.ndarray], units: dict[str, str]
) -> tuple[dict[str, np.ndarray], list[DatasetSpec]]:
    """Columns as stored and their datasets; names that HDF5 cannot hold are cleaned.

    Raises
    ------
    LightledgerError
        No object, no ``id``, ids that are not unique, or columns of different lengths.
    """
    ids = [str(i) for i in objects.get("id", [])]
    if not ids:
        raise LightledgerError("there is no object to publish")
    if len(set(ids)) != len(ids):
        raise LightledgerError("two objects of the reference catalogue have the same id")
    columns: dict[str, np.ndarray] = {}
    specs: list[DatasetSpec] = []
    for original, values in objects.items():
        name = _free_name(original, columns)
        column = as_column(np.asarray(ids, object) if original == "id" else values)
        if len(column) != len(ids):
            raise LightledgerError(
                f"column {original!r} of the catalogue has {len(column)} rows, not {len(ids)}"
            )
        attributes: dict[str, Scalar] = {"unit": units.get(original, "")}
        if name != original:
            attributes["name"] = original
        columns[name] = column
        specs.append(
            DatasetSpec(
                f"/objects/{name}",
                column.dtype,
                column.shape,
                step=(1 if name == "id" else OBJECTS_PER_SUM) * column[:1].nbytes,
                attributes=attributes,
            )
        )
    return columns, specs


def _free_name(original: str, taken: dict[str, np.ndarray]) -> str:
    name = re.sub(r"[/\0\n]", "_", original).strip(".") or "column"
    candidate, n = name, 2
    while candidate in taken:
        candidate, n = f"{name}_{n}", n + 1
    return candidate


def reference_datasets(
    arrays: dict[str, np.ndarray],
) -> tuple[dict[str, np.ndarray], list[DatasetSpec]]:
    """What visits are measured against, as stored: coadd, stars for matching."""
    stored = {
        f"{REFERENCE}/{name}": np.ascontiguousarray(array).astype(
            array.dtype.newbyteorder("<"), copy=False
        )
        for name, array in arrays.items()
    }
    # A sum for each row: damage costs a row of the coadd, not the coadd.
    return stored, [
        DatasetSpec(path, a.dtype, a.shape, step=a[:1].nbytes) for path, a in stored.items()
    ]


def visit_datasets(plan: BandPlan) -> tuple[dict[str, np.ndarray], list[DatasetSpec]]:
    """The visit table of a band as stored."""
    arrays: dict[str, np.ndarray] = {}
    specs: list[DatasetSpec] = []
    for column in VISIT_COLUMNS:
        array = as_column(plan.visits[column.name])
        path = f"{visits_path(plan.band)}/{column.name}"
        arrays[path] = array
        specs.append(
            DatasetSpec(
                path,
                array.dtype,
                array.shape,
                step=array[:1].nbytes,  # damage costs one visit, not all
                attributes={"unit": column.unit, "meaning": column.meaning},
            )
        )
    return arrays, specs


def zero_point_datasets(measurement: str, n_visit: int, n_object: int) -> list[DatasetSpec]:
    """Zero points; room for `MEMBER_CAPACITY` comparison stars, unused rows have member -1."""
    path = zero_point_path(measurement)
    room = min(n_object, MEMBER_CAPACITY)
    return [
        DatasetSpec(f"{path}/{name}", np.dtype(dtype), (n,))
        for name, dtype, n in (
            ("factor", "<f8", n_visit),
            ("error", "<f8", n_visit),
            ("n_star", "<i4", n_visit),
            ("weight_sum", "<f8", n_visit),
            ("clip", "<f8", n_visit),
            ("member", "<i8", room),
            ("reference", "<f8", room),
            ("weight", "<f8", room),
        )
    ]


def zero_point_arrays(
    measurement: str, zero_points: ZeroPoints, n_object: int
) -> dict[str, np.ndarray]:
    """Zero points as stored."""
    room = min(n_object, MEMBER_CAPACITY)
    n = zero_points.member.size
    if n > room:
        raise ValueError(f"{n} comparison stars of {measurement}; there is room for {room}")
    path = zero_point_path(measurement)
    arrays = {
        f"{path}/{name}": getattr(zero_points, name)
        for name in ("factor", "error", "n_star", "weight_sum", "clip")
    }
    for name, unused in (("member", -1), ("reference", np.nan), ("weight", np.nan)):
        full = np.full(room, unused, np.float64 if name != "member" else np.int64)
        full[:n] = getattr(zero_points, name)
        arrays[f"{path}/{name}"] = full
    return arrays


def statistic_datasets(measurement: str, n_object: int, reduce: Columns) -> list[DatasetSpec]:
    """Statistics raw and corrected; unit '*' is that of the measurement."""
    own = reduce.measurement_attributes(measurement).get("unit", "")
    return [
        DatasetSpec(
            f"{statistics_path(measurement, corrected)}/{name}",
            np.dtype(dtype).newbyteorder("<"),
            (n_object,),
            attributes={"unit": own if unit == "*" else unit},
        )
        for corrected in (False, True)
        for name, dtype, unit in reduce.statistic_columns
    ]


def problem_datasets(problems: Sequence[Problem], reserve: int) -> list[DatasetSpec]:
    """The list of problems, with ``reserve`` rows free."""
    n = len(problems) + reserve
    specs = []
    for name in PROBLEM_COLUMNS:
        width = encode([getattr(p, name) for p in problems]).dtype.itemsize
        width = max(width, PROBLEM_WIDTH if name == "what" else 64)
        specs.append(DatasetSpec(f"/problems/{name}", np.dtype(f"S{width}"), (n,)))
    return specs


def problem_arrays(
    problems: Sequence[Problem], specs: Sequence[DatasetSpec]
) -> dict[str, np.ndarray]:
    """The list of problems as stored; unused rows are empty."""
    arrays = {}
    for spec in specs:
        column = np.zeros(spec.shape, spec.dtype)
        texts = [getattr(p, spec.path.rpartition("/")[2]) for p in problems]
        column[: len(texts)] = encode(texts, spec.dtype.itemsize)
        arrays[spec.path] = column
    return arrays


def plane_datasets(plan: BandPlan, n_object: int) -> list[DatasetSpec]:
    units = {"x": "pix", "y": "pix", "coverage": ""}
    return [
        DatasetSpec(
            position_path(plan.band, plane),
            np.dtype("<f4"),
            (n_object, plan.n_visit),
            step=4 * plan.n_visit,
            attributes={"unit": units[plane]},
        )
        for plane in plan.planes
    ]


def record_datasets(plans: Sequence[BandPlan], n_object: int, reduce: Columns) -> list[DatasetSpec]:
    """Records of all measurements, in the order in which they are written."""
    specs = []
    for plan, measurement in in_order(plans):
        dtype = record_dtype(plan.n_visit)
        specs.append(
            DatasetSpec(
                record_path(measurement),
                dtype,
                (n_object,),
                step=dtype.itemsize,
                attributes=reduce.measurement_attributes(measurement),
            )
        )
    return specs


def in_order(plans: Sequence[BandPlan]) -> list[tuple[BandPlan, str]]:
    """Measurements image-method first, then band: what is compared stands side by side."""
    pairs = [(plan, name) for plan in plans for name in plan.measurements]
    return sorted(pairs, key=lambda p: (natural_key(p[1][len(p[0].band) + 1 :]), p[0].band))


#: Attributes of the file that every publish writes anew.
_OWN = frozenset(
    [
        "format",
        "version",
        "created",
        "uuid",
        "software",
        "recipe",
        "measuring_hash",
        "flags",
        "object_columns",
        "statistic_columns",
    ]
)


def carried_over(attributes: Mapping[str, Scalar]) -> dict[str, Scalar]:
    """The attributes of a file that a store made from it takes over."""
    return {name: value for name, value in attributes.items() if name not in _OWN}


def root_values(
    recipe: Recipe,
    software: str,
    created: str,
    uuid: str,
    columns: Sequence[str],
    reduce: Columns,
    extra: dict[str, Scalar],
) -> dict[str, Scalar]:
    """Attributes of the file."""
    flags = "\n".join(
        f"{int(entry.flag).bit_length() - 1} {entry.name}: {entry.meaning}" for entry in REGISTRY
    )
    return {
        **extra,
        "format": FORMAT,
        "version": VERSION,
        "created": created,
        "uuid": uuid,
        "software": software,
        "recipe": recipe.to_toml(),
        "measuring_hash": recipe.measuring_hash,
        "flags": flags,
        "object_columns": "\n".join(columns),
        "statistic_columns": "\n".join(name for name, _, _ in reduce.statistic_columns),
    }
