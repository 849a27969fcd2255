"""A window on a made-up store of any size, and when it was painted; for benchmarks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import storefield
from PySide6.QtCore import QEvent, QObject

from lightledger.analysis.columns import STATISTIC_COLUMNS
from lightledger.app.settings import Settings
from lightledger.app.window import Window
from lightledger.domain import Recipe, ZeroPoints
from lightledger.library import Field
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging


class MadeUp(storefield.Plain):
    """Statistics drawn at random: only that they are there matters here."""

    statistic_columns = STATISTIC_COLUMNS

    def zero_points(self, measurement: str, visits: Any, read: Any) -> ZeroPoints:
        return ZeroPoints.none(len(visits["visit"]))

    def statistics(self, first_object: int, blocks: Any) -> Any:
        rng = np.random.default_rng(first_object)
        n = len(blocks[0].value)
        made = {name: rng.normal(0, 1, n).astype(dtype) for name, dtype, _ in STATISTIC_COLUMNS}
        made["median"] = rng.lognormal(4, 1, n)
        made["n_good"] = made["n_observed"] = np.full(n, 1000, "<i4")
        for name in ("n_saturated", "n_edge"):
            made[name] = np.zeros(n, "<i4")
        return [(made, made) for _ in blocks]


def field(folder: Path, n_object: int, n_visit: int) -> Field:
    target = folder / "field.h5"
    rng = np.random.default_rng(0)
    with Staging.open(target) as staging:
        staging.set_recipe(Recipe())
        for band in storefield.BANDS:
            for j in range(n_visit):
                row = storefield.row(band, j)
                value = rng.normal(50, 1, (2, n_object)).astype(np.float32)
                flags = np.zeros(value.shape, np.uint16)
                path = staging.path_of(band, str(row["visit"]))
                write_staged(path, row, storefield.METHODS, value, value * 0.02, flags)
        publish(
            target, staged=[s.path for s in staging.staged(deep=False).values()], previous=None,
            objects=storefield.objects(n_object), object_units={}, recipe=Recipe(), problems=[],
            band_original={}, extra_attributes={}, reduce=MadeUp(),
        )  # fmt: skip
        staging.remove()
    return Field(target)


def shown(qtbot: Any, folder: Path, of: Field) -> Window:
    window = Window(Settings(folder / "settings.ini"))
    qtbot.addWidget(window)
    window.resize(1280, 800)
    window.show()
    window.show_field(of)
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)
    return window


class Painted(QObject):
    """Notes when a widget was painted."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.n = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.n += event.type() == QEvent.Type.Paint
        return False
