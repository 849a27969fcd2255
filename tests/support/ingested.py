"""The command as a user runs it."""

from __future__ import annotations

import atexit
import functools
import importlib
import pkgutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forked import Server


@dataclass(frozen=True)
class Ingested:
    """A store and what the command said of it."""

    store: Path
    exit_code: int
    report: dict[str, Any]
    said: str


@functools.cache
def _server() -> Server:
    """Everything imported once for all commands of a run: a child costs milliseconds."""
    scratch = tempfile.TemporaryDirectory(prefix="lightledger-commands-")
    server = Server(Path(scratch.name), ("ingested:import_everything", []))
    atexit.register(scratch.cleanup)
    atexit.register(server.close)
    return server


def lightledger(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own."""
    done = _server().call("ingested:command", *map(str, arguments))
    return subprocess.CompletedProcess(list(map(str, arguments)), done.status, done.out, done.err)


# ---- in the server and its children -----------------------------------------------------------


def import_everything() -> None:
    """All that the verbs import when they are asked for, but the window."""
    import lightledger

    for module in pkgutil.walk_packages(lightledger.__path__, "lightledger."):
        if module.name.split(".")[1] not in ("app", "bench", "workers", "__main__"):
            importlib.import_module(module.name)


def command(*arguments: str) -> int:
    """Entry point of the command."""
    from lightledger.__main__ import main

    sys.argv = ["lightledger", *arguments]
    return main()
