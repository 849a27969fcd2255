"""The wizard's one question, and what was dropped on it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QMessageBox, QWidget

#: Suffixes of dropped files that can be a coadd or a catalogue.
REFERENCE_FILES = (
    ".ecsv", ".csv", ".cat", ".txt", ".xml", ".vot", ".ldac", ".fits", ".fit", ".fts", ".fz", ".gz",
)  # fmt: skip


def ask_running(parent: QWidget) -> str:
    """What to do with a running ingest: 'background', 'stop' or 'stay'."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("An ingest is running")
    box.setText("Stop measuring?")
    box.setInformativeText("Visits that are finished are kept; the same ingest goes on from there.")
    stop = box.addButton("Stop", QMessageBox.ButtonRole.DestructiveRole)
    behind = box.addButton("Go on in background", QMessageBox.ButtonRole.AcceptRole)
    stay = box.addButton("Stay here", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(stay)
    box.setEscapeButton(stay)
    box.exec()
    chosen = box.clickedButton()
    return "stop" if chosen is stop else "background" if chosen is behind else "stay"


def local_paths(event: QDropEvent) -> list[Path]:
    """Files and folders on this machine that a drag carries."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]


def sort_out(paths: list[Path]) -> tuple[list[Path], list[Path]]:
    """Folders of frames, and files that can be a coadd or a catalogue."""
    files = [p for p in paths if p.is_file() and p.suffix.lower() in REFERENCE_FILES]
    return [p for p in paths if p.is_dir()], files
