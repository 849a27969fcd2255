"""Phases."""

from __future__ import annotations

import numpy as np


def fold(time: np.ndarray, period_d: float, epoch: float) -> np.ndarray:
    """Phase of each time, 0 at the epoch, in [0, 1); float64.

    >>> fold(np.array([54000.0, 54003.0, 53999.0]), 4.0, 54000.0).tolist()
    [0.0, 0.75, 0.75]
    """
    phase = (np.asarray(time, np.float64) - epoch) / period_d
    phase -= np.floor(phase)
    phase[phase >= 1.0] = 0.0  # just below a whole number, rounded up
    return phase
