"""Choosing comparison stars: bright, constant, unsaturated, seen in nearly every visit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from lightledger.domain import DEFAULT_MASK, Flag, ZeroPoints, is_good

from .epochs import Epochs
from .excess import MIN_OBJECTS, add_excess, tells_brightness
from .masks import Filters
from .statistics import Curves, statistics
from .zeropoints import FLOOR, MIN_STARS, medians, solve_zero_points

#: Most comparison stars of one measurement; more add cost, not accuracy.
MAX_STARS = 200
#: A comparison star is good in at least this share of what the most complete star has.
MIN_COVERAGE = 0.9
#: A star saturated in more than this share of its visits is none.
MAX_SATURATED = 0.02
#: Excess above which a star is variable, for this purpose.
VARIABLE = 3.0
#: With too few stars for a locus: scatter above this many times that of the quieter half.
RESTLESS = 3.0
_ROUNDS = 5

#: Reads rows: indices -> value, error, flags, each of shape (n_index, n_visit).
ReadRows = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray, np.ndarray]]


def choose_comparison(
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    exclude: np.ndarray | None = None,
    max_stars: int = MAX_STARS,
    *,
    setup: np.ndarray | None = None,
    mask: int = DEFAULT_MASK,
) -> np.ndarray:
    """Rows of the comparison stars, the brightest first.

    Parameters
    ----------
    value, error : ndarray of float, shape (n_object, n_visit)
    flags : ndarray of uint16, shape (n_object, n_visit)
    exclude : ndarray of bool, shape (n_object,), optional
        Never comparison stars: blended, near the edge, removed by a person.
    max_stars : int
        At most so many.
    setup : ndarray of str, shape (n_visit,), optional
        The visits' setups; see `lightledger.analysis.statistics.statistics`.
    mask : int
        Points with any of these flags do not count.

    Returns
    -------
    ndarray of int64
        Empty when there are fewer than two candidates: one star cannot say what the sky did.

    Notes
    -----
    Variables are found by solving, taking the stars' excess over the scatter usual at their
    flux, and solving again without those that stand out, until none does.
    """
    good = is_good(value, flags, mask)
    n_good = good.sum(axis=1)
    saturated = ((flags & np.uint16(Flag.SATURATED)) != 0).sum(axis=1)
    allowed = np.ones(n_good.size, bool) if exclude is None else ~np.asarray(exclude, bool)
    allowed &= saturated <= MAX_SATURATED * value.shape[1]
    allowed &= n_good > 0
    if not allowed.any():
        return np.empty(0, np.int64)
    allowed &= n_good >= MIN_COVERAGE * n_good[allowed].max()
    (rows,) = np.nonzero(allowed)
    flux = medians(value[rows], good[rows])
    noise = medians(error[rows], good[rows] & ~np.isnan(error[rows]))
    with np.errstate(invalid="ignore"):
        bright = flux > 5 * np.where(np.isfinite(noise), noise, 0.0)
        if bright.sum() < MIN_STARS:
            bright = flux > 0
    rank = flux[bright]
    if not tells_brightness(rank) and (noise[bright] > 0).all():
        rank = rank / noise[bright]
    order = np.argsort(-rank, kind="stable")
    # Half as many again as asked for: the variables among them will go.
    stars = rows[bright][order][: max_stars + max_stars // 2]
    for _ in range(_ROUNDS):
        quiet = _quiet(stars, value, error, flags, setup, mask)
        if quiet.all() or quiet.sum() < MIN_STARS:
            break
        stars = stars[quiet]
    stars = stars[:max_stars]
    return stars.astype(np.int64) if stars.size >= 2 else np.empty(0, np.int64)


def _quiet(
    stars: np.ndarray,
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    setup: np.ndarray | None,
    mask: int,
) -> np.ndarray:
    """Which of the stars are constant against the ensemble of all of them."""
    if stars.size < MIN_STARS:
        return np.ones(stars.size, bool)
    sub_value, sub_error, sub_flags = value[stars], error[stars], flags[stars]
    zero = solve_zero_points(sub_value, sub_error, sub_flags, np.arange(stars.size), mask=mask)
    epochs = None if setup is None else Epochs.of({"setup": setup})
    curves = Curves(sub_value, sub_error, sub_flags, epochs, zero)
    stats = statistics(curves, Filters(mask=mask))
    add_excess(stats)
    with np.errstate(invalid="ignore", divide="ignore"):
        fraction = stats["spread"] / stats["median"]
        expected = np.hypot(stats["median_error"] / stats["median"], FLOOR)
        fraction = np.where(np.isfinite(fraction), fraction, np.inf)
        # Too few for a locus: by how much it exceeds what its own errors would give.
        unrest = fraction / np.where(np.isfinite(expected), expected, FLOOR)
        usual = np.median(np.sort(unrest)[: max(unrest.size // 2, 1)])
        restless = unrest > RESTLESS * usual
        if stars.size >= 2 * MIN_OBJECTS:
            return ~(stats["excess"] > VARIABLE) & np.isfinite(fraction)
    return ~restless & np.isfinite(fraction)


def solve_ensemble(
    read: ReadRows,
    n_object: int,
    *,
    exclude: np.ndarray | None = None,
    brightness: np.ndarray | None = None,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    setup: np.ndarray | None = None,
    max_stars: int = MAX_STARS,
    max_candidates: int = 2000,
) -> ZeroPoints:
    """Comparison stars and zero points of one measurement, reading as little as possible.

    Parameters
    ----------
    read : callable
        Indices (ascending, in catalogue order) to ``value, error, flags``.
    n_object : int
        Objects in the catalogue.
    exclude : ndarray of bool, shape (n_object,), optional
        Blended, near the edge, ...: not chosen by the program; a person may still add them.
    brightness : ndarray of float, shape (n_object,), optional
        Only the ``max_candidates`` brightest are read; without it all are.
    add, remove : sequence of int
        Objects that a person added or removed.
    setup, max_stars
        See `choose_comparison`.

    Returns
    -------
    ZeroPoints
        Factors nan, without members, where no comparison star was found or added.
    """
    allowed = np.ones(n_object, bool) if exclude is None else ~np.asarray(exclude, bool)
    allowed[list(remove)] = False
    if brightness is not None:
        rank = np.where(allowed & np.isfinite(brightness), brightness, -np.inf)
        brightest = np.argsort(-rank, kind="stable")[:max_candidates]
        keep = np.zeros(n_object, bool)
        keep[brightest] = True
        allowed &= keep & np.isfinite(rank)
    added = sorted(set(map(int, add)) - set(map(int, remove)))
    rows = np.union1d(np.nonzero(allowed)[0], np.array(added, np.int64)).astype(np.int64)
    if rows.size == 0:
        probe = read(np.arange(min(n_object, 1)))[0]
        return ZeroPoints.none(probe.shape[1])
    value, error, flags = read(rows)
    chosen = choose_comparison(value, error, flags, ~allowed[rows], max_stars, setup=setup)
    zero = solve_zero_points(value, error, flags, chosen, np.searchsorted(rows, added))
    return replace(zero, member=rows[zero.member])
