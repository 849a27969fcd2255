"""Asking where a file shall be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from lightledger.app.settings import EXPORT_FOLDER

if TYPE_CHECKING:
    from lightledger.app.window import Window


def ask_file(window: Window, what: str, name: str, kinds: str) -> Path | None:
    """A file in the folder of the last export, else beside the store; None: cancelled.

    The ending is that of the kind that was chosen where none was typed.
    """
    assert window.open is not None
    folder = Path(str(window.settings.get(EXPORT_FOLDER)) or window.open.session.path.parent)
    chosen, kind = QFileDialog.getSaveFileName(window, f"Save {what}", str(folder / name), kinds)
    if not chosen:
        return None
    path = Path(chosen)
    if not path.suffix and "*." in kind:
        path = path.with_suffix(f".{kind.partition('*.')[2].rstrip(')')}")
    window.settings.set(EXPORT_FOLDER, str(path.parent))
    return path
