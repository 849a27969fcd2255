"""Where the telescope stands and where visits are measured: two fields of the Measure page."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from synthetic import Series

from lightledger.app.settings import Settings
from lightledger.app.wizard import IngestWizard
from lightledger.app.wizard.pieces import Page
from lightledger.app.wizard.state import Choices
from lightledger.app.wizard.where_card import WhereCard
from lightledger.library import Field

pytestmark = pytest.mark.window

LONG = 240_000


@pytest.fixture
def card(qtbot: QtBot) -> WhereCard:
    made = WhereCard(Choices())
    qtbot.addWidget(made)
    made.show_choices()
    return made


def settled(page: Page) -> bool:
    return page.ready or bool(page.trouble)


def enter(card: WhereCard, text: str) -> None:
    card.site.setText(text)
    card.site.editingFinished.emit()


def test_a_known_observatory_is_taken(card: WhereCard, qtbot: QtBot) -> None:
    with qtbot.waitSignal(card.changed):
        enter(card, "Kitt Peak")
    assert card._choices.measuring.site == "Kitt Peak"
    assert card.trouble.isHidden()


def test_an_unknown_one_is_said_and_the_last_good_one_stays(card: WhereCard) -> None:
    enter(card, "Kitt Peak")
    enter(card, "Kit Peek")
    assert "is no site" in card.trouble.text()
    assert "Kitt Peak" in card.trouble.text()
    assert card._choices.measuring.site == "Kitt Peak"
    enter(card, "")
    assert card._choices.measuring.site == ""
    assert card.trouble.isHidden()


def test_both_reach_the_store(qtbot: QtBot, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    night = tmp_path / "night"
    Series(n_visit=3, shape=(128, 128)).write(night)
    w = IngestWizard(None, [night], Settings(tmp_path / "settings.toml"))
    w.resize(1280, 800)
    w.show()
    try:
        for page in (w.files, w.reference, w.measure):
            qtbot.waitUntil(partial(settled, page), timeout=LONG)
            assert not page.trouble
            if page is not w.measure:
                w.forward()
        enter(w.measure.where, "Kitt Peak")
        w.measure.where.cluster.setText("local:1")
        w.measure.where.cluster.editingFinished.emit()
        w.forward()
        qtbot.waitUntil(lambda: w.over or bool(w.run_page.trouble), timeout=LONG)
        assert not w.run_page.trouble
        assert w.choices.output is not None
        with Field(w.choices.output) as field:
            assert field.reader.n_visit(field.bands[0]) == 3
            assert field.recipe.measuring.site == "Kitt Peak"
    finally:
        w.shut_down()
        w.hide()
        w.deleteLater()
