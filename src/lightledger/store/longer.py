"""A file that lost its end, shown to HDF5 at its full length."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .diskio import PositionedFile


class LongerFile:
    """The methods of a binary file that h5py calls to read; zeros beyond the end.

    Never raises: HDF5 takes no exception through its reads. What cannot be read is zero, and
    the checksums of the structure tell.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._file = PositionedFile(path)
        self._size = size
        self._at = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + {0: 0, 1: self._at, 2: self._size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        view[:] = bytes(len(view))
        there = max(min(len(view), self._file.size - self._at), 0)
        try:
            self._file.read_into(view[:there], self._at)
        except (OSError, EOFError):
            view[:there] = bytes(there)
        self._at += len(view)
        return len(view)

    def read(self, size: int) -> bytes:
        buffer = bytearray(size)
        self.readinto(buffer)
        return bytes(buffer)

    def flush(self) -> None:
        """Nothing is written."""

    def close(self) -> None:
        self._file.close()
