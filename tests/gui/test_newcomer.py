"""A newcomer's way in the real window: drop, Return, Return; and what may be dropped by mistake."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from astropy.io import fits
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from synthetic import Series

pytestmark = pytest.mark.window

#: Compiling the kernels on a fresh machine takes its time.
LONG = 240_000
#: From the drop to a variable on screen.
MOST_ACTIONS = 10


def drop(window, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    rest = (mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    enter = QDragEnterEvent(QPoint(400, 300), Qt.DropAction.CopyAction, *rest)
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), Qt.DropAction.CopyAction, *rest))


def no_dialogs_but(*allowed) -> bool:
    shown = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    return all(w in allowed for w in shown)


def settled(qtbot, page) -> None:
    qtbot.waitUntil(lambda: page.ready or bool(page.trouble), timeout=LONG)


def dim(path: Path, x: float, y: float, factor: float) -> None:
    """Make one star of a frame fainter."""
    with fits.open(path, mode="update") as hdus:
        data = hdus[0].data.astype(np.float32)
        box = np.s_[int(y) - 6 : int(y) + 8, int(x) - 6 : int(x) + 8]
        sky = np.median(data)
        data[box] = sky + factor * (data[box] - sky)
        hdus[0].data = data


def test_from_a_drop_to_a_planted_variable(qtbot, window, tmp_path: Path) -> None:
    night = tmp_path / "night"
    series = Series(n_visit=12, n_star=20, apart_px=18.0, shape=(128, 160))
    frames = series.write(night)
    x, y, _ = series.stars()
    for path in frames[4:8]:
        dim(path, x[3], y[3], 0.5)

    drop(window, night)
    actions = 1
    wizard = window.ingesting.wizard
    for page in (wizard.files, wizard.reference, wizard.measure):
        settled(qtbot, page)
        assert not page.trouble
        qtbot.keyClick(wizard, Qt.Key.Key_Return)
        actions += 1
    qtbot.waitUntil(lambda: wizard.over or bool(wizard.run_page.trouble), timeout=LONG)
    assert wizard.over, wizard.run_page.trouble
    qtbot.waitUntil(lambda: wizard.end.summary is not None, timeout=LONG)
    assert all(each.adds_up for each in wizard.end.summary.sums)
    qtbot.mouseClick(wizard.end.thumbs[0], Qt.MouseButton.LeftButton)
    actions += 1
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=LONG)

    assert actions <= MOST_ACTIONS
    session = window.open.session
    objects = session.field.reader.objects
    place = objects["x"][session.index], objects["y"][session.index]
    assert np.hypot(place[0] - x[3], place[1] - y[3]) < 1.5
    assert "12 of 12 pass" in window.open.presenter.counts()
    assert window.ingesting.wizard is None
    assert no_dialogs_but(window)
    assert not window.centre.bar.isVisible()


def _empty(folder: Path) -> None:
    folder.mkdir()


def _no_time(folder: Path) -> None:
    for path in Series(n_visit=3).write(folder):
        with fits.open(path, mode="update") as hdus:
            for keyword in ("DATE-OBS", "MJD-OBS"):
                hdus[0].header.pop(keyword, None)


def _unc_alone(folder: Path) -> None:
    for i, path in enumerate(Series(n_visit=2).write(folder)):
        path.rename(folder / f"IDF_gr{i + 1}_ch1_unc.fits")


def _two_fields(folder: Path) -> None:
    Series(n_visit=3, header={"CRVAL1": 31.0, "CRVAL2": 46.7}).write(folder / "a")
    for path in Series(n_visit=3, header={"CRVAL1": 151.0, "CRVAL2": -20.7}).write(folder / "b"):
        path.rename(path.with_name(f"other_{path.name}"))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_empty, "no FITS image"),
        (_no_time, "no exposure time stamp"),
        (_unc_alone, "unc without its sci"),
        (_two_fields, "two fields"),
    ],
)
def test_a_folder_of_no_use_is_one_line_and_the_next_drop_works(
    qtbot, window, tmp_path: Path, make, words: str
) -> None:
    bad, good = tmp_path / "bad", tmp_path / "good"
    make(bad)
    before = sorted(bad.rglob("*"))
    drop(window, bad)
    wizard = window.ingesting.wizard
    settled(qtbot, wizard.files)
    text = wizard.files.wait.text.text()
    assert words in text
    assert "\n" not in text
    assert "Traceback" not in text
    assert not wizard.next_button.isEnabled()
    assert no_dialogs_but(window, wizard)
    assert sorted(bad.rglob("*")) == before
    Series(n_visit=3).write(good)
    drop(window, good)
    settled(qtbot, wizard.files)
    assert wizard.files.survey is not None
    assert wizard.choices.folders == [good]


@pytest.mark.parametrize("with_wcs", [True, False])
def test_no_stars_is_said_where_the_picture_would_be(
    qtbot, window, tmp_path: Path, with_wcs: bool
) -> None:
    dark = tmp_path / "dark"
    Series(n_visit=3, n_star=0, with_wcs=with_wcs).write(dark)
    drop(window, dark)
    wizard = window.ingesting.wizard
    settled(qtbot, wizard.files)
    wizard.forward()
    settled(qtbot, wizard.reference)
    page = wizard.reference
    assert "no stars" in page.instead.text()
    assert "recipe" not in page.instead.text(), "a recipe is nothing one can see here"
    assert not wizard.message.text()
    assert not wizard.next_button.isEnabled()
    with qtbot.waitSignal(page.changed, timeout=LONG):
        page.threshold.slider.setValue(4)
    assert wizard.choices.measuring.detection_sigma == 2.0


def test_a_catalogue_of_another_field_can_be_given_up(qtbot, window, tmp_path: Path) -> None:
    night, table = tmp_path / "night", tmp_path / "far.csv"
    Series(n_visit=3).write(night)
    table.write_text("id,ra,dec\na,200.0,-60\nb,200.01,-60.01\n")
    drop(window, table)
    assert "far.csv" in window.centre.start.message.text()
    drop(window, night)
    wizard = window.ingesting.wizard
    settled(qtbot, wizard.files)
    wizard.forward()
    settled(qtbot, wizard.reference)
    assert "lies in the field" in wizard.reference.instead.text()
    assert not wizard.next_button.isEnabled()
    stack = wizard.reference.source._buttons["stack"]
    stack.click()
    settled(qtbot, wizard.reference)
    assert wizard.next_button.isEnabled()
    assert wizard.reference.sky.isVisible()


def test_another_program_s_file_is_no_target(qtbot, window, tmp_path: Path) -> None:
    night, other = tmp_path / "night", tmp_path / "other.h5"
    Series(n_visit=3).write(night)
    with h5py.File(other, "w") as file:
        file["mine"] = 1
    was = other.read_bytes()
    drop(window, night)
    wizard = window.ingesting.wizard
    settled(qtbot, wizard.files)
    wizard.files.set_output(other)
    assert "not a lightledger store" in wizard.files.store.state.text()
    assert not wizard.next_button.isEnabled()
    assert other.read_bytes() == was


def test_one_visit_is_measured_and_nothing_is_empty(qtbot, window, tmp_path: Path) -> None:
    night = tmp_path / "night"
    Series(n_visit=1).write(night)
    drop(window, night)
    wizard = window.ingesting.wizard
    for page in (wizard.files, wizard.reference, wizard.measure):
        settled(qtbot, page)
        wizard.forward()
    qtbot.waitUntil(lambda: wizard.end.summary is not None, timeout=LONG)
    qtbot.waitUntil(lambda: bool(wizard.end.variable_remark.text()), timeout=LONG)
    assert "too few visits" in wizard.end.variable_remark.text()
    assert "1 file found" in str(wizard.end.summary.sums[0])
    wizard.forward()
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=LONG)
    assert "1 of 1 pass" in window.open.presenter.counts()
    assert "±" not in window.open.page.stack.panels[0].title.text.value


def test_closing_the_wizard_by_its_frame_lets_the_next_folder_in(
    qtbot, window, tmp_path: Path
) -> None:
    night = tmp_path / "night"
    Series(n_visit=2).write(night)
    drop(window, night)
    window.ingesting.wizard.close()
    assert window.ingesting.wizard is None
    drop(window, night)
    settled(qtbot, window.ingesting.wizard.files)
    assert window.ingesting.wizard.files.survey is not None


def test_closing_the_window_while_it_measures_keeps_visits(
    qtbot, window, tmp_path: Path, caplog
) -> None:
    night = tmp_path / "night"
    Series(n_visit=30, shape=(160, 160)).write(night)
    drop(window, night)
    wizard = window.ingesting.wizard
    for page in (wizard.files, wizard.reference, wizard.measure):
        settled(qtbot, page)
        wizard.forward()
    qtbot.waitUntil(lambda: wizard.runner.n_done >= 2, timeout=LONG)
    wizard.ask_running = lambda: "stay"
    assert not window.close()
    drop(window, night)
    assert "an ingest is running" in window.centre.bar.message
    wizard.ask_running = lambda: "stop"
    assert window.close()
    assert list(night.glob("*.staging"))
    assert not list(night.glob("*.h5"))
    assert "unexpected" not in caplog.text


def test_a_way_on_that_is_closed_looks_closed(qtbot, window, tmp_path: Path) -> None:
    """Next is blue only where it leads on."""
    empty, night = tmp_path / "empty", tmp_path / "night"
    empty.mkdir()
    Series(n_visit=2).write(night)
    drop(window, empty)
    wizard = window.ingesting.wizard
    settled(qtbot, wizard.files)

    def ground() -> str:
        return wizard.next_button.grab().toImage().pixelColor(8, 12).name()

    closed = ground()
    drop(window, night)
    settled(qtbot, wizard.files)
    assert wizard.next_button.isEnabled()
    assert ground() != closed
