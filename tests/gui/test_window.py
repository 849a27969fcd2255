"""The window as a person uses it: open, leaf, find, keys, star, layout, drops, errors."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFontDatabase

from lightledger.app.actions import key_rows
from lightledger.app.commands import SPECS
from lightledger.app.curves import Quantity
from lightledger.app.opening import is_fits_table, sort_out
from lightledger.app.settings import THEME, Settings
from lightledger.app.window import Window
from lightledger.domain import Flag
from lightledger.library.field import Field

pytestmark = pytest.mark.window


def opened(window, qtbot, path: Path):
    window.open_store(path)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)
    return window.open


def press(window, qtbot, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    window.activateWindow()
    target = window.open.page.stack if window.open is not None else window
    qtbot.keyClick(target, key, modifier)
    qtbot.wait(1)


def drop(window, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    event = QDropEvent(
        QPointF(400, 300), Qt.DropAction.CopyAction, mime,
        Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    window.dropEvent(event)


def test_there_are_fonts(qapp):
    assert QFontDatabase.families(), "no fonts: install fonts-dejavu-core"


def test_first_start_says_what_to_do(window):
    assert window.centre.start.isVisible()
    assert "Drop a folder" in window.centre.start.message.text()
    assert not window.docks["objects"].isVisible()
    assert not window.actions_["export"].isEnabled()
    assert window.actions_["open_folder"].isEnabled()


def test_opens_on_the_most_variable_object(window, qtbot, store):
    current = opened(window, qtbot, store)
    assert current.session.object_id in ("I8", "I13")
    assert [panel.shown.band for panel in current.page.stack.panels] == ["ch1", "ch2"]
    assert window.windowTitle().startswith("field.h5")
    assert current.session.display.quantity is Quantity.MAGNITUDE
    assert store.resolve() in window.settings.recent()


def test_one_night_is_shown_as_flux_over_median(window, qtbot, night_store):
    current = opened(window, qtbot, night_store)
    assert current.session.display.quantity is Quantity.RELATIVE
    assert len(current.page.stack.panels) == 1


def test_arrows_leaf_in_the_order_of_the_table(window, qtbot, store):
    current = opened(window, qtbot, store)
    order = [current.session.ids[i] for i in window.docks.table.model.order]
    press(window, qtbot, Qt.Key.Key_Down)
    press(window, qtbot, Qt.Key.Key_Down)
    assert current.session.object_id == order[2]
    press(window, qtbot, Qt.Key.Key_PageDown)
    assert current.session.object_id == order[12]
    press(window, qtbot, Qt.Key.Key_Up)
    assert current.session.object_id == order[11]
    qtbot.waitUntil(
        lambda: current.page.stack.panels[0].title.text.object == order[11], timeout=2000
    )


def test_many_keys_lead_to_few_paintings_of_the_last_object(window, qtbot, store):
    current = opened(window, qtbot, store)
    painted: list[str] = []
    current.presenter.changed.connect(lambda: painted.append(current.session.object_id))
    for _ in range(20):
        window.actions_["next_object"].trigger()
    last = current.session.object_id
    qtbot.waitUntil(lambda: bool(painted))
    assert painted == [last]


def test_find_by_id_and_an_unknown_id_is_said_in_words(window, qtbot, store):
    current = opened(window, qtbot, store)
    press(window, qtbot, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    box = current.toolbar.find_box
    assert box.hasFocus()
    qtbot.keyClicks(box, "I30")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert current.session.object_id == "I30"
    assert current.page.stack.hasFocus()
    window.stores.find("nonsense")
    assert "nonsense" in window.centre.bar.message
    assert current.session.object_id == "I30"


def test_letters_typed_into_a_box_are_only_letters(window, qtbot, store):
    current = opened(window, qtbot, store)
    before = (
        current.session.measurement,
        current.session.display.corrected,
        current.session.display.scale,
    )
    for box in (current.toolbar.find_box, current.toolbar.filter.box):
        box.setFocus()
        qtbot.keyClicks(box, "mcybrxhe")
        assert box.text() == "mcybrxhe"
    assert (
        current.session.measurement,
        current.session.display.corrected,
        current.session.display.scale,
    ) == before


def test_keys_switch_measurement_bands_correction_and_scale(window, qtbot, store):
    session = opened(window, qtbot, store).session
    first = session.measurement
    press(window, qtbot, Qt.Key.Key_M)
    assert session.measurement != first
    assert [m.split("-")[1] for m in session.panels.shown] == [
        session.measurement.split("-")[1]
    ] * 2
    press(window, qtbot, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    assert session.measurement == first
    shown = []
    for _ in range(3):
        press(window, qtbot, Qt.Key.Key_B)
        shown.append([m[:3] for m in session.panels.shown])
    assert shown == [["ch1"], ["ch2"], ["ch1", "ch2"]]
    was = session.display.corrected
    press(window, qtbot, Qt.Key.Key_C)
    assert session.display.corrected is not was
    scale = session.display.scale
    press(window, qtbot, Qt.Key.Key_Y)
    assert session.display.scale is scale.next()


def test_bands_are_reused_not_rebuilt(window, qtbot, store):
    current = opened(window, qtbot, store)
    panels = list(current.page.stack.panels)
    for _ in range(6):
        window.actions_["next_bands"].trigger()
        current.presenter.refresh()
    assert current.page.stack.panels == panels
    assert len(current.page.stack._pool) == 2


def test_reject_point_undo_and_redo_live_in_the_journal(window, qtbot, store):
    current = opened(window, qtbot, store)
    session = current.session
    press(window, qtbot, Qt.Key.Key_Right)
    cursor = session.cursor
    assert cursor is not None
    press(window, qtbot, Qt.Key.Key_X)
    lc = session.field.light_curve(session.index, session.measurement)
    assert int(lc.flags[lc.visit == cursor.visit][0]) & Flag.REJECTED
    assert "1 rejected" in current.presenter.counts()
    rejected_on = session.object_id
    press(window, qtbot, Qt.Key.Key_Down)
    press(window, qtbot, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert session.object_id == rejected_on, "undo returns to the object"
    current.presenter.refresh()
    assert "rejected" not in current.presenter.counts()
    window.actions_["redo"].trigger()
    current.presenter.refresh()
    assert "1 rejected" in current.presenter.counts()
    with Field(store) as again:
        lc = again.light_curve(rejected_on, session.measurement)
        assert int(lc.flags[lc.visit == cursor.visit][0]) & Flag.REJECTED


def test_reject_visit_is_for_all_objects_of_the_band(window, qtbot, store):
    session = opened(window, qtbot, store).session
    session.step_cursor(1)
    visit = session.cursor.visit
    window.actions_["reject_visit"].trigger()
    for obj in ("I1", "I30"):
        lc = session.field.light_curve(obj, "ch1_sci-aper_r3")
        assert int(lc.flags[lc.visit == visit][0]) & Flag.REJECTED
        other = session.field.light_curve(obj, "ch2_sci-aper_r3")
        assert not int(other.flags[other.visit == visit][0]) & Flag.REJECTED


def test_a_point_and_its_visit_are_rejected_each_by_itself(window, qtbot, store):
    """Rejecting a visit whose point was rejected before, and undoing both, leaves nothing."""
    session = opened(window, qtbot, store).session
    session.step_cursor(1)
    band, visit = session.cursor.band, session.cursor.visit
    state = session.field.journal.state
    window.actions_["reject_point"].trigger()
    window.actions_["reject_visit"].trigger()
    assert visit in state.rejected_visits[band]
    window.actions_["undo"].trigger()
    assert visit not in session.field.journal.state.rejected_visits[band]
    window.actions_["undo"].trigger()
    assert session.field.journal.state.n_rejected_points == 0
    assert session.field.journal.state.n_rejected_visits == 0
    window.actions_["reject_visit"].trigger()
    window.actions_["reject_point"].trigger()
    assert "Shift+X takes it back" in window.statusBar().currentMessage()
    assert session.field.journal.state.n_rejected_points == 0


def test_x_without_a_cursor_says_what_to_do(window, qtbot, store):
    opened(window, qtbot, store)
    press(window, qtbot, Qt.Key.Key_X)
    assert "cursor" in window.statusBar().currentMessage()


def test_my_star_is_kept(window, qtbot, store):
    current = opened(window, qtbot, store)
    current.session.set_object("I5")
    window.actions_["mark_star"].trigger()
    assert window.docks.stars.star.text() == "I5"
    row = window.docks.table.model.row_of(4)
    assert window.docks.table.model.index(row, 1).data() == "★ I5"
    current.session.set_object("I9")
    press(window, qtbot, Qt.Key.Key_S)
    assert current.session.object_id == "I5"
    window.stores.close()
    assert opened(window, qtbot, store).session.object_id == "I5"


def test_comparison_star_added_and_removed_solves_anew(window, qtbot, store):
    current = opened(window, qtbot, store)
    stars = window.docks.reveal("reference")
    qtbot.waitUntil(lambda: bool(stars.members), timeout=10_000)
    members = stars.members
    gone = current.session.ids[members[0]]
    current.session.set_object(gone)
    stars.remove_current()
    qtbot.waitUntil(lambda: members[0] not in stars.members, timeout=10_000)
    assert gone not in current.session.field.comparison(current.session.measurement)
    stars.add_current()
    qtbot.waitUntil(lambda: members[0] in stars.members, timeout=10_000)


def test_refused_store_is_said_once_in_words(window, qtbot, tmp_path):
    bad = tmp_path / "notours.h5"
    bad.write_bytes(b"not a store at all")
    window.open_store(bad)
    qtbot.waitUntil(lambda: window.centre.bar.isVisible(), timeout=10_000)
    assert "notours.h5" in window.centre.bar.message
    assert "Traceback" not in window.centre.bar.message
    assert window.centre.start.isVisible()


def test_drop_opens_a_store_and_a_lone_catalogue_waits(window, qtbot, store, tmp_path):
    catalogue = tmp_path / "stars.csv"
    catalogue.write_text("id,ra,dec\na,1,2\n")
    drop(window, catalogue)
    assert "stars.csv" in window.centre.start.message.text()
    assert window.ingesting.catalogue == catalogue
    drop(window, tmp_path / "readme.pdf")
    assert "readme.pdf" in window.centre.bar.message
    drop(window, store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)


def test_dropped_things_are_told_apart(tmp_path):
    folder = tmp_path / "night"
    folder.mkdir()
    table, image = tmp_path / "cat.fits", tmp_path / "img.fits"
    card = "{:<80}".format
    end = card("END")
    table.write_bytes(
        (card("SIMPLE  =                    T") + card("NAXIS   =                    0") + end)
        .ljust(2880).encode()
        + card("XTENSION= 'BINTABLE'").ljust(2880).encode()
    )  # fmt: skip
    image.write_bytes((card("SIMPLE  =                    T") + card(
        "NAXIS   =                    2") + end).ljust(2880).encode())  # fmt: skip
    assert is_fits_table(table)
    assert not is_fits_table(image)
    found = sort_out([folder, table, image, tmp_path / "a.h5", tmp_path / "b.docx"])
    assert found.folders == (folder, image)
    assert found.catalogues == (table,)
    assert found.stores == (tmp_path / "a.h5",)
    assert found.others == (tmp_path / "b.docx",)


def test_layout_is_restored_and_reset(qtbot, store, tmp_path):
    settings = Settings(tmp_path / "own.toml")
    first = Window(settings)
    qtbot.addWidget(first)
    first.show()
    opened(first, qtbot, store)
    first.docks["reference"].hide()
    first.close()
    second = Window(Settings(tmp_path / "own.toml"))
    qtbot.addWidget(second)
    second.show()
    opened(second, qtbot, store)
    assert second.docks["reference"].isHidden()
    second.actions_["reset_layout"].trigger()
    assert not second.docks["reference"].isHidden()
    second.close()


def test_opening_another_store_closes_the_first(window, qtbot, store, night_store):
    opened(window, qtbot, store)
    window.open_store(night_store)
    qtbot.waitUntil(
        lambda: window.open is not None and window.open.session.path.name == "night.h5",
        timeout=20_000,
    )
    assert len(window.open.session.field.bands) == 1
    assert window.undo_stack.count() == 0


def test_plots_take_at_least_half_of_a_small_window(window, qtbot, store):
    current = opened(window, qtbot, store)
    window.resize(1280, 800)
    stack = current.page.stack
    half = 0.5 * window.width() * window.height()
    qtbot.waitUntil(lambda: stack.width() * stack.height() >= half, timeout=5000)


def test_every_key_is_on_the_sheet_once(window):
    keys = [key for spec in SPECS for key in spec.keys]
    assert len(keys) == len(set(keys))
    assert {row[0] for row in key_rows()} >= {"File", "Object", "Time"}
    repeating = {spec.name for spec in SPECS if spec.repeat}
    assert "reject_point" not in repeating
    assert window.actions_["reject_point"].autoRepeat() is False


def test_theme_switches_live(window, qtbot, store):
    opened(window, qtbot, store)
    window.settings.set(THEME, "dark")
    dark = window.grab().toImage().pixelColor(700, 400).lightness()
    window.settings.set(THEME, "light")
    light = window.grab().toImage().pixelColor(700, 400).lightness()
    assert dark < 128 < light


def test_store_of_problems_and_recipe_on_the_store_page(window, qtbot, store):
    opened(window, qtbot, store)
    from PySide6.QtWidgets import QLabel, QPlainTextEdit

    page = window.docks.facts
    texts = [label.text() for label in page.findChildren(QLabel)]
    assert "Problems: 1" in texts
    boxes = [box.toPlainText() for box in page.findChildren(QPlainTextEdit)]
    assert any("bad.fits" in text for text in boxes)
    assert any("[measuring]" in text for text in boxes)


def test_start_loads_no_astropy_scipy_numba(store, tmp_path):
    program = f"""
import sys
from pathlib import Path
from lightledger.app.main import make_application
application = make_application()
from lightledger.app.settings import Settings
from lightledger.app.window import Window
window = Window(Settings(Path({str(tmp_path)!r}) / "s.toml"))
window.show()
application.processEvents()
assert window.centre.start.isVisible()
window.open_store(Path({str(store)!r}))
while window.open is None or window.jobs.busy:
    application.processEvents()
window.open.session.display.set_corrected(True)
window.open.presenter.refresh()
assert window.open.presenter.current.curve.lc.corrected
window.grab()
window.close()
print(sorted({{"astropy", "scipy", "numba", "sep"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"


def test_memory_of_leafing_is_flat(window, qtbot, store):
    current = opened(window, qtbot, store)
    scene = current.page.stack.scene()
    window.actions_["next_object"].trigger()
    current.presenter.refresh()
    n_items = len(scene.items())
    for _ in range(200):
        window.actions_["next_object"].trigger()
        window.actions_["previous_object"].trigger()
        current.presenter.refresh()
    assert len(scene.items()) == n_items
    assert np.isfinite(current.presenter.current.curve.y).any()


def test_dropped_folder_opens_the_wizard_with_the_catalogue_that_waited(window, qtbot, tmp_path):
    folder, catalogue = tmp_path / "frames", tmp_path / "stars.csv"
    folder.mkdir()
    catalogue.write_text("id,ra,dec\na,1,2\n")
    drop(window, catalogue)
    drop(window, folder)
    wizard = window.ingesting.wizard
    assert wizard is not None
    assert wizard.choices.folders == [folder]
    assert wizard.choices.catalogue == str(catalogue)
    wizard.reject()
    qtbot.waitUntil(lambda: window.ingesting.wizard is None, timeout=5000)
    assert "Drop a folder" in window.centre.start.message.text()


def test_statistics_that_no_longer_fit_are_said(window, qtbot, store):
    session = opened(window, qtbot, store).session
    assert not window.docks.table.head.outdated.isVisible()
    session.step_cursor(1)
    window.actions_["reject_visit"].trigger()
    assert window.docks.table.head.outdated.text() == "numbers from 60 visits, now 59"


def test_what_another_window_did_shows_when_this_one_is_active_again(window, qtbot, store):
    current = opened(window, qtbot, store)
    with Field(store, person="another") as other:
        other.journal.reject_point(current.session.object_id, "ch1", "gr130")
    window.changeEvent(QEvent(QEvent.Type.ActivationChange))
    current.presenter.refresh()
    assert "1 rejected" in current.presenter.counts()
