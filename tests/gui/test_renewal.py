"""A newer version of the open store is offered; damaged records are said."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from appending import append_visits

from lightledger.app.panels.panel import DAMAGED
from lightledger.app.storepage import SaidList
from lightledger.library.field import Field

pytestmark = pytest.mark.window
SLOW = 60_000


def opened(window, qtbot, path: Path):
    window.open_store(path)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    return window.open


# ---- a newer version


def test_newer_version_is_offered_and_taken_with_everything_that_is_shown(window, qtbot, store):
    first = opened(window, qtbot, store)
    session = first.session
    session.panels.set_measurement("ch2_sci-aper_r5")
    session.set_object("I9")
    session.panels.show_bands(("ch2",))
    session.display.set_corrected(not session.display.corrected)
    was_corrected = session.display.corrected
    session.times.set_filter(53100.0, 54000.0)
    session.times.set_view(53200.0, 53900.0)
    window.docks.table.sort_by("mag")
    first.toolbar.filter.put("mag < 18")
    qtbot.waitUntil(lambda: first.filter.text == "mag < 18", timeout=SLOW)
    session.set_object("I9")
    before = session.curve("ch2_sci-aper_r5").lc.value.copy()

    append_visits(store, 3)
    window.stores.follow()
    bar = window.centre.reload
    qtbot.waitUntil(bar.isVisible, timeout=SLOW)
    assert bar.label.text() == "A newer version of this store is there (63 visits, was 60)."
    assert window.open is first, "nothing is reopened by itself"
    np.testing.assert_array_equal(session.curve("ch2_sci-aper_r5").lc.value, before)

    bar.button.click()
    qtbot.waitUntil(lambda: window.open not in (None, first) and not window.jobs.busy, timeout=SLOW)
    again = window.open.session
    assert len(again.curve("ch2_sci-aper_r5").lc) == 63
    assert (again.object_id, again.measurement) == ("I9", "ch2_sci-aper_r5")
    assert again.panels.bands == ("ch2",)
    assert again.display.corrected is was_corrected
    assert again.times.filter == (53100.0, 54000.0)
    assert again.times.view == (53200.0, 53900.0)
    assert window.docks.table.sorted_by == ("mag", False)
    qtbot.waitUntil(lambda: window.open.filter.text == "mag < 18", timeout=SLOW)
    assert window.open.toolbar.filter.box.text() == "mag < 18"
    assert not bar.isVisible()
    window.stores.follow()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert not bar.isVisible(), "the newest version is no newer one"


def test_the_folder_is_watched_and_later_means_later(window, qtbot, store):
    opened(window, qtbot, store)
    append_visits(store, 1)
    bar = window.centre.reload
    qtbot.waitUntil(bar.isVisible, timeout=SLOW)  # nobody looked: the system told
    bar.later.click()
    assert not bar.isVisible()
    window.stores.follow()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert not bar.isVisible()
    append_visits(store, 1)
    window.stores.follow()
    qtbot.waitUntil(bar.isVisible, timeout=SLOW)
    assert "(62 visits, was 60)" in bar.label.text()
    window.stores.close()
    assert not bar.isVisible()
    assert not window.stores.renewal._watcher.directories()


def test_a_version_that_waits_as_next_is_offered(window, qtbot, store, tmp_path):
    first = opened(window, qtbot, store)
    aside = tmp_path / "aside" / "field.h5"
    aside.parent.mkdir()
    shutil.copy(store, aside)
    append_visits(aside, 2)
    shutil.copy(aside, store.with_name("field.h5.next"))
    window.stores.follow()
    qtbot.waitUntil(window.centre.reload.isVisible, timeout=SLOW)
    window.actions_["reload"].trigger()
    qtbot.waitUntil(lambda: window.open not in (None, first) and not window.jobs.busy, timeout=SLOW)
    assert window.open.session.field.n_visit("ch1_sci-aper_r3") == 62


@pytest.mark.parametrize("what", ["gone", "noise"])
def test_a_store_that_is_gone_or_overwritten_offers_nothing(window, qtbot, store, what):
    current = opened(window, qtbot, store)
    if what == "gone":
        store.unlink()
    else:
        store.with_suffix(".tmp").write_bytes(os.urandom(5000))
        store.with_suffix(".tmp").replace(store)
    window.stores.follow()
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert not window.centre.reload.isVisible()
    assert np.isfinite(current.session.curve("ch1_sci-aper_r3").y).any(), "still readable"


def test_acts_of_another_window_show_without_a_click(window, qtbot, store):
    current = opened(window, qtbot, store)
    current.session.set_object("I9")
    with Field(store, person="another") as other:
        other.journal.reject_point("I9", "ch1", "gr130")
        other.journal.save_subset("theirs", where="mag < 18")
    qtbot.waitUntil(lambda: "theirs" in current.toolbar.filter.subsets.known, timeout=SLOW)
    qtbot.waitUntil(lambda: "1 rejected" in current.presenter.counts(), timeout=SLOW)


# ---- damage


def flip(store: Path, measurement: str, index: int) -> None:
    """One bit of one record, as a disk does it."""
    with Field(store) as field:
        place = field.reader.record_place(measurement)
        at = place.offset + index * place.dtype.itemsize + 41
    with store.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x10]))


def test_a_damaged_record_is_said_and_none_of_it_passes(window, qtbot, store):
    flip(store, "ch1_sci-aper_r3", 8)
    current = opened(window, qtbot, store)
    page = window.docks.facts.findChild(SaidList)
    assert page._heading.text() == "Problems: 1"
    assert "damaged" not in window._state.text()
    current.session.set_object("I9")
    current.presenter.refresh()
    hurt, sound = current.page.stack.panels
    assert hurt.notice.text == DAMAGED
    assert sound.notice.text == ""
    assert not hurt.shown.passing.keep.any()
    assert sound.shown.passing.keep.all()
    assert current.presenter.counts() == "0 of 60 pass (0 in view); hidden: 60 damaged"
    assert page._heading.text() == "Problems: 2"
    assert "record of I9 in ch1_sci-aper_r3" in page._box.toPlainText()
    assert window._state.text().strip().endswith("1 damaged")
    current.session.set_object("I10")
    current.presenter.refresh()
    assert current.page.stack.panels[0].notice.text == ""
    current.session.set_object("I9")
    current.presenter.refresh()
    assert page._heading.text() == "Problems: 2", "counted once"
    current.session.display.set_shows_hidden(False)
    current.presenter.refresh()
    assert current.page.stack.panels[0].points.n_drawn == 0


def test_a_damaged_table_is_said_when_the_store_is_opened(window, qtbot, store):
    with Field(store) as field:
        at = field.reader._structure.place("/objects/dec").offset + 12
    with store.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))
    opened(window, qtbot, store)
    qtbot.waitUntil(window.centre.bar.isVisible, timeout=SLOW)
    assert "/objects/dec" in window.centre.bar.message
    page = window.docks.facts.findChild(SaidList)
    assert "table /objects/dec: damaged" in page._box.toPlainText()
