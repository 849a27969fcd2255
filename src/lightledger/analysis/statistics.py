"""Statistics of many light curves at once; compiled, without the interpreter's lock.

All are in flux, on good points only. Definitions and sources: `statistics`.
"""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist

import numpy as np

from lightledger.domain import DEFAULT_MASK, Flag

from .columns import STATISTIC_COLUMNS
from .kernels import summary

__all__ = ["STATISTIC_COLUMNS", "concatenate", "setup_codes", "statistics"]

#: A setup's own median is taken off where it has at least this many good points.
MIN_PER_SETUP = 5
#: Share of the points left out on either side of the range behind ``spread`` ...
TRIM = 0.05
#: ... but never fewer than this many (one below `FEW` points), so that outliers do not count.
TRIM_AT_LEAST, FEW = 2, 12
#: Below this many points the range says nothing that the MAD does not.
MIN_FOR_RANGE = 5

_UNOBSERVED = int(Flag.OUTSIDE | Flag.NO_COVERAGE)
_EDGE = int(Flag.LOW_COVERAGE | Flag.TRUNCATED)
#: Rows converted at a time: 256 light curves of 1,200 visits stay in the processor's cache.
_BLOCK = 256


@lru_cache(maxsize=8)
def _range_tables(n_visit: int) -> tuple[np.ndarray, np.ndarray]:
    """For n = 0 .. n_visit: points trimmed per side, and the range's width for unit noise.

    Expected normal order statistics after Blom (1958): rank i at (i - 0.375) / (n + 0.25).
    """
    trim = np.zeros(n_visit + 1, np.int64)
    width = np.zeros(n_visit + 1)
    normal = NormalDist()
    for n in range(MIN_FOR_RANGE, n_visit + 1):
        least = TRIM_AT_LEAST if n >= FEW else 1
        trim[n] = max(round(TRIM * n), least)
        width[n] = 2 * normal.inv_cdf((n - trim[n] - 0.375) / (n + 0.25))
    return trim, width


def setup_codes(setup: np.ndarray | None, n_visit: int) -> np.ndarray:
    """Setups (the visit column of that name, str) as numbers 0, 1, ...; all 0 for None.

    Those with fewer than `MIN_PER_SETUP` visits cannot have a median of their own: -1.
    """
    if setup is None:
        return np.zeros(n_visit, np.int64)
    _, codes, n = np.unique(np.asarray(setup).astype(str), return_inverse=True, return_counts=True)
    renumbered = np.where(n >= MIN_PER_SETUP, np.cumsum(n >= MIN_PER_SETUP) - 1, -1)
    return renumbered[codes].astype(np.int64)


def statistics(
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    mask: int = DEFAULT_MASK,
    lo: int = 0,
    hi: int | None = None,
    *,
    setup: np.ndarray | None = None,
    slots: np.ndarray | None = None,
    rows: tuple[int, int] | None = None,
) -> dict[str, np.ndarray]:
    """Statistics of each light curve; ``excess`` is nan until `add_excess` knows all objects.

    Parameters
    ----------
    value, error : ndarray of float, shape (n_object, n_visit)
        Any strides and either float type; visits in order of time.
    flags : ndarray of uint16, shape (n_object, n_visit)
    mask : int
        A point with any of these flags, or a value that is not finite, does not enter.
    lo, hi : int
        Only visits ``[lo, hi)``.
    setup : ndarray of str, shape (n_visit,), optional
        The visits' setups. A colour-dependent step where the instrument changed is no
        variability: ``inv_eta`` and ``spread`` are taken of residuals to the median of each
        setup (of all points, for a setup with fewer than `MIN_PER_SETUP` good ones). All else
        is of the plain fluxes.
    slots : ndarray of int, optional
        Visits to use, in order of time, instead of ``lo`` and ``hi``.
    rows : (int, int), optional
        Only light curves ``[first, last)``.

    Returns
    -------
    dict of str to ndarray, shape (n_row,)
        The columns of `STATISTIC_COLUMNS`. Without a good point numbers are nan.

    Notes
    -----
    ``scatter`` is 1.4826 x the median absolute deviation from the median (no small-sample
    factor). ``inv_eta`` = 1/eta with eta = [sum (F(i+1) - F(i))^2 / (n - 1)] / s^2 (von Neumann
    1941, Ann. Math. Stat. 12, 367); white noise gives 0.5.

    ``spread`` must not move for a cosmic ray or a passing asteroid, and must for a supernova that
    is up in 15 % of the visits or an eclipse in 10 %, which a MAD does not see. So it is the
    larger of 1.4826 MAD and the range between the points that are left when 5 % on either
    side (at least two) are dropped, divided by the range expected for normal noise. A point
    whose error is above the light curve's median error enters with its residual reduced by the
    ratio of the two, so that a few shallow visits do not look like variability.
    """
    if slots is None:
        slots = np.arange(*slice(lo, hi).indices(value.shape[1]))
    first, last = rows if rows is not None else (0, value.shape[0])
    n_row, n_visit = max(last - first, 0), value.shape[1]
    codes = setup_codes(setup, n_visit)
    trim, width = _range_tables(n_visit)
    counts = np.zeros((n_row, 4), np.int32)
    numbers = np.full((n_row, 7), np.nan)
    slots = np.ascontiguousarray(slots, dtype=np.int64)
    n_setup = int(codes.max(initial=0)) + 1
    for start in range(first, last, _BLOCK):
        block = slice(start, min(start + _BLOCK, last))
        out = slice(block.start - first, block.stop - first)
        # One compiled signature for every layout: mapped records are strided and read-only.
        summary.summarise(
            np.array(value[block], np.float64, order="C"),
            np.array(error[block], np.float64, order="C"),
            np.array(flags[block], np.uint16, order="C"),
            slots,
            codes,
            n_setup,
            np.uint16(mask),
            np.uint16(_UNOBSERVED),
            np.uint16(Flag.SATURATED),
            np.uint16(_EDGE),
            trim,
            width,
            MIN_PER_SETUP,
            0,
            block.stop - block.start,
            counts[out],
            numbers[out],
        )
    return {
        "n_good": counts[:, summary.N_GOOD].copy(),
        "n_observed": counts[:, summary.N_OBSERVED].copy(),
        "n_saturated": counts[:, summary.N_SATURATED].copy(),
        "n_edge": counts[:, summary.N_EDGE].copy(),
        "median": numbers[:, summary.MEDIAN].copy(),
        "mean": numbers[:, summary.MEAN].copy(),
        "scatter": numbers[:, summary.SCATTER].copy(),
        "std": numbers[:, summary.STD].copy(),
        "median_error": numbers[:, summary.MEDIAN_ERROR].copy(),
        "inv_eta": numbers[:, summary.INV_ETA].copy(),
        "spread": numbers[:, summary.SPREAD].copy(),
        "excess": np.full(n_row, np.nan),
    }


def concatenate(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Statistics of consecutive ranges of rows as one; the parts may come from several threads."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
