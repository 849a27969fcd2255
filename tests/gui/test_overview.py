"""The strip: its range is the filter, its counts are honest."""

from __future__ import annotations

import re

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from lightledger.analysis.masks import passes
from lightledger.app.notifications import Notifications
from lightledger.app.overview import HIT_PX, Overview
from lightledger.app.presenter import Presenter
from lightledger.app.session import Session
from lightledger.app.theme import Themes
from lightledger.library.field import Field

pytestmark = pytest.mark.window


@pytest.fixture
def strip(qtbot, store):
    field = Field(store)
    session = Session(field)
    themes = Themes("light")
    presenter = Presenter(session, Notifications())
    made = Overview(presenter, themes)
    made.kept = (session, themes)
    qtbot.addWidget(made)
    made.resize(900, 120)
    made.show()
    qtbot.waitExposed(made)
    made.grab()
    yield made
    presenter.stop()
    made.hide()
    field.close()


def pixel(strip, mjd: float):
    at = strip.strip.mapViewToScene(QPointF(mjd, 0))
    return QPointF(at.x(), strip.strip.sceneBoundingRect().center().y())


def drag(strip, qtbot, start: QPointF, end: QPointF) -> None:
    view, viewport = strip._view, strip._view.viewport()
    a, b = view.mapFromScene(start), view.mapFromScene(end)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=a)
    for step in range(1, 6):
        qtbot.mouseMove(viewport, a + (b - a) * step / 5)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=b)


def test_everything_passes_at_first(strip):
    assert strip.counts.words.startswith("59 of 60 pass (59 in view); hidden: 1 flag")
    assert not strip.all_button.isVisible()


def test_dragging_an_edge_filters_live(strip, qtbot):
    times = strip._times
    news: list[str] = []
    times.filter_changed.connect(lambda: news.append(strip.counts.words))
    low, _ = times.clipped_filter()
    drag(strip, qtbot, pixel(strip, low) + QPointF(HIT_PX - 2, 0), pixel(strip, 53800))
    qtbot.waitUntil(lambda: "time" in strip.counts.words, timeout=2000)
    assert times.filter[0] == pytest.approx(53800, abs=8)
    assert times.filter[1] == np.inf
    assert news
    n_pass = int(re.match(r"\d+", strip.counts.words)[0])
    expected = np.count_nonzero(strip._presenter.current.curve.lc.time >= times.filter[0])
    assert n_pass == expected


def test_dragging_inside_moves_the_range_and_beside_makes_a_new_one(strip, qtbot):
    times = strip._times
    times.set_filter(53400, 53800)
    drag(strip, qtbot, pixel(strip, 53600), pixel(strip, 53900))
    assert times.filter == pytest.approx((53700, 54100), abs=10)
    drag(strip, qtbot, pixel(strip, 54300), pixel(strip, 54600))
    assert times.filter == pytest.approx((54300, 54600), abs=10)
    strip.all_button.click()
    assert not times.filtered


def test_the_grip_is_ten_pixels_wide(strip):
    strip._times.set_filter(53400, 54200)
    edge = pixel(strip, 53400)
    assert strip.strip.grip_at(edge + QPointF(HIT_PX - 1, 0)) == "low"
    assert strip.strip.grip_at(edge - QPointF(HIT_PX - 1, 0)) == "low"
    assert strip.strip.grip_at(edge + QPointF(HIT_PX + 2, 0)) == "both"
    assert strip.strip.grip_at(edge - QPointF(HIT_PX + 2, 0)) == "new"


def test_many_moves_become_one_recount_per_frame(strip, qtbot):
    times = strip._times
    counted: list[int] = []
    times.filter_changed.connect(lambda: counted.append(1))
    for k in range(100):
        times.set_filter(53100 + k, 54400)
    assert not counted
    qtbot.waitUntil(lambda: bool(counted), timeout=2000)
    assert len(counted) == 1
    assert times.filter[0] == 53199


def test_counts_add_up_for_many_filters(strip):
    session, presenter = strip._presenter.session, strip._presenter
    rng = np.random.default_rng(8)
    journal = session.field.journal
    for k in range(60):
        session.set_index(int(rng.integers(0, session.n_object)))
        low, high = np.sort(rng.uniform(52900, 54900, 2))
        session.times.set_filter(low, high)
        if k % 10 == 0:
            journal.reject_point(session.object_id, "ch1", f"gr{100 + int(rng.integers(0, 60))}")
        presenter.refresh()
        strip._show_view()
        shown = presenter.current
        text = strip.counts.words
        n_pass, n_all = (int(x) for x in re.match(r"(\d+) of (\d+) pass", text).groups())
        _, _, why = text.partition("hidden: ")
        hidden = [int(x) for x in re.findall(r"(\d+) (?:time|flag|rejected|not finite|clip)", why)]
        assert n_pass + sum(hidden) == n_all == 60
        again = passes(session.field.light_curve(session.index, shown.measurement),
                       presenter.filters())  # fmt: skip
        assert again.n_pass == n_pass


def test_view_becomes_range(strip):
    times = strip._times
    times.set_view(53500, 53700)
    times.view_to_filter()
    assert times.filter == (53500, 53700)
    times.set_view(*times.whole)
    times.view_to_filter()
    assert not times.filtered
