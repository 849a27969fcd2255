"""The figure of ``lightledger bench extraction``: what a visit costs, and where ours goes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtWidgets import QLabel, QWidget

from . import benchbars
from .benchbars import Bar, style_axis
from .theme import Theme

if TYPE_CHECKING:
    from lightledger.bench.extraction.result import Result

_SIZE = (1500, 760)
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
    return benchbars.render(partial(_sheet, result), _SIZE, png)


def _sheet(result: Result, theme: Theme) -> QWidget:
    from lightledger.bench.extraction import words

    sheet, grid = benchbars.sheet_of("What a visit costs", words.headline(result), 2)
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
    return benchbars.note(lines, theme)


def _panel(title: str, bars: Bars, theme: Theme, logarithmic: bool = False) -> pg.PlotWidget:
    """Horizontal bars with their words behind them, the first one ours."""
    scale = math.log10 if logarithmic else float
    ends = [scale(number) for _, number, _ in bars if number > 0] or [1.0]
    low = math.floor(min(ends) - 0.15) if logarithmic else 0.0
    high = max(*ends, low + 1e-9)
    high += (high - low) * _WORDS / (1 - _WORDS)
    drawn = [
        Bar(row, scale(number), words, ours=row == 0 and logarithmic)
        for row, (_, number, words) in enumerate(bars)
        if number > 0
    ]
    widget = benchbars.panel(title, drawn, len(bars), low, high, theme)
    plot = widget.getPlotItem()
    names = [(-float(row), name) for row, (name, _, _) in enumerate(bars)]
    style_axis(plot.getAxis("left"), theme, names)
    powers = [(float(p), f"{10.0**p:g}") for p in range(int(low), math.floor(high) + 1)]
    style_axis(plot.getAxis("bottom"), theme, powers if logarithmic else None)
    return widget
