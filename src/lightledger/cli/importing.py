"""``lightledger import``: a store from the Parquet that was exported of one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .terminal import ProgressBars, cancel_on_interrupt, say


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="Parquet of a whole store, by 'export'.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The store to write, OUT.h5.")],
) -> int:
    """Make a store of exported light curves: the same records, statistics computed anew."""
    from lightledger.ingest.importing import import_parquet

    with cancel_on_interrupt() as control, ProgressBars() as bars:
        report = import_parquet(source, output, control, bars)
    visits = ", ".join(f"{n} visits in {band}" for band, n in report.n_visit.items())
    say(f"{report.path}: {report.n_object} objects, {visits}")
    for damage in report.damaged:
        say(f"  damaged: {damage}")
    return int(bool(report.damaged))
