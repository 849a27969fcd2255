"""What of a file is in memory, and how to have it not there; Linux can tell, others cannot."""

from __future__ import annotations

import ctypes
import mmap
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

_PAGE = mmap.PAGESIZE
_IO = Path("/proc/self/io")


def can_tell() -> bool:
    """Whether this system lets us drop files from memory and count what came from the disk."""
    return hasattr(os, "posix_fadvise") and _IO.is_file()


def sync(files: Sequence[Path]) -> None:
    """Have the files on the disk: what has not been written yet cannot be dropped either."""
    for path in files:
        fd = os.open(path, os.O_RDWR)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def drop(files: Sequence[Path]) -> None:
    """Ask the system to forget the pages; those that a process has mapped stay."""
    for path in files:
        fd = os.open(path, os.O_RDONLY)
        try:
            os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(fd)


def resident(files: Sequence[Path]) -> np.ndarray:
    """Which pages of the files are in memory, one file after another (mincore); boolean."""
    libc = ctypes.CDLL(None, use_errno=True)
    pages = [np.zeros(0, bool)]
    for path in files:
        size = path.stat().st_size
        if not size:
            continue
        found = np.zeros(-(-size // _PAGE) + 1, np.uint8)  # a gap, so that no run joins two files
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            whole = np.frombuffer(view, np.uint8)
            address = ctypes.c_void_p(whole.ctypes.data)
            failed = libc.mincore(
                address, ctypes.c_size_t(size), found.ctypes.data_as(ctypes.c_void_p)
            )
            del whole  # or the view could not be closed
        if failed:
            raise OSError(ctypes.get_errno(), "mincore", str(path))
        pages.append((found & 1).astype(bool))
    return np.concatenate(pages)


def share(files: Sequence[Path]) -> float:
    """Share of the pages of the files that is in memory."""
    pages = sum(-(-path.stat().st_size // _PAGE) for path in files)
    return int(resident(files).sum()) / max(pages, 1)


def runs(pages: np.ndarray) -> int:
    """Number of separate runs of set pages.

    >>> runs(np.array([True, True, False, True]))
    2
    """
    return int(pages[:1].sum() + np.count_nonzero(pages[1:] & ~pages[:-1]))


def bytes_from_disk() -> int:
    """Bytes that this process has had fetched from the disk so far."""
    for line in _IO.read_text().splitlines():
        name, _, number = line.partition(":")
        if name == "read_bytes":
            return int(number)
    raise OSError("no read_bytes in /proc/self/io")


def faults() -> int:
    """Page faults of this process so far that waited for the disk."""
    import resource  # not on Windows

    return resource.getrusage(resource.RUSAGE_SELF).ru_majflt
