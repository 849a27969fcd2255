"""``lightledger periods``: periods of objects, a line each."""

from __future__ import annotations

import csv as csv_module
import math
import sys
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

import lightledger
from lightledger.domain import LightledgerError

from .options import CorrectedOrRaw, Store
from .terminal import ProgressBars, cancel_on_interrupt, say


def add_to(app: typer.Typer) -> None:
    app.command("periods")(periods)


def periods(
    store: Store,
    objects: Annotated[
        list[str] | None,
        typer.Argument(metavar="OBJECT...", help="Ids of objects; or give --where."),
    ] = None,
    where: Annotated[
        str, typer.Option(help="Objects that fulfil it, as of 'lightledger find'.")
    ] = "",
    limit: Annotated[int, typer.Option(help="So many of them at most; 0: all.")] = 0,
    measurement: Annotated[str, typer.Option(help="Full name; default: the suggested one.")] = "",
    method: Annotated[str, typer.Option(help="ls: Lomb-Scargle; bls: boxes, for eclipses.")] = "ls",
    terms: Annotated[int, typer.Option(help="Terms of the Fourier series (ls), 1 to 5.")] = 1,
    shortest: Annotated[
        float, typer.Option("--min", help="Shortest period, days; 0: as the times allow.")
    ] = 0.0,
    longest: Annotated[
        float, typer.Option("--max", help="Longest period, days; 0: as the times allow.")
    ] = 0.0,
    corrected: CorrectedOrRaw = None,
    csv: Annotated[str, typer.Option(help="Write the table into this file.")] = "",
) -> int:
    """The best period of each object, in days, a line each.

    Errors are weights, the mean floats, times are barycentric where the direction is known.
    """
    from lightledger.analysis.periods import Wanted
    from lightledger.library.periods import periods as search_all

    if bool(objects) == bool(where):
        raise LightledgerError("name objects, or give --where, one of the two")
    wanted = Wanted(method, terms, shortest, longest)
    with lightledger.open(store) as field, cancel_on_interrupt() as control:
        if where:
            found = field.find(where, measurement, corrected, limit=limit)
            rows, of = found.rows.tolist(), found.columns.measurement
        else:
            rows = [field.reader.index_of(name) for name in objects or ()]
            of = measurement or field.query_columns().measurement
        if not rows:
            raise LightledgerError(f"no object fulfils {where!r}")
        unit = field.unit(of)
        with ProgressBars() as bars:
            made = search_all(field, rows, of, wanted, corrected, None, control, bars)
            n_without = _write(made, unit, Path(csv) if csv else None)
    say(f"{of}: {len(rows) - n_without:,} of {len(rows):,} objects have a period")
    return 0 if n_without < len(rows) else 1


def _write(made: Iterable, unit: str, file: Path | None) -> int:
    """A line per object as it is found; how many have no period."""
    from lightledger.library.periods import COLUMNS

    names = [name for name, _, _ in COLUMNS]
    units = [unit if each == "*" else each for _, each, _ in COLUMNS]
    n_without = 0
    with file.open("w", newline="", encoding="utf-8") if file else nullcontext(sys.stdout) as out:
        table = csv_module.writer(out, delimiter="," if file else "\t", lineterminator="\n")
        if file:
            heads = zip(names, units, (meaning for _, _, meaning in COLUMNS), strict=True)
            out.writelines(f"# {name} [{each}]: {said}\n" for name, each, said in heads)
        table.writerow(names)
        for one in made:
            n_without += one.best is None
            table.writerow([_cell(value, file is not None) for value in one.row().values()])
            out.flush()
    if file:
        say(f"wrote {file}")
    return n_without


def _cell(value: object, exact: bool) -> str:
    if isinstance(value, float):
        if math.isnan(value):
            return "nan"
        return repr(value) if exact else f"{value:.10g}"
    return str(value)
