"""A real window on 50,000 objects x 1,200 visits whose diagram follows a dragged range.

The range is dragged by the mouse for some seconds; what counts is how often the diagram is painted
with other numbers. Its store (1.2 GB) is kept in the folder that ``LIGHTLEDGER_BENCH_FOLDER``
names, else made anew.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from carriedfield import carried
from madewindow import Painted, shown
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest

from lightledger.app.window import Window
from lightledger.library.field import Field

N_OBJECT, N_VISIT = 50_000, 1200
#: Updates a second; how long the hand drags; how often a mouse tells where it is.
RATE, SECONDS, MOUSE_MS = 8.0, 6.0, 16


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("LIGHTLEDGER_BENCH_FOLDER", "")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("follow")
    folder.mkdir(parents=True, exist_ok=True)
    return carried(folder / "follow.h5", N_OBJECT, N_VISIT, n_method=1)


class Followed(Painted):
    """How often the diagram was painted with numbers that it was not painted with before."""

    def __init__(self, window: Window, dock: Any) -> None:
        super().__init__(dock.plot.viewport())
        self._numbers, self._dock, self._last = window.open.numbers, dock, dock.shown
        self.updates = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        shown = self._dock.shown
        if event.type() == QEvent.Type.Paint and shown is not self._last:
            self._last = shown
            self.updates += shown.y is self._numbers.columns[self._dock.names[1]]
        return False


def drag(window: Window) -> Iterator[QPoint]:
    """Places of the mouse on the strip: to and fro with the right end of the range."""
    strip, view = window.open.page.overview.strip, window.open.page.overview._view
    low, high = window.open.session.times.whole
    clock = QElapsedTimer()
    clock.start()
    while clock.elapsed() < 1e3 * SECONDS:
        turn = (clock.elapsed() / 4000) % 1.0
        share = 0.98 - 0.6 * (2 * turn if turn < 0.5 else 2 - 2 * turn)
        at = strip.mapViewToScene(QPointF(low + share * (high - low), 0))
        yield view.mapFromScene(QPointF(at.x(), strip.sceneBoundingRect().center().y()))


@pytest.mark.parametrize("width", [1280, 1600])
def test_the_diagram_follows_the_range(
    benchmark: Any, qtbot: Any, tmp_path: Path, store: Path, capsys: Any, width: int
) -> None:
    (tmp_path / "field.h5").symlink_to(store)  # a journal of its own
    window = shown(qtbot, tmp_path, Field(tmp_path / "field.h5"))
    window.resize(width, 1000 if width > 1500 else 800)
    window.reset_layout()
    dock = window.docks.reveal("variability")
    qtbot.waitUntil(lambda: dock.shown is not None and not window.jobs.busy, timeout=60_000)
    open_, times = window.open, window.open.session.times
    view = open_.page.overview._view
    numbers = open_.numbers
    low, high = times.whole
    # Once before: kernels are loaded, and the sums are made from 600 MB.
    times.set_filter(low, high - 0.02 * (high - low))
    qtbot.waitUntil(lambda: numbers.statistics is not None and not numbers.waiting, timeout=600_000)

    followed = Followed(window, dock)
    steps, done = drag(window), []
    left, port = Qt.MouseButton.LeftButton, view.viewport()

    def move() -> None:
        at = next(steps, None)
        if at is None:
            timer.stop()
            done.append(True)
        else:
            QTest.mouseMove(port, at)

    def dragged() -> float:
        QTest.mousePress(port, left, pos=next(steps))
        began, cpu, every = time.perf_counter(), time.thread_time(), time.process_time()
        timer.start(MOUSE_MS)
        qtbot.waitUntil(lambda: bool(done), timeout=60_000)
        used.append(time.thread_time() - cpu)
        used.append(time.process_time() - every)
        return time.perf_counter() - began

    used: list[float] = []
    timer = QTimer()
    timer.timeout.connect(move)
    seconds = benchmark.pedantic(dragged, rounds=1, iterations=1)
    rate, last = followed.updates / seconds, numbers.shown
    QTest.mouseRelease(port, left)
    qtbot.waitUntil(lambda: not numbers.waiting, timeout=600_000)
    thread, every = (1e3 * each / max(followed.updates, 1) for each in used)
    with capsys.disabled():
        print(f"\n{width} px: {rate:.1f} updates a second; an update and the painting until the "
              f"next: {thread:.0f} ms of the window's thread, {every:.0f} ms of all")  # fmt: skip
    benchmark.extra_info.update(per_second=rate, thread_ms=thread, all_ms=every)

    # What was shown is right: the last moments of the drag, and everything once it rests.
    field, name, corrected = open_.session.field, last.measurement, last.corrected
    assert last.provisional
    direct = field.live_statistics(name, last.filters, corrected, want="moments")
    for column in ("mean", "std", "chi2", "n_good"):
        shown_ = last.columns[column]
        np.testing.assert_allclose(shown_, direct[column], rtol=2e-3, err_msg=column)
    whole = field.live_statistics(name, open_.session.filters(), corrected)
    for column in ("median", "excess", "chi2"):
        np.testing.assert_allclose(numbers.columns[column], whole[column], err_msg=column)
    np.testing.assert_array_equal(dock.shown.y, numbers.columns[dock.names[1]])
    window.close()
    assert rate >= RATE
