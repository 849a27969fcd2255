"""Ensemble zero points visit by visit: weighted medians, clipped means. Arrays are visit-major.

Medians are selected, not sorted: a few passes over the numbers.
"""

from __future__ import annotations

import numpy as np

from lightledger.compiling import inner, kernel

#: Weights of sums that should be equal may differ by so much.
_ROUNDING = 1e-12
#: Rounds of clipping after which stars only come in, and the most there are.
_SETTLING, _MOST_ROUNDS = 10, 50


@inner
def _pivot(a: np.ndarray, n: int) -> float:
    """Median of the first, middle and last of ``a[:n]``."""
    x, y, z = a[0], a[n >> 1], a[n - 1]
    return max(min(x, y), min(max(x, y), z))


@inner
def _median(a: np.ndarray, n: int, scratch: np.ndarray) -> float:
    """Median of ``a[:n]`` (no nan); nan for none. ``scratch`` is (3, at least n).

    What is below and above a pivot is written away without asking which: a branch for each
    number, never foreseen, takes ten times as long.
    """
    if n == 0:
        return np.nan
    here, low, high, spare = a, scratch[0], scratch[1], scratch[2]
    k, left = (n - 1) >> 1, n
    while True:
        pivot = _pivot(here, left)
        n_low, n_high = 0, 0
        for i in range(left):
            x = here[i]
            low[n_low] = x
            n_low += 1 if x < pivot else 0
            high[n_high] = x
            n_high += 1 if x > pivot else 0
        if k < n_low:
            here, low, high, spare, left = low, high, spare, low, n_low
        elif k < left - n_high:
            break
        else:
            k -= left - n_high
            here, high, spare, left = high, spare, high, n_high
    if n & 1:
        return pivot
    upto, above = 0, np.inf
    for i in range(n):
        upto += 1 if a[i] <= pivot else 0
        above = min(above, a[i] if a[i] > pivot else np.inf)
    return pivot if upto > n >> 1 else 0.5 * (pivot + above)


@inner
def _weighted_median(a: np.ndarray, w: np.ndarray, n: int, scratch: np.ndarray) -> float:
    """Where half of the weight is reached; midway where that is between two numbers.

    ``scratch`` is (3, 2, at least n).
    """
    total = 0.0
    for i in range(n):
        total += w[i]
    if not total > 0:
        return np.nan
    least, most = 0.5 * total * (1 - _ROUNDING), 0.5 * total * (1 + _ROUNDING)
    here, weight = a, w
    low, high, spare = scratch[0], scratch[1], scratch[2]
    left, below = n, 0.0
    while True:
        pivot = _pivot(here, left)
        n_low, n_high, under, reached = 0, 0, below, below
        for i in range(left):
            x, y = here[i], weight[i]
            low[0, n_low], low[1, n_low] = x, y
            n_low += 1 if x < pivot else 0
            under += y if x < pivot else 0.0
            reached += y if x <= pivot else 0.0
            high[0, n_high], high[1, n_high] = x, y
            n_high += 1 if x > pivot else 0
        if n_low and under >= least:
            here, weight, left = low[0], low[1], n_low
            low, high, spare = high, spare, low
        elif n_high == 0 or reached >= least:
            break
        else:
            below, left = reached, n_high
            here, weight = high[0], high[1]
            high, spare = spare, high
    if reached > most:
        return pivot
    above = np.inf
    for i in range(n):
        above = min(above, a[i] if a[i] > pivot else np.inf)
    return 0.5 * (pivot + above) if above < np.inf else pivot


@kernel
def weighted_medians(a: np.ndarray, weight: np.ndarray, use: np.ndarray, out: np.ndarray) -> None:
    """Weighted median of what is used of each row of ``a`` (n_visit, n_star)."""
    n_star = a.shape[1]
    values, weights, scratch = np.empty(n_star), np.empty(n_star), np.empty((3, 2, n_star))
    for visit in range(a.shape[0]):
        n = _gather(a[visit], weight, use[visit], values, weights)
        out[visit] = _weighted_median(values, weights, n, scratch)


@inner
def _gather(
    row: np.ndarray, weight: np.ndarray, use: np.ndarray, values: np.ndarray, weights: np.ndarray
) -> int:
    """The stars of a visit that are used, and their weights; how many."""
    n = 0
    for star in range(row.size):
        values[n], weights[n] = row[star], weight[star]
        n += 1 if use[star] else 0
    return n


@kernel
def medians(a: np.ndarray, use: np.ndarray, out: np.ndarray) -> None:
    """Median of what is used of each row of ``a``; nan where nothing is."""
    values, scratch = np.empty(a.shape[1]), np.empty((3, a.shape[1]))
    for row in range(a.shape[0]):
        n = 0
        for i in range(a.shape[1]):
            values[n] = a[row, i]
            n += 1 if use[row, i] else 0
        out[row] = _median(values, n, scratch)


@kernel
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
    values, weights, scratch = np.empty(n_star), np.empty(n_star), np.empty((3, 2, n_star))
    for star in range(n_star):
        values[star] = 1.0 / weight[star]
    usual = np.sqrt(_median(values, n_star, scratch[:, 0]))
    for visit in range(n_visit):
        r = ratio[visit]
        n = _gather(r, weight, good[visit], values, weights)
        middle = _weighted_median(values, weights, n, scratch)
        for i in range(n):
            values[i] = abs(values[i] - middle)
        spread = 1.4826 * _weighted_median(values, weights, n, scratch)
        limit = clip_sigma * max(spread, usual * abs(middle))
        total, pull = 0.0, 0.0
        for star in range(n_star):
            if good[visit, star] and abs(r[star] - middle) <= limit:
                total += weight[star]
                pull += weight[star] * r[star]
        factor[visit] = pull / total if total > 0 else np.nan
        for star in range(n_star):
            own, own_pull = 0.0, 0.0
            if good[visit, star] and abs(r[star] - middle) <= limit:
                own = weight[star]
                own_pull = own * r[star]
            rest = total - own
            enough = rest > _ROUNDING * total
            without[visit, star] = (pull - own_pull) / rest if enough else np.nan


@kernel
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
    r, w, values = np.empty(n_star), np.empty(n_star), np.empty(n_star)
    scratch = np.empty((3, 2, n_star))
    entered, now = np.empty(n_star, np.bool_), np.empty(n_star, np.bool_)
    for visit in range(n_visit):
        n = _gather(ratio[visit], weight, good[visit], r, w)
        if n < least:
            continue
        start = _weighted_median(r, w, n, scratch)
        for i in range(n):
            values[i] = abs(r[i] - start)
        spread = 1.4826 * _weighted_median(values, w, n, scratch)
        for i in range(n):
            values[i] = 1.0 / w[i]
        usual = np.sqrt(_median(values, n, scratch[:, 0]))
        limit = clip_sigma * max(spread, usual * abs(start))
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


@inner
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
            for i in range(n):
                entered[i] = now[i]
            continue
        limit = 0.0  # all beyond it: out to the farthest of those that entered
        for i in range(n):
            if entered[i]:
                limit = max(limit, abs(r[i] - mean))
    return mean, limit
