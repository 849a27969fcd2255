"""What is chosen together: axes, quantities, relations, colours, ranges and many panels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QScrollArea

from lightledger.app.coloring import by_flag, joined
from lightledger.app.curves import Quantity
from lightledger.app.display import Fold
from lightledger.app.exportdialog import ExportDialog
from lightledger.app.panels.axes import ValueAxis
from lightledger.app.panels.frame import MIN_PLOT_HEIGHT
from lightledger.app.panels.panel import UNLIKE_UNITS
from lightledger.app.panels.stamps import Look, Stamps
from lightledger.app.panelset import PanelSpec, Relation
from lightledger.app.relations import UNLIKE, related
from lightledger.app.theme import LIGHT
from lightledger.app.zoom import Zoom
from lightledger.domain import Flag
from lightledger.library.field import Field

pytestmark = pytest.mark.window
R3, R5, OTHER = "ch1_sci-aper_r3", "ch1_sci-aper_r5", "ch2_sci-aper_r3"


@pytest.fixture
def shown(window, store, qtbot):
    window.show_field(Field(store), "I8")
    qtbot.waitUntil(lambda: not window.jobs.busy)
    return window


def heights(shown) -> list[float]:
    shown.open.presenter.refresh()
    return [float(np.ptp(one.y_range)) for one in shown.open.presenter.shown]


def test_every_one_of_eight_panels_can_be_reached(shown, qtbot):
    store = shown.open
    while not store.session.panels.full:
        store.session.panels.add(PanelSpec((R5,)))
    store.presenter.refresh()
    stack, room = store.page.stack, store.page.findChild(QScrollArea)
    seen = room.viewport().rect()
    for place in (7, 0, 4):
        store.session.panels.set_focus(place)
        store.presenter.refresh()
        plot = stack.panels[place].plot_rect()
        assert plot.height() >= MIN_PLOT_HEIGHT
        corners = (plot.topLeft(), plot.bottomRight())
        for corner in (stack.mapFromScene(at) for at in corners):
            at = stack.viewport().mapTo(room.viewport(), corner)
            assert seen.adjusted(-1, -1, 1, 1).contains(at), f"panel {place} is out of sight"


def test_a_difference_leaves_the_scale_of_the_other_panels_alone(shown):
    session = shown.open.session
    for quantity in Quantity:
        session.panels.replace_all((PanelSpec((R3,)), PanelSpec((OTHER,))))
        session.display.set_quantity(quantity)
        before = heights(shown)
        session.panels.add(PanelSpec((R3, R5), relation=Relation.DIFFERENCE))
        session.panels.add(PanelSpec((R3, OTHER), relation=Relation.RATIO))
        *after, difference, _ = heights(shown)
        assert after == pytest.approx(before)
        y = shown.open.presenter.shown[-2].curve.y
        assert difference < 4 * np.ptp(y[np.isfinite(y)]) + 0.2


def test_noise_around_zero_does_not_blow_up_the_other_band(shown):
    session = shown.open.session
    session.set_object("I48")  # no flux at all
    session.display.set_quantity(Quantity.FLUX)
    for one, height in zip(shown.open.presenter.shown, heights(shown), strict=True):
        assert height < 10 * np.ptp(one.curve.y)


def test_a_flux_minus_a_ratio_is_not_drawn_but_said(shown):
    session = shown.open.session
    flux, other = (replace(session.curve(m), quantity=Quantity.FLUX) for m in (R3, R5))
    one = shown.open.presenter.current.passing
    made, hidden = related(Relation.DIFFERENCE, flux, one, replace(other, unit="× coadd"), one)
    assert not made.drawable.any()
    assert hidden.counts == {UNLIKE: len(flux)}
    panel = shown.open.page.stack.panels[0]
    trace = replace(panel.shown.own, curve=made, passing=hidden)
    panel.show_curve(replace(panel.shown, traces=(trace,)), panel._dress)
    assert panel.notice.text == UNLIKE_UNITS


def test_a_phase_plot_counts_and_steps_through_what_it_shows(shown, qtbot):
    store = shown.open
    session, stack = store.session, store.page.stack
    session.display.set_fold(Fold(431.0, 53000.0))
    session.display.set_x("phase")
    session.times.set_filter(52000.0, 54300.0)
    store.presenter.refresh()
    filtered = session.times.filter
    stack.panels[0].view.zoom_to.emit(0.2, 0.4)
    trace = store.presenter.current
    seen = trace.passing.keep & (trace.x >= 0.2) & (trace.x <= 0.4)
    assert f"({np.count_nonzero(seen)} in view)" in store.page.overview.counts.words
    stack.setFocus()
    qtbot.keyClick(stack, Qt.Key.Key_Right)
    place = list(trace.curve.lc.visit).index(session.cursor.visit)
    assert 0.2 <= trace.x[place] <= 0.4, "the cursor is where it can be seen"
    qtbot.keyClick(stack, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: "1 rejected" in store.page.overview.counts.words)
    qtbot.keyClick(shown, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: "rejected" not in store.page.overview.counts.words)
    assert store.presenter.local.view == pytest.approx((0.2, 0.4)), "undo keeps the zoom"
    qtbot.keyClick(stack, Qt.Key.Key_R)
    assert session.times.filter == filtered, "what is in view is no range of times"
    assert "times" in shown.statusBar().currentMessage()
    dialog = ExportDialog(store.presenter, [7], shown.settings, shown.desk, shown.jobs, shown)
    assert not dialog.in_view.isEnabled()
    dialog.close()


def test_points_without_a_place_on_the_axis_are_counted(shown):
    store = shown.open
    fwhm = np.array(store.session.visits("ch1")["fwhm_px"])
    fwhm[:7] = np.nan
    store.session.visits("ch1")["fwhm_px"] = fwhm
    store.session.display.set_x("fwhm_px")
    store.presenter.refresh()
    words = store.presenter.counts()
    assert "(53 in view)" in words
    assert "7 pass without FWHM" in words


def test_zooming_back_undoes_a_turn_of_the_wheel(shown, qtbot):
    stack, times = shown.open.page.stack, shown.open.session.times
    whole = times.view
    stack.setFocus()
    for _ in range(4):
        stack.panels[0].view.zoom_about.emit(0.8, 53800.0)
    near = times.view
    assert near != whole
    qtbot.keyClick(stack, Qt.Key.Key_Backspace)
    assert times.view == whole
    qtbot.keyClick(stack, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    assert times.view == near


def test_a_zoom_follows_other_ends_while_it_shows_something(qtbot):
    zoom = Zoom()
    zoom.set_whole(0.0, 10.0)
    zoom.follow_whole(1.0, 12.0)
    assert zoom.view == (1.0, 12.0)
    zoom.set_view(2.0, 3.0)
    zoom.follow_whole(0.0, 20.0)
    assert (zoom.view, zoom.whole) == ((2.0, 3.0), (0.0, 20.0))
    zoom.follow_whole(100.0, 120.0)
    assert zoom.view == (100.0, 120.0), "an empty plot says nothing"


def test_a_brightness_zoomed_by_hand_is_that_of_one_star_and_unit(shown, qtbot):
    store = shown.open
    panel = store.page.stack.panels[0]
    for act in (
        lambda: store.session.display.set_quantity(Quantity.FLUX),
        lambda: store.session.set_object("I30"),
        lambda: qtbot.keyClick(store.page.stack, Qt.Key.Key_Home),
    ):
        panel.view.y_chosen.emit(1.0, 2.0)
        assert panel.view.viewRange()[1] == pytest.approx([1.0, 2.0])
        act()
        store.presenter.refresh()
        assert panel.view.viewRange()[1] == pytest.approx(list(panel.shown.y_range))


def test_a_flag_has_one_colour_in_every_panel():
    one, first = by_flag(np.array([0, Flag.COSMIC_RAY], np.uint16), LIGHT.markers[0].fill, LIGHT)
    both = np.array([Flag.SATURATED, Flag.COSMIC_RAY], np.uint16)
    two, second = by_flag(both, LIGHT.markers[0].fill, LIGHT)
    assert one.fills[one.cells[1]] == two.fills[two.cells[1]]
    assert not set(two.fills[1:]) & {marker.fill for marker in LIGHT.markers}
    names = joined(first, second).names
    assert sorted(names) == sorted({*first.names, *second.names})
    assert joined(None, first) is first


def test_few_markers_before_many_leave_no_colours_behind(qapp):
    pixmap = QPixmap(200, 40)
    pixmap.fill(Qt.GlobalColor.white)
    painter = QPainter(pixmap)
    stamps, x, y = Stamps(), 10.0 + 18 * np.arange(10), np.full(10, 20.0)
    fills = tuple(f"#00{40 + k:02d}00" for k in range(10))
    stamps.draw(painter, Look("square", 7, fills), x, y, cells=np.arange(10))
    plain = Look("square", 7, ("#0072B2",))
    stamps.draw(painter, plain, x[:1], y[:1])
    stamps.draw(painter, plain, x, y)
    painter.end()
    image = pixmap.toImage()
    assert {image.pixelColor(int(at), 20).name() for at in x} == {"#0072b2"}


@pytest.mark.parametrize("low", [16.67, -0.52, 0.5])
@pytest.mark.parametrize("size", [96, 105, 300])
def test_a_low_panel_has_a_scale(qapp, low, size):
    (_, ticks), *_ = ValueAxis().tickValues(low, low + 1.07, size)
    inside = [tick for tick in ticks if low + 0.08 < tick < low + 0.99]
    assert 2 <= len(inside) <= size / 15


def test_the_mouse_picks_in_a_panel_that_was_scrolled_to(shown, qtbot):
    store = shown.open
    while not store.session.panels.full:
        store.session.panels.add(PanelSpec((R5,)))
    store.presenter.refresh()
    stack = store.page.stack
    panel = stack.panels[7]
    at = panel.view.mapViewToScene(QPointF(panel.traces[0].x[20], panel.shown.curve.y[20]))
    where = stack.mapFromScene(at)
    qtbot.mouseClick(stack.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert store.session.cursor.visit == "gr120"
