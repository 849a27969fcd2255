"""The figure of ``lightledger bench extraction``: what a visit costs, and where ours goes."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from .main import make_application
from .render import prefer_offscreen, save_sheet
from .theme import LIGHT, Theme, Themes, small_font

if TYPE_CHECKING:
    from lightledger.bench.extraction.result import Result

_SIZE = (1500, 760)
_SPACE = 16
#: Thickness of a bar; rows are 1 apart.
_BAR = 0.62
#: Room for the words behind the longest bar, as a share of the panel.
_WORDS = 0.3
#: Steps of a visit that have a bar.
_STEPS = 10

#: Name, number, words behind the bar.
Bars = Sequence[tuple[str, float, str]]


def render_extraction(result: Result, png: Path | str) -> Path:
    """Draw what a run measured.

    Raises
    ------
    LightledgerError
        When the picture cannot be written.
    """
    prefer_offscreen()
    make_application()
    Themes("light").apply()
    return save_sheet(_sheet(result, LIGHT), _SIZE, png)


def _sheet(result: Result, theme: Theme) -> QWidget:
    from lightledger.bench.extraction import words

    heading = QLabel(
        "<span style='font-size: 15pt'><b>What a visit costs</b></span>"
        f"<br>{html.escape(words.headline(result))}"
    )
    sheet = QWidget()
    grid = QGridLayout(sheet)
    grid.setContentsMargins(24, _SPACE, 24, _SPACE)
    grid.setSpacing(_SPACE)
    grid.addWidget(heading, 0, 0, 1, 2)
    rows = words.program_rows(result)
    ours = result.full_cpu_s
    costs = [ours, *(row.cpu_s for row in result.others), result.all_s][: len(rows)]
    bars = [
        (row[0].partition(":")[0], cost, f"{row[1]} s  {row[2]}")
        for row, cost in zip(rows, costs, strict=True)
    ]
    grid.addWidget(_panel("CPU seconds", bars, theme, logarithmic=True), 1, 0)
    steps = [
        (name.removeprefix("photometry."), 1e3 * seconds, f"{1e3 * seconds:.0f} ms")
        for name, seconds in list(result.steps_s.items())[:_STEPS]
    ]
    grid.addWidget(_panel("Where ours goes, milliseconds", steps, theme), 1, 1)
    grid.addWidget(_note(result, theme), 2, 0, 1, 2)
    grid.setRowStretch(1, 1)
    return sheet


def _note(result: Result, theme: Theme) -> QLabel:
    from lightledger.bench.extraction import words

    demands = [
        f"{what}: {number} (demanded {limit}): {met}"
        for what, number, limit, met in words.demand_rows(result)
    ]
    lines = ["; ".join(demands), *words.footnotes(result)]
    label = QLabel("".join(f"<p>{html.escape(line)}</p>" for line in lines))
    label.setFont(small_font())
    label.setStyleSheet(f"color: {theme.muted}")
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    return label


def _panel(title: str, bars: Bars, theme: Theme, logarithmic: bool = False) -> pg.PlotWidget:
    """Horizontal bars with their words behind them, the first one ours."""
    scale = math.log10 if logarithmic else float
    ends = [scale(number) for _, number, _ in bars if number > 0] or [1.0]
    low = math.floor(min(ends) - 0.15) if logarithmic else 0.0
    high = max(*ends, low + 1e-9)
    high += (high - low) * _WORDS / (1 - _WORDS)
    widget = pg.PlotWidget(background=theme.background)
    plot = widget.getPlotItem()
    for row, (_, number, words) in enumerate(bars):
        if not number > 0:
            continue
        fill = theme.accent if row == 0 and logarithmic else theme.error_bar
        end = scale(number)
        bar = pg.BarGraphItem(x0=[low], x1=[end], y=[-row], height=_BAR, brush=fill, pen=None)
        plot.addItem(bar)
        text = pg.TextItem(words, theme.text, anchor=(0, 0.5))
        text.setFont(small_font(bold=row == 0 and logarithmic))
        text.setPos(end, -row)
        plot.addItem(text)
    plot.setTitle(title, color=theme.text, size="11pt", bold=True)
    plot.setMouseEnabled(False, False)
    plot.hideButtons()
    plot.getViewBox().setBackgroundColor(theme.plot)
    plot.setXRange(low, high, padding=0)
    plot.setYRange(0.3 - len(bars), 0.7, padding=0)
    left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
    left.setTicks([[(-float(row), name) for row, (name, _, _) in enumerate(bars)]])
    if logarithmic:
        powers = range(int(low), math.floor(high) + 1)
        bottom.setTicks([[(float(p), f"{10.0**p:g}") for p in powers]])
    for axis in (left, bottom):
        axis.setTickFont(small_font())
        axis.setTextPen(theme.text)
        axis.setPen(theme.grid)
        axis.setStyle(tickLength=0)
    return widget
