"""Cleaning by hand: what is let through, tried, hidden and rejected is counted alike everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from lightledger.analysis.masks import hidden_by
from lightledger.analysis.running import Clip
from lightledger.domain import DEFAULT_MASK, Flag

from .conftest import ECLIPSING, FLAGGED, N_VISIT, SINE

pytestmark = pytest.mark.window
SLOW = 60_000


@pytest.fixture
def dock(window, qtbot, store):
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=SLOW)
    window.actions_["show_cleaning"].trigger()
    made = window.docks.content("cleaning")
    qtbot.waitUntil(made.isVisible, timeout=SLOW)
    return made


def select(window, qtbot, index: int) -> None:
    window.open.session.set_index(index)
    qtbot.waitUntil(
        lambda: window.open.presenter.current.curve.lc.object == window.open.session.object_id
    )


def hidden(window) -> dict[str, int]:
    return dict(window.open.presenter.current.passing.counts)


def exported(window, tmp_path) -> int:
    session = window.open.session
    report = session.field.export(
        tmp_path / "out.csv",
        [session.object_id],
        [session.measurement],
        window.open.presenter.filters(),
    )
    return report.n_rows


def test_a_flag_let_through_shows_up_everywhere(dock, window, qtbot, tmp_path):
    select(window, qtbot, FLAGGED)
    page, saturated = window.open.page, dock.flags.boxes[Flag.SATURATED]
    n = int(dock.flags.counts[Flag.SATURATED].text())
    assert n == N_VISIT // 2 == hidden(window)["flag"]
    assert saturated.isChecked()
    assert not page.overview.cleaning_button.isVisible()
    before = exported(window, tmp_path)
    qtbot.mouseClick(saturated, Qt.MouseButton.LeftButton, pos=QPoint(8, saturated.height() // 2))
    assert window.open.session.cleaning.mask == DEFAULT_MASK & ~Flag.SATURATED
    assert hidden(window)["flag"] == 0
    assert page.stack.panels[0].shown.passing.keep.all()
    assert page.overview.counts.words.startswith(f"{N_VISIT} of {N_VISIT} pass")
    assert exported(window, tmp_path) == N_VISIT == before + n
    assert page.overview.cleaning_button.text() == "1 flag let through"
    numbers = window.open.numbers
    qtbot.waitUntil(lambda: not numbers.waiting and numbers.statistics is not None, timeout=SLOW)
    assert numbers.columns["n_good"][FLAGGED] == N_VISIT
    assert numbers.source.endswith("1 flag let through")
    dock.reset.click()
    assert hidden(window)["flag"] == n
    assert numbers.statistics is None  # those of the store again


def test_a_clip_is_tried_before_it_hides(dock, window, qtbot, tmp_path):
    select(window, qtbot, ECLIPSING)
    page = window.open.page
    dock.clip.sigma.stepUp()
    assert dock.clip.sigma.value() == 3.0
    n = int(dock.marked.sum())
    assert n >= 8  # the eclipses
    assert dock.clip.words.text() == f"{n} of {N_VISIT} points would go: 3 sigma"
    np.testing.assert_array_equal(page.stack.panels[0].points.flashed, dock.marked)
    assert hidden(window)["clip"] == 0
    dock.clip.hides.click()
    assert hidden(window)["clip"] == n
    assert f"{n} clip" in page.overview.counts.words
    assert dock.clip.words.text() == f"{n} of {N_VISIT} points hidden: 3 sigma"
    assert not page.stack.panels[0].points.flashed.any()
    assert exported(window, tmp_path) == N_VISIT - n
    assert page.overview.cleaning_button.text() == "clip 3 sigma"
    dock.clip.days.setValue(120.0)
    lc = window.open.presenter.current.curve.lc
    marked = hidden_by("clip", lc, window.open.session.filters())
    assert hidden(window)["clip"] == marked.sum() == dock.marked.sum()
    numbers = window.open.numbers
    qtbot.waitUntil(lambda: not numbers.waiting and numbers.statistics is not None, timeout=SLOW)
    assert numbers.columns["n_good"][ECLIPSING] == window.open.presenter.current.passing.n_pass
    dock.clip.days.setValue(20.0)
    assert f"; {N_VISIT} not judged: fewer than 4 others in the window" in dock.clip.words.text()
    dock.clip.days.setValue(120.0)
    dock.clip.hides.click()
    assert page.stack.panels[0].points.flashed.any()
    window.docks.reveal("objects")
    qtbot.waitUntil(lambda: not page.stack.panels[0].points.flashed.any())  # they go with the dock


def test_rejecting_all_that_is_marked_is_one_act_to_undo(dock, window, qtbot):
    select(window, qtbot, ECLIPSING)
    session = window.open.session
    dock.clip.sigma.setValue(4.0)
    marked = dock.marked.copy()
    assert marked.any()
    dock.clip.reject.click()
    qtbot.waitUntil(lambda: hidden(window)["rejected"] == marked.sum(), timeout=SLOW)
    (visits,) = (set(v) for v in session.field.journal.state.rejected_points.values())
    assert visits == set(window.open.presenter.current.curve.lc.visit[marked].tolist())
    assert window.undo_stack.count() == 1
    assert f"{marked.sum()} rejected by hand" in dock.always.text()
    select(window, qtbot, SINE)
    window.actions_["undo"].trigger()
    assert session.index == ECLIPSING
    qtbot.waitUntil(lambda: hidden(window)["rejected"] == 0, timeout=SLOW)
    assert not any(session.field.journal.state.rejected_points.values())
    window.actions_["redo"].trigger()
    qtbot.waitUntil(lambda: hidden(window)["rejected"] == marked.sum(), timeout=SLOW)


def test_the_running_median_follows_the_light_curve(dock, window, qtbot):
    select(window, qtbot, SINE)
    dock.days.setValue(200.0)
    qtbot.waitUntil(
        lambda: dock.smoothed is not None and "200 d" in dock.scatter.text(), timeout=SLOW
    )
    curve = window.open.presenter.current.curve
    away = curve.y[dock.smoothed.place] - dock.smoothed.level
    whole = curve.typical(window.open.presenter.current.passing.keep)[1]
    assert 1.4826 * np.median(np.abs(away)) < 0.5 * whole  # the sine is slower than that
    assert dock.plot.level._pieces
    select(window, qtbot, ECLIPSING)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert dock.smoothed.place.size + dock.smoothed.n_few == N_VISIT
    assert dock.smoothed.n_few == 2  # the first and the last
    dock.days.setValue(130.0)  # the first and last have too few others
    qtbot.waitUntil(lambda: "130 d" in dock.scatter.text(), timeout=SLOW)
    assert 0 < dock.smoothed.n_few < N_VISIT
    assert f"{dock.smoothed.n_few} left out: fewer than 4 others" in dock.scatter.text()
    assert dock.smoothed.spread > 0
    dock.days.setValue(20.0)
    qtbot.waitUntil(lambda: "widen the window" in dock.scatter.text(), timeout=SLOW)
    assert "0.0000" not in dock.scatter.text()
    dock.days.setValue(0.0)
    assert dock.smoothed is None
    assert dock.scatter.text() == ""


def test_it_is_as_it_was_when_the_store_is_opened_again(dock, window, qtbot, store):
    cleaning = window.open.session.cleaning
    cleaning.set_mask(DEFAULT_MASK | Flag.COSMIC_RAY)
    cleaning.set_clip(Clip(5.0, 30.0, 2))
    cleaning.set_clipping(True)
    window.open_store(store)
    qtbot.waitUntil(
        lambda: window.open is not None and window.open.session.cleaning is not cleaning,
        timeout=SLOW,
    )
    again = window.open.session.cleaning
    assert again.mask == DEFAULT_MASK | Flag.COSMIC_RAY
    assert again.applied == Clip(5.0, 30.0, 2)
    button = window.open.page.overview.cleaning_button
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=SLOW)
    assert button.text() == (
        "1 more flag hidden; clip 5 sigma about the running median of 30 d, up to 2 times"
    )
    button.click()
    qtbot.waitUntil(lambda: window.docks.content("cleaning").isVisible(), timeout=SLOW)
    assert window.docks.content("cleaning").clip.sigma.value() == 5.0
