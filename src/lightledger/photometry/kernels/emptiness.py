"""Weighted sums at empty places of an image."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel


@kernel
def empty_sums(
    image: np.ndarray,
    level: np.ndarray,
    coadd: np.ndarray,
    scale: float,
    sigma: np.ndarray,
    bad: np.ndarray,
    segmentation: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    start: np.ndarray,
    dx: np.ndarray,
    dy: np.ndarray,
    weight: np.ndarray,
    n_found: np.ndarray,
    out: np.ndarray,
) -> None:
    """Sums over their formal errors at the first places that hold nothing but sky.

    All stamps at one place after another: its pixels are fetched from memory once.

    Parameters
    ----------
    image, sigma : ndarray of float32, shape (ny, nx)
    level, coadd : ndarray of float32, shape (ny, nx) or (0, 0)
        Taken off the image, the coadd times ``scale``: formed only at the pixels that are asked.
    scale : float
    bad : ndarray of bool, shape (ny, nx)
    segmentation : ndarray of int32, shape (ny, nx) or (0, 0)
        Above 0 where there is an object.
    x, y : ndarray of int64, shape (n,)
        Places, so far from the edge that no pixel of a stamp is outside.
    start : ndarray of int64, shape (n_stamp + 1,)
        Pixels ``start[k]:start[k + 1]`` are those of stamp k.
    dx, dy : ndarray of int64, shape (m,)
    weight : ndarray of float64, shape (m,)
        Which pixels around a place, and how much of each.
    n_found : ndarray of int64, shape (n_stamp,)
        How many places were found.
    out : ndarray of float64, shape (n_stamp, n_most)
        ``sum w v / sqrt(sum w^2 s^2)`` of as many of them as it has room for.
    """
    has_objects = segmentation.shape[0] > 0
    has_level, has_coadd = level.shape[0] > 0, coadd.shape[0] > 0
    n_stamp, n_most = out.shape
    n_found[:] = 0
    for k in range(x.size):
        wanted = False
        for stamp in range(n_stamp):
            if n_found[stamp] == n_most:
                continue
            wanted = True
            total, variance = 0.0, 0.0
            empty = True
            # Most of what is not empty is known before the other planes are fetched.
            for p in range(start[stamp], start[stamp + 1]):
                row, column = np.uintp(y[k] + dy[p]), np.uintp(x[k] + dx[p])
                empty = not (bad[row, column] or (has_objects and segmentation[row, column] > 0))
                if not empty:
                    break
            if not empty:
                continue
            for p in range(start[stamp], start[stamp + 1]):
                row, column = np.uintp(y[k] + dy[p]), np.uintp(x[k] + dx[p])
                value, s = np.float64(image[row, column]), np.float64(sigma[row, column])
                if has_level:
                    value -= level[row, column]
                if has_coadd:
                    value -= scale * coadd[row, column]
                if not (math.isfinite(value) and math.isfinite(s) and s > 0.0):
                    empty = False
                    break
                total += weight[p] * value
                variance += (weight[p] * s) ** 2
            if empty:
                out[stamp, n_found[stamp]] = total / math.sqrt(variance)
                n_found[stamp] += 1
        if not wanted:
            break
