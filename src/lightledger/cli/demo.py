"""``lightledger demo``: a small field, from frames to light curves, on screen."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import lightledger
from lightledger.domain import Control, counted
from lightledger.domain.resources import resource

from .figures import Figures, has_screen, missing_for_window
from .terminal import ProgressBars, cancel_on_interrupt, list_problems, say

if TYPE_CHECKING:
    from lightledger.library import Field

#: Objects in the table that is written without a screen.
WRITTEN = 5


def add_to(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Where to make it.")] = Path(
        "demo"
    ),
    staring: Annotated[
        bool, typer.Option("--staring", help="A transit night from the ground instead.")
    ] = False,
) -> int:
    """Make a small field as FITS, measure it, and open it.

    Without a screen, a picture and a table of the most variable objects are written instead;
    without Qt the table alone.
    """
    from lightledger.demo.make import make_demo

    with cancel_on_interrupt() as control:
        with ProgressBars() as bars:
            made = make_demo(folder, staring=staring, control=control, report=bars)
        store = folder / ("staring.h5" if staring else "demo.h5")
        say(f"made {made.frames}; what is planted is in {made.truth}")
        _measure(made.folder, store, control)
    if not staring:
        shutil.copy(resource("examples/first_look.py"), folder)
        say(f"{folder / 'first_look.py'} is a first look at it from Python")
    figures: Figures = context.obj
    missing = missing_for_window()
    if not missing and has_screen(dict(os.environ), sys.platform):
        return figures.open([str(store)])
    picture, table = store.with_suffix(".png"), store.with_suffix(".csv")
    with lightledger.open(store) as field:
        _write_table(field, table)
    say(f"wrote {table}")
    if missing:
        say(f"no picture, for want of {missing}: pip install 'lightledger[gui]'")
        return 0
    figures.window(store, picture)
    say(f"no screen: drew the window into {picture}")
    return 0


def _measure(frames: Path, store: Path, control: Control) -> None:
    from lightledger.ingest.plan import make_plan
    from lightledger.ingest.request import IngestRequest
    from lightledger.ingest.run import run
    from lightledger.ingest.submit import ThreadSubmitter

    with ProgressBars() as bars, ThreadSubmitter() as submitter:
        plan = make_plan(IngestRequest((frames,), store), control, bars)
        report = run(plan, submitter, control, bars)
    say(f"{store}: {counted(report.n_object, 'object')}, {counted(report.n_points, 'point')}")
    list_problems(report.problems)


def _write_table(field: Field, table: Path) -> None:
    """The light curves of the most variable objects, in the suggested measurements."""
    import numpy as np

    name = field.suggested(field.bands[0])
    excess = np.where(field.well_measured(name), field.statistics(name)["excess"], -np.inf)
    most = np.argsort(-np.nan_to_num(excess, nan=-np.inf), kind="stable")[:WRITTEN]
    field.export(
        table,
        [int(i) for i in most],
        [field.suggested(band) for band in field.bands],
        corrected=field.corrected_by_default,
    )
