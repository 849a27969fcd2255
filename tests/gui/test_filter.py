"""The filter box: typed, refused, completed, remembered; subsets; columns; numbers of the range."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from lightledger.app.completion import Word, offers, word_before
from lightledger.app.objectcolumns import DEFAULT, column_of, sort_keys
from lightledger.app.objectmodel import ObjectModel
from lightledger.app.settings import COLUMNS_SHOWN, Settings
from lightledger.app.subsets import NameDialog
from lightledger.app.window import Window
from lightledger.library.field import Field

pytestmark = pytest.mark.window
SLOW = 60_000


def opened(window, qtbot, path: Path):
    window.open_store(path)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    return window.open


def listed(window) -> list[str]:
    return [window.open.session.ids[i] for i in window.docks.table.model.order]


def typed(window, qtbot, text: str, meant: bool = False) -> None:
    """Type a filter as a person does, and wait for its answer."""
    chosen, box = window.open.filter, window.open.toolbar.filter.box
    box.setFocus()
    box.selectAll()
    answers: list[object] = []
    heard = [
        (chosen.changed, answers.append),
        (chosen.refused, lambda error, meant: answers.append(error)),
    ]
    for signal, slot in heard:
        signal.connect(slot)
    if text:
        qtbot.keyClicks(box, text)
    else:
        qtbot.keyClick(box, Qt.Key.Key_Delete)
    if meant:
        qtbot.keyClick(box, Qt.Key.Key_Return)
    qtbot.waitUntil(
        lambda: bool(answers) and not chosen._soon.isActive() and not window.jobs.busy, timeout=SLOW
    )
    for signal, slot in heard:
        signal.disconnect(slot)


def test_typed_filter_lists_those_that_pass_in_the_order_there_was(window, qtbot, store):
    opened(window, qtbot, store)
    before = listed(window)
    qtbot.keyClick(window.open.page.stack, Qt.Key.Key_Slash)
    assert window.open.toolbar.filter.box.hasFocus()
    typed(window, qtbot, "mag < 18 and excess > 3")
    assert set(listed(window)) == {"I8", "I13"}
    assert window.open.toolbar.filter.box.count == "2 of 48"
    typed(window, qtbot, "mag < 18")
    passing = set(listed(window))
    assert listed(window) == [name for name in before if name in passing], "order is kept"
    with Field(store) as field:
        found = field.find("mag < 18 and well_measured", window.open.session.measurement)
    assert passing == set(found.ids)


def test_return_applies_and_gives_the_keys_to_the_plots_and_escape_leaves(window, qtbot, store):
    current = opened(window, qtbot, store)
    current.session.set_object("I40")
    typed(window, qtbot, "mag < 16.5", meant=True)
    assert current.page.stack.hasFocus()
    assert current.session.object_id == listed(window)[0], "the first that passes is shown"
    window.actions_["filter"].trigger()
    qtbot.keyClick(current.toolbar.filter.box, Qt.Key.Key_Escape)
    assert current.page.stack.hasFocus()
    assert current.toolbar.filter.box.text() == "mag < 16.5"
    assert current.filter.text == "mag < 16.5"


def test_error_is_underlined_in_words_with_near_names_and_leaves_the_list(window, qtbot, store):
    current = opened(window, qtbot, store)
    bar = current.toolbar.filter
    typed(window, qtbot, "mag < 18", meant=True)
    before = listed(window)
    typed(window, qtbot, "excss > 3", meant=True)
    assert bar.hint.isVisible()
    assert "excss" in bar.hint.text
    assert "character" not in bar.hint.text
    assert [button.text() for button in bar.hint.near] == ["excess"]
    assert bar.box.marked
    assert bar.box.count == "not applied"
    assert listed(window) == before
    assert bar.box.hasFocus()
    bar.hint.near[0].click()
    qtbot.waitUntil(lambda: current.filter.text == "excess > 3", timeout=SLOW)
    assert bar.box.text() == "excess > 3"
    assert not bar.hint.isVisible()
    assert not bar.box.marked
    assert set(listed(window)) == {"I8", "I13"}


def test_half_typed_is_no_error_yet_and_escape_takes_it_back(window, qtbot, store):
    current = opened(window, qtbot, store)
    bar = current.toolbar.filter
    typed(window, qtbot, "mag < 18", meant=True)
    typed(window, qtbot, "mag <")
    assert not bar.hint.isVisible()
    bar._patience.timeout.emit()
    assert bar.hint.isVisible()
    qtbot.keyClick(bar.box, Qt.Key.Key_Escape)
    assert bar.box.text() == "mag < 18"
    assert not bar.hint.isVisible()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)


def test_nothing_passes_is_said_in_the_tables_place(window, qtbot, store):
    opened(window, qtbot, store)
    table = window.docks.table
    typed(window, qtbot, "mag < 12")
    assert table.empty.isVisible()
    assert table.empty.message.text() == "No object passes: mag < 12"
    assert not table.view.isVisible()
    table.empty.clear.click()
    assert table.view.isVisible()
    assert window.open.toolbar.filter.box.text() == ""
    assert table.model.rowCount() == 47


def test_counts_are_of_the_list_and_say_what_the_chip_hides(window, qtbot, store):
    opened(window, qtbot, store)
    table, box = window.docks.table, window.open.toolbar.filter.box
    typed(window, qtbot, "mag < 30")
    good, passing = table.model.rowCount(), window.open.filter.n_pass
    assert passing > good == len(listed(window))
    assert box.count == f"{good} of 48"
    assert table.head.count.text() == f"{good} of 48; {passing - good} more not well measured"
    table.head.chip.click()
    assert box.count == f"{passing} of 48"
    assert table.model.rowCount() == passing
    typed(window, qtbot, "id == 'I21'")
    table.head.chip.click()
    assert table.empty.message.text() == "No object passes: id == 'I21'"
    assert table.empty.all.text() == "1 object is not well measured: show all"
    table.empty.all.click()
    assert listed(window) == ["I21"]


def test_other_numbers_change_the_list_only_by_hand(window, qtbot, store):
    current = opened(window, qtbot, store)
    typed(window, qtbot, "excess > 1", meant=True)
    before = listed(window)
    window.actions_["next_measurement"].trigger()
    assert listed(window) == before
    table = window.docks.table
    assert table.head.resort.isVisible()
    assert table.head.resort.text().endswith("renew")
    table.head.resort.click()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    excess = current.numbers.columns["excess"]
    assert all(excess[i] > 1 for i in table.model.order)
    assert not table.head.resort.isVisible()


def test_an_object_found_by_id_outside_the_filter_is_shown_and_that_is_said(window, qtbot, store):
    current = opened(window, qtbot, store)
    typed(window, qtbot, "excess > 3", meant=True)
    window.stores.find("I30")
    assert current.session.object_id == "I30"
    assert len(listed(window)) == 2
    assert "does not pass the filter" in window.statusBar().currentMessage()


def test_filter_is_remembered_with_its_store_and_seen(qtbot, store, tmp_path):
    settings = tmp_path / "own.toml"
    first = Window(Settings(settings))
    qtbot.addWidget(first)
    first.show()
    opened(first, qtbot, store)
    typed(first, qtbot, "mag < 17", meant=True)
    n = first.docks.table.model.rowCount()
    first.close()
    second = Window(Settings(settings))
    qtbot.addWidget(second)
    second.show()
    current = opened(second, qtbot, store)
    assert current.toolbar.filter.box.text() == "mag < 17"
    assert current.toolbar.filter.box.isVisible()
    assert current.toolbar.filter.box.count == f"{n} of 48"
    assert second.docks.table.model.rowCount() == n
    assert not current.toolbar.toggleViewAction().isVisible(), "the toolbar cannot be hidden"
    second.close()


def test_subsets_are_kept_picked_deleted_and_undone(window, qtbot, store):
    current = opened(window, qtbot, store)
    subsets = current.toolbar.filter.subsets
    typed(window, qtbot, "excess > 3", meant=True)
    window.actions_["save_subset"].trigger()
    dialog = window.findChild(NameDialog)
    assert not dialog.save.isEnabled()
    dialog.name.setText("odd  ones")
    dialog.accept()
    state = current.session.field.journal
    assert state.state.subsets["odd ones"].where == "excess > 3"
    assert state.state.subsets["odd ones"].measurement == current.session.measurement
    typed(window, qtbot, "", meant=True)
    subsets.fill()
    action = next(a for a in subsets.menu_.actions() if a.text() == "odd ones")
    assert "excess > 3" in action.toolTip()
    action.trigger()
    qtbot.waitUntil(lambda: current.filter.text == "excess > 3", timeout=SLOW)
    assert set(listed(window)) == {"I8", "I13"}
    subsets.fill()
    delete = next(a.menu() for a in subsets.menu_.actions() if a.text() == "Delete")
    delete.actions()[0].trigger()
    assert "odd ones" not in state.state.subsets
    window.actions_["undo"].trigger()
    assert state.state.subsets["odd ones"].where == "excess > 3"
    window.actions_["undo"].trigger()
    assert "odd ones" not in state.state.subsets
    with Field(store) as again:
        assert not again.journal.state.subsets


def test_subset_of_another_window_with_a_cone_is_a_filter_too(window, qtbot, store):
    current = opened(window, qtbot, store)
    with Field(store, person="another") as other:
        other.journal.save_subset("first ten", limit=10)
    window.stores.follow()
    button = current.toolbar.filter.subsets
    button.pick(button.known["first ten"])
    qtbot.waitUntil(lambda: current.filter.subset == "first ten", timeout=SLOW)
    assert button.text() == "in first ten"
    assert {int(name[1:]) for name in listed(window)} == set(range(1, 11))
    typed(window, qtbot, "mag < 16")
    assert set(listed(window)) < {f"I{i}" for i in range(1, 11)}
    assert current.filter.words == "mag < 16 (in first ten)"
    current.acts.save_subset("of them", current.filter)
    assert set(button.known["of them"].objects) == set(listed(window))
    button.fill()
    next(a for a in button.menu_.actions() if a.text().startswith("Leave")).trigger()
    qtbot.waitUntil(lambda: not current.filter.subset, timeout=SLOW)


def test_columns_are_chosen_by_the_header_and_remembered(window, qtbot, store):
    current = opened(window, qtbot, store)
    table = window.docks.table
    table.columns.ask(table.view.horizontalHeader().rect().center())
    menu = next(m for m in table.findChildren(QMenu) if m.isVisible())
    action = next(a for a in menu.actions() if a.text() == "scatter")
    assert "µJy" in action.toolTip()
    assert not action.isChecked()
    action.trigger()
    menu.close()
    assert table.model.keys == ("verdict", "id", *DEFAULT[1:], "scatter")
    assert window.settings.get(COLUMNS_SHOWN).endswith("scatter")
    shown = table.model.index(0, table.model.keys.index("scatter")).data()
    want = current.numbers.columns["scatter"][table.model.order[0]]
    assert float(shown) == pytest.approx(want, rel=1e-3)
    table.columns.show([*DEFAULT, "tags", "ra", "nonsense"])
    assert table.model.index(0, table.model.keys.index("nonsense")).data() == "–"
    table.sort_by("ra")
    ra = current.numbers.columns["ra"][table.model.order]
    assert (np.diff(ra) >= 0).all()


def test_numbers_and_filter_follow_the_range(window, qtbot, store):
    current = opened(window, qtbot, store)
    times = current.session.visits("ch1")["mjd_utc_mid"]
    current.session.times.set_filter(times[0] - 1, times[19] + 0.01)
    qtbot.waitUntil(lambda: current.numbers.statistics is not None, timeout=200_000)
    assert current.numbers.source.endswith("20 of 60 visits")
    assert current.numbers.columns["n_good"].max() == 20
    assert "20 of 60 visits" in window.docks["objects"]._words.text()
    typed(window, qtbot, "n_good > 20")
    assert listed(window) == []
    typed(window, qtbot, "n_good == 20")
    assert "I8" in listed(window)
    current.session.times.clear_filter()
    qtbot.waitUntil(lambda: current.numbers.statistics is None, timeout=SLOW)
    assert current.numbers.columns["n_good"].max() == 60
    assert not current.numbers.waiting


def test_names_at_the_cursor_are_offered(window, qtbot, store):
    current = opened(window, qtbot, store)
    box = current.toolbar.filter.box
    window.actions_["filter"].trigger()
    qtbot.keyClicks(box, "exc")
    assert box.offers.names == ["excess"]
    qtbot.keyClick(box, Qt.Key.Key_Tab)
    assert box.text() == "excess"
    assert not box.offers.names
    qtbot.keyClicks(box, " > 3 and `ch2_sci-aper_r5`.sca")
    assert box.offers.names == ["scatter"]
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not box.offers.names
    assert box.hasFocus(), "Escape closes the offers first"
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", None),
        ("mag < 1", None),
        ("ma", Word(0, "ma")),
        ("not ma", Word(4, "ma")),
        ("kind == 'ma", None),
        ("`ch2_sc", Word(0, "ch2_sc")),
        ("`ch2_sci-auto`.", Word(15, "", "ch2_sci-auto")),
        ("3.5", None),
    ],
)
def test_word_before_the_cursor(text, word):
    assert word_before(text, len(text)) == word


def test_offers_begin_with_what_was_typed_and_are_quoted_where_needed():
    columns = [("mag", "magnitude"), ("mag-auto", ""), ("n_good", "good points")]
    found = [o.insert for o in offers(Word(0, "ma"), columns, ["mag"], ["ch1_sci-mag"])]
    assert found == ["mag", "`mag-auto`", "`ch1_sci-mag`."]
    assert [o.insert for o in offers(Word(9, "n_", "ch1_sci-mag"), columns, ["n_good"], [])] == [
        "n_good"
    ]


def test_text_sorts_with_empty_cells_last_and_tags_are_written_out(qapp):
    kinds = np.array(["star", "", "galaxy"], object)
    assert np.isnan(sort_keys(kinds)[1])
    assert sort_keys(kinds)[2] < sort_keys(kinds)[0]
    tags = np.empty(2, object)
    tags[:] = [("a", "b"), ()]
    assert column_of("tags", tags).write(tags[0]) == "a, b"
    model = ObjectModel()
    model.set_objects(["p", "q", "r"])
    model.set_columns(["kind"])
    model.set_numbers({"kind": kinds}, "m")
    model.sort_by("kind", Qt.SortOrder.DescendingOrder)
    assert model.order.tolist() == [0, 2, 1]


def test_a_filter_of_other_numbers_is_said_even_when_the_order_is_of_these(window, qtbot, store):
    opened(window, qtbot, store)
    table = window.docks.table
    typed(window, qtbot, "excess > 1", meant=True)
    window.actions_["next_measurement"].trigger()
    table.sort_by("mag")
    assert table.head.resort.isVisible()
    assert table.head.resort.text() == "filter: by ch1_sci-aper_r3 — renew"
    table.head.resort.click()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert not table.head.resort.isVisible()


def test_tags_given_elsewhere_are_columns_that_follow(window, qtbot, store):
    current = opened(window, qtbot, store)
    table = window.docks.table
    table.columns.show(["verdict", "tags"])
    with Field(store, person="another") as other:
        other.journal.add_tag("I9", "odd")
        other.journal.set_verdict("I9", "periodic")
    window.stores.follow()
    row = table.model.row_of(8)
    assert [table.model.index(row, c).data() for c in (0, 2)] == ["periodic", "odd"]
    typed(window, qtbot, "tags == 'odd'", meant=True)
    assert current.session.object_id == "I9"
    assert listed(window) == ["I9"]
