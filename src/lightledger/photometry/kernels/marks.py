"""What befell the pixels of boxes on the ratio, which has no footprints to sum it through."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel

from .packing import BITS, first_one

#: Bits of a pixel: bad though seen, seen by nobody, cosmic ray removed, near saturation.
BAD, UNSEEN, COSMIC, SATURATED = (np.uint8(1 << bit) for bit in range(4))
#: Pixels along the side of a tile: most tiles hold nothing to be looked at.
TILE = 32


@kernel
def mark_pixels(
    image: np.ndarray,
    bad: np.ndarray,
    coverage: np.ndarray,
    cosmic: np.ndarray,
    bright: np.ndarray,
    saturated_from: float,
    out: np.ndarray,
    tiles: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Bits of the pixels on which a ratio is asked for, rows ``lo`` to ``hi``.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        As read.
    bad, cosmic : ndarray of bool
    coverage : ndarray of float32
        This and ``cosmic`` may have shape (0, 0).
    bright : ndarray of uint64, shape (ny, nx // packing.BITS + 1)
        Bits of the pixels of which a ratio is asked.
    out : ndarray of uint8, shape (ny, nx)
        Zeros; only pixels with a bit are written.
    tiles : ndarray of bool, shape (ny // TILE + 1, nx // TILE + 1)
        False; set where a tile has a pixel with a bit.
    """
    nx = image.shape[1]
    has_coverage = coverage.shape[0] > 0
    has_cosmic = cosmic.shape[0] > 0
    limit = np.float32(saturated_from)
    for y in range(lo, hi):
        for w in range(bright.shape[1]):
            first, stop = w * BITS, min((w + 1) * BITS, nx)
            if bright[y, w] == np.uint64(0):
                continue
            values, spoilt = image[y, first:stop], bad[y, first:stop]
            left = np.uint64(0)
            for k in range(values.size):
                left |= np.uint64(spoilt[k] | (values[k] >= limit)) << np.uint64(k)
            if has_cosmic:
                hits = cosmic[y, first:stop]
                for k in range(hits.size):
                    left |= np.uint64(hits[k]) << np.uint64(k)
            left &= bright[y, w]
            while left != np.uint64(0):
                x = first + first_one(left)
                left &= left - np.uint64(1)
                mark = np.uint8(0)
                if bad[y, x]:
                    seen = coverage[y, x] > 0.0 if has_coverage else math.isfinite(image[y, x])
                    mark |= BAD if seen else UNSEEN
                if image[y, x] >= limit:
                    mark |= SATURATED
                if has_cosmic and cosmic[y, x]:
                    mark |= COSMIC
                out[y, x] = mark
                tiles[y // TILE, x // TILE] = True


@kernel
def marks_of_boxes(
    marks: np.ndarray,
    tiles: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    sides: np.ndarray,
    out: np.ndarray,
    truncated: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Bits that any pixel of a box has, for the objects ``lo`` to ``hi``.

    Parameters
    ----------
    marks, tiles
        Of `mark_pixels`.
    x, y : ndarray of float64, shape (n,)
    sides : ndarray of float64, shape (m,)
        Increasing. A pixel is in a box when its centre is: at most half a side from the object,
        the lower edge included.
    out : ndarray of uint8, shape (m, n)
    truncated : ndarray of bool, shape (m, n)
        The box reaches beyond the image.
    """
    ny, nx = marks.shape
    for i in range(lo, hi):
        nothing = False  # in a larger box, nor then in this one
        for k in range(sides.size - 1, -1, -1):
            out[k, i] = 0
            truncated[k, i] = False
            if not (math.isfinite(x[i]) and math.isfinite(y[i])):
                continue
            half = 0.5 * sides[k]
            left, right = math.ceil(x[i] - half), math.ceil(x[i] + half)
            bottom, top = math.ceil(y[i] - half), math.ceil(y[i] + half)
            truncated[k, i] = left < 0 or bottom < 0 or right > nx or top > ny
            left, right = max(left, 0), min(right, nx)
            bottom, top = max(bottom, 0), min(top, ny)
            if nothing or left >= right or bottom >= top:
                continue
            any_mark = False
            for row in range(bottom // TILE, (top - 1) // TILE + 1):
                for column in range(left // TILE, (right - 1) // TILE + 1):
                    any_mark |= tiles[row, column]
            nothing = not any_mark
            if nothing:
                continue
            found = np.uint8(0)
            for row in range(bottom, top):
                for column in range(left, right):
                    found |= marks[row, column]
            out[k, i] = found
            nothing = found == 0
