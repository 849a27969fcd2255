"""The periods dock: searched while looked at, dragged, folded, kept with undo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from lightledger.analysis.periods import Series, fold
from lightledger.analysis.periods.search import peak_at
from lightledger.app.display import Fold
from lightledger.app.periods.dock import facts_of
from lightledger.app.periods.peaktable import epoch_text, fap_text, period_text
from lightledger.app.seen import is_seen
from lightledger.domain import LightledgerError
from lightledger.domain.times import MJD_ZERO

from .conftest import ECLIPSING, FLAGGED, SINE

pytestmark = pytest.mark.window
SLOW = 60_000
TRUE_PERIOD = 431.0


@pytest.fixture
def dock(window, qtbot, store):
    window.resize(1600, 1000)
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None, timeout=SLOW)
    window.open.session.set_index(SINE)
    made = window.docks.reveal("periods")
    # periods of days and more: the test is no benchmark
    made.controls.shortest.setText("20")
    made.controls.shortest.editingFinished.emit()
    wait_for(qtbot, made, lambda found: found.wanted.shortest_d == 20)
    return made


def wait_for(qtbot, dock, holds=lambda found: True) -> None:
    search = dock.search

    def there() -> bool:
        return not search.busy and search.fresh and holds(search.found)

    qtbot.waitUntil(there, timeout=SLOW)


def at_frequency(dock, frequency: float) -> QPoint:
    """Where a frequency is, in the plot's viewport."""
    box = dock.plot._boxes[0]
    x = -np.log10(frequency) if dock.controls.as_period.isChecked() else frequency
    scene = box.mapViewToScene(QPointF(x, 0.3 * box.viewRange()[1][1]))
    return dock.plot.mapFromScene(scene)


def test_the_planted_period_is_on_top_and_folded(dock):
    best = dock.search.chosen
    assert best.period == pytest.approx(TRUE_PERIOD, rel=0.02)
    assert best.fap < 1e-6
    assert dock.table.item(0, 1).text() == dock.period.text()
    assert dock.table.selectionModel().isRowSelected(0)
    series = dock.search.found.series
    drawn = dock.folded.points._p
    assert drawn.x.size == len(series)  # each point is one, although its next cycle is drawn too
    assert drawn.x.min() >= -0.5
    assert drawn.x.max() < 0.5
    assert dock.folded.points._cycles == 2
    phase = fold(series.time, best.period, best.epoch)
    np.testing.assert_allclose(drawn.x % 1.0, phase)
    assert series.scale in facts_of(dock.search.found)
    assert f"{len(series):,} points" in dock.facts.text()


def test_another_object_is_searched_while_somebody_looks(dock, window, qtbot):
    before = dock.search.found
    window.open.session.set_index(ECLIPSING)
    assert not dock.search.fresh
    assert "no period to keep" in dock.search.keep()  # what is shown is still of the one before
    wait_for(qtbot, dock)
    assert dock.search.found is not before
    window.docks.reveal("variability")
    qtbot.waitUntil(lambda: not is_seen(dock), timeout=SLOW)
    seen = dock.search.found
    window.open.session.set_index(SINE)
    qtbot.waitUntil(lambda: not dock.search._rest.isActive(), timeout=SLOW)
    assert not dock.search.busy
    assert dock.search.found is seen
    window.docks.reveal("periods")
    wait_for(qtbot, dock)
    assert dock.search.chosen.period == pytest.approx(TRUE_PERIOD, rel=0.02)


def test_only_what_passes_is_searched(dock, window, qtbot):
    session = window.open.session
    n = len(dock.search.found.series)
    low, high = session.times.whole
    session.times.set_filter(low, (low + high) / 2)
    wait_for(qtbot, dock, lambda found: len(found.series) < n)
    assert len(dock.search.found.series) == pytest.approx(n / 2, abs=2)
    session.times.set_filter(low, low + 60)
    qtbot.waitUntil(lambda: dock.search.found is None, timeout=SLOW)
    assert "too few for a period" in dock.empty.text()
    assert dock.empty.isVisible()
    assert not dock.keep.isEnabled()


def test_dragging_folds_live_at_the_highest_peak_under_the_mouse(dock):
    port, found = dock.plot.viewport(), dock.search.found
    where = at_frequency(dock, 1 / TRUE_PERIOD)
    away = at_frequency(dock, 1 / 60)
    seen = []
    dock.search.chosen_changed.connect(lambda: seen.append(dock.search.chosen.frequency))
    QTest.mouseMove(port, away)
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=away)
    for share in (0.3, 0.6, 0.9, 1.0):
        QTest.mouseMove(port, away + (where - away) * share)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=where)
    assert len(set(seen)) >= 3
    assert dock.search.chosen.period == pytest.approx(TRUE_PERIOD, rel=0.05)
    top = found.power.max()
    assert dock.search.chosen.power == pytest.approx(top, rel=0.02)
    phase = dock.folded.points._p.x
    expected = fold(found.series.time, dock.search.chosen.period, dock.search.chosen.epoch)
    np.testing.assert_allclose(phase % 1.0, expected)


def test_frequencies_along_the_axis_and_clicks_in_the_table(dock):
    dock.controls.as_period.click()
    low, high = dock.plot._boxes[0].viewRange()[0]
    grid = dock.search.found.grid
    assert low <= grid.first < grid.last <= high
    assert at_frequency(dock, grid.first).x() < at_frequency(dock, grid.last).x()
    dock.table.cellClicked.emit(1, 1)
    assert dock.search.chosen is dock.search.found.peaks[1]
    dock.controls.as_period.click()
    assert at_frequency(dock, grid.first).x() > at_frequency(dock, grid.last).x()


def test_half_double_and_typed_periods(dock, window, qtbot):
    first = dock.search.chosen
    window.actions_["double_period"].trigger()
    assert dock.search.chosen.period == pytest.approx(2 * first.period)
    assert dock.search.chosen.epoch == first.epoch
    window.actions_["half_period"].trigger()
    assert dock.search.chosen.period == pytest.approx(first.period)
    window.activateWindow()
    dock.period.setFocus()
    qtbot.waitUntil(dock.period.hasFocus)
    dock.period.setText("123,4")
    qtbot.keyClick(dock.period, Qt.Key.Key_Return)
    assert dock.search.chosen.period == pytest.approx(123.4)
    dock.period.setFocus()
    dock.period.setText("soon")
    qtbot.keyClick(dock.period, Qt.Key.Key_Return)
    assert dock.search.chosen.period == pytest.approx(123.4)
    assert dock.period.text().startswith("123.4")


def test_kept_periods_are_columns_and_can_be_undone(dock, window, qtbot):
    session, best = window.open.session, dock.search.chosen
    window.actions_["keep_period"].trigger()
    kept = session.field.journal.state.periods[session.object_id]
    assert (kept.period_d, kept.epoch_mjd) == (best.period, best.epoch)
    assert kept.scale == dock.search.found.series.scale
    assert kept.measurement == session.measurement
    assert dock.keep.text() == "Kept"
    assert window.open.numbers.columns["period_d"][SINE] == best.period
    assert session.field.find("period_d > 0").ids == [session.object_id]
    window.actions_["undo"].trigger()
    assert session.object_id not in session.field.journal.state.periods
    assert dock.keep.text() == "Keep"
    assert dock.keep.isEnabled()
    window.actions_["redo"].trigger()
    session.set_index(ECLIPSING)
    wait_for(qtbot, dock)
    session.set_index(SINE)  # a kept period is what one comes back to
    wait_for(qtbot, dock)
    assert dock.search.chosen.epoch == best.epoch
    window.actions_["forget_period"].trigger()
    assert session.object_id not in session.field.journal.state.periods


def test_panels_are_folded_at_barycentric_times(dock, window, qtbot):
    window.actions_["fold_panels"].trigger()
    display, best = window.open.session.display, dock.search.chosen
    assert display.fold == Fold(best.period, best.epoch, barycentric=True)
    assert display.x == "phase"
    window.open.presenter.refresh()
    lc = window.open.presenter.current.curve.lc
    expected = fold(lc.bjd_tdb - MJD_ZERO, best.period, best.epoch)
    np.testing.assert_allclose(window.open.presenter.current.x, expected)


def test_boxes_several_terms_and_the_window(dock, window, qtbot):
    dock.controls.terms.setValue(2)
    wait_for(qtbot, dock, lambda found: found.wanted.n_terms == 2)
    assert dock.search.found.bound is None
    assert "draw anew" in dock.facts.text()
    dock.controls.with_window.click()
    wait_for(qtbot, dock, lambda found: found.window is not None)
    assert dock.plot._boxes[1].isVisible()
    dock.controls.shortest.setText("100")
    dock.controls.shortest.editingFinished.emit()
    dock.controls.methods["bls"].click()
    wait_for(qtbot, dock, lambda found: found.boxes is not None)
    assert not dock.controls.terms.isEnabled()
    assert "Depth" in dock.table.horizontalHeaderItem(3).text()
    assert dock.folded.model._x.size == 10


def test_drawn_anew_and_stopped(dock, qtbot):
    dock.controls.anew.click()
    assert dock.search.busy
    assert dock.controls.progress.isVisible()
    dock.controls.stop.click()
    assert not dock.search.busy
    assert not dock.controls.progress.isVisible()
    chosen = dock.search.chosen
    dock.search.draw_anew(20)
    wait_for(qtbot, dock, lambda found: found.bound.text == "20 series drawn anew")
    assert dock.search.found.peaks[0].fap == pytest.approx(1 / 21)
    assert dock.search.chosen is chosen  # the fold stays


def test_nonsense_is_said_in_the_dock(dock, window, qtbot):
    dock.controls.longest.setText("10")  # shorter than the shortest
    dock.controls.longest.editingFinished.emit()
    qtbot.waitUntil(lambda: dock.empty.isVisible(), timeout=SLOW)
    assert "no period lies between" in dock.empty.text()
    window.open.session.set_index(FLAGGED)
    dock.controls.longest.setText("")
    dock.controls.longest.editingFinished.emit()
    wait_for(qtbot, dock)
    assert not dock.empty.isVisible()


def test_numbers_have_as_many_digits_as_they_are_worth(dock):
    best = dock.search.found.peaks[0]
    assert len(period_text(best, dock.search.found.width)) <= 7
    assert fap_text(0.0) == "<1e-99"


def test_what_is_too_much_to_try_unasked_is_offered_with_its_time(dock, qtbot, monkeypatch):
    assert not dock.controls.shorter.isVisible()
    monkeypatch.setattr("lightledger.analysis.periods.boxes.MOST_BOXES", 500)
    dock.controls.shortest.setText("")
    dock.controls.shortest.editingFinished.emit()
    dock.controls.methods["bls"].click()
    wait_for(qtbot, dock, lambda found: found.wanted.method == "bls")
    grid = dock.search.found.grid
    assert grid.n == 500
    assert f"{1 / grid.last:.3g} d is the shortest period tried unasked" in dock.facts.text()
    button = dock.controls.shorter
    assert button.isVisible()
    assert button.text().startswith(f"to {grid.rule_d:.3g} d (")
    monkeypatch.undo()
    dock.controls.longest.setText("40")  # the test is no benchmark
    dock.controls.longest.editingFinished.emit()
    dock.search.stop()
    button.click()
    dock.search.stop()
    assert dock.search.wanted.shortest_d == pytest.approx(grid.rule_d, rel=1e-3)


def test_it_fits_320_pixels(dock, window, qtbot):
    assert dock.minimumSizeHint().width() <= 320
    lines = dock.controls.layout()
    assert lines.heightForWidth(320) > lines.heightForWidth(700)
    window.resizeDocks([window.docks["periods"]], [320], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: dock.width() <= 340)
    for button in (*dock.controls.methods.values(), dock.controls.anew, dock.keep):
        right = button.mapTo(dock, button.rect().topRight()).x()
        assert button.isVisible()
        assert right < dock.width()


def test_an_epoch_is_shown_typed_and_kept(dock, window, qtbot):
    """Phase 0 is where an observer has it: a minimum from the literature, as a JD."""
    search = dock.search
    assert dock.epoch.text() == epoch_text(search.chosen)
    assert "TDB" in dock.epoch_scale.text()
    window.activateWindow()
    dock.epoch.setFocus()
    qtbot.waitUntil(dock.epoch.hasFocus)
    dock.epoch.setText("2453512,25")
    qtbot.keyClick(dock.epoch, Qt.Key.Key_Return)
    assert search.chosen.epoch == 2453512.25 - MJD_ZERO
    series = search.found.series
    phase = fold(series.time, search.chosen.period, search.chosen.epoch)
    np.testing.assert_allclose(dock.folded.points._p.x % 1.0, phase)
    search.choose(1 / 200)
    assert search.chosen.epoch == 2453512.25 - MJD_ZERO  # another period, the same phase 0
    window.actions_["keep_period"].trigger()
    kept = window.open.session.field.journal.state.periods[window.open.session.object_id]
    assert kept.epoch_mjd == 2453512.25 - MJD_ZERO
    dock.epoch.setFocus()
    dock.epoch.setText("")
    qtbot.keyClick(dock.epoch, Qt.Key.Key_Return)
    assert search.chosen.epoch == peak_at(search.found, 1 / 200).epoch


def test_a_chosen_period_outlives_another_search_of_the_object(dock, window, qtbot):
    """The window switched on, or the other band looked at: the same fold."""
    dock.search.choose(1 / 250)
    dock.controls.with_window.click()
    wait_for(qtbot, dock, lambda found: found.window is not None)
    assert dock.search.chosen.period == pytest.approx(250)
    session = window.open.session
    other = next(m for m in session.field.measurements if m.startswith("ch2"))
    session.panels.set_measurement(other)
    wait_for(qtbot, dock, lambda found: dock.search.of[1] == other)
    assert dock.search.chosen.period == pytest.approx(250)
    session.set_index(ECLIPSING)
    wait_for(qtbot, dock)
    assert dock.search.chosen is dock.search.found.peaks[0]


def test_folded_panels_follow_and_say_their_period(dock, window, qtbot):
    window.actions_["fold_panels"].trigger()
    dock.search.choose(1 / 250)
    display = window.open.session.display
    assert display.fold == Fold(250.0, dock.search.chosen.epoch, barycentric=True)
    title = window.open.page.stack.panels[0].title
    qtbot.waitUntil(lambda: "P = 250 d" in title.text.badges, timeout=SLOW)
    display.set_x("mjd")
    dock.search.choose(1 / 300)
    assert display.fold.period_d == 250.0


def test_without_a_value_another_measurement_is_advised(dock, window):
    session = window.open.session
    lc = session.curve(session.measurement).lc
    empty = replace(lc, value=np.full(len(lc), np.nan))
    with pytest.raises(LightledgerError, match="no value in ch1") as said:
        Series.of(empty, np.ones(len(lc), bool))
    assert "another measurement" in said.value.advice
