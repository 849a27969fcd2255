"""The sky as a person uses it: images, markers, clicks, blinking, words under the mouse."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import turned
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage

from lightledger.app.session import PointCursor
from lightledger.app.settings import LOOK, THEME
from lightledger.app.sky.coordinates import short_text
from lightledger.app.sky.dock import NO_COADD, SkyDock
from lightledger.app.sky.look import MARKED, Look
from lightledger.app.sky.palettes import blank_colour
from lightledger.library.skyimages import UNPLACED

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sky")
    return turned.ingest(turned.write(folder / "frames"), folder / "field.h5")


@pytest.fixture
def sky(made: Path, tmp_path: Path, window, qtbot) -> SkyDock:
    """The dock on a store of one's own beside its frames."""
    shutil.copytree(made.parent / "frames", tmp_path / "frames")
    window.resize(1600, 1000)
    window.open_store(Path(shutil.copy(made, tmp_path / "field.h5")))
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)
    dock = window.docks.reveal("sky")
    qtbot.waitUntil(lambda: dock.canvas.layer is not None, timeout=20_000)
    assert isinstance(dock, SkyDock)
    return dock


def choose(dock: SkyDock, name: str, qtbot) -> None:
    place = dock.bar.images.findText(name)
    dock.bar.images.setCurrentIndex(place)
    dock.bar.images.activated.emit(place)
    qtbot.waitUntil(lambda: not dock._tools.jobs.busy, timeout=20_000)


def look_at_visit(dock: SkyDock, visit: str, window, qtbot) -> None:
    window.open.session.set_cursor(PointCursor("ch1", visit))
    choose(dock, "Visit at the cursor", qtbot)
    title = f"{visit} ch1"
    qtbot.waitUntil(lambda: dock.pictures.shown.image.title == title, timeout=20_000)


def picture(dock: SkyDock) -> np.ndarray:
    """Grey values of the canvas without drawings over it, shape (height, width)."""
    overlays, dock.canvas.overlays = dock.canvas.overlays, []
    grey = picture_with_drawings(dock)
    dock.canvas.overlays = overlays
    return grey


def picture_with_drawings(dock: SkyDock) -> np.ndarray:
    image = dock.canvas.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width()].astype(float)


def test_opens_on_the_coadd_with_all_objects(sky):
    assert sky.pictures.shown.image.title == "coadd ch1"
    assert sky.marked.markers.shown.size == 16
    assert sky.marked.words == "all 16 marked"
    assert sky.rulers.compass is not None
    assert "% of its pixels have no value" in sky.readout.where.text()


@pytest.mark.parametrize("visit", [None, "gr2", "gr3", "gr4"])
def test_the_marker_is_on_the_star_on_screen(sky, window, qtbot, visit):
    """Light of the star on the grabbed picture against the marker: shifted, turned, packed."""
    if visit is not None:
        look_at_visit(sky, visit, window, qtbot)
    objects = window.open.session.field.objects
    ny, nx = turned.SHAPE
    index = int(np.argmin(np.hypot(objects["x"] - nx / 2, objects["y"] - ny / 2)))
    sky._look_changed("curve", "linear")
    sky.canvas.set_view(QPointF(objects["x"][index], objects["y"][index]), 12.0)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=20_000)
    grey = 255 - picture(sky)
    x, y = (float(v[0]) for v in sky.canvas.places(
        sky.marked.markers.x[[index]], sky.marked.markers.y[[index]]))  # fmt: skip
    yy, xx = np.mgrid[: grey.shape[0], : grey.shape[1]] + 0.5
    light = np.where(np.hypot(xx - x, yy - y) < 12.0 * 5, grey - np.median(grey), 0)
    light = np.where(light > 12, light, 0)  # above the sky
    found = (light * xx).sum() / light.sum(), (light * yy).sum() / light.sum()
    assert np.hypot(found[0] - x, found[1] - y) < 12.0 * 0.12


def test_the_mouse_reads_position_and_value(sky, window, qtbot):
    look_at_visit(sky, "gr3", window, qtbot)
    field = window.open.session.field
    index = 5
    place = field.objects["x"][index], field.objects["y"][index]
    sky.canvas.hovered.emit(*map(float, place))
    words, pixel = sky.readout.where.text(), sky.readout.what.text()
    assert f"{field.ra_deg[index]:.5f}° +{field.dec_deg[index]:.5f}°" in words
    assert words.startswith(("09 59", "10 00"))
    x, y = turned.wcs_of(*turned.VISITS["gr3"][:2]).all_world2pix(
        field.ra_deg[index], field.dec_deg[index], 0
    )
    assert f"x {x:.2f}  y {y:.2f} px" in pixel
    assert "MJy/sr" in pixel
    assert pixel.endswith(field.object_ids[index])
    sky.canvas.hovered.emit(float("nan"), float("nan"))
    assert "marked" in sky.readout.what.text()


def test_a_frame_of_which_nobody_knows_where_it_lies_is_shown(sky, window, qtbot):
    field = window.open.session.field
    visits = field.visits("ch1")
    visits["transform"] = np.array(visits["transform"])
    visits["transform"][1] = np.nan
    look_at_visit(sky, "gr2", window, qtbot)
    assert UNPLACED in sky.readout.where.text()
    wcs = turned.wcs_of(*turned.VISITS["gr2"][:2])
    ra, dec = wcs.all_pix2world(50.0, 60.0, 0)
    sky.canvas.hovered.emit(50.0, 60.0)  # its own pixels, by its own WCS
    assert f"{ra:.5f}° +{dec:.5f}°" in sky.readout.where.text()
    assert sky.readout.what.text().startswith("x 50.00  y 60.00")


def test_a_frame_without_a_wcs_is_read_by_the_reference(sky, window, qtbot):
    """Registered by its stars, it has sky coordinates all the same."""
    look_at_visit(sky, "gr2", window, qtbot)
    field, shown = window.open.session.field, sky.pictures.shown
    sky.pictures.shown = replace(shown, image=replace(shown.image, grid=None))
    sky.canvas.hovered.emit(float(field.objects["x"][5]), float(field.objects["y"][5]))
    words = f"{field.ra_deg[5]:.5f}° +{field.dec_deg[5]:.5f}°"
    assert words in sky.readout.where.text()


def test_a_click_selects_and_the_selection_centres_when_enlarged(sky, window, qtbot):
    session, objects = window.open.session, window.open.session.field.objects
    other = (session.index + 3) % 16
    px, py = sky.canvas.places(objects["x"][[other]], objects["y"][[other]])
    qtbot.mouseClick(sky.canvas, Qt.MouseButton.LeftButton, pos=QPoint(int(px[0]), int(py[0])))
    assert session.index == other
    assert sky.outlining.place == (objects["x"][other], objects["y"][other])
    sky.canvas.zoom(6.0)
    session.set_index((other + 5) % 16)
    assert sky.canvas.centre.x() == pytest.approx(objects["x"][session.index])
    sky._look_changed("centre", False)
    here = sky.canvas.centre
    session.set_index(other)
    assert sky.canvas.centre == here


def test_wheel_zooms_about_the_mouse_drag_pans_double_click_fits(sky, qtbot):
    canvas = sky.canvas
    whole = canvas.scale
    about = QPointF(60, 80)
    fixed = canvas.reference_at(about)
    canvas.zoom(3.0, about)
    assert canvas.reference_at(about).x() == pytest.approx(fixed.x())
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    held = canvas.reference_at(QPointF(100, 100))
    for step in (110, 130, 150):
        move(canvas, QPointF(step, 100))
    qtbot.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(150, 100))
    assert canvas.reference_at(QPointF(150, 100)).x() == pytest.approx(held.x())
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert canvas.scale == pytest.approx(whole)


def move(canvas, where: QPointF) -> None:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QMouseEvent

    button = Qt.MouseButton.LeftButton
    canvas.mouseMoveEvent(
        QMouseEvent(QEvent.Type.MouseMove, where, canvas.mapToGlobal(where), button, button,
                    Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip


def test_two_visits_blink_aligned_with_the_same_contrast(sky, window, qtbot):
    look_at_visit(sky, "gr1", window, qtbot)
    look_at_visit(sky, "gr4", window, qtbot)
    first, second = sky.pictures.other, sky.pictures.current
    assert (first.image.title, second.image.title) == ("gr1 ch1", "gr4 ch1")
    sky.canvas.setFocus()
    view = sky.canvas.centre, sky.canvas.scale
    qtbot.keyClick(sky.canvas, Qt.Key.Key_Space)
    assert sky.pictures.shown is first
    tone = sky.canvas.layer.tone
    qtbot.keyClick(sky.canvas, Qt.Key.Key_Space)
    assert sky.pictures.shown is second
    assert (sky.canvas.centre, sky.canvas.scale) == view
    assert sky.canvas.layer.tone.high - sky.canvas.layer.tone.low == pytest.approx(
        tone.high - tone.low
    )
    sky.bar.blink.setChecked(True)
    qtbot.waitUntil(lambda: sky.pictures.shown is first, timeout=5000)
    sky.bar.blink.setChecked(False)
    assert sky.pictures.shown is second
    sky.bar.hold.setChecked(True)
    look_at_visit(sky, "gr2", window, qtbot)
    assert sky.pictures.other is second


def test_look_is_remembered_and_changes_the_picture(sky, window, qtbot):
    before = picture(sky)
    for name, value in (("palette", "grey"), ("curve", "log"), ("cut", "zscale"),
                        ("marked", MARKED[3]), ("coloured", "excess")):  # fmt: skip
        sky._look_changed(name, value)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=20_000)
    assert np.abs(picture(sky) - before).mean() > 20
    assert sky.marked.markers.shown.size == 0
    saved = Look.from_text(window.settings.get(LOOK))
    assert (saved.palette, saved.curve, saved.cut) == ("grey", "log", "zscale")
    assert Look.from_text('{"curve": 7, "cut": "zscale"}') == Look(cut="zscale")
    assert Look.from_text("no json") == Look()


def test_pixels_without_a_value_have_a_colour_of_their_own(sky, window):
    for theme in ("light", "dark"):
        window.settings.set(THEME, theme)
        sky.canvas.set_view(QPointF(3, 2), 40.0)
        overlays, sky.canvas.overlays = sky.canvas.overlays, []
        colour = (
            sky.canvas.grab()
            .toImage()
            .pixelColor(sky.canvas.width() // 2, sky.canvas.height() // 2)
        )
        sky.canvas.overlays = overlays
        assert colour.rgb() & 0xFFFFFF == blank_colour(window.themes.current)


def test_how_many_pixels_have_no_value_is_said_in_plain_numbers(sky):
    shown = sky.pictures.shown
    n = shown.image.data.size
    for blank, words in (
        (n, "none of its pixels has a value"),
        (n - 9, "100.0 % of"),
        (n // 2, "50 % of"),
    ):
        assert words in replace(shown, n_blank=blank).words


def test_a_missing_frame_is_asked_for(sky, window, qtbot, tmp_path):
    shutil.move(tmp_path / "frames", tmp_path / "gone" / "away")
    window.open.session.set_cursor(PointCursor("ch1", "gr2"))
    choose(sky, "Visit at the cursor", qtbot)
    qtbot.waitUntil(lambda: sky.missing.isVisible(), timeout=5000)
    sky.missing.look_in(tmp_path / "gone")
    qtbot.waitUntil(lambda: sky.pictures.shown.image.title == "gr2 ch1", timeout=20_000)
    assert not sky.missing.isVisible()


def test_rings_tell_a_statistic_by_a_colour_bar(sky, window, qtbot):
    sky._look_changed("marked", "all objects")
    plain = picture_with_drawings(sky)
    sky._look_changed("coloured", "scatter")
    values = window.open.numbers.columns["scatter"]
    ends = (np.nanmin(values), np.nanmedian(values), np.nanmax(values))
    assert sky.rulers.classes[0].startswith("scatter")
    assert sky.rulers.classes[1:] == tuple(short_text(value) for value in ends)
    assert np.abs(picture_with_drawings(sky) - plain).max() > 30
    colours = sky.marked.markers.colour
    assert colours[np.nanargmax(values)] == 5
    sky._look_changed("marked", "selected only")  # what is marked changes no colour's meaning
    np.testing.assert_array_equal(sky.marked.markers.colour, colours)
    sky._look_changed("coloured", "")
    assert sky.rulers.classes is None


def test_out_of_sight_no_frame_is_read(sky, window, qtbot):
    """Stepping through points beside a hidden sky must not read a whole frame for each."""
    look_at_visit(sky, "gr1", window, qtbot)
    sky.hide()
    asked = []
    sky.pictures.changed.connect(asked.append)
    for visit in ("gr2", "gr3"):
        window.open.session.set_cursor(PointCursor("ch1", visit))
        qtbot.waitUntil(lambda: not window.jobs.busy, timeout=20_000)
    assert not asked
    sky.show()
    qtbot.waitUntil(lambda: sky.pictures.shown.image.title == "gr3 ch1", timeout=20_000)


def test_a_store_without_images_says_so(window, qtbot, store):
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)
    window.docks.place(window)
    dock = window.docks.reveal("sky")
    assert dock.empty.text() in (NO_COADD, "Click a point of a light curve to see its frame.")


def test_a_folder_found_for_the_cut_outs_is_known_to_the_sky(sky, window, qtbot, tmp_path):
    shutil.move(tmp_path / "frames", tmp_path / "gone" / "away")
    window.open.session.set_cursor(PointCursor("ch1", "gr2"))
    choose(sky, "Visit at the cursor", qtbot)
    qtbot.waitUntil(lambda: sky.missing.isVisible(), timeout=5000)
    pixels = window.docks.content("pixels")
    name = sky.missing.label.toolTip()
    pixels.missing.show_missing(name)
    pixels.missing.look_in(tmp_path / "gone")
    qtbot.waitUntil(lambda: sky.pictures.shown.image.title == "gr2 ch1", timeout=20_000)
    assert not sky.missing.isVisible()
    assert pixels.missing.isHidden()
