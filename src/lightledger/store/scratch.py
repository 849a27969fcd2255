"""Memory that is used again: fresh pages cost as much as the work that is done in them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence

import numpy as np

_ALIGNMENT = 64


class Scratch:
    """A store of buffers for the threads of one job."""

    def __init__(self) -> None:
        self._free: list[np.ndarray] = []
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def arrays(
        self, wanted: Sequence[tuple[tuple[int, ...], np.dtype]]
    ) -> Iterator[list[np.ndarray]]:
        """Arrays of the shapes and types asked for, of any content, until the block is left."""
        sizes = [dtype.itemsize * int(np.prod(shape)) for shape, dtype in wanted]
        starts = [0]
        for size in sizes:
            starts.append(starts[-1] + -(-size // _ALIGNMENT) * _ALIGNMENT)
        with self._lock:
            buffer = self._free.pop() if self._free else np.empty(0, np.uint8)
        if buffer.size < starts[-1]:
            buffer = np.empty(starts[-1], np.uint8)
        try:
            yield [
                buffer[start : start + size].view(dtype).reshape(shape)
                for start, size, (shape, dtype) in zip(starts, sizes, wanted, strict=False)
            ]
        finally:
            with self._lock:
                self._free.append(buffer)
