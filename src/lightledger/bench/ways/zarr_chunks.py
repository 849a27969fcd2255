"""Zarr version 3 with chunks of 15 objects, through xarray."""

from __future__ import annotations

import numpy as np

from lightledger.bench.made import ALIGNED, Feed, mean_of_rows

from .way import Points, Way

_PLANES = {"value": "float32", "error": "float32", "flags": "uint16"}
_CHUNK = 15


class Zarr(Way):
    """Read by xarray without dask, which would only add to the time of one light curve."""

    key, title, container, requires = "zarr", "Zarr, xarray", "zarr", {"zarr": 3, "xarray": 2024}
    point_bytes = 11.0
    how = (
        f"Zarr v3, a group per measurement, chunks of {_CHUNK} objects x all visits, its own "
        "compression; xarray.open_zarr without dask, kept open"
    )

    def write(self, feed: Feed) -> None:
        import zarr

        shape = (self.size.objects, self.size.visits)
        last, arrays = -1, {}
        for block in feed.blocks():
            if block.measurement != last:
                last = block.measurement
                group = zarr.create_group(self.folder / f"{last}.zarr", zarr_format=3)
                arrays = {
                    name: group.create_array(
                        name, shape=shape, dtype=dtype, chunks=(_CHUNK, shape[1]),
                        dimension_names=("object", "visit"),
                    )
                    for name, dtype in _PLANES.items()
                }  # fmt: skip
            for name, array in arrays.items():
                array[block.first : block.first + len(block.value)] = getattr(block, name)

    def open(self) -> None:
        import xarray

        self._sets = [
            xarray.open_zarr(self.folder / f"{m}.zarr", chunks=None, consolidated=False)
            for m in range(self.size.measurements)
        ]

    def close(self) -> None:
        for dataset in self._sets:
            dataset.close()
        self._sets = []

    def _take(self, measurement: int, **where: int | np.ndarray) -> Points:
        dataset = self._sets[measurement]
        value, error, flags = (dataset[name].isel(where).values for name in _PLANES)
        return value, error, flags

    def one(self, index: int, measurement: int) -> Points:
        return self._take(measurement, object=index)

    def hundred(self, indices: np.ndarray, measurement: int) -> Points:
        wanted, order = np.unique(indices, return_inverse=True)  # sorted is quicker
        value, error, flags = self._take(measurement, object=wanted)
        return value[order], error[order], flags[order]

    def visit(self, visit: int, measurement: int) -> Points:
        return self._take(measurement, visit=visit)

    def scan(self, measurement: int) -> np.ndarray:
        value, step = self._sets[measurement]["value"], 5 * ALIGNED
        parts = range(0, self.size.objects, step)
        return np.concatenate(
            [mean_of_rows(value.isel(object=slice(i, i + step)).values) for i in parts]
        )
