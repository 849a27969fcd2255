"""Compile and cache this room's kernels; run as ``python -m lightledger.analysis.warm``."""

from __future__ import annotations

import numpy as np


def warm_kernels() -> None:
    """Compile every kernel of this room, or load it from numba's cache."""
    from .statistics import statistics

    value = np.ones((2, 8))
    statistics(value, value, np.zeros((2, 8), np.uint16))


if __name__ == "__main__":
    warm_kernels()
