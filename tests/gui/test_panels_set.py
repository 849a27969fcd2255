"""Panels that a person makes: pinned, closed, overlaid, difference and ratio."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from lightledger.app.curves import Quantity
from lightledger.app.panelset import MAX_OVERLAID, MAX_PANELS, PanelSpec, Relation
from lightledger.app.theme import DARK, LIGHT, variant
from lightledger.library.field import Field

pytestmark = pytest.mark.window
R3, R5, OTHER = "ch1_sci-aper_r3", "ch1_sci-aper_r5", "ch2_sci-aper_r3"


@pytest.fixture
def shown(window, store, qtbot):
    window.show_field(Field(store), "I8")
    qtbot.waitUntil(lambda: not window.jobs.busy)
    window.open.session.panels.replace_all((PanelSpec((R3,)), PanelSpec((OTHER,))))
    window.open.presenter.refresh()
    return window


def titles(window) -> list[tuple[str, str]]:
    window.open.presenter.refresh()
    texts = [panel.title.text for panel in window.open.page.stack.panels]
    return [(text.object, " + ".join(text.measurements)) for text in texts]


def test_a_pinned_object_stays_while_leafing(shown, qtbot):
    qtbot.keyClick(shown.open.page.stack, Qt.Key.Key_P)
    assert titles(shown) == [("I8", R3), ("I8", OTHER), ("I8", R3)]
    pinned = shown.open.page.stack.panels[2]
    assert "pinned" in pinned.title.text.badges
    before = pinned.shown.curve.y.copy()
    shown.open.session.set_object("I30")
    assert titles(shown) == [("I30", R3), ("I30", OTHER), ("I8", R3)]
    np.testing.assert_array_equal(pinned.shown.curve.y, before)
    assert shown.open.session.measurement == R3, "the focus stays where it was"
    assert shown.open.presenter.current.curve.lc.object == "I30", "counts are of the selection"


def test_a_cross_closes_its_panel_and_the_last_one_has_none(shown, qtbot):
    stack = shown.open.page.stack
    title = stack.panels[0].title
    at = title.mapToScene(title.cross().center())
    qtbot.mouseClick(stack.viewport(), Qt.MouseButton.LeftButton, pos=stack.mapFromScene(at))
    assert titles(shown) == [("I8", OTHER)]
    assert shown.open.session.measurement == OTHER
    assert not stack.panels[0].title.text.closable
    qtbot.keyClick(stack, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    assert len(titles(shown)) == 1, "the last panel stays"


def test_a_click_on_a_title_makes_its_measurement_current(shown, qtbot):
    stack = shown.open.page.stack
    title = stack.panels[1].title
    at = stack.mapFromScene(title.mapToScene(QPointF(100, 12)))
    qtbot.mouseClick(stack.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert shown.open.session.measurement == OTHER


def test_not_more_than_eight_panels_and_four_over_each_other(shown):
    panels = shown.open.session.panels
    while not panels.full:
        assert panels.add(PanelSpec((R5,)))
    assert len(panels.specs) == MAX_PANELS
    assert not panels.add(PanelSpec((R3,)))
    shown.actions_["pin_object"].trigger()
    assert "most" in shown.statusBar().currentMessage()
    panels.replace_all((PanelSpec((R3,)),))
    assert [panels.overlay(m) for m in (R3, R5, OTHER, "ch2_sci-aper_r5")] == [False, *[True] * 3]
    assert len(panels.focused.measurements) == MAX_OVERLAID
    assert not panels.overlay("ch1_sci-auto")
    panels.separate()
    assert [spec.measurement for spec in panels.specs] == [R3, R5, OTHER, "ch2_sci-aper_r5"]


def test_overlaid_curves_differ_in_shape_and_lightness(shown):
    session, stack = shown.open.session, shown.open.page.stack
    session.panels.overlay(R5)
    shown.open.presenter.refresh()
    panel = stack.panels[0]
    assert [trace.measurement for trace in panel.traces] == [R3, R5]
    assert [item.isVisible() for item in panel.items] == [True, True]
    assert panel.title.text.measurements == (R3, R5)
    for theme in (LIGHT, DARK):
        for marker in theme.markers:
            made = [variant(marker, k, theme.dark) for k in range(MAX_OVERLAID)]
            assert len({m.shape for m in made}) == len({m.fill for m in made}) == MAX_OVERLAID
    session.panels.separate()
    shown.open.presenter.refresh()
    assert not panel.items[1].isVisible()


def test_difference_and_ratio_are_of_the_same_visits_with_propagated_errors(shown):
    session, presenter = shown.open.session, shown.open.presenter
    session.display.set_quantity(Quantity.MAGNITUDE)
    pair = (R3, R5)
    specs = [PanelSpec(pair, relation=r) for r in (Relation.DIFFERENCE, Relation.RATIO)]
    session.panels.replace_all(tuple(specs))
    presenter.refresh()
    one, other = (session.curve(name) for name in pair)
    difference, ratio = (panel.own.curve for panel in presenter.shown)
    np.testing.assert_allclose(difference.y, one.y - other.y)
    np.testing.assert_allclose(difference.error, np.hypot(one.error, other.error))
    a, b = one.lc.value.astype(float), other.lc.value.astype(float)
    np.testing.assert_allclose(ratio.y, a / b, rtol=1e-6)
    relative = np.hypot(one.lc.error / a, other.lc.error / b)
    np.testing.assert_allclose(ratio.error, a / b * relative, rtol=1e-6)
    first, second = shown.open.page.stack.panels
    assert first.title.text.measurements == (f"{R3} − {R5}",)
    assert "same visits" in first.title.text.badges
    assert (first.left.labelText, second.left.labelText) == ("Δ mag (AB)", "ratio")


def test_visits_of_two_bands_are_joined_by_time_and_that_is_said(shown):
    session, presenter = shown.open.session, shown.open.presenter
    spec = PanelSpec((R3, OTHER), relation=Relation.DIFFERENCE)
    session.panels.replace_all((spec,))
    presenter.refresh()
    assert np.isfinite(presenter.shown[0].curve.y).sum() == 60
    badges = shown.open.page.stack.panels[0].title.text.badges
    assert any("within" in badge and badge.endswith("h") for badge in badges)
    session.cleaning.set_mask(0)
    assert presenter.counts().startswith("60 of 60"), "counts are of the light curve itself"


def test_what_fails_in_one_of_two_does_not_pass_in_their_difference(shown):
    session, presenter = shown.open.session, shown.open.presenter
    session.set_object("I21")  # every second visit is flagged, in both
    session.panels.replace_all((PanelSpec((R3, OTHER), relation=Relation.DIFFERENCE),))
    presenter.refresh()
    passing = presenter.shown[0].passing
    assert passing.n_pass == 30
    assert passing.n_pass + sum(passing.counts.values()) == 60


def test_a_chosen_measurement_goes_into_the_focused_panel_only_of_its_band(shown):
    panels = shown.open.session.panels
    panels.replace_all((PanelSpec((R3,)), PanelSpec((R3,), pinned="I5"), PanelSpec((OTHER,))))
    panels.set_measurement(R5)
    names = [(spec.measurement, spec.pinned) for spec in panels.specs]
    assert names == [(R5, ""), (R3, "I5"), ("ch2_sci-aper_r5", "")]


def test_menus_make_the_panels(shown):
    panels = shown.open.session.panels
    menu = shown.open.toolbar.panels.menu()
    add, over, minus, _ratio = (action.menu() for action in menu.actions())
    for each, name in ((over, R5), (add, R5), (minus, OTHER)):
        each.fill()
        next(a for a in each.all_actions() if a.data() == name).trigger()
    assert panels.specs == (
        PanelSpec((R3, R5)),
        PanelSpec((OTHER,)),
        PanelSpec((R5,)),
        PanelSpec((R5, OTHER), relation=Relation.DIFFERENCE),
    )


def test_leafing_leaks_no_items(shown):
    session, stack = shown.open.session, shown.open.page.stack
    for _ in range(4):
        session.panels.add(PanelSpec((R5,)))
    shown.open.presenter.refresh()
    stack.grab()
    n = len(stack.scene().items())
    for k in range(150):
        session.set_index(k % session.n_object)
        shown.open.presenter.refresh()
    stack.grab()
    assert len(stack.scene().items()) == n
