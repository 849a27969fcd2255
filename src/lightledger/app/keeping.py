"""Keeps how a store is shown while it is open: a window that is killed loses a moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QDockWidget

if TYPE_CHECKING:
    from .openstore import OpenStore
    from .window import Window

#: After a change; leafing on and on is kept so often too.
_SOON_MS = 800


class Keeping(QObject):
    """Calls ``keep`` a moment after anything changed that is kept.

    Parameters
    ----------
    window : Window
    keep : callable
        Writes it, whole or not at all.
    """

    def __init__(self, window: Window, keep: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(keep)
        self._on = False
        window.installEventFilter(self)
        for dock in window.findChildren(QDockWidget):
            dock.visibilityChanged.connect(self._note)
            dock.dockLocationChanged.connect(self._note)
            dock.installEventFilter(self)

    def watch(self, store: OpenStore) -> None:
        """Follow a store that was opened."""
        session, table = store.session, self._window.docks.table
        for signal in (
            session.object_changed,
            session.measurement_changed,
            session.display_changed,
            session.filters_changed,
            session.cleaning.tried_changed,
            session.times.view_changed,
            store.filter.changed,
            store.vetting.changed,
            table.model.layoutChanged,
        ):
            signal.connect(self._note)
        self._on = True
        self._note()

    def stop(self) -> None:
        """The store is closed: nothing is to be kept any more."""
        self._on = False
        self._soon.stop()

    def _note(self) -> None:
        if self._on and not self._soon.isActive():
            self._soon.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
            self._note()
        return False
