"""``lightledger report``: how well a field was measured, and what varies most."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import lightledger

from .options import AsJson, Store
from .quality_table import tables
from .terminal import say


def add_to(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    context: typer.Context,
    store: Store,
    png: Annotated[str, typer.Option(help="Draw it into this file.")] = "",
    as_json: AsJson = False,
) -> int:
    """How good the photometry is: scatter against magnitude.

    Also the best type of measurement at each magnitude, and the most variable objects.
    """
    from lightledger.analysis.quality import assess

    with lightledger.open(store) as field:
        quality = assess(field.reader, field.recipe)
    if as_json:
        print(json.dumps({"store": str(store)} | quality.as_dict(), indent=1))
    elif not png:
        for line in tables(quality):
            print(line)
    if png:
        context.obj.report(store, Path(png))
        say(f"wrote {png}")
    return 0
