"""Each window keeps a file open into which the interpreter writes when it goes down.

A window that closes removes its file. One that is found without its window tells how it ended:
with words of the interpreter after the head, it crashed; without, it was ended from outside (a
kill, a lost session, no current), of which nobody can know more.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from PySide6.QtCore import qVersion

from lightledger import __version__
from lightledger.installation import places
from lightledger.store.lock import FileLock, Held

_log = logging.getLogger("lightledger.crash")
_END_OF_HEAD = "----\n"


def runs_folder() -> Path:
    """Where windows that run have their files."""
    return places.state_folder() / "runs"


@dataclass(frozen=True)
class Ended:
    """A window that did not close.

    Attributes
    ----------
    process : int
    head : str
        Lines of what ran: version, system, when it began.
    words : str
        What the interpreter wrote when it went down; '' if it was ended from outside.
    when : datetime
        UTC, when its file was written last.
    """

    process: int
    head: str
    words: str
    when: datetime

    @property
    def cause(self) -> str:
        """In a few words.

        >>> Ended(1, "", "Fatal Python error: Aborted\\n\\nCurrent", datetime.now()).cause
        'aborted'
        """
        first = self.words.partition("\n")[0]
        return first.removeprefix("Fatal Python error: ").strip().lower()


class Watch:
    """Watches this process from `begin` to `end`.

    Parameters
    ----------
    folder : Path, optional
        Another one than `runs_folder`.
    """

    def __init__(self, folder: Path | None = None) -> None:
        now = datetime.now(UTC)
        name = f"run-{now:%Y%m%dT%H%M%S}-{os.getpid()}"
        self._path = (folder or runs_folder()) / f"{name}.txt"
        self._file: TextIO | None = None
        self._lock: FileLock | None = None

    def begin(self) -> None:
        """Write any crash from now on; a folder that cannot be written is no reason to stop."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self._path.with_suffix(".lock"))
            self._file = self._path.open("w", encoding="utf-8")
            self._file.write(_head() + _END_OF_HEAD)
            self._file.flush()
        except OSError as error:
            _log.warning("a crash would leave no report: %s", error)
            return
        faulthandler.enable(self._file)

    def note(self, error: BaseException) -> None:
        """Keep an exception that ends the program."""
        if self._file is not None:
            self._file.write(f"{type(error).__name__}: {error}\n\n")
            self._file.writelines(traceback.format_exception(error))
            self._file.flush()
            self._file.close()
            self._file = None
            faulthandler.disable()

    def end(self) -> None:
        """The window closed as it should: nothing is left behind."""
        if self._file is None or self._lock is None:
            return
        faulthandler.disable()
        self._file.close()
        self._file = None
        self._path.unlink(missing_ok=True)
        _let_go(self._lock)


def take_ended(folder: Path | None = None) -> Iterator[Ended]:
    """Windows that went without closing since the last start; each is said once."""
    for path in sorted((folder or runs_folder()).glob("run-*.txt")):
        try:
            lock = FileLock(path.with_suffix(".lock"))
        except Held:
            continue  # it runs
        except OSError:
            continue
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
            when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            path.unlink()
        except OSError:
            continue  # another start took it
        finally:
            _let_go(lock)
        head, _, words = text.partition(_END_OF_HEAD)
        number = path.stem.rpartition("-")[2]
        ended = Ended(int(number) if number.isdigit() else 0, head, words.strip(), when)
        if not ended.words:
            _log.info("the window of process %s was ended from outside: no crash", number)
        yield ended


def _let_go(lock: FileLock) -> None:
    """Release, then remove: an open file cannot be removed on some systems."""
    lock.release()
    with suppress(OSError):
        lock.path.unlink(missing_ok=True)


def _head() -> str:
    rows = {
        "Lightledger": __version__,
        "Python": sys.version.replace("\n", " "),
        "Qt": qVersion(),
        "system": platform.platform(),
        "began, UTC": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
    }
    return "".join(f"{name}: {value}\n" for name, value in rows.items())
