"""What lies under the mouse, in words: a place of the plot, or a point; the crosshair of all."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF

from lightledger.app.curves import decimals_for
from lightledger.app.session import Session
from lightledger.app.shown import Trace
from lightledger.app.theme import Theme
from lightledger.app.timelabels import HOURS_BELOW_D, to_datetime
from lightledger.app.visitquantities import QUANTITIES
from lightledger.app.xaxes import XAxis

from .panel import Panel


def show_crosshair(
    panels: Sequence[Panel], under: Panel | None, where: QPointF, axis: XAxis, theme: Theme
) -> None:
    """Draw the lines through a point of the scene in all panels; none outside of a plot.

    Parameters
    ----------
    under : Panel or None
        The panel under the mouse: it has both lines and the values.
    """
    if under is not None and not under.plot_rect().contains(where):
        under = None
    for panel in panels:
        if under is None:
            panel.crosshair.set_place(None, None, "", theme)
            continue
        at = under.view.mapSceneToView(where)
        y = at.y() if panel is under else None
        words = place_words(panel, where, axis) if panel is under else ""
        panel.crosshair.set_place(at.x(), y, words, theme)


def place_words(panel: Panel, where: QPointF, axis: XAxis) -> str:
    """A point of the scene in the units of a panel's axes, as exact as pixels allow."""
    x, y = panel.value_at(where)
    (low, high), ends = panel.view.viewRange()
    places = decimals_for((high - low) / 100)
    if axis.is_time:
        scale = "BMJD" if axis.name == "bjd" else "MJD"
        clock = "%H:%M:%S" if high - low < HOURS_BELOW_D else "%H:%M"
        words = f"{scale} {x:.{places}f}   {to_datetime(x):%Y-%m-%d {clock}}"
    else:
        words = f"{axis.label} {x:,.{places}f}"
    bottom, top = (panel.value_at(panel.view.mapViewToScene(QPointF(x, end)))[1] for end in ends)
    places = decimals_for(abs(top - bottom) / 100)
    return f"{words}   {y:,.{places}f} {panel.left.labelText}".rstrip()


def point_words(session: Session, trace: Trace, place: int) -> str:
    """A point of a light curve with what is known of its visit."""
    words = [trace.curve.describe(place)]
    fwhm = session.visits(trace.band).get("fwhm_px")
    by = session.display.color_by
    if fwhm is not None and np.isfinite(fwhm[place]) and by != "fwhm_px":
        words.append(f"FWHM {fwhm[place]:.2f} px")
    coverage = session.coverage(trace.band)
    if coverage.size and np.isfinite(coverage[place]) and by != "cov-mean":
        words.append(f"coverage {coverage[place]:.3g}")
    if trace.values is not None and np.isfinite(trace.values[place]):
        words.append(f"{QUANTITIES[by].words} {trace.values[place]:.4g}")
    return "   ".join(words)
