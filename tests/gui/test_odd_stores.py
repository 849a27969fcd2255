"""One object, one visit, nothing but nan: every dock and action says something sensible."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import storefield
from pytestqt.qtbot import QtBot

from lightledger.app.docklist import DOCKS
from lightledger.app.window import Window
from lightledger.domain import Flag, Recipe
from lightledger.ingest.reduce import Reduction
from lightledger.library import Field
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

pytestmark = pytest.mark.window

#: Objects, visits, bands, and the part of the values that is there.
ODD = {
    "one of everything": (1, 1, 1, 1.0),
    "one visit": (12, 1, 2, 1.0),
    "one object": (1, 40, 2, 1.0),
    "two visits": (5, 2, 1, 1.0),
    "nothing but nan": (5, 20, 2, 0.0),
    "half of it nan": (5, 20, 1, 0.5),
}
#: What needs no dialog, with whatever it needs before it.
ACTIONS = (
    "next_object", "previous_object", "ten_on", "first_object", "next_point", "reject_point",
    "undo", "next_measurement", "next_bands", "toggle_corrected", "next_quantity", "next_quantity",
    "next_quantity", "next_quantity", "next_scale", "toggle_hidden", "pin_object", "next_panel",
    "next_x", "next_x", "next_x", "next_x", "next_x", "next_x", "next_color", "next_color",
    "toggle_crosshair", "close_panel", "view_to_range", "zoom_in", "zoom_out", "zoom_back",
    "show_range", "all_times", "show_all", "vet_list", "next_open", "verdict_1", "stay_2",
    "undo", "undo", "half_period", "double_period", "fold_panels",
    "keep_period", "undo", "second_look", "leave_list", "back_to_plot",
)  # fmt: skip


def publish_odd(folder: Path, n_object: int, n_visit: int, n_band: int, there: float) -> Path:
    rng = np.random.default_rng(3)
    target, objects, recipe = folder / "odd.h5", storefield.objects(n_object), Recipe()
    bands = storefield.BANDS[:n_band]
    with Staging.open(target) as staging:
        staging.set_recipe(recipe)
        for band in bands:
            for j in range(n_visit):
                row = storefield.row(band, j)
                value = rng.normal(50, 1, (2, n_object)).astype(np.float32)
                flags = np.zeros(value.shape, np.uint16)
                lost = rng.random(value.shape) >= there
                value[lost], flags[lost] = np.nan, Flag.NO_COVERAGE
                path = staging.path_of(band, str(row["visit"]))
                write_staged(path, row, storefield.METHODS, value, value * 0.02, flags)
        attributes = {
            f"{band}_{method}": {"quantity": "flux", "unit": "adu/s", "meaning": "flux"}
            for band in bands
            for method in storefield.METHODS
        }
        publish(
            target,
            staged=[staging.path_of(b, v) for b, v in staging.staged()],
            previous=None,
            objects=objects,
            recipe=recipe,
            problems=[],
            reduce=Reduction.of_objects(objects, recipe, attributes),
        )
        staging.remove()
    return target


@pytest.mark.parametrize("kind", ODD)
def test_every_dock_and_action(qtbot: QtBot, window: Window, tmp_path: Path, kind: str) -> None:
    n_object, n_visit, n_band, there = ODD[kind]
    said: list[tuple[str, str]] = []
    window.desk.posted.connect(lambda text, details: said.append((text, details)))
    window.show_field(Field(publish_odd(tmp_path, n_object, n_visit, n_band, there)))
    qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)
    for spec in DOCKS:
        window.docks.reveal(spec.name)
        qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)
        window.grab()
    window.open.page.take_keys()
    for name in ACTIONS:
        window.actions_[name].trigger()
        qtbot.waitUntil(lambda: not window.jobs.busy, timeout=60_000)
        window.grab()
    assert [text for text, details in said if details] == []
    presenter = window.open.presenter
    for shown in presenter.shown:
        hidden = shown.own.passing
        assert hidden.n_pass + sum(hidden.counts.values()) == hidden.n_total == n_visit
