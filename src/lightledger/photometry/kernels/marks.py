"""What befell the pixels of boxes on the ratio, which has no footprints to sum it through."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel

#: Bits of a pixel that counts: good, bad, seen by nobody, cosmic ray removed, near saturation.
GOOD, BAD, UNSEEN, COSMIC, SATURATED = (np.uint8(1 << bit) for bit in range(5))


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
    lo: int,
    hi: int,
) -> None:
    """Bits of every pixel on which a ratio is asked for, rows ``lo`` to ``hi``; else 0.

    Parameters
    ----------
    image : ndarray of float32, shape (ny, nx)
        As read.
    bad, cosmic : ndarray of bool
    coverage : ndarray of float32
        This and ``cosmic`` may have shape (0, 0).
    coadd, noise : ndarray of float32
        A ratio is asked for where the coadd is above ``threshold`` times its noise.
    out : ndarray of uint8
    """
    has_coverage = coverage.shape[0] > 0
    has_cosmic = cosmic.shape[0] > 0
    for row in range(lo, hi):
        for column in range(image.shape[1]):
            mark = np.uint8(0)
            if coadd[row, column] > threshold * noise[row, column]:
                value = image[row, column]
                if not bad[row, column]:
                    mark |= GOOD
                elif has_coverage:
                    mark |= BAD if coverage[row, column] > 0.0 else UNSEEN
                else:
                    mark |= BAD if math.isfinite(value) else UNSEEN
                if value >= saturated_from:
                    mark |= SATURATED
                if has_cosmic and cosmic[row, column]:
                    mark |= COSMIC
            out[row, column] = mark


@kernel
def marks_of_boxes(
    marks: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    sides: np.ndarray,
    order: np.ndarray,
    out: np.ndarray,
    truncated: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Bits that any pixel of a box has, for the objects ``order[lo:hi]``.

    Parameters
    ----------
    marks : ndarray of uint8, shape (ny, nx)
    x, y : ndarray of float64, shape (n,)
    sides : ndarray of float64, shape (m,)
        A pixel is in a box when its centre is at most half a side from the object, the lower
        edge included.
    out : ndarray of uint8, shape (m, n)
    truncated : ndarray of bool, shape (m, n)
        The box reaches beyond the image.
    """
    ny, nx = marks.shape
    for place in range(lo, hi):
        i = order[place]
        for k in range(sides.size):
            out[k, i] = 0
            truncated[k, i] = False
            if not (math.isfinite(x[i]) and math.isfinite(y[i])):
                continue
            half = 0.5 * sides[k]
            left, right = math.ceil(x[i] - half), math.ceil(x[i] + half)
            bottom, top = math.ceil(y[i] - half), math.ceil(y[i] + half)
            truncated[k, i] = left < 0 or bottom < 0 or right > nx or top > ny
            found = np.uint8(0)
            for row in range(max(bottom, 0), min(top, ny)):
                for column in range(max(left, 0), min(right, nx)):
                    found |= marks[row, column]
            out[k, i] = found
