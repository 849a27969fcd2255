"""Compile and cache this room's kernels; run as ``python -m lightledger.analysis.warm``."""

from __future__ import annotations

import numpy as np


def warm_kernels() -> None:
    """Compile every kernel of this room, or load it from numba's cache."""
    from .epochs import Epochs
    from .pairs import add_stetson
    from .statistics import Curves, summarise
    from .zeropoints import solve_zero_points, weighted_median

    value = np.ones((2, 8), np.float32)
    epochs = Epochs.of({"mjd_utc_mid": np.arange(8.0)})
    found = summarise(Curves(value, value, np.zeros((2, 8), np.uint16), epochs))
    add_stetson([found, found])
    solve_zero_points(value, value, np.zeros((2, 8), np.uint16), np.arange(2))
    weighted_median(value, np.ones(2), value > 0)


if __name__ == "__main__":
    warm_kernels()
