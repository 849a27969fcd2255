"""What the Files page shows while it scans, and when nothing came of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from lightledger.domain import Progress

from .pieces import button, label, row, say

#: A sentence wider than this is tiring to read.
_WIDTH = 640


class ScanWait(QWidget):
    """A title, one line, a bar, and one button: Stop, or Scan again."""

    pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("", "title")
        self.text = label("", "muted", wrap=True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text.setMaximumWidth(_WIDTH)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(360)
        self.button = button("Stop")
        self.button.clicked.connect(self.pressed)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addStretch(2)
        layout.addWidget(self.title, 0, Qt.AlignmentFlag.AlignHCenter)
        middle = row(None, self.text, None)
        middle.setStretch(1, 100)
        layout.addLayout(middle)
        for item in (self.bar, self.button):
            layout.addWidget(item, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.begin()

    def begin(self) -> None:
        """A scan begins."""
        self.title.setText("Looking at the files")
        say(self.text, "")
        self.bar.setRange(0, 0)
        self.bar.show()
        self.button.setText("Stop")

    def show_progress(self, progress: Progress) -> None:
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        of = f" of {progress.total:,}" if progress.total else ""
        self.text.setText(f"{progress.done:,}{of} {progress.text}".strip())

    def end(self, title: str, text: str) -> None:
        """Nothing came of it, and why."""
        self.title.setText(title)
        say(self.text, text, "problem")
        self.bar.hide()
        self.button.setText("Scan again")
