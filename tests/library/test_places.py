"""Coverage and positions of an object, visit by visit, read and exported like light curves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table

from lightledger.domain import Flag, LightledgerError
from lightledger.library import Field


@pytest.fixture
def field(truth) -> Iterator[Field]:  # type: ignore[no-untyped-def]
    with Field(truth.path) as opened:
        yield opened


def test_positions_follow_from_the_transform(field: Field) -> None:
    band = field.bands[0]
    assert {f"{band}_place-x", f"{band}_place-y"} <= set(field.places)
    curve = field.light_curve(3, f"{band}_place-x", corrected=True)
    np.testing.assert_allclose(
        curve.value, field.reader.object_plane(band, "x")[3], rtol=1e-6, equal_nan=True
    )
    assert curve.unit == "pix"
    assert not curve.corrected
    assert np.isnan(curve.error).all()
    lost = ~np.isfinite(curve.value)
    assert np.all(curve.flags[lost] & (Flag.NOT_FINITE | Flag.OUTSIDE))


def test_coverage_is_listed_only_where_maps_came_along(field: Field) -> None:
    band = field.bands[0]
    stored = "coverage" in field.reader.stored_planes(band)
    assert (f"{band}_cov-mean" in field.places) == stored
    assert field.info()["bands"][band]["places"] == [
        name for name in field.places if name.startswith(f"{band}_")
    ]
    assert not set(field.places) & set(field.measurements)


def test_they_go_out_as_csv_and_nothing_else(field: Field, tmp_path: Path) -> None:
    name = f"{field.bands[0]}_place-y"
    out = tmp_path / "places.csv"
    field.export(out, [0, 1], [name], corrected=True)
    table = Table.read(out, format="ascii.csv", comment="#")
    assert set(table["measurement"]) == {name}
    assert np.isnan(np.array(table["error"], float)).all()
    for path, magnitude in ((tmp_path / "a.fits", False), (tmp_path / "a.csv", True)):
        with pytest.raises(LightledgerError, match="is no flux"):
            field.export(path, [0], [name], as_magnitude=magnitude)
