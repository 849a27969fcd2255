"""Ensemble zero points of one measurement, as stored and as applied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .flags import DEFAULT_MASK, is_good


@dataclass(frozen=True)
class ZeroPoints:
    """Per-visit factors: corrected value = value / factor.

    Factors are weighted means of ``value / reference`` over the comparison stars, so the factor
    without one star can be had from the sums without solving again.

    Attributes
    ----------
    factor, error : ndarray of float64, shape (n_visit,)
        Factor (median 1; nan where fewer than the minimum of stars) and its standard error.
    n_star : ndarray of int32, shape (n_visit,)
        Comparison stars that entered.
    weight_sum : ndarray of float64, shape (n_visit,)
        Sum of the weights of those stars.
    clip : ndarray of float64, shape (n_visit,)
        A star enters a visit when ``|value / reference - factor| <= clip``.
    member : ndarray of int64, shape (n_member,)
        Indices of the comparison stars in catalogue order.
    reference, weight : ndarray of float64, shape (n_member,)
        Their constant flux (unit of the measurement) and weight.
    """

    factor: np.ndarray
    error: np.ndarray
    n_star: np.ndarray
    weight_sum: np.ndarray
    clip: np.ndarray
    member: np.ndarray
    reference: np.ndarray
    weight: np.ndarray

    @classmethod
    def none(cls, n_visit: int) -> ZeroPoints:
        """No correction could be had: factors nan, no members."""
        nan = np.full(n_visit, np.nan)
        empty = np.empty(0)
        return cls(
            factor=nan,
            error=nan.copy(),
            n_star=np.zeros(n_visit, np.int32),
            weight_sum=np.zeros(n_visit),
            clip=nan.copy(),
            member=np.empty(0, np.int64),
            reference=empty,
            weight=empty.copy(),
        )

    def without(
        self, index: int, value: np.ndarray, flags: np.ndarray, mask: int = DEFAULT_MASK
    ) -> tuple[np.ndarray, np.ndarray]:
        """Factor and error for one object, never including the object itself.

        Parameters
        ----------
        index : int
            The object, in catalogue order.
        value, flags : ndarray, shape (n_visit,)
            Its record.
        mask : int
            The flag mask that the zero points were solved with.

        Returns
        -------
        factor, error : ndarray of float64, shape (n_visit,)
        """
        (place,) = np.nonzero(self.member == index)
        if place.size == 0:
            return self.factor, self.error
        ratio = value.astype(np.float64) / self.reference[place[0]]
        with np.errstate(invalid="ignore", divide="ignore"):
            entered = is_good(value, flags, mask) & (np.abs(ratio - self.factor) <= self.clip)
            own = np.where(entered, self.weight[place[0]], 0.0)
            rest = self.weight_sum - own
            rest = np.where(rest > 1e-12 * self.weight_sum, rest, np.nan)
            moved = (self.factor * self.weight_sum - own * np.where(entered, ratio, 0.0)) / rest
            grown = self.error * np.sqrt(self.weight_sum / rest)
        return moved, grown

    def apply(
        self, index: int, value: np.ndarray, error: np.ndarray, flags: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Corrected value and error (zero-point error added in quadrature) of one record."""
        factor, factor_error = self.without(index, value, flags)
        with np.errstate(invalid="ignore", divide="ignore"):
            corrected = value / factor
            return corrected, np.hypot(error / factor, corrected * factor_error / factor)
