"""``lightledger bench``: side by side with other ways, as ratios."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightledger.domain import Cancelled, LightledgerError

from .figures import Figures
from .main import CANCELLED
from .terminal import ProgressBars, cancel_on_interrupt, say

if TYPE_CHECKING:
    from lightledger.bench.extraction.result import Result as Extraction
    from lightledger.bench.result import Result


def add_to(app: typer.Typer) -> None:
    bench = typer.Typer(help="Side by side with other ways, as ratios.")
    bench.callback()(lambda: None)  # or the only word would become the verb itself
    bench.command("storage")(storage)
    bench.command("extraction")(extraction)
    app.add_typer(bench, name="bench")


def storage(
    context: typer.Context,
    objects: Annotated[int, typer.Option(min=1, help="How many objects.")] = 2000,
    visits: Annotated[int, typer.Option(min=1, help="How many visits.")] = 1200,
    measurements: Annotated[int, typer.Option(min=1, help="How many measurements.")] = 2,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw it into this file.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="On this disk; what is written there is removed again.")
    ] = None,
    only: Annotated[
        str, typer.Option(help="Only these beside ours, such as sqlite_struct,zarr.")
    ] = "",
    cold: Annotated[bool, typer.Option(help="Also with nothing in memory.")] = True,
) -> int:
    """Keep light curves as the store does and as others would, and compare.

    The same made-up points are written in every way, and every way must read the same numbers.
    """
    from lightledger.bench.made import Size
    from lightledger.bench.storage import run

    if png is not None and not png.absolute().parent.is_dir():
        raise LightledgerError("the folder of the picture does not exist", png.parent)
    try:
        with cancel_on_interrupt() as control, ProgressBars() as bars:
            result = run(
                Size(objects, visits, measurements),
                only=[key.strip() for key in only.split(",") if key.strip()],
                folder=folder,
                with_cold=cold,
                control=control,
                report=bars,
            )
    except Cancelled:
        say("lightledger: cancelled; what was written is removed")
        return CANCELLED
    if as_json:
        print(json.dumps(result.to_json(), indent=1))
    else:
        _print(result)
    if png is not None:
        figures: Figures = context.obj
        figures.storage(result, png)
        say(f"wrote {png}")
    return 0


def extraction(
    context: typer.Context,
    side: Annotated[int, typer.Option(min=256, help="Pixels on a side of the field.")] = 4096,
    visits: Annotated[
        int, typer.Option(min=20, help="Visits of the long run, on a small field.")
    ] = 1000,
    turns: Annotated[int, typer.Option(min=1, help="More is steadier and takes longer.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the made-up field.")] = 42,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    png: Annotated[Path | None, typer.Option(help="Draw it into this file.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="On this disk; what is written there is removed again.")
    ] = None,
    only: Annotated[
        str, typer.Option(help="Only these beside ours, such as sextractor,photutils; or none.")
    ] = "",
) -> int:
    """Measure a deep field, and have it measured by what others use; by CPU time.

    Exit status 1 when something takes longer, or more memory, than it is allowed to.
    """
    from lightledger.bench.extraction import run
    from lightledger.bench.extraction.field import FieldSize
    from lightledger.bench.extraction.run import Effort

    if png is not None and not png.absolute().parent.is_dir():
        raise LightledgerError("the folder of the picture does not exist", png.parent)
    chosen = [key.strip() for key in only.split(",") if key.strip() not in ("", "none")]
    try:
        with cancel_on_interrupt() as control, ProgressBars() as bars:
            result = run(
                FieldSize(side, seed=seed),
                Effort(turns=turns, thread_turns=turns, long_visits=visits),
                only=chosen if only else None,
                folder=folder,
                control=control,
                report=bars,
            )
    except Cancelled:
        say("lightledger: cancelled; what was written is removed")
        return CANCELLED
    if as_json:
        print(json.dumps(result.to_json(), indent=1))
    else:
        _print_extraction(result)
    if png is not None:
        figures: Figures = context.obj
        figures.extraction(result, png)
        say(f"wrote {png}")
    return int(False in result.verdicts().values())


def _print_extraction(result: Extraction) -> None:
    from lightledger.bench.extraction import words

    print(words.headline(result))
    for heading, rows in words.tables(result):
        print(f"\n{words.plain(heading, rows)}")
    print("", *words.footnotes(result), sep="\n")


def _print(result: Result) -> None:
    from lightledger.bench import table

    parts = {
        "measured": table.measured_rows(result),
        "times ours": table.ratio_rows(result),
    }
    if not sys.stdout.isatty():
        print(table.headline(result))
        for heading, rows in parts.items():
            print(f"\n{table.plain(heading, rows)}")
        print("", *table.footnotes(result), sep="\n")
        return
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(table.headline(result))
    for heading, rows in parts.items():
        shown = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
        shown.add_column(heading, no_wrap=True)
        for name in table.COLUMNS.values():
            shown.add_column(name, justify="right")
        for n, row in enumerate(rows):
            shown.add_row(*row, style="bold" if n == 0 else "")
        console.print(shown)
    for line in table.footnotes(result):
        console.print(line, style="dim")
