"""What stands where a picture cannot: that the frame is not here, and a way to say where it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QWidget

from lightledger.app.theme import small_font
from lightledger.workers import Jobs

from .frames import Frames

if TYPE_CHECKING:
    from lightledger.domain import LightledgerError

QUESTION = "This visit has no frame here any more. Where is it?"


class MissingBar(QWidget):
    """Asks for the folder in which the frames are now.

    Parameters
    ----------
    frames : Frames
    jobs : Jobs
    """

    #: The frames were found, here or in another dock: ask for the picture again.
    found = Signal()
    #: Words about a folder in which they are not.
    failed = Signal(object)

    def __init__(self, frames: Frames, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._frames, self._jobs, self._name = frames, jobs, ""
        self.label = QLabel(QUESTION)
        self.label.setWordWrap(True)
        self.label.setFont(small_font())
        self.button = QPushButton("Folder…")
        self.button.setAccessibleName("Folder in which the frames are now")
        self.button.clicked.connect(self._ask)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.addWidget(self.label, 1)
        line.addWidget(self.button)
        self.hide()
        frames.found.connect(self._found)

    def show_missing(self, name: str) -> None:
        """Ask for a frame by its name; '' hides the question."""
        self._name = name
        self.label.setText(QUESTION)
        self.label.setToolTip(name)
        self.setVisible(bool(name))

    def _ask(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, f"Where is {self._name} now?")
        if folder:
            self.look_in(Path(folder))

    def _found(self) -> None:
        if self._name:
            self.show_missing("")
            self.found.emit()

    def look_in(self, folder: Path) -> None:
        """Look for the frame in a folder, in a worker."""
        self.label.setText(f"Looking in {folder}")
        self.button.setEnabled(False)

        def over() -> None:
            self.button.setEnabled(True)
            self.label.setText(QUESTION)

        def done(_: Path) -> None:
            over()
            self._frames.found.emit()

        def failed(error: LightledgerError) -> None:
            over()
            self.failed.emit(error)

        self._jobs.run(
            self._frames.finder.point_to, folder, self._name,
            done=done, failed=failed, channel="frames",
        )  # fmt: skip
