"""The footprint matrix W (objects x pixels, overlap fractions): built, and summed through."""

from __future__ import annotations

import math

import numpy as np

from .circles import AREA, BAD_AREA, COVERAGE, FLUX, FLUX2, PEAK, VARIANCE, WEIGHT2
from .compiling import kernel
from .overlap import pixel_overlap, row_span


@kernel
def footprint_rows(
    x: np.ndarray,
    y: np.ndarray,
    radii: np.ndarray,
    ny: int,
    nx: int,
    indptr: np.ndarray,
    indices: np.ndarray,
    weights: np.ndarray,
    fill: bool,
    lo: int,
    hi: int,
) -> None:
    """Rows of W for the objects ``lo`` to ``hi``: counted first, filled when called again.

    Parameters
    ----------
    x, y : ndarray of float64, shape (n,)
        In the order of the matrix; nan makes empty rows.
    radii : ndarray of float64, shape (m,)
    indptr : ndarray of int64, shape (n * m + 1,)
        Counting writes each row's length at ``row + 1``; filling reads where rows start.
    indices, weights : ndarray of int32 and float32, shape (n_nonzero,)
    """
    m = radii.size
    for i in range(lo, hi):
        for k in range(m):
            radius = radii[k]
            at = indptr[i * m + k] if fill else 0
            start = at
            reach = radius + 0.5
            row_first = int(min(max(math.floor(y[i] - reach) + 1.0, 0.0), float(ny)))
            row_stop = int(min(max(math.ceil(y[i] + reach), 0.0), float(ny)))
            if not (math.isfinite(x[i]) and math.isfinite(y[i])):
                row_stop = row_first
            for row in range(row_first, row_stop):
                dy = row - y[i]
                first, stop, inner_first, inner_last = row_span(dy, x[i], radius, nx)
                for column in range(first, stop):
                    if column >= inner_first and column <= inner_last:
                        w = 1.0
                    else:
                        w = pixel_overlap(column - x[i], dy, radius)
                    if w <= 0.0:
                        continue
                    if fill:
                        indices[at] = row * nx + column
                        weights[at] = w
                    at += 1
            if not fill:
                indptr[i * m + k + 1] = at - start


@kernel
def gather(
    indptr: np.ndarray,
    indices: np.ndarray,
    weights: np.ndarray,
    order: np.ndarray,
    image: np.ndarray,
    subtract: np.ndarray,
    variance: np.ndarray,
    coverage: np.ndarray,
    bad: np.ndarray,
    linear: bool,
    out: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Sums of several planes through the rows of W of the objects ``order[lo:hi]``.

    Planes are flat, of shape (ny * nx,) or (0,) when left out; the rest is as in
    `lightledger.photometry.kernels.circles.sum_circles`.
    """
    m = out.shape[1]
    has_subtract = subtract.size > 0
    has_variance = variance.size > 0
    has_coverage = coverage.size > 0
    for place in range(lo, hi):
        i = order[place]
        for k in range(m):
            flux = 0.0
            noise = 0.0
            weight2 = 0.0
            flux2 = 0.0
            area = 0.0
            bad_area = 0.0
            peak = np.float32(-np.inf)
            covered = 0.0
            row = place * m + k
            # Unsigned indices spare numba the test for negative ones.
            for at in range(np.uintp(indptr[row]), np.uintp(indptr[row + 1])):
                j = np.uintp(indices[at])
                w = np.float64(weights[at])
                area += w
                if has_coverage:
                    covered += w * coverage[j]
                if bad[j]:
                    bad_area += w
                    continue
                raw = image[j]
                if raw > peak:
                    peak = raw
                value = np.float64(raw)
                if has_subtract:
                    value -= subtract[j]
                w2 = w if linear else w * w
                flux += w * value
                weight2 += w2
                flux2 += w2 * value
                if has_variance:
                    noise += w2 * variance[j]
            out[FLUX, k, i] = flux
            out[VARIANCE, k, i] = noise
            out[WEIGHT2, k, i] = weight2
            out[FLUX2, k, i] = flux2
            out[AREA, k, i] = area
            out[BAD_AREA, k, i] = bad_area
            out[PEAK, k, i] = peak
            out[COVERAGE, k, i] = covered
