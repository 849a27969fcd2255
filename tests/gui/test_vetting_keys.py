"""Verdicts by real keys: what counts, what does not, where the window goes, and back by undo."""

from __future__ import annotations

from copy import deepcopy

import pytest
import realkeys
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from vetting import acts, judge, opened, press, see, vetting_list

from lightledger.app.theme import DARK, LIGHT
from lightledger.app.vetting.glyphs import glyph_of, glyph_sprite
from lightledger.app.vetting.vetting import LOOK_FIRST
from lightledger.library.verdicts import VERDICTS

pytestmark = pytest.mark.window
KEYS = [Qt.Key(Qt.Key.Key_1 + place) for place in range(9)]
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
N_VERDICT = 500


def test_a_verdict_is_one_line_and_the_next_object(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    first, second = current.vetting.queue.rows[:2]
    judge(window, Qt.Key.Key_4)
    (said,) = acts(store, "set_verdict")
    assert (said["object"], said["verdict"]) == (current.session.ids[first], "periodic")
    assert said["measurement"] == "ch1_sci-aper_r3"
    assert said["excess"] == pytest.approx(float(current.numbers.columns["excess"][first]))
    assert current.session.index == second
    assert window.vetted.text() == "1 of 47 vetted"
    model = window.docks.table.model
    assert model.index(model.row_of(int(first)), 0).data() == "periodic"


def test_with_shift_it_stays_and_zero_takes_it_back(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    here = current.session.index
    judge(window, Qt.Key.Key_1, SHIFT)
    assert current.session.index == here
    assert current.vetting.verdict_of(here) == "variable"
    press(window, Qt.Key.Key_0)
    assert current.vetting.verdict_of(here) == ""
    assert [line["act"] for line in acts(store)[1:]] == ["set_verdict", "clear_verdict"]


def test_an_object_that_was_not_seen_gets_no_verdict(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    current.vetting.guard.least_ms = 60_000
    see_nothing = current.session.index
    QApplication.processEvents()
    press(window, Qt.Key.Key_1)
    assert not acts(store, "set_verdict")
    assert current.session.index == see_nothing
    assert window.statusBar().currentMessage() == LOOK_FIRST
    current.vetting.guard.least_ms = 0
    judge(window, Qt.Key.Key_1)  # painted by now
    press(window, Qt.Key.Key_1)  # the next one is selected, but not painted
    assert len(acts(store, "set_verdict")) == 1


def test_a_hidden_window_vets_nothing(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    see(window)
    window.hide()
    current.session.set_index(int(current.vetting.queue.rows[5]))
    for _ in range(20):
        QApplication.processEvents()
    assert not current.vetting.guard.has_seen()


def test_a_held_key_is_one_verdict(window, qtbot, store):
    vetting_list(window, qtbot, store)
    see(window)
    window.open.page.take_keys()
    realkeys.hold(window, Qt.Key.Key_2, repeats=30)
    for _ in range(20):
        QApplication.processEvents()
    assert len(acts(store, "set_verdict")) == 1
    assert not any(window.actions_[f"{kind}_{n}"].autoRepeat()
                   for kind in ("verdict", "stay") for n in range(1, 10))  # fmt: skip


def test_digits_typed_into_text_are_no_verdicts(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    see(window)
    press(window, Qt.Key.Key_T)
    box = window.docks.vetting.words.tag_box
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClicks(box, "run 12 n")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert not acts(store, "set_verdict")
    assert acts(store, "add_tag")[0]["tag"] == "run 12 n"
    assert QApplication.focusWidget() is current.page.stack


def test_space_goes_to_the_next_that_is_not_vetted(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    rows = current.vetting.queue.rows
    judge(window, Qt.Key.Key_1)
    judge(window, Qt.Key.Key_1)
    current.session.set_index(int(rows[0]))
    press(window, Qt.Key.Key_Space)
    assert current.session.index == rows[2]
    current.session.set_index(int(rows[-1]))
    press(window, Qt.Key.Key_Space)
    assert current.session.index == rows[2], "after the last one, from the top"


def test_five_hundred_verdicts_are_as_many_lines_and_undone_the_start(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    journal, rows = current.session.field.journal, current.vetting.queue.rows
    start, wanted = deepcopy(journal.state), []
    for i in range(N_VERDICT):
        current.session.set_index(int(rows[i // 11]))  # several of each: it is painted once
        place = (i * 7) % 9
        wanted.append((current.session.object_id, VERDICTS[place]))
        judge(window, KEYS[place], SHIFT)
    said = acts(store, "set_verdict")
    assert [(line["object"], line["verdict"]) for line in said] == wanted
    assert window.vetted.text() == "46 of 47 vetted"
    for i in reversed(range(N_VERDICT)):
        press(window, Qt.Key.Key_Z, CONTROL)
        assert current.session.object_id == wanted[i][0], "undo returns to its object"
    assert journal.state == start
    assert len(acts(store, "undo")) == N_VERDICT
    assert window.vetted.text() == "0 of 47 vetted"


def test_verdicts_of_ones_own_are_those_of_the_keys(window, qtbot, store):
    from lightledger.app.settings import VERDICTS_SHOWN

    window.settings.set(VERDICTS_SHOWN, "variable, lens")
    current = vetting_list(window, qtbot, store)
    assert window.actions_["verdict_2"].text() == "lens"
    assert window.actions_["verdict_3"].text() == "AGN"
    judge(window, Qt.Key.Key_2)
    assert acts(store, "set_verdict")[0]["verdict"] == "lens"
    assert current.vetting.shown_verdicts().tolist().count("lens") == 1


def test_verdicts_without_a_list_are_verdicts(window, qtbot, store):
    current = opened(window, qtbot, store)
    current.vetting.guard.least_ms = 0
    here = current.session.index
    judge(window, Qt.Key.Key_9)
    assert current.vetting.verdict_of(here) == "constant"
    assert window.vetted.text() == ""
    assert current.session.index != here


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_signs_differ_by_shape_and_can_be_told_from_the_ground(qapp, theme):
    drawn = {}
    for word in (*VERDICTS, "lens"):
        image = glyph_sprite(word, 13, theme).toImage().convertToFormat(QImage.Format.Format_ARGB32)
        ink = [image.pixelColor(x, y).alpha() > 100 for x in range(15) for y in range(15)]
        assert sum(ink) > 12, word
        drawn[tuple(ink)] = word
        colour, ground = QColor(glyph_of(word).colour(theme)), QColor(theme.plot)
        assert contrast(colour, ground) >= 3.0, word
    assert len(drawn) == 10


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.1, relative luminance of sRGB."""

    def luminance(colour: QColor) -> float:
        parts = (colour.redF(), colour.greenF(), colour.blueF())
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
