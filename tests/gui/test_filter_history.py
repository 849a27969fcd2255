"""Living with the filter: what was asked before, Escape, lists that are undone, clearing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from vetting import judge, opened, press, vetting_list

from lightledger.app.filterhistory import MOST, FilterHistory
from lightledger.app.settings import COLUMNS_SHOWN, Settings
from lightledger.app.subsets import NameDialog
from lightledger.app.window import Window

pytestmark = pytest.mark.window
SLOW = 60_000
UP, DOWN = Qt.Key.Key_Up, Qt.Key.Key_Down


def ask(window, qtbot, text: str) -> None:
    """Type a filter with real keys and mean it."""
    box = window.open.toolbar.filter.box
    press(window, Qt.Key.Key_Slash)
    qtbot.keyClicks(box, text)
    box.offers.hide()
    qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.open.filter.text == text, timeout=SLOW)


def test_up_and_down_bring_back_what_was_asked(window, qtbot, store):
    current = opened(window, qtbot, store)
    box = current.toolbar.filter.box
    for text in ("excess > 3", "mag < 17", "excess > 3"):
        ask(window, qtbot, text)
    press(window, Qt.Key.Key_Slash)
    qtbot.keyClicks(box, "vet")
    box.offers.hide()
    walked = []
    for key in (UP, UP, UP, DOWN, DOWN, DOWN):
        qtbot.keyClick(box, key)
        walked.append(box.text())
    assert walked == ["excess > 3", "mag < 17", "mag < 17", "excess > 3", "vet", "vet"]
    qtbot.keyClick(box, UP)
    qtbot.waitUntil(lambda: current.filter.text == "excess > 3", timeout=SLOW)


def test_what_was_asked_is_known_after_a_restart(qtbot, store, tmp_path):
    for start in (True, False):
        made = Window(Settings(tmp_path / "own.toml"))
        qtbot.addWidget(made)
        made.show()
        current = opened(made, qtbot, store)
        if start:
            ask(made, qtbot, "mag < 17")
            assert QApplication.focusWidget() is current.page.stack
        assert current.toolbar.filter.box.history.texts == ["mag < 17"]
        made.close()


def test_a_history_has_an_end():
    history = FilterHistory(f"mag < {i}" for i in range(MOST + 5))
    history.add("")
    assert len(history.texts) == MOST
    history.add("mag < 20")
    assert (len(history.texts), history.texts[-1]) == (MOST, "mag < 20")


def test_escape_takes_back_what_is_not_applied(window, qtbot, store):
    current = opened(window, qtbot, store)
    bar = current.toolbar.filter
    ask(window, qtbot, "mag < 17")
    count = bar.box.count
    press(window, Qt.Key.Key_Slash)
    qtbot.keyClicks(bar.box, "nonsense (")
    bar.box.offers.hide()
    qtbot.keyClick(bar.box, Qt.Key.Key_Escape)  # before anybody can say what is wrong with it
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    bar._lose_patience()
    assert (bar.box.text(), bar.box.count) == ("mag < 17", count)
    assert not bar.hint.isVisible()
    assert QApplication.focusWidget() is current.page.stack


def test_digits_in_the_filter_are_no_verdicts(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    ask(window, qtbot, "mag < 18 and excess > 1.2345679")
    assert not current.session.field.journal.state.verdicts


def test_a_list_that_is_undone_is_still_listed_and_can_be_filtered(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    rows = window.docks.table.model.order.tolist()
    window.actions_["undo"].trigger()
    assert current.vetting.queue is None
    assert window.docks.table.model.order.tolist() == rows
    assert current.filter.words == "in excess > 1, kept no longer"
    assert current.toolbar.filter.subsets.text() == "Subsets"
    ask(window, qtbot, "mag < 99")
    assert not current.toolbar.filter.hint.isVisible()


def test_clearing_goes_back_to_the_list_and_then_to_all(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    table, n = window.docks.table, window.docks.table.model.rowCount()
    ask(window, qtbot, "mag < 0")
    assert table.model.rowCount() == 0
    here = current.session.object_id
    press(window, Qt.Key.Key_Down)
    assert current.session.object_id == here, "nothing is listed: nowhere to go"
    QTest.mouseClick(table.empty.clear, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: table.model.rowCount() == n, timeout=SLOW)
    assert table.model.order.tolist() == current.vetting.queue.rows.tolist()
    window.actions_["clear_filter"].trigger()
    qtbot.waitUntil(lambda: table.model.rowCount() == 48, timeout=SLOW)


def test_the_button_that_clears_comes_and_goes_with_the_text(window, qtbot, store):
    bar = opened(window, qtbot, store).toolbar.filter
    clear = bar.box.findChild(QToolButton)
    bar.put("mag < 17")
    assert clear.isVisible()
    bar.put("")
    qtbot.waitUntil(lambda: not clear.isVisible(), timeout=SLOW)


def menu_of(button, title: str) -> list[str]:
    button.fill()
    menu = next(a.menu() for a in button.menu_.actions() if a.text() == title)
    return [action.text() for action in menu.actions()]


def test_a_subset_is_renamed_and_those_in_it_stay_there(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    button, rows = current.toolbar.filter.subsets, current.vetting.rows.tolist()
    assert menu_of(button, "Rename") == ["excess > 1"]
    button.ask_rename("excess > 1")
    (dialog,) = window.findChildren(NameDialog)
    assert dialog.name.text() == "excess > 1"
    dialog.name.setText("candidates, 17.5")
    dialog.accept()
    qtbot.waitUntil(lambda: current.filter.subset == "candidates, 17.5", timeout=SLOW)
    assert menu_of(button, "Delete") == ["candidates, 17.5"]
    assert current.vetting.name == "candidates, 17.5"
    assert current.vetting.rows.tolist() == rows
    assert current.session.field.journal.state.subsets["candidates, 17.5"].sort == "excess"
    window.actions_["undo"].trigger()
    assert menu_of(button, "Delete") == ["excess > 1"]


def test_subsets_are_combined_in_an_expression_and_offered_by_name(window, qtbot, store):
    current = opened(window, qtbot, store)
    journal, ids = current.session.field.journal, current.session.ids
    journal.save_subset("looked at", objects=ids[:10])
    journal.save_subset("bright", where="mag < 17 and not subset.bright2")
    journal.save_subset("bright2", where="mag < 16")
    bar = current.toolbar.filter
    press(window, Qt.Key.Key_Slash)
    qtbot.keyClicks(bar.box, "subset.l")
    assert bar.box.offers.names == ["looked at"]
    qtbot.keyClick(bar.box, Qt.Key.Key_Tab)
    assert bar.box.text() == "subset.`looked at`"
    qtbot.keyClicks(bar.box, " or subset.bright")
    bar.box.offers.hide()
    qtbot.keyClick(bar.box, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: current.filter.holds and not window.jobs.busy, timeout=SLOW)
    mag = current.numbers.columns["mag"]
    wanted = (mag < 17) & ~(mag < 16)
    wanted[:10] = True
    assert current.filter.keep.tolist() == wanted.tolist()
    journal.save_subset("bright2", where="subset.bright")
    bar.put("subset.bright")
    qtbot.waitUntil(lambda: bar.hint.isVisible(), timeout=SLOW)
    assert "defined by itself" in bar.hint.text


def test_columns_are_dragged_and_stay_where_they_were_put(window, qtbot, store):
    opened(window, qtbot, store)
    table = window.docks.table
    header, keys = table.view.horizontalHeader(), table.model.keys
    header.moveSection(keys.index("mag"), len(keys) - 1)
    moved = ("verdict", "id", *(key for key in keys[2:] if key != "mag"), "mag")
    qtbot.waitUntil(lambda: table.model.keys == moved, timeout=SLOW)
    assert [header.logicalIndex(place) for place in range(len(keys))] == list(range(len(keys)))
    assert window.settings.get(COLUMNS_SHOWN).endswith("mag")
    assert header.sectionSize(0) < header.sectionSize(1), "the sign's column is the narrow one"


def test_the_end_of_a_list_is_said(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    rows, said = current.vetting.rows, window.statusBar().currentMessage
    current.session.set_index(int(rows[-1]))
    press(window, DOWN)
    assert said() == "this is the last of the list"
    judge(window, Qt.Key.Key_1)
    n = rows.size - 1
    assert said() == f"the end of the list: on with the {n} not vetted yet"
    assert current.session.index == rows[0]
    press(window, Qt.Key.Key_PageUp)
    assert said() == "this is the first of the list"
    for _ in range(n):
        judge(window, Qt.Key.Key_9)
    assert said().endswith(f"that completes the list of {rows.size}")


def test_a_key_too_many_at_the_end_changes_no_verdict(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    verdict_of, last = current.vetting.verdict_of, int(current.vetting.rows[-1])
    for _ in current.vetting.rows:
        judge(window, Qt.Key.Key_9)
    assert current.session.index == last
    judge(window, Qt.Key.Key_2)
    assert verdict_of(last) == "constant"
    assert "Shift" in window.statusBar().currentMessage()
    judge(window, Qt.Key.Key_2, Qt.KeyboardModifier.ShiftModifier)
    assert verdict_of(last) == "transient"
    press(window, UP)
    judge(window, Qt.Key.Key_1)
    assert verdict_of(int(current.vetting.rows[-2])) == "variable", "going back is meant"
    window.actions_["undo"].trigger()
    assert current.session.index == current.vetting.rows[-2]
