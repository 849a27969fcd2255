"""``lightledger import``: light curves of files as a store; the Parquet of a store, back."""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightledger.domain import LightledgerError, counted

if TYPE_CHECKING:
    from lightledger.ingest.lightcurves.gathering import Readings

from .terminal import ProgressBars, cancel_on_interrupt, list_problems, say


def add_to(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    sources: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            help="Light curves: files or folders of Kepler, K2, TESS (also target-pixel files), "
            "CSV, TSV, blanks, ECSV, FITS, VOTable, IPAC; or one Parquet of a whole store.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The store to write, OUT.h5.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="Say what the files are taken for; write nothing.")
    ] = False,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="What a column is: time=HJD, mag=NAME,ERRORS, flux=NAME,ERRORS, object=NAME, "
            "band=NAME, quality=NAME; or its number from 1. Repeat."
        ),
    ] = None,
    offset: Annotated[
        str, typer.Option(help="JD of time 0: a number, bkjd, btjd, mjd, jd, bjd, hjd-2450000, ...")
    ] = "",
    scale: Annotated[str, typer.Option(help="Time scale: utc, tai, tt, tdb.")] = "",
    band: Annotated[str, typer.Option(help="Where the files name none.")] = "",
    name: Annotated[str, typer.Option("--object", help="Where the files name none.")] = "",
    ra: Annotated[float, typer.Option(help="Degrees, ICRS, where the files give none.")] = math.nan,
    dec: Annotated[float, typer.Option(help="Degrees.")] = math.nan,
    most_gb: Annotated[float, typer.Option(help="A larger store is not written.")] = 8.0,
) -> int:
    """Make a store of light curves that were measured elsewhere, or of an exported store."""
    if len(sources) == 1 and sources[0].suffix.lower() in (".parquet", ".pq"):
        return _parquet(sources[0], _needed(output))
    from lightledger.ingest.lightcurves.gathering import read_all
    from lightledger.ingest.lightcurves.options import ImportOptions

    options = ImportOptions(
        tuple(column or ()), offset, scale, band, name, ra, dec, int(most_gb * (1 << 30))
    )
    with cancel_on_interrupt() as control, ProgressBars() as bars:
        if preview:
            return _preview(read_all(sources, options, control, bars))
        from lightledger.ingest.lightcurves.importing import import_light_curves

        done = import_light_curves(sources, _needed(output), options, control, bars)
    list_problems(done.problems)
    visits = ", ".join(f"{counted(n, 'visit')} in {b}" for b, n in done.published.n_visit.items())
    say(
        f"{done.published.path}: {done.n_point:,} points of {done.published.n_object:,} objects, "
        f"{visits}"
    )
    return int(any(problem.severity == "refused" for problem in done.problems))


def _needed(output: Path | None) -> Path:
    if output is None:
        raise LightledgerError("no store to write is named", advice="give -o OUT.h5, or --preview")
    return output


def _preview(readings: Readings) -> int:
    from lightledger.ingest.lightcurves.preview import COLUMNS, rows_of

    table = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(rows_of(readings))
    list_problems(readings.problems)
    return int(bool(readings.refused))


def _parquet(source: Path, output: Path) -> int:
    from lightledger.ingest.importing import import_parquet

    with cancel_on_interrupt() as control, ProgressBars() as bars:
        report = import_parquet(source, output, control, bars)
    visits = ", ".join(f"{counted(n, 'visit')} in {band}" for band, n in report.n_visit.items())
    say(f"{report.path}: {counted(report.n_object, 'object')}, {visits}")
    for damage in report.damaged:
        say(f"  damaged: {damage}")
    return int(bool(report.damaged))
