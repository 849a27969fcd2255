"""Real catalogues of visits in place of images: an RR Lyrae star, an eclipsing binary."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from ingested import Ingested

import lightledger
from lightledger.library import Field

pytestmark = pytest.mark.real

LOWELL = "lowell_5945_field/catalogs_sextractor_ldac"
EY_UMA = ("catalogues_eyuma/per_visit_ecsv", "catalogues_eyuma/2014-12-29-ey-uma-9.fits")


def nearest(field: Field, ra: float, dec: float) -> int:
    objects = field.objects
    apart = np.hypot((objects["ra"] - ra) * np.cos(np.radians(dec)), objects["dec"] - dec) * 3600
    assert apart.min() < 1.5
    return int(np.argmin(apart))


def magnitudes(field: Field, index: int, measurement: str) -> tuple[np.ndarray, np.ndarray]:
    """Times and magnitudes above their median, after ensemble correction."""
    curve = field.light_curve(index, measurement, corrected=True).good()
    magnitude = -2.5 * np.log10(curve.value)
    return curve.time, magnitude - np.median(magnitude)


@pytest.mark.parametrize("source", EY_UMA)
def test_the_rr_lyrae_star_varies_as_it_is_known_to(
    ingested: Callable[[str], Ingested], source: str
) -> None:
    night = ingested(source)
    assert night.report["visits"] == {"R": 94}
    assert night.report["n_object"] == 41
    rows = night.report["catalogue_rows"]
    assert rows["rows"] == 3854 == rows["matched"]
    assert "id is no stable id" in night.said
    with lightledger.open(night.store) as field:
        measurement = field.suggested("R")
        star = nearest(field, 135.5866, 49.8192)
        assert str(field.objects["id"][star]) == "I19"
        low, high = np.percentile(magnitudes(field, star, measurement)[1], [2.5, 97.5])
        assert high - low == pytest.approx(0.42, abs=0.05)
        excess = field.statistics(measurement, corrected=True)["excess"]
        assert int(np.nanargmax(excess)) == star


def test_one_table_and_a_table_each_give_the_same_store(
    ingested: Callable[[str], Ingested],
) -> None:
    with (
        lightledger.open(ingested(EY_UMA[0]).store) as one,
        lightledger.open(ingested(EY_UMA[1]).store) as other,
    ):
        for name in one.object_ids:
            a = one.light_curve(name, "R_sci-aper_r18")
            b = other.light_curve(name, "R_sci-aper_r18")
            np.testing.assert_array_equal(a.value, b.value)
            np.testing.assert_allclose(a.time, b.time, rtol=0, atol=1e-9)


def test_the_binary_is_as_from_the_images(
    ingested: Callable[[str], Ingested], real_data: Path
) -> None:
    night = ingested(LOWELL)
    assert night.report["visits"] == {"VR": 67}
    assert "NUMBER is no stable id" in night.said
    rows = night.report["catalogue_rows"]
    assert rows["rows"] == rows["matched"] + rows["unmatched"] + rows["duplicate"]
    with lightledger.open(night.store) as field:
        binary = nearest(field, 124.665333, 25.508333)
        measurement = field.suggested("VR")
        time, magnitude = magnitudes(field, binary, measurement)
        excess = np.array(field.statistics(measurement, corrected=True)["excess"])
        excess[~field.well_measured(measurement)] = -np.inf
        assert int(np.nanargmax(excess)) == binary
    known = np.loadtxt(real_data / "lowell_5945_field/reference_lightcurve.csv", delimiter=",",
                       skiprows=1)  # fmt: skip
    np.testing.assert_allclose(time + 2400000.5, known[:, 0], rtol=0, atol=1e-5)
    apart = magnitude - (known[:, 1] - np.median(known[:, 1]))
    assert np.sqrt(np.mean(apart**2)) < 0.03
    middle = 2458568.7115 - 2400000.5
    near = np.abs(time - middle) < 0.03
    bend, slope, _ = np.polyfit(time[near] - middle, magnitude[near], 2)
    assert -slope / (2 * bend) == pytest.approx(0.0, abs=0.003)

    with lightledger.open(ingested("lowell_5945_field/images").store) as field:
        binary = nearest(field, 124.665333, 25.508333)
        image_time, image_magnitude = magnitudes(field, binary, field.suggested("VR"))
    assert image_time.size == time.size == 67
    np.testing.assert_allclose(time, image_time, rtol=0, atol=1e-6)
    apart = magnitude - image_magnitude
    assert np.median(np.abs(apart)) < 0.01
    assert np.ptp(magnitude) - np.ptp(image_magnitude) == pytest.approx(0.0, abs=0.03)
