"""Clips about a running median, of many light curves: `lightledger.analysis.running.clipped`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .compiled import inner, kernel


class Choice(NamedTuple):
    """Slots ``[lo, hi)`` and flags that decide which points count."""

    lo: int
    hi: int
    mask: np.uint16


class Rule(NamedTuple):
    """A `lightledger.analysis.running.Clip`; points in a window at least; the flag to set."""

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
def _residuals(
    t: np.ndarray,
    y: np.ndarray,
    n: int,
    window: float,
    least: int,
    ordered: np.ndarray,
    away: np.ndarray,
) -> None:
    """Distances of the first n points from the median of their windows."""
    lo = hi = m = 0  # points lo:hi are in order in the first m of `ordered`
    reach_lo = reach_hi = 0
    for i in range(n):
        while reach_lo < n and t[reach_lo] < t[i] - window / 2:
            reach_lo += 1
        while reach_hi < n and t[reach_hi] <= t[i] + window / 2:
            reach_hi += 1
        first, last = reach_lo, reach_hi
        if window <= 0:
            first, last = 0, n
        elif last - first < least:
            first = min(max(i - least // 2, 0), max(n - least, 0))
            last = min(first + least, n)
        if first >= hi or last <= lo:
            lo = hi = first
            m = 0
        while hi < last:
            _insert(ordered, m, y[hi])
            m += 1
            hi += 1
        while lo > first:
            lo -= 1
            _insert(ordered, m, y[lo])
            m += 1
        while lo < first:
            _remove(ordered, m, y[lo])
            m -= 1
            lo += 1
        while hi > last:
            hi -= 1
            _remove(ordered, m, y[hi])
            m -= 1
        away[i] = abs(y[i] - _median_of(ordered, m))


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
            if n < 3:
                break
            _residuals(t, y, n, rule.window_d, rule.least, ordered, away)
            sorted_away[:n] = away[:n]
            sorted_away[:n].sort()
            limit = rule.sigma * 1.4826 * _median_of(sorted_away, n)
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
