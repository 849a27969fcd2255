"""How a panel draws what it shows, and the points that come of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.app import coloring
from lightledger.app.coloring import Legend
from lightledger.app.shown import Trace
from lightledger.app.theme import Marker, Theme
from lightledger.app.xaxes import TIMES, XAxis

from .points import Points


@dataclass(frozen=True)
class Dress:
    """How a panel draws what it shows.

    Attributes
    ----------
    badges : tuple of str
    current : bool
        Whether it is the focused one of several.
    faint_hidden : bool
        What does not pass is drawn faint.
    axis : XAxis
    first : float
        MJD (UTC) of the first visit of all: hours count from its day.
    color_by : str
        'band', 'flag', or the name of a quantity.
    legend_title : str
        Of that quantity, in words.
    ends : tuple of float
        Of the colour bar.
    """

    badges: tuple[str, ...] = ()
    current: bool = False
    faint_hidden: bool = False
    axis: XAxis = TIMES[0]
    first: float = 0.0
    color_by: str = "band"
    legend_title: str = ""
    ends: tuple[float, float] = (0.0, 1.0)
    closable: bool = False


def points_of(
    trace: Trace, dress: Dress, softening: float, marker: Marker, theme: Theme
) -> tuple[Points, Legend | None]:
    """What an item draws of a light curve, and what its colours mean.

    Parameters
    ----------
    softening : float
        Y positions are asinh(value / softening); 0: the values themselves.
    marker : Marker
        Of the panel's band.
    """
    curve, keep = trace.curve, trace.passing.keep
    nothing = np.zeros(len(curve), bool)
    faint = ~keep if dress.faint_hidden else nothing
    rejected = curve.rejected if dress.faint_hidden else nothing
    y, low, high = curve.y, curve.y - curve.error, curve.y + curve.error
    if trace.limited is not None and curve.limit is not None:
        y = np.where(trace.limited, curve.limit, y)
        faint = faint & ~trace.limited
    if softening > 0:
        y, low, high = (np.arcsinh(values / softening) for values in (y, low, high))
    colors, legend = None, None
    if dress.color_by == "flag":
        colors, legend = coloring.by_flag(curve.lc.flags, marker.fill, theme)
    elif trace.values is not None:
        colors = coloring.by_value(trace.values, dress.ends, theme)
        legend = coloring.value_legend(dress.legend_title, dress.ends, theme)
    cells, fills = (colors.cells, colors.fills) if colors is not None else (None, ())
    points = Points(trace.x, y, low, high, keep, faint, rejected, cells, fills, trace.limited)
    return points, legend
