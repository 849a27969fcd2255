"""Passes over whole planes: which pixels can be used, and how bright ones are distributed."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel


@kernel
def usable(
    image: np.ndarray,
    sigma: np.ndarray,
    coverage: np.ndarray,
    bad: np.ndarray,
    out_bad: np.ndarray,
    out_variance: np.ndarray,
    out_coverage: np.ndarray,
    lo: int,
    hi: int,
) -> tuple[int, int]:
    """Collect all that makes a pixel bad, and square the sigmas, rows ``lo`` to ``hi``.

    A pixel is bad when it was, when it is not finite, when its sigma is not a finite positive
    number, or when nothing covers it. ``sigma``, ``coverage`` and their results may have shape
    (0, 0), which leaves them out. The coverage that results has 0 in place of nan.

    Returns
    -------
    n_good, n_no_sigma : int
        Pixels left, and those that only their sigma makes bad.
    """
    nx = image.shape[1]
    n_good = 0
    n_no_sigma = 0
    has_sigma = sigma.shape[0] > 0
    has_coverage = coverage.shape[0] > 0
    for row in range(lo, hi):
        for column in range(nx):
            is_bad = bad[row, column] or not math.isfinite(image[row, column])
            if has_coverage:
                c = coverage[row, column]
                if not (c > 0.0 and math.isfinite(c)):
                    is_bad = True
                    c = np.float32(0.0)
                out_coverage[row, column] = c
            if has_sigma:
                s = sigma[row, column]
                s2 = s * s
                if not (s > 0.0 and math.isfinite(s2)):
                    n_no_sigma += not is_bad
                    is_bad = True
                    s2 = np.float32(0.0)
                out_variance[row, column] = s2
            out_bad[row, column] = is_bad
            n_good += not is_bad
    return n_good, n_no_sigma


@kernel
def largest(image: np.ndarray, bad: np.ndarray, lo: int, hi: int) -> tuple[float, int]:
    """Largest good value of rows ``lo`` to ``hi``, and how many pixels have exactly that value."""
    top = np.float32(-np.inf)
    count = 0
    for row in range(lo, hi):
        for column in range(image.shape[1]):
            value = image[row, column]
            if value >= top and not bad[row, column] and math.isfinite(value):
                if value > top:
                    top = value
                    count = 0
                count += 1
    return np.float64(top), count


@kernel
def bright_histogram(
    image: np.ndarray,
    bad: np.ndarray,
    bottom: float,
    top: float,
    counts: np.ndarray,
    touching: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Histogram of good pixels from ``bottom`` to ``top``, rows ``lo`` to ``hi``, added up.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_bin,)
        Pixels per bin.
    touching : ndarray of int64, shape (n_bin,)
        Those with a neighbour (left, right, below or right of below) at most one bin away.
    """
    ny, nx = image.shape
    n_bin = counts.size
    scale = n_bin / (top - bottom)
    for row in range(lo, hi):
        for column in range(nx):
            value = image[row, column]
            if not value >= bottom or bad[row, column]:
                continue
            mine = min(int((value - bottom) * scale), n_bin - 1)
            counts[mine] += 1
            for step in range(4):
                # right, left, and the two pixels nearest below
                r = row + (1 if step >= 2 else 0)
                c = column + (1, -1, 0, 1)[step]
                if r >= ny or c < 0 or c >= nx or bad[r, c]:
                    continue
                other = image[r, c]
                if not other >= bottom:
                    continue
                if abs(min(int((other - bottom) * scale), n_bin - 1) - mine) <= 1:
                    touching[mine] += 1
                    break
