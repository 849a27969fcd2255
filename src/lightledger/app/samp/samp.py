"""SAMP in the window: the parts put together, the sign in the status bar, what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QLabel

from lightledger.app.settings import SAMP_AT_START
from lightledger.domain import counted

from .inbox import Inbox
from .link import Link
from .menu import SendMenu
from .outbox import Outbox, tidy
from .shared import SharedTables

if TYPE_CHECKING:
    from lightledger.app.window import Window


class Samp(QObject):
    """Off until a person connects, or has the program connect at its start.

    Attributes
    ----------
    link, outbox, inbox, shared, menu
        The parts.
    sign : QLabel
        In the status bar while there is a connection.
    """

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._w = window
        self.link, self.shared = Link(self), SharedTables()
        self.outbox = Outbox(window, self.link, self.shared)
        self.inbox = Inbox(window, self.link, self.shared)
        actions, file_menu = window.actions_, window.menus["File"]
        self._action = actions["connect_samp"]
        self.menu = SendMenu(self.link, self.outbox, self._action, window)
        file_menu.insertMenu(self._action, self.menu)
        self.sign = QLabel(window)
        self.sign.setAccessibleName("Connection to other programs")
        self.sign.hide()
        window.statusBar().addPermanentWidget(self.sign)
        self.link.changed.connect(self._show)
        self.link.ended.connect(self._ended)
        self.link.failed.connect(window.desk.error)
        window.stores.changed.connect(self._follow_store)
        self._unasked = bool(window.settings.get(SAMP_AT_START))
        if self._unasked:
            QTimer.singleShot(0, self.toggle)

    def toggle(self) -> None:
        """Connect, or take leave."""
        if self.link.on or self.link.connecting:
            self.link.disconnect_hub()
        else:
            self._w.jobs.run(tidy)
            self.link.connect_hub()

    def close(self) -> None:
        """Disconnect and wait until no worker runs."""
        self.link.close()

    def _ended(self, why: str) -> None:
        """Loud where a person is waiting for it or had it."""
        (self._w.say if self._unasked else self._w.desk.error)(why)
        self._unasked = False

    def _follow_store(self) -> None:
        self.shared.clear()
        if self._w.open is not None:
            self._w.open.session.object_changed.connect(self.outbox.highlight)

    def _show(self) -> None:
        on, peers = self.link.on, self.link.peers
        self._unasked &= not on
        connected = on or self.link.connecting
        self._action.setText("Disconnect from SAMP hub" if connected else "Connect to SAMP hub")
        names = [peer.name for peer in peers]
        self.sign.setText(f"SAMP: {counted(len(names), 'other')}   ")
        self.sign.setToolTip("Connected with " + (", ".join(names) or "nobody yet"))
        self.sign.setVisible(on)
