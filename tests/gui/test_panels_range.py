"""The typed range, the reasons that can be clicked, zoom back and forward."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from lightledger.app.rangedialog import RangeDialog
from lightledger.app.timelabels import calendar_ticks, parse_time, to_mjd
from lightledger.domain import LightledgerError
from lightledger.library.field import Field

pytestmark = pytest.mark.window


@pytest.fixture
def shown(window, store, qtbot):
    window.show_field(Field(store), "I21")  # every second visit is flagged
    qtbot.waitUntil(lambda: not window.jobs.busy)
    return window


@pytest.mark.parametrize(
    ("text", "mjd"),
    [
        ("53000.5", 53000.5),
        ("53,000", 53000.0),
        ("2453001.0", 53000.5),
        ("2003-12-27", 53000.0),
        ("2003-12-27 12:00", 53000.5),
        ("2003-12-27T12:00:00", 53000.5),
        ("2003-12-27T14:00:00+02:00", 53000.5),
        ("2004", 53005.0),
        ("2004-02", 53036.0),
    ],
)
def test_times_are_read_as_people_type_them(text, mjd):
    assert parse_time(text) == pytest.approx(mjd, abs=1e-9)


@pytest.mark.parametrize("text", ["", "tomorrow", "31.12.2004", "2004-13-01", "nan", "inf"])
def test_what_is_no_time_is_said(text):
    with pytest.raises(LightledgerError, match="is no time"):
        parse_time(text)


def test_a_typed_range_is_said_back_and_taken(shown, qtbot):
    qtbot.keyClick(shown.open.page.stack, Qt.Key.Key_D)
    dialog = shown.findChild(RangeDialog)
    low, high = dialog.fields
    low.setText("2004-06-01")
    high.setText("54000")
    assert dialog.said[0].text() == "MJD 53157.00000 = 2004-06-01 00:00:00 UTC"
    assert "2006-09-22" in dialog.said[1].text()
    visits = np.concatenate([shown.open.session.visits(b)["mjd_utc_mid"] for b in ("ch1", "ch2")])
    n = np.count_nonzero((visits >= 53157) & (visits <= 54000))
    assert dialog.counted.text() == f"{n} of 120 visits, all bands"
    dialog.findChild(QDialogButtonBox).accepted.emit()
    times = shown.open.session.times
    assert times.filter == (53157.0, 54000.0)
    assert times.view[0] < 53157 < 54000 < times.view[1]


def test_a_range_that_cannot_be_is_not_taken(shown, qtbot):
    dialog = RangeDialog(shown.open.session, shown)
    qtbot.addWidget(dialog)
    low, high = dialog.fields
    low.setText("soon")
    assert not dialog.ok.isEnabled()
    assert "MJD" in dialog.said[0].text()
    low.setText("54000")
    high.setText("53000")
    assert not dialog.ok.isEnabled()
    high.clear()
    assert dialog.ok.isEnabled()
    assert dialog.ends() == (54000.0, np.inf)


@pytest.mark.parametrize(("reason", "n"), [("flag", 30), ("time", 15)])
def test_a_click_on_a_reason_rings_those_points(shown, qtbot, reason, n):
    current = shown.open
    if reason == "time":
        order = np.sort(current.presenter.current.curve.lc.time[::2])
        current.session.times.set_filter((order[14] + order[15]) / 2, np.inf)
        qtbot.waitUntil(lambda: "15 time" in current.page.overview.counts.words)
    counts = current.page.overview.counts
    assert f'<a href="{reason}"' in counts.text()
    counts.linkActivated.emit(reason)
    panel = current.page.stack.panels[0]
    assert np.count_nonzero(panel.points.flashed) == n
    assert panel.points.n_drawn == 60, "hidden points are shown in place"
    assert f"{n} points with a ring: hidden by {reason}" in shown.statusBar().currentMessage()
    current.page.stack.flash("")
    assert not panel.points.flashed.any()


def test_zoom_goes_back_and_forward(shown, qtbot):
    stack, times = shown.open.page.stack, shown.open.session.times
    views = [times.view]
    for view in ((53100.0, 54000.0), (53200.0, 53500.0)):
        times.set_view(*view)
        views.append(view)
    for step in (1, 0, 0):
        qtbot.keyClick(stack, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
        assert times.view == pytest.approx(views[step])
    for step in (1, 2, 2):
        qtbot.keyClick(stack, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
        assert times.view == pytest.approx(views[step])
    qtbot.keyClick(stack, Qt.Key.Key_Backspace)
    times.set_view(53300.0, 53400.0)
    qtbot.keyClick(stack, Qt.Key.Key_Backspace, Qt.KeyboardModifier.ShiftModifier)
    assert times.view == pytest.approx((53300.0, 53400.0)), "a new view ends what was forward"


def test_typed_times_go_both_ways():
    from lightledger.app.timelabels import to_datetime

    for mjd in (0.0, 40587.0, 53000.5, 60310.25):
        assert to_mjd(to_datetime(mjd)) == pytest.approx(mjd, abs=1e-9)
        assert parse_time(f"{to_datetime(mjd):%Y-%m-%d %H:%M:%S}") == pytest.approx(mjd, abs=1e-5)


def test_a_barycentric_end_is_that_of_the_selected_object(shown, qtbot):
    session = shown.open.session
    lc = session.curve(session.measurement).lc
    dialog = RangeDialog(session, shown)
    for text in (f"BJD {lc.bjd_tdb[20]:.8f}", f"bmjd {lc.bjd_tdb[20] - 2_400_000.5:.8f}"):
        dialog.fields[0].setText(text)
        assert dialog.ends()[0] == pytest.approx(lc.time[20], abs=2e-8)
        assert f"MJD {lc.time[20]:.5f}" in dialog.said[0].text()
    dialog.fields[1].setText(f"{dialog.ends()[0] + 1e-6:.7f}")
    assert not dialog.ok.isEnabled(), "a tenth of a second is no range"


def test_the_strip_stands_still_while_its_range_is_dragged(shown, qtbot):
    overview, session = shown.open.page.overview, shown.open.session
    before = overview.strip.viewRange()[1]
    lc = session.curve(session.measurement).lc
    session.times.set_filter(lc.time[10] - 1.0, lc.time[10] + 1.0)
    qtbot.waitUntil(lambda: "time" in overview.counts.words)
    assert overview.strip.viewRange()[1] == before


def test_a_view_of_days_says_its_year(shown, qtbot):
    panel, times = shown.open.page.stack.panels[0], shown.open.session.times
    times.set_view(53170.2, 53176.7)
    assert panel._top_corner.text == "2004, UTC"
    labels = calendar_ticks(53367.5, 53374.5, 8)[1]
    assert labels[0].endswith("2004")
    assert "1 Jan 2005" in labels


def test_hours_of_all_panels_count_from_one_day(shown):
    session, presenter = shown.open.session, shown.open.presenter
    session.display.set_x("hours")
    presenter.refresh()
    days = {panel.bottom._first for panel in shown.open.page.stack.panels}
    assert days == {np.floor(session.times.first)}
