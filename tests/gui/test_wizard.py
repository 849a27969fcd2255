"""The wizard from a dropped folder to an open store, with real frames of a small night."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from synthetic import Series

import lightledger
from lightledger.app.wizard import IngestWizard

pytestmark = pytest.mark.window

#: Compiling the kernels on a fresh machine takes its time.
LONG = 240_000


@pytest.fixture
def wizard(qtbot):
    made: list[IngestWizard] = []

    def make(*folders: Path) -> IngestWizard:
        wizard = IngestWizard(None, list(folders))
        made.append(wizard)
        wizard.resize(1280, 800)
        wizard.show()
        return wizard

    yield make
    for each in made:
        each.shut_down()
        each.hide()
        each.deleteLater()


@pytest.fixture
def shot():
    """Save what a window looks like, where LIGHTLEDGER_SHOTS names a folder."""
    folder = os.environ.get("LIGHTLEDGER_SHOTS", "")

    def save(widget, name: str) -> None:
        if folder:
            widget.grab().save(str(Path(folder) / f"{name}.png"))

    return save


def wait_ready(qtbot, page) -> None:
    """Until the page's work is done; its failure fails the test with its own words."""
    qtbot.waitUntil(lambda: page.ready or bool(page.trouble), timeout=LONG)
    assert not page.trouble


def go_to_measure(qtbot, wizard: IngestWizard) -> None:
    wait_ready(qtbot, wizard.files)
    wizard.forward()
    wait_ready(qtbot, wizard.reference)
    wizard.forward()
    wait_ready(qtbot, wizard.measure)


def test_from_a_folder_to_a_store_by_pressing_enter(qtbot, wizard, shot, tmp_path: Path) -> None:
    """Defaults lead to a store; counts add up; it opens on my star."""
    night = tmp_path / "night"
    series = Series(n_visit=8, shape=(128, 160), with_wcs=False, drift_px=12.0)
    series.write(night)
    (night / "broken.fits").write_bytes(b"SIMPLE  = nonsense")
    w = wizard(night)
    wait_ready(qtbot, w.files)
    survey = w.files.survey
    assert survey is not None
    assert len(survey.bands[0].visits) == 8
    assert "1 refused" in w.files.subline.text()
    assert w.choices.output == night / "Test_field.h5"
    shot(w, "files")

    qtbot.keyClick(w, Qt.Key.Key_Return)
    wait_ready(qtbot, w.reference)
    found = w.reference.found
    x, y, _flux = series.stars()
    assert found is not None
    planted = [found.nearest(a, b, 1.5) is not None for a, b in zip(x, y, strict=True)]
    assert sum(planted) >= 0.9 * len(x)
    w.reference.sky.clicked.emit(float(x[5]), float(y[5]))
    target = w.choices.target
    assert target is not None
    assert np.hypot(target.x - x[5], target.y - y[5]) < 1
    shot(w, "reference")

    qtbot.keyClick(w, Qt.Key.Key_Return)
    wait_ready(qtbot, w.measure)
    assert w.measure.pixels.text()
    assert w.measure.cost.tiles["curves"].text() != "-"
    shot(w, "measure")

    qtbot.keyClick(w, Qt.Key.Key_Return)
    with qtbot.waitSignal(w.published, timeout=LONG) as published:
        enough = lambda: w.run_page.growing.curves[0].n_points > 2 or bool(w.run_page.trouble)  # noqa: E731
        qtbot.waitUntil(enough, timeout=LONG)
        assert not w.run_page.trouble
        shot(w, "run")
    qtbot.waitUntil(lambda: w.end.summary is not None or bool(w.end.trouble), timeout=LONG)
    assert not w.end.trouble
    shot(w, "end")
    assert w.end.summary is not None
    assert all(each.adds_up for each in w.end.summary.sums)
    report = w.end.report
    assert report is not None
    assert (report.files_used, report.files_refused) == (8, 1)
    with qtbot.waitSignal(w.finished_store, timeout=5000) as opened:
        qtbot.keyClick(w, Qt.Key.Key_Return)
    assert opened.args == [str(night / "Test_field.h5"), report.target]
    assert published.args == [str(night / "Test_field.h5")]
    with lightledger.open(report.store) as field:
        assert field.targets == (report.target,)
        curve = field.light_curve(report.target, field.measurements[0])
        assert len(curve) == 8


def test_cancel_keeps_visits_and_start_goes_on(qtbot, wizard, tmp_path: Path) -> None:
    night = tmp_path / "night"
    Series(n_visit=14).write(night)
    w = wizard(night)
    go_to_measure(qtbot, w)
    stopped = []
    w.runner.visit.connect(lambda event: event.n_done == 3 and w.runner.stop())
    w.runner.cancelled.connect(lambda: stopped.append(w.runner.n_done))
    w.forward()
    qtbot.waitUntil(lambda: bool(stopped), timeout=LONG)
    assert 3 <= stopped[0] < 14
    assert not (night / "Test_field.h5").exists()
    assert (night / "Test_field.h5.staging").is_dir()
    assert "kept" in w.run_page.subline.text()
    w.runner.visit.disconnect()
    w.back()
    wait_ready(qtbot, w.measure)
    assert w.measure.cost.afresh.isVisible()
    assert not w.measure.cost.afresh.isChecked()
    with qtbot.waitSignal(w.runner.finished, timeout=LONG) as finished:
        w.forward()
    report = finished.args[0]
    assert sum(report.visits.values()) == 14
    assert report.visits_measured <= 14 - stopped[0]


def test_other_apertures_after_a_cancel_start_afresh(qtbot, wizard, tmp_path: Path) -> None:
    """Visits measured otherwise are not mixed in, and the person need not know how."""
    night = tmp_path / "night"
    Series(n_visit=8).write(night)
    w = wizard(night)
    go_to_measure(qtbot, w)
    stopped = []
    w.runner.visit.connect(lambda event: event.n_done == 2 and w.runner.stop())
    w.runner.cancelled.connect(lambda: stopped.append(1))
    w.forward()
    qtbot.waitUntil(lambda: bool(stopped), timeout=LONG)
    w.runner.visit.disconnect()
    w.back()
    wait_ready(qtbot, w.measure)
    w.measure.pixels.selectAll()
    qtbot.keyClicks(w.measure.pixels, "2, 3.5")
    with qtbot.waitSignal(w.runner.finished, timeout=LONG) as finished:
        w.forward()
    report = finished.args[0]
    assert report.visits_measured == 8
    with lightledger.open(report.store) as field:
        assert field.measurements == ("R_sci-aper_r2", "R_sci-aper_r3.5")


def test_pause_holds_the_run_and_it_can_go_on_behind(qtbot, wizard, tmp_path: Path) -> None:
    night = tmp_path / "night"
    Series(n_visit=10).write(night)
    w = wizard(night)
    go_to_measure(qtbot, w)
    w.runner.visit.connect(
        lambda event: event.n_done == 2 and w.run_page.pause_button.setChecked(True)
    )
    w.forward()
    qtbot.waitUntil(lambda: w.runner.paused, timeout=LONG)
    with qtbot.waitSignal(w.sent_to_background, timeout=5000):
        w.run_page.background_button.click()
    assert not w.isVisible()
    assert "Paused" in w.run_page.short_text()
    told = []
    w.progressed.connect(lambda fraction, text: told.append(fraction))
    with qtbot.waitSignal(w.published, timeout=LONG):
        w.run_page.pause_button.setChecked(False)
    assert told[-1] == 1.0
    w.bring_back()
    assert w.isVisible()


def test_escape_asks_while_it_runs(qtbot, wizard, tmp_path: Path, monkeypatch) -> None:
    night = tmp_path / "night"
    Series(n_visit=10).write(night)
    w = wizard(night)
    go_to_measure(qtbot, w)
    asked = []
    monkeypatch.setattr(w, "ask_running", lambda: asked.append(1) or "stop")
    w.forward()
    qtbot.waitUntil(lambda: w.runner.n_total > 0, timeout=LONG)
    with qtbot.waitSignal(w.runner.cancelled, timeout=LONG):
        qtbot.keyClick(w, Qt.Key.Key_Escape)
    assert asked == [1]
    assert w.isVisible()
    qtbot.keyClick(w, Qt.Key.Key_Escape)
    assert not w.isVisible()


def test_back_loses_nothing(qtbot, wizard, tmp_path: Path) -> None:
    night = tmp_path / "night"
    Series(n_visit=6).write(night)
    w = wizard(night)
    go_to_measure(qtbot, w)
    w.measure.pixels.setFocus()
    w.measure.pixels.selectAll()
    qtbot.keyClicks(w.measure.pixels, "2, 3.5")
    picture = w.reference.picture
    w.back()
    w.back()
    w.forward()
    w.forward()
    wait_ready(qtbot, w.measure)
    assert w.reference.picture is picture
    assert w.measure.radii()[0] == (2.0, 3.5)
    assert w.measure.pixels.text() == "2, 3.5"
    assert w.choices.request().recipe.measuring.radii_px == (2.0, 3.5)


def test_a_threshold_finds_fewer_at_once(qtbot, wizard, tmp_path: Path) -> None:
    night = tmp_path / "night"
    Series(n_visit=5, n_star=30, shape=(128, 128)).write(night)
    w = wizard(night)
    wait_ready(qtbot, w.files)
    w.forward()
    wait_ready(qtbot, w.reference)
    before = len(w.reference.found.ids)
    w.reference.threshold.slider.setValue(60)
    w.reference.threshold.pixels.setValue(40)
    qtbot.waitUntil(lambda: len(w.reference.found.ids) != before, timeout=LONG)
    assert len(w.reference.found.ids) < before


def test_my_star_by_coordinates(qtbot, wizard, tmp_path: Path) -> None:
    night = tmp_path / "night"
    series = Series(n_visit=4, shape=(128, 128))
    series.write(night)
    w = wizard(night)
    wait_ready(qtbot, w.files)
    w.forward()
    wait_ready(qtbot, w.reference)
    found = w.reference.found
    card = w.reference.target
    card.add_button.click()
    row = len(w.reference.targets.entries) - 1
    card.table.item(row, 0).setText("mine")
    card.table.item(row, 1).setText(f"{found.ra[4]:.6f} {found.dec[4]:+.6f}")
    qtbot.waitUntil(lambda: w.choices.target is not None, timeout=LONG)
    assert w.choices.target.name == "mine"
    assert np.hypot(w.choices.target.x - found.x[4], w.choices.target.y - found.y[4]) < 0.2
    card.table.item(row, 1).setText("10.0 -60.0")
    qtbot.waitUntil(lambda: "outside" in card.remark.text(), timeout=LONG)


def test_a_catalogue_dropped_on_it_is_used(qtbot, wizard, tmp_path: Path) -> None:
    night = tmp_path / "night"
    series = Series(n_visit=4, shape=(128, 128))
    series.write(night)
    x, y, _ = series.stars()
    table = tmp_path / "mine.csv"
    rows = [f"s{i},{a},{b}" for i, (a, b) in enumerate(zip(x[:7], y[:7], strict=True))]
    table.write_text("\n".join(["id,x,y", *rows]) + "\n")
    w = wizard(night)
    wait_ready(qtbot, w.files)
    w.take_paths([table])
    wait_ready(qtbot, w.reference)
    assert w.reference.found.ids == tuple(f"s{i}" for i in range(7))
    assert not w.reference.threshold.isVisible()
    assert "id" in w.reference.source.columns.text()
    assert w.choices.request().catalog == str(table)


@pytest.mark.parametrize("what", ["empty", "text", "target"])
def test_bad_input_is_one_line_and_blocks_next(qtbot, wizard, tmp_path: Path, what: str) -> None:
    folder = tmp_path / "night"
    folder.mkdir()
    if what == "text":
        (folder / "a.fits").write_text("hello")
    if what == "target":
        Series(n_visit=3).write(folder)
    w = wizard(folder)
    if what == "target":
        wait_ready(qtbot, w.files)
        (folder / "mine.h5").write_text("a letter")
        w.files.store.edit.clear()
        qtbot.keyClicks(w.files.store.edit, str(folder / "mine.h5"))
        assert "not a lightledger store" in w.files.store.state.text()
    else:
        qtbot.waitUntil(lambda: not w.files.scanning, timeout=LONG)
        text = w.files.wait.text.text()
        assert text
        assert "\n" not in text
        assert "Traceback" not in text
    assert not w.next_button.isEnabled()
    w.forward()
    assert w.page == 0
