"""A held key: thousands of objects leafed past leave nothing behind in the window."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import madewindow
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from seeding import IN_EARNEST

from lightledger.app.panelset import PanelSpec
from lightledger.app.window import Window

#: Objects leafed past until every cache has what it will ever hold, and after that.
WARM, FURTHER = (600, 10_000) if IN_EARNEST else (60, 200)
#: Of the memory in use; a short run ends before the allocator settles.
GROWTH = 0.02 if IN_EARNEST else 0.05


def resident() -> int:
    """Bytes of this process in memory."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def left_behind(window: Window) -> tuple[int, int]:
    """Items of the scene of the panels, and objects of Qt below the window."""
    assert window.open is not None
    return len(window.open.page.stack.scene().items()), len(window.findChildren(QObject))


def hold(window: Window, qtbot: Any, n: int) -> None:
    """Press Down so often, each time until the panels of the object are painted."""
    assert window.open is not None
    session, stack = window.open.session, window.open.page.stack
    painted = madewindow.Painted(stack.viewport())
    for _ in range(n):
        before, paintings = session.index, painted.n
        QTest.keyClick(stack, Qt.Key.Key_Down)
        while painted.n == paintings:
            QApplication.processEvents()
        assert session.index != before
        title = stack.panels[0].title.text.object
        assert title == session.object_id, "what is painted is of the object that is current"
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)
    painted.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.timeout(1800)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_leafing_leaves_nothing_behind(
    qtbot: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Memory within 2 %, and not one item or object more."""
    field = madewindow.field(tmp_path, WARM + FURTHER + 50, 24)
    window = madewindow.shown(qtbot, tmp_path, field)
    assert window.open is not None
    window.docks.table.show_subset(False)
    window.docks.table.go_first()
    names = window.open.session.field.measurements
    specs = [PanelSpec((name,)) for name in names[:4]]
    specs += [PanelSpec(names[:2]), PanelSpec(names[2:4])]
    window.open.session.panels.replace_all(tuple(specs))
    hold(window, qtbot, WARM)
    gc.collect()
    before, had = resident(), left_behind(window)
    hold(window, qtbot, FURTHER)
    gc.collect()
    after, has = resident(), left_behind(window)
    with capsys.disabled():
        if IN_EARNEST:
            print(f"\n{FURTHER:,} objects: {before / 1e6:.1f} MB, then {after / 1e6:.1f} MB; {has}")
    assert has == had
    assert after <= before * (1 + GROWTH)
    window.close()
