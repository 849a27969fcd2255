"""Sums of several planes through the footprint matrix."""

from __future__ import annotations

import math

import numpy as np

from .compiling import kernel

#: Rows of the result of `gather`.
FLUX, SECOND, VARIANCE, WEIGHT2, FLUX2, BAD_AREA, PEAK, COVERAGE, COSMIC = range(9)
N_SUM = 9
#: Columns of the buffer of one object's pixels.
_VALUE, _OTHER, _NOISE, _RAW, _BAD, _COSMIC, _COVERED = range(7)
_WIDTH = 8


@kernel
def _fill(
    buffer: np.ndarray, pixels: np.ndarray, bad: np.ndarray, image: np.ndarray,
    other: np.ndarray, noise: np.ndarray,
) -> int:  # fmt: skip
    """Fill the main columns of the buffer from the planes; returns how many pixels are bad."""
    n_bad = 0
    for p in range(pixels.size):
        # Unsigned indices spare numba the test for negative ones.
        j = np.uintp(pixels[p])
        at = np.uintp(p) * np.uintp(_WIDTH)
        if bad[j]:
            n_bad += 1
            _blank(buffer, at)
        else:
            buffer[at + np.uintp(_RAW)] = image[j]
            buffer[at + np.uintp(_VALUE)] = image[j]
            buffer[at + np.uintp(_OTHER)] = other[j]
            buffer[at + np.uintp(_NOISE)] = noise[j]
            buffer[at + np.uintp(_BAD)] = 0.0
    return n_bad


@kernel
def _fill_less(
    buffer: np.ndarray, pixels: np.ndarray, bad: np.ndarray, image: np.ndarray,
    other: np.ndarray, level: np.ndarray, other_level: np.ndarray, noise: np.ndarray,
) -> int:  # fmt: skip
    """`_fill` with backgrounds taken off on the way."""
    n_bad = 0
    for p in range(pixels.size):
        j = np.uintp(pixels[p])
        at = np.uintp(p) * np.uintp(_WIDTH)
        if bad[j]:
            n_bad += 1
            _blank(buffer, at)
        else:
            buffer[at + np.uintp(_RAW)] = image[j]
            buffer[at + np.uintp(_VALUE)] = np.float64(image[j]) - level[j]
            buffer[at + np.uintp(_OTHER)] = np.float64(other[j]) - other_level[j]
            buffer[at + np.uintp(_NOISE)] = noise[j]
            buffer[at + np.uintp(_BAD)] = 0.0
    return n_bad


@kernel
def _blank(buffer: np.ndarray, at: np.uintp) -> None:
    """Take a bad pixel out of everything that is summed, and mark it."""
    buffer[at + np.uintp(_RAW)] = -math.inf
    buffer[at + np.uintp(_VALUE)] = 0.0
    buffer[at + np.uintp(_OTHER)] = 0.0
    buffer[at + np.uintp(_NOISE)] = 0.0
    buffer[at + np.uintp(_BAD)] = 1.0


@kernel
def _copy(buffer: np.ndarray, pixels: np.ndarray, plane: np.ndarray, column: int) -> None:
    """Fill another column from a plane, bad pixels included."""
    for p in range(pixels.size):
        buffer[np.uintp(p * _WIDTH + column)] = plane[np.uintp(pixels[p])]


@kernel
def _main(
    buffer: np.ndarray, indices: np.ndarray, weights: np.ndarray, first: int, stop: int,
    linear: bool,
) -> tuple[float, float, float, float]:  # fmt: skip
    """Both fluxes, the noise and the peak of a row."""
    flux = 0.0
    other = 0.0
    noise = 0.0
    peak = -math.inf
    for k in range(np.uintp(first), np.uintp(stop)):
        at = np.uintp(indices[k]) * np.uintp(_WIDTH)
        w = np.float64(weights[k])
        w2 = w if linear else w * w
        flux += w * buffer[at + np.uintp(_VALUE)]
        other += w * buffer[at + np.uintp(_OTHER)]
        noise += w2 * buffer[at + np.uintp(_NOISE)]
        raw = buffer[at + np.uintp(_RAW)]
        if raw > peak:
            peak = raw
    return flux, other, noise, peak


@kernel
def _squares(
    buffer: np.ndarray, indices: np.ndarray, weights: np.ndarray, first: int, stop: int,
    linear: bool,
) -> tuple[float, float]:  # fmt: skip
    """Sum of w^2 over good pixels, and of w^2 v."""
    weight2 = 0.0
    flux2 = 0.0
    for k in range(np.uintp(first), np.uintp(stop)):
        at = np.uintp(indices[k]) * np.uintp(_WIDTH)
        w = np.float64(weights[k])
        w2 = w if linear else w * w
        if buffer[at + np.uintp(_RAW)] > -math.inf:
            weight2 += w2
        flux2 += w2 * buffer[at + np.uintp(_VALUE)]
    return weight2, flux2


@kernel
def _weighed(
    buffer: np.ndarray, indices: np.ndarray, weights: np.ndarray, first: int, stop: int,
    column: int,
) -> float:  # fmt: skip
    """Sum of w times one column of the buffer."""
    total = 0.0
    for k in range(np.uintp(first), np.uintp(stop)):
        at = np.uintp(indices[k]) * np.uintp(_WIDTH) + np.uintp(column)
        total += np.float64(weights[k]) * buffer[at]
    return total


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
    # What is not there is read from the image and not kept.
    has_second, has_variance = second.size > 0, variance.size > 0
    other, subtract_other = (second, subtract_second) if has_second else (image, subtract)
    noise = variance if has_variance else image
    has_coverage = coverage.size > 0
    buffer = np.zeros(256 * _WIDTH)
    for place in range(lo, hi):
        i = order[place]
        base = pixel_ptr[place]
        n_pixel = pixel_ptr[place + 1] - base
        if n_pixel * _WIDTH > buffer.size:
            buffer = np.zeros(2 * n_pixel * _WIDTH)
        mine = pixels[base : base + n_pixel]
        if subtract.size > 0:
            n_bad = _fill_less(buffer, mine, bad, image, other, subtract, subtract_other, noise)
        else:
            n_bad = _fill(buffer, mine, bad, image, other, noise)
        if has_coverage:
            _copy(buffer, mine, coverage, _COVERED)
        n_cosmic = 0
        if cosmic.size > 0:
            for j in mine:
                n_cosmic += cosmic[j]
        if n_cosmic > 0:
            _copy(buffer, mine, cosmic, _COSMIC)
        for k in range(m):
            first, stop = indptr[place * m + k], indptr[place * m + k + 1]
            sums = _main(buffer, indices, weights, first, stop, linear)
            out[FLUX, k, i], out[PEAK, k, i] = sums[0], sums[3]
            if has_second:
                out[SECOND, k, i] = sums[1]
            if has_variance:
                out[VARIANCE, k, i] = sums[2]
            else:
                weight2, flux2 = _squares(buffer, indices, weights, first, stop, linear)
                out[WEIGHT2, k, i] = weight2
                out[FLUX2, k, i] = flux2
            if n_bad > 0:
                out[BAD_AREA, k, i] = _weighed(buffer, indices, weights, first, stop, _BAD)
            if n_cosmic > 0:
                out[COSMIC, k, i] = _weighed(buffer, indices, weights, first, stop, _COSMIC)
            if has_coverage:
                out[COVERAGE, k, i] = _weighed(buffer, indices, weights, first, stop, _COVERED)
