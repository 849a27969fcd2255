"""Lomb-Scargle periodograms: floating mean, errors as weights, one or several terms.

The sums over points are exact, and matrix products: with f = f0 + (a B + b) df the phase factor
exp(2 pi i f t) is a product of one of few coarse and one of few fine factors. That is as fast as
the approximation by Fourier transforms at the sizes here, and can stop between any two blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lightledger.domain import Control, Progress, Report, silent

from .grid import Grid
from .series import Series

#: Coarse and fine phase factors of a block, and points held at a time.
_COARSE, _FINE, _POINTS = 64, 128, 4096
#: Products are of tiles so small that OpenBLAS does them on this one thread: its others wait by
#: spinning, and on a busy machine that takes ten times as long as the work.
_TILE = 32
#: So few frequencies need no block.
_FEW = 65
MAX_TERMS = 5


def power(
    series: Series,
    grid: Grid,
    n_terms: int = 1,
    control: Control | None = None,
    report: Report = silent,
) -> np.ndarray:
    """Generalised Lomb-Scargle power (Zechmeister & Kuerster 2009, A&A 496, 577).

    Parameters
    ----------
    series : Series
    grid : Grid
    n_terms : int
        1: a sine; more: a Fourier series of as many terms (Schwarzenberg-Czerny 1996, ApJL 460,
        L107).

    Returns
    -------
    ndarray of float64, shape (grid.n,)
        The share of the weighted variance about the mean that the model takes away, 0 to 1
        ('standard' normalisation); 0 where the model is not determined.

    Raises
    ------
    Cancelled
    """
    w, y, t, variance = _weighted(series)
    if not variance > 0:
        return np.zeros(grid.n)
    made = np.zeros(grid.n)
    for first, last in _blocks(grid, control, report, "periods"):
        at, n = grid.first + first * grid.step, last - first
        plain = _sums(t, w, at, grid.step, n, 2 * n_terms)
        with_y = _sums(t, w * y, at, grid.step, n, n_terms)
        one = _one_term if n_terms == 1 else _several_terms
        made[first:last] = one(plain, with_y)[:n] / variance
    return np.clip(np.nan_to_num(made, nan=0.0, posinf=0.0, neginf=0.0), 0.0, 1.0)


def window_power(
    series: Series, grid: Grid, control: Control | None = None, report: Report = silent
) -> np.ndarray:
    """The spectral window |sum w exp(2 pi i f t)|^2, 1 at f = 0 (Deeming 1975, Ap&SS 36, 137).

    What a single sine would be smeared out to: its peaks are distances of aliases.
    """
    w, _, t, _ = _weighted(series)
    made = np.zeros(grid.n)
    for first, last in _blocks(grid, control, report, "window"):
        at = grid.first + first * grid.step
        sums = _sums(t, w, at, grid.step, last - first, 1)[0]
        made[first:last] = np.abs(sums[: last - first]) ** 2
    return made


@dataclass(frozen=True)
class Fit:
    """A Fourier series through a light curve.

    Attributes
    ----------
    frequency : float
        1/d.
    zero : float
        MJD its phases are counted from.
    offset : float
    cosine, sine : ndarray of float64, shape (n_terms,)
    """

    frequency: float
    zero: float
    offset: float
    cosine: np.ndarray
    sine: np.ndarray

    def at(self, time: np.ndarray) -> np.ndarray:
        """The model's flux at times (MJD, as in the series)."""
        angle = 2 * np.pi * self.frequency * (np.asarray(time, np.float64) - self.zero)
        k = np.arange(1, self.cosine.size + 1)
        parts = angle[..., None] * k
        return self.offset + np.cos(parts) @ self.cosine + np.sin(parts) @ self.sine

    def extremes(self) -> tuple[float, float, float]:
        """MJD of the brightest moment of a cycle near ``zero``, and the model's range there."""
        time = self.zero + np.arange(2000) / 2000 / self.frequency
        flux = self.at(time)
        return float(time[np.argmax(flux)]), float(flux.min()), float(flux.max())


def fit(series: Series, frequency: float, n_terms: int = 1) -> Fit:
    """Weighted least squares at one frequency (1/d)."""
    zero = series.middle
    angle = 2 * np.pi * frequency * (series.time - zero)
    k = np.arange(1, n_terms + 1)
    parts = angle[:, None] * k
    design = np.concatenate([np.ones((len(series), 1)), np.cos(parts), np.sin(parts)], axis=1)
    root = 1.0 / series.error
    found = np.linalg.lstsq(design * root[:, None], series.flux * root, rcond=None)[0]
    return Fit(frequency, zero, float(found[0]), found[1 : n_terms + 1], found[n_terms + 1 :])


def _weighted(series: Series) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Weights of sum 1, flux about its mean, times about the middle, variance about the mean."""
    w = series.error**-2.0
    w = w / w.sum()
    mean = w @ series.flux
    y = series.flux - mean
    variance = float(w @ y**2)
    if variance <= (1e-13 * mean) ** 2:  # rounding of a constant
        variance = 0.0
    return w, y, series.time - series.middle, variance


def _blocks(
    grid: Grid, control: Control | None, report: Report, stage: str
) -> Iterator[tuple[int, int]]:
    size = _COARSE * _FINE
    for first in range(0, grid.n, size):
        if control is not None:
            control.check()
        last = min(first + size, grid.n)
        yield first, last
        report(Progress(stage, last, grid.n))


def _sums(
    t: np.ndarray, weight: np.ndarray, first: float, step: float, n: int, n_k: int
) -> np.ndarray:
    """sum_j weight_j exp(2 pi i k f t_j), k = 1 .. n_k; complex, shape (n_k, at least n)."""
    if n <= _FEW:  # the top of a peak, or what a hand points at
        factor = np.exp(2j * np.pi * np.outer(t, first + step * np.arange(n)))
        return np.stack([weight @ factor**k for k in range(1, n_k + 1)])
    shape = _COARSE // _TILE, _FINE // _TILE, _TILE, _TILE
    made = np.zeros((n_k, *shape), complex)
    starts = (first + step * _FINE * np.arange(_COARSE)).reshape(-1, 1, 1, _TILE, 1)
    small = (step * np.arange(_FINE)).reshape(1, -1, 1, 1, _TILE)
    for begin in range(0, t.size, _POINTS):
        some = slice(begin, begin + _POINTS)
        times, weights = _in_rows(t[some]), _in_rows(weight[some])
        coarse = np.exp(2j * np.pi * starts * times[:, None, :])
        fine = np.exp(2j * np.pi * times[:, :, None] * small)
        left, right = weights[:, None, :] * coarse, fine
        for k in range(n_k):
            made[k] += (left @ right).sum(axis=2)
            if k + 1 < n_k:
                left, right = left * coarse, right * fine
    return made.swapaxes(2, 3).reshape(n_k, -1)


def _in_rows(values: np.ndarray) -> np.ndarray:
    """Shape (rows, `_TILE`); zeros fill the last one."""
    rows = np.zeros((-(-values.size // _TILE), _TILE))
    rows.ravel()[: values.size] = values
    return rows


def _one_term(plain: np.ndarray, with_y: np.ndarray) -> np.ndarray:
    """Sine of any phase and a mean: the phase is turned so that cosine and sine do not mix."""
    c, s, c2, s2 = plain[0].real, plain[0].imag, plain[1].real, plain[1].imag
    yc, ys = with_y[0].real, with_y[0].imag
    turn = 0.5 * np.arctan2(s2 - 2 * s * c, c2 - (c * c - s * s))
    cos, sin = np.cos(turn), np.sin(turn)
    cos2, sin2 = np.cos(2 * turn), np.sin(2 * turn)
    cc = 0.5 * (1 + c2 * cos2 + s2 * sin2) - (c * cos + s * sin) ** 2
    ss = 0.5 * (1 - c2 * cos2 - s2 * sin2) - (s * cos - c * sin) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        return (yc * cos + ys * sin) ** 2 / cc + (ys * cos - yc * sin) ** 2 / ss


def _several_terms(plain: np.ndarray, with_y: np.ndarray) -> np.ndarray:
    """Normal equations of all terms at each frequency, the mean taken out."""
    n = with_y.shape[0]
    turns = np.concatenate([np.ones((1, plain.shape[1])), plain])  # index: how many times f
    matrix = np.empty((plain.shape[1], 2 * n, 2 * n))
    for i in range(n):
        for j in range(n):
            apart, together = turns[abs(i - j)], turns[i + j + 2]
            mi, mj = turns[i + 1], turns[j + 1]
            sign = 1.0 if i >= j else -1.0
            cc = (apart.real + together.real) / 2 - mi.real * mj.real
            ss = (apart.real - together.real) / 2 - mi.imag * mj.imag
            # cos(i) sin(j) = [sin(i + j) - sin(i - j)] / 2
            cs = (together.imag - sign * apart.imag) / 2 - mi.real * mj.imag
            matrix[:, i, j], matrix[:, n + i, n + j] = cc, ss
            matrix[:, i, n + j], matrix[:, n + j, i] = cs, cs
    right = np.concatenate([with_y.real, with_y.imag]).T
    try:
        found = np.linalg.solve(matrix, right[..., None])[..., 0]
    except np.linalg.LinAlgError:  # somewhere the terms cannot be told apart
        found = (np.linalg.pinv(matrix, hermitian=True) @ right[..., None])[..., 0]
    return np.einsum("fi,fi->f", right, found)
