"""The light curves of a Parquet file of our own, as publishing asks for them.

The file may come from anywhere: what its footer and its tables claim is checked before anything
of that size is allocated.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np

from lightledger.domain import (
    ADDED_COLUMNS,
    VISIT_COLUMNS,
    Flag,
    LightledgerError,
    Problem,
    missing_column,
    parse_measurement,
    record_dtype,
)
from lightledger.export.parquet import GROUP_POINTS, PLACES, arrow, first_of_band
from lightledger.export.whole import unpack
from lightledger.store.layout import Scalar, full_name, position_path, record_path
from lightledger.store.text import decode

from .parquet_file import first_line, look_at_schema, look_at_sizes, open_parquet, packed_tables

#: Row groups in memory: one for each dataset that is read at a time, few as those are.
_KEPT = 8
#: Letters of an attribute at most.
_LONGEST = 60_000
_ADVICE = "export the store again"


class ParquetPast:
    """`lightledger.store.past.Past` of a whole store that was exported to Parquet.

    A context manager; rows are read a row group at a time.

    Parameters
    ----------
    path : Path

    Attributes
    ----------
    objects : dict of str to ndarray
        The reference catalogue.
    facts : dict
        ``attributes``, ``object_units``, ``measurements`` (attributes of each), ... as
        `lightledger.library.outgoing` wrote them.

    Raises
    ------
    LightledgerError
        pyarrow is not installed; not Parquet, not of a whole store, damaged, or not as it must be.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._pa = arrow()
        self._lock = threading.Lock()
        self._cache: dict[tuple[str, ...], tuple[int, Any]] = {}
        self._file = open_parquet(path)
        try:
            self._take_tables(*unpack(packed_tables(self._file, path), path))
            self._groups = self._row_groups()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self.close()
            raise self._strange(
                f"its tables are not those of a store ({first_line(error)})"
            ) from None
        except BaseException:
            self.close()
            raise

    def _strange(self, what: str) -> LightledgerError:
        return LightledgerError(what, self.path, _ADVICE)

    # ---- what stands beside the light curves

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

    # ---- light curves

    def _row_groups(self) -> dict[str, list[tuple[int, int, int]]]:
        """For each measurement (first object, rows, row group), in order; all sizes checked."""
        wanted = self._schema()
        look_at_schema(self._file, wanted)
        longest = max(len(name.encode()) for name in [*self.object_ids, *self._names])
        meta, n_object = self._file.metadata, len(self.object_ids)
        if meta.num_rows != n_object * len(self._names):
            raise ValueError(f"{meta.num_rows} rows")
        groups: dict[str, list[tuple[int, int, int]]] = {name: [] for name in self._names}
        at = 0
        for index in range(meta.num_row_groups):
            group = meta.row_group(index)
            which, first = divmod(at, n_object)
            name, n = self._names[which], group.num_rows
            n_visit = len(self._visits[parse_measurement(name).band]["visit"])
            if n < 1 or first + n > n_object or (n > 1 and n * n_visit > GROUP_POINTS):
                raise ValueError(f"row group {index} of {n} rows")
            look_at_sizes(group, wanted, n * n_visit, longest)
            groups[name].append((first, n, index))
            at += n
        return groups

    def _schema(self) -> dict[str, Any]:
        pa = self._pa

        def list_of(kind: Any) -> Any:
            return pa.list_(pa.field("element", kind, nullable=False))

        single = list_of(pa.float32())
        planes = {plane: single for planes in self._planes.values() for plane in planes}
        return {
            "object": pa.string(),
            "measurement": pa.string(),
            "value": single,
            "error": single,
            "flags": list_of(pa.uint16()),
            "crc32": pa.uint32(),
            **planes,
        }

    def rows(self, path: str, first: int, n: int) -> tuple[np.ndarray, list[int]]:
        """Rows of records or of a plane, and which of them are damaged, from ``first``.

        What cannot be read (a page that fails its checksum) is nan, `Flag.NOT_FINITE`, and
        counts as damaged.
        """
        if path in self._plane_of:
            name, plane = self._plane_of[path]
        else:
            name, plane = self._measurement_of[path], ""
        n_visit = len(self._visits[parse_measurement(name).band]["visit"])
        row = np.dtype(("<f4", (n_visit,))) if plane else record_dtype(n_visit)
        out = np.zeros(n, row)
        damaged: list[int] = []
        for start, length, index in self._groups[name]:
            lo, hi = max(first, start), min(first + n, start + length)
            if lo >= hi:
                continue
            part, bad = self._group(name, plane, start, length, index, row)
            out[lo - first : hi - first] = part[lo - start : hi - start]
            damaged += [start + i - first for i in bad if lo <= start + i < hi]
        return out, damaged

    def _group(
        self, name: str, plane: str, start: int, length: int, index: int, row: np.dtype
    ) -> tuple[np.ndarray, list[int]]:
        """The rows of a row group; those read last are kept, some MB each."""
        with self._lock:
            known = self._cache.get((name, plane))
            if known is not None and known[0] == index:
                return known[1]
            try:
                columns = [plane] if plane else ["value", "error", "flags", "crc32"]
                table = self._file.read_row_group(index, ["object", "measurement", *columns])
            except (OSError, ValueError, MemoryError, self._pa.ArrowException):
                found = _missing(length, row, plane), list(range(length))
            else:
                self._look_at_names(table, name, start)
                found = self._records(table, row) if not plane else self._plane(table, plane, row)
            self._cache.pop((name, plane), None)
            self._cache[name, plane] = index, found
            while len(self._cache) > _KEPT:
                del self._cache[next(iter(self._cache))]
            return found

    def _look_at_names(self, table: Any, name: str, start: int) -> None:
        ids = table.column("object").to_pylist()
        if ids != self.object_ids[start : start + len(ids)] or set(
            table.column("measurement").to_pylist()
        ) != {name}:
            raise self._strange(f"light curves of {name} stand in another order")

    def _records(self, table: Any, row: np.dtype) -> tuple[np.ndarray, list[int]]:
        records = np.zeros(table.num_rows, row)
        for part in ("value", "error", "flags"):
            records[part] = self._flat(table, part, row[part].shape[0])
        records["flags"] &= ~np.uint16(Flag.REJECTED)  # of a person, never of a record
        raw = records.view(np.uint8).reshape(len(records), -1)
        sums = table.column("crc32").to_pylist()
        return records, [i for i, line in enumerate(raw) if zlib.crc32(line.data) != sums[i]]

    def _plane(self, table: Any, plane: str, row: np.dtype) -> tuple[np.ndarray, list[int]]:
        return self._flat(table, plane, row.shape[0]), []

    def _flat(self, table: Any, name: str, n_visit: int) -> np.ndarray:
        """A list column as (n_row, n_visit)."""
        lists = table.column(name).combine_chunks()
        if isinstance(lists, self._pa.ChunkedArray):
            lists = lists.chunk(0)
        ends = lists.offsets.to_numpy()
        if lists.null_count or (np.diff(ends) != n_visit).any():
            raise self._strange(f"light curves in column {name} are of uneven length")
        return lists.flatten().to_numpy().reshape(-1, n_visit)

    # ---- end

    def close(self) -> None:
        self._cache.clear()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


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


def _missing(n: int, row: np.dtype, plane: str) -> np.ndarray:
    if plane:
        return np.full((n, *row.shape), np.nan, "<f4")
    records = np.zeros(n, row)
    records["value"] = records["error"] = np.nan
    records["flags"] = np.uint16(Flag.NOT_FINITE)
    return records
