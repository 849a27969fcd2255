"""What stands on the axes, what colours say, crosshair, zoom of axes that are no time."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from lightledger.app import coloring
from lightledger.app.curves import Quantity
from lightledger.app.display import Fold
from lightledger.app.panels.thinning import extremes
from lightledger.app.theme import LIGHT
from lightledger.app.timelabels import asinh_ticks
from lightledger.library.field import Field

pytestmark = pytest.mark.window


@pytest.fixture
def shown(window, store, qtbot):
    window.show_field(Field(store), "I8")
    qtbot.waitUntil(lambda: not window.jobs.busy)
    return window


def show_x(window, name: str):
    window.open.session.display.set_x(name)
    window.open.presenter.refresh()
    return window.open.page.stack.panels[0]


def test_phase_is_of_the_fold_and_offered_with_it(shown):
    session = shown.open.session
    menu = next(a.menu() for a in shown.menus["View"].actions() if a.text() == "X axis")
    menu.fill()
    assert "Phase" not in [action.text() for action in menu.actions()]
    session.display.set_fold(Fold(431.0, 53000.0))
    menu.fill()
    next(action for action in menu.actions() if action.text() == "Phase").trigger()
    panel = show_x(shown, "phase")
    time = panel.shown.curve.lc.time
    np.testing.assert_allclose(panel.traces[0].x, np.mod((time - 53000.0) / 431.0, 1.0))
    low, high = panel.view.viewRange()[0]
    assert low < 0.0 < 1.0 < high


def test_barycentric_times_are_those_of_the_light_curve(shown):
    panel = show_x(shown, "bjd")
    lc = panel.shown.curve.lc
    np.testing.assert_array_equal(panel.traces[0].x, lc.bjd_tdb - 2_400_000.5)
    times = shown.open.session.times
    times.set_view(53300.0, 53900.0)
    low, high = panel.view.viewRange()[0]
    assert 0 < abs(low - 53300.0) < 0.02  # light travel and 64 s
    panel.view.zoom_to.emit(low, high)
    assert times.view == pytest.approx((53300.0, 53900.0), abs=1e-4)


def test_a_number_of_visits_zooms_by_itself(shown, qtbot):
    stack, times = shown.open.page.stack, shown.open.session.times
    before = times.view
    panel = show_x(shown, "number")
    np.testing.assert_array_equal(panel.traces[0].x, np.arange(1, 61))
    panel.view.zoom_to.emit(10.0, 20.0)
    assert panel.view.viewRange()[0] == pytest.approx([10.0, 20.0])
    assert stack.panels[1].view.viewRange()[0] == pytest.approx([10.0, 20.0])
    assert times.view == before
    shown.open.session.set_object("I30")
    shown.open.presenter.refresh()
    assert panel.view.viewRange()[0] == pytest.approx([10.0, 20.0]), "the zoom stays"
    qtbot.keyClick(stack, Qt.Key.Key_Backspace)
    assert panel.view.viewRange()[0][1] > 60
    qtbot.keyClick(stack, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert panel.view.viewRange()[0] == pytest.approx([10.0, 20.0])
    show_x(shown, "mjd")
    assert tuple(panel.view.viewRange()[0]) == pytest.approx(before)
    assert stack.zoom is times


def test_a_quantity_of_visits_is_an_axis_with_its_name(shown):
    panel = show_x(shown, "fwhm_px")
    np.testing.assert_array_equal(panel.traces[0].x, 2.0)
    assert shown.open.page.stack.panels[-1]._bottom_corner.text == "FWHM (pix)"
    assert panel.steps.steps == [], "changes of setup are times"
    panel = show_x(shown, "airmass")  # of which nothing is known
    assert "airmass" in panel.notice.text


def test_place_of_an_object_is_its_own(shown):
    panel = show_x(shown, "place-x")
    np.testing.assert_array_equal(panel.traces[0].x, 7.0)  # its column in the frame
    shown.open.session.set_object("I30")
    shown.open.presenter.refresh()
    np.testing.assert_array_equal(panel.traces[0].x, 29.0)


def test_hours_count_from_the_first_day(shown):
    panel = show_x(shown, "hours")
    first = np.floor(panel.traces[0].x.min())
    (_, ticks), *_ = panel.bottom.tickValues(first, first + 1, 600)
    assert panel.bottom._labels == ["0", "5", "10", "15", "20"]
    np.testing.assert_allclose(ticks, first + np.arange(0, 25, 5) / 24)


def test_asinh_shows_what_is_negative_and_says_flux(shown):
    session = shown.open.session
    session.set_object("I48")  # noise around nothing
    session.display.set_quantity(Quantity.ASINH)
    shown.open.presenter.refresh()
    panel = shown.open.page.stack.panels[0]
    flux = panel.shown.curve.y
    assert (flux < 0).any()
    drawn = panel.points._p.y
    np.testing.assert_allclose(np.sinh(drawn) * panel._softening, flux)
    assert panel.left.labelText == "µJy"
    _, y = panel.value_at(panel.view.mapViewToScene(QPointF(53500.0, float(np.arcsinh(2.0)))))
    assert y == pytest.approx(2 * panel._softening, rel=1e-6)


@pytest.mark.parametrize(("low", "high"), [(-3.0, 9.0), (0.1, 0.2), (-8.0, -7.9), (-1.0, 1.0)])
def test_asinh_ticks_stand_at_their_values(low, high):
    ticks, labels = asinh_ticks(low, high, 2.5, 8)
    assert 2 <= len(ticks) <= 12
    values = [float(label.replace(",", "")) for label in labels]
    np.testing.assert_allclose(np.arcsinh(np.array(values) / 2.5), ticks, atol=0.01)


def test_each_band_has_its_colour_bar_and_two_bands_in_one_panel_share_theirs(shown):
    session, presenter = shown.open.session, shown.open.presenter
    visits = {"ch1": np.linspace(3.0, 3.1, 60), "ch2": np.linspace(3.8, 3.9, 60)}
    for band, fwhm in visits.items():
        session.visits(band)["fwhm_px"] = fwhm
    session.display.set_color_by("fwhm_px")

    def ends() -> list[tuple[float, float]]:
        presenter.refresh()
        return [panel.legend.legend.ends for panel in shown.open.page.stack.panels]

    one, other = ends()
    assert 3.0 <= one[0] < one[1] <= 3.1
    assert 3.8 <= other[0] < other[1] <= 3.9
    session.panels.set_focus(0)
    assert session.panels.overlay("ch2_sci-aper_r5")
    both, other = ends()
    assert 3.0 <= both[0] <= 3.1
    assert 3.8 <= both[1] <= 3.9
    assert other[0] >= 3.8


def test_colours_of_a_quantity_have_a_bar_with_its_ends(shown):
    session = shown.open.session
    session.display.set_color_by("place-x")
    shown.open.presenter.refresh()
    panel = shown.open.page.stack.panels[0]
    assert panel.legend.words()[0] == "x in the frame (pix)"
    image = panel.points
    assert image._p.cells is not None
    assert len(image._p.fills) == coloring.N_STEP + 1
    session.display.set_color_by("band")
    shown.open.presenter.refresh()
    assert panel.legend.legend is None


def test_a_colour_map_grows_lighter_step_by_step():
    values = np.linspace(0, 1, coloring.N_STEP)
    for theme in (LIGHT,):
        made = coloring.by_value(values, (0.0, 1.0), theme)
        rgb = np.array([[int(f[i : i + 2], 16) for i in (1, 3, 5)] for f in made.fills[:-1]])
        assert (np.diff(rgb @ [0.2126, 0.7152, 0.0722]) > 0).all()
        np.testing.assert_array_equal(made.cells, np.arange(coloring.N_STEP))
    unknown = coloring.by_value(np.array([np.nan]), (0.0, 1.0), LIGHT)
    assert unknown.fills[unknown.cells[0]] == LIGHT.muted


def test_colours_of_flags_are_named(shown):
    session = shown.open.session
    session.set_object("I21")
    session.display.set_color_by("flag")
    session.display.set_shows_hidden(True)
    shown.open.presenter.refresh()
    panel = shown.open.page.stack.panels[0]
    assert panel.legend.words() == ["no flags", "saturated"]
    assert panel.points._p.cells.tolist() == [0, 1] * 30


def test_the_crosshair_says_exact_values(shown, qtbot):
    stack = shown.open.page.stack
    qtbot.keyClick(stack, Qt.Key.Key_L)
    first, second = stack.panels
    at = first.view.mapViewToScene(QPointF(53500.0, sum(first.view.viewRange()[1]) / 2))
    stack._mouse_moved(at)
    assert first.crosshair.words.startswith("MJD 53500")
    assert first.crosshair.words.endswith("mag (AB)")
    assert second.crosshair.words == ""
    assert second.crosshair._x is not None
    qtbot.keyClick(stack, Qt.Key.Key_L)
    assert first.crosshair._x is None


def test_extremes_of_each_pixel_column_stay():
    rng = np.random.default_rng(0)
    px, py = rng.uniform(0, 300, 50_000), rng.normal(0, 30, 50_000)
    which = rng.random(50_000) < 0.9
    chosen = extremes(px, py, which)
    assert not (chosen & ~which).any()
    column = np.floor(px).astype(int)
    for k in (0, 17, 299):
        there = which & (column == k)
        assert set(py[chosen & (column == k)]) == {py[there].min(), py[there].max()}
