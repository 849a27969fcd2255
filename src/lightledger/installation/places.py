"""Where the program keeps settings, logs, caches and what it remembers.

Where the system wants them, or all in one folder of one's own ("portable"), which is, in this
order:

1. the folder that the variable ``LIGHTLEDGER_HOME`` names; ``--portable`` and
   ``--portable=FOLDER`` before everything else on the command line set it;
2. ``lightledger-data`` beside the program, if there is a file ``lightledger-portable`` beside it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping, Sequence
from pathlib import Path

VARIABLE = "LIGHTLEDGER_HOME"
MARKER = "lightledger-portable"
OPTION = "--portable"
_BESIDE = "lightledger-data"
_NAME = "lightledger"


def program_folder() -> Path:
    """Folder of the program that runs: of the bundle, or of the command."""
    return Path(sys.executable if getattr(sys, "frozen", False) else sys.argv[0]).resolve().parent


def portable_folder() -> Path | None:
    """The one folder for everything; None where the system's places are used."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    beside = program_folder()
    return beside / _BESIDE if (beside / MARKER).is_file() else None


def take_option(
    arguments: Sequence[str], environment: MutableMapping[str, str] = os.environ
) -> list[str]:
    """Take ``--portable`` from the front of a command line; the rest is returned.

    It is put into the environment, so that processes started from here agree.
    """
    if not arguments:
        return []
    option, _, folder = arguments[0].partition("=")
    if option != OPTION:
        return list(arguments)
    chosen = Path(folder).expanduser() if folder else program_folder() / _BESIDE
    environment[VARIABLE] = str(chosen.absolute())
    return list(arguments[1:])


def config_folder() -> Path:
    """Of the settings."""
    return _folder("user_config_path", "settings")


def state_folder() -> Path:
    """Of what is remembered by itself: layout, recent stores, windows that run."""
    return _folder("user_state_path", "state")


def data_folder() -> Path:
    """Of what cannot be made again: journals of stores on disks that cannot be written."""
    return _folder("user_data_path", "data")


def log_folder() -> Path:
    """Of the log and of crash reports."""
    return _folder("user_log_path", "logs")


def cache_folder() -> Path:
    """Of what can be made again: compiled kernels."""
    return _folder("user_cache_path", "cache")


def _folder(kind: str, portable: str) -> Path:
    home = portable_folder()
    if home is not None:
        return home / portable
    import platformdirs

    return Path(getattr(platformdirs, kind)(_NAME, appauthor=False))
