"""How far reading is, in words, once it takes long enough for the words to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from lightledger.domain import Progress

#: Nothing is said of what takes less: warm, nobody would read it.
SPEAK_AFTER_MS = 400


class HowFar(QObject):
    """Words on one job after another that reads light curves.

    Attributes
    ----------
    words : str
        Such as 'reading 600 MB, 40 %' or 'preparing the kernels, once'; '' for nothing to say.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.words = ""
        self._n_bytes = 0
        self._progress: Progress | None = None
        self._patience = QTimer(self, singleShot=True, interval=SPEAK_AFTER_MS)
        self._patience.timeout.connect(self._speak)

    def begin(self, n_bytes: int) -> None:
        """Another job begins, to read so much; it may not have a word to say for long."""
        self._n_bytes, self._progress = n_bytes, None
        self._patience.start()

    def take(self, progress: Progress) -> None:
        self._progress = progress
        if not self._patience.isActive():
            self._speak()

    def end(self) -> None:
        """It is done, or given up."""
        self._patience.stop()
        self._say("")

    def _speak(self) -> None:
        progress = self._progress
        if progress is not None and not progress.total:
            self._say(f"{progress.stage}, once")
            return
        done = int(100 * progress.done / progress.total) if progress is not None else 0
        self._say(f"reading {size_words(self._n_bytes)}, {done} %")

    def _say(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.changed.emit()


def size_words(n_bytes: int) -> str:
    """A number of bytes for people.

    >>> size_words(600_000_000), size_words(24_000_000_000)
    ('600 MB', '24.0 GB')
    """
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{max(n_bytes / 1e6, 1):.0f} MB"
