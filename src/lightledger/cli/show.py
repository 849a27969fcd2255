"""``lightledger show``: one light curve as a table or a figure."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated

import typer

import lightledger
from lightledger.domain import LightledgerError, names_of

from .options import (
    As,
    Brightness,
    Corrected,
    Errors,
    First,
    Last,
    PointSource,
    Store,
    System,
    WhichErrors,
)
from .terminal import say


def add_to(app: typer.Typer) -> None:
    app.command("show")(show)


def show(
    context: typer.Context,
    store: Store,
    object_id: Annotated[str, typer.Argument(metavar="OBJECT", help="Id of the object.")],
    measurement: Annotated[
        str, typer.Argument(metavar="MEASUREMENT", help="Full name, such as ch1_sci-aper_r3.")
    ],
    first: First = -math.inf,
    last: Last = math.inf,
    corrected: Corrected = False,
    brightness: As = Brightness.flux,
    system: System = "",
    point_source: PointSource = False,
    error: WhichErrors = Errors.formal,
    png: Annotated[str, typer.Option(help="Draw it into this file, 300 pixels per inch.")] = "",
    svg: Annotated[str, typer.Option(help="Draw it into this file, without pixels.")] = "",
) -> int:
    """One light curve, a line per visit."""
    with lightledger.open(store) as field:
        curve = field.light_curve(object_id, measurement, corrected=corrected)
        curve = curve.between(first, last)
    if point_source:
        curve = curve.of_point_source()
    if error is Errors.rescaled:
        curve = curve.rescaled()
    values, errors, unit = curve.value, curve.error, curve.unit
    if system or brightness is Brightness.mag:
        values, errors = curve.magnitudes(system)
        known = curve.calibration.best(system)
        unit = f"mag({known})" if known else "mag"
    figures = [_of_kind(name, ending) for name, ending in ((png, ".png"), (svg, ".svg")) if name]
    for figure in figures:
        context.obj.light_curve(store, object_id, measurement, first, last, corrected, figure)
        say(f"wrote {figure}")
    if figures:
        return 0
    print(f"{'visit':<24} {'mjd_utc':>15} {'bjd_tdb':>17} {'value':>13} {'error':>11} unit flags")
    rows = zip(curve.visit, curve.time, curve.bjd_tdb, values, errors, curve.flags, strict=True)
    for visit, time, bjd, value, sigma, flags in rows:
        row = f"{visit:<24} {time:15.7f} {bjd:17.7f} {value:13.6g} {sigma:11.4g} {unit}"
        print(f"{row} {','.join(names_of(int(flags)))}".rstrip())
    return 0


def _of_kind(name: str, ending: str) -> Path:
    """A file name whose ending says what it holds."""
    path = Path(name)
    if path.suffix.lower() != ending:
        raise LightledgerError(f"the name of this figure ends in {ending}", path)
    return path
