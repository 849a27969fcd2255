"""More than one list: picked again, left and continued after a restart."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem
from vetting import acts, judge, opened, press, see, vetting_list

from lightledger.app.settings import Settings
from lightledger.app.window import Window

pytestmark = pytest.mark.window
SLOW = 60_000


def test_of_two_lists_either_is_picked_and_goes_on(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    first = current.vetting.rows.tolist()
    judge(window, Qt.Key.Key_1)
    window.actions_["leave_list"].trigger()
    window.docks.table.sort_by("mag")
    window.actions_["vet_list"].trigger()
    qtbot.waitUntil(lambda: current.vetting.queue is not None, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert current.vetting.rows.tolist() != first
    button = current.toolbar.filter.subsets
    button.pick(button.known["excess > 1"])
    qtbot.waitUntil(lambda: current.filter.subset == "excess > 1", timeout=SLOW)
    assert window.docks.table.model.order.tolist() == first, "in the order that it was frozen in"
    window.actions_["vet_list"].trigger()
    qtbot.waitUntil(lambda: current.vetting.name == "excess > 1", timeout=SLOW)
    assert window.vetted.text() == f"1 of {len(first)} vetted"
    assert len(acts(store, "save_subset")) == 2


def test_a_list_within_a_list_says_so_in_its_definition(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    current.toolbar.filter.put("mag < 17", "excess > 1")
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    rows = window.docks.table.model.order.tolist()
    window.actions_["vet_list"].trigger()
    qtbot.waitUntil(lambda: current.vetting.rows.size == len(rows), timeout=SLOW)
    kept = acts(store, "save_subset")[-1]
    assert kept["where"] == "(mag < 17) and (subset.`excess > 1`)"
    found = current.session.field.find(kept["where"], kept["measurement"], kept["corrected"])
    assert sorted(found.rows.tolist()) == sorted(rows)


def test_after_a_restart_the_list_its_place_and_its_progress_are_there(qtbot, store, tmp_path):
    seen = []
    for start in (True, False):
        made = Window(Settings(tmp_path / "own.toml"))
        qtbot.addWidget(made)
        made.resize(1280, 800)
        made.show()
        if start:
            current = vetting_list(made, qtbot, store, "excess > 1")
            judge(made, Qt.Key.Key_1)
            judge(made, Qt.Key.Key_2)
        else:
            current = opened(made, qtbot, store)
        rows = made.docks.table.model.order.tolist()
        seen.append((made.vetted.text(), current.session.object_id, rows, current.vetting.name))
        made.close()
    assert seen[0] == seen[1]
    assert seen[0][0].startswith("2 of ")


def test_long_ids_can_be_told_apart_in_the_table(window, qtbot, store):
    opened(window, qtbot, store)
    table = window.docks.table
    view, model = table.view, table.model
    model.set_objects([f"Gaia DR3 46116860184273{i:05d}" for i in range(48)])
    table.renew()
    view.fit_columns()
    option = QStyleOptionViewItem()
    place = model.id_section
    view.itemDelegate().initStyleOption(option, model.index(0, place))
    metrics, width = QFontMetrics(view.font()), view.columnWidth(place) - 8
    shown = {metrics.elidedText(model.index(row, place).data(), option.textElideMode, width)
             for row in range(model.rowCount())}  # fmt: skip
    assert len(shown) == model.rowCount()


def test_the_current_row_stays_in_sight_when_the_list_gets_lower(window, qtbot, store):
    current = opened(window, qtbot, store)
    view, model = window.docks.table.view, window.docks.table.model
    last = next(row for row in range(model.rowCount())
                if view.visualRect(model.index(row + 2, 0)).top() > view.viewport().height()
                or row + 2 == model.rowCount())  # fmt: skip
    current.session.set_index(int(model.order[last]))
    window.resize(1280, 640)
    qtbot.waitUntil(lambda: window.height() == 640, timeout=SLOW)
    QApplication.processEvents()
    seen = view.visualRect(view.currentIndex())
    assert seen.top() >= 0
    assert seen.bottom() <= view.viewport().height()


def test_the_mouse_in_the_dock_leaves_the_keys_to_the_plots(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    dock, rows = window.docks.vetting, current.vetting.rows
    judge(window, Qt.Key.Key_1)
    current.session.set_index(int(rows[0]))
    qtbot.mouseClick(dock.next, Qt.MouseButton.LeftButton)
    assert current.session.index == rows[1]
    see(window)
    qtbot.mouseClick(dock.buttons[3], Qt.MouseButton.LeftButton)
    assert current.session.index == rows[2]
    qtbot.mouseClick(dock.object, Qt.MouseButton.LeftButton)
    assert QApplication.focusWidget() is current.page.stack
    dock.next.setFocus()
    current.session.set_index(int(rows[0]))
    qtbot.keyClick(dock.next, Qt.Key.Key_Space)
    assert current.session.index == rows[2]


def test_a_note_that_is_half_typed_is_kept_wherever_one_goes(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    words, notes = window.docks.vetting.words, current.session.field.journal.state.notes
    wanted = {}

    def typed(text: str) -> None:
        press(window, Qt.Key.Key_N)
        qtbot.waitUntil(words.note_box.hasFocus)
        words.note_box.clear()
        qtbot.keyClicks(words.note_box, text)
        wanted[current.session.object_id] = text

    typed("found by id")
    window.actions_["find"].trigger()
    window.stores.find("I30")
    typed("another list")
    window.docks.table.show_subset(True)
    window.actions_["vet_list"].trigger()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert notes == wanted
    current.session.set_object("I31")
    typed("chosen elsewhere")
    current.session.set_object("I32")
    assert notes == wanted
    assert words.note_box.toPlainText() == ""
    current.session.set_object("I33")
    press(window, Qt.Key.Key_N)
    qtbot.keyClicks(words.note_box, "never mind")
    qtbot.keyClick(words.note_box, Qt.Key.Key_Escape)
    assert words.note_box.toPlainText() == ""
    assert notes == wanted
