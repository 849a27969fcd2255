"""Upper limits in the window: open triangles, said in words, counted, no part of any statistic."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor

from lightledger.app.curves import Quantity
from lightledger.app.theme import LIGHT
from lightledger.ingest.lightcurves.importing import import_light_curves
from lightledger.ingest.lightcurves.options import ImportOptions

pytestmark = pytest.mark.window
LIMIT = 15.6


@pytest.fixture
def opened(qtbot, window, tmp_path):
    """A star that fades below what is seen in every other visit, and one never seen."""
    for name, seen in (("fading", 15.2), ("never", None)):
        rows = [
            f"{2457000.5 + i},{seen},0.03" if i % 2 and seen else f"{2457000.5 + i},>{LIMIT},99.99"
            for i in range(40)
        ]
        (tmp_path / f"{name}.csv").write_text("\n".join(["HJD,mag,mag_err", *rows]) + "\n")
    output = tmp_path / "limits.h5"
    files = [tmp_path / "fading.csv", tmp_path / "never.csv"]
    import_light_curves(files, output, ImportOptions())
    window.open_store(output)
    qtbot.waitUntil(lambda: window.open is not None, timeout=60_000)
    window.open.session.set_object("fading")
    window.open.presenter.refresh()
    window.grab()
    return window.open


def panel_of(opened):
    opened.presenter.refresh()
    return opened.page.stack.panels[0]


@pytest.mark.parametrize("quantity", list(Quantity))
def test_limits_are_drawn_open_where_they_are(opened, quantity):
    opened.session.display.set_quantity(quantity)
    panel = panel_of(opened)
    panel._y_chosen(15.0, 15.8) if quantity is Quantity.MAGNITUDE else None
    curve, item = panel.shown.curve, panel.points
    assert item.n_drawn == 40
    assert np.isnan(curve.y[::2]).all(), "a limit is no value"
    limit, seen = curve.limit[::2], curve.y[1::2]
    assert (limit > seen).all() if curve.inverted else (limit < seen).all()
    if quantity is Quantity.MAGNITUDE:
        np.testing.assert_allclose(limit, LIMIT, atol=1e-4)
        scene = panel.view.mapViewToScene(QPointF(curve.lc.time[20], LIMIT))
        assert item.nearest(scene) == 20
        image = opened.page.stack.grab().toImage()
        at = scene.toPoint()
        near = [image.pixelColor(at.x() + i, at.y() + k) for i in (-1, 0, 1) for k in range(-3, 4)]
        fill = QColor(LIGHT.markers[0].fill)
        assert any(QColor(LIGHT.plot) == seen for seen in near), "open"
        assert any(abs(seen.red() - fill.red()) < 80 for seen in near), "with an edge"


def test_limits_are_said_counted_and_follow_the_range(opened):
    said = opened.presenter.counts()
    assert "20 of 40 pass" in said
    assert "hidden: 20 flag; 20 of these upper limits, shown" in said
    panel = panel_of(opened)
    assert f"fainter than {LIMIT:.3f} mag" in panel.shown.curve.describe(2)
    assert panel.title.text.value.startswith("15.200"), "the median of what was detected"
    times = panel.shown.curve.lc.time
    opened.session.times.set_filter(times[0] - 0.1, times[9] + 0.1)
    assert panel_of(opened).traces[0].n_limit == 5
    assert "5 of these upper limits" in opened.presenter.counts()


def test_a_star_that_was_never_seen_fills_its_panel_with_limits(opened):
    opened.session.set_object("never")
    panel = panel_of(opened)
    assert panel.points.n_drawn == 40
    assert panel.title.text.value == "no point passes, 40 upper limits"
    low, high = panel.view.viewRange()[1]
    assert low < LIMIT < high
    assert high - low < 2
