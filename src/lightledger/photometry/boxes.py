"""Robust locations of the pixels in square boxes around objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from lightledger.domain.methods import BOX_METHODS, Method
from lightledger.domain.planes import PLANES

from .apertures import memory_order, plane

#: Objects whose boxes are collected and sorted in one go: they stay in the processor's cache.
_TOGETHER = 2048
#: Pixels by which the room for packed ones grows.
_STEP = 1 << 20


@dataclass(frozen=True)
class Boxes:
    """Locations; arrays of shape (n_method, n_object), in the order of the methods.

    Attributes
    ----------
    value : ndarray of float64
        nan where a box holds no finite pixel.
    error : ndarray of float64
        Of the location, not the scatter of the pixels; pixels are taken as independent. nan with
        fewer than two pixels.
    n : ndarray of int32
        Pixels used: the finite ones of the box, less those that clipping took off.
    """

    value: np.ndarray
    error: np.ndarray
    n: np.ndarray


@dataclass(frozen=True)
class PackedPixels:
    """The finite pixels of an image, row after row; boxes take theirs without a look at the rest.

    Attributes
    ----------
    words, starts : ndarray of uint64 and of int64, shape (ny, nx // 64 + 1)
        A bit for each pixel, set for those that are packed, and how many come before each word.
    values : ndarray of float32
        The pixels; behind the last one are as many as are copied at once.
    shape : tuple of int
        Of the image, (ny, nx).
    """

    words: np.ndarray
    starts: np.ndarray
    values: np.ndarray
    shape: tuple[int, int]

    @classmethod
    def room(cls, shape: tuple[int, ...], n_pixel: int) -> Self:
        """For the pixels of an image, not yet filled."""
        from .kernels.boxes import LANES
        from .kernels.packing import BITS

        ny, nx = shape
        words = PLANES.empty((ny, nx // BITS + 1), np.uint64)
        starts = PLANES.empty(words.shape, np.int64)
        # in large steps: memory is used again for the next frame, which has a few more or less
        room = -(-(n_pixel + LANES) // _STEP) * _STEP
        return cls(words, starts, PLANES.empty(room, np.float32), (ny, nx))

    @classmethod
    def of(cls, image: np.ndarray) -> Self:
        """Of an image with nan where there is nothing."""
        from .kernels.packing import pack_finite

        image = plane(image)
        packed = cls.room(image.shape, image.size)
        pack_finite(image, packed.words, packed.starts, packed.values, 0, image.shape[0])
        return packed

    def most_in(self, side: float) -> int:
        """Most pixels that a box may have."""
        ny, nx = self.shape
        return min(int(np.ceil(side)), ny) * min(int(np.ceil(side)), nx)


class _Room(NamedTuple):
    """For the pixels of some boxes, those with about as many side by side: they are sorted at once.

    numpy sorts rows of 64 in half the time of rows of 65.
    """

    widths: np.ndarray
    regions: np.ndarray
    collected: np.ndarray
    begins: np.ndarray
    counts: np.ndarray
    filled: np.ndarray

    @classmethod
    def of(cls, most: int, n_box: int) -> Self:
        """For ``n_box`` boxes of at most ``most`` pixels."""
        from .kernels.boxes import LANES

        widths = [LANES]
        while widths[-1] < most:
            widths.append(min(2 * widths[-1], -(-most // LANES) * LANES))
        sizes = n_box * np.array(widths) + LANES
        ends = np.cumsum(sizes)
        collected = PLANES.empty(int(ends[-1]), np.float32)
        begins, counts = np.empty((2, n_box), np.int64)
        filled = np.empty(len(widths), np.int64)
        return cls(np.array(widths), ends - sizes, collected, begins, counts, filled)

    def sort(self) -> None:
        for width, region, n in zip(self.widths, self.regions, self.filled, strict=True):
            self.collected[region : region + n * width].reshape(-1, width).sort(axis=1)


def box_statistics(
    image: PackedPixels | np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    sides: Sequence[float],
    methods: Sequence[Method],
    *,
    clip_sigma: float = 3.0,
    clip_iterations: int = 10,
    biweight_constant: float = 6.0,
) -> Boxes:
    """Median, biweight location and clipped mean of the finite pixels in square boxes.

    A pixel is in a box when its centre is: in ``[x - side / 2, x + side / 2)``, and likewise in
    y. So a box of whole side has the same number of pixels wherever its centre lies, and boxes of
    3, 7, 13, 20 pixels lie inside each other. Sides are parallel to the axes of the frame; what
    is off the frame is missing. With n pixels, M their median and MAD their median absolute
    deviation from it:

    - ``median``: M; error sqrt(pi / 2) x 1.4826 MAD / sqrt(n).
    - ``biweight`` (Beers, Flynn & Gebhardt 1990, AJ 100, 32, eq. 5): with u = (v - M) / (c MAD),
      M + sum (v - M) (1 - u^2)^2 / sum (1 - u^2)^2 over \\|u\\| < 1; error
      sqrt(sum (v - M)^2 (1 - u^2)^4) / \\|sum (1 - u^2) (1 - 5 u^2)\\|, which is their scale
      (eq. 9) with the same c, over sqrt(n).
    - ``clipped``: mean of what is left after cutting at ``clip_sigma`` standard deviations around
      the median until nothing is cut; error: standard deviation (n - 1) / sqrt(n) of the rest.

    Where MAD is 0 (half of the pixels are equal), biweight is the median, and the error of both
    takes the standard deviation in place of 1.4826 MAD.

    Parameters
    ----------
    image : PackedPixels, or ndarray of float32, shape (ny, nx)
        nan where there is nothing.
    x, y : ndarray, shape (n_object,)
        0-based pixels of this frame; nan counts as outside.
    sides : sequence of float
        One for each method, in pixels of this frame.
    methods : sequence of Method
        Of kind 'median', 'biweight', 'clipped'; their own sizes are not looked at.
    clip_sigma : float
    clip_iterations : int
        At most so many cuts.
    biweight_constant : float
        c.

    Returns
    -------
    Boxes

    Raises
    ------
    ValueError
        A method of another kind or twice, or sides that are not positive or not as many.
    """
    from .kernels.boxes import fill_boxes, locations

    kinds = [BOX_METHODS.index(method.kind) for method in methods]
    if len(sides) != len(kinds) or not all(0 < side < np.inf for side in sides):
        raise ValueError(f"sides {sides} do not fit {len(kinds)} methods")
    if len(set(zip(sides, kinds, strict=True))) < len(kinds):
        raise ValueError("a method is asked for twice")
    different = sorted({float(side) for side in sides})
    of_side = np.full((len(different), len(BOX_METHODS)), -1)
    for k, (side, kind) in enumerate(zip(sides, kinds, strict=True)):
        of_side[different.index(side), kind] = k
    packed = image if isinstance(image, PackedPixels) else PackedPixels.of(image)
    x, y = (np.asarray(np.atleast_1d(v), np.float64) for v in (x, y))
    shape = len(methods), x.size
    value, error, used = (PLANES.empty(shape, dtype) for dtype in (float, float, np.int32))
    order = memory_order(x, y)
    at_x, at_y = plane(x[order], np.float64), plane(y[order], np.float64)
    for side, rows in zip(different, of_side, strict=True):
        room = _Room.of(packed.most_in(side), min(_TOGETHER, x.size))
        for first in range(0, x.size, _TOGETHER):
            near = slice(first, first + _TOGETHER)
            fill_boxes(
                packed.words, packed.starts, packed.values, packed.shape, at_x[near], at_y[near],
                side, room.widths, room.regions, room.collected, room.begins, room.counts,
                room.filled,
            )  # fmt: skip
            room.sort()
            locations(
                room.collected, room.begins, room.counts, float(biweight_constant),
                float(clip_sigma), int(clip_iterations), rows, first, at_x[near].size, value,
                error, used,
            )  # fmt: skip
    # put back at once: single results strewn over large arrays take longer than they are made in
    back = np.empty(x.size, np.intp)
    back[order] = np.arange(x.size)
    ordered = (PLANES.empty(shape, v.dtype) for v in (value, error, used))
    pairs = zip((value, error, used), ordered, strict=True)
    return Boxes(*(np.take(v, back, axis=1, out=out, mode="clip") for v, out in pairs))
