"""Plots of the docks as figures for print: PNG with 300 pixels per inch, or SVG."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QRectF, QSize, Qt

from .panelfigure import LOGICAL, WIDTH, Figure, paper_of


def draw_plots(plots: Sequence[tuple[pg.GraphicsView, float]], svg: bool = False) -> Figure:
    """Draw plots on white, one below another, in the width of a page.

    Parameters
    ----------
    plots : sequence of (GraphicsView, float)
        Made for this, in light colours, and their heights in inches; they are put away.
    svg : bool
        As a drawing, not as pixels.
    """
    width, heights = round(WIDTH * LOGICAL), [round(inches * LOGICAL) for _, inches in plots]
    paper, top = paper_of(QSize(width, sum(heights)), svg), 0
    for (plot, _), height in zip(plots, heights, strict=True):
        plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        plot.setFrameShape(pg.GraphicsView.Shape.NoFrame)
        plot.resize(width, height)
        plot.show()
        plot.grab()  # lays it out
        room = QRectF(0, 0, width, height)
        plot.scene().render(paper.painter, room.translated(0, top), room)
        plot.close()
        plot.deleteLater()
        top += height
    return paper.end()
