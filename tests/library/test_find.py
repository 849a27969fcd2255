"""Objects by expression, place, order and subset, against what went into the store."""

from __future__ import annotations

import numpy as np
import pytest
from astropy.coordinates import SkyCoord
from hypothesis import given
from hypothesis import strategies as st

import lightledger
from lightledger.analysis.query import QueryError
from lightledger.domain import LightledgerError
from lightledger.library.cone import Cone, parse_cone

M, OTHER = "R_sci-aper_r3", "ch1_sci-aper_r2"


@pytest.fixture
def field(truth):
    with lightledger.open(truth.path) as opened:
        yield opened


def numbers(ids):
    return [int(name[1:]) for name in ids]


# ---- expressions over the columns


def test_the_variable_is_found(field):
    found = field.find("excess > 4 and well_measured", M)
    assert list(found) == found.ids == ["I8"]
    assert (found.n_match, found.n_total, len(found)) == (1, 30, 1)
    assert found.rows.tolist() == [7]
    assert found.names == ("excess", "well_measured")
    assert field.find("Excess > 4 and mag_auto < 99", M, sort="-EXCESS").names == (
        "excess",
        "MAG_AUTO",
    )
    assert found.column("excess")[0] == field.statistics(M)["excess"][7]
    assert field.find("variable", M).ids == ["I8"]


def test_without_anything_asked_all_are_found_in_the_order_of_the_catalogue(field):
    assert field.find().ids == list(field.object_ids)
    assert field.find("  ").n_match == 30


def test_catalogue_columns_keep_their_names_and_those_taken_get_another(field):
    assert numbers(field.find("MAG_AUTO < 21")) == numbers(field.find("mag_auto < 21"))
    assert field.find("isnan(mag_auto)").ids == ["I3"]
    assert field.find("kind == 'star'").n_match == 15
    assert numbers(field.find("mean_catalogue < 3")) == [1, 2, 3]
    assert field.find("mean > 3").n_match == 30  # of the fluxes
    assert field.find("blended").ids == field.find("blended == 1").ids == ["I12"]
    columns = field.query_columns(M)
    assert [name for name in columns if name.startswith("mean")] == ["mean_catalogue", "mean"]


def test_plain_names_are_of_the_measurement_and_others_are_named(field):
    raw = field.statistics(M, corrected=False)
    found = field.find("scatter / median > 0.05", M, corrected=False)
    assert found.rows.tolist() == np.flatnonzero(raw["scatter"] / raw["median"] > 0.05).tolist()
    corrected = field.statistics(OTHER, corrected=True)["scatter"]
    found = field.find(f"`{OTHER}`.scatter < 20 and n_good > 0", M, corrected=True)
    assert found.rows.tolist() == np.flatnonzero(corrected < 20).tolist()
    same = field.find(f"mag < 16 and `{M}`.mag == mag", M)
    assert same.ids == field.find("mag < 16", M).ids
    assert 0 < same.n_match < 30


def test_the_measurement_is_the_suggested_one_and_corrected_as_by_default(field):
    columns = field.find("excess > 4").columns
    assert columns.measurement == field.suggested("R")
    assert columns.corrected == field.corrected_by_default
    assert field.find("excess > 4", corrected=False).columns.corrected is False


def test_live_statistics_take_the_place_of_the_stored(field):
    stats = field.live_statistics(M)
    stats["excess"] = np.arange(30.0)
    found = field.find(f"excess >= 28 and `{OTHER}`.excess < 1e9", M, statistics=stats)
    assert numbers(found) == [29, 30]
    few = {name: stats[name] for name in ("n_good", "n_observed", "n_saturated", "n_edge", "mean")}
    columns = field.query_columns(M, statistics=few)
    assert "median" not in columns
    assert columns["well_measured"].any()
    with pytest.raises(QueryError, match="no column 'median' of measurement"):
        field.find("mag < 3", M, statistics=few)


@pytest.mark.parametrize(
    ("where", "position", "said"),
    [
        ("exces > 3", 0, "did you mean excess"),
        ("mag < 3 and `ch1_sci-aper_r9`.mean > 3", 12, "did you mean `ch1_sci-aper_r.`.mean"),
        (f"`{M}`.meen > 3", 0, f"no column 'meen' of measurement {M} .*`{M}`.mean"),
        ("ch1_sci-aper_r2.mean > 3", 0, "in back-quotes: `ch1_sci-aper_r2`$"),
        ("distance < 3", 0, "cone search, and there is none"),
        ("mag <", 4, "ends too early"),
    ],
)
def test_wrong_expressions_are_told_with_their_place(field, where, position, said):
    with pytest.raises(QueryError, match=said) as caught:
        field.find(where, M)
    assert caught.value.position == position


def test_an_unknown_measurement_is_refused(field):
    with pytest.raises(LightledgerError, match="did you mean"):
        field.find("mag < 3", "R_sci-aper_r4")


def test_columns_know_their_units_and_meanings(field):
    columns = field.query_columns(M)
    assert columns.unit("ra") == "deg"
    assert columns.unit("median") == columns.unit(f"{OTHER}.median") == "adu/s"
    assert columns.unit("inv_eta") == columns.unit("MAG_AUTO") == ""
    assert "log10" in columns.meaning("excess")
    assert columns.meaning("kind") == ""
    assert all(columns[name].shape == (30,) for name in columns)
    assert all(name in columns for name in columns)
    assert f"{OTHER}.mag" in columns
    assert f"{OTHER}.ra" not in columns
    assert "distance" not in columns
    with pytest.raises(KeyError):
        columns["exces"]


def test_the_journal_can_be_asked(field):
    journal = field.journal
    columns = field.query_columns(M)
    assert not columns["vetted"].any()
    journal.set_verdict("I8", "variable")
    journal.set_verdict("I3", "constant")
    journal.add_tag("I8", "rr lyrae")
    journal.add_tag("I8", "bright")
    journal.add_tag("I9", "bright")
    journal.set_note("I9", "look again")
    journal.set_verdict("gone", "agn")
    assert field.find("verdict == 'variable'").ids == ["I8"]
    assert field.find("vetted").ids == ["I3", "I8"]
    assert field.find("tags == 'bright'").ids == ["I8", "I9"]
    assert field.find("tags == 'bright' and tags != 'rr lyrae'").ids == ["I9"]
    assert field.find("tags == ''").n_match == 28
    assert field.find("note != ''").ids == ["I9"]
    assert field.find("comparison", M).n_match == len(field.comparison(M))
    assert columns["vetted"].sum() == 2  # columns in hand follow the journal
    journal.undo()


# ---- order


def test_sorted_by_a_column_or_an_expression_with_missing_numbers_last(field):
    auto = field.objects["MAG_AUTO"]
    up = field.find(sort="mag_auto")
    assert up.ids[-1] == "I3"
    assert up.rows[:-1].tolist() == np.argsort(auto, kind="stable")[:-1].tolist()
    down = field.find(sort="-mag_auto")
    assert down.ids[-1] == "I3"
    assert down.rows[:-1].tolist() == up.rows[:-1][::-1].tolist()
    assert field.find(sort="mag_auto", descending=True).ids == down.ids
    assert field.find(sort="-mag_auto", descending=False).ids == up.ids
    by_sum = field.find(sort="-mag_auto + 2 * mag_auto")
    assert by_sum.ids == up.ids
    assert field.find(sort="-excess", measurement=M, limit=1).ids == ["I8"]


def test_equal_ones_keep_the_order_of_the_catalogue(field):
    assert numbers(field.find(sort="kind"))[:16] == [*range(2, 31, 2), 1]
    assert numbers(field.find(sort="-kind"))[:16] == [*range(1, 31, 2), 2]
    assert numbers(field.find(sort="-blended"))[:3] == [12, 1, 2]


def test_a_limit_is_applied_after_sorting_and_counted(field):
    found = field.find("mag < 99", M, sort="-mag", limit=5)
    assert len(found) == 5
    assert found.n_match == 30
    assert found.ids == field.find("mag < 99", M, sort="-mag").ids[:5]
    assert len(field.find(limit=0)) == 30
    with pytest.raises(LightledgerError, match="limit"):
        field.find(limit=-1)


# ---- places


def test_cone_search_finds_what_astropy_finds_nearest_first(field):
    centre = SkyCoord(120.05, 30.05, unit="deg")
    there = SkyCoord(field.ra_deg, field.dec_deg, unit="deg", frame="icrs")
    separation = there.separation(centre).arcsec
    found = field.find(near="120.05 30.05 120")
    expected = np.flatnonzero(separation <= 120)
    assert found.rows.tolist() == expected[np.argsort(separation[expected])].tolist()
    assert 3 < len(found) < 27
    np.testing.assert_allclose(found.column("distance"), separation[found.rows], rtol=1e-9)
    assert found.columns.unit("distance") == "arcsec"
    near = field.find("distance < 60", near="120.05 30.05 2'")
    assert near.ids == [n for n, d in zip(found, found.column("distance"), strict=True) if d < 60]
    assert field.find(near="120.05 30.05 120", sort="id").ids == sorted(found.ids)


def test_an_object_may_be_the_centre_and_one_without_a_place_is_never_found(field):
    assert field.find(near="I8 0.001").ids == ["I8"]
    assert "I5" not in field.find(near="I8 90 deg")
    with pytest.raises(LightledgerError, match="'I5' has no position"):
        field.find(near="I5 3")


@pytest.mark.parametrize(
    ("text", "ra", "dec", "radius"),
    [
        ("264.1 -69.2 5", 264.1, -69.2, 5),
        ("264.1, -69.2, 5", 264.1, -69.2, 5),
        ("264.1 +69 .5", 264.1, 69, 0.5),
        ('17:36:24.0 -69:12:00 5"', 264.1, -69.2, 5),
        ("17:36:24.0 -69:12:00 5'", 264.1, -69.2, 300),
        ("17:36:24 -00:30:00 0.1d", 264.1, -0.5, 360),
        ("17h36m24s +69d12m00s 5 arcmin", 264.1, 69.2, 300),
        ("17h36m24s +69°12′00″ 5″", 264.1, 69.2, 5),
        ("17 36 24 −69 12 00 30 arcsec", 264.1, -69.2, 30),
        ("17h 36m 24s -69d 12m 00s 30 ARCSEC", 264.1, -69.2, 30),
        ("17:36.4 69:12 1 deg", 264.1, 69.2, 3600),
        ("264d06m00s -69d12m00s 1", 264.1, -69.2, 1),
        ("-95.9 0 1", 264.1, 0, 1),
    ],
)
def test_the_ways_to_write_a_place(text, ra, dec, radius):
    cone = parse_cone(text, lambda name: None)
    assert cone.ra_deg == pytest.approx(ra, abs=1e-9)
    assert cone.dec_deg == pytest.approx(dec, abs=1e-9)
    assert cone.radius_arcsec == pytest.approx(radius)


@pytest.mark.parametrize(
    "text",
    ["264.1 69.2", "264.1", "a b c", "264.1 99 5", "17:66:24 +69:12:00 5", "1 2 3 parsec",
     "264.1 69.2 -5", "400 0 5", "I8", "1 2 3 4", "5 5 nan", "5 5 5 5 5 5 5 5 5"],
)  # fmt: skip
def test_what_is_no_place_is_refused_in_one_line(text):
    with pytest.raises(LightledgerError, match="RADIUS") as caught:
        parse_cone(text, lambda name: None)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=40))
def test_any_text_is_a_cone_or_refused(text):
    try:
        cone = parse_cone(text, lambda name: None)
    except LightledgerError:
        return
    assert 0 <= cone.ra_deg <= 360
    assert abs(cone.dec_deg) <= 90


@given(
    st.floats(0, 360), st.floats(-90, 90), st.floats(0, 360), st.floats(-90, 90),
    st.floats(0, 0.001),
)  # fmt: skip
def test_distances_are_those_of_astropy_small_ones_too(ra, dec, ra0, dec0, small):
    cone = Cone(ra0, dec0, 1)
    there = np.array([ra, ra0]), np.array([dec, np.clip(dec0 + small, -90, 90)])
    expected = SkyCoord(*there, unit="deg").separation(SkyCoord(ra0, dec0, unit="deg")).arcsec
    np.testing.assert_allclose(cone.distances(*there), expected, rtol=1e-6, atol=1e-6)


# ---- subsets


def test_subsets_by_definition_and_frozen(field):
    journal = field.journal
    journal.save_subset("bright", "mag < 16", measurement=M, sort="-mag", limit=6)
    assert field.find(subset="bright").ids == field.find("mag < 16", M, sort="-mag", limit=6).ids
    both = field.find("kind == 'star'", subset="bright")
    assert both.ids == [name for name in field.find(subset="bright") if numbers([name])[0] % 2]
    journal.save_subset("mine", "", objects=("I9", "I2", "gone", "I4"))
    mine = field.find(subset="mine")
    assert mine.ids == ["I9", "I2", "I4"]
    assert mine.remarks == ("1 of 4 objects of subset 'mine' are not in this field",)
    assert field.find(subset="mine", sort="mean_catalogue").ids == ["I2", "I4", "I9"]
    with pytest.raises(LightledgerError, match="did you mean bright"):
        field.find(subset="brigth")
    journal.drop_subset("bright")
    journal.drop_subset("mine")
    with pytest.raises(LightledgerError, match="none has been saved"):
        field.find(subset="bright")


def test_a_subset_keeps_its_own_measurement(field):
    field.journal.save_subset("other", "scatter > 0 and excess > 1e9", measurement=OTHER)
    stats = field.live_statistics(M)
    stats["excess"] = np.full(30, 1e10)
    assert field.find("", M, subset="other", statistics=stats).n_match == 0
