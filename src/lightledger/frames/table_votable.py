"""VOTable: read by astropy, once it is known that the file reaches for nothing but itself."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import LightledgerError

from .headers import Cards
from .table_text import text_of
from .tables import MAX_ROWS, Table, add_column

_LONGEST_CELL = 10_000
#: What a file could do besides hold a table, and how that is said.
_FORBIDDEN = (
    (re.compile(r"<!ENTITY|<!DOCTYPE[^>]*\[", re.I), "it defines XML entities"),
    (re.compile(r"<(?:[\w.-]+:)?STREAM\b[^>]*\bhref", re.I), "its data are in another file"),
    (re.compile(r"<(?:[\w.-]+:)?STREAM\b[^>]*gzip", re.I), "its data are packed inside the XML"),
)
_CLAIM = re.compile(r"\b(nrows|arraysize)\s*=\s*[\"'][^\"']*?(\d{5,})", re.I)


def read_votable(path: Path, _: int = 0) -> list[Table]:
    """All tables of a VOTable.

    Raises
    ------
    LightledgerError
        The file asks for other files or defines entities, or claims a size that is none.
    """
    from astropy.io import votable

    text = text_of(path)
    for pattern, what in _FORBIDDEN:
        if pattern.search(text):
            raise LightledgerError(
                f"the VOTable is not read: {what}", path, "save it as a plain VOTable or as CSV"
            )
    for name, number in _CLAIM.findall(text):
        if int(number) > (MAX_ROWS if name.lower() == "nrows" else _LONGEST_CELL):
            raise LightledgerError(f"the VOTable claims {name} = {number}", path)
    source = votable.parse(
        io.BytesIO(text.encode()), verify="ignore", invalid="mask", unit_format="generic"
    )
    above = _parameters(source.params, source.infos)
    for resource in source.resources:
        above = _parameters(resource.params, resource.infos) | above
        for system in resource.time_systems:
            above |= _time_system(system)
    return [_table(part, above) for part in source.iter_tables()]


def _table(part: Any, above: dict[str, object]) -> Table:
    table = Table(kind="VOTable", comments=str(part.description or ""))
    grouped = [entry for group in part.groups for entry in group.entries if hasattr(entry, "value")]
    own = _parameters(grouped, ()) | _parameters(part.params, part.infos)
    table.cards = Cards.from_dict(above | own)
    for definition in part.fields:
        values = part.array[definition.ID]
        if values.dtype == object and values.size and np.ndim(values[0]) > 0:
            continue
        add_column(
            table, str(definition.name), np.ma.getdata(values), np.ma.getmask(values),
            unit=str(definition.unit or ""), ucd=str(definition.ucd or ""),
            about=str(definition.description or ""),
        )  # fmt: skip
    return table


def _time_system(system: Any) -> dict[str, object]:
    """TIMESYS as keywords; its origin is a Julian date, or 'JD-origin', 'MJD-origin'."""
    known = {"JD-origin": 0.0, "MJD-origin": 2400000.5}
    origin = system.timeorigin
    return {
        name: value
        for name, value in (
            ("TIMEORIGIN", known.get(origin, origin) if origin is not None else None),
            ("TIMESCALE", system.timescale),
            ("REFPOSITION", system.refposition),
        )
        if value is not None
    }


def _parameters(params: Any, infos: Any) -> dict[str, object]:
    """PARAM and INFO elements as keywords; the unit of a parameter stands in its comment."""
    found: dict[str, object] = {
        str(info.name): str(info.value) for info in infos if info.name and info.value is not None
    }
    for param in params:
        value = param.value
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, (str, int, float)) and not np.ma.is_masked(value):
            found[str(param.name)] = (value, f"[{param.unit or ''}]")
    return found
