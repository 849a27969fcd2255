"""Light curves dropped on the window: shown as they are taken, corrected, imported, opened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightledger.app.importdialog import ImportDialog

pytestmark = pytest.mark.window


@pytest.fixture
def curves(tmp_path: Path) -> Path:
    """Two stars whose times are days since nobody says when, and a file that is none."""
    folder = tmp_path / "curves"
    folder.mkdir()
    for k in range(2):
        times = 1400 + np.arange(20) * 0.7
        lines = [f"{t:.4f},{100 + 5 * np.sin(t + k):.3f},0.5" for t in times]
        (folder / f"star{k}.csv").write_text("time,flux,flux_err\n" + "\n".join(lines) + "\n")
    (folder / "periods.csv").write_text("name,period\nstar0,1.5\n")
    return folder


def test_dropped_light_curves_become_the_store_that_is_shown(qtbot, window, curves):
    window.take_paths([curves])
    (dialog,) = window.findChildren(ImportDialog)
    qtbot.waitUntil(lambda: "3 of 3 files refused" in dialog.head.text(), timeout=30_000)
    assert not dialog.save.isEnabled()
    assert "zero that is not known" in dialog.notes.toPlainText()

    dialog.offset.setText("btjd")
    dialog.offset.editingFinished.emit()
    qtbot.waitUntil(dialog.save.isEnabled, timeout=30_000)
    assert dialog.head.text() == ("2 light curves of 2 objects, 40 points; 1 of 3 files refused")
    assert dialog.table.rowCount() == 2
    assert "BJD - 2457000 (TDB)" in [dialog.table.item(0, k).text() for k in range(8)]

    dialog.save.click()
    qtbot.waitUntil(lambda: window.open is not None, timeout=60_000)
    assert window.open.session.field.object_ids == ("star0", "star1")
    assert (curves.parent / "curves.h5").exists()


def test_cancel_leaves_nothing(qtbot, window, curves):
    window.take_paths([curves])
    (dialog,) = window.findChildren(ImportDialog)
    dialog.reject()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=30_000)
    assert [path.name for path in curves.parent.iterdir()] == ["curves"]
