"""Forty measurements in the window: found in menus, told in words; ratios and coverage."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from lightledger.app.curves import Quantity
from lightledger.domain import Recipe, measurements_of
from lightledger.ingest.attributes import measurement_attributes
from lightledger.ingest.presets import read_recipe
from lightledger.ingest.reduce import Reduction
from lightledger.store.publish import publish
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging

pytestmark = pytest.mark.window

N_OBJECT, N_VISIT = 8, 24
BANDS = ("ch1", "ch2")
DARK = replace(read_recipe("dark-field").measuring, template="dark-field", annulus_px=(9.0, 12.0))
INSIDE = measurements_of(DARK)


def make_store(folder: Path) -> Path:
    target = folder / "forty.h5"
    recipe, rng = Recipe(DARK), np.random.default_rng(3)
    ratio = np.array([name.startswith("ratio") for name in INSIDE])
    flux = np.linspace(900, 40, N_OBJECT)
    with Staging.open(target) as staging:
        staging.set_recipe(recipe)
        staged = []
        for band in BANDS:
            for i in range(N_VISIT):
                value = np.where(ratio[:, None], 1.0, flux[None, :])
                value = value * (1 + 0.02 * rng.normal(size=value.shape))
                row = {
                    "visit": f"gr{i}",
                    "mjd_utc_start": 54000.0 + 20 * i,
                    "mjd_utc_mid": 54000.01 + 20 * i,
                    "mjd_utc_end": 54000.02 + 20 * i,
                    "tdb_minus_utc_s": 64.184,
                    "exposure_s": 100.0,
                    "setup": "IRAC cryo 100s",
                    "fwhm_px": 2.5,
                    "frames": f"gr{i}.fits",
                    "state": "measured",
                }
                path = staging.path_of(band, f"gr{i}")
                write_staged(
                    path,
                    row,
                    INSIDE,
                    value.astype(np.float32),
                    (0.02 * value).astype(np.float32),
                    np.zeros(value.shape, np.uint16),
                    {"coverage": np.full(N_OBJECT, 18 - i % 3, np.float32)},
                    recipe.measuring_hash,
                    band=band,
                )
                staged.append(path)
        objects = {
            "id": np.array([f"I{i + 1}" for i in range(N_OBJECT)], dtype=object),
            "ra": np.linspace(264.9, 265.1, N_OBJECT),
            "dec": np.linspace(68.9, 69.1, N_OBJECT),
            "x": np.arange(N_OBJECT, dtype=float),
            "y": np.arange(N_OBJECT, dtype=float),
        }
        names = [f"{band}_{name}" for band in BANDS for name in INSIDE]
        units = dict.fromkeys(BANDS, "uJy")
        attributes = {n: measurement_attributes(n, recipe, units, 0.6) for n in names}
        publish(
            target, staged=staged, previous=None, objects=objects, recipe=recipe, problems=[],
            reduce=Reduction.of_objects(objects, recipe, attributes),
        )  # fmt: skip
        staging.remove()
    return target


@pytest.fixture(scope="module")
def forty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_store(tmp_path_factory.mktemp("forty"))


@pytest.fixture
def opened(qtbot, window, forty: Path):
    window.open_store(forty)
    qtbot.waitUntil(lambda: window.open is not None, timeout=20_000)
    return window


def test_forty_measurements_are_grouped_and_told(opened) -> None:
    menu = opened.measurements
    menu.fill()
    assert [a.text() for a in menu.actions()] == ["ch1   20 measurements", "ch2   20 measurements"]
    inside = [a.text() for a in menu.actions()[0].menu().actions()]
    assert inside[0] == "As observed"
    assert "Cosmic rays removed" in inside
    assert any(text.startswith("Biweight, 7 px box") for text in inside)
    actions = menu.all_actions()
    assert len(actions) == 40
    tips = {a.data(): a.toolTip() for a in actions}
    assert "Unit: µJy" in tips["ch1_sci-aper_r3"]
    assert "1.800 arcsec" in tips["ch1_sci-aper_r3"]
    assert "No unit: a ratio" in tips["ch2_ratio-median_7px"]
    assert "SExtractor's AUTO" in tips["ch1_clean-auto"]
    assert sum(a.isChecked() for a in actions) == 1


def test_a_measurement_is_chosen_in_the_toolbar(qtbot, opened) -> None:
    button, session = opened.open.toolbar.measurement, opened.open.session
    button.menu().fill()
    wanted = next(a for a in button.menu().all_actions() if a.data() == "ch2_ratio-biweight_13px")
    wanted.trigger()
    assert session.measurement == "ch2_ratio-biweight_13px"
    assert button.text() == "ch2_ratio-biweight_13px"
    assert "biweight location" in button.toolTip()
    assert session.panels.shown == ("ch1_ratio-biweight_13px", "ch2_ratio-biweight_13px")


def test_a_ratio_has_no_unit_and_is_one(qtbot, opened) -> None:
    session, stack = opened.open.session, opened.open.page.stack
    session.panels.set_measurement("ch1_ratio-median_7px")
    session.display.set_quantity(Quantity.FLUX)
    curve = session.curve("ch1_ratio-median_7px")
    assert "coadd" in curve.unit
    assert "Jy" not in curve.unit
    assert np.nanmedian(curve.y) == pytest.approx(1.0, abs=0.02)
    qtbot.waitUntil(lambda: stack.panels[0].shown.measurement.endswith("median_7px"))
    assert "1 is as bright as on the coadd" in stack.panels[0].title.toolTip()


def test_the_point_under_the_mouse_tells_its_coverage(qtbot, opened) -> None:
    stack = opened.open.page.stack
    heard: list[str] = []
    stack.hovered.connect(heard.append)
    panel = stack.panels[0]
    x, y = panel.shown.curve.lc.time[5], panel.shown.curve.y[5]
    where: QPointF = panel.view.mapViewToScene(QPointF(float(x), float(y)))
    qtbot.mouseMove(stack.viewport(), stack.mapFromScene(where))
    qtbot.waitUntil(lambda: any("coverage" in words for words in heard), timeout=5000)
    assert any("coverage 16" in words for words in heard)
    assert any("FWHM 2.50 px" in words for words in heard)


def test_keys_go_through_all_of_a_band(qtbot, opened) -> None:
    session = opened.open.session
    seen = {session.measurement}
    for _ in range(20):
        qtbot.keyClick(opened.centre, Qt.Key.Key_M)
        seen.add(session.measurement)
    assert len(seen) == 20
