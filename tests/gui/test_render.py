"""Figures without a screen."""

from __future__ import annotations

import math

import pytest
from PySide6.QtGui import QImage

from lightledger.app.render import render_light_curve, render_window
from lightledger.domain import LightledgerError

pytestmark = pytest.mark.window


def test_window_picture_has_its_size_and_blue_points(qapp, store, tmp_path):
    png = render_window(store, tmp_path / "window.png", size=(1280, 800))
    image = QImage(str(png))
    assert (image.width(), image.height()) == (1280, 800)
    blue = sum(
        image.pixelColor(x, y).name() == "#0072b2"
        for x in range(400, 1280, 2)
        for y in range(100, 400, 2)
    )
    assert blue > 100


def test_light_curve_picture(qapp, store, tmp_path):
    png = render_light_curve(
        store, "I8", "ch2_sci-aper_r3", -math.inf, math.inf, False, tmp_path / "curve.png"
    )
    assert not QImage(str(png)).isNull()


def test_unknown_object_is_said(qapp, store, tmp_path):
    with pytest.raises(LightledgerError, match="I999"):
        render_light_curve(
            store, "I999", "ch1_sci-aper_r3", -math.inf, math.inf, False, tmp_path / "no.png"
        )
    with pytest.raises(LightledgerError):
        render_window(store, tmp_path / "no.png", object_id="I999")


def test_folder_that_is_not_there_is_said(qapp, store, tmp_path):
    with pytest.raises(LightledgerError, match="cannot be written"):
        render_window(store, tmp_path / "nowhere" / "window.png")
