"""Panels: where points land on the screen, what the mouse does, what the titles say."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from lightledger.app.curves import Quantity
from lightledger.app.notifications import Notifications
from lightledger.app.panels.item import PICK_PX
from lightledger.app.panels.sprites import SHAPES, sprite
from lightledger.app.panels.stack import PanelStack
from lightledger.app.presenter import Presenter
from lightledger.app.session import PointCursor, Session
from lightledger.app.theme import DARK, LIGHT, Themes, marker_size
from lightledger.app.yscale import YScale
from lightledger.library.field import Field

pytestmark = pytest.mark.window


@pytest.fixture
def stack(qtbot, store):
    field = Field(store)
    session = Session(field)
    themes = Themes("light")
    presenter = Presenter(session, Notifications())
    made = PanelStack(presenter, themes)
    made.kept = (session, presenter, themes)
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show()
    qtbot.waitExposed(made)
    made.grab()
    yield made
    presenter.stop()
    made.hide()
    field.close()


def device(panel, place: int) -> QPointF:
    """Where a point of the panel is, in the view's pixels."""
    curve = panel.shown.curve
    at = panel.view.mapViewToScene(QPointF(curve.lc.time[place], curve.y[place]))
    return QPointF(at.x(), at.y())


def test_left_spines_of_all_panels_stand_in_one_line(stack):
    lefts = [panel.plot_rect().left() for panel in stack.panels]
    assert len(lefts) == 2
    assert max(lefts) - min(lefts) < 1


def test_one_visit_is_at_the_same_x_in_all_panels(stack):
    first, second = stack.panels
    for place in (0, 10, 59):
        assert abs(device(first, place).x() - device(second, place).x()) <= 1
    stack._session.times.set_view(53200, 53900)
    assert abs(device(first, 20).x() - device(second, 20).x()) <= 1


@pytest.mark.parametrize("quantity", [Quantity.MAGNITUDE, Quantity.FLUX])
def test_brighter_is_up_and_painted_where_it_belongs(stack, quantity):
    session = stack._session
    session.set_object("I8")
    session.display.set_quantity(quantity)
    session.display.set_scale(YScale.ROBUST)
    stack.presenter.refresh()
    image = stack.grab().toImage()
    panel = stack.panels[0]
    flux = panel.shown.curve.lc.value
    bright, dim = int(np.argmax(flux)), int(np.argmin(flux))
    assert device(panel, bright).y() < device(panel, dim).y()
    blue = QColor(LIGHT.markers[0].fill)
    for place in (bright, dim):
        at = device(panel, place).toPoint()
        seen = image.pixelColor(at)
        assert abs(seen.red() - blue.red()) + abs(seen.blue() - blue.blue()) < 40


@pytest.mark.parametrize("quantity", [Quantity.MAGNITUDE, Quantity.FLUX])
def test_points_beyond_the_scale_are_counted_on_the_right_side(stack, quantity):
    session = stack._session
    session.set_object("I13")  # eclipses: half the flux in every seventh visit
    session.display.set_quantity(quantity)
    stack.presenter.refresh()
    panel = stack.panels[0]
    y = panel.shown.curve.y
    high = np.median(y) * 1.003 if quantity is Quantity.MAGNITUDE else np.median(y) * 1.05
    low = np.median(y) * 0.997 if quantity is Quantity.MAGNITUDE else np.median(y) * 0.9
    panel._y_chosen(low, high)
    dim = (
        np.count_nonzero(y > high) if quantity is Quantity.MAGNITUDE else np.count_nonzero(y < low)
    )
    assert dim >= 8
    assert f"{dim} ▼" in panel.title.text.beyond
    stack.release_y()
    assert "▼" not in panel.title.text.beyond


def test_hover_reads_the_point_out_in_words(stack, qtbot):
    said: list[str] = []
    stack.hovered.connect(said.append)
    panel = stack.panels[0]
    at = device(panel, 7)
    stack._mouse_moved(at)
    assert "gr107" in said[-1]
    assert "MJD" in said[-1]
    assert "UTC" in said[-1]
    assert "mag (AB)" in said[-1]
    assert "no flags" in said[-1]
    stack._mouse_moved(at + QPointF(0, -3 * PICK_PX))
    assert "gr107" not in said[-1]


def test_flags_are_named_in_words(stack):
    session = stack._session
    session.set_object("I1")
    stack.presenter.refresh()
    assert "bad pixels" in stack.panels[0].shown.curve.describe(6)


def test_click_puts_the_cursor_on_the_nearest_point(stack, qtbot):
    panel = stack.panels[1]
    at = stack.mapFromScene(device(panel, 12) + QPointF(3, 2))
    qtbot.mouseClick(stack.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert stack._session.cursor == PointCursor("ch2", "gr112")
    assert stack._session.band == "ch2"
    assert panel.points._ring == 12
    assert stack.panels[0].points._ring == -1


def test_drag_zooms_time_for_all_panels_and_only_the_view(stack, qtbot):
    times = stack._session.times
    panel = stack.panels[0]
    box = panel.plot_rect()
    start = stack.mapFromScene(QPointF(box.left() + 100, box.center().y()))
    end = stack.mapFromScene(QPointF(box.left() + 300, box.center().y()))
    low = panel.view.mapSceneToView(stack.mapToScene(start)).x()
    high = panel.view.mapSceneToView(stack.mapToScene(end)).x()
    viewport = stack.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        qtbot.mouseMove(viewport, start + (end - start) * step / 5)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=end)
    assert times.view == pytest.approx((low, high), rel=1e-6)
    assert not times.filtered
    for one in stack.panels:
        assert one.view.viewRange()[0] == pytest.approx(times.view)
    times.zoom_back()
    assert times.view == pytest.approx(times.whole)


def test_wheel_over_an_axis_zooms_brightness_only(stack):
    panel = stack.panels[0]
    before = panel.view.viewRange()

    class Wheel:
        def delta(self):
            return 240

        def scenePos(self):
            return panel.plot_rect().center()

        def accept(self):
            pass

    panel.view.wheelEvent(Wheel(), axis=1)
    after = panel.view.viewRange()
    assert after[0] == pytest.approx(before[0])
    assert np.ptp(after[1]) < np.ptp(before[1])
    panel.view.wheelEvent(Wheel())
    assert np.ptp(panel.view.viewRange()[0]) < np.ptp(before[0])


def test_hidden_points_are_faint_or_gone_by_choice(stack):
    session = stack._session
    session.set_object("I21")  # flagged in half of the visits: not shown by default
    stack.presenter.refresh()
    points = stack.panels[0].points
    n_pass = int(np.count_nonzero(stack.panels[0].shown.passing.keep))
    assert n_pass == 30
    assert points.n_drawn == n_pass
    session.display.set_shows_hidden(True)
    stack.presenter.refresh()
    assert points.n_drawn == 60


def test_point_without_a_magnitude_passes_and_is_said(stack):
    session = stack._session
    session.set_object("I48")
    stack.presenter.refresh()
    without = int(np.count_nonzero(stack.panels[0].shown.curve.lc.value <= 0))
    assert without > 5
    assert f"{without} pass without a magnitude" in stack.presenter.counts()
    assert "60 of 60 pass" in stack.presenter.counts()


def test_titles_say_object_measurement_value_and_what_it_is(stack):
    text = stack.panels[0].title.text
    assert text.object == stack._session.object_id
    assert text.measurement == stack._session.panels.shown[0]
    assert "±" in text.value
    assert text.value.endswith("mag (AB)")
    assert "suggested" in text.badges
    stack._session.display.set_corrected(True)
    stack.presenter.refresh()
    assert "corrected" in stack.panels[0].title.text.badges


def test_setup_change_is_marked(stack):
    (step,) = stack.panels[0].steps.steps
    assert step.label == "warm"


def test_same_span_by_default(stack):
    heights = [np.ptp(panel.view.viewRange()[1]) for panel in stack.panels]
    assert heights[0] == pytest.approx(heights[1])


def test_marker_sizes_follow_the_number_of_points():
    assert [marker_size(n) for n in (200, 201, 2001, 20_001)] == [
        (7, 1.0), (5, 0.85), (3, 0.5), (2, 0.3),
    ]  # fmt: skip


def test_bands_differ_in_shape_and_every_shape_can_be_drawn(qapp):
    for theme in (LIGHT, DARK):
        assert len({marker.shape for marker in theme.markers}) == 4
    for shape in SHAPES:
        image = sprite(shape, 7, "#0072B2", "", 2.0).toImage()
        middle = image.pixelColor(image.width() // 2, image.height() // 2)
        assert middle.alpha() > 100


def luminance(token: str) -> float:
    c = QColor(token)
    parts = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4
             for x in (c.redF(), c.greenF(), c.blueF())]  # fmt: skip
    return float(np.dot(parts, (0.2126, 0.7152, 0.0722)))


def contrast(a: str, b: str) -> float:
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_text_and_markers_have_contrast(theme):
    for ground in (theme.background, theme.plot):
        assert contrast(theme.text, ground) >= 4.5
        assert contrast(theme.muted, ground) >= 4.5
    for marker in theme.markers[:3]:
        assert (
            max(contrast(t, theme.plot) for t in (marker.fill, marker.outline or marker.fill)) >= 3
        )


def test_empty_view_does_not_fail(stack, qtbot):
    stack._session.times.set_filter(53000, 53000.5)
    stack.presenter._filter()
    stack.grab()
    assert stack.panels[0].title.text.value
    assert stack.mapToScene(QPoint(1, 1)) is not None
