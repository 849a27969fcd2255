"""Longest time that the window's thread does not return to its event loop, action by action.

300 objects in 2 bands x 1,200 visits and, for lists and diagram, 50,000 objects x 3 visits. A timer
ticks every 2 ms: what lies between two ticks is an event handled, a paint, or several of them.
``wall`` is what a hand feels, with whatever else the machine does; ``thread`` is what this thread
computed meanwhile. Each action runs twice: the first time docks are made and modules imported.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from madewindow import field, shown
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from lightledger.app.window import Window
from lightledger.domain import LightledgerError

#: Milliseconds.
TICK, LONGEST = 2, 50.0
#: Steps of a drag, each narrower than the one before.
_STEPS = 20


class Watchdog(QObject):
    """Ticks on the thread that it watches.

    Attributes
    ----------
    wall, thread : float
        The longest gap between two ticks since `reset`, ms.
    """

    def __init__(self) -> None:
        super().__init__()
        self._timer = QTimer(self, interval=TICK, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.tick)
        self._timer.start()
        self.reset()

    def reset(self) -> None:
        self.wall = self.thread = 0.0
        self._at = time.perf_counter(), time.thread_time()

    def tick(self) -> None:
        now = time.perf_counter(), time.thread_time()
        wall, thread = (1e3 * (b - a) for a, b in zip(self._at, now, strict=True))
        self.wall, self.thread = max(self.wall, wall), max(self.thread, thread)
        self._at = now


def _drag(window: Window) -> Iterator[Callable[[], None]]:
    times = window.open.session.times
    low, high = times.whole
    for step in range(_STEPS):
        end = high - (high - low) * step / (2 * _STEPS)
        yield lambda end=end: times.set_filter(low, end)
    yield times.clear_filter


def _type(window: Window) -> Iterator[Callable[[], None]]:
    box = window.open.toolbar.filter.box
    yield window.actions_["filter"].trigger
    for letter in "median < 57":
        yield lambda letter=letter: QTest.keyClicks(box, letter)
    yield window.actions_["clear_filter"].trigger


def _blink(window: Window) -> Iterator[Callable[[], None]]:
    sky = window.docks.reveal("sky")
    for _ in range(4):
        yield sky.flip


def _export(window: Window) -> Iterator[Callable[[], None]]:
    yield window.actions_["export"].trigger
    yield lambda: [d.reject() for d in window.findChildren(_dialog()) if d.isVisible()]


def _dialog() -> type:
    from lightledger.app.exportdialog import ExportDialog

    return ExportDialog


def _figure(window: Window) -> Iterator[Callable[[], None]]:
    for name in ("figure.png", "figure.svg"):
        with (
            TemporaryDirectory() as folder,
            patch.object(QFileDialog, "getSaveFileName", return_value=(f"{folder}/{name}", "")),
        ):
            yield window.actions_["save_figure"].trigger
            assert (Path(folder) / name).exists()


def _tour(window: Window) -> Iterator[Callable[[], None]]:
    yield window.actions_["take_tour"].trigger
    while window.tour.card is not None:
        yield window.tour.card.next.click


def _trigger(*names: str) -> Callable[[Window], Iterator[Callable[[], None]]]:
    return lambda window: iter([window.actions_[name].trigger for name in names])


def _reveal(name: str) -> Callable[[Window], Iterator[Callable[[], None]]]:
    return _trigger(f"dock_{name}")


ACTIONS: dict[str, Callable[[Window], Iterator[Callable[[], None]]]] = {
    "next object": _trigger(*["next_object"] * 10),
    "next measurement": _trigger("next_measurement", "previous_measurement"),
    "bands": _trigger("next_bands", "next_bands", "next_bands"),
    "quantity, scale": _trigger(*["next_quantity"] * 4, *["next_scale"] * 3),
    "correction": _trigger("toggle_corrected", "toggle_corrected"),
    "range dragged": _drag,
    "zoom": _trigger("zoom_in", "zoom_in", "zoom_out", "show_all"),
    "filter typed": _type,
    **{f"dock {name}": _reveal(name) for name in (
        "store", "objects", "variability", "periods", "sky", "pixels", "compare", "cleaning",
        "reference", "vetting",
    )},
    "cut-out, next visit": _trigger("dock_pixels", *["next_point"] * 5),
    "sky blink": _blink,
    "vet list": _trigger("vet_list"),
    "verdict": _trigger("verdict_1", "stay_4", "verdict_0"),
    "leave list": _trigger("leave_list"),
    "reject a point": _trigger("next_point", "reject_point", "undo"),
    "export dialog": _export,
    "figure": _figure,
    "keys": _trigger("show_keys"),
    "manual": _trigger("show_help", "show_manual"),
    "tour": _tour,
}  # fmt: skip


#: What must hold before a step: a verdict counts once its object was seen.
READY: dict[str, Callable[[Window], bool]] = {
    "verdict": lambda window: window.open.vetting.guard.has_seen(),
}


def _at_rest(window: Window) -> bool:
    from lightledger.app.figurejob import FigureJob

    return not window.jobs.busy and not window.findChildren(FigureJob)


def drive(qtbot: Any, window: Window, name: str) -> tuple[float, float]:
    """Do an action as a hand would, step after step; the longest gap of wall and thread, ms."""
    dog = Watchdog()
    qtbot.wait(3 * TICK)
    dog.reset()
    try:
        for step in ACTIONS[name](window):
            if name in READY:
                qtbot.waitUntil(lambda: READY[name](window), timeout=60_000)
            QTimer.singleShot(0, step)
            qtbot.wait(60)
            qtbot.waitUntil(lambda: _at_rest(window), timeout=60_000)
    except LightledgerError as error:
        raise AssertionError(name) from error
    for dialog in window.findChildren(_dialog()):
        dialog.close()
    return dog.wall, dog.thread


@pytest.mark.parametrize(("n_object", "n_visit"), [(300, 1200), (50_000, 3)])
def test_no_action_keeps_the_thread(
    benchmark: Any, qtbot: Any, tmp_path: Path, capsys: Any, n_object: int, n_visit: int
) -> None:
    """A table of all actions, the worst first."""
    window = shown(qtbot, tmp_path, field(tmp_path, n_object, n_visit))
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ACTIONS}

    def all_twice() -> None:
        for _ in range(2):
            for name in ACTIONS:
                found[name].append(drive(qtbot, window, name))

    benchmark.pedantic(all_twice, rounds=1, iterations=1)
    assert window.open.session.field.journal.state.verdicts  # they counted
    window.close()
    worst = sorted(found, key=lambda name: -max(thread for _, thread in found[name]))
    with capsys.disabled():
        print(f"\n{n_object:,} objects x {n_visit:,} visits; longest gap, ms"
              f"\n{'':24}{'first':>8}{'thread':>8}{'again':>8}{'thread':>8}")  # fmt: skip
        for name in worst:
            print(f"{name:24}" + "".join(f"{ms:8.1f}" for pair in found[name] for ms in pair))
    benchmark.extra_info.update(
        {name: [round(thread, 1) for _, thread in found[name]] for name in worst[:10]}
    )
    assert max(thread for pair in found.values() for _, thread in pair) < LONGEST
