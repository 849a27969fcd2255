"""A lock on a file that dies with the process holding it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

if os.name == "nt":  # pragma: no cover - Windows
    import msvcrt

    def _take(fd: int) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]

    def _release(fd: int) -> None:
        os.lseek(fd, 0, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
else:
    import fcntl

    def _take(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(fd: int) -> None:
        fcntl.flock(fd, fcntl.LOCK_UN)


class FileLock:
    """Hold ``path`` exclusively; the operating system lets go when the process ends.

    Raises
    ------
    BlockingIOError
        Another process (or another lock object of this one) holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = self._acquire()

    def _acquire(self) -> int:
        while True:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                _take(fd)
                # The last holder may have removed the file between our open and our lock.
                if self._still_there(fd):
                    return fd
                os.close(fd)
            except OSError as error:
                os.close(fd)
                if isinstance(error, (BlockingIOError, PermissionError)):
                    raise BlockingIOError(f"{self.path} is locked") from None
                raise

    def _still_there(self, fd: int) -> bool:
        if os.name == "nt":  # an open file cannot be removed there
            return True
        try:
            return os.path.samestat(os.fstat(fd), self.path.stat())
        except FileNotFoundError:
            return False

    def release(self) -> None:
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        with contextlib.suppress(OSError):
            _release(fd)
        os.close(fd)
