"""The legend stands where it covers the fewest points; quantiles are numpy's."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PySide6.QtCore import QRectF

from lightledger.app.curves import quantiles
from lightledger.app.panels.item import CurveItem
from lightledger.app.panels.legend import LegendItem
from lightledger.app.panels.points import Points

CORNERS = {"upper right": (1, 1), "upper left": (0, 1), "lower right": (1, 0), "lower left": (0, 0)}


@pytest.mark.parametrize("free", CORNERS)
def test_the_legend_takes_the_corner_without_points(qtbot, free):
    """A point at the edge of the scale has an arrow there, which counts as well."""
    view = pg.GraphicsView()
    qtbot.addWidget(view)
    view.resize(400, 300)
    box = pg.ViewBox(enableMouse=False, defaultPadding=0.0)
    view.setCentralItem(box)
    box.disableAutoRange()
    box.setRange(xRange=(0, 1), yRange=(0, 1), padding=0)
    item = CurveItem()
    legend = LegendItem(item.n_inside)
    for each in (item, legend):
        box.addItem(each, ignoreBounds=True)
    view.show()
    taken = [at for name, at in CORNERS.items() if name != free]
    x = np.array([0.05 + 0.9 * x for x, _ in taken])
    y = np.array([1.5 if y else -0.5 for _, y in taken])  # all beyond the scale
    keep, none = np.ones(3, bool), np.zeros(3, bool)
    item.set_points(Points(x, y, y - 0.01, y + 0.01, keep, none, none))
    box.updateMatrix()
    screen = QRectF(0, 0, 400, 300)
    room = legend._emptiest(item.sceneTransform(), screen, 120, 20)
    across, up = CORNERS[free]
    assert (room.center().x() > 200) == bool(across)
    assert (room.center().y() < 150) == bool(up)


@given(
    arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e6, 1e6)),
    st.lists(st.floats(0, 1), min_size=1, max_size=3),
)
def test_quantiles_are_those_of_numpy(values, parts):
    np.testing.assert_allclose(
        quantiles(values, *parts), np.quantile(values, parts), rtol=1e-9, atol=1e-6
    )
