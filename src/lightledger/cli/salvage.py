"""``lightledger salvage``: what is sound of a damaged store into a new one."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightledger.domain import counted

from .options import AsJson
from .terminal import ProgressBars, cancel_on_interrupt, list_problems, say

if TYPE_CHECKING:
    from lightledger.ingest.salvage import SalvageReport


def add_to(app: typer.Typer) -> None:
    app.command("salvage")(salvage)


def salvage(
    store: Annotated[Path, typer.Argument(metavar="OLD", help="A damaged store, OLD.h5.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The store to write, NEW.h5.")],
    as_json: AsJson = False,
) -> int:
    """Write what is sound of a damaged store into a new one.

    What is lost is listed; the damaged store is only read.
    """
    from lightledger.ingest.salvage import salvage as save
    from lightledger.library.actlog import journal_path

    with cancel_on_interrupt() as control, ProgressBars() as bars:
        report = save(store, output, control, bars)
    journal, copy = journal_path(store), journal_path(output)
    copied = journal.is_file() and not copy.exists()
    if copied:
        shutil.copyfile(journal, copy)
    if as_json:
        print(json.dumps(_facts(report), indent=1))
    _tell(store, report)
    if copied:
        say(f"{copy}: what you did with the old store")
    return 0 if report.whole else 1


def _tell(store: Path, report: SalvageReport) -> None:
    if report.refused:
        say(f"{store}: {report.refused}")
    sound = report.n_records - report.n_records_lost
    visits = ", ".join(f"{counted(n, 'visit')} in {band}" for band, n in report.n_visit.items())
    say(
        f"{report.path}: {sound:,} of {report.n_records:,} light curves saved, "
        f"{report.n_records_lost:,} left blank; {counted(report.n_object, 'object')}, {visits}"
    )
    if report.problems:
        say(f"{counted(len(report.problems), 'remark')} on its tables:")
        list_problems(report.problems)


def _facts(report: SalvageReport) -> dict[str, object]:
    return {
        "store": str(report.path),
        "refused": report.refused,
        "objects": report.n_object,
        "visits": report.n_visit,
        "records": report.n_records,
        "records_lost": report.n_records_lost,
        "lost": list(report.lost),
        "problems": [problem.as_dict() for problem in report.problems],
    }
