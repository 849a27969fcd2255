"""Running medians over windows of time: the level a clip is about, and smoothing."""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

#: 1.4826 times the median absolute deviation is the standard deviation of normal noise.
MAD_TO_SIGMA = 1.4826
#: A point with fewer others in its window is not judged: of fewer, their median is noise itself.
LEAST = 4
#: Elements sorted at a time.
_AT_ONCE = 1 << 20
#: With fewer points that are judged there is no scatter to go by.
_FEWEST = 3


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
        Points ``lo[i]:hi[i]``, the point itself among them.
    """
    lo = np.searchsorted(time, time - window_d / 2, "left")
    return lo, np.searchsorted(time, time + window_d / 2, "right")


def medians(values: np.ndarray, lo: np.ndarray, hi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Median of the values in the window of each point, with that point and without it.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        All finite.
    lo, hi : ndarray of intp, shape (n,)
        As `windows` makes them.

    Returns
    -------
    all_of_them, others : ndarray of float64, shape (n,)
        ``others`` is nan where there are fewer than `LEAST`.
    """
    numbers = values.tolist()
    level, others = np.empty(lo.size), np.full(lo.size, np.nan)
    # the window before is kept in order: a few points come and go
    ordered: list[float] = []
    begin = end = 0
    for i, (first, last) in enumerate(zip(lo.tolist(), hi.tolist(), strict=True)):
        if first >= end:
            ordered, begin, end = sorted(numbers[first:last]), first, last
        while end < last:
            insort(ordered, numbers[end])
            end += 1
        while begin < first:
            del ordered[bisect_left(ordered, numbers[begin])]
            begin += 1
        n = len(ordered)
        level[i] = 0.5 * (ordered[(n - 1) // 2] + ordered[n // 2])
        if n > LEAST:
            own = bisect_left(ordered, numbers[i])
            low, high = ((n - 2) // 2, (n - 1) // 2)
            others[i] = 0.5 * (ordered[low + (low >= own)] + ordered[high + (high >= own)])
    return level, others


def residuals(values: np.ndarray, lo: np.ndarray, hi: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Distance of each point from the median of the others in its window, as of its own noise.

    A point is no part of what it is compared with: in a window of a few it would be its own
    median, and residuals would be zero. The median of m others has pi / 2m of the variance of one
    point (Kenney & Keeping 1962, Mathematics of Statistics 1, 14.9), which is divided out.

    Returns
    -------
    ndarray of float64, shape (n,)
        nan where a point is not judged.
    """
    m = np.maximum(hi - lo - 1, 1)
    return (values - others) / np.sqrt(1 + np.pi / (2 * m))


def _scatters(values: np.ndarray, lo: np.ndarray, hi: np.ndarray, level: np.ndarray) -> np.ndarray:
    """1.4826 x the median absolute deviation from ``level`` in each window."""
    sigma = np.empty(lo.size)
    width = int((hi - lo).max(initial=0))
    step = max(_AT_ONCE // max(width, 1), 1)
    column = np.arange(width)
    for begin in range(0, lo.size, step):
        some = slice(begin, begin + step)
        n = hi[some] - lo[some]
        table = values[np.minimum(lo[some, None] + column, values.size - 1)]
        away = np.abs(table - level[some, None])
        away[column >= n[:, None]] = np.inf
        away.sort(axis=1)
        row = np.arange(n.size)
        sigma[some] = MAD_TO_SIGMA * 0.5 * (away[row, (n - 1) // 2] + away[row, n // 2])
    return sigma


@dataclass(frozen=True)
class Clip:
    """A robust sigma clip.

    Attributes
    ----------
    sigma : float
        Points further from the level than so many robust sigma go; 0: none do.
    window_d : float
        Each point is compared with the median of the others within so many days (whole width),
        and stays where they are fewer than `LEAST`; 0: all with the median of all.
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


class Clipped(NamedTuple):
    """What a clip does to a light curve; bool, shape (n,).

    Attributes
    ----------
    gone : ndarray
        Points that it takes away.
    unjudged : ndarray
        Points that stay because their window has fewer than `LEAST` others.
    """

    gone: np.ndarray
    unjudged: np.ndarray


def clipped(time: np.ndarray, value: np.ndarray, keep: np.ndarray, clip: Clip) -> Clipped:
    """Points that a clip takes away, and those that it cannot judge.

    Sigma is 1.4826 x the median absolute residual, of all points that are left and judged:
    one number for the light curve. At the ends of the series and beside gaps a window has one
    side only: on a steep slope the level there is late, and a narrower window is wanted.

    Parameters
    ----------
    time : ndarray of float64, shape (n,)
        Ascending, days.
    value : ndarray of float, shape (n,)
    keep : ndarray of bool, shape (n,)
        Points that pass all else; only they decide. Not finite ones are passed over.
    """
    made = Clipped(np.zeros(value.size, bool), np.zeros(value.size, bool))
    if not clip.on:
        return made
    left = np.flatnonzero(keep & np.isfinite(value))
    for _ in range(max(clip.iterations, 1)):
        away = _away(time[left], value[left].astype(np.float64), clip.window_d)
        judged = np.isfinite(away)
        made.unjudged[:] = False
        made.unjudged[left[~judged]] = True
        if np.count_nonzero(judged) < _FEWEST:
            break
        limit = clip.sigma * MAD_TO_SIGMA * np.median(away[judged])
        out = away > limit
        if limit <= 0 or not out.any():
            break
        made.gone[left[out]] = True
        left = left[~out]
    return made


def _away(time: np.ndarray, value: np.ndarray, window_d: float) -> np.ndarray:
    """Absolute residuals that a clip judges by; nan: not judged."""
    if window_d <= 0:
        return np.abs(value - np.median(value)) if value.size else value
    lo, hi = windows(time, window_d)
    return np.abs(residuals(value, lo, hi, medians(value, lo, hi)[1]))


@dataclass(frozen=True)
class Smooth:
    """A light curve smoothed, at the points that pass and have enough others about them.

    Attributes
    ----------
    place : ndarray of intp, shape (n,)
        Of those points in the light curve, in order of time.
    level, scatter : ndarray of float64, shape (n,)
        Running median and 1.4826 x the median absolute deviation about it.
    residual : ndarray of float64, shape (n,)
        See `residuals`.
    n_few : int
        Points that pass but have fewer than `LEAST` others in their window.
    """

    place: np.ndarray
    level: np.ndarray
    scatter: np.ndarray
    residual: np.ndarray
    n_few: int

    @property
    def spread(self) -> float:
        """Robust scatter of the residuals, 1.4826 x their median absolute value; nan: none."""
        away = np.abs(self.residual)
        return MAD_TO_SIGMA * float(np.median(away)) if away.size else float("nan")


def smooth(time: np.ndarray, value: np.ndarray, keep: np.ndarray, window_d: float) -> Smooth:
    """Smooth what passes; arguments as for `clipped`."""
    place = np.flatnonzero(keep & np.isfinite(value))
    used = value[place].astype(np.float64)
    lo, hi = windows(time[place], window_d)
    level, others = medians(used, lo, hi)
    enough = np.isfinite(others)
    scatter = _scatters(used, lo[enough], hi[enough], level[enough])
    residual = residuals(used, lo, hi, others)[enough]
    return Smooth(place[enough], level[enough], scatter, residual, int(np.sum(~enough)))
