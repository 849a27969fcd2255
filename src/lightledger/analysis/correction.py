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
        corrected_error = np.hypot(error / factor, corrected * (factor_error / factor))
    last = first_object + value.shape[0]
    inside = (zero_points.member >= first_object) & (zero_points.member < last)
    for index in zero_points.member[inside]:
        row = int(index) - first_object
        corrected[row], corrected_error[row] = zero_points.apply(
            int(index), value[row], error[row], flags[row]
        )
    return corrected, corrected_error
