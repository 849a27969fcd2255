"""Sums over the points of a range of visits, and the moments that follow from them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lightledger.compiling import inner

from .summary import CHI2, FIRST, INV_ETA, LAST, MEAN, SKEWNESS, STD

#: Sums of the points of one setup: their number, powers of their distance d from the centre,
#: points with an error, and w, w d, w d^2, w^2, w^2 d, w^2 d^2 of them.
N, S1, S2, S3, N_ERROR, W, WD, WDD, V, VD, VDD = range(11)
N_SUM = 11
#: Sums of the steps from a point of one setup to the next of another: number, steps, squares.
N_STEP = 3

#: Sums are made anew when the floor under the errors, which goes with the mean, has moved so much
#: that w^2 (first order) does not say what became of w to some 1e-3.
_FLOOR_MOVES = 0.02
#: ... and when what is left is so much less than what was there that digits are gone.
_LOST = 1e-5


class Slots(NamedTuple):
    """What is known of the visits: ``times`` (f8) and number of the setup ``code`` (i8)."""

    times: np.ndarray
    code: np.ndarray


class Rules(NamedTuple):
    """Flags by what they say; points that make a level; the floor, a fraction of the mean."""

    mask: np.uint16
    unobserved: np.uint16
    saturated: np.uint16
    edge: np.uint16
    least: int
    floor: float


class State(NamedTuple):
    """Sums over the visits ``[lo, hi)`` of each row; an empty range has none yet.

    ``range`` (n_row, 4; i8): lo, hi, first and last slot of a good point (-1: none).
    ``seed`` (n_row, 3): centre, square of the floor in the weights, greatest sum of squares.
    ``sums`` (n_row, n_setup, `N_SUM`), ``steps`` (n_row, n_setup, n_setup, `N_STEP`),
    ``counts`` (n_row, 4; i4).
    """

    range: np.ndarray
    seed: np.ndarray
    sums: np.ndarray
    steps: np.ndarray
    counts: np.ndarray


@inner
def tell(
    row: int, slots: Slots, rules: Rules, state: State, level: np.ndarray, numbers: np.ndarray
) -> bool:
    """Fill ``numbers`` from the sums; whether these can be trusted."""
    sums, centre, floor = state.sums[row], state.seed[row, 0], state.seed[row, 1]
    n_setup = sums.shape[0]
    n, s1, s2, s3 = 0.0, 0.0, 0.0, 0.0
    for g in range(n_setup):
        n += sums[g, N]
        s1 += sums[g, S1]
        s2 += sums[g, S2]
        s3 += sums[g, S3]
    m = s1 / n
    mean = centre + m
    squares = s2 - n * m * m
    moved = (rules.floor * mean) ** 2 - floor
    weights, squared = 0.0, 0.0
    for g in range(n_setup):
        weights += sums[g, W]
        squared += sums[g, V]
    sound = squares >= _LOST * state.seed[row, 2] and abs(moved) * squared <= _FLOOR_MOVES * weights
    state.seed[row, 2] = max(state.seed[row, 2], s2)
    squares = max(squares, 0.0)

    used, others = 0, 0.0
    for g in range(n_setup):
        if sums[g, N] >= rules.least:
            level[g] = sums[g, S1] / sums[g, N]
            used += 1
        else:
            level[g] = m
            others += sums[g, N]
    used += 1 if others > 0 else 0

    numbers[MEAN] = mean
    numbers[FIRST] = slots.times[state.range[row, 2]]
    numbers[LAST] = slots.times[state.range[row, 3]]
    if n > 1:
        numbers[STD] = np.sqrt(squares / (n - 1))
    if n > 2 and squares > n * (1e-12 * mean) ** 2:
        cubes = s3 - 3 * m * s2 + 2 * n * m * m * m
        numbers[SKEWNESS] = (cubes / n) / (squares / n) ** 1.5

    own, shifted, steps = 0.0, 0.0, 0.0
    n_error, w, wr, wrr = 0.0, 0.0, 0.0, 0.0
    for g in range(n_setup):
        q, c = level[g], sums[g]
        shifted += c[S1] - q * c[N]
        own += c[S2] - 2 * q * c[S1] + q * q * c[N]
        n_error += c[N_ERROR]
        w0, w1, w2 = c[W] - moved * c[V], c[WD] - moved * c[VD], c[WDD] - moved * c[VDD]
        w += w0
        wr += w1 - q * w0
        wrr += w2 - 2 * q * w1 + q * q * w0
        for h in range(n_setup):
            s, jump = state.steps[row, g, h], level[h] - q
            steps += s[2] - 2 * jump * s[1] + jump * jump * s[0]
    own -= shifted * shifted / n
    if n > 1 and steps > 0:
        numbers[INV_ETA] = max(own, 0.0) / steps
    if n_error > used and w > 0:
        numbers[CHI2] = max(wrr - wr * wr / w, 0.0) / (n_error - used)
    return sound
