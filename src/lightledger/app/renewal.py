"""A newer version in the place of the open store: noticed, told, and only then opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from lightledger.domain import LightledgerError, counted
from lightledger.workers import Jobs

from .session import Session

#: Looked at this often besides: network disks send no news.
_POLL_MS = 10_000
#: Publishing touches the folder several times in a row.
_SETTLE_MS = 200
_NEXT = ".next"

#: inode and time of change of the store and of its ``.next``; 0 where there is none
Stamp = tuple[int, ...]


@dataclass(frozen=True)
class Newer:
    """A newer version.

    Attributes
    ----------
    uuid, created : str
    visits : dict of str to int
        Per band.
    """

    uuid: str
    created: str
    visits: dict[str, int]


class Renewal(QObject):
    """Watches the place of the open store and its journal.

    Nothing here blocks: the disk is looked at in a worker, and only when something changed is
    the file there opened.
    """

    #: A newer version is there.
    found = Signal(object)
    #: The journal has new lines.
    journal_changed = Signal()

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._session: Session | None = None
        self._seen: Stamp = ()
        self._offered = ""
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self.journal_changed)
        self._watcher.directoryChanged.connect(self._folder_changed)
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._poll = QTimer(self, interval=_POLL_MS)
        for timer in (self._soon, self._poll):
            timer.timeout.connect(self.look)

    def watch(self, session: Session) -> None:
        """Begin; the version shown is that of the session."""
        self.stop()
        self._session = session
        self._watcher.addPath(str(session.path.parent))
        self._watch_journal()
        self._poll.start()
        self.look()

    def stop(self) -> None:
        """Watch nothing."""
        self._session, self._seen, self._offered = None, (), ""
        self._soon.stop()
        self._poll.stop()
        watched = self._watcher.files() + self._watcher.directories()
        if watched:
            self._watcher.removePaths(watched)

    def _watch_journal(self) -> None:
        # It may not exist before the first act, and a file that is replaced is forgotten.
        journal = None if self._session is None else self._session.field.journal.path
        if journal is not None and str(journal) not in self._watcher.files() and journal.exists():
            self._watcher.addPath(str(journal))
            self.journal_changed.emit()

    def _folder_changed(self) -> None:
        self._watch_journal()
        self._soon.start()

    def look(self) -> None:
        """See whether a newer version is there."""
        session = self._session
        if session is not None:
            self._jobs.run(
                look_for_newer,
                session.path,
                session.field.reader.uuid,
                self._seen,
                done=self._looked,
                failed=lambda _error: None,  # what is shown stays readable; asked again later
                channel="renewal",
            )

    def _looked(self, result: tuple[Stamp, Newer | None]) -> None:
        self._seen, newer = result
        if newer is not None and newer.uuid != self._offered:
            self._offered = newer.uuid
            self.found.emit(newer)


def look_for_newer(path: Path, uuid: str, seen: Stamp) -> tuple[Stamp, Newer | None]:
    """Whether another version than ``uuid`` stands in the place of a store; for a worker.

    Returns
    -------
    stamp : tuple of int
        What tells the files there now from others; nothing is opened while it is ``seen``.
    newer : Newer or None
    """
    from lightledger.store.reader import StoreReader

    place = path.with_name(path.name.removesuffix(_NEXT))
    stamp = *_stamp(place), *_stamp(place.with_name(place.name + _NEXT))
    if stamp == seen or not any(stamp):
        return stamp, None
    try:
        with StoreReader(place) as store:
            if store.uuid == uuid:
                return stamp, None
            visits = {band: store.n_visit(band) for band in store.bands}
            return stamp, Newer(store.uuid, store.created, visits)
    except LightledgerError:
        return stamp, None  # something else took its place: nothing to offer


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_ino, status.st_mtime_ns


def offer_text(newer: Newer, visits: dict[str, int]) -> str:
    """The sentence of the bar.

    >>> offer_text(Newer("u", "", {"ch1": 1250, "ch2": 1250}), {"ch1": 1200, "ch2": 1200})
    'A newer version of this store is there (1,250 visits, was 1,200).'
    >>> offer_text(Newer("u", "", {"R": 60, "V": 41}), {"R": 60, "V": 40})
    'A newer version of this store is there (V 41 visits, was 40).'
    """
    changed = {b: n for b, n in newer.visits.items() if n != visits.get(b, 0)}
    if not changed:
        why = "same visits, other numbers"
    elif len({(n, visits.get(b, 0)) for b, n in changed.items()}) == 1 and (
        changed.keys() == newer.visits.keys()
    ):
        band, n = next(iter(changed.items()))
        why = f"{counted(n, 'visit')}, was {visits.get(band, 0):,}"
    else:
        why = ", ".join(
            f"{b} {counted(n, 'visit')}, was {visits.get(b, 0):,}" for b, n in changed.items()
        )
    return f"A newer version of this store is there ({why})."


class OfferBar(QFrame):
    """A sentence above everything and the button that acts on it; hidden until asked."""

    accepted = Signal()

    def __init__(self, button: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("offer", True)
        self.setAccessibleName("Offer")
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.button = QPushButton(button, self)
        self.button.setToolTip(tip)
        self.button.setProperty("primary", True)
        self.button.clicked.connect(self._accept)
        self.later = QPushButton("Later", self)
        self.later.setToolTip("Go on with what is shown; it stays readable")
        self.later.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 4, 8, 4)
        line.setSpacing(8)
        line.addWidget(self.label, 1)
        line.addWidget(self.button)
        line.addWidget(self.later)
        self.hide()

    def offer(self, text: str) -> None:
        self.label.setText(text)
        self.show()

    def _accept(self) -> None:
        self.hide()
        self.accepted.emit()
