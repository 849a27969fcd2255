"""Objects that were found, as a CSV with everything needed to find them again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import lightledger
from lightledger.analysis.query import known_as
from lightledger.export.rows import comment, number_cells, text_cell
from lightledger.export.stream import TextStream

from .find import Found
from .journal import BETWEEN_TAGS

if TYPE_CHECKING:
    from .field import Field


def shown(found: Found, columns: str = "") -> list[str]:
    """Names of the columns to show of what was found; always the id first.

    Parameters
    ----------
    columns : str
        Names separated by commas; 'all'; '' is place, magnitude, and what the query used.

    Raises
    ------
    NoSuchColumn
    """
    if columns.strip() == "all":
        names = [name for name in found.columns if found.columns[name].ndim == 1]
    elif columns.strip():
        asked = [part.strip() for part in columns.split(",") if part.strip()]
        names = [known_as(name, found.columns) for name in asked]
    else:
        usual = [name for name in ("ra", "dec", "distance", "mag") if name in found.columns]
        names = [*usual, *found.names]
    return list(dict.fromkeys(["id", *names]))


def text_of(cell: object) -> str:
    """A cell that is no number, as text on one line."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    text = BETWEEN_TAGS.join(cell) if isinstance(cell, tuple) else str(cell)
    return "".join(c if c.isprintable() else " " for c in text)


def write(field: Field, found: Found, path: Path, names: Sequence[str]) -> None:
    """Write objects; a file of that name is replaced only by a whole one.

    Numbers in full precision, missing ones as nan; text that a spreadsheet would run is defused.

    Raises
    ------
    LightledgerError
        The file cannot be written.
    """
    with TextStream(path) as out:
        for line in _lines(field, found, names):
            out.write(line)
        out.commit()


def _lines(field: Field, found: Found, names: Sequence[str]) -> Iterator[str]:
    reader, columns = field.reader, found.columns
    yield comment("lightledger", "objects of a field, one row per object")
    yield comment("store", reader.path.name)
    yield comment("store uuid", reader.uuid)
    yield comment("recipe", f"{field.recipe.measuring_hash} (SHA-256 of what decides the values)")
    yield comment("software", f"Lightledger {lightledger.__version__}; store by {reader.software}")
    yield comment("written", datetime.now(UTC).isoformat(timespec="seconds"))
    yield comment("statistics", found.measured)
    for what, text in found.asked.items():
        yield comment(f"query, {what}", text)
    yield comment("found", f"{found.n_match} of {found.n_total} objects")
    yield comment("rows", len(found))
    for remark in found.remarks:
        yield comment("remark", remark)
    for name in names:
        if unit := columns.unit(name):
            yield comment(f"unit, {name}", unit)
    yield ",".join(map(text_cell, names)) + "\n"
    for row in zip(*(_cells(found.column(name)) for name in names), strict=True):
        yield ",".join(row) + "\n"


def _cells(column: np.ndarray) -> list[str]:
    if column.dtype.kind in "iuf":
        return number_cells(column)
    return [text_cell(text_of(cell)) for cell in column.tolist()]
