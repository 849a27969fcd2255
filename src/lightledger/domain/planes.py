"""Large arrays that are used again: fresh memory costs more than most of what is done in it.

The system clears every page that it hands out: the dozen planes of a visit of 4096 x 4096 pixels
are 0.7 GB, whose clearing takes a quarter of a second and stands in the way of other threads.
"""

from __future__ import annotations

import sys
import threading
from math import prod
from typing import Any

import numpy as np

#: Smaller ones cost nothing worth keeping.
_SMALLEST = 1 << 20
#: References to a buffer that nobody uses: the list, a variable, the argument of `getrefcount`.
_UNUSED = 3


class Planes:
    """Hands out arrays over memory that nobody holds any more.

    An array is free again as soon as the last view of it is gone; nothing has to be given back.
    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buffers: list[np.ndarray] = []

    def empty(self, shape: tuple[int, ...] | int, dtype: Any) -> np.ndarray:
        """An array of any content, as `numpy.empty` makes it."""
        kind = np.dtype(dtype)
        size = kind.itemsize * (prod(shape) if isinstance(shape, tuple) else shape)
        if size < _SMALLEST:
            return np.empty(shape, kind)
        buffer = self._free(size)
        return buffer.view(kind).reshape(shape)

    def zeros(self, shape: tuple[int, ...] | int, dtype: Any) -> np.ndarray:
        """The same, filled with zeros."""
        plane = self.empty(shape, dtype)
        plane.fill(0)
        return plane

    def _free(self, size: int) -> np.ndarray:
        with self._lock:
            for buffer in self._buffers:
                if buffer.size == size and sys.getrefcount(buffer) == _UNUSED:
                    return buffer
            made = np.empty(size, np.uint8)
            self._buffers.append(made)
            return made

    def release(self) -> None:
        """Give all memory that nobody holds back to the system."""
        with self._lock:
            kept = [buffer for buffer in self._buffers if sys.getrefcount(buffer) > _UNUSED]
            self._buffers = kept

    @property
    def n_bytes(self) -> int:
        """Bytes held, in use or not."""
        with self._lock:
            return sum(buffer.size for buffer in self._buffers)


#: Of this process: visits follow each other, whichever thread measures them.
PLANES = Planes()
