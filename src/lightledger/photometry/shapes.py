"""Shapes of apertures on a grid, and the rows of weights that they evaluate to, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from .apertures import CleanPlanes, Sums, memory_order, plane
from .rows import Rows, Totals

#: Weights evaluated at a time, about: bounds the memory.
BLOCK = 1 << 21
_NO_LABELS = np.empty((0, 0), np.int32)
_NO_LABELS.flags.writeable = False
_NEIGHBOURS = {"keep": 0, "mask": 1, "mirror": 2}


@dataclass(frozen=True)
class Members:
    """Pixels of each label: flat, of label L ``pixels[starts[L]:starts[L + 1]]``, in order."""

    starts: np.ndarray  # int64 (largest label + 2,)
    pixels: np.ndarray  # int32

    @classmethod
    def of(cls, labels: np.ndarray | None, largest: int) -> Members:
        """List the labels up to ``largest`` of an int32 plane."""
        from .kernels.rows import count_labels, list_labels

        if labels is None:
            return cls.none(largest)
        starts = np.zeros(largest + 2, np.int64)
        labels = plane(labels, np.int32)
        count_labels(labels, starts, 0, labels.shape[0])
        np.cumsum(starts, out=starts)
        pixels = np.empty(starts[-1], np.int32)
        list_labels(labels, starts[:-1].copy(), pixels)
        return cls(plane(starts, np.int64), plane(pixels, np.int32))

    @classmethod
    def none(cls, largest: int) -> Members:
        """No pixels of any label up to ``largest``."""
        return cls(plane(np.zeros(largest + 2), np.int64), plane(np.empty(0), np.int32))


@dataclass(frozen=True)
class Shapes:
    """Apertures of n objects on one grid: m a row, of the kinds in ``kernels.rows``.

    Attributes
    ----------
    x, y : ndarray of float64, shape (n,)
    kinds : ndarray of int64, shape (m,)
    major, minor, theta : ndarray of float64, shape (m, n)
        Semi-axes in pixels of this grid, and the angle of the major one.
    label : ndarray of int32, shape (n,)
        Of the isophote, 0 for none.
    labels : ndarray of int32, shape (ny, nx), or None
        Which object each pixel belongs to.
    members : Members
        Of ``labels``.
    neighbours : {'keep', 'mask', 'mirror'}
    outside : ndarray of float64, shape (n,)
        Pixels of the isophote off the grid.
    shape : (ny, nx)
    """

    x: np.ndarray
    y: np.ndarray
    kinds: np.ndarray
    major: np.ndarray
    minor: np.ndarray
    theta: np.ndarray
    label: np.ndarray
    labels: np.ndarray | None
    members: Members
    neighbours: str
    outside: np.ndarray
    shape: tuple[int, int]

    def own(self) -> np.ndarray:
        """Label whose pixels are each object's own.

        Of an object without one (a position that a person added) it is that of the pixel it lies
        on: what it lies on is not its neighbour.
        """
        if self.labels is None:
            return plane(self.label, np.int32)
        ny, nx = self.shape
        with np.errstate(invalid="ignore"):
            column, row = np.floor(self.x + 0.5), np.floor(self.y + 0.5)
            inside = (column >= 0) & (column < nx) & (row >= 0) & (row < ny)
        (lost,) = np.nonzero((self.label == 0) & inside)
        own = self.label.copy()
        own[lost] = self.labels[row[lost].astype(np.int64), column[lost].astype(np.int64)]
        return plane(own, np.int32)

    def _sizes(self) -> np.ndarray:
        """Upper bounds of the pixels that each object touches."""
        from .kernels.rows import ISOPHOTE

        ny, nx = self.shape
        count = np.diff(self.members.starts)[self.label].astype(np.float64)
        pixels = count * bool((self.kinds == ISOPHOTE).any())
        elliptic = self.kinds != ISOPHOTE
        if elliptic.any():
            a, b, t = (v[elliptic] for v in (self.major, self.minor, self.theta))
            wide = np.minimum(2 * np.hypot(a * np.cos(t), b * np.sin(t)) + 5, nx)
            high = np.minimum(2 * np.hypot(a * np.sin(t), b * np.cos(t)) + 5, ny)
            wide, high = (np.nan_to_num(v, nan=0.0) for v in (wide, high))
            pixels = pixels + wide.max(axis=0) * high.max(axis=0)
        sizes: np.ndarray = np.ceil(pixels)
        return sizes

    def blocks(self) -> Iterator[tuple[np.ndarray, Rows]]:
        """Rows of all objects, a block at a time, with the objects they are of.

        The arrays of a block are used again for the next.
        """
        from .kernels.rows import footprint_rows

        n, m = self.x.size, self.kinds.size
        order = plane(memory_order(self.x, self.y), np.int32)
        ends = np.cumsum(max(m, 1) * self._sizes()[order])
        steps = [0]
        while steps[-1] < n:
            done = ends[steps[-1] - 1] if steps[-1] else 0.0
            steps.append(max(int(np.searchsorted(ends, done + BLOCK)), steps[-1] + 1))
        largest = max(np.diff([0, *ends[np.array(steps[1:], int) - 1]]).max(initial=0), 1)
        pixels = np.empty(int(largest) // max(m, 1), np.int32)
        weights = np.empty(int(largest), np.float32)
        ny, nx = self.shape
        fixed: tuple[Any, ...] = (
            *(plane(v, np.float64) for v in (self.x, self.y)),
            plane(self.kinds, np.int64),
            *(plane(v, np.float64) for v in (self.major, self.minor, self.theta)),
            _NO_LABELS if self.labels is None else plane(self.labels, np.int32),
            plane(self.label, np.int32),
            self.own(),
            0 if self.labels is None else _NEIGHBOURS[self.neighbours],
            self.members.starts,
            self.members.pixels,
            plane(self.outside, np.float64),
            ny,
            nx,
            order,
        )
        for lo, hi in pairwise(steps):
            pixel_ptr = np.zeros(hi - lo + 1, np.int64)
            indptr = np.zeros((hi - lo) * m + 1, np.int64)
            firsts = np.empty((hi - lo) * m, np.int32)
            area, full_area = np.empty((2, (hi - lo) * m))
            made = pixel_ptr, pixels, indptr, firsts, weights, area, full_area
            every: tuple[Any, ...] = *fixed, lo, hi, *made
            footprint_rows(*every)
            used = pixels[: pixel_ptr[-1]], indptr, firsts, weights[: indptr[-1]]
            yield order[lo:hi], Rows(pixel_ptr, *used, area, full_area)

    def sums(self, planes: CleanPlanes, linear_error: bool = False) -> Sums:
        """Sums over the apertures, in catalogue order.

        Raises
        ------
        ValueError
            When the planes are not on this grid.
        """
        total = Totals(self.kinds.size, self.x.size, planes, self.shape, linear_error)
        for order, rows in self.blocks():
            total.add(rows, order)
        return total.sums()
