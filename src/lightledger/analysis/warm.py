"""Compile and cache this room's kernels; run as ``python -m lightledger.analysis.warm``."""

from __future__ import annotations

import numpy as np


def warm_kernels() -> None:
    """Compile every kernel of this room, or load it from numba's cache."""
    from .epochs import Epochs
    from .masks import Filters
    from .moving import Moving
    from .pairs import add_stetson
    from .running import Clip
    from .statistics import Curves, summarise
    from .zeropoints import solve_zero_points, weighted_median

    value, flags = np.ones((2, 8), np.float32), np.zeros((2, 8), np.uint16)
    epochs = Epochs.of({"mjd_utc_mid": np.arange(8.0)})
    found = summarise(Curves(value, value, flags, epochs))
    add_stetson([found, found])
    summarise(Curves(value, value, flags, epochs), Filters(clip=Clip(3.0, 2.0)))
    Moving(Curves(value, value, flags, epochs), Filters()).to(Filters())
    solve_zero_points(value, value, flags, np.arange(2))
    weighted_median(value, np.ones(2), value > 0)


if __name__ == "__main__":
    warm_kernels()
