"""HDF5 by h5py: a dataset per light curve, and a chunk per light curve."""

from __future__ import annotations

import numpy as np

from lightledger.bench.made import Feed, mean_of_rows

from .way import Points, Way

_POINT = np.dtype([("value", "<f4"), ("error", "<f4"), ("flags", "<u2")])
#: Light curves read at a time in a scan.
_AT_ONCE = 256


def _planes(rows: np.ndarray) -> Points:
    return rows["value"], rows["error"], rows["flags"]


class Hdf5Datasets(Way):
    """A dataset per light curve, in a group per object."""

    key, title, container, requires = "hdf5_datasets", "HDF5 dataset each", "hdf5_each", {"h5py": 3}
    point_bytes = 16.0
    how = "a dataset per light curve in a group per object, newest file format; h5py, kept open"

    def write(self, feed: Feed) -> None:
        import h5py

        with h5py.File(self.folder / "curves.h5", "w", libver="latest") as file:
            for block in feed.blocks():
                rows = np.empty(block.value.shape, _POINT)
                rows["value"], rows["error"] = block.value, block.error
                rows["flags"] = block.flags
                for index, row in enumerate(rows, block.first):
                    file.create_dataset(f"objects/I{index}/{block.measurement}", data=row)

    def open(self) -> None:
        import h5py

        self._file = h5py.File(self.folder / "curves.h5", "r")
        self._objects = self._file["objects"]

    def close(self) -> None:
        self._file.close()

    def one(self, index: int, measurement: int) -> Points:
        return _planes(self._objects[f"I{index}/{measurement}"][:])

    def visit(self, visit: int, measurement: int) -> Points:
        points = [self._objects[f"I{i}/{measurement}"][visit] for i in range(self.size.objects)]
        return _planes(np.array(points, _POINT))

    def scan(self, measurement: int) -> np.ndarray:
        n = self.size.objects
        means = []
        for first in range(0, n, _AT_ONCE):
            part = range(first, min(first + _AT_ONCE, n))
            means.append(mean_of_rows(np.stack([self.one(i, measurement)[0] for i in part])))
        return np.concatenate(means)


class Hdf5Chunks(Way):
    """A dataset per measurement, a chunk per light curve."""

    key, title, container, requires = "hdf5_chunks", "HDF5 chunk each", "hdf5_chunks", {"h5py": 3}
    point_bytes = 11.0
    how = "a dataset per measurement, chunks of 1 object x all visits, not compressed; h5py slices"

    def write(self, feed: Feed) -> None:
        import h5py

        shape = (self.size.objects, self.size.visits)
        with h5py.File(self.folder / "chunks.h5", "w", libver="latest") as file:
            for block in feed.blocks():
                name = str(block.measurement)
                if name not in file:
                    file.create_dataset(name, shape, _POINT, chunks=(1, shape[1]))
                rows = np.empty(block.value.shape, _POINT)
                rows["value"], rows["error"] = block.value, block.error
                rows["flags"] = block.flags
                file[name][block.first : block.first + len(rows)] = rows

    def open(self) -> None:
        import h5py

        self._file = h5py.File(self.folder / "chunks.h5", "r")
        self._sets = [self._file[str(m)] for m in range(self.size.measurements)]

    def close(self) -> None:
        self._file.close()

    def one(self, index: int, measurement: int) -> Points:
        return _planes(self._sets[measurement][index])

    def hundred(self, indices: np.ndarray, measurement: int) -> Points:
        wanted, order = np.unique(indices, return_inverse=True)  # h5py wants them ascending
        return _planes(self._sets[measurement][wanted][order])

    def visit(self, visit: int, measurement: int) -> Points:
        return _planes(self._sets[measurement][:, visit])

    def scan(self, measurement: int) -> np.ndarray:
        rows, n = self._sets[measurement], self.size.objects
        parts = range(0, n, _AT_ONCE)
        return np.concatenate([mean_of_rows(rows[i : i + _AT_ONCE]["value"]) for i in parts])
