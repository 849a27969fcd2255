"""A store's landing page, and a store that opens as it was left."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from vetting import judge, opened, vetting_list

from lightledger.app.curves import Quantity
from lightledger.app.kept import Kept
from lightledger.app.settings import Settings
from lightledger.app.window import Window
from lightledger.app.yscale import YScale

pytestmark = pytest.mark.window


def in_front(window, name: str) -> bool:
    return not window.docks[name].visibleRegion().isEmpty()


def test_the_first_opening_shows_what_is_in_the_store_beside_the_light_curve(window, qtbot, store):
    current = opened(window, qtbot, store)
    facts = window.docks.facts
    assert in_front(window, "store")
    assert not facts.vet.isVisible(), "there is nothing to go on with"
    assert current.session.object_id in ("I8", "I13"), "the most variable one is on screen"
    facts.browse_wanted.emit()
    assert in_front(window, "objects")
    window.stores.close()
    opened(window, qtbot, store)
    assert not in_front(window, "store"), "the second time it is as it was left"
    window.actions_["show_store"].trigger()
    assert in_front(window, "store")


def test_a_store_that_is_opened_on_an_object_shows_the_list(window, qtbot, store):
    window.open_store(store, "I5")
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)
    assert window.open.session.object_id == "I5"
    assert in_front(window, "objects")


def test_continue_vetting_goes_to_the_first_that_is_not_vetted(window, qtbot, store):
    current = vetting_list(window, qtbot, store)
    rows = current.vetting.queue.rows.tolist()
    for _ in range(3):
        judge(window, Qt.Key.Key_1)
    window.actions_["leave_list"].trigger()
    window.stores.close()
    window.settings.set_kept(store, "")
    current = opened(window, qtbot, store)
    facts = window.docks.facts
    assert facts.vet.text() == "Continue vetting (3 of 47)"
    qtbot.mouseClick(facts.vet, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.jobs.busy)
    assert current.session.index == rows[3]
    assert window.docks.table.model.order.tolist() == rows
    assert in_front(window, "vetting")


def test_a_store_opens_as_it_was_left(window, qtbot, store, tmp_path):
    current = vetting_list(window, qtbot, store, "mag < 19")
    session = current.session
    session.panels.set_measurement("ch2_sci-aper_r5")
    session.panels.show_bands(("ch2",))
    session.display.set_quantity(Quantity.FLUX)
    session.display.set_scale(YScale.ROBUST)
    session.times.set_filter(53200.0, 54000.0)
    session.times.set_view(53300.0, 53900.0)
    session.set_object(session.ids[current.vetting.queue.rows[4]])
    window.docks.reveal("reference")
    left, listed = session.object_id, window.docks.table.model.order.tolist()
    window.close()

    again = Window(Settings(tmp_path / "settings.toml"))
    qtbot.addWidget(again)
    again.show()
    again.open_store(store)  # numbers of the range are still on their way when it is shown
    qtbot.waitUntil(lambda: again.open is not None and again.open.filter.holds, timeout=20_000)
    current = again.open
    session = current.session
    assert session.object_id == left
    assert session.measurement == "ch2_sci-aper_r5"
    assert session.panels.bands == ("ch2",)
    assert session.display.quantity is Quantity.FLUX
    assert session.display.scale is YScale.ROBUST
    assert session.times.filter == (53200.0, 54000.0)
    assert session.times.view == (53300.0, 53900.0)
    assert current.vetting.queue.name == "mag < 19"
    assert again.docks.table.model.order.tolist() == listed
    assert in_front(again, "reference")
    again.close()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"panels": 3}', '{"object_id": "I1"}'])
def test_what_another_version_kept_is_passed_over(text):
    assert Kept.from_text(text) is None


def test_what_is_kept_says_all_of_it(window, qtbot, store):
    session = opened(window, qtbot, store).session
    kept = Kept.of(session, True, ("excess", True), "a list")
    assert Kept.from_text(kept.to_text()) == kept
