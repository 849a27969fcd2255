"""``lightledger verify``: every byte against its checksum."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .terminal import ProgressBars, cancel_on_interrupt, say


def add_to(app: typer.Typer) -> None:
    app.command("verify")(verify)


def verify(store: Annotated[Path, typer.Argument(help="A store, OUT.h5.")]) -> int:
    """Check every byte of a store; damage is named."""
    from lightledger.store.verify import verify as check

    with cancel_on_interrupt() as control, ProgressBars() as bars:
        report = check(store, control=control, report=bars)
    for damage in report.damaged:
        print(damage)
    if report.ok:
        say(f"{store}: sound ({report.n_records:,} records, {report.n_extents:,} other pieces)")
        return 0
    say(f"{store}: {len(report.damaged)} damaged")
    return 1
