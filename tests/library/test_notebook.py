"""What a notebook shows is small, well formed, with units, and runs nothing; conversions agree."""

from __future__ import annotations

import sys
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import lightledger
from lightledger.domain import LightledgerError
from lightledger.library import notebook
from lightledger.library.lightcurve import LightCurve

M, OTHER = "R_sci-aper_r3", "ch1_sci-aper_r2"
NASTY = '<script>alert("x")</script>&\'"'


@pytest.fixture
def field(truth):
    with lightledger.open(truth.path) as opened:
        yield opened


def parsed(html):
    """As XML, which is stricter than HTML; with nothing in it that runs or is fetched."""
    tree = ET.fromstring(html)
    for element in tree.iter():
        assert element.tag.rpartition("}")[2] not in ("script", "img", "link", "iframe", "a")
        assert not any(name.startswith("on") for name in element.attrib)
    return tree


def words(tree):
    return " ".join(tree.itertext())


def test_a_field_shows_its_bands_and_measurements(field):
    html = field._repr_html_()
    said = words(parsed(html))
    assert "30 objects" in said
    assert "adu/s" in said
    assert "MJD (UTC)" in said
    assert field.suggested("R") in said
    assert len(html) < 4000


def test_a_light_curve_is_drawn_and_its_times_and_unit_are_named(field):
    curve = field.light_curve("I10", M)
    tree = parsed(curve._repr_html_())
    paths = [e.attrib["d"] for e in tree.iter() if e.tag.endswith("path")]
    assert sum(d.count("M") for d in paths) == 50
    assert paths[0].count("M") == 1  # the saturated one
    assert "50 visits, 49 good" in words(tree)
    assert "(UTC)" in words(tree)
    assert "adu/s" in words(tree)
    many = replace(curve, **{n: np.tile(getattr(curve, n), 99) for n in ("time", "value", "flags")})
    assert len(many._repr_html_()) < 12_000
    parsed(curve.select(np.zeros(50, bool))._repr_html_())


def test_the_object_table_and_what_was_found_show_ten_rows(field):
    said = words(parsed(field.objects._repr_html_()))
    assert "30 rows" in said
    found = field.find("scatter > 0", M, sort="-mag")
    tree = parsed(found._repr_html_())
    assert sum(e.tag == "tr" for e in tree.iter()) == 11
    assert "scatter" in words(tree)
    assert len(field.objects._repr_html_()) < 12_000


@given(st.text(max_size=20), hnp.arrays(float, st.integers(0, 5)))
def test_any_text_is_escaped_and_any_number_is_drawn(text, value):
    text = "".join(c for c in text if c.isprintable()) + NASTY
    n = value.size
    ones = np.ones(n)
    curve = LightCurve(
        text, M, 55000 + np.arange(n, dtype=float), ones, value, ones, np.zeros(n, np.uint16),
        np.full(n, text, object), text,
    )  # fmt: skip
    assert text in words(parsed(curve._repr_html_()))
    table = notebook.table_html({text: np.array([text] * 3, object)}, {text: text}, 3, text)
    assert NASTY in words(parsed(table))


def test_xarray_of_a_field_is_what_its_light_curves_are(field):
    pytest.importorskip("xarray")
    made = field.to_xarray([M, "R_sci-aper_r2"], ["I3", "I10"], corrected=True)
    assert dict(made.sizes) == {"object": 2, "visit": 50}
    for name in ("I3", "I10"):
        lc = field.light_curve(name, M, corrected=True)
        mine = made.sel(object=name)
        np.testing.assert_array_equal(mine[M], lc.value)
        np.testing.assert_array_equal(mine[f"{M}_error"], lc.error)
        np.testing.assert_array_equal(mine[f"{M}_flags"], lc.flags)
        np.testing.assert_array_equal(mine["bjd_tdb"], lc.bjd_tdb)
        np.testing.assert_array_equal(lc.to_xarray()["value"], mine[M])
    assert made[M].attrs["units"] == "adu/s"
    assert made["mjd_utc"].attrs == {
        "units": "d",
        "long_name": "middle of the visit, MJD, UTC, at the observer",
    }
    assert field.to_xarray(OTHER)[OTHER].dtype == np.float32
    with pytest.raises(LightledgerError, match="bands R, ch1"):
        field.to_xarray([M, OTHER])
    with pytest.raises(LightledgerError, match="did you mean"):
        field.to_xarray("R_sci-aper_r4")


def test_pandas_of_objects_and_of_what_was_found(field):
    pytest.importorskip("pandas")
    frame = field.objects.to_pandas()
    assert frame["id"].tolist() == list(field.object_ids)
    found = field.find("mag < 99", M, sort="mag", limit=3)
    frame = found.to_pandas()
    assert frame["id"].tolist() == found.ids
    np.testing.assert_array_equal(frame["scatter"], found.column("scatter"))
    assert frame.attrs["units"]["median"] == "adu/s"


@pytest.mark.parametrize("package", ["xarray", "pandas"])
def test_a_package_that_is_missing_is_one_line(field, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    calls = {
        "xarray": [lambda: field.to_xarray(M), field.light_curve("I3", M).to_xarray],
        "pandas": [field.objects.to_pandas, field.light_curve("I3", M).to_pandas],
    }
    for call in calls[package]:
        with pytest.raises(LightledgerError, match=f"{package} is not installed; pip install"):
            call()
