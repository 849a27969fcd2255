"""``lightledger bench``: side by side with other ways, as ratios."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from lightledger.domain import Cancelled, LightledgerError

from .figures import Figures
from .main import CANCELLED
from .options import AsJson
from .terminal import ProgressBars, cancel_on_interrupt, say

if TYPE_CHECKING:
    from lightledger.bench.extraction.result import Result as Extraction
    from lightledger.bench.result import Result


#: What was compared: `Result` of storage or of extraction.
Compared = TypeVar("Compared", "Result", "Extraction")
_Png = Annotated[Path | None, typer.Option(help="Draw it into this file.")]
_Folder = Annotated[
    Path | None, typer.Option(help="On this disk; what is written there is removed again.")
]


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
    as_json: AsJson = False,
    png: _Png = None,
    folder: _Folder = None,
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

    figures: Figures = context.obj
    size = Size(objects, visits, measurements)
    chosen = [key.strip() for key in only.split(",") if key.strip()]
    work = partial(run, size, only=chosen, folder=folder, with_cold=cold)
    result = _run(work, png)
    _tell(result, as_json, _print, png, figures.storage)
    return 0


def extraction(
    context: typer.Context,
    side: Annotated[int, typer.Option(min=256, help="Pixels on a side of the field.")] = 4096,
    visits: Annotated[
        int, typer.Option(min=20, help="Visits of the long run, on a small field.")
    ] = 1000,
    turns: Annotated[int, typer.Option(min=1, help="More is steadier and takes longer.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the made-up field.")] = 42,
    as_json: AsJson = False,
    png: _Png = None,
    folder: _Folder = None,
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

    chosen = [key.strip() for key in only.split(",") if key.strip() not in ("", "none")]
    figures: Figures = context.obj
    size, effort = FieldSize(side, seed=seed), Effort(turns, thread_turns=turns, long_visits=visits)
    work = partial(run, size, effort, only=chosen if only else None, folder=folder)
    result = _run(work, png)
    _tell(result, as_json, _print_extraction, png, figures.extraction)
    return int(False in result.verdicts().values())


def _run(work: Callable[..., Compared], png: Path | None) -> Compared:
    """Do it with progress bars; what was written is removed when it is cancelled."""
    if png is not None and not png.absolute().parent.is_dir():
        raise LightledgerError("the folder of the picture does not exist", png.parent)
    try:
        with cancel_on_interrupt() as control, ProgressBars() as bars:
            return work(control=control, report=bars)
    except Cancelled:
        say("lightledger: cancelled; what was written is removed")
        raise typer.Exit(CANCELLED) from None


def _tell(
    result: Compared,
    as_json: bool,
    show: Callable[[Compared], None],
    png: Path | None,
    draw: Callable[[Compared, Path], object],
) -> None:
    """As JSON or as tables, and as a figure where one is wanted."""
    if as_json:
        print(json.dumps(result.to_json(), indent=1))
    else:
        show(result)
    if png is not None:
        draw(result, png)
        say(f"wrote {png}")


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
