"""Arguments and options that several verbs share: each is declared once and means the same."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Brightness(StrEnum):
    """What brightness is given as."""

    flux = "flux"
    mag = "mag"


class Errors(StrEnum):
    """Whose errors: the formal ones, or those times the factor of correlated noise."""

    formal = "formal"
    rescaled = "rescaled"


Store = Annotated[Path, typer.Argument(metavar="STORE", help="A store, such as field.h5.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
Near = Annotated[
    str,
    typer.Option(
        help='Only objects near a place: "RA DEC RADIUS" or "OBJECT RADIUS"; a radius without a '
        "unit is in arcsec."
    ),
]
Subset = Annotated[str, typer.Option(help="Only objects of this named subset.")]
First = Annotated[
    float, typer.Option("--from", help="Earliest MJD, UTC; default: all.", show_default=False)
]
Last = Annotated[
    float, typer.Option("--to", help="Latest MJD, UTC; default: all.", show_default=False)
]
Corrected = Annotated[bool, typer.Option(help="Divide by the ensemble zero points.")]
CorrectedOrRaw = Annotated[
    bool | None,
    typer.Option(
        "--corrected/--raw",
        help="Divided by the ensemble zero points, or not; default: as the field needs.",
    ),
]
As = Annotated[Brightness, typer.Option("--as", help="Fluxes or magnitudes.")]
System = Annotated[
    str, typer.Option(help="Magnitude system, ab or vega; default: that of the store.")
]
PointSource = Annotated[
    bool, typer.Option(help="Apply the aperture correction, where it is tabulated.")
]
WhichErrors = Annotated[
    Errors, typer.Option(help="Errors as stored, or times the factor of correlated noise.")
]
