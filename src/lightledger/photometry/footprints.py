"""The footprint matrix W (objects x pixels): apertures on the reference grid, evaluated once.

Frames on the same grid are measured by one gather through W over all planes, in float64. Built
once per field, kept as plain .npy files and mapped, so that all workers share one copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError

from .apertures import CleanPlanes, Sums, clean_planes, memory_order, plane

_DTYPES = {
    "indptr": np.int64,
    "indices": np.int32,
    "weights": np.float32,
    "order": np.int32,
    "x": np.float64,
    "y": np.float64,
    "radii": np.float64,
    "shape": np.int64,
}


def _within(places: np.ndarray, stop: int) -> bool:
    return places.size == 0 or (int(places.min()) >= 0 and int(places.max()) < stop)


@dataclass(frozen=True)
class Footprints:
    """W in compressed rows; row ``place * n_radius + k`` is aperture k of ``order[place]``.

    Objects are sorted by (y // 16, x), the apertures of one object stay together; results come
    in catalogue order all the same.

    Attributes
    ----------
    indptr : ndarray of int64, shape (n_object * n_radius + 1,)
    indices : ndarray of int32, shape (n_nonzero,)
        Flat pixel, ``y * nx + x``.
    weights : ndarray of float32, shape (n_nonzero,)
        Fraction of the pixel inside the aperture, exact to 6e-8.
    order : ndarray of int32, shape (n_object,)
    x, y : ndarray of float64, shape (n_object,)
        Catalogue order, 0-based pixels.
    radii : ndarray of float64, shape (n_radius,)
        Pixels.
    shape : (ny, nx)
    """

    indptr: np.ndarray
    indices: np.ndarray
    weights: np.ndarray
    order: np.ndarray
    x: np.ndarray
    y: np.ndarray
    radii: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def build(
        cls, x: np.ndarray, y: np.ndarray, radii: np.ndarray, shape: tuple[int, int]
    ) -> Footprints:
        """Evaluate the exact overlap of every circle with every pixel once.

        Parameters
        ----------
        x, y : ndarray, shape (n,)
            0-based pixels of the reference grid; nan makes an empty footprint.
        radii : ndarray, shape (m,)
            Pixels.
        shape : (ny, nx)
            Of the reference grid.

        Raises
        ------
        LightledgerError
            For a grid of more than 2^31 pixels.
        """
        from .kernels.gather import footprint_rows

        ny, nx = (int(v) for v in shape)
        if ny * nx > np.iinfo(np.int32).max:
            raise LightledgerError(
                f"a reference grid of {nx} x {ny} pixels is larger than 2^31 pixels",
                advice="cut the coadd into tiles",
            )
        x, y, radii = (plane(np.atleast_1d(v), np.float64) for v in (x, y, radii))
        order = memory_order(x, y)
        sorted_x, sorted_y = plane(x[order], np.float64), plane(y[order], np.float64)
        indptr = np.zeros(x.size * radii.size + 1, np.int64)
        args = (sorted_x, sorted_y, radii, ny, nx, indptr)
        footprint_rows(*args, np.empty(0, np.int32), np.empty(0, np.float32), False, 0, x.size)
        np.cumsum(indptr, out=indptr)
        indices = np.empty(indptr[-1], np.int32)
        weights = np.empty(indptr[-1], np.float32)
        footprint_rows(*args, indices, weights, True, 0, x.size)
        return cls._of(
            {
                "indptr": indptr,
                "indices": indices,
                "weights": weights,
                "order": order,
                "x": x,
                "y": y,
                "radii": radii,
            },
            (ny, nx),
        )

    @classmethod
    def _of(cls, arrays: dict[str, np.ndarray], shape: tuple[int, int]) -> Footprints:
        return cls(**{k: plane(v, _DTYPES[k]) for k, v in arrays.items()}, shape=shape)

    @property
    def n_object(self) -> int:
        return int(self.x.size)

    @property
    def n_nonzero(self) -> int:
        return int(self.indices.size)

    def save(self, folder: Path) -> None:
        """Write one .npy file per array into ``folder``, which is made if need be."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, dtype in _DTYPES.items():
            np.save(
                folder / f"{name}.npy", np.asarray(getattr(self, name), dtype), allow_pickle=False
            )

    @classmethod
    def load(cls, folder: Path) -> Footprints:
        """Map what `save` wrote; the pages are shared by all processes that do so.

        Raises
        ------
        LightledgerError
            A file is missing, damaged, or does not fit the others.
        """
        folder = Path(folder)
        advice = "delete the folder; it is made again"
        try:
            arrays: dict[str, np.ndarray] = {
                name: np.lib.format.open_memmap(folder / f"{name}.npy", mode="r")
                for name in _DTYPES
            }
        except (OSError, ValueError, EOFError):
            raise LightledgerError(
                "the footprint files are incomplete or damaged", folder, advice
            ) from None
        shape = arrays.pop("shape")
        n, m = arrays["x"].size, arrays["radii"].size
        fits = (
            all(a.dtype == _DTYPES[name] and a.ndim == 1 for name, a in arrays.items())
            and shape.shape == (2,)
            and arrays["y"].size == arrays["order"].size == n
            and arrays["indptr"].size == n * m + 1
            and arrays["indices"].size == arrays["weights"].size == arrays["indptr"][-1]
            # The kernels do not test bounds.
            and arrays["indptr"][0] == 0
            and bool(np.all(np.diff(arrays["indptr"]) >= 0))
            and _within(arrays["indices"], int(shape[0]) * int(shape[1]))
            and _within(arrays["order"], n)
        )
        if not fits:
            raise LightledgerError("the footprint files do not fit each other", folder, advice)
        return cls._of(arrays, (int(shape[0]), int(shape[1])))

    def sums(
        self,
        image: np.ndarray,
        variance: np.ndarray | None,
        bad: np.ndarray | None,
        *,
        subtract: np.ndarray | None = None,
        coverage: np.ndarray | None = None,
        linear_error: bool = False,
    ) -> Sums:
        """Sums through W, in catalogue order; parameters as in `apertures.circle_sums`.

        Raises
        ------
        ValueError
            When the image is not on the reference grid.
        """
        planes = clean_planes(image, bad, variance=variance, coverage=coverage)
        return self.sum_planes(planes, subtract=subtract, linear_error=linear_error)

    def sum_planes(
        self,
        planes: CleanPlanes,
        *,
        subtract: np.ndarray | None = None,
        linear_error: bool = False,
    ) -> Sums:
        """`sums` of planes that are clean already."""
        from .kernels.circles import N_SUM
        from .kernels.gather import gather

        if planes.image.shape != self.shape:
            raise ValueError(f"image {planes.image.shape} is not on the grid {self.shape}")
        background = plane(subtract) if subtract is not None else planes.subtract
        out = np.zeros((N_SUM, self.radii.size, self.n_object))
        gather(
            self.indptr,
            self.indices,
            self.weights,
            self.order,
            planes.image.ravel(),
            background.ravel(),
            planes.variance.ravel(),
            planes.coverage.ravel(),
            planes.bad.ravel(),
            linear_error,
            out,
            0,
            self.n_object,
        )
        return Sums.from_kernel(out, self.radii[:, None], planes.coverage.size > 0)
