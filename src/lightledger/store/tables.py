"""The tables of an open store: its objects, visits, measurements and problems."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from lightledger.domain import (
    ADDED_COLUMNS,
    VISIT_COLUMNS,
    LightledgerError,
    Problem,
    clean_band,
    missing_column,
    parse_measurement,
)

from .layout import (
    MAX_BANDS,
    MAX_OBJECTS,
    MAX_VISITS,
    PROBLEM_COLUMNS,
    Scalar,
    band_path,
    full_name,
    natural_sorted,
    record_path,
    visits_path,
)
from .mapped import MappedStore


class _Columns(Mapping[str, np.ndarray]):
    """Columns by their names, each read when it is asked for."""

    def __init__(self, names: Sequence[str], read: Callable[[str], np.ndarray]) -> None:
        self._names = tuple(names)
        self._read = read

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        return self._read(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class StoreTables(MappedStore):
    """Tables of a store, each read when it is asked for; see `StoreReader`."""

    def _start(self) -> None:
        ids = self._structure.place("/objects/id")
        if len(ids.shape) != 1 or ids.dtype.kind != "S" or not 1 <= ids.shape[0] <= MAX_OBJECTS:
            raise self._strange("/objects/id")
        self.n_object = ids.shape[0]
        self.bands = natural_sorted(self._structure.children("/bands"))
        if len(self.bands) > MAX_BANDS:
            raise LightledgerError(f"the store has {len(self.bands)} bands", self.path)
        self._visit_count: dict[str, int] = {}
        self._names: dict[str, tuple[str, ...]] = {}
        self.band_original: dict[str, str] = {}
        for band in self.bands:
            if clean_band(band) != band:
                raise self._strange(band_path(band))
            original = self._structure.attributes(band_path(band)).get("original", band)
            self.band_original[band] = str(original)
            times = self._structure.place(f"{visits_path(band)}/mjd_utc_mid")
            if len(times.shape) != 1 or not 1 <= times.shape[0] <= MAX_VISITS:
                raise self._strange(f"{visits_path(band)}/mjd_utc_mid")
            self._visit_count[band] = times.shape[0]
            within = self._structure.children(f"{band_path(band)}/measurements")
            try:
                self._names[band] = tuple(full_name(band, n) for n in natural_sorted(within))
            except ValueError as error:
                raise LightledgerError(str(error), self.path) from None

    @property
    def objects(self) -> Mapping[str, np.ndarray]:
        """Columns of the object table, in catalogue order; read-only, read when asked for."""
        with self._lock:
            if "objects" not in self._cache:
                names = self._structure.children("/objects")
                order = self.attributes_of_store.get("object_columns", "")
                known = [name for name in str(order).split("\n") if name in names]
                rest = [name for name in names if name not in known]
                self._cache["objects"] = _Columns(known + rest, self.object_column)
            return self._cache["objects"]

    def object_column(self, name: str) -> np.ndarray:
        """One column of the object table, whatever its cells' shape."""
        path = f"/objects/{name}"
        with self._lock:
            return self._column(path, self.n_object, text=None)

    @property
    def object_units(self) -> dict[str, str]:
        """Unit of each column of the object table ('' none)."""
        with self._lock:
            if "units" not in self._cache:
                self._cache["units"] = {
                    name: str(self._structure.attributes(f"/objects/{name}").get("unit", ""))
                    for name in self.objects
                }
            return dict(self._cache["units"])

    @property
    def object_ids(self) -> list[str]:
        """Ids of all objects, the same list each time: whoever changes it copies it first."""
        with self._lock:
            if "ids" not in self._cache:
                self._cache["ids"] = self.objects["id"].tolist()
            ids: list[str] = self._cache["ids"]
            return ids

    def index_of(self, object_id: str) -> int:
        """Row of an object.

        Raises
        ------
        LightledgerError
            No such object; near matches are offered.
        """
        with self._lock:
            if "index" not in self._cache:
                self._cache["index"] = {name: i for i, name in enumerate(self.object_ids)}
            index: dict[str, int] = self._cache["index"]
        if object_id in index:
            return index[object_id]
        near = difflib.get_close_matches(str(object_id), index, n=3, cutoff=0.6)
        raise LightledgerError(
            f"no object {object_id!r}",
            self.path,
            f"did you mean {', '.join(near)}?" if near else f"the first id is {next(iter(index))}",
        )

    def visits(self, band: str) -> dict[str, np.ndarray]:
        """The visit table of a band, in time order; columns as in `lightledger.domain.visits`.

        Texts are object arrays of str; ``transform`` has shape (n_visit, 2, 3). All are read-only.
        """
        with self._lock:
            key = ("visits", self._band(band))
            if key not in self._cache:
                self._cache[key] = self._read_visits(band)
            return dict(self._cache[key])

    def _read_visits(self, band: str) -> dict[str, np.ndarray]:
        path, n = visits_path(band), self._visit_count[band]
        table = {}
        for c in VISIT_COLUMNS:
            if c.name in ADDED_COLUMNS and not self._structure.exists(f"{path}/{c.name}"):
                table[c.name] = missing_column(c.name, n)
                table[c.name].flags.writeable = False
                continue
            text = c.dtype == "str"
            table[c.name] = self._column(f"{path}/{c.name}", n, *c.shape, text=text)
        return table

    def n_visit(self, band: str) -> int:
        return self._visit_count[self._band(band)]

    def _band(self, band: str) -> str:
        if band not in self._visit_count:
            raise LightledgerError(
                f"no band {band!r}", self.path, f"bands are {', '.join(self.bands)}"
            )
        return band

    def measurements(self, band: str | None = None) -> tuple[str, ...]:
        """Full names, such as ``ch1_sci-aper_r3``, of one band or of all."""
        if band is not None:
            return self._names[self._band(band)]
        return tuple(name for band in self.bands for name in self._names[band])

    def _known(self, measurement: str) -> str:
        """The band of a measurement that exists."""
        try:
            band = parse_measurement(measurement).band
        except ValueError as error:
            raise LightledgerError(str(error), self.path) from None
        if measurement not in self._names.get(band, ()):
            near = difflib.get_close_matches(measurement, self.measurements(), n=3, cutoff=0.5)
            raise LightledgerError(
                f"no measurement {measurement!r}",
                self.path,
                f"did you mean {', '.join(near or self.measurements()[:3])}?",
            )
        return band

    def attributes(self, measurement: str) -> dict[str, Scalar]:
        """Attributes of a measurement: quantity, unit, zero_point, magnitude_system, ..."""
        self._known(measurement)
        with self._lock:
            key = ("attributes", measurement)
            if key not in self._cache:
                self._cache[key] = self._structure.attributes(record_path(measurement))
            return dict(self._cache[key])

    def problems(self) -> list[Problem]:
        """What was refused or damaged, and why."""
        with self._lock:
            rows = self._structure.place("/problems/what").shape
            columns = [
                self._column(f"/problems/{name}", *rows, text=True) for name in PROBLEM_COLUMNS
            ]
        cells = [dict(zip(PROBLEM_COLUMNS, row, strict=True)) for row in zip(*columns, strict=True)]
        return [Problem.from_dict(cell) for cell in cells if cell["what"]]

    @property
    def damaged(self) -> tuple[str, ...]:
        """Damage that was known when this version was published."""
        return tuple(p.what for p in self.problems() if p.severity == "damaged")
