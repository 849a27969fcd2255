"""Residuals of two bands, pair by pair."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit


class Side(NamedTuple):
    """One band: planes of whole rows, what corrects them, and what residuals are taken from.

    ``level`` (n_row, n_setup) and ``code`` (n_visit,), ``window`` (n_row, 2): what the clip lets
    pass, ``scale`` (n_row,): sqrt(n / (n - 1)), ``floor`` (n_row,): a variance.
    """

    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    mask: np.uint16
    which: np.ndarray
    gain: np.ndarray
    gain_error: np.ndarray
    code: np.ndarray
    level: np.ndarray
    window: np.ndarray
    scale: np.ndarray
    floor: np.ndarray


@njit(nogil=True, cache=True, error_model="numpy")
def _in_sigma(side: Side, row: int, out: np.ndarray) -> None:
    """Residuals over their errors, scaled; nan where a point or its error is not good."""
    value, error, flags = side.value[row], side.error[row], side.flags[row]
    raw, use = side.which[row] < 0, max(side.which[row], 0)
    gain, gain_error = side.gain[use], side.gain_error[use]
    level, code, mask = side.level[row], side.code, side.mask
    least, greatest = side.window[row, 0], side.window[row, 1]
    scale, floor = side.scale[row], side.floor[row]
    for j in range(out.size):
        # rounded as the light curve is for all other statistics
        y = np.float64(value[j] if raw else np.float32(value[j] * gain[j]))
        own, common = error[j] * gain[j], value[j] * gain_error[j]
        good = ((flags[j] & mask) == 0) & (y >= least) & (y <= greatest)
        good &= (y - y == 0) & (error[j] > 0) & (error[j] < np.inf)
        sigma = np.sqrt(own * own + common * common + floor)
        out[j] = scale * (y - level[code[j]]) / sigma if good else np.nan


@njit(nogil=True, cache=True, error_model="numpy")
def stetson(
    first_row: int,
    last_row: int,
    slots: np.ndarray,
    one: Side,
    other: Side,
    min_pairs: int,
    j: np.ndarray,
    n_pair: np.ndarray,
) -> None:
    """Fill ``j, n_pair`` of rows ``[first_row, last_row)``; ``slots`` (n, 2) are the pairs."""
    mine, theirs = np.empty(one.code.size), np.empty(other.code.size)
    for row in range(first_row, last_row):
        _in_sigma(one, row, mine)
        _in_sigma(other, row, theirs)
        n, total = 0, 0.0
        for k in range(slots.shape[0]):
            product = mine[slots[k, 0]] * theirs[slots[k, 1]]
            if product == product:
                n += 1
                root = np.sqrt(abs(product))
                total += root if product > 0 else -root
        n_pair[row] = n
        j[row] = total / n if n >= min_pairs else np.nan
