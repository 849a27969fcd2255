"""The object table: order, subset, numbers, speed of 50,000 rows."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from lightledger.app.numbers import Numbers
from lightledger.app.objectcolumns import COLUMNS
from lightledger.app.objectfilter import ObjectFilter
from lightledger.app.objectmodel import ObjectModel
from lightledger.app.objecttable import ObjectTable
from lightledger.app.session import Session
from lightledger.app.settings import Settings
from lightledger.library.field import Field
from lightledger.workers import Jobs

pytestmark = pytest.mark.window
DOWN = Qt.SortOrder.DescendingOrder
KEYS = [column.key for column in COLUMNS]


@pytest.fixture
def table(qtbot, store, tmp_path):
    field = Field(store)
    session = Session(field)
    jobs = Jobs()
    numbers = Numbers(session, jobs, parent=session)
    chosen = ObjectFilter(numbers, jobs, session)
    made = ObjectTable(numbers, chosen, Settings(tmp_path / "settings.toml"))
    made.filter_kept = chosen
    qtbot.addWidget(made)
    made.resize(320, 600)
    made.show()
    yield made
    made.hide()
    jobs.close()
    field.close()


def column_of(table, key: str) -> list[str]:
    model = table.model
    return [model.index(r, KEYS.index(key)).data() for r in range(model.rowCount())]


def test_first_rows_are_the_planted_variables(table):
    assert set(column_of(table, "id")[:2]) == {"I8", "I13"}
    excess = [float(x) for x in column_of(table, "excess") if x != "–"]
    assert excess == sorted(excess, reverse=True)


def test_subset_chip_hides_the_saturated_and_shows_all(table):
    assert "I21" not in column_of(table, "id")
    assert table.head.count.text() == f"well measured {table.model.rowCount()} of 48"
    table.head.chip.click()
    assert table.model.rowCount() == 48
    assert "I21" in column_of(table, "id")
    assert table.head.count.text() == "all 48"


def test_header_click_sorts_and_again_turns_round(table):
    section = KEYS.index("mag")
    table._header_clicked(section)
    mags = [float(x) for x in column_of(table, "mag")]
    assert mags == sorted(mags)
    table._header_clicked(section)
    mags = [float(x) for x in column_of(table, "mag")]
    assert mags == sorted(mags, reverse=True)
    assert table.model.headerData(section, Qt.Orientation.Horizontal) == "mag ↓"


def test_list_never_sorts_by_itself_and_says_how_old_its_order_is(table):
    session = table._session
    before = column_of(table, "id")
    numbers = column_of(table, "excess")
    session.panels.step_measurement(1)
    assert column_of(table, "id") == before
    assert column_of(table, "excess") != numbers
    assert table.head.resort.isVisible()
    assert "ch1_sci-aper_r3" in table.head.resort.text()
    table.head.resort.click()
    assert not table.head.resort.isVisible()
    excess = [float(x) for x in column_of(table, "excess") if x != "–"]
    assert excess == sorted(excess, reverse=True)


def test_row_click_selects_the_object_and_back(table, qtbot):
    table.view.selectRow(4)
    obj = column_of(table, "id")[4]
    assert table._session.object_id == obj
    table._session.set_object(column_of(table, "id")[9])
    assert table.view.currentIndex().row() == 9


def test_several_rows_can_be_selected_for_an_export(table):
    table.view.selectRow(2)
    table.view.selectionModel().select(
        table.model.index(5, 0),
        table.view.selectionModel().SelectionFlag.Select
        | table.view.selectionModel().SelectionFlag.Rows,
    )
    assert table.selected() == [int(table.model.order[2]), int(table.model.order[5])]


def test_leafing_stops_at_the_ends(table):
    table.go_first()
    table.step(-10)
    assert table.model.row_of(table._session.index) == 0
    table.step(10_000)
    assert table.model.row_of(table._session.index) == table.model.rowCount() - 1


def test_an_object_outside_the_subset_is_revealed(table):
    table._session.set_object("I21")
    table.reveal()
    assert not table.shows_subset
    assert table.model.row_of(20) == table.view.currentIndex().row()


def test_missing_numbers_come_last_in_both_directions(qapp):
    model = ObjectModel()
    model.set_objects(["a", "b", "c", "d"])
    model.set_numbers({"excess": np.array([1.0, np.nan, 3.0, 2.0])}, "m")
    section = KEYS.index("excess")
    model.sort(section, DOWN)
    assert model.order.tolist() == [2, 3, 0, 1]
    model.sort(section, Qt.SortOrder.AscendingOrder)
    assert model.order.tolist() == [0, 3, 2, 1]
    assert model.index(3, section).data() == "–"


def test_fifty_thousand_rows_sort_and_find(qapp):
    n = 50_000
    rng = np.random.default_rng(1)
    model = ObjectModel()
    model.set_objects([f"I{i}" for i in range(n)])
    excess = rng.normal(0, 1, n)
    model.set_numbers({"excess": excess}, "m")
    model.sort(KEYS.index("excess"), DOWN)
    assert model.rowCount() == n
    assert int(model.order[0]) == int(np.argmax(excess))
    assert model.row_of(int(np.argmin(excess))) == n - 1
