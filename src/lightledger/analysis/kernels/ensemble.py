"""Ensemble zero points visit by visit: weighted medians, clipped means. Arrays are visit-major.

Medians are selected, not sorted: a few passes over the numbers.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: Weights of sums that should be equal may differ by so much.
_ROUNDING = 1e-12
#: Rounds of clipping after which stars only come in, and the most there are.
_SETTLING, _MOST_ROUNDS = 10, 50


@njit(nogil=True, cache=True, error_model="numpy")
def _pivot(a: np.ndarray, lo: int, hi: int) -> float:
    """Median of the first, middle and last of ``a[lo:hi]``."""
    x, y, z = a[lo], a[(lo + hi) >> 1], a[hi - 1]
    return max(min(x, y), min(max(x, y), z))


@njit(nogil=True, cache=True, error_model="numpy")
def _select(a: np.ndarray, n: int, k: int) -> float:
    """The k-th smallest of ``a[:n]`` (no nan), which is put in another order."""
    lo, hi = 0, n
    while hi - lo > 1:
        pivot = _pivot(a, lo, hi)
        low, high, i = lo, hi, lo
        while i < high:  # below the pivot [lo, low), equal [low, high), above [high, hi)
            x = a[i]
            if x < pivot:
                a[i], a[low] = a[low], x
                low += 1
                i += 1
            elif x > pivot:
                high -= 1
                a[i], a[high] = a[high], x
            else:
                i += 1
        if k < low:
            hi = low
        elif k < high:
            return pivot
        else:
            lo = high
    return a[lo]


@njit(nogil=True, cache=True, error_model="numpy")
def _median(a: np.ndarray, n: int) -> float:
    """Median of ``a[:n]`` (no nan), which is put in another order; nan for none."""
    if n == 0:
        return np.nan
    lower = _select(a, n, (n - 1) >> 1)
    return lower if n & 1 else 0.5 * (lower + _select(a, n, n >> 1))


@njit(nogil=True, cache=True, error_model="numpy")
def _weighted_median(a: np.ndarray, w: np.ndarray, n: int) -> float:
    """Where half of the weight is reached; midway where that is between two. Reorders both."""
    total = 0.0
    for i in range(n):
        total += w[i]
    if not total > 0:
        return np.nan
    least, most = 0.5 * total * (1 - _ROUNDING), 0.5 * total * (1 + _ROUNDING)
    lo, hi, below = 0, n, 0.0
    found, reached = np.nan, total
    while hi > lo:
        pivot = _pivot(a, lo, hi)
        low, high, i = lo, hi, lo
        under, equal = 0.0, 0.0
        while i < high:
            x, y = a[i], w[i]
            if x < pivot:
                a[i], w[i] = a[low], w[low]
                a[low], w[low] = x, y
                under += y
                low += 1
                i += 1
            elif x > pivot:
                high -= 1
                a[i], w[i] = a[high], w[high]
                a[high], w[high] = x, y
            else:
                equal += y
                i += 1
        found, reached = pivot, below + under + equal
        if low > lo and below + under >= least:
            hi = low
        elif reached >= least:
            break
        else:
            below, lo = reached, high
    if reached > most:
        return found
    above = np.inf
    for i in range(n):
        if a[i] > found:
            above = min(above, a[i])
    return 0.5 * (found + above) if above < np.inf else found


@njit(nogil=True, cache=True, error_model="numpy")
def weighted_medians(a: np.ndarray, weight: np.ndarray, use: np.ndarray, out: np.ndarray) -> None:
    """Weighted median of what is used of each row of ``a`` (n_visit, n_star)."""
    values, weights = np.empty(a.shape[1]), np.empty(a.shape[1])
    for visit in range(a.shape[0]):
        n = 0
        for star in range(a.shape[1]):
            if use[visit, star]:
                values[n], weights[n] = a[visit, star], weight[star]
                n += 1
        out[visit] = _weighted_median(values, weights, n)


@njit(nogil=True, cache=True, error_model="numpy")
def medians(a: np.ndarray, use: np.ndarray, out: np.ndarray) -> None:
    """Median of what is used of each row of ``a``; nan where nothing is."""
    values = np.empty(a.shape[1])
    for row in range(a.shape[0]):
        n = 0
        for i in range(a.shape[1]):
            if use[row, i]:
                values[n] = a[row, i]
                n += 1
        out[row] = _median(values, n)


@njit(nogil=True, cache=True, error_model="numpy")
def factors(
    ratio: np.ndarray,
    weight: np.ndarray,
    good: np.ndarray,
    clip_sigma: float,
    factor: np.ndarray,
    without: np.ndarray,
) -> None:
    """Clipped weighted mean of each visit's ratios, and the same without each star in turn.

    ``ratio, good, without`` are (n_visit, n_star), ``factor`` is (n_visit,).
    """
    n_visit, n_star = ratio.shape
    values, weights = np.empty(n_star), np.empty(n_star)
    for star in range(n_star):
        values[star] = 1.0 / weight[star]
    usual = np.sqrt(_median(values, n_star))
    for visit in range(n_visit):
        n = 0
        for star in range(n_star):
            if good[visit, star]:
                values[n], weights[n] = ratio[visit, star], weight[star]
                n += 1
        middle = _weighted_median(values, weights, n)
        for i in range(n):
            values[i] = abs(values[i] - middle)
        spread = 1.4826 * _weighted_median(values, weights, n)
        limit = clip_sigma * max(spread, usual * abs(middle))
        total, pull = 0.0, 0.0
        for star in range(n_star):
            if good[visit, star] and abs(ratio[visit, star] - middle) <= limit:
                total += weight[star]
                pull += weight[star] * ratio[visit, star]
        factor[visit] = pull / total if total > 0 else np.nan
        for star in range(n_star):
            own, own_pull = 0.0, 0.0
            if good[visit, star] and abs(ratio[visit, star] - middle) <= limit:
                own = weight[star]
                own_pull = own * ratio[visit, star]
            rest = total - own
            enough = rest > _ROUNDING * total
            without[visit, star] = (pull - own_pull) / rest if enough else np.nan


@njit(nogil=True, cache=True, error_model="numpy")
def exact_clips(
    ratio: np.ndarray,
    weight: np.ndarray,
    good: np.ndarray,
    clip_sigma: float,
    prior_stars: float,
    least: int,
    factor: np.ndarray,
    error: np.ndarray,
    clip: np.ndarray,
    weight_sum: np.ndarray,
    n_entered: np.ndarray,
) -> None:
    """Weighted mean of each visit's ratios and the clip that tells exactly who entered.

    ``ratio, good`` are (n_visit, n_star), the others per visit; a visit of fewer than ``least``
    stars is left as it is.
    """
    n_visit, n_star = ratio.shape
    r, w = np.empty(n_star), np.empty(n_star)
    values, weights = np.empty(n_star), np.empty(n_star)
    entered, now = np.empty(n_star, np.bool_), np.empty(n_star, np.bool_)
    for visit in range(n_visit):
        n = 0
        for star in range(n_star):
            if good[visit, star]:
                r[n], w[n] = ratio[visit, star], weight[star]
                n += 1
        if n < least:
            continue
        values[:n], weights[:n] = r[:n], w[:n]
        start = _weighted_median(values, weights, n)
        for i in range(n):
            values[i], weights[i] = abs(r[i] - start), w[i]
        spread = 1.4826 * _weighted_median(values, weights, n)
        for i in range(n):
            values[i] = 1.0 / w[i]
        limit = clip_sigma * max(spread, np.sqrt(_median(values, n)) * abs(start))
        for i in range(n):
            entered[i] = abs(r[i] - start) <= limit
        mean, limit = _settle(r, w, n, limit, entered, now)
        total, chi2, count = 0.0, 0.0, 0
        for i in range(n):
            if entered[i]:
                total += w[i]
                chi2 += w[i] * (r[i] / mean - 1.0) ** 2
                count += 1
        # A zero or negative factor would turn fluxes around: no factor at all.
        if count < least or not mean > 0:
            continue
        reduced = (prior_stars + chi2) / (prior_stars + count - 1)
        factor[visit], clip[visit] = mean, limit
        error[visit] = mean * np.sqrt(reduced / total)
        weight_sum[visit], n_entered[visit] = total, count


@njit(nogil=True, cache=True, error_model="numpy")
def _settle(
    r: np.ndarray, w: np.ndarray, n: int, limit: float, entered: np.ndarray, now: np.ndarray
) -> tuple[float, float]:
    """Mean and limit such that exactly the stars within the limit of the mean have entered."""
    mean = np.nan
    for attempt in range(_MOST_ROUNDS):
        total, pull = 0.0, 0.0
        for i in range(n):
            if entered[i]:
                total += w[i]
                pull += w[i] * r[i]
        mean = pull / total
        for i in range(n):
            now[i] = abs(r[i] - mean) <= limit
        if attempt >= _SETTLING:  # going round in circles: from here on stars only come in
            for i in range(n):
                if now[i] or entered[i]:
                    limit = max(limit, abs(r[i] - mean))
            for i in range(n):
                now[i] = abs(r[i] - mean) <= limit
        same, some = True, False
        for i in range(n):
            same &= now[i] == entered[i]
            some |= now[i]
        if same:
            break
        if some:
            entered[:n] = now[:n]
            continue
        limit = 0.0  # all beyond it: out to the farthest of those that entered
        for i in range(n):
            if entered[i]:
                limit = max(limit, abs(r[i] - mean))
    return mean, limit
