"""Residuals of two bands, pair by pair."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lightledger.compiling import inner, kernel, summing

from .summary import Gains, Planes, Runs


class Side(NamedTuple):
    """One band: its light curves, and what their residuals are taken from.

    ``level`` (n_row, n_setup), ``window`` (n_row, 2): what the clip lets pass, ``scale``
    (n_row,): sqrt(n / (n - 1)), ``floor`` (n_row,): a variance.
    """

    planes: Planes
    gains: Gains
    runs: Runs
    mask: np.uint16
    level: np.ndarray
    window: np.ndarray
    scale: np.ndarray
    floor: np.ndarray


@inner
def _in_sigma(
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    mask: np.uint16,
    gain: np.ndarray,
    gain_error: np.ndarray,
    noise: np.ndarray,
    level: float,
    window: np.ndarray,
    scale: float,
    floor: float,
    out: np.ndarray,
) -> None:
    """Residuals over their errors, scaled; nan where a point or its error is not good."""
    least, greatest = window[0], window[1]
    for j in range(out.size):
        y = np.float64(np.float32(value[j] * gain[j]))  # rounded as for all other statistics
        own, common = error[j] * noise[j] * gain[j], value[j] * gain_error[j]
        good = ((flags[j] & mask) == 0) & (y >= least) & (y <= greatest) & (y - y == 0)
        good &= (error[j] > 0) & (error[j] < np.inf)
        r = scale * (y - level) / np.sqrt(own * own + common * common + floor)
        out[j] = r if good else np.nan


@inner
def _side(side: Side, row: int, out: np.ndarray) -> None:
    planes, gains, runs = side.planes, side.gains, side.runs
    noise = gains.noise if gains.noise.size else np.ones(runs.times.size)
    use = max(gains.which[row], 0)  # not corrected: the gain is 1
    for r in range(runs.code.size):
        part = slice(runs.start[r], runs.start[r + 1])
        _in_sigma(
            planes.value[row, part],
            planes.error[row, part],
            planes.flags[row, part],
            side.mask,
            gains.gain[use, part],
            gains.gain_error[use, part],
            noise[part],
            side.level[row, runs.code[r]],
            side.window[row],
            side.scale[row],
            side.floor[row],
            out[part],
        )


@summing
def _sum(slots: np.ndarray, one: np.ndarray, other: np.ndarray) -> tuple[float, int]:
    """Sum of sgn(P) sqrt|P| over pairs of good points, and how many those are."""
    total, n = 0.0, 0
    for k in range(slots.shape[1]):
        product = one[slots[0, k]] * other[slots[1, k]]
        root = np.copysign(np.sqrt(abs(product)), product)
        total += root if product == product else 0.0
        n += product == product
    return total, n


@kernel
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
    """Fill ``j, n_pair`` of rows ``[first_row, last_row)``; ``slots`` (2, n) are the pairs."""
    mine, theirs = np.empty(one.runs.times.size), np.empty(other.runs.times.size)
    for row in range(first_row, last_row):
        _side(one, row, mine)
        _side(other, row, theirs)
        total, n = _sum(slots, mine, theirs)
        n_pair[row] = n
        j[row] = total / n if n >= min_pairs else np.nan
