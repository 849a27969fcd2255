"""Read a store: the file is mapped once and every light curve is a view of it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import numpy as np

from lightledger.domain import (
    ADDED_COLUMNS,
    VISIT_COLUMNS,
    LightledgerError,
    Problem,
    ZeroPoints,
    clean_band,
    missing_column,
    parse_measurement,
    record_dtype,
)

from .layout import (
    MAX_BANDS,
    MAX_OBJECTS,
    MAX_VISITS,
    POSITION_PLANES,
    PROBLEM_COLUMNS,
    Place,
    Scalar,
    band_path,
    full_name,
    natural_sorted,
    position_path,
    record_path,
    statistics_path,
    visits_path,
    zero_point_path,
)
from .lazy import LazyColumns
from .mapped import MappedStore


class StoreReader(MappedStore):
    """An open store; a context manager, safe to share between threads.

    A complete ``OUT.h5.next`` is adopted first. Light curves are read without checking their
    sums; see `record_is_sound` and `lightledger.store.verify`. Arrays from the mapping stay
    valid after `close`, and after a newer version took the file's name.

    Parameters
    ----------
    path : Path or str

    Attributes
    ----------
    path : Path
    attributes_of_store : dict
        Every attribute of the file.
    uuid, created, software, recipe_text : str
    version : int
    n_object : int
    bands : tuple of str
    band_original : dict of str to str
        Name of each band as the frames have it.
    object_units : dict of str to str

    Raises
    ------
    LightledgerError
        Not a store, another version, cut off, damaged or hostile; one line.
    """

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

    # ---- objects ------------------------------------------------------------------------------

    @property
    def objects(self) -> Mapping[str, np.ndarray]:
        """Columns of the object table, in catalogue order; read-only, read when asked for."""
        with self._lock:
            if "objects" not in self._cache:
                names = self._structure.children("/objects")
                order = self.attributes_of_store.get("object_columns", "")
                known = [name for name in str(order).split("\n") if name in names]
                rest = [name for name in names if name not in known]
                self._cache["objects"] = LazyColumns(known + rest, self.object_column)
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

    # ---- visits and measurements --------------------------------------------------------------

    def visits(self, band: str) -> dict[str, np.ndarray]:
        """The visit table of a band, in time order; columns as in `lightledger.domain.visits`.

        Texts are object arrays of str; ``transform`` has shape (n_visit, 2, 3).
        """
        path, n = visits_path(self._band(band)), self._visit_count[band]
        table = {}
        for c in VISIT_COLUMNS:
            if c.name in ADDED_COLUMNS and not self._structure.exists(f"{path}/{c.name}"):
                table[c.name] = missing_column(c.name, n)
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

    # ---- light curves -------------------------------------------------------------------------

    def record_place(self, measurement: str) -> Place:
        """Where the records stand in the file (checked against the format)."""
        band = self._known(measurement)
        with self._lock:
            key = ("place", measurement)
            if key not in self._cache:
                place = self._structure.place(record_path(measurement))
                expected = record_dtype(self._visit_count[band])
                if place.shape != (self.n_object,) or place.dtype != expected:
                    raise self._strange(record_path(measurement))
                self._cache[key] = place
            return self._cache[key]

    def records(self, measurement: str) -> np.ndarray:
        """All records of a measurement, shape (n_object,), a read-only view of the file."""
        key = ("records", measurement)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._view(self.record_place(measurement))
        return found

    def light_curve(
        self, measurement: str, index: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value (f4), error (f4), flags (u2) of one object, each (n_visit,): views of the file.

        One read of the record's own pages, where they are not in memory.
        """
        key = ("light curve", measurement)
        found = self._cache.get(key)
        if found is None:
            place = self.record_place(measurement)
            found = self._cache[key] = (*self.planes(measurement), self._fetching(place))
        value, error, flags, fetch = found
        fetch(index)
        return value[index], error[index], flags[index]

    def planes(self, measurement: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value, error, flags of all objects, each (n_object, n_visit), strided views.

        A row is one light curve: this is the fast way to many of them.
        """
        key = ("planes", measurement)
        found = self._cache.get(key)
        if found is None:
            records = self.records(measurement)
            found = self._cache[key] = (records["value"], records["error"], records["flags"])
        return found

    def object_plane(self, band: str, name: str) -> np.ndarray:
        """Per object and visit: 'x', 'y' (0-based pixels of the frame) or 'coverage'; f4.

        Shape (n_object, n_visit). Positions that are not stored follow from the visits'
        transforms; a coverage that is not stored is nan.
        """
        n = self.n_visit(band)
        if name not in POSITION_PLANES:
            raise LightledgerError(
                f"no plane {name!r}", self.path, f"planes are {', '.join(POSITION_PLANES)}"
            )
        path = position_path(band, name)
        with self._lock:
            if self._structure.exists(path):
                return self._column(path, self.n_object, n)
        if name == "coverage":
            return np.full((self.n_object, n), np.nan, np.float32)
        row = self.visits(band)["transform"][:, "xy".index(name)]
        x, y = self.objects["x"], self.objects["y"]
        return (np.outer(x, row[:, 0]) + np.outer(y, row[:, 1]) + row[:, 2]).astype(np.float32)

    # ---- what was derived ---------------------------------------------------------------------

    def zero_points(self, measurement: str) -> ZeroPoints:
        """Ensemble zero points as published."""
        n = self._visit_count[self._known(measurement)]
        path = zero_point_path(measurement)
        with self._lock:
            if not self._structure.exists(path):
                return ZeroPoints.none(n)
            per_visit = {
                name: self._column(f"{path}/{name}", n)
                for name in ("factor", "error", "n_star", "weight_sum", "clip")
            }
            room = self._structure.place(f"{path}/member").shape[:1]
            star = {
                name: self._column(f"{path}/{name}", *room)
                for name in ("member", "reference", "weight")
            }
        used = (star["member"] >= 0) & (star["member"] < self.n_object)
        return ZeroPoints(**per_visit, **{name: column[used] for name, column in star.items()})

    def statistics(self, measurement: str, corrected: bool = False) -> dict[str, np.ndarray]:
        """Statistics per object, raw or corrected by the zero points; read when asked for."""
        self._known(measurement)
        path = statistics_path(measurement, corrected)
        with self._lock:
            names = self._structure.children(path)
            order = str(self.attributes_of_store.get("statistic_columns", "")).split("\n")
            known = [name for name in order if name in names]
            known += [name for name in names if name not in known]
            return {name: self._column(f"{path}/{name}", self.n_object) for name in known}

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

    def record_is_sound(self, measurement: str, index: int) -> bool:
        """Whether one record agrees with its checksum (microseconds; the window asks)."""
        return not self.rows(record_path(measurement), int(index), 1)[1]

    def stored_planes(self, band: str) -> tuple[str, ...]:
        """Which of x, y, coverage are stored (the others follow, see `object_plane`)."""
        return tuple(p for p in POSITION_PLANES if self.has(position_path(self._band(band), p)))
