"""Running medians over windows of time: the level a clip is about, and smoothing."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass

import numpy as np

#: 1.4826 times the median absolute deviation is the standard deviation of normal noise.
MAD_TO_SIGMA = 1.4826
#: A window with fewer points takes the nearest so many in order of time: of two points, each
#: would be at most half their distance from the median, and no outlier would be one.
LEAST = 5
#: Elements sorted at a time.
_AT_ONCE = 1 << 20


def windows(time: np.ndarray, window_d: float) -> tuple[np.ndarray, np.ndarray]:
    """First and past-the-last point of the window about each point.

    Parameters
    ----------
    time : ndarray of float64, shape (n,)
        Ascending, days.
    window_d : float
        Whole width, ends included.

    Returns
    -------
    lo, hi : ndarray of intp, shape (n,)
        Points ``lo[i]:hi[i]``; at least `LEAST`, or all.
    """
    n = time.size
    lo = np.searchsorted(time, time - window_d / 2, "left")
    hi = np.searchsorted(time, time + window_d / 2, "right")
    short = hi - lo < LEAST
    first = np.clip(np.arange(n) - LEAST // 2, 0, max(n - LEAST, 0))
    lo = np.where(short, first, lo)
    return lo, np.where(short, np.minimum(first + LEAST, n), hi)


def medians(
    values: np.ndarray, lo: np.ndarray, hi: np.ndarray, scatter: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """Median of the values in each window, and their robust scatter about it.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        All finite.
    lo, hi : ndarray of intp, shape (m,)
        As `windows` makes them.
    scatter : bool
        Whether it is wanted; nan else.

    Returns
    -------
    median, scatter : ndarray of float64, shape (m,)
        1.4826 x the median absolute deviation.
    """
    median, sigma = _medians(values.tolist(), lo, hi), np.full(lo.size, np.nan)
    if not scatter:
        return median, sigma
    width = int((hi - lo).max(initial=0))
    step = max(_AT_ONCE // max(width, 1), 1)
    column = np.arange(width)
    for begin in range(0, lo.size, step):
        some = slice(begin, begin + step)
        n = hi[some] - lo[some]
        table = values[np.minimum(lo[some, None] + column, values.size - 1)]
        away = np.abs(table - median[some, None])
        away[column >= n[:, None]] = np.inf
        away.sort(axis=1)
        row = np.arange(n.size)
        sigma[some] = MAD_TO_SIGMA * 0.5 * (away[row, (n - 1) // 2] + away[row, n // 2])
    return median, sigma


def _medians(values: list[float], lo: np.ndarray, hi: np.ndarray) -> np.ndarray:
    """Of each window; the one before is kept in order, a few points come and go."""
    median = np.empty(lo.size)
    ordered: list[float] = []
    begin = end = 0
    for i, (first, last) in enumerate(zip(lo.tolist(), hi.tolist(), strict=True)):
        if first >= end or last <= begin:
            ordered, begin, end = sorted(values[first:last]), first, last
        while end < last:
            insort(ordered, values[end])
            end += 1
        while begin > first:
            begin -= 1
            insort(ordered, values[begin])
        while begin < first:
            del ordered[bisect_left(ordered, values[begin])]
            begin += 1
        while end > last:
            end -= 1
            del ordered[bisect_left(ordered, values[end])]
        n = len(ordered)
        median[i] = 0.5 * (ordered[(n - 1) // 2] + ordered[n // 2])
    return median


@dataclass(frozen=True)
class Clip:
    """A robust sigma clip.

    Attributes
    ----------
    sigma : float
        Points further from the level than so many robust sigma go; 0: none do.
    window_d : float
        The level is the running median over so many days; 0: the median of all points.
    iterations : int
        So often at most, without those that went; it ends when none goes.
    """

    sigma: float = 0.0
    window_d: float = 0.0
    iterations: int = 1

    @property
    def on(self) -> bool:
        return self.sigma > 0

    @property
    def plain(self) -> bool:
        """Whether it is one pass about one median, or none."""
        return not self.on or (self.window_d <= 0 and self.iterations <= 1)

    def words(self) -> str:
        """Such as '4 sigma about the running median of 30 d, up to 3 times'; '' for none."""
        if not self.on:
            return ""
        text = f"{self.sigma:g} sigma"
        if self.window_d > 0:
            text += f" about the running median of {self.window_d:g} d"
        return text + (f", up to {self.iterations} times" if self.iterations > 1 else "")


def clipped(time: np.ndarray, value: np.ndarray, keep: np.ndarray, clip: Clip) -> np.ndarray:
    """Points that a clip takes away.

    Sigma is 1.4826 x the median absolute residual about the level, of all points that are left:
    one number for the light curve, so a single bad point in a sparse window does not hide itself.
    At the ends of the series and beside gaps a window has one side only: on a steep slope the
    level there is late, and a narrower window is wanted.

    Parameters
    ----------
    time : ndarray of float64, shape (n,)
        Ascending, days.
    value : ndarray of float, shape (n,)
    keep : ndarray of bool, shape (n,)
        Points that pass all else; only they decide. Not finite ones are passed over.

    Returns
    -------
    ndarray of bool, shape (n,)
        All of them in ``keep``.
    """
    gone = np.zeros(value.size, bool)
    if not clip.on:
        return gone
    left = np.flatnonzero(keep & np.isfinite(value))
    for _ in range(max(clip.iterations, 1)):
        if left.size < 3:
            break
        used = value[left].astype(np.float64)
        if clip.window_d > 0:
            level = medians(used, *windows(time[left], clip.window_d))[0]
        else:
            level = np.full(used.size, np.median(used))
        away = np.abs(used - level)
        limit = clip.sigma * MAD_TO_SIGMA * np.median(away)
        if limit <= 0:
            break
        out = away > limit
        if not out.any():
            break
        gone[left[out]] = True
        left = left[~out]
    return gone


@dataclass(frozen=True)
class Smooth:
    """A light curve smoothed: level and scatter at the points that pass.

    Attributes
    ----------
    place : ndarray of intp, shape (n,)
        Of those points in the light curve, in order of time.
    level, scatter : ndarray of float64, shape (n,)
        Running median and 1.4826 x the median absolute deviation about it.
    """

    place: np.ndarray
    level: np.ndarray
    scatter: np.ndarray


def smooth(time: np.ndarray, value: np.ndarray, keep: np.ndarray, window_d: float) -> Smooth:
    """Smooth what passes; arguments as for `clipped`."""
    place = np.flatnonzero(keep & np.isfinite(value))
    level, scatter = medians(
        value[place].astype(np.float64), *windows(time[place], window_d), scatter=True
    )
    return Smooth(place, level, scatter)
