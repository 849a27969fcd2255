"""A file in memory that keeps only what was written: HDF5 lays a store out in it.

So the HDF5 library never writes to a disk, and a full one is met by our own writes alone, whose
errors are plain (a close that fails inside HDF5 leaves its file open until the process ends).
"""

from __future__ import annotations

from typing import Any

_PAGE = 4096


class SparseFile:
    """The few methods of a binary file that h5py's driver for file objects calls."""

    def __init__(self) -> None:
        self._pages: dict[int, bytearray] = {}
        self._at = 0
        self.size = 0

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + {0: 0, 1: self._at, 2: self.size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def write(self, data: Any) -> int:
        view = memoryview(data).cast("B")
        for page, start, piece in self._pieces(len(view)):
            at = page * _PAGE + start - self._at
            content = self._pages.setdefault(page, bytearray(_PAGE))
            content[start : start + piece] = view[at : at + piece]
        self._at += len(view)
        if len(view):
            self.size = max(self.size, self._at)
        return len(view)

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        n = max(min(len(view), self.size - self._at), 0)
        for page, start, piece in self._pieces(n):
            at = page * _PAGE + start - self._at
            content = self._pages.get(page)
            view[at : at + piece] = content[start : start + piece] if content else bytes(piece)
        self._at += n
        return n

    def read(self, size: int) -> bytes:
        buffer = bytearray(size)
        return bytes(buffer[: self.readinto(buffer)])

    def truncate(self, size: int | None = None) -> int:
        self.size = self._at if size is None else size
        for page in [page for page in self._pages if page * _PAGE >= self.size]:
            del self._pages[page]
        last, used = divmod(self.size, _PAGE)
        if last in self._pages:  # what was cut off reads as zeros when the file grows again
            self._pages[last][used:] = bytes(_PAGE - used)
        return self.size

    def flush(self) -> None:
        """Nothing waits."""

    def _pieces(self, n: int) -> list[tuple[int, int, int]]:
        """Page, first byte within it and length, for ``n`` bytes from here."""
        pieces, at, end = [], self._at, self._at + n
        while at < end:
            start = at % _PAGE
            piece = min(_PAGE - start, end - at)
            pieces.append((at // _PAGE, start, piece))
            at += piece
        return pieces

    def written(self) -> list[tuple[int, bytes]]:
        """Offset and content of each page that was written, in order, within the size."""
        return [
            (page * _PAGE, bytes(self._pages[page][: self.size - page * _PAGE]))
            for page in sorted(self._pages)
        ]
