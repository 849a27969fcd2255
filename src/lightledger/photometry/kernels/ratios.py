"""A frame divided by the coadd, pixel by pixel, and objects fitted with the coadd as template."""

from __future__ import annotations

import math

import numpy as np

from lightledger.compiling import kernel


@kernel
def divide(
    flat: np.ndarray,
    subtract: np.ndarray,
    coadd: np.ndarray,
    noise: np.ndarray,
    bad: np.ndarray,
    threshold: float,
    out: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """(flat - subtract) / coadd in rows [lo, hi), nan unless coadd > threshold x noise.

    ``subtract`` may have shape (0, 0): nothing.
    """
    has_subtract = subtract.shape[0] > 0
    limit = np.float32(threshold)
    nan = np.float32(np.nan)
    for y in range(lo, hi):
        for x in range(flat.shape[1]):
            value = flat[y, x]
            if has_subtract:
                value -= subtract[y, x]
            depth = coadd[y, x]
            usable = depth > limit * noise[y, x] and depth > 0.0 and not bad[y, x]
            out[y, x] = value / depth if usable else nan


@kernel
def template_sums(
    flat: np.ndarray,
    subtract: np.ndarray,
    sigma: np.ndarray,
    coadd: np.ndarray,
    noise: np.ndarray,
    bad: np.ndarray,
    labels: np.ndarray,
    threshold: float,
    product: np.ndarray,
    square: np.ndarray,
    count: np.ndarray,
    lo: int,
    hi: int,
) -> None:
    """Add up C S / s^2, C^2 / s^2 and pixels of every label over the rows [lo, hi).

    Parameters
    ----------
    flat, coadd, noise : ndarray of float32, shape (ny, nx)
    subtract, sigma : ndarray of float32, shape (ny, nx) or (0, 0)
        Without sigmas s is 1.
    bad : ndarray of bool, shape (ny, nx)
    labels : ndarray of int32, shape (ny, nx)
        0 sky.
    product, square : ndarray of float64, shape (n_label,)
    count : ndarray of int32, shape (n_label,)
    """
    has_subtract = subtract.shape[0] > 0
    has_sigma = sigma.shape[0] > 0
    for y in range(lo, hi):
        for x in range(flat.shape[1]):
            label = labels[y, x]
            if label <= 0 or label >= product.size or bad[y, x]:
                continue
            depth = np.float64(coadd[y, x])
            value = np.float64(flat[y, x])
            if has_subtract:
                value -= subtract[y, x]
            if not (depth > threshold * noise[y, x] and math.isfinite(value)):
                continue
            weight = depth
            if has_sigma:
                s = np.float64(sigma[y, x])
                weight /= s * s
            product[label] += weight * value
            square[label] += weight * depth
            count[label] += 1
