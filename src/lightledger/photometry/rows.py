"""Apertures as rows of weights over pixels, and the sums through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .apertures import CleanPlanes, Sums, plane


@dataclass(frozen=True)
class Rows:
    """Rows of weights in compressed form, the apertures of an object together.

    Attributes
    ----------
    pixel_ptr, pixels : ndarray of int64 (n + 1,) and int32
        Flat pixels, ``y * nx + x``, that the apertures of an object touch, in ascending order.
    indptr, firsts, weights : ndarray of int64 (n * m + 1,), int32 (n * m,), float32
        Row ``place * m + k``: weights of successive pixels of the object, from its
        ``firsts[row]``-th on. A few are zero; without indices several are summed at once.
    area, full_area : ndarray of float64, shape (n * m,)
        Sum of a row's weights; the same with the pixels that are not on the image.
    """

    pixel_ptr: np.ndarray
    pixels: np.ndarray
    indptr: np.ndarray
    firsts: np.ndarray
    weights: np.ndarray
    area: np.ndarray
    full_area: np.ndarray

    @classmethod
    def joined(cls, parts: list[Rows]) -> Rows:
        """Blocks, one after the other."""

        def pointers(name: str) -> np.ndarray:
            lengths = [np.diff(getattr(part, name)) for part in parts]
            return np.concatenate([[0], *lengths]).cumsum().astype(np.int64)

        joined = {
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in ("pixels", "firsts", "weights", "area", "full_area")
        }
        return cls(pixel_ptr=pointers("pixel_ptr"), indptr=pointers("indptr"), **joined)

    @classmethod
    def empty(cls) -> Rows:
        """Of no objects."""
        nothing, zero = np.empty(0), np.zeros(1, np.int64)
        places, weights = nothing.astype(np.int32), nothing.astype(np.float32)
        return cls(zero, places, zero, places, weights, nothing, nothing)

    def copy(self) -> Rows:
        return Rows(*(getattr(self, name).copy() for name in ROW_ARRAYS))

    def frozen(self) -> Rows:
        """Read-only views, as the kernels want them."""
        return Rows(*(plane(getattr(self, name), getattr(self, name).dtype) for name in ROW_ARRAYS))


#: Arrays of `Rows`, in order.
ROW_ARRAYS = tuple(Rows.__dataclass_fields__)


class Totals:
    """Sums that grow with every block of rows."""

    def __init__(
        self,
        n_method: int,
        n_object: int,
        planes: CleanPlanes,
        shape: tuple[int, int],
        linear_error: bool,
    ) -> None:
        from .kernels.gather import N_SUM, NOTHING

        if planes.shape != shape:
            raise ValueError(f"image {planes.shape} is not on the grid {shape}")
        # One number for all pixels stands for a plane that is not there.
        zero, one = (plane(np.array([v])) for v in (0.0, 1.0))
        unmarked = plane(np.array([False]), np.bool_)
        image, *_ = images = [p.ravel() for p in planes.images]
        levels = [p.ravel() for p in planes.subtract]
        self._n_image = len(images)
        self._has_variance = planes.variance.size > 0
        self._has_coverage = planes.coverage.size > 0
        self._flat: tuple[Any, ...] = (
            image,
            image.view(np.int32),
            images[-1],
            *[*levels, zero, zero][:2],
            planes.variance.ravel() if self._has_variance else one,
            planes.coverage.ravel() if self._has_coverage else zero,
            planes.cosmic.ravel() if planes.cosmic.size else unmarked,
            planes.bad.ravel(),
            self._has_variance,
            linear_error,
        )
        self._out = np.zeros((N_SUM, n_method, n_object))
        self._ranks = np.full((n_method, n_object), NOTHING, np.int32)
        self._area, self._full_area = np.zeros((2, n_method, n_object))

    def add(self, rows: Rows, order: np.ndarray) -> None:
        """Sum through the rows of the objects in ``order``."""
        from .kernels.gather import gather

        rows, m = rows.frozen(), self._area.shape[0]
        csr = rows.pixel_ptr, rows.pixels, rows.indptr, rows.firsts, rows.weights
        results = self._out, self._ranks, 0, order.size
        rest: tuple[Any, ...] = plane(order, np.int32), *self._flat, *results
        gather(*csr, *rest)
        self._area[:, order] = rows.area.reshape(-1, m).T
        self._full_area[:, order] = rows.full_area.reshape(-1, m).T

    def sums(self) -> Sums:
        from .kernels.gather import peak_values

        flux, _, noise, covered, flux2, bad_area, cosmic_area = self._out
        unknown = np.broadcast_to(np.nan, flux.shape)
        coverage = np.full_like(covered, np.nan)
        if self._has_coverage:
            np.divide(covered, self._area, out=coverage, where=self._area > 0)
        return Sums(
            flux=self._out[: self._n_image],
            variance=noise if self._has_variance else np.zeros_like(noise),
            weight2=unknown if self._has_variance else noise,
            flux2=unknown if self._has_variance else flux2,
            area=self._area,
            bad_area=bad_area,
            full_area=self._full_area,
            peak=peak_values(self._ranks),
            coverage=coverage,
            cosmic_area=cosmic_area,
        )
