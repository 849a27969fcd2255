"""Why a point is not, or not fully, to be trusted."""

from __future__ import annotations

import numpy as np

from lightledger.domain import Flag

from .apertures import CleanPlanes, Sums, circle_sums
from .saturation import FLAGGED_FROM

#: Coverage below this part of the frame's median is low.
LOW_COVERAGE_PART = 0.5
#: A point with any of these has no value.
_UNMEASURED = np.uint16(Flag.OUTSIDE | Flag.NO_COVERAGE)


def is_inside(x: np.ndarray, y: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Which positions lie on a frame of ``shape`` (ny, nx)."""
    ny, nx = shape
    with np.errstate(invalid="ignore"):
        return (x >= -0.5) & (x <= nx - 0.5) & (y >= -0.5) & (y <= ny - 0.5)


def flags_of_sums(
    clean: CleanPlanes, sums: Sums, x: np.ndarray, y: np.ndarray, saturation: float
) -> np.ndarray:
    """Flags of all that is known before the flux is: uint16, shape (n_method, n_object).

    Everything but lost numbers, uncertain positions and the frame as a whole. An object outside
    has no other flag; one that nothing covers has no flag for what is bad or cut there.
    """
    flags = np.zeros(sums.area.shape, np.uint16)
    with np.errstate(invalid="ignore"):
        empty = (sums.area > 0) & ~(sums.good_area > 0)
        if clean.coverage.size:
            no_coverage = empty & ~(sums.coverage > 0)
        else:
            no_coverage = empty & _unobserved(clean, sums, x, y, empty)
        cut = sums.area < sums.full_area * (1 - 1e-5)
        _mark(flags, (sums.bad_area > 0) & ~no_coverage, Flag.BAD_PIXELS)
        _mark(flags, cut & ~no_coverage, Flag.TRUNCATED)
        _mark(flags, sums.peak >= FLAGGED_FROM * saturation, Flag.SATURATED)
        _mark(flags, sums.cosmic_area > 0, Flag.COSMIC_RAY)
        if clean.coverage.size:
            low = sums.coverage < LOW_COVERAGE_PART * _median_coverage(clean.coverage)
            _mark(flags, low & ~no_coverage, Flag.LOW_COVERAGE)
    _mark(flags, no_coverage, Flag.NO_COVERAGE)
    flags[:, ~is_inside(x, y, clean.shape)] = Flag.OUTSIDE
    return flags


def _mark(flags: np.ndarray, where: np.ndarray, flag: Flag) -> None:
    """Set a flag; many times faster than through a mask as index."""
    flags |= np.multiply(where, np.uint16(flag), dtype=np.uint16)


def settle(value: np.ndarray, error: np.ndarray, flags: np.ndarray) -> None:
    """No number where there was nothing to measure, and a flag where there is no number.

    In place; arrays of one shape. Both value and error are lost where either is.
    """
    lost = ~(np.isfinite(value) & np.isfinite(error))
    unmeasured = (flags & _UNMEASURED) != 0
    flags[lost & ~unmeasured] |= np.uint16(Flag.NOT_FINITE)
    value[lost | unmeasured] = np.nan
    error[lost | unmeasured] = np.nan


def _unobserved(
    clean: CleanPlanes, sums: Sums, x: np.ndarray, y: np.ndarray, empty: np.ndarray
) -> np.ndarray:
    """Where footprints without a good pixel hold no finite value at all: nan is 'not observed'.

    Asked of circles of the footprints' areas.
    """
    result = np.zeros_like(empty)
    (rows,) = np.nonzero(empty.any(axis=0))
    if rows.size:
        finite = np.isfinite(clean.image).astype(np.float32)
        radii = np.sqrt(sums.full_area[:, rows] / np.pi)
        seen = circle_sums(finite, None, None, x[rows], y[rows], radii)
        result[:, rows] = ~(seen.flux > 0)
    return result


def _median_coverage(coverage: np.ndarray) -> float:
    """Median over the covered pixels of a regular sample."""
    step = max(1, int(np.sqrt(coverage.size / 250_000)))
    sample = coverage[::step, ::step]
    sample = sample[sample > 0]
    return float(np.median(sample)) if sample.size else 0.0
