"""The figure of ``lightledger bench storage``: bars on scales of powers of ten."""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtWidgets import QLabel, QWidget

from . import benchbars
from .benchbars import SPACE, Bar, style_axis
from .theme import Theme

if TYPE_CHECKING:
    from lightledger.bench.result import Measured, Result

#: Key of a number, and title of its panel.
PANELS = {
    "one_us": "One light curve",
    "cold_us": "One light curve, not in memory",
    "hundred_us": "100 random light curves",
    "visit_us": "One visit of all objects",
    "scan_us": "Mean of every object",
    "write_s": "Writing all points",
    "bytes_per_point": "Bytes per point",
}
#: Panels of the files themselves: ways that read the files of another have no bar of their own.
_OF_FILES = ("write_s", "bytes_per_point")
_COLUMNS = 4
_SIZE = (1720, 880)
_NAMES_WIDTH = 168
#: Room for the words behind the longest bar, as a share of the panel.
_WORDS = 0.44
#: Powers of ten that can be labelled side by side.
_LABELS = 5


def render_storage(result: Result, png: Path | str) -> Path:
    """Draw what a run measured, a panel per question, a bar per way.

    Raises
    ------
    LightledgerError
        When the picture cannot be written.
    """
    return benchbars.render(partial(_sheet, result), _SIZE, png)


def _sheet(result: Result, theme: Theme) -> QWidget:
    from lightledger.bench.table import headline

    panels = [key for key in PANELS if any(result.numbers(w)[key] for w in result.ways.values())]
    sheet, grid = benchbars.sheet_of("How light curves are kept", headline(result), _COLUMNS)
    for n, key in enumerate(panels):
        row, column = divmod(n, _COLUMNS)
        grid.addWidget(_panel(result, key, theme, names=column == 0), row + 1, column)
    row, column = divmod(len(panels), _COLUMNS)
    if column:
        grid.addWidget(_note(result, theme), row + 1, column, 1, _COLUMNS - column)
    else:
        grid.addWidget(_note(result, theme), row + 1, 0, 1, _COLUMNS)
    # the plots equally wide, the names beside the first of a row
    each = (_SIZE[0] - 48 - _NAMES_WIDTH - SPACE * (_COLUMNS - 1)) // _COLUMNS
    for column in range(_COLUMNS):
        grid.setColumnStretch(column, each + _NAMES_WIDTH * (column == 0))
    return sheet


def _note(result: Result, theme: Theme) -> QLabel:
    lines = [
        "Shorter is better. Times are on scales of powers of ten; x is how many times "
        f"{result.ours.title}'s.",
        "The same points in every way, and the same numbers read back from each.",
        "Medians of calls taken in turns on one machine; not in memory: the files were dropped "
        "from the system's page cache before each call.",
        *(f"{title} left out: {why}." for title, why in result.left_out.items()),
        *(f"{note}." for note in result.notes),
    ]
    label = benchbars.note(lines, theme)
    label.setMargin(SPACE)
    return label


def _panel(result: Result, key: str, theme: Theme, names: bool) -> pg.PlotWidget:
    """One question: a bar per way, its number and its ratio to ours behind it."""
    ways = list(result.ways.values())
    numbers = [_bar_of(result, way, key) for way in ways]
    scale = float if key == "bytes_per_point" else math.log10
    ends = [scale(number) for number in numbers if number]
    low = 0 if key == "bytes_per_point" else math.floor(min(ends) - 0.15)
    high = max(max(ends), low + 1)
    high += (high - low) * _WORDS / (1 - _WORDS)
    bars = [
        Bar(row, scale(number), _words(result, way, key), ours=row == 0)
        for row, (way, number) in enumerate(zip(ways, numbers, strict=True))
        if number is not None
    ]
    widget = benchbars.panel(PANELS[key], bars, len(ways), low, high, theme)
    plot = widget.getPlotItem()
    titles = [(-float(row), way.title) for row, way in enumerate(ways)]
    style_axis(plot.getAxis("left"), theme, titles if names else [])
    plot.getAxis("left").setWidth(_NAMES_WIDTH if names else 0)
    ticks = _ticks(key, low, high)
    labelled = ticks[:: -(-len(ticks) // _LABELS)]
    style_axis(plot.getAxis("bottom"), theme, [(float(at), _label(key, at)) for at in labelled])
    for tick in ticks:
        line = pg.InfiniteLine(tick, pen=pg.mkPen(theme.grid))
        line.setZValue(-10)
        plot.addItem(line)
    return widget


def _bar_of(result: Result, way: Measured, key: str) -> float | None:
    theirs = [w.key for w in result.ways.values() if w.container == way.container]
    if key in _OF_FILES and theirs[0] != way.key:
        return None
    return result.numbers(way)[key] or None


def _ticks(key: str, low: float, high: float) -> list[int]:
    step = 1 if key != "bytes_per_point" else 10 if high > 25 else 5
    return list(range(int(low), math.floor(high) + 1, step))


def _words(result: Result, way: Measured, key: str) -> str:
    from lightledger.bench.table import duration, times

    number = result.numbers(way)[key] or 0.0
    if key == "bytes_per_point":
        said = f"{number:.1f}"
    else:
        said = duration(number * (1e6 if key == "write_s" else 1))
    if key == "cold_us" and way.cold:
        said += f", {way.cold.reads} read{'s' if way.cold.reads != 1 else ''}"
    return said if way is result.ours else f"{said}  {times(result.ratios(way)[key])}"


def _label(key: str, at: int) -> str:
    """A power of ten with its unit: 10 us, 1 ms; the number itself where it is none of time."""
    if key == "bytes_per_point":
        return str(at)
    at += 6 if key == "write_s" else 0
    unit, power = ("s", 6) if at >= 6 else ("ms", 3) if at >= 3 else ("us", 0)
    return f"{10.0 ** (at - power):g} {unit}"
