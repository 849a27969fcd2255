"""Sums in circles evaluated on the image itself, for frames on any grid."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel
from .overlap import pixel_overlap, row_span, subpixel_overlap

#: Rows of the result of `sum_circles` and `gather`.
FLUX, VARIANCE, WEIGHT2, FLUX2, AREA, BAD_AREA, PEAK, COVERAGE = range(8)
N_SUM = 8


@kernel
def sum_circles(
    image: np.ndarray,
    subtract: np.ndarray,
    variance: np.ndarray,
    coverage: np.ndarray,
    bad: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    radii: np.ndarray,
    order: np.ndarray,
    n_sub: int,
    linear: bool,
    out: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Sums over the circles of the objects ``order[lo:hi]``.

    Parameters
    ----------
    image, subtract, variance, coverage : ndarray of float32, shape (ny, nx)
        Planes; all but ``image`` may have shape (0, 0), which leaves them out.
    bad : ndarray of bool, shape (ny, nx)
        Pixels that enter no sum; every non-finite pixel must be among them.
    x, y : ndarray of float64, shape (n,)
    radii : ndarray of float64, shape (m, n)
    order : ndarray of int32, shape (n,)
        Objects in the order in which they are measured.
    n_sub : int
        0 for exact overlap, else sub-pixels per side.
    linear : bool
        Weigh the variance by w (SExtractor, sep) instead of w^2.
    out : ndarray of float64, shape (8, m, n)
        Results; only the columns of the objects measured are written.
    """
    ny, nx = image.shape
    has_subtract = subtract.shape[0] > 0
    has_variance = variance.shape[0] > 0
    has_coverage = coverage.shape[0] > 0
    for place in range(lo, hi):
        i = order[place]
        for k in range(radii.shape[0]):
            radius = radii[k, i]
            flux = 0.0
            noise = 0.0
            weight2 = 0.0
            flux2 = 0.0
            area = 0.0
            bad_area = 0.0
            peak = -np.inf
            covered = 0.0
            # A position or radius that is nan makes an empty range and sums of nothing.
            reach = radius + 0.5
            row_first = int(min(max(math.floor(y[i] - reach) + 1.0, 0.0), float(ny)))
            row_stop = int(min(max(math.ceil(y[i] + reach), 0.0), float(ny)))
            if not (math.isfinite(x[i]) and math.isfinite(y[i]) and math.isfinite(radius)):
                row_stop = row_first
            for row in range(row_first, row_stop):
                dy = row - y[i]
                first, stop, inner_first, inner_last = row_span(dy, x[i], radius, nx)
                for column in range(first, stop):
                    if column >= inner_first and column <= inner_last:
                        w = 1.0
                    elif n_sub > 0:
                        w = subpixel_overlap(column - x[i], dy, radius, n_sub)
                    else:
                        w = pixel_overlap(column - x[i], dy, radius)
                    if w <= 0.0:
                        continue
                    area += w
                    if has_coverage:
                        covered += w * coverage[row, column]
                    if bad[row, column]:
                        bad_area += w
                        continue
                    value = np.float64(image[row, column])
                    if value > peak:
                        peak = value
                    if has_subtract:
                        value -= subtract[row, column]
                    w2 = w if linear else w * w
                    flux += w * value
                    weight2 += w2
                    flux2 += w2 * value
                    if has_variance:
                        noise += w2 * variance[row, column]
            out[FLUX, k, i] = flux
            out[VARIANCE, k, i] = noise
            out[WEIGHT2, k, i] = weight2
            out[FLUX2, k, i] = flux2
            out[AREA, k, i] = area
            out[BAD_AREA, k, i] = bad_area
            out[PEAK, k, i] = peak
            out[COVERAGE, k, i] = covered
