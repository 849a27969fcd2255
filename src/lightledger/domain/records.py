"""The record: one light curve as stored, one contiguous piece of bytes."""

from __future__ import annotations

import numpy as np


def record_dtype(n_visit: int) -> np.dtype:
    """Record of one light curve of ``n_visit`` slots, padded to a multiple of 8 bytes.

    Fields are ``value`` (f4), ``error`` (f4) and ``flags`` (u2), each of shape ``(n_visit,)``,
    little-endian.

    >>> record_dtype(1200).itemsize
    12000
    """
    size = -(-10 * n_visit // 8) * 8
    return np.dtype(
        {
            "names": ["value", "error", "flags"],
            "formats": [("<f4", (n_visit,)), ("<f4", (n_visit,)), ("<u2", (n_visit,))],
            "offsets": [0, 4 * n_visit, 8 * n_visit],
            "itemsize": max(size, 8),
        }
    )
