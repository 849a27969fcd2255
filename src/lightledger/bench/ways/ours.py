"""Our store, as it is published and as it is read; and the same bytes by ``os.pread``."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from lightledger.bench.made import Feed, Size, mean_of_rows
from lightledger.domain import Progress, Recipe, ZeroPoints, record_dtype
from lightledger.store.publish import publish
from lightledger.store.reader import StoreReader
from lightledger.store.reduce import Block, Planes, Table
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

from .way import ONE, Points, Way

BAND = "ch1"


def _names(size: Size) -> list[str]:
    return [f"sci-aper_r{m + 1}" for m in range(size.measurements)]


class _NoStatistics:
    """No zero points and no statistics: the other ways compute none either."""

    statistic_columns: tuple[tuple[str, str, str], ...] = ()

    def zero_points(
        self,
        measurement: str,
        visits: dict[str, np.ndarray],
        read: Callable[[np.ndarray], Planes],
    ) -> ZeroPoints:
        return ZeroPoints.none(len(visits["visit"]))

    def statistics(self, first_object: int, blocks: Sequence[Block]) -> list[tuple[Table, Table]]:
        return [({}, {}) for _ in blocks]

    def finish(self, measurement: str, raw: Table, corrected: Table) -> None:
        """Nothing to finish."""

    def measurement_attributes(self, measurement: str) -> dict[str, str | int | float]:
        return {"quantity": "flux density", "unit": "uJy", "zero_point": 23.9}


class Ours(Way):
    """Views of the mapped file."""

    key, title, container = "lightledger", "Lightledger", "lightledger"
    point_bytes = 22.0  # staged visits beside the store
    how = (
        "published from staged visits, without statistics: turned, checksums, read back, synced; "
        "read as views of the mapped file, nothing copied"
    )

    def write(self, feed: Feed) -> None:
        size, target = self.size, self.folder / "field.h5"
        x, y = (np.arange(size.objects, dtype=np.float64) % n for n in (1000, 997))
        objects = {
            "id": np.array([f"I{i}" for i in range(size.objects)], dtype=object),
            "ra": 264 + x / 3600,
            "dec": 69 + y / 3600,
            "x": x,
            "y": y,
        }
        with Staging.open(target) as staging:
            with feed.untimed():
                paths = []
                for j, value, error, flags in feed.visits():
                    path = staging.path_of(BAND, f"gr{j}")
                    write_staged(path, _row(j), _names(size), value, error, flags)
                    paths.append(path)
            publish(
                target,
                staged=paths,
                previous=None,
                objects=objects,
                recipe=Recipe(),
                reduce=_NoStatistics(),
                control=feed.control,
                report=lambda p: feed.report(
                    Progress(f"{feed.stage}, {p.stage}", p.done, p.total, p.text)
                ),
            )
            with feed.untimed():
                staging.remove()

    def open(self) -> None:
        self._store = StoreReader(self.folder / "field.h5")
        self._measurements = [f"{BAND}_{name}" for name in _names(self.size)]

    def close(self) -> None:
        self._store.close()

    def one(self, index: int, measurement: int) -> Points:
        return self._store.light_curve(self._measurements[measurement], index)

    def hundred(self, indices: np.ndarray, measurement: int) -> Points:
        value, error, flags = self._store.planes(self._measurements[measurement])
        return value[indices], error[indices], flags[indices]

    def visit(self, visit: int, measurement: int) -> Points:
        value, error, flags = self._store.planes(self._measurements[measurement])
        return value[:, visit].copy(), error[:, visit].copy(), flags[:, visit].copy()

    def scan(self, measurement: int) -> np.ndarray:
        return mean_of_rows(self._store.planes(self._measurements[measurement])[0])


class OursCopied(Ours):
    """The record copied out of the mapping, as ``os.pread`` copies."""

    key, title = "lightledger_copied", "Lightledger, copied"
    tasks = (ONE,)
    how = "the same, the three arrays copied out of the mapping"

    def one(self, index: int, measurement: int) -> Points:
        value, error, flags = super().one(index, measurement)
        return value.copy(), error.copy(), flags.copy()


class Pread(Ours):
    """The floor: the operating system hands out the same bytes, nothing else."""

    key, title = "pread", "os.pread of the bytes"
    tasks = (ONE,)
    how = "the bytes of the records of our file by os.pread, not even made into arrays"

    @classmethod
    def missing(cls) -> str:
        return "" if hasattr(os, "pread") else "this system has no pread"

    def open(self) -> None:
        path = self.folder / "field.h5"
        with StoreReader(path) as store:
            names = [f"{BAND}_{name}" for name in _names(self.size)]
            self._offsets = [store.record_place(name).offset for name in names]
        self._dtype = record_dtype(self.size.visits)
        self._step = self._dtype.itemsize
        self._fd = os.open(path, os.O_RDONLY)

    def close(self) -> None:
        os.close(self._fd)

    def one(self, index: int, measurement: int) -> Any:
        return os.pread(self._fd, self._step, self._offsets[measurement] + index * self._step)

    def points(self, got: bytes) -> Points:
        record = np.frombuffer(got, self._dtype)[0]
        return record["value"], record["error"], record["flags"]


def _row(visit: int) -> dict[str, object]:
    mjd = 53000.0 + 4.8 * visit
    return {
        "visit": f"gr{visit}",
        "mjd_utc_start": mjd,
        "mjd_utc_mid": mjd + 0.01,
        "mjd_utc_end": mjd + 0.02,
        "transform": [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
        "state": "measured",
    }
