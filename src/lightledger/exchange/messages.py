"""What other programs may say to us, checked; and what we say to them.

MTypes are those of the SAMP wiki of the IVOA (table.*, coord.*, image.*), all values texts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lightledger.domain import LightledgerError
from lightledger.domain.errors import one_line

#: What we hear; hubs send nothing else.
HEARD = (
    "samp.app.ping",
    "samp.hub.event.shutdown",
    "samp.hub.event.register",
    "samp.hub.event.unregister",
    "samp.hub.event.metadata",
    "samp.hub.event.subscriptions",
    "samp.hub.disconnect",
    "table.load.votable",
    "table.load.fits",
    "table.highlight.row",
    "table.select.rowList",
    "coord.pointAt.sky",
)
_LONGEST_URL, _LONGEST_NAME = 4096, 100
_MOST_ROWS = 1_000_000


class HubGone(LightledgerError):
    """The hub does not answer any more."""


@dataclass(frozen=True)
class TableArrived:
    """A table is at ``url``, and is called ``table_id`` from now on."""

    url: str
    table_id: str
    name: str


@dataclass(frozen=True)
class RowHighlighted:
    """A row, from 0, of a table that was sent before."""

    table_id: str
    row: int


@dataclass(frozen=True)
class RowsSelected:
    """Rows, from 0, of a table that was sent before."""

    table_id: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class PointedAt:
    """A place on the sky, degrees, ICRS."""

    ra_deg: float
    dec_deg: float


@dataclass(frozen=True)
class Answered:
    """Another program's answer to what we sent; ``error`` is '' where all is well."""

    error: str


@dataclass(frozen=True)
class ClientsChanged:
    """A program came, left, or says something else about itself."""


@dataclass(frozen=True)
class Pinged:
    """Somebody asks whether we are there."""


@dataclass(frozen=True)
class HubEnds:
    """The hub ends, or wants us no more."""


@dataclass(frozen=True)
class Refused:
    """A message that says nothing we know, and why."""

    why: str


Message = (
    TableArrived | RowHighlighted | RowsSelected | PointedAt
    | Answered | ClientsChanged | Pinged | HubEnds | Refused
)  # fmt: skip


@dataclass(frozen=True)
class Envelope:
    """A message, who sent it, and by which id it is answered ('' wants no answer)."""

    sender: str
    message_id: str
    message: Message


def read(mtype: str, params: Mapping[str, Any]) -> Message:
    """A message of another program.

    Raises
    ------
    ValueError
        It lacks something, or has what cannot be; in words.
    """
    if mtype in ("table.load.votable", "table.load.fits"):
        url = _text(params, "url", _LONGEST_URL)
        table_id = _table_id(params)
        name = _text(params, "name", _LONGEST_NAME, "") or url.rpartition("/")[2][-_LONGEST_NAME:]
        return TableArrived(url, table_id, name)
    if mtype == "table.highlight.row":
        return RowHighlighted(_table_id(params), _row(params.get("row")))
    if mtype == "table.select.rowList":
        rows = params.get("row-list")
        if not isinstance(rows, list) or len(rows) > _MOST_ROWS:
            raise ValueError("row-list is no list of rows")
        return RowsSelected(_table_id(params), tuple(_row(row) for row in rows))
    if mtype == "coord.pointAt.sky":
        ra, dec = _number(params, "ra"), _number(params, "dec")
        if not (-360 <= ra <= 360 and -90 <= dec <= 90):
            raise ValueError("a place outside the sky")
        return PointedAt(ra % 360, dec)
    if mtype == "samp.app.ping":
        return Pinged()
    if mtype in ("samp.hub.event.shutdown", "samp.hub.disconnect"):
        return HubEnds()
    if mtype.startswith("samp.hub.event."):
        return ClientsChanged()
    raise ValueError(f"{mtype[:80]} is not understood")


def _table_id(params: Mapping[str, Any]) -> str:
    """By the standard either of both names a table."""
    return _text(params, "table-id", _LONGEST_URL, "") or _text(params, "url", _LONGEST_URL)


def _text(params: Mapping[str, Any], name: str, longest: int, default: str | None = None) -> str:
    value = params.get(name, default)
    if not isinstance(value, str) or (not value and default is None):
        raise ValueError(f"{name} is missing")
    if len(value) > longest:
        raise ValueError(f"{name} is too long")
    return one_line(value)


def _row(value: object) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12:
        return int(value)
    raise ValueError("a row that is no number")


def _number(params: Mapping[str, Any], name: str) -> float:
    value = params.get(name)
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError(f"{name} is no number")
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} is no number")
    return number
