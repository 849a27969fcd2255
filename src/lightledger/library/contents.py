"""What an open store holds: its objects, bands and measurements, as they were published."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np

from lightledger.domain import LightledgerError, Problem, Recipe, counted, parse_measurement
from lightledger.store.reader import StoreReader

from .info import describe
from .objecttable import ObjectTable
from .places import place_attributes, place_names


class Contents:
    """An open store; `lightledger.library.Field` is what people use.

    See `Field` for parameters, attributes and errors.
    """

    def __init__(self, path: Path | str) -> None:
        self.reader = StoreReader(path)
        try:
            self.recipe = Recipe.from_toml(self.reader.recipe_text, self.reader.path)
            self.object_ids: tuple[str, ...] = tuple(self.reader.object_ids)
            self._units: dict[str, str] = {}
            self._places: tuple[str, ...] | None = None
            self.ra_deg, self.dec_deg = self._column("ra"), self._column("dec")
        except BaseException:
            self.reader.close()
            raise

    @property
    def path(self) -> Path:
        return self.reader.path

    @property
    def n_object(self) -> int:
        return self.reader.n_object

    @property
    def objects(self) -> ObjectTable:
        """Columns of the object table, in catalogue order; read-only."""
        return ObjectTable(self.reader.objects, self.reader.object_units)

    @property
    def bands(self) -> tuple[str, ...]:
        return self.reader.bands

    @property
    def measurements(self) -> tuple[str, ...]:
        """Full names of all measurements."""
        return self.reader.measurements()

    @property
    def places(self) -> tuple[str, ...]:
        """Full names of coverage and positions, which `light_curve` reads, too (``ch1_cov-mean``).

        They have no errors, no zero points and no statistics.
        """
        if self._places is None:
            self._places = place_names(self.reader)
        return self._places

    def attributes(self, measurement: str) -> dict[str, str | int | float]:
        """quantity, unit, zero_point, magnitude_system, aperture, meaning of a measurement."""
        if measurement in self.places:
            return place_attributes(measurement)
        return self.reader.attributes(measurement)

    @property
    def problems(self) -> list[Problem]:
        return self.reader.problems()

    @property
    def targets(self) -> tuple[str, ...]:
        """Ids of the objects that the run was made for ("my star")."""
        return tuple(name for name in self.recipe.presenting.target if name in self.object_ids)

    @property
    def blended(self) -> np.ndarray:
        """Objects with a neighbour in their aperture, boolean; none where it is not known."""
        if "blended" in self.objects:
            return np.asarray(self.objects["blended"]) != 0
        return np.zeros(self.n_object, bool)

    def n_visit(self, measurement: str) -> int:
        return self.reader.n_visit(parse_measurement(measurement).band)

    def index_of(self, object_id: str) -> int:
        """Row of an object; `LightledgerError` names near ones when there is none."""
        return self.reader.index_of(object_id)

    def info(self) -> dict[str, Any]:
        """What the store holds, as plain JSON types (``lightledger info --json``)."""
        return describe(self.reader)

    def _column(self, name: str) -> np.ndarray:
        column = self.objects.get(name)
        if column is None or column.dtype.kind != "f":
            return np.full(self.n_object, np.nan)
        return np.asarray(column, np.float64)

    def unit(self, measurement: str) -> str:
        if measurement not in self._units:
            self._units[measurement] = str(self.attributes(measurement).get("unit", ""))
        return self._units[measurement]

    def _row(self, object: str | int) -> int:
        if isinstance(object, str):
            return self.index_of(object)
        if not 0 <= object < self.n_object:
            raise LightledgerError(
                f"no object number {object}", self.path, f"there are {self.n_object}, from 0"
            )
        return int(object)

    def close(self) -> None:
        self.reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        name, bands = type(self).__name__, ", ".join(self.bands)
        return f"{name}({str(self.path)!r}, {counted(self.n_object, 'object')}, bands {bands})"
