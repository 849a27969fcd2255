"""``lightledger verify``: every byte against its checksum."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .options import AsJson, Store
from .terminal import LISTED, ProgressBars, cancel_on_interrupt, say

if TYPE_CHECKING:
    from lightledger.store.verify import VerifyReport


def add_to(app: typer.Typer) -> None:
    app.command("verify")(verify)


def verify(
    store: Store,
    sample: Annotated[
        str, typer.Option(help="Look at so many light curves only, such as 1% or 1000.")
    ] = "",
    seed: Annotated[int | None, typer.Option(help="Look at the same sample again.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads that read.")] = 2,
    as_json: AsJson = False,
) -> int:
    """Check every byte of a store; damage is named."""
    from lightledger.store.verify import verify as check

    with cancel_on_interrupt() as control, ProgressBars() as bars:
        report = check(
            store, sample=sample, seed=seed, control=control, report=bars, workers=workers
        )
    if as_json:
        print(json.dumps(_facts(report), indent=1))
    else:
        for damage in report.damaged[:LISTED]:
            print(damage)
        if len(report.damaged) > LISTED:
            print(f"... and {len(report.damaged) - LISTED:,} more; --json lists them all")
    _tell(store, report)
    return 0 if report.ok else 1


def _tell(store: Path, report: VerifyReport) -> None:
    if report.seed is not None:
        share = report.n_rows_checked / max(report.n_rows, 1)
        say(
            f"{store}: looked at {report.n_rows_checked:,} of {report.n_rows:,} light curves and "
            f"positions ({share:.2%}, --seed {report.seed}) and at all else"
        )
    if report.ok:
        say(f"{store}: sound ({report.n_records:,} records, {report.n_extents:,} other pieces)")
        return
    n_damaged = report.n_records_damaged
    sound = (
        f"{n_damaged:,} of {report.n_records:,} light curves damaged, "
        f"{len(report.found):,} damaged parts in all"
    )
    if report.refused:
        sound = f"cannot be opened ({report.refused}); {sound}"
    say(f"{store}: {sound}; 'lightledger salvage' writes what is sound into a new store")


def _facts(report: VerifyReport) -> dict[str, object]:
    return {
        "store": report.path,
        "ok": report.ok,
        "refused": report.refused,
        "file_bytes": report.n_bytes,
        "checked_bytes": report.bytes_checked,
        "records": report.n_records,
        "records_damaged": report.n_records_damaged,
        "rows": report.n_rows,
        "rows_checked": report.n_rows_checked,
        "seed": report.seed,
        "structure_copy_bytes": report.outline_bytes,
        "damaged": [
            {"what": d.what, "object": d.object, "measurement": d.measurement, "path": d.path}
            for d in report.found
        ],
    }
