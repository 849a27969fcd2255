"""Clips about a running median, of many light curves: `lightledger.analysis.running.clipped`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from lightledger.compiling import inner, kernel


class Choice(NamedTuple):
    """Slots ``[lo, hi)`` and flags that decide which points count."""

    lo: int
    hi: int
    mask: np.uint16


class Rule(NamedTuple):
    """A `lightledger.analysis.running.Clip`; others in a window at least; the flag to set."""

    sigma: float
    window_d: float
    iterations: int
    least: int
    bit: np.uint16


@inner
def _place(ordered: np.ndarray, n: int, x: float) -> int:
    """Where x stands among the first n, ascending."""
    lo, hi = 0, n
    while lo < hi:
        middle = (lo + hi) // 2
        if ordered[middle] < x:
            lo = middle + 1
        else:
            hi = middle
    return lo


@inner
def _insert(ordered: np.ndarray, n: int, x: float) -> None:
    at = _place(ordered, n, x)
    for k in range(n, at, -1):
        ordered[k] = ordered[k - 1]
    ordered[at] = x


@inner
def _remove(ordered: np.ndarray, n: int, x: float) -> None:
    for k in range(_place(ordered, n, x), n - 1):
        ordered[k] = ordered[k + 1]


@inner
def _median_of(ordered: np.ndarray, n: int) -> float:
    return 0.5 * (ordered[(n - 1) // 2] + ordered[n // 2])


@inner
def _median_without(ordered: np.ndarray, n: int, at: int) -> float:
    """Median of the first n but the one at a place."""
    low, high = (n - 2) // 2, (n - 1) // 2
    return 0.5 * (ordered[low + (low >= at)] + ordered[high + (high >= at)])


@inner
def _residuals(
    t: np.ndarray,
    y: np.ndarray,
    n: int,
    window: float,
    least: int,
    ordered: np.ndarray,
    away: np.ndarray,
) -> None:
    """Distances of the first n points from the median of the others in their windows.

    As of `lightledger.analysis.running.residuals`; nan where there are too few others.
    """
    lo = hi = m = 0  # points lo:hi are in order in the first m of `ordered`
    for i in range(n):
        while hi < n and t[hi] <= t[i] + window / 2:
            _insert(ordered, m, y[hi])
            m += 1
            hi += 1
        while t[lo] < t[i] - window / 2:
            _remove(ordered, m, y[lo])
            m -= 1
            lo += 1
        away[i] = np.nan
        if m > least:
            level = _median_without(ordered, m, _place(ordered, m, y[i]))
            away[i] = abs(y[i] - level) / np.sqrt(1.0 + np.pi / (2 * (m - 1)))


@inner
def _from_all(y: np.ndarray, n: int, ordered: np.ndarray, away: np.ndarray) -> None:
    """Distances of the first n points from the median of them all."""
    ordered[:n] = y[:n]
    ordered[:n].sort()
    middle = _median_of(ordered, n)
    for i in range(n):
        away[i] = abs(y[i] - middle)


@kernel
def mark_clipped(
    value: np.ndarray,
    flags: np.ndarray,
    which: np.ndarray,
    gain: np.ndarray,
    times: np.ndarray,
    choice: Choice,
    rule: Rule,
    first: int,
    last: int,
    out: np.ndarray,
) -> None:
    """Set a flag in ``out`` for what a clip takes away, in rows ``[first, last)``.

    Parameters
    ----------
    value : ndarray of float32, shape (n_row, at least n_visit)
    flags : ndarray of uint16, the same
    which, gain
        As in `lightledger.analysis.kernels.summary.Gains`.
    times : ndarray of float64, shape (n_visit,)
    choice : Choice
    rule : Rule
    out : ndarray of uint16, shape (n_row, n_visit)
        A copy of the flags.
    """
    n_visit = times.size
    t, y = np.empty(n_visit), np.empty(n_visit)
    at = np.empty(n_visit, np.int64)
    ordered, away, sorted_away = np.empty(n_visit), np.empty(n_visit), np.empty(n_visit)
    for row in range(first, last):
        n = 0
        g = which[row]
        for j in range(choice.lo, choice.hi):
            x = value[row, j]
            if g >= 0:
                x = np.float32(x * np.float32(gain[g, j]))
            if (flags[row, j] & choice.mask) == 0 and x - x == 0:
                t[n], y[n], at[n] = times[j], x, j
                n += 1
        for _ in range(rule.iterations):
            if rule.window_d > 0:
                _residuals(t, y, n, rule.window_d, rule.least, ordered, away)
            else:
                _from_all(y, n, ordered, away)
            judged = 0
            for i in range(n):
                if away[i] == away[i]:
                    sorted_away[judged] = away[i]
                    judged += 1
            if judged < 3:
                break
            sorted_away[:judged].sort()
            limit = rule.sigma * 1.4826 * _median_of(sorted_away, judged)
            if limit <= 0:
                break
            kept = 0
            for i in range(n):
                if away[i] > limit:
                    out[row, at[i]] |= rule.bit
                else:
                    t[kept], y[kept], at[kept] = t[i], y[i], at[i]
                    kept += 1
            if kept == n:
                break
            n = kept
