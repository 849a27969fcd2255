"""Bytes on disk: positioned reads and writes, whole files in one step, errors in one line."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np

from lightledger.domain import LightledgerError

#: Buffers that one call of the system may fill (POSIX promises 16, systems in use give 1024).
_MOST_BUFFERS = 512
_FULL = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}


def as_bytes(buffer: Any) -> memoryview:
    """A contiguous buffer (also a structured array) as plain bytes, not copied."""
    if isinstance(buffer, np.ndarray):
        buffer = buffer.reshape(-1).view(np.uint8)
    return memoryview(buffer).cast("B")


def crc32(buffer: Any, value: int = 0) -> int:
    """CRC-32 (zlib) of any contiguous buffer, continuing from ``value``."""
    return zlib.crc32(as_bytes(buffer), value)


@contextlib.contextmanager
def speaking(path: Path) -> Iterator[None]:
    """Turn an OSError of writing into one clear `LightledgerError`; a full disk is said."""
    try:
        yield
    except PermissionError:
        raise LightledgerError(
            "no permission to write here", path, "choose another folder"
        ) from None
    except OSError as error:
        if error.errno in _FULL:
            raise LightledgerError(
                "the disk is full",
                path,
                "free some space and run again; finished visits are kept",
            ) from None
        why = os.strerror(error.errno) if error.errno else str(error)
        raise LightledgerError(f"cannot be written ({why})", path) from None


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn an OSError of opening and reading into one clear `LightledgerError`."""
    try:
        yield
    except IsADirectoryError:
        raise LightledgerError("a folder, not a store", path) from None
    except FileNotFoundError:
        raise LightledgerError("no such file", path) from None
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise LightledgerError(f"cannot be read ({why})", path) from None


class PositionedFile:
    """A file read and written at offsets, by any number of threads.

    pread and pwrite where the system has them; a lock around seek elsewhere (Windows).
    """

    def __init__(self, path: Path | str, mode: str = "rb", descriptor: int | None = None) -> None:
        self.path = Path(path)
        opened = path if descriptor is None else descriptor
        self._file: Any = open(opened, mode, buffering=0)  # noqa: PTH123, SIM115 - see close()
        self._lock = threading.Lock()
        self._positioned = hasattr(os, "pread")

    @property
    def fd(self) -> int:
        return int(self._file.fileno())

    @property
    def size(self) -> int:
        return os.fstat(self.fd).st_size

    def read_into(self, buffer: Any, offset: int) -> None:
        """Fill ``buffer`` (a writable, contiguous buffer) from ``offset``.

        Raises
        ------
        EOFError
            The file ends before the buffer is full.
        """
        view = as_bytes(buffer)
        done = 0
        while done < len(view):
            if hasattr(os, "preadv"):
                n = os.preadv(self.fd, [view[done:]], offset + done)
            elif self._positioned:
                piece = os.pread(self.fd, len(view) - done, offset + done)
                n = len(piece)
                view[done : done + n] = piece
            else:
                with self._lock:
                    self._file.seek(offset + done)
                    n = self._file.readinto(view[done:])
            if not n:
                raise EOFError(f"{self.path} ends {len(view) - done} bytes too early")
            done += n

    def read_each(self, buffers: Sequence[Any], offset: int) -> None:
        """Fill several buffers, one after the other, from what stands at ``offset``."""
        views = [as_bytes(buffer) for buffer in buffers]
        if hasattr(os, "preadv") and len(views) <= _MOST_BUFFERS:
            n = os.preadv(self.fd, views, offset)
            while views and n >= len(views[0]):
                n, offset = n - len(views[0]), offset + len(views[0])
                views = views[1:]
            if views and n:  # cut short within a buffer
                offset += n
                views[0] = views[0][n:]
        for view in views:
            self.read_into(view, offset)
            offset += len(view)

    def read(self, size: int, offset: int) -> bytearray:
        """``size`` bytes from ``offset``; raises EOFError when they are not there."""
        buffer = bytearray(size)
        self.read_into(buffer, offset)
        return buffer

    def read_rows(self, n: int, step: int, offset: int) -> tuple[bytearray, list[int]]:
        """``n`` pieces of ``step`` bytes each, and which of them the disk does not give (zeros)."""
        buffer = bytearray(n * step)
        try:
            self.read_into(buffer, offset)
        except (EOFError, OSError):
            if n == 1:
                return bytearray(step), [0]
            unread = []
            view = memoryview(buffer)
            for i in range(n):
                piece, lost = self.read_rows(1, step, offset + i * step)
                view[i * step : (i + 1) * step] = piece
                unread += [i] * len(lost)
            return buffer, unread
        return buffer, []

    def write(self, buffer: Any, offset: int) -> None:
        """Write all of ``buffer`` (contiguous) at ``offset``."""
        view = as_bytes(buffer)
        done = 0
        while done < len(view):
            if self._positioned:
                done += os.pwrite(self.fd, view[done:], offset + done)
            else:
                with self._lock:
                    self._file.seek(offset + done)
                    done += self._file.write(view[done:])

    def resize(self, size: int) -> None:
        """Make the file ``size`` bytes long; what is new reads as zeros."""
        self._file.truncate(size)

    def sync(self) -> None:
        os.fsync(self.fd)

    def sync_data(self) -> None:
        """Bring what was written to the disk; its size must have been synced before."""
        getattr(os, "fdatasync", os.fsync)(self.fd)

    def forget(self, offset: int, size: int) -> None:
        """Ask the system to drop its copy of what is on the disk, where it can be asked."""
        if hasattr(os, "posix_fadvise"):
            with contextlib.suppress(OSError):
                os.posix_fadvise(self.fd, offset, size, os.POSIX_FADV_DONTNEED)

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def sync_folder(folder: Path) -> None:
    """Make renames in ``folder`` lasting (POSIX; nothing to do on Windows)."""
    if os.name == "nt":
        return
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems
            raise
    finally:
        os.close(fd)


def write_whole(path: Path, pieces: list[Any]) -> None:
    """Write a file so that it is either absent (or the old one) or whole, whatever happens.

    Temporary name beside it, fsync, rename, fsync of the folder.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        with temporary.open("wb", buffering=0) as file:
            for piece in pieces:
                view = as_bytes(piece)
                while len(view):
                    view = view[file.write(view) :]
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)
