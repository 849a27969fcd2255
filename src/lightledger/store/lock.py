"""A lock on a file that dies with the process holding it; a file that says who, where none can."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
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


#: Errors by which a disk says that it has no locks (some network disks).
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}


class Held(BlockingIOError):
    """Somebody holds the lock.

    Attributes
    ----------
    advice : str
        What to do when nobody does any more; '' when the system would know.
    """

    def __init__(self, path: Path, owner: str = "", advice: str = "") -> None:
        super().__init__(f"{path} is locked{f' by {owner}' if owner else ''}")
        self.owner = owner
        self.advice = advice


class FileLock:
    """Hold ``path`` exclusively; the operating system lets go when the process ends.

    On a disk without locks, ``path.owner`` says who holds it. Left by a process of this machine
    that is gone, it is taken over; left by another machine, only a person can know.

    Raises
    ------
    Held
        Another process (or another lock object of this one) holds it.
    OSError
        The file cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner: _OwnerFile | None = None
        self._fd = self._acquire()

    def _acquire(self) -> int:
        while True:
            fd = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
            try:
                try:
                    _take(fd)
                except OSError as error:
                    if error.errno not in _NO_LOCKS:
                        raise
                    self._owner = _OwnerFile(self.path)
                # The last holder may have removed the file between our open and our lock.
                if self._still_there(fd):
                    return fd
                os.close(fd)
                self._owner = None  # it went with the folder
            except OSError as error:
                os.close(fd)
                if isinstance(error, (BlockingIOError, PermissionError)):
                    raise error if isinstance(error, Held) else Held(self.path) from None
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
        if self._owner is not None:
            self._owner.remove()
        else:
            with contextlib.suppress(OSError):
                _release(fd)
        os.close(fd)


class _OwnerFile:
    """Made by one process alone (O_EXCL, which every disk has), naming it.

    Two that find the file of a dead process both want to take its place: who makes
    ``.taking`` may, and looks again first.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.with_name(path.name + ".owner")
        self._me = json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "at": _born()})
        if _make(self.path, self._me):
            return
        if not self._is_left_behind():
            raise self._held()
        taking = path.with_name(path.name + ".taking")
        if not _make(taking, self._me):
            raise self._held(taking)
        try:
            if not self._is_left_behind():
                raise self._held()
            self.path.unlink()
            if not _make(self.path, self._me):
                raise self._held()
        finally:
            taking.unlink()

    def _read(self) -> dict[str, object]:
        try:
            found = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _is_left_behind(self) -> bool:
        """Whether its process was one of this machine and is gone."""
        owner = self._read()
        if owner.get("host") != socket.gethostname() or not isinstance(owner.get("pid"), int):
            return False
        return _born(int(str(owner["pid"]))) != owner.get("at")

    def _held(self, *more: Path) -> Held:
        owner = self._read()
        who = f"process {owner.get('pid', '?')} on {owner.get('host', 'an unknown machine')}"
        files = " and ".join(str(path) for path in (self.path, *more))
        return Held(
            self.path,
            who,
            f"this disk has no locks: if {who} is not at work on it any more, delete {files}",
        )

    def remove(self) -> None:
        if self._read() == json.loads(self._me):
            self.path.unlink(missing_ok=True)


def _make(path: Path, text: str) -> bool:
    """Make a file that was not there, whole; False when it was."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        return False
    try:
        os.write(fd, text.encode())
        os.fsync(fd)
    finally:
        os.close(fd)
    return True


def _born(pid: int = 0) -> str:
    """When a process of this machine was started, '' when it is not there.

    With it a number that was given to another process meanwhile is known as such.
    """
    pid = pid or os.getpid()
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        return stat.rpartition(")")[2].split()[19]  # starttime, ticks since boot
    except (OSError, IndexError):
        pass
    if os.name == "nt":  # pragma: no cover - Windows has locks
        return "?"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "?"
