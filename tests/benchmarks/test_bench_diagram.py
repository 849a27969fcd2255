"""The diagram of 50,000 objects, and moments that follow a dragged range: processor time."""

from __future__ import annotations

import statistics as of_runs
import time
from collections.abc import Callable

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtWidgets import QApplication, QWidget

from lightledger.analysis.locus import median_locus
from lightledger.analysis.moving import Moving
from lightledger.app.theme import Themes
from lightledger.app.variability.diagram import make_shown
from lightledger.app.variability.plot import XYPlot

from .test_bench_statistics import (  # noqa: F401
    BLOCK,
    RANGE,
    Curves,
    Filters,
    TimeRange,
    epochs,
    records,
    statistics,
    zero_points,
)

N = 50_000
SIZE = (720, 560)
FRAME_MS = 16
#: Updates in a second while a range is dragged.
RATE = 8.0


class Columns(dict[str, np.ndarray]):
    """A table of all objects, as the dock asks for it."""

    def unit(self, name: str) -> str:
        return "mag(AB)" if name == "mag" else ""

    def meaning(self, name: str) -> str:
        return name


@pytest.fixture(scope="module")
def columns() -> Columns:
    rng = np.random.default_rng(4)
    magnitude = np.clip(24.0 - rng.exponential(1.5, N), 14, 24)
    excess = rng.normal(0, 1, N) + np.where(rng.random(N) < 0.01, rng.exponential(15, N), 0)
    return Columns(mag=magnitude, excess=excess, well_measured=rng.random(N) < 0.8)


@pytest.fixture
def plot(qapp: QApplication, columns: Columns) -> XYPlot:
    made = XYPlot(Themes("light"))
    made.resize(*SIZE)
    shown = make_shown(columns, ("mag", "excess"), (None, None), None)
    made.show_numbers(shown.x, shown.y, shown.strong, shown.scales)
    made.set_titles(*shown.titles)
    made.points.set_locus(shown.locus)
    made.fit()
    made.show()
    qapp.processEvents()
    return made


def painted(widget: QWidget, step: Callable[[], None], times: int = 9) -> float:
    """Median milliseconds of the window's thread from a step of the hand to its painting."""
    spent = []
    for _ in range(times):
        began = time.thread_time()
        step()
        widget.grab()
        spent.append(1000 * (time.thread_time() - began))
    return of_runs.median(spent)


def test_pan_and_zoom_against_the_stock_scatter(plot: XYPlot, benchmark) -> None:
    stock = pg.PlotWidget()
    stock.resize(*SIZE)
    x, y = plot.places
    known = np.isfinite(x) & np.isfinite(y)
    stock.addItem(
        pg.ScatterPlotItem(x[known], y[known], size=2, pen=None, brush=pg.mkBrush(0, 114, 178, 80))
    )
    stock.show()
    stock.grab()
    ours = painted(plot, lambda: plot.view.pan_by.emit(0.01, 0.002))
    theirs = painted(stock, lambda: stock.getViewBox().translateBy((0.01, 0.002)))
    zoomed = painted(plot, lambda: plot._zoom(0.98, 0.98, plot.view.viewRect().center()))
    benchmark.extra_info.update(pan_ms=ours, zoom_ms=zoomed, stock_ms=theirs)
    benchmark(lambda: painted(plot, lambda: plot.view.pan_by.emit(-0.01, -0.002), 1))
    print(f"\npan {ours:.1f} ms, zoom {zoomed:.1f} ms, stock {theirs:.1f} ms")
    # On a busy machine a frame is measured by the stock plot, 14 ms of an idle one.
    assert max(ours, zoomed) <= FRAME_MS * max(theirs / 14, 1)
    stock.close()
    plot.close()


def test_other_numbers_are_drawn_within_a_frame(plot: XYPlot, columns: Columns, benchmark) -> None:
    """What each update of a dragged range costs the window."""

    def update() -> None:
        shown = make_shown(columns, ("mag", "excess"), (None, None), None)
        plot.show_numbers(shown.x, shown.y, shown.strong, shown.scales)
        plot.points.set_locus(shown.locus)
        plot.grab()

    benchmark(update)
    assert 1000 * benchmark.stats["median"] <= 50
    plot.close()


def test_the_locus(columns: Columns, benchmark) -> None:
    assert benchmark(median_locus, columns["mag"], columns["excess"], 0.5) is not None


def test_moments_follow_a_dragged_range(records, epochs, benchmark) -> None:  # noqa: F811
    """Twelve visits enter and leave at each step; two threads share the objects."""
    planes = records["value"], records["error"], records["flags"]
    zero = zero_points()
    parts = [slice(first, first + BLOCK) for first in range(0, N, BLOCK)]
    curves = [
        Curves(*(plane[part] for plane in planes), epochs, zero, part.start) for part in parts
    ]
    moving = [Moving(each, Filters()) for each in curves]
    whole = Filters(time=RANGE)
    for each in moving:
        each.to(whole)
    steps = iter(np.arange(1, 400))

    def drag() -> Filters:
        low = RANGE.first + 29.0 * float(next(steps))
        return Filters(time=TimeRange(low, RANGE.last - 400))

    def move() -> None:
        filters = drag()
        for each in moving:
            each.to(filters)

    move()
    spent = {"moving": [], "anew": []}
    for _ in range(5):
        began = time.thread_time()
        move()
        spent["moving"].append(time.thread_time() - began)
        began = time.thread_time()
        filters = drag()
        for each in curves:
            statistics(each, filters, "moments")
        spent["anew"].append(time.thread_time() - began)
    one, other = (of_runs.median(spent[name]) for name in ("moving", "anew"))
    benchmark.extra_info.update(moving_ms=1000 * one, anew_ms=1000 * other)
    benchmark.pedantic(move, rounds=5)
    print(f"\nmoving {1000 * one:.0f} ms, anew {1000 * other:.0f} ms of one thread")
    assert one / 2 <= 1 / RATE
    assert other >= 2 * one
