"""What stands beside the light curves in a Parquet file of our own: checked before it is used."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import (
    ADDED_COLUMNS,
    VISIT_COLUMNS,
    LightledgerError,
    Problem,
    missing_column,
    parse_measurement,
)
from lightledger.export.parquet import PLACES, first_of_band
from lightledger.store.layout import Scalar, full_name, position_path, record_path
from lightledger.store.text import decode

#: Letters of an attribute at most.
_LONGEST = 60_000
_ADVICE = "export the store again"


class ParquetTables:
    """Objects, visits and attributes, as `lightledger.store.past.Past` has them.

    Attributes
    ----------
    path : Path
    objects : dict of str to ndarray
        The reference catalogue.
    object_ids : list of str
    bands : tuple of str
    facts : dict
        ``attributes``, ``object_units``, ``measurements`` (attributes of each), ... as
        `lightledger.library.outgoing` wrote them.
    """

    path: Path

    def _strange(self, what: str) -> LightledgerError:
        return LightledgerError(what, self.path, _ADVICE)

    def _take_tables(self, arrays: Mapping[str, np.ndarray], facts: dict[str, Any]) -> None:
        self.facts = facts
        for values in (facts["attributes"], facts["object_units"], *facts["measurements"].values()):
            _look_at_scalars(values)
        self.objects = {
            name.removeprefix("objects/"): _readable(column)
            for name, column in arrays.items()
            if name.startswith("objects/")
        }
        self.object_ids = [str(name) for name in self.objects["id"]]
        lengths = {len(column) for column in self.objects.values()}
        if lengths != {len(self.object_ids)} or not self.object_ids:
            raise ValueError("columns of different lengths")
        self.band_original = {str(k): str(v) for k, v in facts["bands"].items()}
        self.bands = tuple(self.band_original)
        self._visits = {band: _visits(arrays, band) for band in self.bands}
        self._names = [str(name) for name in facts["measurements"]]
        self._planes = {band: tuple(facts["planes"][band]) for band in self.bands}
        self._reference = {
            name.removeprefix("reference/"): array
            for name, array in arrays.items()
            if name.startswith("reference/")
        }
        if any(
            array.dtype.kind not in "fiu" or array.ndim > 2 for array in self._reference.values()
        ):
            raise ValueError("what visits were measured against")
        for name in self._names:
            full_name(*_split(name))
        if {parse_measurement(name).band for name in self._names} != set(self.bands):
            raise ValueError("bands without measurements")
        if any(not set(planes) <= set(PLACES) for planes in self._planes.values()):
            raise ValueError("unknown planes")
        self._measurement_of = {record_path(name): name for name in self._names}
        self._plane_of = {
            position_path(band, plane): (first_of_band(self._names, band), plane)
            for band in self.bands
            for plane in self._planes[band]
        }

    def attributes(self, measurement: str) -> dict[str, Scalar]:
        """Attributes of a measurement, as they were stored."""
        return dict(self.facts["measurements"][measurement])

    def visits(self, band: str) -> dict[str, np.ndarray]:
        return self._visits[band]

    def measurements(self, band: str | None = None) -> tuple[str, ...]:
        names = self._names
        return tuple(n for n in names if band is None or parse_measurement(n).band == band)

    def stored_planes(self, band: str) -> tuple[str, ...]:
        return self._planes[band]

    def has(self, path: str) -> bool:
        return path in self._measurement_of or path in self._plane_of

    def reference(self) -> dict[str, np.ndarray]:
        return self._reference

    def problems(self) -> list[Problem]:
        return [Problem.from_dict(row) for row in self.facts["problems"]]

    def unsound_tables(self) -> list[str]:
        return []  # their checksum was looked at when the file was opened


def _split(name: str) -> tuple[str, str]:
    parsed = parse_measurement(name)
    return parsed.band, parsed.within_band


def _look_at_scalars(values: Mapping[str, Any]) -> None:
    """Attributes are texts and numbers, as HDF5 can hold them; else ValueError."""
    for name, value in values.items():
        if not isinstance(value, str | int | float) or len(str(value)) > _LONGEST:
            raise ValueError(f"attribute {name}")


def _readable(column: np.ndarray) -> np.ndarray:
    """A column as it is used: text as str."""
    if column.dtype.kind != "S":
        return column
    return decode(column.reshape(-1)).reshape(column.shape)


def _visits(arrays: Mapping[str, np.ndarray], band: str) -> dict[str, np.ndarray]:
    """The visit table of a band, every column of its kind and of one length."""
    table = {}
    n = len(arrays[f"visits/{band}/visit"])
    for column in VISIT_COLUMNS:
        if column.name in ADDED_COLUMNS and f"visits/{band}/{column.name}" not in arrays:
            table[column.name] = missing_column(column.name, n)
            continue
        found = _readable(arrays[f"visits/{band}/{column.name}"])
        kind = "O" if column.dtype == "str" else np.dtype(column.dtype).kind
        if found.dtype.kind != kind or found.shape != (n, *column.shape) or not n:
            raise ValueError(f"visits of {band}: {column.name}")
        table[column.name] = found
    return table
