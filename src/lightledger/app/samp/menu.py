"""The menu 'Send to': programs by name, and below each what it takes."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from .link import Link
from .outbox import Offer, Outbox

_LONGEST = 50


class SendMenu(QMenu):
    """Filled when it is opened.

    Parameters
    ----------
    connecting : QAction
        What stands there while there is no connection.
    """

    def __init__(
        self, link: Link, outbox: Outbox, connecting: QAction, parent: QWidget | None = None
    ) -> None:
        super().__init__("Send to", parent)
        self._link, self._outbox, self._connecting = link, outbox, connecting
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)
        self.fill()

    def fill(self) -> None:
        """All programs that are there now."""
        self.clear()
        if not self._link.on:
            self.addAction(self._connecting)
            return
        offers = self._outbox.offers()
        peers = [peer for peer in self._link.peers if any(peer.takes(o.mtype) for o in offers)]
        if not offers:
            self._note("Open a store first")
        elif not peers:
            self._note("No program is there that takes tables, images or places")
        else:
            for peer in peers:
                fitting = [offer for offer in offers if peer.takes(offer.mtype)]
                self._add(_short(peer.name), peer.ident, fitting)
            self.addSeparator()
            known = [o for o in offers if any(peer.takes(o.mtype) for peer in peers)]
            self._add("All programs", "", known)

    def _add(self, title: str, ident: str, offers: list[Offer]) -> None:
        menu = self.addMenu(title)
        menu.setToolTipsVisible(True)
        inner: dict[str, QMenu] = {"": menu}
        for offer in offers:
            if offer.inside not in inner:
                inner[offer.inside] = menu.addMenu(offer.inside)
            action = inner[offer.inside].addAction(_short(offer.text))
            action.setToolTip(offer.tip or offer.text)
            action.triggered.connect(lambda _=False, send=offer.send: send(ident))

    def _note(self, text: str) -> None:
        self.addAction(text).setEnabled(False)


def _short(text: str) -> str:
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return text.replace("&", "&&")
