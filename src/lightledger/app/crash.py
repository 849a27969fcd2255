"""A crash leaves a file behind; the next start shows it once."""

from __future__ import annotations

import faulthandler
from pathlib import Path
from typing import TextIO

import platformdirs


def crash_file() -> Path:
    """Where the interpreter writes when it goes down."""
    return platformdirs.user_state_path("lightledger", appauthor=False) / "crash.txt"


class CrashFile:
    """Keeps faulthandler's file open while the window lives.

    A normal end removes the file; one that is found not empty at the start tells of a crash.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or crash_file()
        self._file: TextIO | None = None

    def last_crash(self) -> str:
        """What the last run left behind, '' when it ended well; shown once."""
        try:
            text = self.path.read_text(errors="replace").strip()
        except OSError:
            return ""
        return text

    def watch(self) -> None:
        """Write any crash from now on; a folder that cannot be written is no reason to stop."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w")
        except OSError:
            return
        faulthandler.enable(self._file)

    def close(self) -> None:
        if self._file is not None:
            faulthandler.disable()
            self._file.close()
            self._file = None
            self.path.unlink(missing_ok=True)
