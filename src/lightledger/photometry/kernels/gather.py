"""Sums of several planes through the footprint matrix."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel

#: Rows of the result of `gather`.
FLUX, SECOND, VARIANCE, WEIGHT2, FLUX2, BAD_AREA, PEAK, COVERAGE, COSMIC = range(9)
N_SUM = 9
#: Columns of the buffer of one object's pixels.
_VALUE, _OTHER, _NOISE, _RAW, _BAD, _COSMIC, _COVERED, _GOOD = range(8)


@kernel
def gather(
    pixel_ptr: np.ndarray,
    pixels: np.ndarray,
    indptr: np.ndarray,
    indices: np.ndarray,
    weights: np.ndarray,
    order: np.ndarray,
    image: np.ndarray,
    second: np.ndarray,
    subtract: np.ndarray,
    subtract_second: np.ndarray,
    variance: np.ndarray,
    coverage: np.ndarray,
    cosmic: np.ndarray,
    bad: np.ndarray,
    linear: bool,
    out: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Sums over the apertures of the objects ``order[lo:hi]``.

    Each pixel that an object touches is read once from every plane, into a buffer that stays in
    the processor's first cache; all its apertures then sum from there.

    Parameters
    ----------
    pixel_ptr, pixels, indptr, indices, weights
        As `lightledger.photometry.kernels.rows.footprint_rows` makes them.
    order : ndarray of int32
        Object of each place.
    image, second, subtract, subtract_second, variance, coverage : ndarray of float32
        Flat planes (ny * nx,); all but ``image`` may be empty, which leaves them out.
    cosmic, bad : ndarray of bool
        Flat; ``cosmic`` may be empty. Every non-finite pixel must be among the bad.
    linear : bool
        Weigh the variance by w (SExtractor, sep) instead of w^2.
    out : ndarray of float64, shape (9, m, n)
        Results; only the columns of the objects summed are written. WEIGHT2 and FLUX2 are summed
        where there is no variance plane.
    """
    m = out.shape[1]
    has_second = second.size > 0
    has_subtract = subtract.size > 0
    has_subtract_second = subtract_second.size > 0
    has_variance = variance.size > 0
    has_coverage = coverage.size > 0
    has_cosmic = cosmic.size > 0
    buffer = np.zeros((256, 8))
    for place in range(lo, hi):
        i = order[place]
        base = pixel_ptr[place]
        n_pixel = pixel_ptr[place + 1] - base
        if n_pixel > buffer.shape[0]:
            buffer = np.zeros((2 * n_pixel, 8))
        n_bad = 0
        n_cosmic = 0
        for p in range(n_pixel):
            j = np.uintp(pixels[base + p])
            if has_coverage:
                buffer[p, _COVERED] = coverage[j]
            if has_cosmic:
                buffer[p, _COSMIC] = 1.0 if cosmic[j] else 0.0
                n_cosmic += cosmic[j]
            if bad[j]:
                n_bad += 1
                buffer[p, _VALUE] = 0.0
                buffer[p, _OTHER] = 0.0
                buffer[p, _NOISE] = 0.0
                buffer[p, _RAW] = -np.inf
                buffer[p, _BAD] = 1.0
                buffer[p, _GOOD] = 0.0
                continue
            raw = np.float64(image[j])
            buffer[p, _RAW] = raw
            buffer[p, _VALUE] = raw - subtract[j] if has_subtract else raw
            if has_second:
                raw = np.float64(second[j])
                buffer[p, _OTHER] = raw - subtract_second[j] if has_subtract_second else raw
            if has_variance:
                buffer[p, _NOISE] = variance[j]
            buffer[p, _BAD] = 0.0
            buffer[p, _GOOD] = 1.0
        for k in range(m):
            # Unsigned indices spare numba the test for negative ones.
            first = np.uintp(indptr[place * m + k])
            stop = np.uintp(indptr[place * m + k + 1])
            flux = 0.0
            other = 0.0
            noise = 0.0
            peak = -math.inf
            if linear:
                for at in range(first, stop):
                    q = np.uintp(indices[at])
                    w = np.float64(weights[at])
                    flux += w * buffer[q, _VALUE]
                    other += w * buffer[q, _OTHER]
                    noise += w * buffer[q, _NOISE]
                    peak = max(peak, buffer[q, _RAW])
            else:
                for at in range(first, stop):
                    q = np.uintp(indices[at])
                    w = np.float64(weights[at])
                    flux += w * buffer[q, _VALUE]
                    other += w * buffer[q, _OTHER]
                    noise += w * w * buffer[q, _NOISE]
                    peak = max(peak, buffer[q, _RAW])
            out[FLUX, k, i] = flux
            out[SECOND, k, i] = other
            out[VARIANCE, k, i] = noise
            out[PEAK, k, i] = peak
            if not has_variance:
                weight2 = 0.0
                flux2 = 0.0
                for at in range(first, stop):
                    q = np.uintp(indices[at])
                    w = np.float64(weights[at])
                    w2 = w if linear else w * w
                    weight2 += w2 * buffer[q, _GOOD]
                    flux2 += w2 * buffer[q, _VALUE]
                out[WEIGHT2, k, i] = weight2
                out[FLUX2, k, i] = flux2
            if n_bad > 0:
                bad_area = 0.0
                for at in range(first, stop):
                    bad_area += np.float64(weights[at]) * buffer[np.uintp(indices[at]), _BAD]
                out[BAD_AREA, k, i] = bad_area
            if n_cosmic > 0:
                replaced = 0.0
                for at in range(first, stop):
                    replaced += np.float64(weights[at]) * buffer[np.uintp(indices[at]), _COSMIC]
                out[COSMIC, k, i] = replaced
            if has_coverage:
                covered = 0.0
                for at in range(first, stop):
                    covered += np.float64(weights[at]) * buffer[np.uintp(indices[at]), _COVERED]
                out[COVERAGE, k, i] = covered
