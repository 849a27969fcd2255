"""A window that is killed comes back as it was; choices of display hold for stores to come."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF

from lightledger.analysis.running import Clip
from lightledger.app.display import Fold
from lightledger.app.panelset import PanelSpec
from lightledger.app.settings import COLOR_BY, CROSSHAIR, PHASE_CYCLES, X_AXIS, Settings

pytestmark = pytest.mark.window
OBJECT, RANGE, VIEW = 12, (53300.0, 54100.0), (53200.0, 54500.0)
SPECS = (PanelSpec(("ch2_sci-aper_r5",)), PanelSpec(("ch1_sci-aper_r3",), "I3"))
CLIP = Clip(4.0, 300.0, 2)


def test_a_killed_window_comes_back_as_it_was(window, qtbot, store, tmp_path):
    path = os.pathsep.join(sys.path)
    process = subprocess.Popen(
        [sys.executable, __file__, str(store), str(tmp_path / "settings.ini")],
        stdout=subprocess.PIPE, text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": path},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "kept"
    process.kill()
    process.communicate()
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None, timeout=20_000)
    session = window.open.session
    assert session.index == OBJECT
    assert session.times.filter == pytest.approx(RANGE)
    assert session.times.view == pytest.approx(VIEW)
    assert session.panels.specs == SPECS
    assert session.cleaning.clip == CLIP
    assert window.docks.table.sorted_by == ("mag", False)
    assert window.docks["cleaning"].isVisible()
    assert not window.docks["cleaning"].visibleRegion().isEmpty(), "the tab that was in front"
    assert window.docks["periods"].isHidden()


def test_a_store_never_opened_is_shown_as_the_last_one(window, qtbot, store, tmp_path):
    other = Path(shutil.copy(store, tmp_path / "other.h5"))
    opened(window, qtbot, store)
    display, stack = window.open.session.display, window.open.page.stack
    assert (display.x, display.color_by, stack.crosshair) == ("mjd", "band", False)
    display.set_x("calendar")
    display.set_color_by("fwhm_px")
    window.actions_["toggle_crosshair"].trigger()
    display.set_fold(Fold(431.0, 53000.0))
    display.set_x("phase")
    got = {entry: window.settings.get(entry) for entry in (X_AXIS, COLOR_BY, CROSSHAIR)}
    assert got == {X_AXIS: "calendar", COLOR_BY: "fwhm_px", CROSSHAIR: True}
    opened(window, qtbot, other)
    display = window.open.session.display
    assert (display.x, display.color_by) == ("calendar", "fwhm_px")
    assert window.open.page.stack.crosshair
    display.set_x("number")
    opened(window, qtbot, store)
    assert window.open.session.display.x == "phase", "each store keeps its own"
    assert window.settings.get(X_AXIS) == "calendar", "the next store begins with times"


def test_a_phase_axis_has_one_or_two_cycles(window, qtbot, store):
    opened(window, qtbot, store)
    display = window.open.session.display
    display.set_fold(Fold(431.0, 53000.0))
    display.set_x("phase")
    panel = window.open.page.stack.panels[0]
    whole = lambda: panel.view.viewRange()[0]  # noqa: E731
    qtbot.waitUntil(lambda: whole() == pytest.approx([-0.02, 2.02]))
    item = panel.items[0]
    place = int(item.n_drawn // 2)
    at = panel.view.mapViewToScene
    x, y = panel.traces[0].x[place], item._p.y[place]
    assert item.distances(at(QPointF(x, y)))[place] == pytest.approx(0, abs=1e-6)
    assert item.distances(at(QPointF(x + 1, y)))[place] == pytest.approx(0, abs=1e-6)
    assert item.beyond((1.0, 2.0), (1e9, 2e9))[0] == item.beyond((0.0, 1.0), (1e9, 2e9))[0] > 0
    window.settings.set(PHASE_CYCLES, 1)
    qtbot.waitUntil(lambda: whole() == pytest.approx([-0.02, 1.02]))
    assert item.distances(at(QPointF(x + 1, y)))[place] > 5


def opened(window, qtbot, store) -> None:
    window.open_store(store)
    qtbot.waitUntil(
        lambda: window.open is not None and window.open.session.path == store, timeout=20_000
    )
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=20_000)


def show(store: Path, settings: Path) -> None:
    """Show a store in many ways, say when that is kept, and go on."""
    from PySide6.QtWidgets import QApplication

    from lightledger.app.kept import Kept
    from lightledger.app.main import make_application
    from lightledger.app.window import Window
    from lightledger.library.field import Field

    make_application()
    window = Window(Settings(settings))
    window.show()
    window.show_field(Field(store))
    session = window.open.session
    window.docks["periods"].close()
    window.docks.reveal("cleaning")
    window.docks.table.sort_by("mag", False)
    session.panels.replace_all(SPECS, 0)
    session.cleaning.set_clip(CLIP)
    session.times.set_filter(*RANGE)
    session.times.set_view(*VIEW)
    session.set_index(OBJECT)
    said = False
    while True:
        QApplication.processEvents()
        kept = Kept.from_text(window.settings.kept(store))
        layout = window.settings.layout()
        if not said and kept is not None and kept.object_id == session.object_id and layout:
            said = True
            print("kept", flush=True)


if __name__ == "__main__":
    show(Path(sys.argv[1]), Path(sys.argv[2]))
