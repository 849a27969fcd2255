"""AB and Vega, total fluxes of point sources, ratios: in the window, said on every axis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lightledger.app.curves import Quantity, make_curve
from lightledger.app.settings import SYSTEM
from lightledger.domain import LightCurve


def test_the_system_is_chosen_beside_the_quantity_and_remembered(qtbot, window, store: Path):
    window.take_paths([store])
    qtbot.waitUntil(lambda: window.open is not None, timeout=20_000)
    session, button = window.open.session, window.open.toolbar.system
    session.panels.set_measurement("ch1_sci-aper_r3")
    before = session.curve("ch1_sci-aper_r3")
    assert (button.text(), before.unit) == ("AB", "mag (AB)")
    button.fill()
    ab, vega, _, total = button.menu().actions()[:4]
    assert (ab.text(), vega.text()) == ("AB magnitudes", "Vega magnitudes")
    vega.trigger()
    qtbot.waitUntil(lambda: button.text() == "Vega")
    after = session.curve("ch1_sci-aper_r3")
    assert after.unit == "mag (Vega)"
    good = after.drawable
    np.testing.assert_allclose((before.y - after.y)[good], 2.7786, atol=1e-4)
    assert window.settings.get(SYSTEM) == "Vega"

    assert total.isEnabled()
    total.trigger()
    qtbot.waitUntil(lambda: button.text() == "Vega total")
    brighter = after.y - session.curve("ch1_sci-aper_r3").y
    np.testing.assert_allclose(brighter[:30][good[:30]], 2.5 * np.log10(1.112), atol=1e-5)
    np.testing.assert_allclose(brighter[30:][good[30:]], 2.5 * np.log10(1.1132), atol=1e-5)

    session.panels.set_measurement("ch1_sci-aper_r5")  # a mesh background: says why not
    qtbot.waitUntil(lambda: button.text() == "Vega")
    button.fill()
    total, why = button.menu().actions()[3:5]
    assert not total.isEnabled()
    assert "tabulated annulus" in why.text()


def test_the_read_out_names_correlated_noise(qtbot, window, store: Path) -> None:
    window.take_paths([store])
    qtbot.waitUntil(lambda: window.open is not None, timeout=20_000)
    session = window.open.session
    words = session.curve("ch1_sci-aper_r3", 0).describe(10)
    assert "with correlated noise" in words
    assert "correlated" not in session.curve("ch1_sci-aper_r5", 0).describe(10)


@pytest.mark.parametrize(
    ("quantity", "unit", "value"),
    [
        (Quantity.FLUX, "× coadd", 1.25),
        (Quantity.MAGNITUDE, "mag (coadd = 0)", -2.5 * np.log10(1.25)),
        (Quantity.RELATIVE, "", 1.0),
    ],
)
def test_a_ratio_is_relative(quantity: Quantity, unit: str, value: float) -> None:
    lc = LightCurve(
        "I1", "ch1_ratio-median_7px", np.arange(3.0), np.arange(3.0), np.full(3, 1.25),
        np.full(3, 0.01), np.zeros(3, np.uint16), np.array(list("abc")), "",
    )  # fmt: skip
    curve = make_curve(lc, quantity, 0.0, "relative")
    assert curve.unit == unit
    assert curve.y[0] == pytest.approx(value)
