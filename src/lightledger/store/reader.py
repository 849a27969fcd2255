"""Read a store: every light curve is a view of the mapped file."""

from __future__ import annotations

import numpy as np

from lightledger.domain import LightledgerError, ZeroPoints, record_dtype

from .layout import (
    POSITION_PLANES,
    Place,
    position_path,
    record_path,
    statistics_path,
    zero_point_path,
)
from .tables import StoreTables


class StoreReader(StoreTables):
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

        Raises
        ------
        LightledgerError
            No such band or plane.
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

    def record_is_sound(self, measurement: str, index: int) -> bool:
        """Whether one record agrees with its checksum (microseconds; the window asks)."""
        return not self.rows(record_path(measurement), int(index), 1)[1]

    def stored_planes(self, band: str) -> tuple[str, ...]:
        """Which of x, y, coverage are stored (the others follow, see `object_plane`)."""
        return tuple(p for p in POSITION_PLANES if self.has(position_path(self._band(band), p)))
