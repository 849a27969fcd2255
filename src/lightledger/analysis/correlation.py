"""Correlations of a few hundred points, and how often noise alone gives as much."""

from __future__ import annotations

import math

import numpy as np


def normal_tail(z: float) -> float:
    """Chance of a normal number beyond +-z (two-sided).

    >>> round(normal_tail(1.96), 3)
    0.05
    """
    return math.erfc(abs(z) / math.sqrt(2))


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 0, equal values sharing their mean rank; float64, shape (n,)."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count) - 1
    return (last - (count - 1) / 2)[place]


def pearson(x: np.ndarray, y: np.ndarray) -> float:
    """Correlation coefficient of arrays of shape (n,); nan where one of them is constant."""
    dx, dy = x - x.mean(), y - y.mean()
    scale = math.sqrt(float(dx @ dx) * float(dy @ dy))
    return float(np.clip(dx @ dy / scale, -1, 1)) if scale > 0 else math.nan


def spearman(x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Rank correlation and the chance of as much from noise (two-sided).

    The chance is of atanh(r) sqrt((n - 3) / 1.06) being normal (Fieller, Hartley & Pearson 1957,
    Biometrika 44, 470); 1 with fewer than 10 points.
    """
    r = pearson(ranks(x), ranks(y))
    if x.size < 10 or not math.isfinite(r):
        return r, 1.0
    limited = min(abs(r), 1 - 1e-12)
    return r, normal_tail(math.atanh(limited) * math.sqrt((x.size - 3) / 1.06))


def circular(angle_deg: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Correlation of the ranks of y with an angle, and the chance of as much from noise.

    R of y on the cosine and sine of the angle; n R^2 follows chi2 with two degrees of freedom
    (Mardia 1976, Biometrika 63, 403), so the chance is exp(-n R^2 / 2).
    """
    phase = np.radians(angle_deg)
    rank, cosine, sine = ranks(y), np.cos(phase), np.sin(phase)
    with_cos, with_sin, both = pearson(rank, cosine), pearson(rank, sine), pearson(cosine, sine)
    if y.size < 10 or not math.isfinite(with_cos + with_sin + both) or abs(both) > 0.999:
        # angles along one line: one of the two says all
        known = [r for r in (with_cos, with_sin) if math.isfinite(r)]
        r = max(map(abs, known), default=math.nan)
        return r, math.exp(-y.size * r * r / 2) if y.size >= 10 and known else 1.0
    squared = (with_cos**2 + with_sin**2 - 2 * with_cos * with_sin * both) / (1 - both**2)
    squared = min(max(squared, 0.0), 1.0)
    return math.sqrt(squared), math.exp(-y.size * squared / 2)


def winsorised(values: np.ndarray, sigma: float = 5.0) -> np.ndarray:
    """Values drawn in to at most ``sigma`` robust deviations (1.4826 MAD) from the median."""
    middle = np.median(values)
    limit = sigma * 1.4826 * np.median(np.abs(values - middle))
    return np.clip(values, middle - limit, middle + limit) if limit > 0 else values
