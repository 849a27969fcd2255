"""One journal file: lines are only ever added, under a lock, and are there once they are said."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .acts import MAX_LINE, Act, BadLine, parse_line

#: What `flock` says on file systems that have no locks (some NFS, SMB and FUSE mounts).
_NO_LOCKS = {errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS}
#: There, a lock file that nobody renewed for so long is of a process that died.
STALE_S = 10.0


class JournalFile:
    """A journal as a file that several windows write and follow.

    Attributes
    ----------
    path : Path
    n_skipped : int
        Lines that are no acts (half written or damaged); they stay where they are.
    n_unknown : int
        Acts of a newer version.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.n_skipped = self.n_unknown = 0
        self._read_to = 0
        self._inode = -1

    def append(self, lines: bytes) -> None:
        """Add whole lines, durably; all of them, or none where the disk is full.

        Raises
        ------
        OSError
        """
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        new = not self.path.exists()
        if new:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, flags, 0o644)
        try:
            with _locked(descriptor, self.path):
                size = os.fstat(descriptor).st_size
                if size and not _ends_with_newline(descriptor, size):
                    lines = b"\n" + lines  # somebody died in the middle of a line
                _write_all(descriptor, lines, size)
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            _sync_folder(self.path.parent)

    def news(self) -> list[Act]:
        """What was added since the last look, by whomever."""
        try:
            if not self.path.is_file():
                return []
            with self.path.open("rb") as file:
                now = os.fstat(file.fileno())
                if now.st_ino != self._inode or now.st_size < self._read_to:
                    # Another file of that name; acts that are known are known by their ids.
                    self._inode, self._read_to = now.st_ino, 0
                    self.n_skipped = self.n_unknown = 0
                file.seek(self._read_to)
                return [act for act in map(self._parsed, self._whole_lines(file)) if act]
        except OSError:
            return []

    def _whole_lines(self, file: BinaryIO) -> Iterator[bytes]:
        for line in whole_lines(file):
            self._read_to = file.tell()
            if line.strip():
                yield line

    def _parsed(self, line: bytes) -> Act | None:
        try:
            act = parse_line(line)
        except BadLine:
            self.n_skipped += 1
            return None
        self.n_unknown += not act.known
        return act


def whole_lines(file: BinaryIO, to_the_end: bool = False) -> Iterator[bytes]:
    """Lines that are written to their end, in bounded memory; one that is too long is cut.

    ``to_the_end``: nobody writes the file any more, its last line may lack the line feed.
    """
    while line := file.readline(MAX_LINE + 2):
        rest = line
        while rest and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE)
        if not (rest or to_the_end):
            return  # still being written: it comes next time
        yield line


def _ends_with_newline(descriptor: int, size: int) -> bool:
    os.lseek(descriptor, size - 1, os.SEEK_SET)
    return os.read(descriptor, 1) == b"\n"


def _write_all(descriptor: int, data: bytes, size: int) -> None:
    """Write everything, or leave the file as it was (a full disk)."""
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(descriptor, left) :]
    except OSError:
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, size)
        raise


def _sync_folder(folder: Path) -> None:
    """A new file is found after a power cut only when its folder is on the disk too."""
    if os.name == "nt":  # pragma: no cover - Windows
        return
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextlib.contextmanager
def _locked(descriptor: int, path: Path) -> Iterator[None]:
    """Exclusive lock of the file, waiting for others; it dies with the process."""
    if os.name == "nt":  # pragma: no cover - Windows
        import msvcrt

        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
        return
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        with _lock_file(path.with_name(path.name + ".lock")):
            yield
        return
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    """The lock of a file system without locks: a file that only one process can create.

    It outlives a process that is killed, so it is broken when it has not changed for `STALE_S` of
    our own clock (an append takes milliseconds). Should two processes break it at once, lines may
    at worst be cut in two: they are counted, and the next line starts on a line of its own.
    """
    seen, since = None, time.monotonic()
    while True:
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644))
            break
        except FileExistsError:
            with contextlib.suppress(FileNotFoundError):
                now = path.stat().st_mtime_ns, path.stat().st_ino
                if now != seen:
                    seen, since = now, time.monotonic()
                elif time.monotonic() - since > STALE_S:
                    path.unlink()
            time.sleep(0.005)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
