"""Units to stored fluxes, setups, bands and detectors of headers."""

from __future__ import annotations

import math

import pytest

from lightledger.frames.headers import Cards
from lightledger.frames.setups import band_of, detector_of, setup_of
from lightledger.frames.units import flux_scale


@pytest.mark.parametrize(
    ("unit", "area", "factor"),
    [
        ("MJy/sr", 1.0, 23.504431),
        ("MJy/sr", 0.36, 8.461595),
        ("MJY/SR", 0.36, 8.461595),
        ("MJy sr-1", 0.36, 8.461595),
        ("Jy", 1.0, 1e6),
        ("mJy/pixel", 1.0, 1e3),
        ("uJy", 5.0, 1.0),
        ("nJy", 1.0, 1e-3),
        ("uJy/arcsec**2", 0.36, 0.36),
    ],
)
def test_known_scales_become_microjansky(unit: str, area: float, factor: float) -> None:
    scale = flux_scale(unit, area, 100.0)
    assert scale.factor == pytest.approx(factor, rel=1e-6)
    assert (scale.unit, scale.zero_point, scale.system) == ("uJy", 23.9, "AB")


@pytest.mark.parametrize(
    ("unit", "stored", "factor"),
    [
        ("ADU", "adu/s", 1 / 60),
        ("DN", "adu/s", 1 / 60),
        ("counts", "adu/s", 1 / 60),
        ("DN/s", "adu/s", 1.0),
        ("ELECTRONS/S", "electron/s", 1.0),
        ("electrons", "electron/s", 1 / 60),
        ("e-/s", "electron/s", 1.0),
        ("counts/pixel/s", "adu/s", 1.0),
    ],
)
def test_counts_become_counts_per_second(unit: str, stored: str, factor: float) -> None:
    scale = flux_scale(unit, math.nan, 60.0)
    assert (scale.unit, scale.factor) == (stored, pytest.approx(factor))
    assert (scale.zero_point, scale.system) == (25.0, "instrumental")


def test_what_is_not_known_stays_what_it_is() -> None:
    for unit in ("erg/s/cm2/A", "Jy/beam", "nanomaggy"):
        scale = flux_scale(unit, 1.0, 60.0)
        assert (scale.unit, scale.factor, scale.system) == (unit, 1.0, "instrumental")
        assert unit in scale.note
    assumed = flux_scale("", 1.0, 60.0)
    assert (assumed.unit, assumed.factor) == ("adu/s", pytest.approx(1 / 60))
    assert "assumed" in assumed.note
    no_area = flux_scale("MJy/sr", math.nan, 60.0)
    assert no_area.unit == "MJy/sr"
    no_exposure = flux_scale("adu", 1.0, math.nan)
    assert (no_exposure.unit, no_exposure.factor) == ("adu", 1.0)


def test_the_setup_changes_where_a_light_curve_may_step() -> None:
    spitzer = {"TELESCOP": "Spitzer", "INSTRUME": "IRAC", "FRAMTIME": 100.0, "CREATOR": "S19.2.0"}
    cards = Cards.from_dict(spitzer)
    assert setup_of(cards, 54900.0) == "IRAC cryogenic 100s S19.2.0"
    assert setup_of(cards, 55000.0) == "IRAC warm 100s S19.2.0"
    other = setup_of(Cards.from_dict({**spitzer, "FRAMTIME": 30.0}), 55000.0)
    assert other == "IRAC warm 30s S19.2.0"
    ground = {"INSTRUME": "SBIG", "EXPTIME": 59.98, "XBINNING": 2, "YBINNING": 2}
    assert setup_of(Cards.from_dict(ground), 58000.0) == "SBIG 60s 2x2"


def test_bands() -> None:
    assert band_of(Cards.from_dict({"FILTER": " R "})) == "R"
    assert band_of(Cards.from_dict({"INSTRUME": "IRAC", "CHNLNUM": 2})) == "ch2"
    assert band_of(Cards.from_dict({"FILTER1": "CLEAR1L", "FILTER2": "F814W"})) == "F814W"
    assert band_of(Cards()) == ""


def test_electrons_per_unit_of_the_image() -> None:
    adu = Cards.from_dict({"GAIN": 1.7, "RDNOISE": 8.0, "SATURATE": 60000})
    found = detector_of(adu, "adu", 60.0)
    assert (found.gain, found.read_noise, found.saturate) == (1.7, 8.0, 60000)
    assert detector_of(adu, "adu/s", 60.0).gain == pytest.approx(102.0)
    assert detector_of(Cards(), "electron", 60.0).gain == 1.0
    spitzer = Cards.from_dict({"GAIN": 3.7, "FLUXCONV": 0.1253, "RONOISE": 16.9})
    one = detector_of(spitzer, "MJy/sr", 0.08)
    assert one.gain == pytest.approx(3.7 * 0.08 / 0.1253)
    mean_of_64 = detector_of(spitzer, "MJy/sr", 0.08, 64)
    assert mean_of_64.gain == pytest.approx(64 * 3.7 * 0.08 / 0.1253)
    assert mean_of_64.read_noise == pytest.approx(8 * 16.9)


def test_a_dial_of_a_camera_is_no_gain() -> None:
    found = detector_of(Cards.from_dict({"GAIN": 139, "OFFSET": 21}), "adu", 60.0)
    assert found.gain is None
    assert "setting" in found.note
    assert detector_of(Cards.from_dict({"GAIN": 0, "EGAIN": 0.8}), "adu", 60.0).gain == 0.8


def test_datamax_is_no_saturation_unless_it_says_so() -> None:
    largest = Cards.from_dict({"DATAMAX": (20136, "Maximum data value")})
    assert detector_of(largest, "adu", 60.0).saturate is None
    limit = Cards.from_dict({"DATAMAX": (55000, "maximum good data value")})
    assert detector_of(limit, "adu", 60.0).saturate == 55000
