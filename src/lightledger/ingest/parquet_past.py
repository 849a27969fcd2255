"""The light curves of a Parquet file of our own, as publishing asks for them.

The file may come from anywhere: what its footer and its tables claim is checked before anything
of that size is allocated.
"""

from __future__ import annotations

import threading
import zlib
from pathlib import Path
from typing import Any, Self

import numpy as np

from lightledger.domain import Flag, parse_measurement, record_dtype
from lightledger.export.parquet import GROUP_POINTS, arrow
from lightledger.export.whole import unpack

from .parquet_file import first_line, look_at_schema, look_at_sizes, open_parquet, packed_tables
from .parquet_tables import ParquetTables

#: Row groups in memory: one for each dataset that is read at a time, few as those are.
_KEPT = 8


class ParquetPast(ParquetTables):
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
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            self.close()
            raise self._strange(
                f"its tables are not those of a store ({first_line(error)})"
            ) from None
        except BaseException:
            self.close()
            raise

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


def _missing(n: int, row: np.dtype, plane: str) -> np.ndarray:
    if plane:
        return np.full((n, *row.shape), np.nan, "<f4")
    records = np.zeros(n, row)
    records["value"] = records["error"] = np.nan
    records["flags"] = np.uint16(Flag.NOT_FINITE)
    return records
