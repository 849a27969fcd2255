"""What other programs say, and what the window does about it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lightledger.app.settings import SAMP_MATCH, SAMP_POINT
from lightledger.domain import Control, LightledgerError
from lightledger.exchange.messages import (
    Answered,
    Envelope,
    PointedAt,
    Refused,
    RowHighlighted,
    RowsSelected,
    TableArrived,
)

from .link import Link
from .outbox import folder
from .shared import SharedTables

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore
    from lightledger.app.window import Window
    from lightledger.library import Field
    from lightledger.library.arriving import Arrived

_log = logging.getLogger("lightledger.samp")


class Inbox:
    """Takes every `Envelope` of a link, and answers it.

    A table or rows become the list of objects, as a filter that can be kept as a subset; a row
    or a place selects an object. Nothing else can be done from outside.
    """

    def __init__(self, window: Window, link: Link, shared: SharedTables) -> None:
        self._w, self._link, self._shared = window, link, shared
        link.arrived.connect(self.take)

    def take(self, envelope: Envelope) -> None:
        """Do what a message asks for."""
        message = envelope.message
        if isinstance(message, Refused):
            _log.warning("a message of %s is refused: %s", envelope.sender, message.why)
            self._link.reply(envelope, message.why)
        elif isinstance(message, Answered):
            if message.error:
                self._w.desk.error(f"{self._name(envelope.sender)}: {message.error}")
        elif isinstance(message, (TableArrived, RowHighlighted, RowsSelected, PointedAt)):
            store = self._w.open
            if store is None:
                self._link.reply(envelope, "no store is open")
            elif isinstance(message, TableArrived):
                self._take_table(store, envelope, message)
            elif isinstance(message, PointedAt):
                self._take_place(store, envelope, message)
            else:
                self._take_rows(store, envelope, message)
        else:
            self._link.reply(envelope)

    # -- tables

    def _take_table(self, store: OpenStore, envelope: Envelope, message: TableArrived) -> None:
        if message.table_id in self._shared:
            self._link.reply(envelope)  # our own, said on
            return
        name, radius = self._name(envelope.sender), float(self._w.settings.get(SAMP_MATCH))
        about = f"{message.name} from {name}"

        def matched(arrived: Arrived) -> None:
            if self._w.open is not store:
                self._link.reply(envelope, "another store was opened meanwhile")
                return
            self._link.reply(envelope)
            words = arrived.words(radius)
            if not arrived.n_matched:
                self._w.desk.error(f"{about}: {words}")
                return
            self._shared.add(message.table_id, message.url, arrived.objects)
            self._list(store, arrived.objects, about)
            self._w.say(f"{about}: {words}; Ctrl+D keeps them as a subset")

        def refused(error: LightledgerError) -> None:
            why = "; ".join(filter(None, (error.what, error.advice)))
            self._link.reply(envelope, why)
            self._w.desk.error(f"{about}: {why}")

        self._w.jobs.run(
            _match, store.session.field, message.url, radius,
            done=matched, failed=refused, channel="samp table",
        )  # fmt: skip

    def _take_rows(
        self, store: OpenStore, envelope: Envelope, message: RowHighlighted | RowsSelected
    ) -> None:
        if message.table_id not in self._shared:
            self._link.reply(envelope, "that table is not known here")
            return
        self._link.reply(envelope)
        name = self._name(envelope.sender)
        if isinstance(message, RowHighlighted):
            objects = self._shared.objects_of(message.table_id, [message.row])
            if objects.size:
                self._select(store, int(objects[0]))
            return
        objects = self._shared.objects_of(message.table_id, message.rows)
        words = f"{objects.size:,} of {len(message.rows):,} rows chosen in {name} are objects here"
        if objects.size:
            self._list(store, objects, f"rows chosen in {name}")
        self._w.say(words)

    def _list(self, store: OpenStore, objects: np.ndarray, words: str) -> None:
        keep = np.zeros(store.session.n_object, bool)
        keep[objects[objects >= 0]] = True
        with self._shared.following():
            store.filter.hold(keep, words)
            self._w.docks.table.show_subset(False)  # well measured or not: they were asked for
            if not keep[store.session.index]:
                self._w.docks.table.go_first()

    # -- one object

    def _take_place(self, store: OpenStore, envelope: Envelope, message: PointedAt) -> None:
        radius, name = float(self._w.settings.get(SAMP_POINT)), self._name(envelope.sender)

        def found(nearest: tuple[int, float]) -> None:
            index, distance = nearest
            if self._w.open is not store or index < 0:
                self._link.reply(envelope, "objects here have no positions")
                return
            ident = store.session.ids[index]
            if distance > radius:
                words = f"no object within {radius:g} arcsec of the place {name} points at"
                self._link.reply(envelope, words)
                self._w.say(f"{words}; {ident} is {_spoken(distance)} away")
                return
            self._link.reply(envelope)
            self._select(store, index)
            self._w.say(f"{ident}: {_spoken(distance)} from the place {name} points at")

        self._w.jobs.run(
            _nearest, store.session.field, message.ra_deg, message.dec_deg,
            done=found, failed=self._w.desk.error, channel="samp place",
        )  # fmt: skip

    def _select(self, store: OpenStore, index: int) -> None:
        with self._shared.following():
            store.session.set_index(index)
            self._w.docks.table.reveal()

    def _name(self, ident: str) -> str:
        return next((peer.name for peer in self._link.peers if peer.ident == ident), "elsewhere")


def _match(field: Field, url: str, radius: float, control: Control) -> Arrived:
    """Fetch a table and match it."""
    from lightledger.exchange.fetch import fetch
    from lightledger.library.arriving import match_file
    from lightledger.workers import heavy_imports

    copy: Path = fetch(url, folder(), control)
    try:
        with heavy_imports():
            return match_file(field, copy, radius, control)
    finally:
        copy.unlink(missing_ok=True)


def _nearest(field: Field, ra_deg: float, dec_deg: float) -> tuple[int, float]:
    from lightledger.library.arriving import nearest

    return nearest(field, ra_deg, dec_deg)


def _spoken(arcsec: float) -> str:
    """A distance for a person."""
    if arcsec < 60:
        return f"{arcsec:.2g} arcsec"
    return f"{arcsec / 60:.2g} arcmin" if arcsec < 3600 else f"{arcsec / 3600:.3g}°"
