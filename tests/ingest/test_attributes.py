"""What every measurement of a recipe says of itself in the store."""

from __future__ import annotations

import math

import pytest

from lightledger.domain import Measuring, Recipe, measurements_of
from lightledger.ingest.attributes import measurement_attributes

DARK = Measuring(
    images=("sci", "clean", "ratio"),
    methods=("auto", "iso", "aper"),
    ratio_methods=("median", "biweight", "clipped", "template", "auto", "iso", "aper"),
    radii_px=(2.0, 6.1),
    radii_fwhm=(1.5,),
    background="mesh",
    neighbours="mirror",
)


@pytest.mark.parametrize("unit", ["uJy", "electron/s", "furlong"])
def test_each_measurement_has_the_unit_of_its_image(unit: str) -> None:
    for name in measurements_of(DARK):
        found = measurement_attributes(f"ch1_{name}", Recipe(DARK), {"ch1": unit}, 0.6)
        if name.startswith("ratio"):
            assert (found["unit"], found["quantity"]) == ("", "ratio")
            assert (found["zero_point"], found["magnitude_system"]) == (0.0, "relative")
        else:
            assert (found["unit"], found["quantity"]) == (unit, "flux")
            expected = (23.9, "AB") if unit == "uJy" else (25.0, "instrumental")
            assert (found["zero_point"], found["magnitude_system"]) == expected
        assert all(isinstance(value, (str, int, float)) for value in found.values())


def test_apertures_in_words_and_numbers() -> None:
    def of(name: str, **changes: object) -> dict[str, object]:
        recipe = Recipe(DARK).with_measuring(**changes)
        return dict(measurement_attributes(name, recipe, {"ch1": "uJy"}, 0.6))

    circle = of("ch1_clean-aper_r6.1", background="annulus", annulus_px=(24.4, 40.7))
    assert circle["radius_arcsec"] == pytest.approx(3.66)
    assert circle["background"] == "annulus"
    assert circle["sky_inner_arcsec"] == pytest.approx(14.64)
    assert circle["aperture"] == (
        "circle of radius 6.1 px (3.660 arcsec), local sky in 24.4-40.7 px, "
        "pixels of neighbours replaced by those opposite"
    )
    assert circle["meaning"] == "sum of the image without cosmic rays, less its background"
    box = of("ch1_ratio-biweight_7px", background="annulus", annulus_px=(24.4, 40.7))
    assert box["aperture"] == "box of 7 x 7 px (4.200 arcsec), mesh background, 64 px"
    assert math.isnan(box["radius_arcsec"])
    assert math.isnan(of("ch1_sci-auto")["radius_arcsec"])
    assert of("ch1_sci-auto", neighbours="mask")["aperture"] == (
        "Kron ellipse of the coadd, mesh background, 64 px, pixels of neighbours left out"
    )
