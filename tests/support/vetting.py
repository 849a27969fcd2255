"""What tests of vetting share: a list in a real window, and objects that are seen."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

SLOW = 20_000


def opened(window, qtbot, path: Path):
    window.open_store(path)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    window.activateWindow()
    return window.open


def vetting_list(window, qtbot, path: Path, where: str = ""):
    """Open a store and vet what passes a filter; objects count as seen once they are painted."""
    current = opened(window, qtbot, path)
    current.toolbar.filter.put(where)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    window.actions_["vet_list"].trigger()
    qtbot.waitUntil(lambda: current.vetting.queue is not None, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    current.vetting.guard.least_ms = 0
    return current


def see(window) -> None:
    """Let the window paint until the current object was seen."""
    vetting = window.open.vetting
    for _ in range(10_000):
        QApplication.processEvents()
        if vetting.guard.has_seen():
            return
    raise AssertionError("the object was never painted")


def press(window, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """A key in the plots."""
    QTest.keyClick(window.open.page.stack, key, modifier)


def judge(window, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    """See the object, then press a key."""
    see(window)
    press(window, key, modifier)


def acts(path: Path, kind: str = "") -> list[dict]:
    """Lines of the journal of a store, of one kind."""
    journal = path.with_name(f"{path.name}.journal.jsonl")
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    return [line for line in lines if not kind or line["act"] == kind]
