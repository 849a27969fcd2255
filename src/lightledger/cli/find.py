"""``lightledger find``: objects by expression, place and order."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

import lightledger
from lightledger.analysis.query import NoSuchColumn
from lightledger.domain import LightledgerError

from .options import AsJson, CorrectedOrRaw, Near, Store, Subset
from .terminal import say

if TYPE_CHECKING:
    from lightledger.library.find import Found

#: Figures after the point on a terminal; others have six significant ones.
_PLACES = {"ra": 6, "dec": 6, "mag": 3, "distance": 2}


def add_to(app: typer.Typer) -> None:
    app.command("find")(find)


def find(
    store: Store,
    where: Annotated[
        str, typer.Option(help="Such as \"mag < 18 and (excess > 3 or tags == 'agn')\".")
    ] = "",
    near: Near = "",
    measurement: Annotated[
        str, typer.Option(help="Whose statistics are meant; default: the suggested one.")
    ] = "",
    corrected: CorrectedOrRaw = None,
    subset: Subset = "",
    sort: Annotated[
        str, typer.Option(help="By this column or expression; -COLUMN: largest first.")
    ] = "",
    limit: Annotated[int, typer.Option(help="So many at most, after sorting; 0: all.")] = 0,
    columns: Annotated[
        str, typer.Option(help="Columns to show, separated by commas, or 'all'.")
    ] = "",
    csv: Annotated[str, typer.Option(help="Write the table into this file.")] = "",
    as_json: AsJson = False,
) -> int:
    """Objects by an expression, a place, or in an order.

    Columns are those of the catalogue, statistics and verdicts. Expressions know < <= > >= == !=
    and or not + - * / ** abs log10 sqrt isnan between(x, low, high) contains(x, 'text'), text in
    quotes, `any name` in back-quotes, `ch2_sci-auto`.scatter for another measurement's column,
    and subset.NAME for who is in a named subset.
    '--columns all --limit 1' shows every name.
    """
    from lightledger.library import foundtable

    with lightledger.open(store) as field:
        found = field.find(
            where, measurement, corrected, near=near, sort=sort, limit=limit, subset=subset
        )
        try:
            names = foundtable.shown(found, columns)
            cells = {name: found.column(name) for name in names}
        except NoSuchColumn as error:
            near_ones = f"did you mean {' or '.join(error.near)}?" if error.near else ""
            raise LightledgerError(error.what, advice=near_ones) from None
        if csv:
            foundtable.write(field, found, Path(csv), names)
            say(f"wrote {csv}")
        if as_json:
            print(json.dumps(_facts(found, cells), indent=1, ensure_ascii=False))
        elif not csv:
            lines = _aligned if sys.stdout.isatty() else _plain
            sys.stdout.writelines(line + "\n" for line in lines(found, cells))
        stale = field.stale(found.columns.measurement) if found.columns.measurement else ""
    for remark in (*found.remarks, f"statistics are {stale}" if stale else ""):
        if remark:
            say(remark)
    say(str(found) if found.n_match else f"no object found: {found}")
    return 0


def _facts(found: Found, cells: dict[str, np.ndarray]) -> dict[str, object]:
    """Plain JSON types; missing numbers are null."""
    table = {name: [_jsonable(cell) for cell in column.tolist()] for name, column in cells.items()}
    return {
        **found.asked,
        "measurement": found.columns.measurement,
        "corrected": found.columns.corrected,
        "n_match": found.n_match,
        "n_total": found.n_total,
        "units": {name: found.columns.unit(name) for name in cells},
        "objects": [
            dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)
        ],
    }


def _jsonable(cell: object) -> object:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _plain(found: Found, cells: dict[str, np.ndarray]) -> list[str]:
    """For other programs: separated by tabs, numbers in full precision."""
    from lightledger.library.foundtable import text_of

    def texts(column: np.ndarray) -> list[str]:
        numbers = column.dtype.kind in "iuf"
        return [repr(cell) if numbers else text_of(cell) for cell in column.tolist()]

    rows = zip(*(texts(column) for column in cells.values()), strict=True)
    return ["\t".join(cells), *("\t".join(row) for row in rows)]


def _aligned(found: Found, cells: dict[str, np.ndarray]) -> list[str]:
    """For a person: columns in line, numbers as long as they are worth reading."""
    made = []
    for name, column in cells.items():
        head = [name, found.columns.unit(name)]
        texts = [_short(name, cell) for cell in column.tolist()]
        width = max(map(len, [*head, *texts]))
        right = column.dtype.kind in "iuf"
        made.append([f"{t:>{width}}" if right else f"{t:<{width}}" for t in [*head, *texts]])
    return ["  ".join(row).rstrip() for row in zip(*made, strict=True)]


def _short(name: str, cell: object) -> str:
    from lightledger.library.foundtable import text_of

    if isinstance(cell, float):
        if math.isnan(cell):
            return "-"
        places = _PLACES.get(name.rpartition(".")[2])
        return f"{cell:.6g}" if places is None else f"{cell:.{places}f}"
    text = text_of(cell)
    return text if len(text) <= 40 else text[:39] + "…"
