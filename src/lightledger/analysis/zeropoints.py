"""Ensemble zero points: what the sky did to every star in a visit, from constant stars.

Differential photometry against an ensemble (Honeycutt 1992, PASP 104, 435), iterated robustly:
reference fluxes, factors and weights in turn. The result follows `lightledger.domain.ZeroPoints`,
from which any star can be left out again without solving anew.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from lightledger.domain import DEFAULT_MASK, ZeroPoints, is_good

#: Fractional floor added to every star's own scatter: scintillation, flat field, sub-pixels.
FLOOR = 0.002
#: A visit with fewer comparison stars has no zero point, ...
MIN_STARS = 3
#: Ratios further than this (in sigma of the visit's ratios) from the factor do not enter.
CLIP_SIGMA = 4.0
#: Stars' own scatter counts for as much as this many stars in the error of a factor.
PRIOR_STARS = 3.0
_ROUNDS = 12


def solve_zero_points(
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
    members: np.ndarray,
    add: Iterable[int] = (),
    remove: Iterable[int] = (),
    *,
    visits: np.ndarray | None = None,
    mask: int = DEFAULT_MASK,
) -> ZeroPoints:
    """Factor of every visit from the comparison stars.

    Parameters
    ----------
    value, error : ndarray of float, shape (n_object, n_visit)
        Fluxes; only the rows of the members are read.
    flags : ndarray of uint16, shape (n_object, n_visit)
    members : ndarray of int
        Rows of the comparison stars (`lightledger.analysis.comparison.choose_comparison`).
    add, remove : iterable of int
        Rows that a person added or removed; an added star stays whatever it does.
    visits : ndarray of bool, shape (n_visit,), optional
        Visits that set the reference (all); a rejected visit still gets its factor.
    mask : int
        Points with any of these flags do not enter.

    Returns
    -------
    ZeroPoints
        ``member`` are the rows given, those without a positive reference flux left out. A visit
        needs `MIN_STARS` stars, two of just three members, or all of them where there are fewer;
        with one member the error is that star's own scatter.

    Notes
    -----
    Weights are 1 / (fractional variance + `FLOOR`^2), the variance that of the star's corrected
    light curve, robust, so that a variable weighs little. The error of a factor is
    sqrt(c / sum of weights), c the reduced chi2 of the visit's ratios, held towards 1 by as much
    as `PRIOR_STARS` stars would.
    """
    removed = set(map(int, remove))
    chosen = sorted({*map(int, members), *map(int, add)} - removed)
    n_visit = value.shape[1]
    if not chosen:
        return ZeroPoints.none(n_visit)
    flux = np.array(value[chosen], np.float64)
    good = is_good(flux, np.array(flags[chosen]), mask)
    usual = good if visits is None else good & visits
    reference = medians(flux, usual)
    with np.errstate(invalid="ignore"):
        alive = reference > 0
    if not alive.any():
        return ZeroPoints.none(n_visit)
    member = np.array(chosen, np.int64)[alive]
    flux, good, usual, reference = flux[alive], good[alive], usual[alive], reference[alive]
    noise = np.array(error[member], np.float64)
    formal = medians(noise, usual & np.isfinite(noise)) / reference
    variance = np.square(np.where(np.isfinite(formal), formal, 0.05)) + FLOOR**2

    for _ in range(_ROUNDS):
        factor, without = _factors(flux / reference[:, None], 1.0 / variance, good)
        middle = _middle(factor, visits)
        factor, without = factor / middle, without / middle
        before, corrected = reference, flux / factor
        reference = medians(corrected, usual & np.isfinite(corrected))
        reference = np.where(reference > 0, reference, before)
        if member.size > 2 and n_visit > 4:  # two stars always scatter alike
            variance = _own_variance(flux / without / reference[:, None], usual, variance)
        if np.allclose(reference, before, rtol=1e-7, atol=0.0):
            break
    return _with_exact_clips(flux, good, reference, 1.0 / variance, member, visits)


def _factors(
    ratio: np.ndarray, weight: np.ndarray, good: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Factor per visit, (n_visit,), and without each star in turn, (n_star, n_visit)."""
    from .kernels import ensemble

    ratio = np.ascontiguousarray(ratio.T)
    factor, without = np.empty(len(ratio)), np.empty_like(ratio)
    good = np.ascontiguousarray(good.T)
    ensemble.factors(ratio, weight, good, CLIP_SIGMA, factor, without)
    return factor, np.ascontiguousarray(without.T)


def _own_variance(ratio: np.ndarray, usual: np.ndarray, variance: np.ndarray) -> np.ndarray:
    """Fractional variance of each star, from its light curve corrected by the others alone.

    Measured against an ensemble with itself in it, the heaviest star would look quieter than it
    is and grow heavier still. The others' own share of the scatter is taken off again.
    """
    sound = usual & np.isfinite(ratio)
    scatter = np.square(1.4826 * medians(np.abs(ratio - medians(ratio, sound)[:, None]), sound))
    weight = 1.0 / variance
    others = 1.0 / np.maximum(weight.sum() - weight, 1e-300)
    own = np.maximum(scatter - others, 0.25 * scatter) + FLOOR**2
    return np.where((sound.sum(axis=1) > 4) & np.isfinite(own), own, variance)


def _with_exact_clips(
    flux: np.ndarray,
    good: np.ndarray,
    reference: np.ndarray,
    weight: np.ndarray,
    member: np.ndarray,
    visits: np.ndarray | None,
) -> ZeroPoints:
    """Weighted means of the ratios within a clip that reproduces exactly who entered."""
    from .kernels import ensemble

    n_visit = flux.shape[1]
    least = min(MIN_STARS, member.size)
    if member.size == MIN_STARS:  # of three, the one in eclipse leaves two, and keeps its eclipse
        least = MIN_STARS - 1
    good = np.ascontiguousarray(good.T)
    for _ in range(5):  # the median of the factors is 1 after the first or second round
        factor = np.full(n_visit, np.nan)
        error, clip = factor.copy(), factor.copy()
        weight_sum, n_star = np.zeros(n_visit), np.zeros(n_visit, np.int32)
        ratio = np.ascontiguousarray((flux / reference[:, None]).T)
        ensemble.exact_clips(
            ratio, weight, good, CLIP_SIGMA, PRIOR_STARS, least,
            factor, error, clip, weight_sum, n_star,
        )  # fmt: skip
        middle = _middle(factor, visits)
        if not np.isfinite(middle) or abs(middle - 1.0) < 1e-12:
            break
        reference = reference * middle
    return ZeroPoints(
        factor=factor,
        error=error,
        n_star=n_star,
        weight_sum=weight_sum,
        clip=clip,
        member=member,
        reference=reference,
        weight=weight,
    )


def weighted_median(a: np.ndarray, weight: np.ndarray, use: np.ndarray) -> np.ndarray:
    """Weighted median over the first axis; nan where nothing is used.

    Parameters
    ----------
    a : ndarray of float, shape (n_star, n_visit)
    weight : ndarray of float, shape (n_star,)
    use : ndarray of bool, shape (n_star, n_visit)
    """
    from .kernels import ensemble

    out = np.empty(a.shape[1])
    values = np.ascontiguousarray(a.T, np.float64)
    used = np.ascontiguousarray(use.T)
    ensemble.weighted_medians(values, np.ascontiguousarray(weight, np.float64), used, out)
    return out


def medians(a: np.ndarray, use: np.ndarray) -> np.ndarray:
    """Median over the last axis of what is used; nan where nothing is."""
    from .kernels import ensemble

    out = np.empty(len(a))
    ensemble.medians(np.ascontiguousarray(a, np.float64), np.ascontiguousarray(use), out)
    return out


def _middle(factor: np.ndarray, visits: np.ndarray | None) -> float:
    used = factor if visits is None else factor[visits]
    used = used[np.isfinite(used)]
    if used.size == 0:
        used = factor[np.isfinite(factor)]
    return float(np.median(used)) if used.size else float("nan")
