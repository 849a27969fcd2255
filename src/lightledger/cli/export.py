"""``lightledger export``: light curves as a table."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import lightledger
from lightledger.domain import LightledgerError, counted, mask_of
from lightledger.export.formats import FORMATS, format_of

from .options import (
    As,
    Brightness,
    Corrected,
    Errors,
    First,
    Last,
    Near,
    PointSource,
    Store,
    Subset,
    System,
    WhichErrors,
)
from .terminal import LISTED, ProgressBars, cancel_on_interrupt, say

if TYPE_CHECKING:
    from lightledger.analysis.running import Clip

_NAMES = ", ".join(each.name for each in FORMATS)


def add_to(app: typer.Typer) -> None:
    app.command("export")(export)


def export(
    store: Store,
    output: Annotated[Path, typer.Option("-o", "--output", help="The table to write.")],
    objects: Annotated[str, typer.Option(help="Ids, separated by commas; default: all.")] = "",
    where: Annotated[
        str, typer.Option(help="Only objects that fulfil this, as of 'lightledger find'.")
    ] = "",
    near: Near = "",
    subset: Subset = "",
    where_measurement: Annotated[
        str, typer.Option(help="Whose statistics --where means; default: the suggested one.")
    ] = "",
    measurements: Annotated[
        str, typer.Option(help="Full names, separated by commas; default: all.")
    ] = "",
    first: First = -math.inf,
    last: Last = math.inf,
    drop_flags: Annotated[
        str,
        typer.Option(help="Leave out points with these flags; 'default': all that are doubtful."),
    ] = "",
    clip: Annotated[
        float,
        typer.Option(help="Leave out points so many robust sigma off the median, as the window."),
    ] = 0.0,
    clip_window: Annotated[
        float, typer.Option(help="The median is of the others within so many days; 0: of all.")
    ] = 0.0,
    clip_times: Annotated[int, typer.Option(help="Clip so often at most.")] = 1,
    corrected: Corrected = False,
    brightness: As = Brightness.flux,
    system: System = "",
    point_source: PointSource = False,
    error: WhichErrors = Errors.formal,
    everything: Annotated[bool, typer.Option("--all", help="Above 10 million rows too.")] = False,
    form: Annotated[
        str, typer.Option("--format", help=f"{_NAMES}; default: by the extension.")
    ] = "",
    observer: Annotated[str, typer.Option(help="AAVSO observer code.")] = "",
) -> int:
    """Write light curves as a table or a file of other programs.

    What is left out is counted. With --clip only points without a doubtful flag count, as in the
    window: --drop-flags none takes in all.
    """
    from lightledger.analysis.masks import Filters, TimeRange

    if system and brightness is not Brightness.mag:
        raise LightledgerError("a magnitude system is of magnitudes", advice="add --as mag")
    query = bool(where or near or subset)
    if query and objects:
        raise LightledgerError("objects are chosen by --objects or by a query, not by both")
    kind = format_of(output, form)
    rule = _clip(clip, clip_window, clip_times)
    dropped = drop_flags or ("default" if rule.on else "")
    try:
        mask = mask_of(dropped)
    except ValueError as error:
        raise LightledgerError(str(error)) from None
    # without flags to drop every slot goes out, with nan where there is no measurement
    filters = Filters(
        TimeRange(first, last),
        mask,
        rule,
        keep_missing=not dropped,
        keep_rejected=kind.by_curve and not dropped,
    )
    with (
        lightledger.open(store) as field,
        cancel_on_interrupt() as control,
        ProgressBars() as bars,
    ):
        found = None
        if query:
            found = field.find(where, where_measurement, near=near, subset=subset)
        report = field.export(
            output,
            _listed(objects) if found is None else found,
            _listed(measurements),
            filters,
            corrected=corrected,
            as_magnitude=brightness is Brightness.mag,
            system=system,
            point_source=point_source,
            rescaled=error is Errors.rescaled,
            format=kind.name,
            everything=everything,
            observer_code=observer,
            control=control,
            report=bars,
        )
    if found is not None:
        for line in (str(found), *found.remarks):
            say(line)
    hidden = ", ".join(f"{n:,} {why}" for why, n in report.hidden.items() if n)
    say(
        f"wrote {report.path}: {report.n_rows:,} {kind.counted} of {report.n_curves:,} light curves"
    )
    if rule.on:
        say(f"clipped at {rule.words()}")
    if hidden:
        say(f"left out: {hidden}")
    if report.n_without_magnitude:
        rows = counted(report.n_without_magnitude, "row has", "rows have")
        say(f"{rows} no magnitude (no value, or flux <= 0)")
    for name in report.damaged[:LISTED]:
        say(f"  damaged: {name}")
    return int(bool(report.damaged))


def _clip(sigma: float, window_d: float, times: int) -> Clip:
    """The clip that is asked for; none where nothing is said of one."""
    from lightledger.analysis.running import Clip

    if not (0 <= sigma < math.inf and 0 <= window_d < math.inf and times >= 1):
        advice = "such as --clip 4 --clip-window 30 --clip-times 3"
        raise LightledgerError("a clip is a positive number of sigma, and of days", advice=advice)
    if sigma == 0 and (window_d > 0 or times > 1):
        raise LightledgerError("how far off is clipped is not said", advice="add --clip SIGMA")
    return Clip(sigma, window_d, times)


def _listed(text: str) -> list[str] | None:
    names = [part.strip() for part in text.split(",") if part.strip()]
    return names or None
