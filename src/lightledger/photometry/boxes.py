"""Robust locations of the pixels in square boxes around objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lightledger.domain.methods import BOX_METHODS, Method

from .apertures import memory_order, plane

#: Values sorted in one go: they stay in the processor's cache.
_BLOCK = 1 << 17


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


def box_statistics(
    image: np.ndarray,
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
    image : ndarray of float32, shape (ny, nx)
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
    image = plane(image)
    x, y = (np.asarray(np.atleast_1d(v), np.float64) for v in (x, y))
    shape = len(methods), x.size
    value, error, used = np.empty(shape), np.empty(shape), np.empty(shape, np.int32)
    order = memory_order(x, y)
    at_x, at_y = plane(x[order], np.float64), plane(y[order], np.float64)
    for side in sorted(set(sides)):
        rows = np.full(len(BOX_METHODS), -1)
        for k in range(len(methods)):
            if sides[k] == side:
                rows[kinds[k]] = k
        width = min(int(np.ceil(side)), image.shape[0]) * min(int(np.ceil(side)), image.shape[1])
        narrow = width // 3 if width > 64 else width
        block = max(1, min(_BLOCK // (width + 1), x.size))
        # one more, because pixels are written before they are looked at
        values = np.empty((block, width + 1), np.float32)
        counts, owners = np.empty(block, np.int64), np.empty(block, np.int64)
        for first in range(0, x.size, block):
            near = slice(first, first + block)
            n = at_x[near].size
            few = fill_boxes(
                image, at_x[near], at_y[near], float(side), narrow, values, counts, owners
            )
            values[:few, :narrow].sort(axis=1)
            values[few:n].sort(axis=1)
            locations(
                values, counts, float(biweight_constant), float(clip_sigma), int(clip_iterations),
                rows, owners, first, value, error, used, 0, n,
            )  # fmt: skip
    back = np.empty(x.size, np.intp)
    back[order] = np.arange(x.size)
    return Boxes(*(np.take(v, back, axis=1) for v in (value, error, used)))
