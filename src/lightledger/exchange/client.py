"""This program as others know it: registered with the hub, heard and answered."""

from __future__ import annotations

import hmac
import itertools
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from lightledger.domain import Control, LightledgerError
from lightledger.domain.errors import one_line

from .hub import Hub
from .listener import Listener
from .messages import HEARD, Answered, Envelope, HubGone, Refused, read
from .wire import plain

_log = logging.getLogger(__name__)

#: Messages that wait to be handled; whatever comes on top is refused.
MOST_UNREAD = 64
#: Programs of which more is asked than their ids.
_MOST_CLIENTS = 100
#: Seconds for saying goodbye: the window waits for it.
_GOODBYE_S = 1.0


@dataclass(frozen=True)
class Peer:
    """Another program at the hub.

    Attributes
    ----------
    mtypes : frozenset of str
        What it listens to; may end in '*'.
    """

    ident: str
    name: str
    mtypes: frozenset[str] = field(default=frozenset())

    def takes(self, mtype: str) -> bool:
        """Whether it listens to a kind of message."""
        parts = mtype.split(".")
        wild = {".".join([*parts[:n], "*"]) for n in range(len(parts))}
        return bool(self.mtypes & {mtype, *wild})


class Client:
    """A registration with a hub; made by `connect`, it ends with `serve`, which must be called.

    Every method may be called from any thread; none but `serve` takes longer than the hub's
    time limit.
    """

    def __init__(self, hub: Hub, key: str, hub_ident: str = "") -> None:
        self._hub, self._key, self._hub_ident = hub, key, hub_ident
        self._arrived: deque[Envelope] = deque()
        self._room = threading.BoundedSemaphore(MOST_UNREAD)
        self._tags = itertools.count(1)
        self._listener = Listener(self._take)
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def connect(cls, metadata: Mapping[str, str]) -> Self:
        """Register with the hub that runs.

        Parameters
        ----------
        metadata : mapping
            Such as 'samp.name'.

        Raises
        ------
        LightledgerError
            No hub runs, or it refuses.
        """
        hub = Hub.find()
        answer = hub.call("register", hub.secret)
        key = answer.get("samp.private-key") if isinstance(answer, dict) else None
        if not isinstance(key, str) or not key:
            raise LightledgerError("the SAMP hub registers nobody")
        client = cls(hub, key, str(answer.get("samp.hub-id")))
        try:
            hub.call("declareMetadata", key, {k: plain(v) for k, v in metadata.items()})
            hub.call("setXmlrpcCallback", key, client._listener.url)
            hub.call("declareSubscriptions", key, {mtype: {} for mtype in HEARD})
        except BaseException:
            client.close()
            client._listener.server_close()
            raise
        return client

    # ---- hearing

    def serve(self, control: Control, report: Callable[[Envelope], None]) -> None:
        """Hand on what arrives until it is cancelled or closed, and take leave of the hub then.

        Parameters
        ----------
        report : callable
            Gets each `Envelope`; who got it calls `handled` when it is done with it.
        """
        try:
            while not (control.cancelled or self._closed):
                self._listener.handle_request()
                while self._arrived:
                    report(self._arrived.popleft())
        finally:
            self.close()
            self._listener.server_close()

    def handled(self) -> None:
        """Make room for another message."""
        self._room.release()

    def _take(self, method: str, values: list[Any]) -> None:
        """A call of the hub, in `serve`; ValueError refuses it."""
        n_values = {
            "samp.client.receiveNotification": 3,
            "samp.client.receiveCall": 4,
            "samp.client.receiveResponse": 4,
        }.get(method, 0)
        if not n_values or len(values) != n_values:
            raise ValueError("no call of a hub")
        key, sender, *between, said = values
        if not (isinstance(key, str) and hmac.compare_digest(key.encode(), self._key.encode())):
            raise ValueError("a caller that is not our hub")
        if not (isinstance(sender, str) and isinstance(said, dict)):
            raise ValueError("no message")
        if method.endswith("Response"):
            envelope = Envelope(sender, "", _answer(said))
        else:
            envelope = Envelope(sender, str(between[0]) if between else "", _message(said))
        if not self._room.acquire(blocking=False):
            raise ValueError("too many messages at a time")
        self._arrived.append(envelope)

    # ---- speaking

    def peers(self) -> tuple[Peer, ...]:
        """The other programs without the hub, by name."""
        found = self._hub.call("getRegisteredClients", self._key)
        if not isinstance(found, list):
            return ()
        idents = [i for i in found if isinstance(i, str) and i != self._hub_ident][:_MOST_CLIENTS]
        peers = []
        for ident in idents:
            try:
                about = self._hub.call("getMetadata", self._key, ident)
                mtypes = self._hub.call("getSubscriptions", self._key, ident)
                name = one_line(str(about.get("samp.name") or ident))[:40]
                peers.append(Peer(ident, name, frozenset(map(str, mtypes))))
            except HubGone:
                raise
            except (LightledgerError, AttributeError, TypeError):
                _log.debug("%s left meanwhile", ident)
        return tuple(sorted(peers, key=lambda peer: (peer.name.casefold(), peer.ident)))

    def send(self, to: str, mtype: str, params: Mapping[str, Any]) -> None:
        """Say something to a program, '' to all who listen; `Answered` comes back of each."""
        message, tag = _said(mtype, params), f"lightledger-{next(self._tags)}"
        if to:
            self._hub.call("call", self._key, to, tag, message)
        else:
            self._hub.call("callAll", self._key, tag, message)

    def notify_all(self, mtype: str, params: Mapping[str, Any]) -> None:
        """Say something that wants no answer to all who listen."""
        self._hub.call("notifyAll", self._key, _said(mtype, params))

    def reply(self, message_id: str, error: str = "") -> None:
        """Answer a message."""
        answer: dict[str, Any] = {"samp.status": "samp.ok", "samp.result": {}}
        if error:
            answer["samp.status"] = "samp.error"
            answer["samp.error"] = {"samp.errortxt": plain(error)}
        self._hub.call("reply", self._key, message_id, answer)

    def ping(self) -> None:
        """Ask whether the hub is there: `HubGone` if not, or if it is about to end."""
        try:
            self._hub.call("ping")
        except LightledgerError as error:
            raise HubGone("the SAMP hub does not answer", advice=error.advice) from None

    def close(self) -> None:
        """Take leave of the hub, if it is still there; `serve` ends within a moment."""
        with self._lock:
            before, self._closed = self._closed, True
        if not before:
            with suppress(LightledgerError):
                self._hub.call("unregister", self._key, timeout=_GOODBYE_S)


def _said(mtype: str, params: Mapping[str, Any]) -> dict[str, Any]:
    return {"samp.mtype": mtype, "samp.params": dict(params)}


def _message(said: Mapping[str, Any]) -> Any:
    mtype, params = said.get("samp.mtype"), said.get("samp.params", {})
    if not isinstance(mtype, str) or not isinstance(params, dict):
        return Refused("no message")
    try:
        return read(mtype, params)
    except ValueError as error:
        return Refused(one_line(str(error))[:200])


def _answer(said: Mapping[str, Any]) -> Answered:
    if said.get("samp.status") != "samp.error":  # a warning is one for its own person
        return Answered("")
    error = said.get("samp.error")
    text = error.get("samp.errortxt") if isinstance(error, dict) else ""
    return Answered(one_line(str(text or "it did not work"))[:200])
