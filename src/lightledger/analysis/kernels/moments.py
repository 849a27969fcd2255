"""Sums over the good points of a light curve; float32 numbers, float64 sums."""

from __future__ import annotations

import numpy as np

from lightledger.compiling import inner, summing

_ONE, _ZERO = np.int32(1), np.int32(0)


@summing
def total(y: np.ndarray) -> float:
    """Sum of all."""
    s = 0.0
    for i in range(y.size):
        s += np.float64(y[i])
    return s


@summing
def powers(y: np.ndarray, n: int, mean: float) -> tuple[float, float]:
    """Sums of squares and cubes about the mean."""
    squares, cubes = 0.0, 0.0
    for i in range(n):
        d = y[i] - mean
        squares += d * d
        cubes += d * d * d
    return squares, cubes


@inner
def take_levels(
    y: np.ndarray,
    edge: np.ndarray,
    code: np.ndarray,
    least: int,
    n_of: np.ndarray,
    level: np.ndarray,
) -> tuple[int, float]:
    """Mean of each setup in ``level``, of all points where it has too few.

    Points ``edge[r]:edge[r + 1]`` are of setup ``code[r]``; ``n_of`` gets the points of each.
    Returns how many levels are in use, and the mean of all.
    """
    n_of[:] = 0
    level[:] = 0.0
    for r in range(code.size):
        n_of[code[r]] += edge[r + 1] - edge[r]
        level[code[r]] += total(y[edge[r] : edge[r + 1]])
    n, mean = 0, 0.0
    for g in range(level.size):
        n += n_of[g]
        mean += level[g]
    mean /= n
    used, others = 0, 0
    for g in range(level.size):
        if n_of[g] >= least:
            level[g] /= n_of[g]
            used += 1
        else:
            others += n_of[g]
            level[g] = mean
    return used + (1 if others else 0), mean


@inner
def take_residuals(y: np.ndarray, level: float, out: np.ndarray) -> None:
    """What is left of each point when a level is taken off."""
    for i in range(y.size):
        out[i] = y[i] - level


@summing
def wander(r: np.ndarray, n: int) -> tuple[float, float]:
    """Sum of squares of residuals about their mean, and of the steps from one to the next."""
    squares, centre = np.float64(r[0]) ** 2, np.float64(r[0])
    steps = 0.0
    for i in range(1, n):
        d = np.float64(r[i])
        step = d - np.float64(r[i - 1])
        centre += d
        squares += d * d
        steps += step * step
    return max(squares - centre * centre / n, 0.0), steps


@summing
def chi_square(r: np.ndarray, sigma: np.ndarray, n: int, floor: float) -> tuple[float, int, float]:
    """Chi2 of residuals about their weighted mean, points with an error, that mean."""
    weights, first, second = 0.0, 0.0, 0.0
    known = _ZERO
    for i in range(n):
        s, d = np.float64(sigma[i]), np.float64(r[i])
        use = (s > 0) & (s < np.inf)
        w = 1.0 / (s * s + floor) if use else 0.0
        known = np.int32(known + (_ONE if use else _ZERO))
        weights += w
        first += w * d
        second += w * d * d
    if weights == 0:
        return np.nan, 0, 0.0
    return max(second - first * first / weights, 0.0), int(np.int64(known)), first / weights


@inner
def take_deviations(y: np.ndarray, n: int, centre: float, out: np.ndarray) -> None:
    """Distances from the centre."""
    for i in range(n):
        out[i] = abs(y[i] - centre)


@inner
def take_believed(
    y: np.ndarray, sigma: np.ndarray, level: float, typical: float, out: np.ndarray
) -> None:
    """Residuals, reduced where the error is above the typical one."""
    for i in range(y.size):
        s = np.float64(sigma[i])
        share = typical / s if (s > typical) & (s < np.inf) else 1.0
        out[i] = (y[i] - level) * share
