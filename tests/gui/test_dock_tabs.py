"""All docks are in sight by their names, however many share a side."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTabBar, QTabWidget

from lightledger.app.docklist import DOCKS
from lightledger.app.turns import in_turns
from lightledger.library import Field

pytestmark = pytest.mark.window


def bars(window) -> list[QTabBar]:
    return [bar for bar in window.findChildren(QTabBar) if bar.isVisible() and bar.count() > 1]


def in_sight(window) -> bool:
    return all(
        bar.rect().adjusted(-1, -1, 1, 1).contains(bar.tabRect(i))
        for bar in bars(window)
        for i in range(bar.count())
    )


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000)])
def test_every_tab_is_in_sight(window, qtbot, store, size):
    window.resize(*size)
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None, timeout=20_000)
    window.reset_layout()
    qtbot.waitUntil(lambda: bool(bars(window)) and in_sight(window), timeout=20_000)
    titles = {bar.tabText(i) for bar in bars(window) for i in range(bar.count())}
    assert titles == {spec.title for spec in DOCKS}
    area, position = Qt.DockWidgetArea, QTabWidget.TabPosition
    narrow = size[0] < 1500
    left = position.West if narrow else position.North
    assert window.tabPosition(area.LeftDockWidgetArea) == left
    right = position.North if narrow else position.East
    assert window.tabPosition(area.RightDockWidgetArea) == right


@pytest.mark.parametrize("action", ["dock_periods", "tag_object", "show_cleaning", "vet_list"])
def test_a_store_that_is_closed_at_once_leaves_nothing_to_do(window, qtbot, store, action):
    window.show_field(Field(store))
    window.actions_[action].trigger()
    window.stores.close()
    later: list[bool] = []
    in_turns(window, *[lambda: None] * 5, lambda: later.append(True))
    qtbot.waitUntil(lambda: bool(later))  # whatever was put off would have failed
    assert window.open is None
