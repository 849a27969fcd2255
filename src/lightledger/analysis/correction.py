"""Applying zero points to many light curves at once, no star ever correcting itself."""

from __future__ import annotations

import numpy as np

from lightledger.domain import ZeroPoints


def correct_rows(
    zero_points: ZeroPoints,
    first_object: int,
    value: np.ndarray,
    error: np.ndarray,
    flags: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Corrected values and errors of consecutive objects.

    Parameters
    ----------
    zero_points : ZeroPoints
    first_object : int
        Index of the first row in catalogue order.
    value, error : ndarray of float, shape (n_row, n_visit)
    flags : ndarray of uint16, shape (n_row, n_visit)

    Returns
    -------
    value, error : ndarray of float64, shape (n_row, n_visit)
        value / factor; the error of the factor added in quadrature.
    """
    factor, factor_error = zero_points.factor, zero_points.error
    with np.errstate(invalid="ignore", divide="ignore"):
        corrected = value / factor
        corrected_error = np.hypot(error / factor, corrected * factor_error / factor)
    last = first_object + value.shape[0]
    inside = (zero_points.member >= first_object) & (zero_points.member < last)
    for index in zero_points.member[inside]:
        row = int(index) - first_object
        corrected[row], corrected_error[row] = zero_points.apply(
            int(index), value[row], error[row], flags[row]
        )
    return corrected, corrected_error


def gains(
    zero_points: ZeroPoints | None, first_object: int, value: np.ndarray, flags: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What corrects consecutive objects: corrected value = value x gain.

    The error of a corrected value is hypot(error x gain, value x gain_error).

    Parameters
    ----------
    zero_points : ZeroPoints or None
        None: nothing is corrected.
    first_object : int
        Index of the first row in catalogue order.
    value, flags : ndarray, shape (n_row, n_visit)

    Returns
    -------
    which : ndarray of int64, shape (n_row,)
        Row of the gains that corrects each object; -1: none.
    gain, gain_error : ndarray of float64, shape (n_gain, n_visit)
        The first for all objects, then one for each comparison star, left out of its own.
    """
    n_row, n_visit = value.shape
    if zero_points is None:
        return np.full(n_row, -1, np.int64), np.ones((1, n_visit)), np.zeros((1, n_visit))
    which = np.zeros(n_row, np.int64)
    factors = [(zero_points.factor, zero_points.error)]
    last = first_object + n_row
    inside = (zero_points.member >= first_object) & (zero_points.member < last)
    for index in zero_points.member[inside]:
        row = int(index) - first_object
        which[row] = len(factors)
        factors.append(zero_points.without(int(index), value[row], flags[row]))
    factor = np.array([f for f, _ in factors], np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        return which, 1.0 / factor, np.array([e for _, e in factors], np.float64) / factor**2
