"""``OUT.h5.next``: a whole new version that could not take its name while the old was mapped."""

from __future__ import annotations

from pathlib import Path

from lightledger.domain import LightledgerError

from .checksumtable import load_table
from .diskio import sync_folder
from .identify import root_attributes
from .layout import beside
from .structure import Structure

SUFFIX = ".next"


def _created(path: Path) -> str | None:
    """When a store was made; None when there is none, or not a whole one."""
    try:
        with Structure(path) as structure, structure.file() as file:
            load_table(structure, file)
            return str(root_attributes(structure).get("created", ""))
    except (LightledgerError, EOFError, OSError):
        return None


def adopt_next(target: Path | str) -> Path:
    """Let a complete ``.next`` take the place of its target.

    Returns
    -------
    Path
        Where the newest version stands: the target, or ``.next`` itself when it still cannot be
        moved (the old version is mapped on Windows, or the folder is read-only). A damaged
        ``.next``, or one older than the target, is left alone.
    """
    target = Path(target)
    waiting = beside(target, SUFFIX)
    if not waiting.is_file():
        return target
    new = _created(waiting)
    old = _created(target)
    if new is None or (old is not None and new < old) or (old is None and target.exists()):
        return target
    try:
        waiting.replace(target)
    except OSError:
        return waiting
    sync_folder(target.parent)
    return target
