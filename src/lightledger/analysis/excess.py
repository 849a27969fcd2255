"""Excess: how much more an object scatters than constant objects of its flux do.

Plain numpy, over all objects of one measurement at once.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

#: An object with ``excess`` above this, and well measured, is called variable. For normal noise
#: one constant object in 10,000 exceeds it; real fields stay under 1 % (tested on the demo field).
VARIABLE_ABOVE = 4.0
#: Fewer constant objects than this have no locus: excess is nan.
MIN_OBJECTS = 5
#: Good points an object needs to have an excess.
MIN_POINTS = 5
#: Objects above this are not constant when the locus is drawn again.
CONSTANT_BELOW = 3.0
_ROUNDS = 4
#: Values that differ by less (dex, tenth to ninth decile) say nothing of brightness.
_ALIKE_DEX = 0.2


def tells_brightness(value: np.ndarray) -> bool:
    """Whether values order objects by brightness: ratios to the coadd are near 1 for all.

    >>> tells_brightness(np.array([3.0, 50.0, 800.0])), tells_brightness(np.array([0.99, 1.02]))
    (True, False)
    """
    known = value[np.isfinite(value) & (value > 0)]
    if known.size == 0:
        return True
    low, high = np.log10(np.percentile(known, (10, 90)))
    return bool(high - low >= _ALIKE_DEX)


def complete(stats: dict[str, np.ndarray], constant: np.ndarray | None = None) -> None:
    """Fill in what needs all objects of a measurement at once, in place.

    Parameters
    ----------
    stats : dict of str to ndarray
        As `lightledger.analysis.statistics.statistics` gives them, of all objects.
    constant : ndarray of bool, optional
        Objects that may be constant; see `add_excess`.

    Notes
    -----
    ``excess`` is added, where ``spread`` is there. ``chi2`` is divided by its median over the
    constant objects (all, where there are fewer than `MIN_OBJECTS` of them): most are constant.
    """
    if "spread" in stats:
        add_excess(stats, constant)
    quiet = np.isfinite(stats["chi2"]) & (stats["n_good"] >= MIN_POINTS)
    if constant is not None and np.count_nonzero(quiet & constant) >= MIN_OBJECTS:
        quiet &= constant
    if np.count_nonzero(quiet) >= MIN_OBJECTS:
        usual = float(np.median(stats["chi2"][quiet]))
        if usual > 0:
            stats["chi2"] /= usual


def add_excess(
    stats: dict[str, np.ndarray], constant: np.ndarray | None = None, rounds: int = _ROUNDS
) -> None:
    """Fill the column ``excess``, in place.

    Excess = [log10 spread - its locus at that flux - what larger errors explain] / sigma. The
    locus is a running median, with a running slope, of constant objects; sigma is 1.4826 x the
    MAD of constant objects about it, but not less than the sampling error 0.434 / sqrt(2 (n - 1))
    of a standard deviation of n points. Errors explain log10 of the ratio of the object's
    median error to the median error usual at its flux, where that is above 1: an object near
    the edge of coverage is noisier, not more variable. Where values say nothing of brightness
    (ratios), the median error stands for the flux.

    Parameters
    ----------
    stats : dict of str to ndarray
        Needs ``n_good, median, spread, median_error``.
    constant : ndarray of bool, optional
        Objects that may define the locus: neither blended nor saturated nor at the edge.
        Variables among them are found and left out by iteration.
    rounds : int
        Of that iteration at most; one does where the variables are known already.

    Notes
    -----
    Needs `MIN_OBJECTS` constant objects; with fewer (a subarray around a single star) excess is
    nan. Objects with fewer than `MIN_POINTS` good points have nan.
    """
    stats.setdefault("excess", np.empty(stats["n_good"].size))[:] = _fit(stats, constant, rounds)[0]


def excess_width(stats: Mapping[str, np.ndarray], constant: np.ndarray | None = None) -> np.ndarray:
    """One sigma of the excess in dex of the spread, for each object; as `add_excess` finds it.

    Returns
    -------
    ndarray of float64, shape (n_object,)
        nan where there is no excess. A spread k times as large has log10(k) / width more of it.
    """
    return _fit(stats, constant, _ROUNDS)[1]


def _fit(
    stats: Mapping[str, np.ndarray], constant: np.ndarray | None, rounds: int
) -> tuple[np.ndarray, np.ndarray]:
    """Excess, and its sigma in dex."""
    n, flux, spread = stats["n_good"], stats["median"], stats["spread"]
    noise = stats["median_error"]
    excess, width = np.full(n.size, np.nan), np.full(n.size, np.nan)
    with np.errstate(invalid="ignore"):
        usable = (n >= MIN_POINTS) & np.isfinite(flux) & (spread > 0)
    may = usable if constant is None else usable & constant
    if np.count_nonzero(may) < MIN_OBJECTS:
        may = usable
    if np.count_nonzero(may) < MIN_OBJECTS:
        return excess, width
    # Below the faintest objects' own noise the flux says nothing about the noise.
    n_faint = max(np.count_nonzero(may) // 4, 3)
    floor = float(np.median(np.sort(spread[may])[:n_faint]))
    known = np.isfinite(noise[usable]) & (noise[usable] > 0)
    if known.all() and not tells_brightness(flux[may]):
        x = np.log10(noise[usable])
    else:
        x = np.log10(np.maximum(flux[usable], floor))
    y = np.log10(spread[usable])
    log_noise = np.log10(np.where(known, noise[usable], 1.0))
    sampling = 0.4343 / np.sqrt(2.0 * (n[usable] - 1))

    here = may[usable]
    explained = np.zeros(x.size)
    if np.count_nonzero(here & known) >= MIN_OBJECTS:
        usual = running_locus(x[here & known], log_noise[here & known], x)[0]
        explained = np.where(known, np.maximum(log_noise - usual, 0.0), 0.0)
    y = y - explained
    now = here
    for _ in range(rounds):
        locus, mad = running_locus(x[now], y[now], x)
        sigma = np.maximum(1.4826 * mad, sampling)
        ratio: np.ndarray = (y - locus) / sigma
        chosen = here & (ratio < CONSTANT_BELOW)
        if int(chosen.sum()) < max(MIN_OBJECTS, int(here.sum()) // 2):
            break
        if np.array_equal(chosen, now):
            break
        now = chosen
    excess[usable], width[usable] = ratio, sigma
    return excess, width


def running_locus(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Running median of y against x, with a local slope, and the MAD about it.

    Windows of a sixth of the points (11 to 201, half overlapping) each give a robust line
    (Brown & Mood 1951: through the medians of the window's lower and upper thirds); between the
    centres of two windows their lines are blended, above the last one goes on. Below the
    faintest point the sky alone makes the noise: the locus stays level.

    Parameters
    ----------
    x, y : ndarray of float, shape (n,)
        The constant objects: log flux, log spread.
    at : ndarray of float, shape (m,)

    Returns
    -------
    locus, mad : ndarray of float, shape (m,)
    """
    order = np.argsort(x, kind="stable")
    x, y = x[order], y[order]
    size = min(int(np.clip(x.size // 6, 11, 201)), x.size)
    starts = np.unique(np.append(np.arange(0, x.size - size, max(size // 2, 1)), x.size - size))
    centre, level, slope = _robust_lines(_windows(x, starts, size), _windows(y, starts, size))
    at = np.maximum(at, x[0])
    residual = np.abs(y - _blend(x, centre, level, slope))
    wide = min(3 * size, x.size)
    about = np.clip(starts + size // 2 - wide // 2, 0, x.size - wide)
    mads = np.median(_windows(residual, about, wide), axis=1)
    return _blend(at, centre, level, slope), np.interp(at, centre, mads)


def _windows(values: np.ndarray, starts: np.ndarray, size: int) -> np.ndarray:
    """Runs of ``size`` values from each start, shape (n_start, size)."""
    return np.lib.stride_tricks.sliding_window_view(values, size)[starts]


def _robust_lines(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Centre, level there and slope of each row; all at once, for this runs while a hand drags.

    The slope is kept between 0 (sky noise) and 1.5 (of log flux).
    """
    size = x.shape[1]
    third = max(size // 3, 1)
    run, rise = (np.median(v[:, -third:], axis=1) - np.median(v[:, :third], axis=1) for v in (x, y))
    told = (run > 0.02) & (size >= 6)
    slope = np.where(told, np.clip(rise / np.where(told, run, 1.0), 0.0, 1.5), 0.0)
    centre = np.median(x, axis=1)
    return centre, np.median(y - slope[:, None] * (x - centre[:, None]), axis=1), slope


def _blend(at: np.ndarray, centre: np.ndarray, level: np.ndarray, slope: np.ndarray) -> np.ndarray:
    right = np.clip(np.searchsorted(centre, at), 1, max(centre.size - 1, 1))
    left = right - 1
    right = np.minimum(right, centre.size - 1)
    gap = centre[right] - centre[left]
    share = np.clip((at - centre[left]) / np.where(gap > 0, gap, 1.0), 0.0, 1.0)
    from_left = level[left] + slope[left] * (at - centre[left])
    from_right = level[right] + slope[right] * (at - centre[right])
    return from_left * (1 - share) + from_right * share


def well_measured(
    stats: dict[str, np.ndarray],
    n_visit: int,
    blended: np.ndarray | None = None,
) -> np.ndarray:
    """Objects whose light curves deserve trust, boolean.

    At least 20 good points and a third of the visits (or half of them, where there are fewer than
    40): an object that drifts out of the frame is one of the edge. Saturated in at most 2 % of the
    visits that saw it; low coverage or a cut aperture in at most a quarter of them; not blended.
    """
    n, seen = stats["n_good"], np.maximum(stats["n_observed"], 1)
    trusted = n >= max(min(20, -(-n_visit // 2)), -(-n_visit // 3), 1)
    trusted &= stats["n_saturated"] <= 0.02 * seen
    trusted &= stats["n_edge"] <= 0.25 * seen
    if blended is not None:
        trusted &= ~np.asarray(blended, bool)
    return trusted


def is_variable(stats: dict[str, np.ndarray], trusted: np.ndarray) -> np.ndarray:
    """Objects called variable: ``excess`` above `VARIABLE_ABOVE` and well measured."""
    with np.errstate(invalid="ignore"):
        return trusted & (stats["excess"] > VARIABLE_ABOVE)
