"""Where the frames of a store lay on this machine: kept for the person, not in the store.

A store may be moved or given away; a path of one machine has no place in it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lightledger.installation import places

_MOST = 8


def remember_folders(store: Path, folders: Sequence[Path]) -> None:
    """Keep that frames of a store are in these folders; the newest are looked in first.

    Where it cannot be kept nothing is lost but the memory.
    """
    with suppress(OSError):
        note = _note_of(store)
        new = [str(Path(folder).absolute()) for folder in folders]
        kept = [*new, *(str(f) for f in known_folders(store) if str(f) not in new)]
        note.parent.mkdir(parents=True, exist_ok=True)
        part = note.with_suffix(".part")
        part.write_text(json.dumps({"store": str(store.resolve()), "folders": kept[:_MOST]}))
        part.replace(note)


def known_folders(store: Path) -> list[Path]:
    """Folders in which frames of a store were, the newest first; those that are gone, too."""
    try:
        folders = json.loads(_note_of(store).read_text())["folders"]
        return [Path(folder) for folder in folders if isinstance(folder, str)]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _note_of(store: Path) -> Path:
    folder = places.data_folder() / "frames"
    # By place, not by uuid: adding visits gives a store another uuid.
    return folder / f"{hashlib.sha256(str(store.resolve()).encode()).hexdigest()[:16]}.json"
