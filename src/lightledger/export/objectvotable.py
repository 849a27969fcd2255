"""A table of objects as VOTable 1.4: one row per object, with UCDs and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lightledger.domain import Control

from .stream import TextStream
from .ucd import known_unit
from .votxml import END, ICRS, cells, content, field, info, quoted, start, text_field

#: Rows between two looks whether it is cancelled.
_BLOCK = 10_000
_UCDS = {
    "id": "meta.id;meta.main",
    "ra": "pos.eq.ra;meta.main",
    "dec": "pos.eq.dec;meta.main",
    "x": "pos.cartesian.x;instr.det",
    "y": "pos.cartesian.y;instr.det",
    "mag": "phot.mag",
    "verdict": "meta.code.class",
    "tags": "meta.note",
    "note": "meta.note",
    "period_d": "time.period",
}


@dataclass(frozen=True)
class ObjectColumn:
    """A column: numbers, truths, or an object array of str; shape (n_row,)."""

    name: str
    values: np.ndarray
    unit: str = ""
    meaning: str = ""


def write_objects(
    path: Path,
    title: str,
    columns: Sequence[ObjectColumn],
    header: Mapping[str, object],
    control: Control | None = None,
) -> int:
    """Write objects; how many.

    Parameters
    ----------
    title : str
        Name of the table.
    columns : sequence of ObjectColumn
        At least one, all of the same length.
    header : mapping
        Where the numbers come from.

    Raises
    ------
    LightledgerError
        The file cannot be written.
    Cancelled
        Nothing is left behind.
    """
    n_row = len(columns[0].values)
    with TextStream(path) as out:
        out.write(start("Objects, one row each"))
        for key, value in header.items():
            out.write(info(key, value))
        out.write(ICRS)
        out.write(f"<TABLE name={quoted(title)} nrows='{n_row}'>\n")
        out.write("".join(map(_head, columns)) + "<DATA><TABLEDATA>\n")
        for first in range(0, n_row, _BLOCK):
            if control is not None:
                control.check()
            parts = [_texts(column.values[first : first + _BLOCK]) for column in columns]
            rows = zip(*parts, strict=True)
            out.write("".join(f"<TR><TD>{'</TD><TD>'.join(row)}</TD></TR>\n" for row in rows))
        out.write(f"</TABLEDATA></DATA></TABLE>\n{END}")
        out.commit()
    return n_row


def _head(column: ObjectColumn) -> str:
    name, values = column.name, column.values
    ref = "icrs" if name in ("ra", "dec") else ""
    ucd, unit = _UCDS.get(name, ""), known_unit(column.unit)
    unit = "mag" if column.unit.startswith("mag(") else unit
    meaning = column.meaning
    if column.unit not in ("", unit):
        meaning += f" [{column.unit}]"
    kind = {"b": "boolean", "i": "long", "u": "long", "f": "double"}.get(values.dtype.kind)
    if kind is None:
        return text_field(name, values.tolist(), ucd, meaning)
    if values.dtype.kind == "f" and values.dtype.itemsize <= 4:
        kind = "float"
    return field(name, kind, unit, ucd, meaning, ref)


def _texts(values: np.ndarray) -> list[str]:
    if values.dtype.kind == "b":
        return ["true" if value else "false" for value in values.tolist()]
    if values.dtype.kind in "iuf":
        return cells(values)
    return [content(str(value)) for value in values.tolist()]
