"""The tour: offered on the demo field, through every stop by key, over when it is left."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication

from lightledger.app.tour.steps import STEPS
from lightledger.app.tour.tour import Card, Ring

pytestmark = pytest.mark.window
SLOW = 60_000


@pytest.fixture
def opened(window, qtbot, store: Path):
    """A window on a store with the truth beside it, as the demo field has it."""
    store.with_name("truth.csv").write_text("id\n")
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    return window


def rect(part) -> QRect:
    return QRect(part.mapTo(part.window(), part.rect().topLeft()), part.size())


def test_it_is_offered_once_on_the_demo_field(opened, qtbot, store):
    bar = opened.tour._bar
    assert bar.isVisible()
    bar.later.click()
    opened.stores.close()
    opened.open_store(store)
    qtbot.waitUntil(lambda: opened.open is not None and not opened.jobs.busy, timeout=SLOW)
    assert not bar.isVisible()


def test_another_field_offers_none(window, qtbot, store):
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    assert window.tour._bar is None


def test_every_stop_rings_its_place_and_says_a_sentence(opened, qtbot):
    opened.tour._bar.button.click()
    tour = opened.tour
    for number, step in enumerate(STEPS):
        qtbot.waitUntil(lambda: not opened.jobs.busy, timeout=SLOW)
        qtbot.waitUntil(lambda: not tour._soon.isActive())
        assert tour.at == number
        assert (tour.card.title.text(), tour.card.words.text()) == (step.title, step.words)
        assert tour.card.count.text() == f"{number + 1} of {len(STEPS)}"
        assert tour._ring.isVisible(), step.title
        assert opened.rect().contains(tour.card.geometry())
        place = rect(tour._place)
        assert tour._ring.geometry().intersects(place)
        words = tour.card.words
        assert words.height() >= words.heightForWidth(words.width()), "no line is cut"
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert tour.card is None
    assert opened.findChild(Ring) is None or not opened.findChild(Ring).isVisible()


def test_back_escape_and_a_smaller_window(opened, qtbot):
    tour = opened.tour
    opened.actions_["take_tour"].trigger()
    tour.go(2)
    qtbot.keyClick(tour.card.next, Qt.Key.Key_Left)
    assert tour.at == 1
    opened.resize(1024, 640)
    qtbot.waitUntil(lambda: not tour._soon.isActive())
    qtbot.waitUntil(lambda: opened.rect().contains(tour.card.geometry()))
    qtbot.keyClick(tour.card.next, Qt.Key.Key_Escape)
    assert tour.card is None
    assert opened.centre.isAncestorOf(opened.focusWidget()), "the panels have the keys again"
    opened.actions_["take_tour"].trigger()
    opened.stores.close()
    assert tour.card is None, "it goes with the store"
    assert not [card for card in opened.findChildren(Card) if card.isVisible()]


def test_without_a_store_the_demo_field_comes_first(window, qtbot, store, monkeypatch):
    made = []
    monkeypatch.setattr(window.ingesting, "make_demo", lambda: made.append(True))
    window.actions_["take_tour"].trigger()
    assert made == [True]
    store.with_name("truth.csv").write_text("id\n")
    window.open_store(store)
    qtbot.waitUntil(lambda: window.tour.card is not None, timeout=SLOW)
    window.tour.end()
