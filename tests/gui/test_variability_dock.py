"""The diagram of all objects: seen, pointed at, encircled, and following the range."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lightledger.app.variability.density import Layer, density_image
from lightledger.app.variability.diagram import make_shown
from lightledger.app.variability.lasso import inside
from lightledger.app.variability.scale import Kind, Scale, robust_range
from lightledger.app.variability.viewbox import Tool

from .conftest import ECLIPSING, N_OBJECT, SINE

pytestmark = pytest.mark.window
SLOW = 60_000


@pytest.fixture
def dock(window, qtbot, store):
    window.resize(1600, 1000)
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    made = window.docks.reveal("variability")
    qtbot.waitUntil(lambda: made.shown is not None and made.plot.width() > 200, timeout=SLOW)
    made.fit()
    return made


def place_of(dock, row: int) -> QPoint:
    """Where an object is drawn, in the plot's viewport."""
    x, y = dock.plot.places
    scene = dock.plot.view.mapViewToScene(QPointF(x[row], y[row]))
    return dock.plot.mapFromScene(scene)


def drag(dock, points: list[QPoint], modifier=Qt.KeyboardModifier.NoModifier) -> None:
    port = dock.plot.viewport()
    QTest.mouseMove(port, points[0])
    QTest.mousePress(port, Qt.MouseButton.LeftButton, modifier, points[0])
    for point in points[1:]:  # those of QTest hold no keys
        where = QPointF(point), QPointF(port.mapToGlobal(point))
        buttons = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
        QApplication.sendEvent(port, QMouseEvent(QEvent.Type.MouseMove, *where, *buttons, modifier))
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, modifier, points[-1])


def test_excess_against_magnitude_at_first(dock):
    assert dock.names == ("mag", "excess")
    assert dock.shown.titles == ("mag (AB)", "excess")
    assert dock.plot.points.drawn[SINE]
    assert dock.shown.y[SINE] > 4
    low, high = dock.plot.view.viewRange()[1]
    assert low < dock.plot.places[1][SINE] < high  # what is interesting is in view
    assert sum(dock.plot.points.beyond()) == 0
    assert dock.footer.words.text() == dock.shown.counts()


def test_a_click_selects_the_nearest_and_hovering_names_it(dock, window, qtbot):
    where = place_of(dock, SINE)
    near = where + QPoint(4, 3)
    QTest.mouseMove(dock.plot.viewport(), near)
    qtbot.waitUntil(lambda: dock.footer.words.text().startswith("I8 "))
    QTest.mouseClick(dock.plot.viewport(), Qt.MouseButton.LeftButton, pos=near)
    qtbot.waitUntil(lambda: window.open.session.index == SINE)
    assert dock.plot.points._ring == SINE
    far = QPoint(where.x(), where.y() + 60)
    QTest.mouseClick(dock.plot.viewport(), Qt.MouseButton.LeftButton, pos=far)
    assert window.open.session.index == SINE  # nothing within 12 px


@pytest.mark.parametrize("tool", [Tool.LASSO, Tool.BOX])
@pytest.mark.parametrize("column", ["excess", "mag"])  # y up, and y down
def test_a_lasso_becomes_the_list(dock, window, qtbot, tool, column):
    dock.head.y_box.choose(column)
    dock.take_tool(tool)
    at = place_of(dock, SINE)
    reach = 9
    corners = [(-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach)]
    if tool is Tool.BOX:
        corners = [corners[0], (0, 0), corners[2]]
    drag(dock, [at + QPoint(x, y) for x, y in corners])
    x, y = (part - part[SINE] for part in dock.plot.places)
    assert dock.selection[SINE]
    assert np.count_nonzero(dock.selection) < N_OBJECT / 2
    assert np.hypot(x, y)[dock.selection].max() < 2
    assert "selected" in dock.footer.lasso.text()
    dock.footer.list_wanted.emit()
    table = window.docks.table
    assert sorted(table.model.order) == sorted(np.flatnonzero(dock.selection))
    assert window.open.filter.words == f"lasso in {column} against mag"
    dock._soon.timeout.emit()
    assert np.array_equal(dock.shown.strong, window.open.filter.keep & dock.shown.strong)
    inside = np.flatnonzero(dock.selection)
    window.open.acts.save_subset("encircled", window.open.filter)
    window.open.toolbar.filter.clear()
    qtbot.waitUntil(lambda: not window.open.filter.holds)
    kept = window.open.session.field.journal.state.subsets["encircled"]
    assert kept.objects == tuple(window.open.session.ids[i] for i in inside)


def around(dock, row: int) -> list[QPoint]:
    at = place_of(dock, row)
    return [at + QPoint(x, y) for x, y in ((-7, -7), (7, -7), (7, 7), (-7, 7))]


def test_shift_and_ctrl_add_to_what_is_selected(dock):
    shift, control = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
    port, left = dock.plot.viewport(), Qt.MouseButton.LeftButton
    dock.take_tool(Tool.LASSO)
    drag(dock, around(dock, SINE))
    first = dock.selection.copy()
    assert first[SINE]
    drag(dock, around(dock, ECLIPSING), shift)
    assert dock.selection[[SINE, ECLIPSING]].all()
    assert set(dock.plot.points._selected) == set(np.flatnonzero(dock.selection))
    QTest.mouseClick(port, left, control, place_of(dock, SINE))
    assert not dock.selection[SINE]
    QTest.mouseClick(port, left, control, place_of(dock, SINE))
    assert dock.selection[SINE]
    n = np.count_nonzero(dock.selection)
    assert dock.footer.lasso.text() == f"{n:,} selected"
    drag(dock, around(dock, SINE))  # without a key: these alone
    assert np.array_equal(dock.selection, first)
    black = QColor(dock._store.tools.themes.current.text).rgb()
    dock.plot.repaint()
    picture = dock.plot.grab().toImage()
    at = place_of(dock, SINE) * dock.devicePixelRatioF()
    assert picture.pixelColor(at).rgb() == black  # and one sees which
    dock.select(np.empty(0, bool))
    assert not dock.plot.points._selected.size


def test_what_has_no_place_is_counted_with_its_reason(dock):
    columns = dict(dock._numbers.columns)
    y = np.asarray(columns["excess"], float).copy()
    y[:5], y[5:8] = np.nan, 0.0
    shown = make_shown(columns | {"excess": y}, ("mag", "excess"), (None, Kind.LOG), None)
    unknown = np.count_nonzero(~np.isfinite(columns["mag"][5:])) + 5
    low = np.count_nonzero((y <= 0) & np.isfinite(columns["mag"]))
    assert f"; {unknown} of {N_OBJECT} have no value" in shown.counts()
    assert f"; {low} not above 0 (log axis)" in shown.counts()
    drawn = np.isfinite(shown.places[0]) & np.isfinite(shown.places[1])
    assert np.count_nonzero(drawn) + unknown + low == N_OBJECT


def test_a_scale_that_changes_with_the_numbers_is_shown_whole(dock):
    dock.head.y_box.choose("median")
    shown = dock.shown
    dock.shown = replace(shown, scales=(shown.scales[0], Scale(Kind.ASINH, 3.0)))
    dock.plot.set_range((0, 1), (1e6, 2e6))
    dock._draw()
    assert sum(dock.plot.points.beyond()) == 0


def test_what_does_not_pass_is_faint(dock, window, qtbot):
    window.open.toolbar.filter.put("excess > 4")
    qtbot.waitUntil(lambda: dock.shown.strong.sum() < N_OBJECT / 2, timeout=SLOW)
    assert dock.shown.strong[SINE]
    assert dock.plot.points._faint.sum() > N_OBJECT / 2
    assert "more faint" in dock.footer.words.text()


def test_wheel_zooms_drag_pans_double_click_fits(dock, qtbot):
    view = dock.plot.view
    before = view.viewRange()
    dock._store.tools.themes.choose("dark")
    view.zoom_about.emit(0.5, 0.5, QPointF(*(np.mean(ends) for ends in before)))
    zoomed = view.viewRange()
    assert np.diff(zoomed[0]) == pytest.approx(np.diff(before[0]) / 2)
    assert sum(dock.plot.points.beyond()) > 0  # and that is counted
    centre = QPoint(dock.plot.width() // 2, dock.plot.height() // 2)
    drag(dock, [centre, centre + QPoint(20, 10), centre + QPoint(40, 20)])
    panned = view.viewRange()
    assert panned[0][0] < zoomed[0][0]
    assert np.diff(panned[0]) == pytest.approx(np.diff(zoomed[0]))
    port, left = dock.plot.viewport(), Qt.MouseButton.LeftButton
    QTest.mouseDClick(port, left, pos=centre)
    QTest.mouseRelease(port, left, pos=centre)  # Qt's double click ends with a press
    qtbot.waitUntil(lambda: np.allclose(view.viewRange(), before))


def test_any_column_against_any(dock, qtbot):
    dock.head.y_box.edit.setFocus()
    dock.head.y_box.edit.selectAll()
    qtbot.keyClicks(dock.head.y_box.edit, "inv_eta")
    qtbot.keyClick(dock.head.y_box.edit, Qt.Key.Key_Return)
    dock.head.x_box.choose("median")
    assert dock.names == ("median", "inv_eta")
    assert dock.shown.titles[0] == "median [µJy]"
    dock.head.x_box.choose("ch2_sci-aper_r3.scatter")
    assert dock.names[0] == "ch2_sci-aper_r3.scatter"
    dock.head.x_box.edit.setText("no such thing")
    qtbot.keyClick(dock.head.x_box.edit, Qt.Key.Key_Return)
    assert dock.names[0] == "ch2_sci-aper_r3.scatter"
    assert "verdict" not in [dock.head.x_box.itemText(i) for i in range(dock.head.x_box.count())]
    dock.set_kind(0, Kind.LOG)
    assert dock.shown.scales[0].kind is Kind.LOG
    dock.head.y_box.choose("mag")
    assert dock.plot.view.yInverted()


def test_verdicts_are_stamped(dock, window):
    session = window.open.session
    session.field.journal.set_verdict(session.ids[ECLIPSING], "variable")
    session.curves_changed.emit()
    dock._draw()
    ((picture, rows),) = dock.plot.points._glyphs
    assert list(rows) == [ECLIPSING]
    assert picture.width() > 8


def test_moments_follow_a_dragged_range_and_the_rest_when_it_rests(dock, window, qtbot):
    numbers, session = window.open.numbers, window.open.session
    stored = np.array(numbers.columns["mean"])
    seen: list[tuple[bool, int]] = []
    numbers.changed.connect(
        lambda: seen.append((numbers.provisional, int(numbers.columns["n_good"].max())))
    )
    numbers._rest.setInterval(10_000)  # the hand does not rest
    session.times.set_filter(53400, 54900)
    qtbot.waitUntil(lambda: bool(seen), timeout=200_000)  # kernels may have to be compiled
    session.times.set_filter(53500, 54900)
    qtbot.waitUntil(lambda: len(seen) >= 2 and numbers._moving is None, timeout=200_000)
    assert all(provisional for provisional, _ in seen)
    assert numbers.waiting
    assert not np.allclose(numbers.columns["mean"], stored, equal_nan=True)
    moving = {name: np.array(numbers.columns[name]) for name in ("mean", "std", "chi2", "n_good")}
    np.testing.assert_array_equal(numbers.columns["median"], moving["mean"])
    numbers._rest.setInterval(1)
    numbers._rest.start()
    qtbot.waitUntil(lambda: not numbers.waiting, timeout=SLOW)
    assert not numbers.provisional
    for name, column in moving.items():
        np.testing.assert_allclose(numbers.columns[name], column, rtol=1e-3, err_msg=name)
    assert not np.array_equal(numbers.columns["median"], moving["mean"])
    session.times.clear_filter()
    qtbot.waitUntil(lambda: numbers.statistics is None)
    np.testing.assert_array_equal(numbers.columns["mean"], stored)


# ---- scales and lasso, by themselves


@pytest.mark.parametrize("kind", list(Kind))
def test_a_scale_and_its_inverse(kind):
    scale = Scale(kind, 0.1)
    values = np.array([1e-3, 0.5, 3.0, 4e5])
    back = [scale.inverse(place) for place in scale.forward(values)]
    np.testing.assert_allclose(back, values)
    places, words = scale.ticks(*scale.forward(np.array([0.02, 800.0])), 6)
    assert 2 <= len(places) == len(words) <= 9
    for place, word in zip(places, words, strict=True):
        assert scale.inverse(place) == pytest.approx(float(word.replace(",", "")), abs=1e-9)


def test_scales_of_what_has_no_place():
    assert np.isnan(Scale(Kind.LOG).forward(np.array([0.0, -1, np.nan]))).all()
    assert Scale(Kind.ASINH).forward(np.array([0.0]))[0] == 0
    assert Scale(Kind.LOG).ticks(0.1, 0.2, 4)[1] == ["1.3", "1.4", "1.5"]
    assert Scale().ticks(1.0, 1.0, 4) == ([], [])
    assert robust_range(np.array([np.nan])) == (0.0, 1.0)


def test_inside_a_polygon_that_is_not_convex():
    corners = np.array([(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)], float)
    x = np.array([1.0, 2, 3.5, 2, 5, np.nan])
    y = np.array([1.0, 3, 3.0, 0.5, 1, 1])
    assert inside(x, y, corners).tolist() == [True, False, True, True, False, False]
    assert inside(x, y, corners[::-1]).tolist() == inside(x, y, corners).tolist()
    assert not inside(x, y, corners[:2]).any()


def test_density_counts_markers_and_lets_the_upper_layer_win(qapp):
    def layer(px: list[float], py: list[float], tint: str, alpha: float) -> Layer:
        return Layer(np.array(px), np.array(py), QColor(tint), alpha)

    over = layer([2.5, 2.2, -50, np.nan], [3.5, 3.9, 3, 3], "#FF0000", 0.5)
    under = layer([2.5, 6.5, 7.9], [3.5, 6.5, 9.9], "#0000FF", 1.0)
    image = density_image(over, under, 8, 10, 1)
    assert image.size().toTuple() == (8, 10)
    assert image.pixelColor(6, 6) == QColor("#0000FF")
    both = image.pixelColor(2, 3)
    assert (both.red(), both.blue(), both.alpha()) == (191, 64, 255)  # two of one half
    assert image.pixelColor(0, 0).alpha() == 0
    wide = density_image(under, over, 8, 10, 3)  # three pixels wide, about their places
    lit = [wide.pixelColor(x, 6).alpha() > 0 for x in range(8)]
    assert lit == [False, False, False, False, False, True, True, True]
