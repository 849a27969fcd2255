"""The command as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ingested:
    """A store and what the command said of it."""

    store: Path
    exit_code: int
    report: dict[str, Any]
    said: str


def lightledger(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "lightledger", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
