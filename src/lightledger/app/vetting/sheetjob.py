"""Drawing contact sheets from the window: progress, cancel, and a word at the end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QProgressDialog, QWidget

from lightledger.domain import LightledgerError, Progress

from .sheet import Wanted, draw_sheets
from .sheetpages import Pages

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore


class SheetJob(QObject):
    """One contact sheet on its way; the window goes on living meanwhile.

    Parameters
    ----------
    store : OpenStore
    rows : ndarray of int
        Objects, in their order.
    path : Path
    pages : Pages
    parent : QWidget
        Where progress is shown.
    """

    def __init__(
        self, store: OpenStore, rows: np.ndarray, path: Path, pages: Pages, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._store, self._path, self._pages = store, path, pages
        queue, columns = store.vetting.queue, store.numbers.columns
        title = queue.name if queue is not None else store.filter.words or "all objects"
        n = store.session.n_object
        self._asked = Wanted(
            tuple(int(row) for row in rows),
            np.array(store.vetting.shown_verdicts()),
            np.array(columns["excess"] if "excess" in columns else np.full(n, np.nan)),
            title,
        )
        self._shown = QProgressDialog(f"Drawing {pages.words}", "Cancel", 0, 0, parent)
        self._shown.setWindowTitle("Contact sheet")
        self._shown.setMinimumDuration(500)
        self._shown.setAutoClose(False)
        self._shown.setAutoReset(False)

    def start(self) -> None:
        """Draw in a worker."""
        job = self._store.tools.jobs.run(
            draw_sheets,
            self._store.session,
            self._asked,
            self._path,
            self._pages,
            done=self._done,
            failed=self._failed,
            progress=self._progress,
            cancelled=self._cancelled,
            channel="contact sheet",
        )
        self._shown.canceled.connect(job.stop)

    def _progress(self, progress: Progress) -> None:
        self._shown.setMaximum(progress.total)
        self._shown.setValue(progress.done)

    def _done(self, pages: list[Path]) -> None:
        where = pages[0].name if len(pages) == 1 else f"{pages[0].name} to {pages[-1].name}"
        self._end(f"wrote {where}: {self._pages.words}")

    def _cancelled(self) -> None:
        self._end("no contact sheet: cancelled; pages drawn before stay")

    def _failed(self, error: LightledgerError) -> None:
        self._end("")
        self._store.tools.desk.error(error)

    def _end(self, words: str) -> None:
        self._shown.close()
        self._shown.deleteLater()
        if words:
            self._store.tools.say(words)
        self.deleteLater()
