"""A Lowell field with one eclipsing binary: string-valued WCS, packed frames, rough dates."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from ingested import Ingested

import lightledger
from lightledger.domain import Flag
from lightledger.library import Field

pytestmark = pytest.mark.real

RA, DEC = 124.665333, 25.508333


@pytest.fixture(scope="module")
def night(ingested: Callable[[str], Ingested]) -> Ingested:
    return ingested("lowell_5945_field/images")


def binary_of(field: Field) -> int:
    objects = field.objects
    apart = np.hypot(
        (objects["ra"] - RA) * np.cos(np.radians(DEC)) * 3600, (objects["dec"] - DEC) * 3600
    )
    assert apart.min() < 1.5
    return int(np.argmin(apart))


def magnitudes(field: Field, index: int) -> tuple[np.ndarray, np.ndarray]:
    curve = field.light_curve(index, field.suggested(field.bands[0]), corrected=True).good()
    keep = curve.value > 0
    return curve.time[keep] + 2400000.5, -2.5 * np.log10(curve.value[keep])


def test_every_frame_is_used(night: Ingested) -> None:
    assert list(night.report["visits"].values()) == [67]


def test_the_binary_has_the_highest_excess_of_the_well_measured(night: Ingested) -> None:
    with lightledger.open(night.store) as field:
        measurement = field.suggested(field.bands[0])
        excess = np.array(field.statistics(measurement, corrected=True)["excess"])
        excess[~field.well_measured(measurement)] = -np.inf
        assert int(np.nanargmax(excess)) == binary_of(field)


def test_its_eclipse_is_deep_and_on_time(night: Ingested) -> None:
    with lightledger.open(night.store) as field:
        time, magnitude = magnitudes(field, binary_of(field))
    low, high = np.percentile(magnitude, [2.5, 97.5])
    assert high - low == pytest.approx(0.71, abs=0.04)
    middle = 2458568.7115
    near = np.abs(time - middle) < 0.03
    bend, slope, _ = np.polyfit(time[near] - middle, magnitude[near], 2)
    assert -slope / (2 * bend) == pytest.approx(0.0, abs=0.003)


def test_bright_constant_stars_hold_still(night: Ingested) -> None:
    with lightledger.open(night.store) as field:
        measurement = field.suggested(field.bands[0])
        well = np.flatnonzero(field.well_measured(measurement))
        flux = field.statistics(measurement, corrected=True)["median"]
        brightest = well[np.argsort(-flux[well])[:10]]
        scatter = []
        for index in brightest:
            _, magnitude = magnitudes(field, int(index))
            scatter.append(1.4826 * np.median(np.abs(magnitude - np.median(magnitude))))
    assert np.median(scatter) <= 0.003


def test_saturated_stars_are_flagged(night: Ingested) -> None:
    with lightledger.open(night.store) as field:
        measurement = field.suggested(field.bands[0])
        brightest = int(np.argmax(field.objects["coadd_flux"]))
        curve = field.light_curve(brightest, measurement)
    assert np.mean((curve.flags & int(Flag.SATURATED)) > 0) > 0.9
