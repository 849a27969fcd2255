"""Images at every size: levels, pieces, and what is drawn where, up to 12,000 x 12,000."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPixmap

from lightledger.app.sky.canvas import ImageCanvas
from lightledger.app.sky.layer import Layer
from lightledger.app.sky.markers import Markers
from lightledger.app.sky.palettes import PALETTES, blank_colour, palette
from lightledger.app.sky.pyramid import SMALLEST, Pyramid, halved
from lightledger.app.theme import DARK, LIGHT
from lightledger.library.tones import Tone
from lightledger.workers import Jobs

IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])


@pytest.fixture
def jobs(qtbot):
    made = Jobs()
    yield made
    made.close()


def canvas_of(qtbot, jobs: Jobs | None = None) -> ImageCanvas:
    canvas = ImageCanvas(jobs)
    qtbot.addWidget(canvas)
    canvas.resize(360, 400)
    canvas.show()
    qtbot.waitExposed(canvas)
    return canvas


def layer_of(image: np.ndarray, matrix: np.ndarray = IDENTITY) -> Layer:
    tone = Tone(0.0, 254.0, "linear")
    return Layer(Pyramid.of(image), matrix, tone, palette("grey", LIGHT))


def test_halving_averages_what_is_there() -> None:
    image = np.array([[1, 3, np.nan, np.nan, 9], [5, 7, np.nan, 2, 9]], np.float32)
    np.testing.assert_array_equal(halved(image), [[4.0, 2.0]])
    assert np.isnan(halved(np.full((2, 2), np.nan, np.float32))).all()


@pytest.mark.parametrize("side", [100, 513, 4096])
def test_levels_end_at_a_size_that_is_drawn_at_once(side: int) -> None:
    pyramid = Pyramid.of(np.ones((side, side // 2), np.float32))
    assert max(pyramid.levels[-1].shape) <= SMALLEST
    assert all((level == 1).all() for level in pyramid.levels)
    assert pyramid.level_for(1.5) == 0
    assert pyramid.level_for(1e-9) == len(pyramid.levels) - 1


@pytest.mark.parametrize("name", PALETTES)
@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_no_tone_looks_like_a_pixel_without_a_value(name, theme) -> None:
    colours = palette(name, theme)
    parts = np.stack([colours >> shift & 255 for shift in (16, 8, 0)]).astype(int)
    blank = np.array([blank_colour(theme) >> shift & 255 for shift in (16, 8, 0)])
    assert (parts[:, 255] == blank).all()
    assert np.abs(parts[:, :255] - blank[:, None]).sum(axis=0).min() > 40


def test_up_is_up_and_pixels_are_squares_about_their_centres(qtbot) -> None:
    image = np.zeros((40, 30), np.float32)
    image[33, 4] = 254  # y up: near the top, on the left
    canvas = canvas_of(qtbot)
    canvas.set_layer(layer_of(image))
    canvas.fit_layer()
    seen = canvas.grab().toImage()
    px, py = canvas.places(np.array([4.0]), np.array([33.0]))
    assert py[0] < canvas.height() / 2
    for dx, dy, bright in ((0, 0, True), (0.4, 0.4, True), (-0.4, -0.4, True), (0.7, 0, False)):
        at = seen.pixelColor(round(px[0] + dx * canvas.scale), round(py[0] - dy * canvas.scale))
        assert (at.lightness() > 128) is bright


def test_a_turned_image_lies_where_its_matrix_says(qtbot) -> None:
    image = np.zeros((40, 40), np.float32)
    image[10, 30] = 254
    turn = np.array([[0.0, -1.0, 39.0], [1.0, 0.0, 0.0]])  # reference (x, y) to (39 - y, x)
    canvas = canvas_of(qtbot)
    canvas.set_layer(layer_of(image, turn))
    canvas.fit(QRectF(-0.5, -0.5, 40, 40))
    px, py = canvas.places(np.array([10.0]), np.array([9.0]))
    assert canvas.grab().toImage().pixelColor(round(px[0]), round(py[0])).lightness() > 128


@pytest.mark.parametrize("side", [4096, 12_000])
def test_of_a_large_mosaic_only_what_is_seen_is_drawn(qtbot, jobs, side: int) -> None:
    image = np.broadcast_to(np.arange(side, dtype=np.float32) % 200, (side, side))
    canvas = canvas_of(qtbot, jobs)
    if side > 4096:  # levels of so large an image take a second: two are enough here
        small = np.full((375, 375), 100, np.float32)
        levels = [image, *(np.broadcast_to(np.float32(100), (side >> k,) * 2) for k in range(1, 5))]
        layer = Layer(Pyramid((*levels, small)), IDENTITY, Tone(0, 200, "linear"),
                      palette("grey", LIGHT))  # fmt: skip
    else:
        layer = layer_of(image)
    canvas.set_layer(layer)
    canvas.fit_layer()
    qtbot.waitUntil(lambda: not jobs.busy)
    whole = layer.tile or layer.base
    assert whole.image.width() <= 4096
    canvas.set_view(QPointF(side / 2, side / 2), 1.0)
    qtbot.waitUntil(lambda: layer.tile is not None and layer.tile.of.level == 0, timeout=20_000)
    assert layer.tile.image.width() * layer.tile.image.height() < 3_000_000
    assert layer.tile.extent.contains(QRectF(side / 2 - 180, side / 2 - 200, 360, 400))
    before = layer.tile
    canvas.set_view(QPointF(side / 2 + 50, side / 2), 1.0)  # within the margin
    qtbot.wait(5)
    assert layer.tile is before
    canvas.set_view(QPointF(side - 100, side / 2), 1.0)
    qtbot.waitUntil(lambda: layer.tile is not before, timeout=20_000)


def test_a_piece_of_an_older_look_comes_too_late(qtbot, jobs) -> None:
    layer = layer_of(np.ones((2000, 2000), np.float32))
    wanted = layer.wanted(QRectF(0, 0, 300, 300), 1.0)
    assert wanted is not None
    from lightledger.app.sky.layer import coloured

    tile = coloured(layer.pyramid, wanted, layer.tone, layer.palette)
    revision = layer.revision
    layer.set_look(Tone(0, 2, "linear"), layer.palette)
    assert not layer.take(tile, revision)
    assert layer.take(tile, layer.revision)
    assert layer.wanted(QRectF(0, 0, 300, 300), 1.0) is None


def test_fifty_thousand_markers_are_one_drawing(qtbot) -> None:
    rng = np.random.default_rng(3)
    markers = Markers()
    markers.x, markers.y = rng.uniform(0, 1000, (2, 50_000))
    markers.shown = np.arange(50_000)
    markers.colour = np.arange(50_000) % 7 - 1
    markers.judge({7: "variable", 9: "blend"})
    canvas = canvas_of(qtbot)
    canvas.overlays = [markers]
    canvas.fit(QRectF(0, 0, 1000, 1000))
    blank = QPixmap(canvas.size())
    blank.fill(QColor("#FFFFFF"))
    assert canvas.grab().toImage() != blank.toImage()
    assert markers.nearest(markers.x[77], markers.y[77], 1.0) == 77
    assert markers.nearest(-500, -500, 1.0) == -1
    assert markers.size(1.0, room=4.0) < markers.size(1.0)


def test_a_click_on_a_ring_means_its_star_and_reaches_twelve_pixels() -> None:
    markers = Markers()
    markers.x, markers.y = np.array([10.0, 10.6, np.nan, 60.0]), np.array([10.0, 10.0, 1.0, 10.0])
    markers.shown = np.array([0])
    assert markers.nearest(10.5, 10.0, 2.0) == 0  # a faint one without a ring is nearer
    assert markers.nearest(10.6, 10.0, 40.0) == 1  # enlarged, they are apart
    assert [markers.nearest(60.0 + off, 10.0, 4.0) for off in (2.9, 3.1)] == [3, -1]
