"""Frozen lists, second looks, the dock: tags, notes, who said what; tables and contact sheets."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from vetting import acts, judge, opened, press, vetting_list

from lightledger.app.vetting.sheetdialog import SheetDialog
from lightledger.app.vetting.sheetfigure import render_sheet
from lightledger.app.vetting.sheetpages import parse_pages
from lightledger.app.vetting.verdictbutton import VerdictButton
from lightledger.domain import Cancelled, Control, LightledgerError
from lightledger.library import Field

pytestmark = pytest.mark.window
SHIFT = Qt.KeyboardModifier.ShiftModifier


def listed(window) -> list[str]:
    return [window.open.session.ids[row] for row in window.docks.table.model.order]


def test_a_list_is_frozen_in_its_order_with_its_definition(window, qtbot, store):
    current = vetting_list(window, qtbot, store, "excess > 1")
    (kept,) = acts(store, "save_subset")
    assert kept["objects"] == listed(window)
    assert kept["where"] == "(excess > 1) and (well_measured)"
    assert (kept["sort"], kept["descending"]) == ("excess", True)
    assert kept["name"] == current.vetting.queue.name == "excess > 1"
    window.actions_["next_measurement"].trigger()
    assert listed(window) == kept["objects"], "other numbers change nothing"
    assert not window.docks.table.head.resort.isVisible()
    window.actions_["vet_list"].trigger()
    assert len(acts(store, "save_subset")) == 1, "the same list is the same list"


def test_an_empty_list_is_not_vetted(window, qtbot, store):
    current = opened(window, qtbot, store)
    current.toolbar.filter.put("mag < 0")
    qtbot.waitUntil(lambda: not window.jobs.busy)
    window.actions_["vet_list"].trigger()
    qtbot.waitUntil(lambda: "the list is empty" in window.centre.bar.message)
    assert current.vetting.queue is None


def test_undoing_the_list_leaves_it(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    window.actions_["undo"].trigger()
    assert current.vetting.queue is None
    assert window.vetted.text() == ""


def test_a_filter_does_not_find_what_a_second_look_hides(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    for _ in range(4):
        judge(window, Qt.Key.Key_8)
    current.filter.ask("verdict == 'unsure'")
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert current.filter.n_pass == 4
    window.actions_["second_look"].trigger()
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert len(current.vetting.queue.rows) == 4
    for asked in ("verdict == 'unsure'", "vetted"):
        current.filter.ask(asked)
        qtbot.waitUntil(lambda: not window.jobs.busy)
        assert current.filter.n_pass == 0
    window.actions_["leave_list"].trigger()
    current.filter.ask(asked)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert current.filter.n_pass == 4


def test_a_second_look_hides_what_was_said_until_it_is_said_again(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    vetting = current.vetting
    for i in range(20):
        judge(window, Qt.Key.Key_8 if i % 10 == 0 else Qt.Key.Key_1)
    window.actions_["second_look"].trigger()
    qtbot.waitUntil(lambda: not window.jobs.busy)
    queue = vetting.queue
    assert queue.name.startswith("second look: ")
    assert sorted(queue.earlier.values()) == [
        "unsure", "unsure", "variable",
    ]  # fmt: skip
    model = window.docks.table.model
    assert [model.index(row, 0).data() for row in range(3)] == ["", "", ""]
    assert window.vetted.text() == "second look: 0 of 3"
    assert "variable" not in window.docks.vetting.words.said.text()
    first = int(queue.rows[0])
    again = Qt.Key.Key_8 if queue.earlier[first] == "unsure" else Qt.Key.Key_1
    judge(window, again)
    assert window.vetted.text() == "second look: 1 of 3, agrees 1 of 1"
    assert vetting.verdict_of(first) == queue.earlier[first]
    judge(window, Qt.Key.Key_9)
    assert window.vetted.text() == "second look: 2 of 3, agrees 1 of 2"
    assert "before" in window.statusBar().currentMessage()
    window.actions_["undo"].trigger()
    assert window.vetted.text() == "second look: 1 of 3, agrees 1 of 1"
    with Field(store) as later:
        assert later.journal.state.subsets[queue.name].objects == queue.subset.objects


def test_the_dock_says_everything_and_its_buttons_vet(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    dock = window.docks.vetting
    qtbot.waitUntil(lambda: dock.state.text() == "0 of 47 vetted")
    here = current.session.object_id
    judge(window, Qt.Key.Key_3, SHIFT)
    assert dock.buttons[2].isChecked()
    assert dock.buttons[2].accessibleName() == "AGN, key 3, 1 object"
    assert ": AGN (ch1_sci-aper_r3, excess" in dock.words.said.text()
    qtbot.mouseClick(dock.buttons[0], Qt.MouseButton.LeftButton)
    assert acts(store, "set_verdict")[-1]["verdict"] == "variable"
    assert current.session.object_id != here
    assert isinstance(dock.clear, VerdictButton)
    assert dock.progress.value() == 1


def test_tags_and_notes_are_said_and_taken_back(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    words = window.docks.vetting.words
    press(window, Qt.Key.Key_T)
    qtbot.waitUntil(words.tag_box.hasFocus)
    qtbot.keyClicks(words.tag_box, "dusty")
    qtbot.keyClick(words.tag_box, Qt.Key.Key_Return)
    press(window, Qt.Key.Key_N)
    qtbot.keyClicks(words.note_box, "rises 2009")
    qtbot.keyClick(words.note_box, Qt.Key.Key_Return)
    state, name = current.session.field.journal.state, current.session.object_id
    assert (state.tags[name], state.notes[name]) == ({"dusty"}, "rises 2009")
    assert current.numbers.columns["note"][current.session.index] == "rises 2009"
    for _ in range(2):
        window.actions_["undo"].trigger()
    assert not state.tags
    assert not state.notes
    assert words.note_box.toPlainText() == ""


@pytest.mark.parametrize(("key", "box"), [(Qt.Key.Key_T, "tag_box"), (Qt.Key.Key_N, "note_box")])
def test_a_key_writes_into_the_dock_that_was_never_looked_at(window, qtbot, store, key, box):
    opened(window, qtbot, store)
    press(window, key)
    part = getattr(window.docks.vetting.words, box)
    qtbot.waitUntil(part.hasFocus)


def test_verdicts_and_sheet_are_written(window, qtbot, store, tmp_path, monkeypatch):
    vetting_list(window, qtbot, store)
    judge(window, Qt.Key.Key_2)
    asked = iter([tmp_path / "v.csv", tmp_path / "sheet.png"])
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(next(asked)), ""))
    window.actions_["export_verdicts"].trigger()
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert ",transient," in (tmp_path / "v.csv").read_text()
    window.actions_["contact_sheet"].trigger()
    (dialog,) = window.findChildren(SheetDialog)
    assert (dialog.first.value(), dialog.last.value()) == (1, 3)
    dialog.first.setValue(2)
    assert dialog.words.text() == "2 pictures, 27 of 47 objects"
    dialog.accept()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=20_000)
    assert sorted(p.name for p in tmp_path.glob("*.png")) == ["sheet-2.png", "sheet-3.png"]
    picture = QImage(str(tmp_path / "sheet-2.png"))
    assert (picture.width(), picture.height()) == (2000, 2828)
    said = window.statusBar().currentMessage()
    assert said == "wrote sheet-2.png to sheet-3.png: pages 2 to 3 of 3, 27 of 47 objects"


@pytest.mark.parametrize(
    ("text", "n_object", "expected"),
    [
        ("", 47, (1, 3)), ("", 5000, (1, 50)), ("all", 5000, (1, 250)), ("3", 47, (3, 3)),
        ("2-9", 47, (2, 3)), (" 2 - ", 47, (2, 3)), ("51-100", 5000, (51, 100)),
    ],
)  # fmt: skip
def test_pages_as_typed(text, n_object, expected):
    pages = parse_pages(text, n_object)
    assert (pages.first, pages.last) == expected
    assert pages.words.endswith("pages" if "of" not in pages.words else "objects")


@pytest.mark.parametrize("text", ["0", "4", "3-2", "x", "1 2", "-3"])
def test_pages_that_are_none(text):
    with pytest.raises(LightledgerError):
        parse_pages(text, 47)


def test_a_sheet_that_is_cancelled_keeps_the_pages_before(qapp, store, tmp_path):
    with Field(store, "Vera") as field:
        for i in range(1, 31):
            field.journal.set_verdict(f"I{i}", "periodic")
    control = Control()

    def stop(progress):
        if progress.done == 25:
            control.cancel()

    with pytest.raises(Cancelled):
        render_sheet(store, tmp_path / "all.png", "", control, stop)
    assert [p.name for p in tmp_path.glob("*.png")] == ["all-1.png"]


def test_the_verb_draws_what_was_vetted(qapp, store, tmp_path):
    with pytest.raises(LightledgerError, match="nothing in it is vetted"):
        render_sheet(store, tmp_path / "all.png")
    with Field(store, "Vera") as field:
        field.journal.set_verdict("I8", "periodic")
    paths, words = render_sheet(store, tmp_path / "all.png")
    assert paths == [tmp_path / "all.png"]
    assert words == "1 object on 1 page"
    assert QImage(str(tmp_path / "all.png")).width() == 2000
