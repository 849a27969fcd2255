"""Saving a figure from the window: drawn between its events, written in a worker."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QProgressDialog

from lightledger.domain import LightledgerError

from .panelfigure import Figure, drawing, write_figure

if TYPE_CHECKING:
    from .openstore import OpenStore
    from .window import Window


class FigureJob(QObject):
    """One figure on its way; it shows what the panels showed when it was asked for.

    Qt's scenes are painted on the window's own thread alone: one part of one panel a turn of
    its event loop.

    Parameters
    ----------
    window : Window
    store : OpenStore
        Whose panels.
    path : Path
        A .png or .svg.
    """

    def __init__(self, window: Window, store: OpenStore, path: Path) -> None:
        super().__init__(window)
        self._w, self._path = window, path
        self._work = drawing(store.page.stack, path.suffix.lower() == ".svg")
        self._turn = QTimer(self, interval=0)
        self._turn.timeout.connect(self._next)
        self._shown = QProgressDialog(f"Drawing {path.name}", "Cancel", 0, 0, window)
        self._shown.setWindowTitle("Figure")
        self._shown.setMinimumDuration(500)
        self._shown.setAutoClose(False)
        self._shown.setAutoReset(False)
        self._shown.canceled.connect(self.cancel)

    def start(self) -> None:
        """Draw, then write."""
        self._turn.start()

    def cancel(self) -> None:
        """Write nothing, unless it is being written already."""
        if self._turn.isActive():
            self._work.close()
            self._end("no figure: cancelled")

    def _next(self) -> None:
        try:
            progress = next(self._work)
        except StopIteration as end:
            self._write(end.value)
            return
        self._shown.setMaximum(progress.total)
        self._shown.setValue(progress.done)

    def _write(self, figure: Figure) -> None:
        self._turn.stop()
        self._w.jobs.run(
            write_figure, figure, self._path,
            done=lambda written: self._end(f"wrote {written}"), failed=self._failed,
        )  # fmt: skip

    def _failed(self, error: LightledgerError) -> None:
        self._end("")
        self._w.desk.error(error)

    def _end(self, words: str) -> None:
        self._turn.stop()
        self._shown.close()
        self._shown.deleteLater()
        if words:
            self._w.say(words)
        self.deleteLater()
