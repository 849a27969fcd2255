"""Measurements of an object side by side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtGui import QGuiApplication

from lightledger.library import Field

from .conftest import ECLIPSING, SINE

pytestmark = pytest.mark.window
SLOW = 60_000


@pytest.fixture
def dock(window, qtbot, store):
    window.resize(1600, 1000)
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    window.open.session.set_index(SINE)
    made = window.docks.reveal("compare")
    shows(made, window, qtbot)
    return made


def shows(dock, window, qtbot) -> None:
    qtbot.waitUntil(
        lambda: not dock._soon.isActive() and not window.jobs.busy and bool(dock.table.rows.rows),
        timeout=SLOW,
    )


def names(dock) -> list[str]:
    return [row.measurement for row in dock.table.rows.rows]


def choose(dock, *wanted: str) -> None:
    flags = QItemSelectionModel.SelectionFlag
    dock.table.clearSelection()
    for name in wanted:
        where = dock.table.rows.index(names(dock).index(name), 0)
        dock.table.selectionModel().select(where, flags.Select | flags.Rows)


def test_every_measurement_with_its_numbers(dock, window, store):
    with Field(store) as field:
        wanted = field.compare(SINE, corrected=False)
    assert sorted(names(dock)) == sorted(row.measurement for row in wanted)
    text = dock.table.rows.as_text()
    suggested = [row.measurement for row in wanted if row.suggested]
    assert len(suggested) == 2
    assert all(f"● {name}" in text for name in suggested)


def test_it_follows_object_and_range(dock, window, qtbot):
    before = {row.measurement: row for row in dock.table.rows.rows}
    window.open.session.set_index(ECLIPSING)
    shows(dock, window, qtbot)
    after = {row.measurement: row for row in dock.table.rows.rows}
    assert all(after[name].median != before[name].median for name in before)
    window.open.session.times.set_filter(53400, 54000)
    qtbot.waitUntil(lambda: dock.table.rows.rows[0].n < 40, timeout=SLOW)
    assert dock.table.rows.rows[0].excess == after[names(dock)[0]].excess  # of all visits, said so


def test_sorted_by_a_click_and_copied(dock, qtbot):
    dock.table.horizontalHeader().sectionClicked.emit(1)
    scatter = [row.relative for row in dock.table.rows.rows]
    assert scatter == sorted(scatter)
    dock.table.horizontalHeader().sectionClicked.emit(1)
    assert [row.relative for row in dock.table.rows.rows] == scatter[::-1]
    choose(dock, "ch1_sci-aper_r3")
    qtbot.keyClick(dock.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert len(lines) == 2
    assert "ch1_sci-aper_r3" in lines[1].split("\t")[0]


def test_any_two_are_plotted(dock, window, qtbot):
    assert not dock.plot_two.isEnabled()
    choose(dock, "ch1_sci-aper_r3", "ch2_sci-aper_r5")
    assert dock.plot_two.isEnabled()
    qtbot.mouseClick(dock.plot_two, Qt.MouseButton.LeftButton)
    assert dock.popup.isVisible()
    assert dock.popup.title.text() == "I8: two measurements"
    assert dock.popup.plot.points.drawn.sum() > 40
    window.open.session.set_index(ECLIPSING)
    assert not dock.popup.isVisible()  # it was of the other object


def test_any_two_become_panels(dock, window, qtbot):
    choose(dock, "ch1_sci-aper_r3", "ch1_sci-aper_r5")
    qtbot.mouseClick(dock.panels_two, Qt.MouseButton.LeftButton)
    assert {"ch1_sci-aper_r3", "ch1_sci-aper_r5"} <= set(window.open.session.panels.shown)
    n = len(window.open.session.panels.specs)
    qtbot.mouseClick(dock.panels_two, Qt.MouseButton.LeftButton)
    assert len(window.open.session.panels.specs) == n  # they have theirs


def test_the_best_by_magnitude_marks_the_objects_own_bin(dock):
    assert dock.quality is not None
    bins = dock.bins.rows.rows
    assert sum(each.here for each in bins) == 1
    for each in bins:
        assert not each.best or each.scatter <= each.suggested
