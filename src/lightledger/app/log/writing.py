"""Log records go into a file that is turned over when it is large; several windows share it.

Paths within the home folder are written with ``~``: a log may be shown to others.
"""

from __future__ import annotations

import logging
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path

from lightledger.installation import places

_NAME = "lightledger.log"
_LARGEST, _OLDER = 1_000_000, 2
#: Understood by `lightledger.app.log.reading`.
_LINE = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s [%(process)d] %(message)s"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING}


def log_file() -> Path:
    """The newest log file."""
    return places.log_folder() / _NAME


def older_first(file: Path) -> list[Path]:
    """All files of a log that are there, the oldest first."""
    files = [file.with_name(f"{file.name}.{n}") for n in range(_OLDER, 0, -1)] + [file]
    return [each for each in files if each.is_file()]


def without_home(text: str) -> str:
    """Text without the name of the home folder."""
    home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


class _Words(logging.Formatter):
    converter = staticmethod(time.gmtime)  # type: ignore[assignment]

    def format(self, record: logging.LogRecord) -> str:
        return without_home(super().format(record))


class _Handler(RotatingFileHandler):
    def doRollover(self) -> None:
        try:
            super().doRollover()
        except OSError:  # another window has it open, and the system minds: go on in this one
            self.stream = self._open()


def start() -> None:
    """Write the log from now on; a folder that cannot be written is said on the terminal."""
    file = log_file()
    root = logging.getLogger()
    if any(isinstance(handler, _Handler) for handler in root.handlers):
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handler = _Handler(file, maxBytes=_LARGEST, backupCount=_OLDER, encoding="utf-8")
    except OSError as error:
        print(f"lightledger: no log: {file}: {error.strerror or error}", file=sys.stderr)
        return
    handler.setFormatter(_Words(_LINE, "%Y-%m-%d %H:%M:%S"))
    # Of the libraries beneath only what is wrong: numba alone would fill the file.
    handler.addFilter(lambda r: r.name.startswith("lightledger") or r.levelno >= logging.WARNING)
    root.addHandler(handler)
    set_level("info")


def set_level(name: str) -> None:
    """How much is written: 'warning', 'info' or 'debug'."""
    logging.getLogger("lightledger").setLevel(LEVELS.get(name, logging.INFO))


def stop() -> None:
    """Close the file."""
    root = logging.getLogger()
    for handler in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(handler)
        handler.close()
