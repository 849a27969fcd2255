"""Statistics of many light curves at once; compiled, without the interpreter's lock.

All are in flux, on good points only. Definitions and sources: `statistics`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

import numpy as np

from lightledger.domain import Flag, ZeroPoints

from .columns import LEVELS, STATISTICS, Level
from .correction import gains
from .epochs import MIN_PER_SETUP, Epochs
from .kernels import points, running, summary
from .masks import Filters
from .running import LEAST, Clip
from .zeropoints import FLOOR

#: Share of the points left out on either side of the range behind ``spread`` ...
TRIM = 0.05
#: ... but never fewer than this many (one below `FEW` points), so that outliers do not count.
TRIM_AT_LEAST, FEW = 2, 12
#: Below this many points the range says nothing that the MAD does not.
MIN_FOR_RANGE = 5

Table = dict[str, np.ndarray]

#: Marks points that a clip takes away; no flag of `lightledger.domain.Flag`.
CLIPPED = np.uint16(1 << 15)
UNOBSERVED = int(Flag.OUTSIDE | Flag.NO_COVERAGE)
EDGE = int(Flag.LOW_COVERAGE | Flag.TRUNCATED)
NUMBERS = {
    "mean": summary.MEAN,
    "std": summary.STD,
    "skewness": summary.SKEWNESS,
    "inv_eta": summary.INV_ETA,
    "chi2": summary.CHI2,
    "first_mjd": summary.FIRST,
    "last_mjd": summary.LAST,
    "longest_gap": summary.GAP,
    "median": summary.MEDIAN,
    "scatter": summary.SCATTER,
    "iqr": summary.IQR,
    "amplitude": summary.AMPLITUDE,
    "median_error": summary.MEDIAN_ERROR,
    "spread": summary.SPREAD,
}
COUNTS = {
    "n_good": points.N_GOOD,
    "n_observed": points.N_OBSERVED,
    "n_saturated": points.N_SATURATED,
    "n_edge": points.N_EDGE,
}


@dataclass(frozen=True)
class Curves:
    """Light curves of consecutive objects in one measurement.

    Attributes
    ----------
    value, error : ndarray of float32, shape (n_object, n_visit)
        Visits in order of time. Planes of records are read where they lie, without a copy.
    flags : ndarray of uint16, shape (n_object, n_visit)
    epochs : Epochs, optional
        The visits; without them there are no times, and one setup.
    zero_points : ZeroPoints, optional
        Correct by them, no comparison star by itself; the error of a factor is added in
        quadrature.
    first_object : int
        Catalogue row of the first object, for the zero points.
    noise_factor : ndarray of float64, shape (n_visit,), optional
        Multiplies all errors: noise correlated between pixels; nan, where unknown, leaves them.
    """

    value: np.ndarray
    error: np.ndarray
    flags: np.ndarray
    epochs: Epochs | None = None
    zero_points: ZeroPoints | None = None
    first_object: int = 0
    noise_factor: np.ndarray | None = None


@dataclass(frozen=True)
class Summary:
    """Statistics of some light curves, and what pairing them with another band needs."""

    epochs: Epochs
    filters: Filters
    columns: Table
    planes: summary.Planes
    gains: summary.Gains
    runs: summary.Runs
    mask: np.uint16
    found: summary.Found


@lru_cache(maxsize=8)
def _rules(n_visit: int) -> summary.Rules:
    """What counts as what; the range's width for unit noise for n = 0 .. n_visit points.

    Expected normal order statistics after Blom (1958): rank i at (i - 0.375) / (n + 0.25).
    """
    trim = np.zeros(n_visit + 1, np.int64)
    width = np.zeros(n_visit + 1)
    normal = NormalDist()
    for n in range(MIN_FOR_RANGE, n_visit + 1):
        least = TRIM_AT_LEAST if n >= FEW else 1
        trim[n] = max(round(TRIM * n), least)
        width[n] = 2 * normal.inv_cdf((n - trim[n] - 0.375) / (n + 0.25))
    unobserved, saturated, edge = map(np.uint16, (UNOBSERVED, Flag.SATURATED, EDGE))
    return summary.Rules(unobserved, saturated, edge, MIN_PER_SETUP, FLOOR, trim, width)


def statistics(curves: Curves, filters: Filters | None = None, want: Level = "all") -> Table:
    """Statistics of each light curve.

    Parameters
    ----------
    curves : Curves
    filters : Filters, optional
        Which points are good: finite, none of the flags, in the time range, within the clip.
    want : {'all', 'order', 'moments'}
        How much; see `lightledger.analysis.columns.Level`.

    Returns
    -------
    dict of str to ndarray, shape (n_object,)
        The columns of `lightledger.analysis.columns.STATISTICS`; numbers are nan where there
        are too few good points. Still to come: ``stetson_j``, ``n_pair``
        (`lightledger.analysis.pairs`), and what needs all objects: ``excess`` and the scale of
        ``chi2`` (`lightledger.analysis.excess.complete`).

    Notes
    -----
    n good points F of error s, rescaled by the factor of correlated noise where that is known;
    corrected ones rounded to float32, as stored ones are.

    mean, std, median
        std with n - 1. Quantiles interpolate linearly (Hyndman & Fan 1996, Am. Stat. 50, 361,
        type 7).
    scatter
        1.4826 x the median absolute deviation from the median, without small-sample factor.
    iqr
        Q(0.75) - Q(0.25) (Sokolovsky et al. 2017, MNRAS 464, 274, 2.5).
    amplitude
        [Q(0.95) - Q(0.05)] / 2, half the trimmed range of Gaia's variability tables (Eyer et al.
        2023, A&A 674, A13): it does not move for single outliers.
    skewness
        g1 = m3 / m2^(3/2), moments about the mean over n (Joanes & Gill 1998, The Statistician
        47, 183); positive for flares, negative for eclipses. n > 2. Not robust.
    chi2
        sum w (r - <r>)^2 / (n - k), w = 1 / (s^2 + s_zp^2 + (f <F>)^2): the error of the zero
        point, where corrected, and a floor of f = `lightledger.analysis.zeropoints.FLOOR` of the
        mean flux in quadrature; <r> is the weighted mean, k the number of levels (below),
        points without a positive error left out. `complete` divides it by that of the constant
        objects of the measurement: all errors are rescaled by one factor so that theirs is 1
        (the scale factor of the Particle Data Group, e.g. 2022, PTEP 083C01, 5.2.2). Visits share
        errors, so no p-value is given.
    inv_eta
        1/eta, eta = [sum (r(i+1) - r(i))^2 / (n - 1)] / s^2 over time-ordered points (von Neumann
        1941, Ann. Math. Stat. 12, 367; inverted as in Shin et al. 2009, MNRAS 400, 1897); white
        noise gives 0.5.
    first_mjd, last_mjd, longest_gap
        Of the good points, in days.

    chi2, inv_eta, stetson_j and spread tell whether an object varies, and a colour-dependent
    step where the instrument changed is no variability: they are of residuals r to the level
    of each setup, which is the mean (for spread: the median) of its good points, or of all where
    it has fewer than `MIN_PER_SETUP`. All else is of the plain fluxes.

    ``spread`` must not move for a cosmic ray or a passing asteroid, and must for a supernova that
    is up in 15 % of the visits or an eclipse in 10 %, which a MAD does not see. So it is the
    larger of 1.4826 MAD and the range between the points that are left when 5 % on either
    side (at least two) are dropped, divided by the range expected for normal noise. A point
    whose error is above the light curve's median error enters with its residual reduced by the
    ratio of the two, so that a few shallow visits do not look like variability.
    """
    return summarise(curves, filters, want).columns


def summarise(curves: Curves, filters: Filters | None = None, want: Level = "all") -> Summary:
    """As `statistics`, with what pairing needs."""
    filters = filters or Filters()
    n_row, n_visit = curves.value.shape
    epochs = curves.epochs or Epochs.unknown(n_visit)
    lo, hi = epochs.slots(filters.time)
    planes = summary.Planes(
        whole_rows(curves.value, np.float32),
        whole_rows(curves.error, np.float32),
        whole_rows(curves.flags, np.uint16),
    )
    correction = summary.Gains(
        *gains(curves.zero_points, curves.first_object, curves.value, curves.flags),
        known_noise(curves.noise_factor),
    )
    mask, clip_sigma = np.uint16(filters.effective_mask), float(filters.clip.sigma)
    if not filters.clip.plain:
        marked = _mark_clipped(planes, correction, epochs, (lo, hi, mask), filters.clip)
        planes, mask, clip_sigma = planes._replace(flags=marked), mask | CLIPPED, 0.0
    found = summary.Found(
        np.zeros((n_row, len(COUNTS)), np.int32),
        np.full((n_row, summary.N_NUMBER), np.nan),
        np.full((n_row, epochs.n_setup), np.nan),
        np.full((n_row, 2), np.nan),
    )
    runs = summary.Runs(epochs.mjd_utc, epochs.start, epochs.code)
    depth = LEVELS.index(want)
    choice = summary.Choice(lo, hi, mask, clip_sigma, depth)
    summary.summarise(planes, correction, runs, choice, _rules(n_visit), 0, n_row, found)
    columns = {}
    for column in STATISTICS:
        name = column.name
        if LEVELS.index(column.level) > depth:
            continue
        if name in COUNTS:
            columns[name] = found.counts[:, COUNTS[name]].copy()
        elif name in NUMBERS:
            columns[name] = found.numbers[:, NUMBERS[name]].copy()
        else:
            columns[name] = np.full(n_row, 0 if column.dtype == "<i4" else np.nan, column.dtype)
    return Summary(epochs, filters, columns, planes, correction, runs, mask, found)


def _mark_clipped(
    planes: summary.Planes,
    correction: summary.Gains,
    epochs: Epochs,
    choice: tuple[int, int, np.uint16],
    clip: Clip,
) -> np.ndarray:
    """Flags, read-only, with `CLIPPED` where a clip takes a point away that passes all else."""
    marked = planes.flags[:, : epochs.mjd_utc.size].copy()
    rule = running.Rule(clip.sigma, clip.window_d, max(clip.iterations, 1), LEAST, CLIPPED)
    running.mark_clipped(
        planes.value, planes.flags, correction.which, correction.gain, epochs.mjd_utc,
        running.Choice(*choice), rule, 0, len(marked), marked,
    )  # fmt: skip
    marked.flags.writeable = False  # as `whole_rows` are: one compiled signature
    return marked


def known_noise(factor: np.ndarray | None) -> np.ndarray:
    """Factors with 1 where they are unknown; none where all are."""
    if factor is None or not np.isfinite(factor).any():
        return np.empty(0)
    return np.where(np.isfinite(factor), factor, 1.0)


def whole_rows(plane: np.ndarray, dtype: type) -> np.ndarray:
    """A plane as C-contiguous rows at least as wide, read-only: one compiled signature for all.

    A plane of records is seen with the rest of each record at its right, so nothing is copied
    and a row is still contiguous, which is what vectorises the kernels.
    """
    rows = plane
    size, (n_row, n_visit) = np.dtype(dtype).itemsize, plane.shape
    step, within = plane.strides
    plain = plane.dtype == np.dtype(dtype) and plane.flags.aligned and plane.size > 0
    if plain and within == size and step % size == 0 and step >= size * n_visit:
        shape = (n_row, step // size)
        rows = np.lib.stride_tricks.as_strided(plane, shape, (step, size), writeable=False)
    else:
        rows = np.ascontiguousarray(plane, dtype)
        rows = rows.view()
        rows.flags.writeable = False
    return rows


def concatenate(parts: list[Table]) -> Table:
    """Statistics of consecutive ranges of rows as one; the parts may come from several threads."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
