"""The figure of the comparison of ways to keep light curves."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from lightledger.app.benchfigure import render_storage
from lightledger.bench.made import Size
from lightledger.bench.result import Measured, Result
from lightledger.bench.timing import Cold
from lightledger.domain import LightledgerError

pytestmark = pytest.mark.window


def result() -> Result:
    """Two ways, one of which was not asked everything."""
    times = {"one": 1.1, "hundred": 150.0, "visit": 14.0, "scan": 2300.0}
    ours = Measured("lightledger", "Lightledger", "a", "", {}, 10_500, 1, 0.3, times)
    ours.cold = Cold(300.0, 16384, 1, 15)
    other = Measured("zarr", "Zarr", "b", "", {"zarr": "3.1"}, 7200, 9, 0.6, {"one": 4100.0})
    made = Result(Size(10, 100, 1), {"lightledger": ours, "zarr": other})
    made.left_out["DuckDB"] = "duckdb is not installed"
    return made


def blue(image: QImage, x: range) -> int:
    return sum(
        image.pixelColor(i, j).name() == "#0072b2" for i in x for j in range(0, image.height(), 3)
    )


def test_ours_is_blue_and_the_slower_bar_is_longer(qapp, tmp_path):
    image = QImage(str(render_storage(result(), tmp_path / "figure.png")))
    assert (image.width(), image.height()) == (1720, 880)
    grey = sum(
        image.pixelColor(i, j).name() == "#8a929a"
        for i in range(0, 560, 2)
        for j in range(0, 440, 3)
    )
    assert 0 < blue(image, range(0, 560, 2)) // 2 < grey


def test_a_folder_that_is_not_there_is_said(qapp, tmp_path):
    with pytest.raises(LightledgerError, match="cannot be written"):
        render_storage(result(), tmp_path / "nowhere" / "figure.png")
