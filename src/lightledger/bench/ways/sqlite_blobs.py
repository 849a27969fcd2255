"""One SQLite blob per light curve, read in two ways."""

from __future__ import annotations

import sqlite3
import struct

import numpy as np

from lightledger.bench.made import Feed, mean_of_rows

from .way import Points, Way

_POINT = struct.Struct("=fffi")
_HEADER = 16
_DTYPE = np.dtype([("time", "<f4"), ("value", "<f4"), ("error", "<f4"), ("flags", "<i4")])
#: Rows fetched at a time, so that a scan stays within bounded memory.
_AT_ONCE = 256


class SqliteBlobs(Way):
    """The blob through ``numpy.frombuffer``."""

    key, title, container = "sqlite_frombuffer", "SQLite blob, frombuffer", "sqlite_blobs"
    point_bytes = 19.0
    how = "the same file; numpy.frombuffer of the blob"

    def write(self, feed: Feed) -> None:
        times = (4.8 * np.arange(self.size.visits)).astype("<f4")
        base = sqlite3.connect(self.folder / "curves.db", isolation_level=None)
        base.execute("pragma synchronous = off")  # synced once, at the end
        base.execute(
            "create table curve (object integer, measurement integer, n integer, data blob, "
            "primary key (object, measurement))"
        )
        base.execute("begin")
        for block in feed.blocks():
            rows = np.zeros(block.value.shape, _DTYPE)
            rows["time"], rows["value"] = times, block.value
            rows["error"], rows["flags"] = block.error, block.flags
            base.executemany(
                "insert into curve values (?, ?, ?, ?)",
                (
                    (block.first + k, block.measurement, len(row), bytes(_HEADER) + row.tobytes())
                    for k, row in enumerate(rows)
                ),
            )
        base.execute("commit")
        base.close()

    def open(self) -> None:
        self._base = sqlite3.connect(self.folder / "curves.db")
        self._cursor = self._base.cursor()

    def close(self) -> None:
        self._base.close()

    def _blob(self, index: int, measurement: int) -> bytes:
        query = "select data from curve where object = ? and measurement = ?"
        return self._cursor.execute(query, (index, measurement)).fetchone()[0]

    def one(self, index: int, measurement: int) -> Points:
        row = np.frombuffer(self._blob(index, measurement), _DTYPE, offset=_HEADER)
        return row["value"], row["error"], row["flags"].astype(np.uint16)

    def _column(self, what: str, measurement: int, *given: int) -> sqlite3.Cursor:
        # by the index of objects; the order of the primary key is the order asked for
        query = f"select {what} from curve where measurement = ? order by object"  # noqa: S608
        return self._cursor.execute(query, (*given, measurement))

    def visit(self, visit: int, measurement: int) -> Points:
        first = _HEADER + _POINT.size * visit + 1
        cells = self._column("substr(data, ?, ?)", measurement, first, _POINT.size)
        row = np.frombuffer(b"".join(cell for (cell,) in cells), _DTYPE)
        return row["value"], row["error"], row["flags"].astype(np.uint16)

    def scan(self, measurement: int) -> np.ndarray:
        cursor, means = self._column("data", measurement), []
        while fetched := cursor.fetchmany(_AT_ONCE):
            rows = [np.frombuffer(blob, _DTYPE, offset=_HEADER)["value"] for (blob,) in fetched]
            means.append(mean_of_rows(np.stack(rows)))
        return np.concatenate(means)


class SqliteUnpacked(SqliteBlobs):
    """The blob unpacked point by point: the design that the store replaced."""

    key, title = "sqlite_struct", "SQLite blob, struct"
    how = "16 bytes a point (time, value, error, flags), primary key; unpacked point by point"

    def one(self, index: int, measurement: int) -> Points:
        blob = self._blob(index, measurement)
        value, error, flags = [], [], []
        for at in range(_HEADER, len(blob), _POINT.size):
            _, v, e, f = _POINT.unpack_from(blob, at)
            value.append(v)
            error.append(e)
            flags.append(f)
        return np.array(value, "<f4"), np.array(error, "<f4"), np.array(flags, "<u2")

    def visit(self, visit: int, measurement: int) -> Points:
        first = _HEADER + _POINT.size * visit + 1
        cells = self._column("substr(data, ?, ?)", measurement, first, _POINT.size)
        points = [_POINT.unpack(cell) for (cell,) in cells]
        _, value, error, flags = zip(*points, strict=True)
        return np.array(value, "<f4"), np.array(error, "<f4"), np.array(flags, "<u2")

    def scan(self, measurement: int) -> np.ndarray:
        means = []
        for (blob,) in self._column("data", measurement):
            total, count = 0.0, 0
            for at in range(_HEADER, len(blob), _POINT.size):
                value = _POINT.unpack_from(blob, at)[1]
                if value == value:  # not NaN
                    total += value
                    count += 1
            means.append(total / count if count else np.nan)
        return np.array(means)
