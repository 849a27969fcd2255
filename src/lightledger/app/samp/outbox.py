"""What the window can send to other programs, and sending it."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lightledger.app.exportjobs import export_to
from lightledger.app.settings import SAMP_FOLLOW
from lightledger.domain import LightledgerError, counted
from lightledger.export.rows import file_stem
from lightledger.installation import places

from .link import Link
from .shared import SharedTables

if TYPE_CHECKING:
    from lightledger.app.openstore import OpenStore
    from lightledger.app.window import Window
    from lightledger.domain import Control
    from lightledger.library import Field

TABLE, ROWS, ROW = "table.load.votable", "table.select.rowList", "table.highlight.row"
POINT, IMAGE = "coord.pointAt.sky", "image.load.fits"
#: Days that other programs may read a file that was sent.
_KEPT_S = 86400.0


@dataclass(frozen=True)
class Offer:
    """Something that can be sent.

    Attributes
    ----------
    text, tip : str
    mtype : str
        What the other program has to listen to.
    send : callable
        To a program by its id, '' to all.
    inside : str
        Title of the menu that it stands in, '' for none.
    """

    text: str
    mtype: str
    send: Callable[[str], None]
    tip: str = ""
    inside: str = ""


class Outbox:
    """Writes files and says where they are.

    Parameters
    ----------
    window : Window
    link : Link
    shared : SharedTables
        Gets the tables of objects that are sent.
    """

    def __init__(self, window: Window, link: Link, shared: SharedTables) -> None:
        self._w, self._link, self._shared = window, link, shared
        self._numbers = itertools.count(1)

    def offers(self) -> list[Offer]:
        """What can be sent now, in the order of a menu; nothing without an open store."""
        store = self._w.open
        if store is None or not store.session.n_object:
            return []
        session, table = store.session, self._w.docks.table
        listed, chosen = table.model.order, np.asarray(table.selected(), np.int64)
        every = np.arange(session.n_object)
        columns = "with the columns of the object table, as VOTable"
        made = [
            Offer(
                f"All {counted(every.size, 'object')}", TABLE, self._objects(every, "all"), columns
            )
        ]
        if 0 < listed.size < every.size:
            words = store.filter.words or "the list"
            send = self._objects(listed, words)
            made.append(Offer(f"The list: {counted(listed.size, 'object')}", TABLE, send, columns))
        for name in sorted(session.field.journal.state.subsets, key=str.casefold):
            send = partial(self._send_subset, name)
            made.append(Offer(name, TABLE, send, columns, "Subset"))
        if chosen.size > 1:
            send = self._objects(chosen, "selection")
            made.append(
                Offer(f"The selection: {counted(chosen.size, 'object')}", TABLE, send, columns)
            )
            tip = "of a table that was sent before"
            made.append(Offer("Which rows are selected", ROWS, self._send_rows, tip))
        name, ident = session.measurement, session.object_id
        if name:
            tip = f"{name}: what passes the filters, as VOTable with its time systems"
            send = partial(self._send_curves, (session.index,))
            made.append(Offer(f"Light curve of {ident}", TABLE, send, tip))
            if chosen.size > 1:
                send = partial(self._send_curves, tuple(chosen.tolist()))
                made.append(
                    Offer(f"Light curves of {counted(chosen.size, 'object')}", TABLE, send, tip)
                )
        if np.isfinite(session.field.ra_deg[session.index]):
            made.append(Offer(f"Position of {ident}", POINT, self._send_position))
        if session.cursor is not None:
            visit = session.cursor.visit
            tip = "the FITS file that the point under the cursor was measured on"
            made.append(Offer(f"Frame of visit {visit}", IMAGE, self._send_frame, tip))
        return made

    def highlight(self) -> None:
        """Tell others which row the current object is, where they know a table with it."""
        store = self._w.open
        wanted = self._link.on and self._w.settings.get(SAMP_FOLLOW)
        if store is None or not wanted or self._shared.listening or not len(self._shared):
            return
        table, rows = self._shared.rows_of([store.session.index])
        if rows:
            self._link.tell_all(ROW, table | {"row": str(rows[0])})

    # -- sending

    def _objects(self, rows: np.ndarray, what: str) -> Callable[[str], None]:
        return partial(self._send_objects, np.array(rows, np.int64), what)

    def _send_objects(self, rows: np.ndarray, what: str, to: str) -> None:
        self._write_objects(lambda _field: rows, what, to)

    def _send_subset(self, name: str, to: str) -> None:
        self._write_objects(lambda field: field.find(subset=name).rows, name, to)

    def _write_objects(self, rows: Callable[[Field], np.ndarray], what: str, to: str) -> None:
        store = self._open()
        path, session, numbers = self._path("objects"), store.session, store.numbers

        def written(objects: np.ndarray) -> None:
            if self._w.open is store:
                self._shared.add(path.stem, path.as_uri(), objects)
            self._offer_file(to, path, f"{session.path.stem}: {what}")
            self._w.say(f"{counted(objects.size, 'object')} sent")

        self._w.jobs.run(
            _write, session.field, path, rows, numbers.measurement, numbers.corrected,
            numbers.statistics, what, done=written, failed=self._w.desk.error,
        )  # fmt: skip

    def _send_curves(self, objects: tuple[int, ...], to: str) -> None:
        store = self._open()
        session, name = store.session, store.session.measurement
        calibration, display = session.field.calibration(name), session.display
        system = calibration.best(display.system)
        as_magnitude = display.quantity.value == "mag" and bool(
            np.isfinite(calibration.zero_point(system))
        )
        path = self._path("curves")
        wanted: dict[str, Any] = {
            "objects": objects,
            "measurements": (name,),
            "filters": store.presenter.filters(),
            "corrected": display.corrected,
            "as_magnitude": as_magnitude,
            "system": system if as_magnitude and system != "relative" else "",
            "format": "votable",
        }
        what = session.object_id if len(objects) == 1 else counted(len(objects), "object")

        def written(report: Any) -> None:
            self._offer_file(to, path, f"{what} in {name}")
            self._w.say(f"{report.n_rows:,} points of {what} sent")

        self._w.jobs.run(
            export_to, session.field, path, wanted, done=written, failed=self._w.desk.error
        )

    def _send_position(self, to: str) -> None:
        field, index = self._open().session.field, self._open().session.index
        ra, dec = float(field.ra_deg[index]), float(field.dec_deg[index])
        self._link.send(to, POINT, {"ra": repr(ra), "dec": repr(dec)})

    def _send_rows(self, to: str) -> None:
        table, rows = self._shared.rows_of(self._w.docks.table.selected())
        if not rows:
            self._w.say("no table with these objects was sent yet: send all objects first")
            return
        self._link.send(to, ROWS, table | {"row-list": [str(row) for row in rows]})
        self._w.say(f"{counted(len(rows), 'row')} selected elsewhere")

    def _send_frame(self, to: str) -> None:
        session = self._open().session
        cursor = session.cursor
        if cursor is None:
            return
        visits = session.visits(cursor.band)["visit"]
        row = next((k for k, visit in enumerate(visits) if str(visit) == cursor.visit), -1)

        def found(path: Path) -> None:
            params = {"url": path.as_uri(), "image-id": path.as_uri(), "name": path.name}
            self._link.send(to, IMAGE, params)

        self._w.jobs.run(
            _frame, session.field, cursor.band, row, done=found, failed=self._w.desk.error
        )

    # -- files

    def _open(self) -> OpenStore:
        store = self._w.open
        assert store is not None
        return store

    def _path(self, kind: str) -> Path:
        """A new file in the cache; its stem is the table's id."""
        stem = file_stem(self._open().session.path.stem)
        with suppress(OSError):  # writing says it better
            folder().mkdir(parents=True, exist_ok=True)
        return folder() / f"{stem}-{kind}-{os.getpid()}-{next(self._numbers)}.vot"

    def _offer_file(self, to: str, path: Path, name: str) -> None:
        params = {"url": path.as_uri(), "table-id": path.stem, "name": name}
        self._link.send(to, TABLE, params)


def folder() -> Path:
    """Where files lie that were sent, or arrive."""
    return places.cache_folder() / "samp"


def tidy() -> None:
    """Remove what was sent or arrived more than a day ago; for a worker."""
    for path in folder().glob("*"):
        with suppress(OSError):
            if path.is_file() and time.time() - path.stat().st_mtime > _KEPT_S:
                path.unlink()


def _write(
    field: Field,
    path: Path,
    rows: Callable[[Field], np.ndarray],
    measurement: str,
    corrected: bool,
    statistics: dict[str, np.ndarray] | None,
    what: str,
    control: Control,
) -> np.ndarray:
    """Write a table of objects; which they are."""
    from lightledger.library.sending import write_table

    objects = np.asarray(rows(field), np.int64)
    write_table(field, path, objects, measurement, corrected, statistics, what, control)
    return objects


def _frame(field: Field, band: str, row: int) -> Path:
    """The file of a visit's image."""
    from lightledger.library.frames_of import FrameFinder

    finder = FrameFinder(field)
    names = finder.frames(band, row) if row >= 0 else ()
    path = finder.path(names[0].name) if names else None
    if path is None:
        what = names[0].name if names else "the store"
        raise LightledgerError("this visit has no frame here any more", what)
    return path.absolute()
