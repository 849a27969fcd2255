"""An open field: light curves, correction, journal and statistics against what went in."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from astropy.time import Time

import lightledger
from lightledger.analysis import VARIABLE_ABOVE, Filters, TimeRange
from lightledger.analysis.running import Clip
from lightledger.domain import Control, Flag, LightledgerError, Recipe, bjd_tdb
from lightledger.domain.progress import Cancelled

M = "R_sci-aper_r3"


@pytest.fixture
def field(truth):
    with lightledger.open(truth.path) as opened:
        yield opened


def test_light_curves_are_what_was_measured(truth, field):
    lc = field.light_curve("I3", M)
    np.testing.assert_array_equal(lc.value, truth.value[M][2])
    np.testing.assert_array_equal(lc.error, truth.error[M][2])
    np.testing.assert_array_equal(lc.flags, truth.flags[M][2])
    np.testing.assert_array_equal(lc.time, truth.mjd)
    assert (lc.object, lc.measurement, lc.unit, lc.corrected) == ("I3", M, "adu/s", False)
    assert len(field.light_curve("I11", M).good()) == 49
    assert field.light_curve(2, M).object == "I3"


def test_times_are_barycentric_for_each_object(truth, field):
    visits = field.visits("R")
    observer = np.stack([visits[f"observer_{a}_km"] for a in "xyz"], axis=1)
    for name, ra, dec in (
        ("I3", field.objects["ra"][2], field.objects["dec"][2]),
        ("I5", 120.05, 30.05),  # no position of its own: the field's centre
    ):
        lc = field.light_curve(name, M)
        expected = bjd_tdb(truth.mjd, np.full(truth.mjd.size, 69.184), observer, ra, dec)
        np.testing.assert_allclose(lc.bjd_tdb, expected, rtol=0, atol=1e-9)
    assert np.isnan(field.light_curve("I5", M).ra_deg)


def test_unknown_names_offer_near_ones(field):
    with pytest.raises(LightledgerError, match="I30"):
        field.light_curve("I300", M)
    with pytest.raises(LightledgerError, match="aper_r3"):
        field.light_curve("I3", "R_sci-aper_r4")
    with pytest.raises(LightledgerError, match="number 99"):
        field.light_curve(99, M)


def test_correction_takes_the_sky_out_and_leaves_the_object_in(truth, field):
    raw, lc = field.light_curve("I1", M), field.light_curve("I1", M, corrected=True)
    assert raw.value.std() / raw.value.mean() > 0.02
    assert lc.value.std() / lc.value.mean() < 0.008
    assert lc.corrected
    zero = field.zero_points(M)
    assert 0 in zero.member
    moved, _ = zero.without(0, raw.value, raw.flags)
    np.testing.assert_allclose(lc.value, raw.value / moved)
    assert (lc.error > raw.error / moved).all()
    assert "I8" not in field.comparison(M)
    assert np.abs(zero.factor / truth.transparency - 1).max() < 0.01


def test_rejected_points_and_visits_are_flagged_and_come_back(truth, field):
    field.journal.reject_point("I3", "R", "v004")
    field.journal.reject_visit("R", "v010")
    lc = field.light_curve("I3", M)
    assert np.nonzero(lc.flags & Flag.REJECTED)[0].tolist() == [4, 10]
    assert np.nonzero(field.light_curve("I4", M).flags & Flag.REJECTED)[0].tolist() == [10]
    assert not (field.light_curve("I3", "ch1_sci-aper_r3").flags & Flag.REJECTED).any()
    hidden = field.passes(lc)
    assert hidden.counts["rejected"] == 2
    assert hidden.text() == "48 of 50 pass; hidden: 2 rejected"
    assert field.stale(M) == "from 50 visits, now 49"
    with lightledger.open(truth.path) as other:
        assert (other.light_curve("I3", M).flags[[4, 10]] & Flag.REJECTED).all()
        field.journal.undo()
        field.journal.undo()
        other.journal.follow()
        assert not (other.light_curve("I3", M).flags & Flag.REJECTED).any()
    assert field.stale(M) == ""
    np.testing.assert_array_equal(field.light_curve("I3", M).flags, truth.flags[M][2])


def test_comparison_stars_are_changed_live(field):
    before = field.zero_points(M)
    stars = field.comparison(M)
    field.journal.remove_comparison(stars[0])
    assert stars[0] not in field.comparison(M)
    after = field.zero_points(M)
    assert after.member.size == before.member.size - 1
    assert np.nanmax(np.abs(after.factor / before.factor - 1)) < 0.01
    assert field.stale(M) == "from other comparison stars"
    field.journal.add_comparison("I8")
    assert "I8" in field.comparison(M)
    field.journal.undo()
    field.journal.undo()
    np.testing.assert_array_equal(field.zero_points(M).factor, before.factor)


def test_a_rejected_point_of_a_comparison_star_does_not_enter(field):
    before = field.zero_points(M)
    star = int(before.member[0])
    field.journal.reject_point(field.object_ids[star], "R", "v020")
    after = field.zero_points(M)
    assert after.n_star[20] == before.n_star[20] - 1
    field.journal.reject_visit("R", "v021")
    assert np.isfinite(field.zero_points(M).factor[21])


def test_solving_with_the_same_stars_gives_what_was_published(field):
    stored = field.zero_points(M)
    field.journal.reject_visit("R", "v000")
    solved = field.zero_points(M)
    np.testing.assert_allclose(solved.factor, stored.factor, rtol=3e-3)


@pytest.mark.parametrize("threads", [1, 3])
def test_live_statistics_over_everything_are_the_stored_ones(field, threads):
    for corrected in (False, True):
        stored = field.statistics(M, corrected)
        live = field.live_statistics(M, corrected=corrected, threads=threads)
        assert list(live) == list(stored)
        for name in stored:
            np.testing.assert_array_equal(live[name], stored[name], err_msg=name)
        assert (live["n_pair"] > 40).all()
        assert np.isfinite(live["stetson_j"]).all()
        moments = field.live_statistics(M, corrected=corrected, want="moments")
        for name in moments:
            np.testing.assert_array_equal(moments[name], stored[name], err_msg=name)


def test_live_statistics_follow_range_flags_rejections_and_clip(truth, field):
    field.journal.reject_point("I3", "R", "v004")
    field.journal.reject_visit("R", "v010")
    first, last = truth.mjd[2], truth.mjd[40]
    filters = Filters(TimeRange(first, last), mask=0)
    stats = field.live_statistics(M, filters, corrected=False)
    keep = np.ones(50, bool)
    keep[[0, 1, 10]] = False
    keep[41:] = False
    assert stats["n_good"][5] == keep.sum()
    assert stats["median"][5] == pytest.approx(np.median(truth.value[M][5][keep]))
    assert stats["n_good"][2] == keep.sum() - 1
    assert stats["n_good"][9] == keep.sum()  # mask 0: the saturated point passes
    for index in (2, 5, 10):
        assert field.passes(field.light_curve(index, M), filters).n_pass == stats["n_good"][index]
    clipped = Filters(clip=Clip(2.0))
    stats = field.live_statistics(M, clipped, corrected=True)
    for index in (0, 2, 7, 12):
        hidden = field.passes(field.light_curve(index, M, corrected=True), clipped)
        assert hidden.n_pass == stats["n_good"][index]


def test_live_statistics_can_be_cancelled(field):
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        field.live_statistics(M, control=control)


def test_the_object_table_ranks_the_variable_first(field):
    table = field.table(M)
    assert table["id"][np.argmax(table["excess"])] == "I8"
    assert table["variable"].sum() == 1
    assert table["excess"][7] > VARIABLE_ABOVE
    assert not table["well_measured"][11]  # blended
    assert table["mag"][0] == pytest.approx(25 - 2.5 * np.log10(table["median"][0]))
    assert all(len(column) == field.n_object for column in table.values())
    assert table["comparison"].sum() == len(field.comparison(M))


def test_defaults_follow_the_data_and_the_recipe(make_store, tmp_path, field):
    assert field.suggested("R") == "R_sci-aper_r3"
    assert field.corrected_by_default
    (tmp_path / "b").mkdir()
    recipe = Recipe().with_presenting(
        corrected="off", suggested=("ch1_sci-aper_r2",), target=("I7", "gone")
    )
    with lightledger.open(make_store(tmp_path / "b", recipe=recipe).path) as other:
        assert not other.corrected_by_default
        assert other.suggested("ch1") == "ch1_sci-aper_r2"
        assert other.suggested("R") == "R_sci-aper_r3"
        assert other.targets == ("I7",)


def test_info_has_the_keys_of_the_contract(truth, field):
    info = field.info()
    assert info["objects"] == 30
    assert info["file_bytes"] == truth.path.stat().st_size
    assert set(info["bands"]) == {"R", "ch1"}
    band = info["bands"]["R"]
    assert band["visits"] == 50
    assert band["record_bytes"] == 504
    assert band["measurements"] == ["R_sci-aper_r2", "R_sci-aper_r3"]
    assert band["first_mjd"] == truth.mjd[0]
    assert "[measuring]" in info["recipe"]
    assert info["problems"] == []


def test_info_loads_neither_astropy_nor_compiled_code(truth):
    code = (
        "import sys, lightledger\n"
        f"with lightledger.open({str(truth.path)!r}) as field: field.info()\n"
        "print([m for m in ('astropy', 'scipy', 'numba', 'PySide6') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_to_timeseries(field):
    lc = field.light_curve("I3", M).between(59005, 59020).good()
    series = lc.to_timeseries()
    assert series.colnames == ["time", "flux", "flux_err", "quality", "bjd_tdb", "visit"]
    assert isinstance(series.time, Time)
    assert series.time.scale == "utc"
    np.testing.assert_allclose(series.time.mjd, lc.time, rtol=0, atol=1e-9)
    np.testing.assert_array_equal(series["flux"].value, lc.value)
    assert series.meta["object"] == "I3"


@pytest.mark.parametrize(
    ("name", "method"), [("pandas", "to_pandas"), ("lightkurve", "to_lightkurve")]
)
def test_conversions_to_packages_that_are_missing_say_so(field, monkeypatch, name, method):
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(LightledgerError, match=f"{name} is not installed"):
        getattr(field.light_curve("I3", M), method)()


def test_reading_is_quick_enough_to_leaf(field):
    """No file is opened, no statistics are read for one more light curve."""
    field.light_curve(0, M, corrected=True)
    records = field.reader.records(M)
    assert np.shares_memory(field.light_curve(5, M).value, records["value"])


def test_whole_measurements_and_blocks_of_objects_are_views_of_the_file(truth, field):
    records = field.records(M)
    np.testing.assert_array_equal(records["value"], truth.value[M])
    value, error, flags = field.block(M, 5, 9)
    np.testing.assert_array_equal(error, truth.error[M][5:9])
    for view, name in ((value, "value"), (error, "error"), (flags, "flags")):
        assert np.shares_memory(view, records[name])
        assert not view.flags.writeable
    assert field.block(M, -3)[0].shape == (3, truth.mjd.size)
    assert field.block(M, 9, 5)[0].shape == (0, truth.mjd.size)
    with pytest.raises(LightledgerError, match="did you mean"):
        field.records("R_sci-aper_r4")


def test_a_block_is_the_light_curves_of_its_objects(field):
    field.journal.reject_point("I8", "R", "v004")
    for corrected in (False, True):
        block = field.block(M, 6, 10, corrected)
        for place, row in enumerate(range(6, 10)):
            curve = field.light_curve(row, M, corrected)
            for plane, expected in zip(block, (curve.value, curve.error, curve.flags), strict=True):
                np.testing.assert_array_equal(plane[place], expected)
