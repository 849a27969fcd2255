"""The connection to the hub as the window has it: made, lost and spoken through by workers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from lightledger import __version__
from lightledger.domain import Control, LightledgerError
from lightledger.exchange.messages import ClientsChanged, Envelope, HubEnds, HubGone
from lightledger.workers import Job, Jobs

if TYPE_CHECKING:
    from lightledger.exchange.client import Client, Peer

#: A hub that was killed says nothing: it is asked so often.
_PING_MS = 10_000
_ABOUT = {
    "samp.name": "Lightledger",
    "samp.description.text": "Light curves of every object of a field",
    "lightledger.version": __version__,
}


class Link(QObject):
    """Off until `connect_hub`; no thread, no socket before.

    Attributes
    ----------
    peers : tuple of Peer
        The other programs.
    connecting : bool
    """

    #: Connected or not, or other programs are there.
    changed = Signal()
    #: An `Envelope`.
    arrived = Signal(object)
    #: It could not be made, or is gone: why, in one line.
    ended = Signal(str)
    #: Something could not be sent: a `LightledgerError`.
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.peers: tuple[Peer, ...] = ()
        self._client: Client | None = None
        self._jobs: Jobs | None = None
        self._life: Job | None = None
        self._ping = QTimer(self, interval=_PING_MS)
        self._ping.timeout.connect(self.look)

    @property
    def on(self) -> bool:
        """Whether there is a connection."""
        return self._client is not None

    @property
    def connecting(self) -> bool:
        return self._life is not None and self._client is None

    def connect_hub(self) -> None:
        """Register with the hub that runs."""
        if self._life is not None:
            return
        if self._jobs is None:
            self._jobs = Jobs(self, threads=3)  # one of them listens
        self._life = self._jobs.run(
            _live, done=lambda _none: self._lost("the SAMP hub has ended"),
            failed=lambda error: self._lost(str(error)), progress=self._hear,
        )  # fmt: skip
        self.changed.emit()

    def disconnect_hub(self) -> None:
        """Take leave; a worker says so to the hub."""
        if self._life is None:
            return
        self._life.cancel()
        self._life = self._client = None
        self.peers = ()
        self._ping.stop()
        self.changed.emit()

    def close(self) -> None:
        """Disconnect and wait until no worker runs."""
        self.disconnect_hub()
        if self._jobs is not None:
            self._jobs.close()
            self._jobs = None

    def look(self) -> None:
        """See whether the hub is still there."""
        self._ask(lambda client: client.ping())

    def send(self, to: str, mtype: str, params: Mapping[str, Any]) -> None:
        """Say something to a program, '' to all that listen to it."""
        self._ask(lambda client: client.send(to, mtype, params))

    def tell_all(self, mtype: str, params: Mapping[str, Any]) -> None:
        """Say something that only the newest of matters, and that wants no answer."""
        self._ask(lambda client: client.notify_all(mtype, params), channel=mtype)

    def reply(self, envelope: Envelope, error: str = "") -> None:
        """Answer a message, if its sender waits for that."""
        if envelope.message_id:
            self._ask(lambda client: client.reply(envelope.message_id, error))

    def _ask(
        self,
        what: Callable[[Client], Any],
        done: Callable[[Any], None] | None = None,
        channel: str = "",
    ) -> None:
        client = self._client
        if client is None or self._jobs is None:
            return

        def refused(error: LightledgerError) -> None:
            if client is not self._client:
                return
            if isinstance(error, HubGone):
                self._lost(str(error))
            else:
                self.failed.emit(error)

        self._jobs.run(what, client, done=done, failed=refused, channel=channel)

    def _hear(self, news: Client | Envelope) -> None:
        if not isinstance(news, Envelope):
            self._client = news
            self._ping.start()
            self._ask_who()
            self.changed.emit()
        elif self._client is not None:
            self._client.handled()
            if isinstance(news.message, ClientsChanged):
                self._ask_who()
            elif isinstance(news.message, HubEnds):
                self._lost("the SAMP hub has ended")
            else:
                self.arrived.emit(news)

    def _ask_who(self) -> None:
        def known(peers: tuple[Peer, ...]) -> None:
            self.peers = peers
            self.changed.emit()

        self._ask(lambda client: client.peers(), done=known, channel="peers")

    def _lost(self, why: str) -> None:
        self.disconnect_hub()
        self.ended.emit(why)


def _live(control: Control, report: Callable[[Any], None]) -> None:
    """From registering to taking leave; reports the client, then each `Envelope`."""
    from lightledger.exchange.client import Client

    client = Client.connect(_ABOUT)
    report(client)
    client.serve(control, report)
