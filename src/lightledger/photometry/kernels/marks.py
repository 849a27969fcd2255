"""What befell the pixels of boxes on the ratio, which has no footprints to sum it through."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel

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
    coadd: np.ndarray,
    noise: np.ndarray,
    threshold: float,
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
    coadd, noise : ndarray of float32
        A ratio is asked for where the coadd is above ``threshold`` times its noise.
    out : ndarray of uint8, shape (ny, nx)
        Zeros; only pixels with a bit are written.
    tiles : ndarray of bool, shape (ny // TILE + 1, nx // TILE + 1)
        False; set where a tile has a pixel with a bit.
    """
    has_coverage = coverage.shape[0] > 0
    has_cosmic = cosmic.shape[0] > 0
    for row in range(lo, hi):
        for column in range(image.shape[1]):
            value = image[row, column]
            hit = has_cosmic and cosmic[row, column]
            if not (bad[row, column] or hit or value >= saturated_from):
                continue
            if not coadd[row, column] > threshold * noise[row, column]:
                continue
            mark = np.uint8(0)
            if bad[row, column]:
                seen = coverage[row, column] > 0.0 if has_coverage else math.isfinite(value)
                mark |= BAD if seen else UNSEEN
            if value >= saturated_from:
                mark |= SATURATED
            if hit:
                mark |= COSMIC
            out[row, column] = mark
            tiles[row // TILE, column // TILE] = True


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
        A pixel is in a box when its centre is: at most half a side from the object, the lower edge
        included.
    out : ndarray of uint8, shape (m, n)
    truncated : ndarray of bool, shape (m, n)
        The box reaches beyond the image.
    """
    ny, nx = marks.shape
    for i in range(lo, hi):
        for k in range(sides.size):
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
            if left >= right or bottom >= top:
                continue
            any_mark = False
            for row in range(bottom // TILE, (top - 1) // TILE + 1):
                for column in range(left // TILE, (right - 1) // TILE + 1):
                    any_mark |= tiles[row, column]
            if not any_mark:
                continue
            found = np.uint8(0)
            for row in range(bottom, top):
                for column in range(left, right):
                    found |= marks[row, column]
            out[k, i] = found
