"""A row per point in SQLite."""

from __future__ import annotations

import sqlite3
from typing import Any

import numpy as np

from lightledger.bench.made import Feed

from .way import Points, Way


def _planes(rows: list[Any]) -> Points:
    value, error, flags = zip(*rows, strict=True)
    return np.array(value, "<f4"), np.array(error, "<f4"), np.array(flags, "<u2")


class SqliteRows(Way):
    """Rows in the order of the primary key, so that a light curve stands together."""

    key, title, container = "sqlite_rows", "SQLite rows", "sqlite_rows"
    point_bytes = 40.0
    how = (
        "without rowid, primary key (measurement, object, visit), so a light curve stands "
        "together; a visit by as many look-ups as there are objects, a scan by avg() ... group by"
    )

    def write(self, feed: Feed) -> None:
        base = sqlite3.connect(self.folder / "points.db", isolation_level=None)
        base.execute("pragma synchronous = off")  # synced once, at the end
        base.execute(
            "create table point (measurement integer, object integer, visit integer, value real, "
            "error real, flags integer, primary key (measurement, object, visit)) without rowid"
        )
        base.execute("create table object (object integer primary key)")
        base.execute("begin")
        base.executemany("insert into object values (?)", ((i,) for i in range(self.size.objects)))
        visits = range(self.size.visits)
        for block in feed.blocks():
            planes = (block.value, block.error, block.flags)
            for k, (value, error, flags) in enumerate(zip(*planes, strict=True)):
                base.executemany(
                    f"insert into point values ({block.measurement}, {block.first + k}, "  # noqa: S608
                    "?, ?, ?, ?)",
                    zip(visits, value.tolist(), error.tolist(), flags.tolist(), strict=True),
                )
        base.execute("commit")
        base.close()

    def open(self) -> None:
        self._base = sqlite3.connect(self.folder / "points.db")
        self._cursor = self._base.cursor()

    def close(self) -> None:
        self._base.close()

    def one(self, index: int, measurement: int) -> Points:
        query = "select value, error, flags from point where measurement = ? and object = ?"
        return _planes(self._cursor.execute(query, (measurement, index)).fetchall())

    def visit(self, visit: int, measurement: int) -> Points:
        query = (
            "select value, error, flags from object cross join point on point.measurement = ? "
            "and point.object = object.object and point.visit = ?"
        )
        return _planes(self._cursor.execute(query, (measurement, visit)).fetchall())

    def scan(self, measurement: int) -> np.ndarray:
        query = "select avg(value) from point where measurement = ? group by object"  # NaN is NULL
        means = self._cursor.execute(query, (measurement,)).fetchall()
        return np.array(means, np.float64)[:, 0]
