"""What the figures of ``lightledger bench`` share: horizontal bars with words behind them."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from .main import make_application
from .render import prefer_offscreen, save_sheet
from .theme import LIGHT, Theme, Themes, small_font

#: Between the parts of a sheet, pixels.
SPACE = 16
#: Thickness of a bar; rows are 1 apart.
_THICK = 0.62

Ticks = Sequence[tuple[float, str]]


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes
    ----------
    row : int
        Counted from the top.
    end : float
        On the axis (its logarithm on one of powers of ten).
    words : str
        Behind the bar.
    ours : bool
        Told apart by colour and bold words.
    """

    row: int
    end: float
    words: str
    ours: bool


def render(sheet: Callable[[Theme], QWidget], size: tuple[int, int], png: Path | str) -> Path:
    """Draw a sheet into a file, without a screen.

    Raises
    ------
    LightledgerError
        When the picture cannot be written.
    """
    prefer_offscreen()
    make_application()
    Themes("light").apply()
    return save_sheet(sheet(LIGHT), size, png)


def sheet_of(heading: str, words: str, n_column: int) -> tuple[QWidget, QGridLayout]:
    """An empty sheet under a heading, and its grid from row 1 on."""
    label = QLabel(f"<span style='font-size: 15pt'><b>{heading}</b></span><br>{html.escape(words)}")
    sheet = QWidget()
    grid = QGridLayout(sheet)
    grid.setContentsMargins(24, SPACE, 24, SPACE)
    grid.setSpacing(SPACE)
    grid.addWidget(label, 0, 0, 1, n_column)
    return sheet, grid


def note(lines: Iterable[str], theme: Theme) -> QLabel:
    """What is to be known of the numbers."""
    label = QLabel("".join(f"<p>{html.escape(line)}</p>" for line in lines))
    label.setFont(small_font())
    label.setStyleSheet(f"color: {theme.muted}")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label


def panel(
    title: str, bars: Sequence[Bar], n_row: int, low: float, high: float, theme: Theme
) -> pg.PlotWidget:
    """Bars from ``low`` on; the axis ends at ``high``. Axes are for `style_axis`."""
    widget = pg.PlotWidget(background=theme.background)
    plot = widget.getPlotItem()
    for bar in bars:
        fill = theme.accent if bar.ours else theme.error_bar
        ends = {"x0": [low], "x1": [bar.end], "y": [-bar.row]}
        plot.addItem(pg.BarGraphItem(**ends, height=_THICK, brush=fill, pen=None))
        text = pg.TextItem(bar.words, theme.text, anchor=(0, 0.5))
        text.setFont(small_font(bold=bar.ours))
        text.setPos(bar.end, -bar.row)
        plot.addItem(text)
    plot.setTitle(title, color=theme.text, size="11pt", bold=True)
    plot.setMouseEnabled(False, False)
    plot.hideButtons()
    plot.getViewBox().setBackgroundColor(theme.plot)
    plot.setXRange(low, high, padding=0)
    plot.setYRange(0.3 - n_row, 0.7, padding=0)
    return widget


def style_axis(axis: pg.AxisItem, theme: Theme, ticks: Ticks | None = None) -> None:
    """Colours and font; ``ticks`` in place of those that pyqtgraph chooses."""
    if ticks is not None:
        axis.setTicks([ticks])
    axis.setTickFont(small_font())
    axis.setTextPen(theme.text)
    axis.setPen(theme.grid)
    axis.setStyle(tickLength=0)
