"""``lightledger show``: one light curve as a table or a figure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

import lightledger
from lightledger.domain import names_of

from .terminal import say


def add_to(app: typer.Typer) -> None:
    app.command("show")(show)


def show(
    context: typer.Context,
    store: Annotated[Path, typer.Argument(help="A store, OUT.h5.")],
    object_id: Annotated[str, typer.Argument(metavar="OBJECT", help="Id of the object.")],
    measurement: Annotated[str, typer.Argument(help="Such as ch1_sci-aper_r3.")],
    first: Annotated[float, typer.Option("--from", help="First MJD, UTC.")] = -math.inf,
    last: Annotated[float, typer.Option("--to", help="Last MJD, UTC.")] = math.inf,
    corrected: Annotated[bool, typer.Option(help="Divide by the ensemble zero points.")] = False,
    png: Annotated[str, typer.Option(help="Draw it into this file.")] = "",
) -> int:
    """One light curve, a line per visit."""
    with lightledger.open(store) as field:
        curve = field.light_curve(object_id, measurement, corrected=corrected)
        curve = curve.between(first, last)
    if png:
        context.obj.light_curve(store, object_id, measurement, first, last, corrected, Path(png))
        say(f"wrote {png}")
        return 0
    print(f"{'visit':<24} {'mjd_utc':>15} {'bjd_tdb':>17} {'value':>13} {'error':>11} unit flags")
    rows = zip(
        curve.visit, curve.time, curve.bjd_tdb, curve.value, curve.error, curve.flags, strict=True
    )
    for visit, time, bjd, value, error, flags in rows:
        row = f"{visit:<24} {time:15.7f} {bjd:17.7f} {value:13.6g} {error:11.4g} {curve.unit}"
        print(f"{row} {','.join(names_of(int(flags)))}".rstrip())
    return 0
