"""The strip "is it real?": answers, their plots, and that leafing does not wait for them."""

from __future__ import annotations

import madewindow
import numpy as np
import pytest
import storefield
from madewindow import Painted
from PySide6.QtCore import Qt

from lightledger.analysis.evidence import Mark
from lightledger.app.evidence.collect import Collector, prepare
from lightledger.app.evidence.rules import RULES
from lightledger.app.evidence.strip import EvidenceStrip
from lightledger.app.session import PointCursor, Session

from .conftest import FLAGGED, SINE

pytestmark = pytest.mark.window
SLOW = 60_000


@pytest.fixture
def strip(window, qtbot, store) -> EvidenceStrip:
    window.resize(1600, 1000)
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    (made,) = window.open.page.findChildren(EvidenceStrip)
    answered(made, window, qtbot)
    return made


def answered(strip: EvidenceStrip, window, qtbot) -> dict[str, Mark]:
    """Wait for the answers about the current object."""
    qtbot.waitUntil(
        lambda: not strip._soon.isActive() and strip._known is not None and not window.jobs.busy,
        timeout=SLOW,
    )
    return {each.key: each.answer.mark for each in strip.evidence}


def show(strip: EvidenceStrip, window, qtbot, row: int) -> dict[str, Mark]:
    window.open.session.set_index(row)
    assert strip._soon.isActive() or row == window.open.session.index
    return answered(strip, window, qtbot)


def test_a_planted_variable_is_real_and_a_saturated_star_doubted(strip, window, qtbot):
    marks = show(strip, window, qtbot, SINE)
    assert marks["bands"] is Mark.OK
    assert marks["measurements"] is Mark.OK
    assert marks["extremes"] is Mark.OK
    assert show(strip, window, qtbot, FLAGGED)["blend"] is Mark.DOUBT
    assert "clean" not in marks  # the store has no cleaned measurement


def test_every_chip_says_its_word_its_numbers_and_its_rule(strip, window, qtbot):
    show(strip, window, qtbot, SINE)
    shown = [chip for chip in strip.chips if chip.isVisible()]
    assert len(shown) == len(strip.evidence) >= 4
    for chip, evidence in zip(shown, strip.evidence, strict=False):
        assert evidence.answer.mark.value in chip.accessibleName()
        assert evidence.answer.words in chip.toolTip()
        assert evidence.key in RULES
        assert "doubt" in chip.toolTip()


def test_a_click_shows_the_plot_which_follows(strip, window, qtbot):
    show(strip, window, qtbot, SINE)
    chip = strip.chips[0]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    popup = strip.popup
    assert popup.isVisible()
    assert chip.isChecked()
    assert popup.title.text() == "bands agree: ok"
    x, y = popup.plot.places
    both = np.isfinite(x) & np.isfinite(y)
    assert np.corrcoef(x[both], y[both])[0, 1] > 0.9
    page = window.open.page.rect()
    assert page.contains(popup.geometry())
    before = x
    show(strip, window, qtbot, SINE + 1)
    assert popup.isVisible()
    assert not np.array_equal(popup.plot.places[0], before, equal_nan=True)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert not popup.isVisible()
    assert not chip.isChecked()


def test_leafing_waits_for_nothing_and_old_answers_are_faded(strip, window, qtbot):
    show(strip, window, qtbot, SINE)
    calls: list[int] = []
    collect = strip._collector.collect

    def counted(known: object) -> list:
        calls.append(1)
        return collect(known)

    strip._collector.collect = counted
    for row in range(SINE + 1, SINE + 21):
        window.open.session.set_index(row)
        assert all(chip._faded for chip in strip.chips)
    assert not calls
    answered(strip, window, qtbot)
    assert len(calls) == 1
    assert not any(chip._faded for chip in strip.chips if chip.isVisible())


def test_answers_follow_range_and_measurement(strip, window, qtbot):
    session = window.open.session
    show(strip, window, qtbot, SINE)
    whole = strip.evidence[0].answer.words
    session.times.set_filter(53400, 54000)
    qtbot.waitUntil(lambda: strip.evidence[0].answer.words != whole, timeout=SLOW)
    session.times.clear_filter()
    qtbot.waitUntil(lambda: strip.evidence[0].answer.words == whole, timeout=SLOW)
    session.panels.set_measurement("ch2_sci-aper_r5")
    qtbot.waitUntil(
        lambda: strip._known is not None and strip._known.measurement == "ch2_sci-aper_r5",
        timeout=SLOW,
    )
    assert strip.evidence[0].plot.titles[0].startswith("ch2_sci-aper_r5")


def test_narrow_windows_have_short_chips(strip, window, qtbot):
    show(strip, window, qtbot, SINE)
    strip.resize(1400, strip.height())
    strip._fit()
    assert strip.chips[0].words() == ("bands agree", "ok")
    strip.resize(640, strip.height())
    strip._fit()
    assert strip.chips[0].words() == ("bands", "ok")
    strip.resize(400, strip.height())
    strip._fit()
    assert strip.chips[0].words() == ("bands", "")  # the sign says it


def test_while_a_range_is_dragged_the_chips_rest(strip, window, qtbot, monkeypatch):
    show(strip, window, qtbot, SINE)
    session, calls = window.open.session, []
    monkeypatch.setattr(strip._collector, "collect", lambda known: calls.append(known) or [])
    low, high = session.times.whole
    for step in range(8):  # slower than after a key, as a hand that looks
        session.times.set_filter(low, high - (high - low) * (step + 1) / 20)
        qtbot.waitSignal(session.filters_changed, timeout=SLOW).wait()
        qtbot.wait(80)
        assert all(chip._faded for chip in strip.chips)
    assert not calls
    monkeypatch.undo()
    answered(strip, window, qtbot)
    assert not any(chip._faded for chip in strip.chips if chip.isVisible())


def test_a_chip_that_says_the_same_is_not_drawn_again(strip, window, qtbot):
    show(strip, window, qtbot, SINE)
    shown = [chip for chip in strip.chips if chip.isVisible()]
    qtbot.wait(50)
    painted = [Painted(chip) for chip in shown]
    strip._show()
    qtbot.wait(50)
    assert [one.n for one in painted] == [0] * len(shown)


def test_observed_and_cleaned_keep_their_excess_whichever_is_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(storefield, "METHODS", ("sci-aper_r3", "clean-aper_r3"))
    field = madewindow.field(tmp_path, 20, 30)
    session = Session(field)
    seen = [float(field.statistics(f"ch1_{m}-aper_r3")["excess"][4]) for m in ("sci", "clean")]
    session.set_index(4)
    for name in ("ch1_sci-aper_r3", "ch1_clean-aper_r3"):
        session.panels.set_measurement(name)
        known = prepare(field, name, session.display.corrected)
        (clean,) = (e for e in Collector(session).collect(known) if e.key == "clean")
        said = f"excess {seen[0]:.1f} as observed, {seen[1]:.1f} cleaned"
        assert said in clean.answer.words
    field.close()


def test_escape_closes_the_plot_and_then_lets_go_of_the_point(strip, window, qtbot):
    show(strip, window, qtbot, SINE)
    session = window.open.session
    visit = str(session.visits("ch1")["visit"][3])
    session.set_cursor(PointCursor("ch1", visit))
    qtbot.mouseClick(strip.chips[2], Qt.MouseButton.LeftButton)
    assert strip.popup.isVisible()
    qtbot.keyClick(window.open.page.stack, Qt.Key.Key_Escape)
    assert not strip.popup.isVisible()
    assert not strip.chips[2].isChecked()
    assert session.cursor is not None
    qtbot.keyClick(window.open.page.stack, Qt.Key.Key_Escape)
    assert session.cursor is None


def test_where_nothing_can_be_drawn_there_is_no_empty_plot(strip, window, qtbot):
    show(strip, window, qtbot, SINE)
    chips = {chip.evidence.key: chip for chip in strip.chips if chip.evidence}
    qtbot.mouseClick(chips["extremes"], Qt.MouseButton.LeftButton)
    height = strip.popup.height()
    window.open.session.times.set_filter(60_000, 60_001)  # no visit
    qtbot.waitUntil(lambda: not strip.popup.plot.isVisible(), timeout=SLOW)
    assert strip.popup.words.text()
    assert strip.popup.height() < height / 2
    window.open.session.times.clear_filter()
    qtbot.waitUntil(strip.popup.plot.isVisible, timeout=SLOW)
    assert strip.popup.height() == height
