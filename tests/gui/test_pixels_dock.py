"""From a point of a light curve to its pixels, and from visit to visit."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import turned
from astropy.io import fits
from PySide6.QtCore import Qt

from lightledger.app.pixels.dock import NO_CURSOR, PixelsDock
from lightledger.app.pixels.missing import QUESTION
from lightledger.app.session import PointCursor
from lightledger.app.settings import THEME

pytestmark = pytest.mark.window
KINDS = ["sci", "clean", "coadd", "difference", "ratio", "unc", "cov"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pixels")
    return turned.ingest(turned.write(folder / "frames"), folder / "field.h5")


@pytest.fixture
def opened(made: Path, tmp_path: Path, window, qtbot):
    shutil.copytree(made.parent / "frames", tmp_path / "frames")
    window.resize(1600, 1000)
    window.open_store(Path(shutil.copy(made, tmp_path / "field.h5")))
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)
    return window.open


def dock_of(window, qtbot) -> PixelsDock:
    dock = window.docks.reveal("pixels")
    assert isinstance(dock, PixelsDock)
    qtbot.waitUntil(dock.isVisible)
    return dock


def shows(dock: PixelsDock, row: int, qtbot) -> None:
    qtbot.waitUntil(lambda: dock.shown is not None and dock.shown.row == row, timeout=20_000)


def press(window, qtbot, key) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.open.page.take_keys()
    qtbot.keyClick(window.open.page.stack, key)


def test_return_opens_the_pixels_of_the_point(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr3"))
    opened.page.take_keys()
    press(window, qtbot, Qt.Key.Key_Return)
    dock = dock_of(window, qtbot)
    shows(dock, 2, qtbot)
    assert [kind for kind, view in dock.views.items() if view.isVisible()] == KINDS
    assert dock.title.text() == "gr3 ch1"
    assert dock.count.text() == "3 of 4"
    words = dock.facts.text()
    for part in ("flags: ", "MJD 54030", "BJD 2454030", "FWHM", "sky", "MJy/sr", "coverage 10",
                 "IDF_gr3_ch1_sci.fits.fz", opened.session.measurement):  # fmt: skip
        assert part in words


def test_a_double_click_on_a_point_opens_them_too(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    opened.page.stack.opened.emit(opened.session.cursor)
    shows(dock_of(window, qtbot), 0, qtbot)


def test_keys_step_through_visits_and_tones_stay(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    shows(dock, 0, qtbot)
    spans = {}
    for row in (0, 1, 2):
        shows(dock, row, qtbot)
        for kind in KINDS:
            tone = dock.views[kind].canvas.layer.tone
            span = spans.setdefault(kind, tone.high - tone.low)
            assert tone.high - tone.low == pytest.approx(span)
        press(window, qtbot, Qt.Key.Key_Right)
    shows(dock, 3, qtbot)
    press(window, qtbot, Qt.Key.Key_Left)
    shows(dock, 2, qtbot)
    assert opened.session.cursor == PointCursor("ch1", "gr3")
    dock.setFocus()
    qtbot.keyClick(dock, Qt.Key.Key_Left)
    shows(dock, 1, qtbot)


def test_the_picture_follows_the_object(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr2"))
    dock = dock_of(window, qtbot)
    shows(dock, 1, qtbot)
    other = (opened.session.index + 1) % 16
    opened.session.set_index(other)
    qtbot.waitUntil(lambda: dock.shown.index == other, timeout=20_000)
    objects = opened.session.field.objects
    assert dock.views["sci"].outlining.place == (objects["x"][other], objects["y"][other])
    assert dock.views["sci"].outlining.outlines
    assert not dock.views["sci"].outlining.own.isEmpty()


@pytest.mark.parametrize(("width", "height"), [(336, 700), (1200, 260), (700, 500)])
def test_pictures_are_as_large_as_the_place_allows(opened, window, qtbot, width, height):
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    shows(dock, 0, qtbot)
    alone = window.docks["pixels"]
    window.removeDockWidget(alone)
    dock.setParent(None)
    dock.resize(width, height)
    dock.show()
    qtbot.waitExposed(dock)

    def part() -> float:
        """Of the dock's area, that is pictures."""
        views = [dock.views[kind].canvas for kind in KINDS]
        return sum(min(v.width(), v.height()) ** 2 for v in views) / (width * height)

    qtbot.waitUntil(lambda: part() > 0.3, timeout=5000)
    dock.deleteLater()


def test_replaced_pixels_are_marked(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    shows(dock, 0, qtbot)
    view = dock.views["clean"]
    before = grab(view)
    marked = np.zeros(view.patch.data.shape, bool)
    marked[tuple(np.array(marked.shape) // 2)] = True
    view.marks.patch = replace(view.patch, marked=marked)
    view.canvas.update()
    changed = np.abs(grab(view) - before) > 20
    assert 4 < changed.sum() < 0.05 * changed.size


def test_the_newest_request_wins(opened, window, qtbot):
    dock = dock_of(window, qtbot)
    shown = []
    for visit in ("gr1", "gr2", "gr3", "gr4"):
        opened.session.set_cursor(PointCursor("ch1", visit))
        shown.append(dock.shown.row if dock.shown else None)
    shows(dock, 3, qtbot)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=20_000)
    assert dock.shown.row == 3
    assert shown == [None] * 4


def test_without_a_point_it_says_what_to_do(opened, window, qtbot):
    dock = dock_of(window, qtbot)
    assert dock.empty.text() == NO_CURSOR
    assert dock.shown is None


def test_the_pixel_under_the_mouse(opened, window, qtbot, tmp_path):
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    shows(dock, 0, qtbot)
    place = dock.shown.around.place
    assert dock.pixel.text() == "x {:.2f}  y {:.2f} px on the frame".format(*dock.shown.place)
    column, row = (math.floor(v + 0.5) for v in dock.shown.place)
    dock.views["cov"].canvas.hovered.emit(*place)
    assert dock.pixel.text() == f"coverage: 8    x {column}  y {row}"
    image = fits.getdata(tmp_path / "frames" / "IDF_gr1_ch1_sci.fits")
    dock.views["sci"].canvas.hovered.emit(place[0] + 2, place[1] - 1)
    here = f"image: {image[row - 1, column + 2]:.5g} MJy/sr    x {column + 2}  y {row - 1}"
    assert dock.pixel.text() == here
    dock.views["cov"].canvas.hovered.emit(float("nan"), float("nan"))
    assert "on the frame" in dock.pixel.text()


def test_a_neighbour_is_named_under_the_mouse(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr3"))
    dock = dock_of(window, qtbot)
    shows(dock, 2, qtbot)
    view, (x, y) = dock.views["sci"], dock.shown.around.place
    near = view.neighbours
    near.x, near.y, near.names = np.array([x + 3, x + 9]), np.array([y - 2, y]), ["I98", "I99"]
    view.canvas.hovered.emit(x + 3.1, y - 2)
    assert dock.pixel.text().endswith("    I98")
    view.canvas.hovered.emit(x, y)
    assert "I9" not in dock.pixel.text()


def test_a_click_shows_one_picture_alone_and_all_again(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    shows(dock, 0, qtbot)
    before = dock.views["sci"].canvas.width()
    qtbot.mouseClick(dock.views["sci"].canvas, Qt.MouseButton.LeftButton)
    assert [kind for kind in KINDS if dock.views[kind].isVisible()] == ["sci"]
    qtbot.waitUntil(lambda: dock.views["sci"].canvas.width() > 1.5 * before)
    press(window, qtbot, Qt.Key.Key_Right)
    shows(dock, 1, qtbot)
    assert not dock.views["cov"].isVisible()
    qtbot.mouseClick(dock.views["sci"].canvas, Qt.MouseButton.LeftButton)
    assert all(dock.views[kind].isVisible() for kind in KINDS)


def test_tones_are_the_same_or_each_visits_own(opened, window, qtbot):
    """gr2 is 1.25 times as bright as gr1."""
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    shows(dock, 0, qtbot)

    def span() -> float:
        tone = dock.views["sci"].canvas.layer.tone
        return tone.high - tone.low

    first = span()
    opened.session.set_cursor(PointCursor("ch1", "gr2"))
    shows(dock, 1, qtbot)
    assert span() == pytest.approx(first)
    dock.same.click()
    own = span()
    assert own != pytest.approx(first, rel=0.02)
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    shows(dock, 0, qtbot)
    assert span() == pytest.approx(first)
    opened.session.set_cursor(PointCursor("ch1", "gr2"))
    shows(dock, 1, qtbot)
    dock.same.click()
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    shows(dock, 0, qtbot)
    assert span() == pytest.approx(own)


def test_a_frame_that_is_gone_is_asked_for_once(opened, window, qtbot, tmp_path):
    shutil.move(tmp_path / "frames", tmp_path / "a" / "b" / "frames")
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    qtbot.waitUntil(dock.missing.isVisible, timeout=20_000)
    assert dock.missing.label.text() == QUESTION
    assert dock.views["coadd"].isVisible()
    failed = []
    dock.missing.failed.connect(failed.append)
    empty = tmp_path / "empty"
    empty.mkdir()
    dock.missing.look_in(empty)
    qtbot.waitUntil(lambda: len(failed) == 1, timeout=5000)
    dock.missing.look_in(tmp_path / "a")
    qtbot.waitUntil(lambda: "sci" in {p.kind for p in dock.shown.patches}, timeout=20_000)
    assert not dock.missing.isVisible()
    opened.session.set_cursor(PointCursor("ch1", "gr4"))
    shows(dock, 3, qtbot)
    assert not dock.missing.isVisible()


def test_a_broken_frame_is_one_line(opened, window, qtbot, tmp_path):
    (tmp_path / "frames" / "IDF_gr2_ch1_sci.fits.gz").write_bytes(b"\x1f\x8b broken")
    opened.session.set_cursor(PointCursor("ch1", "gr2"))
    dock = dock_of(window, qtbot)
    shows(dock, 1, qtbot)
    assert "IDF_gr2_ch1_sci.fits.gz" in dock.remarks.text()
    assert "\n" not in dock.remarks.text().strip()


def test_themes_switch_live(opened, window, qtbot):
    opened.session.set_cursor(PointCursor("ch1", "gr1"))
    dock = dock_of(window, qtbot)
    shows(dock, 0, qtbot)
    before = grab(dock)
    window.settings.set(THEME, "dark")
    assert np.abs(grab(dock) - before).mean() > 3


def grab(dock) -> np.ndarray:
    from PySide6.QtGui import QImage

    image = dock.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width()].astype(float)
