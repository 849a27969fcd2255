"""``lightledger verdicts``: what was vetted, as a table; and two people's journals merged."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

import lightledger
from lightledger.domain import counted

from .options import Store
from .terminal import LISTED, ProgressBars, cancel_on_interrupt, say


def add_to(app: typer.Typer) -> None:
    app.command("verdicts")(verdicts)


def verdicts(
    context: typer.Context,
    store: Store,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="The table to write; - prints it.")
    ],
    merge: Annotated[
        str, typer.Option(help="First add another person's journal, or that beside a store.")
    ] = "",
    sheet: Annotated[
        str, typer.Option(help="Also draw the light curves into PNG files, 20 a page.")
    ] = "",
    pages: Annotated[
        str, typer.Option(help="Pages of it: 3, 2-5, 51- or all; default: the first 50.")
    ] = "",
) -> int:
    """Write verdicts, tags and notes of vetted objects as CSV."""
    from lightledger.library import merging
    from lightledger.library import verdicts as table

    with lightledger.open(store) as field:
        if merge:
            merged = merging.merge(field, merge)
            people = f" by {', '.join(merged.people)}" if merged.people else ""
            say(f"merged {merge}: {merged.n_new:,} new acts{people}, {merged.n_known:,} known")
            if merged.n_skipped:
                lines = counted(merged.n_skipped, "line of it is no act", "lines of it are no acts")
                say(f"{lines} and {'was' if merged.n_skipped == 1 else 'were'} left there")
            if merged.remark:
                say(merged.remark)
        if str(output) == "-":
            sys.stdout.writelines(table.lines(field))
            what = table.vetted(field)
        else:
            what = table.write(field, output)
            say(f"wrote {output}: {counted(what.n_row, 'object')}")
        if field.journal.n_skipped:
            say(f"{field.journal.path}: {field.journal.n_skipped:,} damaged lines, kept")
    counts = ", ".join(f"{n:,} {name}" for name, n in what.counts.items())
    say(f"{counts or 'no verdicts'}; {what.n_tagged:,} tagged, {what.n_noted:,} with a note")
    if what.n_elsewhere:
        say(f"{counted(what.n_elsewhere, 'object is', 'objects are')} not in this store (any more)")
    if what.conflicts:
        say("people who contradict each other:")
        for each in what.conflicts[:LISTED]:
            say(f"  {each}")
        if len(what.conflicts) > LISTED:
            say(f"  ... and {len(what.conflicts) - LISTED:,} more; the table's head lists them")
    if sheet:
        with cancel_on_interrupt() as control, ProgressBars() as bars:
            drawn, words = context.obj.sheet(store, Path(sheet), pages, control, bars)
        to = "" if len(drawn) == 1 else f" to {drawn[-1].name}"
        say(f"wrote {drawn[0]}{to}: {words}")
    return 0
