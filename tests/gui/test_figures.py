"""Figures of the panels: size and resolution, white ground, shapes and letters in SVG."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET

import pytest
from PySide6.QtCore import QByteArray, QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from shiboken6 import isValid

from lightledger.app.figurejob import FigureJob
from lightledger.app.panelfigure import DPI, WIDTH, draw_figure
from lightledger.app.render import render_light_curve
from lightledger.app.settings import THEME
from lightledger.domain import LightledgerError
from lightledger.library.field import Field

pytestmark = pytest.mark.window
SLOW = 60_000
_SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def shown(window, store):
    window.show_field(Field(store), "I8")
    return window


def save(window, qtbot, monkeypatch, path, kind=""):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kind))
    window.actions_["save_figure"].trigger()
    qtbot.waitUntil(lambda: not window.findChildren(FigureJob), timeout=SLOW)


def said_at(window) -> list[str]:
    said: list[str] = []
    window.desk.posted.connect(lambda message, _: said.append(message))
    return said


def texts_of(svg: bytes) -> list[str]:
    return [(text.text or "").strip() for text in ET.fromstring(svg).iter(f"{_SVG}text")]


def test_png_is_as_wide_as_a_page_at_300_per_inch(shown, qtbot, tmp_path, monkeypatch):
    save(shown, qtbot, monkeypatch, tmp_path / "figure.png")
    image = QImage(str(tmp_path / "figure.png"))
    assert image.width() == pytest.approx(WIDTH * DPI, abs=4)
    assert round(image.dotsPerMeterX() * 0.0254) == DPI
    corners = [image.pixelColor(x, 2).name() for x in (2, image.width() - 3)]
    assert corners == ["#ffffff", "#ffffff"]
    seen = {image.pixelColor(x, y).name() for x in range(300, image.width(), 3)
            for y in range(0, image.height(), 3)}  # fmt: skip
    assert {"#0072b2", "#e69f00"} <= seen  # both bands


def test_a_dark_window_has_white_figures(shown, qtbot, tmp_path, monkeypatch):
    shown.settings.set(THEME, "dark")
    save(shown, qtbot, monkeypatch, tmp_path / "figure.png")
    assert QImage(str(tmp_path / "figure.png")).pixelColor(2, 2).name() == "#ffffff"


def test_svg_has_shapes_not_pixels_and_axes_with_units(shown, qtbot, tmp_path, monkeypatch):
    save(shown, qtbot, monkeypatch, tmp_path / "figure", "SVG (*.svg)")
    svg = (tmp_path / "figure.svg").read_bytes()
    drawn = ET.fromstring(svg)
    assert not list(drawn.iter(f"{_SVG}image"))
    points = sum(trace.passing.keep.sum() for one in shown.open.presenter.shown
                 for trace in one.traces)  # fmt: skip
    shapes = len(list(drawn.iter(f"{_SVG}circle"))) + len(list(drawn.iter(f"{_SVG}rect")))
    assert shapes > points
    words = texts_of(svg)
    assert {"I8", "MJD (UTC)", "UTC"} <= set(words)
    assert words.count("mag (AB)") == 2


def test_a_figure_shows_the_ranges_of_the_panels(shown):
    store = shown.open
    low, high = store.session.times.view
    store.session.times.set_view(low, low + 0.25 * (high - low))
    top = store.page.stack.panels[0]
    top.view.y_chosen.emit(10.0, 20.0)
    svg = draw_figure(store.page.stack, svg=True)
    assert isinstance(svg, QByteArray)
    words = texts_of(svg.data())
    assert {"12", "14", "16", "18"} <= set(words)
    assert "2004" in " ".join(words)
    assert "2008" not in " ".join(words)
    assert store.page.stack.panels[0] is top  # what is on screen stays


def test_no_crosses_to_click_and_no_cursor(shown):
    store = shown.open
    store.session.step_cursor(1)
    before = store.page.stack.panels[0].title.text
    assert before.closable
    draw_figure(store.page.stack)
    assert store.page.stack.panels[0].title.text == before


def asked_for(window, monkeypatch, path) -> FigureJob:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    window.actions_["save_figure"].trigger()
    (job,) = window.findChildren(FigureJob)
    return job


def test_the_window_lives_while_a_figure_is_drawn(shown, qtbot, tmp_path, monkeypatch):
    session = shown.open.session
    want = draw_figure(shown.open.page.stack)
    job = asked_for(shown, monkeypatch, tmp_path / "figure.png")
    turns: list[int] = []
    clock = QTimer(shown, interval=0)
    clock.timeout.connect(lambda: turns.append(1))
    clock.start()
    session.set_index(session.index + 1)  # the figure is of what was asked for
    qtbot.waitUntil(lambda: not isValid(job), timeout=SLOW)
    clock.stop()
    assert len(turns) >= 2 * len(shown.open.presenter.shown)
    assert shown.open.page.stack.panels[0].title.text.object == "I9"
    assert QImage(str(tmp_path / "figure.png")) == want


def test_a_cancelled_figure_is_not_written(shown, qtbot, tmp_path, monkeypatch):
    job = asked_for(shown, monkeypatch, tmp_path / "figure.svg")
    job._next()
    job.cancel()
    assert "cancelled" in shown.statusBar().currentMessage()
    qtbot.waitUntil(lambda: not isValid(job), timeout=SLOW)
    assert not list(tmp_path.glob("figure*"))


def test_another_ending_is_said(shown, qtbot, tmp_path, monkeypatch):
    said = said_at(shown)
    save(shown, qtbot, monkeypatch, tmp_path / "figure.jpg")
    assert ".png or a .svg" in said[0]
    assert not (tmp_path / "figure.jpg").exists()


def test_a_figure_that_cannot_be_written_is_said(shown, qtbot, tmp_path, monkeypatch):
    said = said_at(shown)
    save(shown, qtbot, monkeypatch, tmp_path / "nowhere" / "figure.svg")
    assert "cannot be written" in said[0]


def test_show_draws_svg_too(qapp, store, tmp_path):
    ends = (-math.inf, math.inf)
    svg = render_light_curve(store, "I8", "ch1_sci-aper_r3", *ends, False, tmp_path / "curve.svg")
    assert "ch1_sci-aper_r3" in texts_of(svg.read_bytes())
    with pytest.raises(LightledgerError, match="cannot be written"):
        render_light_curve(store, "I8", "ch1_sci-aper_r3", *ends, False, tmp_path / "no" / "c.svg")


@pytest.mark.parametrize("suffix", [".png", ".svg"])
@pytest.mark.parametrize("dock", ["variability", "periods"])
def test_docks_are_figures_for_print(window, qtbot, store, tmp_path, monkeypatch, dock, suffix):
    window.open_store(store)
    qtbot.waitUntil(lambda: window.open is not None and not window.jobs.busy, timeout=20_000)
    shown = window.docks.reveal(dock)
    if dock == "periods":
        qtbot.waitUntil(lambda: shown.search.fresh, timeout=60_000)
    else:
        qtbot.waitUntil(lambda: shown.shown is not None, timeout=20_000)
    path = tmp_path / f"figure{suffix}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    window.actions_["save_diagram" if dock == "variability" else "save_periodogram"].trigger()
    qtbot.waitUntil(lambda: path.exists() and not window.jobs.busy, timeout=20_000)
    if suffix == ".png":
        image = QImage(str(path))
        assert image.width() == pytest.approx(7.1 * 300, abs=3)
        assert round(image.dotsPerMeterX() * 0.0254) == 300
        assert image.pixelColor(2, 2).name() == "#ffffff"  # light, whatever the window is
        return
    text = path.read_text()
    assert "<image" not in text  # a drawing, no pixels
    words = ["excess", "mag"] if dock == "variability" else ["phase", "epoch", "P [d]"]
    assert all(word in text for word in words)
