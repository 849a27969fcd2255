"""Room on a disk: what is needed, what is free, in one line."""

from __future__ import annotations

import shutil
from pathlib import Path

from lightledger.domain import LightledgerError


def free_bytes(folder: Path) -> int:
    """Bytes that this user may still write to the disk of ``folder``."""
    return shutil.disk_usage(folder).free


def need_room(folder: Path, need: int) -> None:
    """Refuse to begin what cannot be finished.

    Raises
    ------
    LightledgerError
        ``folder`` has less than ``need`` bytes free.
    """
    free = free_bytes(folder)
    if need > free:
        raise LightledgerError(
            f"not enough room: {size_in_words(need)} are needed, {size_in_words(free)} are free",
            folder,
            "free some space and run again; finished visits are kept",
        )


def size_in_words(n_bytes: int) -> str:
    """Bytes in GB or MB, as makers of disks count."""
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"
