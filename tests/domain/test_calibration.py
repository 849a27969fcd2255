"""Magnitude systems and aperture corrections: where they apply, and why not elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from lightledger.domain import Calibration, LightCurve, LightledgerError, calibration_of
from lightledger.domain.calibration import presets

FLUX = {"unit": "uJy", "zero_point": 23.9, "magnitude_system": "AB", "quantity": "flux"}
CIRCLE = FLUX | {
    "radius_arcsec": 3.66, "background": "annulus",
    "sky_inner_arcsec": 14.64, "sky_outer_arcsec": 24.4,
}  # fmt: skip


def visits(*phases: str, instrument: str = "IRAC") -> dict[str, np.ndarray]:
    setups = [f"{instrument} {phase} 100s" for phase in phases]
    return {"phase": np.array(phases, object), "setup": np.array(setups, object)}


def curve(calibration: Calibration, value: float = 100.0) -> LightCurve:
    n = 2
    return LightCurve(
        "I1", "ch1_sci-aper_r6.1", np.arange(n) + 5e4, np.arange(n) + 2.45e6, np.full(n, value),
        np.ones(n), np.zeros(n, np.uint16), np.array(["a", "b"]), "uJy", calibration=calibration,
        aperture_correction=calibration.correction, noise_factor=np.array([2.0, np.nan]),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("band", "jansky"), [("ch1", 280.9), ("ch2", 179.7), ("ch3", 115.0), ("I4", 64.9)]
)
def test_zero_magnitude_is_the_flux_of_vega(band: str, jansky: float) -> None:
    found = calibration_of(f"{band}_sci-auto", FLUX, visits("warm"))
    assert list(found.zero_points) == ["AB", "Vega"]
    assert found.zero_point("vega") == pytest.approx(2.5 * np.log10(jansky * 1e6), abs=1e-12)
    assert found.zero_point() == 23.9


def test_irac_vega_to_ab_is_what_the_literature_has() -> None:
    """AB - Vega = 2.79, 3.26, 3.73, 4.40 mag (e.g. Stern et al. 2005, ApJ 631, 163)."""
    offsets = [
        23.9 - calibration_of(f"ch{i}_sci-auto", FLUX, visits("warm")).zero_point("Vega")
        for i in (1, 2, 3, 4)
    ]
    np.testing.assert_allclose(offsets, [2.79, 3.26, 3.73, 4.40], atol=0.04)


def test_aperture_corrections_follow_the_phase() -> None:
    found = calibration_of("ch1_sci-aper_r6.1", CIRCLE, visits("cryogenic", "warm"))
    assert found.correction is not None
    assert found.correction.tolist() == [1.112, 1.1132]
    corrected = curve(found).of_point_source()
    np.testing.assert_allclose(corrected.value, [111.2, 111.32])
    assert corrected.of_point_source().value.tolist() == corrected.value.tolist()  # once


@pytest.mark.parametrize(
    ("measurement", "changes", "why"),
    [
        ("ch1_sci-auto", {"radius_arcsec": float("nan")}, "circles of a fixed radius"),
        ("ch1_sci-aper_r6.1", {"background": "mesh"}, "tabulated annulus"),
        ("ch1_sci-aper_r4", {"radius_arcsec": 3.2}, "no correction is tabulated for 2.62"),
        ("ch1_sci-aper_r6.1", {"sky_outer_arcsec": 30.0}, "no correction is tabulated"),
        ("ch3_sci-aper_r6.1", {}, "no correction is tabulated"),
        ("ch1_ratio-auto", {"unit": "", "magnitude_system": "relative"}, "a ratio"),
        ("R_sci-aper_r6.1", {"unit": "adu/s", "magnitude_system": "instrumental"}, "unknown scale"),
        ("K_sci-aper_r6.1", {}, "no instrument"),
    ],
)
def test_no_correction_where_none_applies(
    measurement: str, changes: dict[str, object], why: str
) -> None:
    found = calibration_of(measurement, CIRCLE | changes, visits("warm", "warm"))
    assert found.correction is None
    assert why in found.reason
    with pytest.raises(LightledgerError, match="no aperture correction"):
        curve(found).of_point_source()


def test_unknown_systems_are_refused_and_instrumental_stays() -> None:
    found = calibration_of(
        "R_sci-aper_r3",
        {"unit": "adu/s", "zero_point": 25.0, "magnitude_system": "instrumental"},
        visits("", instrument="SBIG"),
    )
    assert list(found.zero_points) == ["instrumental"]
    with pytest.raises(LightledgerError, match="no Vega magnitudes"):
        found.zero_point("Vega")
    assert curve(found).magnitudes()[0].tolist() == [20.0, 20.0]
    assert np.isnan(curve(found, value=-1.0).magnitudes()[0]).all()


def test_two_instruments_have_no_common_preset() -> None:
    mixed = {name: np.append(a, b) for (name, a), b in zip(
        visits("warm").items(), visits("", instrument="MIPS").values(), strict=True)}  # fmt: skip
    assert list(calibration_of("ch1_sci-auto", FLUX, mixed).zero_points) == ["AB"]


def test_rescaled_errors() -> None:
    lc = curve(Calibration({"AB": 23.9}))
    np.testing.assert_array_equal(lc.rescaled_error, [2.0, np.nan])
    assert lc.rescaled().rescaled_error[0] == 2.0
    assert lc.between(5e4, 5e4).noise_factor is not None
    assert len(lc.between(5e4, 5e4).rescaled_error) == 1


def test_the_preset_is_whole() -> None:
    irac = presets()["IRAC"]
    assert irac.corrections["warm", "ch2"][3.0, 12.0, 20.0] == 1.1126
    assert irac.corrections["cryogenic", "ch2"][5.0, 12.0, 20.0] == 1.048
    for known in irac.corrections.values():
        assert known[10.0, 12.0, 20.0] == 1.0
        wide = sorted((r, f) for (r, inner, _), f in known.items() if inner == 12.0)
        assert [f for _, f in wide] == sorted((f for _, f in wide), reverse=True)
