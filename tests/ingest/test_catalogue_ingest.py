"""Catalogues of visits to a store: every format, every way to match, every kind of bad input."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from visitcatalogues import MadeField, write_table

import lightledger
from lightledger.domain import Cancelled, Catalogues, Control, Flag, LightledgerError, Recipe
from lightledger.ingest.cataloguepreview import preview
from lightledger.ingest.events import IngestReport, VisitMeasured
from lightledger.ingest.plan import Plan, make_plan
from lightledger.ingest.request import IngestRequest, Target
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter

FIELD = MadeField()


def plan_of(folder: Path, out: Path, settings: Catalogues | None = None, **request: object) -> Plan:
    recipe = Recipe(catalogues=settings) if settings else None
    return make_plan(IngestRequest((folder,), out, recipe=recipe, **request))  # type: ignore[arg-type]


def ingest(
    folder: Path, out: Path, settings: Catalogues | None = None, **request: object
) -> IngestReport:
    with ThreadSubmitter(2) as submitter:
        return run(plan_of(folder, out, settings, **request), submitter)


def check(out: Path, measurement: str = "r_sci-auto", scale: float = 0.1) -> None:
    """Every star has its flux of every visit (10 s exposures: per second)."""
    ra, dec = FIELD.sky
    with lightledger.open(out) as field:
        objects = field.objects
        assert field.n_object == FIELD.n_star
        for star in range(FIELD.n_star):
            apart = np.hypot((objects["ra"] - ra[star]) * 0.88, objects["dec"] - dec[star]) * 3600
            curve = field.light_curve(int(np.argmin(apart)), measurement)
            assert apart.min() < 0.5
            truth = [FIELD.flux(visit)[star] * scale for visit in range(FIELD.n_visit)]
            np.testing.assert_allclose(curve.value, truth, rtol=1e-6)
            np.testing.assert_allclose(curve.error, 20.0 * scale, rtol=1e-6)
            middles = [FIELD.mjd(visit) + 5 / 86400 for visit in range(FIELD.n_visit)]
            np.testing.assert_allclose(curve.time, middles, rtol=0, atol=1e-8)


@pytest.mark.parametrize("kind", ["ecsv", "csv", "fits", "xml", "ldac"])
def test_every_format_gives_the_same_numbers(tmp_path: Path, kind: str) -> None:
    report = ingest(FIELD.write(tmp_path / "in", kind), tmp_path / "out.h5")
    assert report.visits == {"r": 8}
    assert report.files_found == report.files_used == 8
    rows = report.catalogue_rows
    assert rows["rows"] == rows["matched"] == 8 * FIELD.n_star
    assert report.exit_code == 0
    said = " ".join(str(p) for p in report.problems)
    assert "NUMBER is no stable id" in said
    check(tmp_path / "out.h5")


def test_sextractor_text_with_a_table_of_visits(tmp_path: Path) -> None:
    """Names of the dark field: images, cleaned images and divisions of one visit in one place."""
    from astropy.table import Table

    folder = tmp_path / "in"
    folder.mkdir()
    for visit in range(FIELD.n_visit):
        rows = FIELD.rows(visit)
        write_table(rows, {}, folder / f"IDF_gr{visit}_ch1_sci.sexcat", "cat")
        rows["FLUX_AUTO"] *= 2
        write_table(rows, {}, folder / f"IDF_gr{visit}_ch1_clean.sexcat", "cat")
        ratio = rows["NUMBER", "ALPHA_J2000", "DELTA_J2000"]
        ratio["median_3px"] = (
            FIELD.flux(visit)[rows["truth"] - 1] / FIELD.mean_flux[rows["truth"] - 1]
        )
        write_table(ratio, {}, folder / f"IDF_gr{visit}_ch1_div.ecsv", "ecsv")
    times = [FIELD.mjd(visit) + 5 / 86400 for visit in range(FIELD.n_visit)]
    names = [f"gr{visit}" for visit in range(FIELD.n_visit)]
    Table({"group_name": names, "mjd": times, "exptime": [10.0] * 8}).write(folder / "visits.ecsv")
    report = ingest(folder, tmp_path / "out.h5")
    assert report.visits == {"ch1": 8}
    assert report.files_found == 25
    assert report.files_left_out == 1
    check(tmp_path / "out.h5", "ch1_sci-auto")
    with lightledger.open(tmp_path / "out.h5") as field:
        assert list(field.visits("ch1")["visit"]) == names
        inside = {name.partition("_")[2] for name in field.measurements}
        assert inside == {"sci-auto", "clean-auto", "ratio-median_3px"}
        for name in field.object_ids[:5]:
            sci, clean = (field.light_curve(name, f"ch1_{i}-auto") for i in ("sci", "clean"))
            np.testing.assert_allclose(clean.value, 2 * sci.value, rtol=1e-6)
            ratio_curve = field.light_curve(name, "ch1_ratio-median_3px")
            assert np.nanmedian(ratio_curve.value) == pytest.approx(1.0, abs=0.3)


def test_one_long_table(tmp_path: Path) -> None:
    from astropy.table import vstack

    parts = []
    for visit in range(FIELD.n_visit):
        rows = FIELD.rows(visit)
        rows["mjd_obs"], rows["exptime"], rows["filter"] = FIELD.mjd(visit), 10.0, "r"
        parts.append(rows)
    vstack(parts).write(tmp_path / "all.fits")
    report = ingest(tmp_path / "all.fits", tmp_path / "out.h5")
    assert report.visits == {"r": 8}
    assert (report.files_found, report.files_used) == (1, 1)
    check(tmp_path / "out.h5")


def test_stable_ids_are_used_and_kept(tmp_path: Path) -> None:
    folder = FIELD.write(tmp_path / "in")
    report = ingest(folder, tmp_path / "out.h5", mapping=("id=truth",))
    assert "ids of truth stay" in " ".join(str(p) for p in report.problems)
    check(tmp_path / "out.h5")
    with lightledger.open(tmp_path / "out.h5") as field:
        ra, _ = FIELD.sky
        assert field.objects["ra"][field.index_of("I4")] == pytest.approx(ra[3], abs=1e-4)


def test_pixels_alone_are_matched_by_the_pattern_of_the_stars(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for visit in range(FIELD.n_visit):
        rows = FIELD.rows(visit)
        rows.remove_columns(["ALPHA_J2000", "DELTA_J2000", "NUMBER", "truth"])
        write_table(rows, FIELD.header(visit), folder / f"v{visit}.ecsv", "ecsv")
    report = ingest(folder, tmp_path / "out.h5")
    assert report.catalogue_rows["matched"] == 8 * FIELD.n_star
    with lightledger.open(tmp_path / "out.h5") as field:
        brightest = field.light_curve(0, "r_sci-auto").value
        np.testing.assert_allclose(brightest, 10_000.0, rtol=1e-6)


def test_magnitudes_come_back_as_they_were(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for visit in range(3):
        rows = FIELD.rows(visit)
        rows["MAG_AUTO"] = 20 - 2.5 * np.log10(rows["FLUX_AUTO"])
        rows["MAGERR_AUTO"] = 0.01
        rows["MAG_AUTO"][5] = 99.0
        rows.remove_columns(["FLUX_AUTO", "FLUXERR_AUTO"])
        write_table(rows, FIELD.header(visit), folder / f"v{visit}.ecsv", "ecsv")
    ingest(folder, tmp_path / "out.h5")
    with lightledger.open(tmp_path / "out.h5") as field:
        curves = [field.light_curve(i, "r_sci-auto") for i in range(FIELD.n_star)]
        magnitude = 25 - 2.5 * np.log10(curves[0].value)
        np.testing.assert_allclose(magnitude, 20 - 2.5 * np.log10(100_000.0), atol=1e-5)
        np.testing.assert_allclose(curves[0].error / curves[0].value * 1.0857, 0.01, rtol=1e-3)
        missing = np.array([np.isnan(c.value) for c in curves])
        assert missing.sum() == 3
        flags = np.array([c.flags for c in curves])
        assert (flags[missing] == Flag.NOT_FINITE).all()


def test_an_object_that_is_not_listed_is_not_detected(tmp_path: Path) -> None:
    folder = FIELD.write(tmp_path / "in")
    rows = FIELD.rows(2)
    rows = rows[rows["truth"] != 7]
    rows["FLAGS"][rows["truth"] == 9] = 4 | 1
    rows["FLAGS"][rows["truth"] == 10] = 8
    write_table(rows, FIELD.header(2), folder / "v2.ecsv", "ecsv")
    ingest(folder, tmp_path / "out.h5", mapping=("id=truth",))
    with lightledger.open(tmp_path / "out.h5") as field:
        gone = field.light_curve("I7", "r_sci-auto")
        assert np.isnan(gone.value[2])
        assert gone.flags[2] == Flag.NOT_DETECTED
        assert gone.flags[[0, 1, 3]].tolist() == [0, 0, 0]
        assert field.light_curve("I9", "r_sci-auto").flags[2] == Flag.SATURATED
        assert field.light_curve("I10", "r_sci-auto").flags[2] == Flag.TRUNCATED


def test_a_reference_catalogue_names_the_objects(tmp_path: Path) -> None:
    folder = FIELD.write(tmp_path / "in")
    ra, dec = FIELD.sky
    lines = [f"S{k},{ra[k]},{dec[k]}" for k in range(10)] + ["far,53.5,-28"]
    catalogue = tmp_path / "in" / "reference.csv"
    catalogue.write_text("\n".join(["name,ra,dec", *lines]))
    report = ingest(folder, tmp_path / "out.h5", catalog=str(catalogue))
    assert report.files_left_out == 1
    rows = report.catalogue_rows
    assert (rows["matched"], rows["unmatched"]) == (80, 8 * 30)
    with lightledger.open(tmp_path / "out.h5") as field:
        assert field.object_ids[3] == "S3"
        assert (field.light_curve("far", "r_sci-auto").flags == Flag.NOT_DETECTED).all()
        np.testing.assert_allclose(field.light_curve("S0", "r_sci-auto").value, 10_000.0)


def test_adding_visits_and_running_again(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out.h5"
    ingest(FIELD.write(folder, visits=range(5)), out)
    FIELD.write(folder)
    report = ingest(folder, out)
    assert report.visits_measured == 3
    check(out)
    assert ingest(folder, out).up_to_date
    with pytest.raises(LightledgerError, match=r"another mapping|other \[catalogues\]"):
        plan_of(folder, out, mapping=("sci-auto=FLUX_AUTO",))


def test_what_was_finished_is_kept_when_cancelled(tmp_path: Path) -> None:
    folder, out = FIELD.write(tmp_path / "in"), tmp_path / "out.h5"
    control = Control()

    def stop_after_two(event: object) -> None:
        if isinstance(event, VisitMeasured) and event.n_done == 2:
            control.cancel()

    with ThreadSubmitter(1) as submitter, pytest.raises(Cancelled):
        run(plan_of(folder, out), submitter, control, stop_after_two)
    assert not out.exists()
    report = ingest(folder, out)
    assert 0 < report.visits_measured <= 6
    check(out)


def test_a_person_says_what_columns_are(tmp_path: Path) -> None:
    folder = FIELD.write(tmp_path / "in")
    edits = ("sci-auto=", "sci-mine=FLUX_AUTO,FLUXERR_AUTO", "X_IMAGE")
    plan = plan_of(folder, tmp_path / "out.h5", mapping=edits)
    assert plan.recipe.catalogues.measurements == ("sci-mine", "column-X_IMAGE")
    assert plan.mapping is not None
    seen = preview(plan.inventory, plan.mapping, plan.recipe.catalogues)
    assert seen.columns[0].sample
    assert seen.columns[0].unit == "adu/s"
    assert seen.rows["rows"] == seen.rows["matched"] == 8 * FIELD.n_star
    assert any("FLUXERR_AUTO" in line for line in seen.in_words)
    with ThreadSubmitter(1) as submitter:
        run(plan, submitter)
    check(tmp_path / "out.h5", "r_sci-mine")
    with lightledger.open(tmp_path / "out.h5") as field:
        assert np.isfinite(field.light_curve(0, "r_column-X_IMAGE").value).all()


def test_a_target_gets_its_name(tmp_path: Path) -> None:
    ra, dec = FIELD.sky
    target = Target("mine", ra_deg=float(ra[3]), dec_deg=float(dec[3]))
    report = ingest(FIELD.write(tmp_path / "in"), tmp_path / "out.h5", targets=(target,))
    assert report.target == "mine"
    with lightledger.open(tmp_path / "out.h5") as field:
        assert (
            np.ptp(field.light_curve("mine", "r_sci-auto").value) > 0.4 * 0.1 * FIELD.mean_flux[3]
        )


def test_every_bad_catalogue_is_named_and_counted(tmp_path: Path) -> None:
    folder = FIELD.write(tmp_path / "in")
    empty = FIELD.rows(20)[:0]
    write_table(empty, FIELD.header(20), folder / "empty.ecsv", "ecsv")
    nowhere = FIELD.rows(21)
    nowhere.keep_columns(["NUMBER", "FLUX_AUTO", "FLUXERR_AUTO"])
    write_table(nowhere, FIELD.header(21), folder / "nowhere.ecsv", "ecsv")
    elsewhere = FIELD.rows(22)
    elsewhere["DELTA_J2000"] += 0.3
    write_table(elsewhere, FIELD.header(22), folder / "elsewhere.ecsv", "ecsv")
    write_table(FIELD.rows(23), {"FILTER": "r"}, folder / "timeless.ecsv", "ecsv")
    (folder / "cut.ecsv").write_text((folder / "v1.ecsv").read_text()[:300])
    (folder / "web.cat").write_text("<html><body>404</body></html>")
    (folder / "notes.txt").write_text("seeing was bad\nthen clouds\n")
    (folder / "copy.ecsv").write_bytes((folder / "v0.ecsv").read_bytes())
    twins = FIELD.rows(24)
    twins["NUMBER"] = 5
    twins.add_row(twins[0])
    write_table(twins, FIELD.header(24), folder / "twins.ecsv", "ecsv")
    report = ingest(folder, tmp_path / "out.h5")
    assert report.visits == {"r": 9}  # the twins are one more visit
    assert report.files_found == 17
    assert report.files_found == report.files_used + report.files_left_out + report.files_refused
    assert report.exit_code == 1
    rows = report.catalogue_rows
    assert rows["rows"] == rows["matched"] + rows["unmatched"] + rows["duplicate"]
    assert rows["duplicate"] == 1
    assert report.n_object == FIELD.n_star
    said = {p.file: p.what for p in report.problems if p.severity == "refused"}
    assert set(said) == {
        "empty.ecsv", "nowhere.ecsv", "elsewhere.ecsv", "timeless.ecsv", "cut.ecsv", "web.cat",
    }  # fmt: skip
    assert "no rows" in said["empty.ecsv"]
    assert "0 of its 40 rows are among the 40 objects" in said["elsewhere.ecsv"]
    assert "no time" in said["timeless.ecsv"]
    assert "positions" in said["nowhere.ecsv"]
    assert all("\n" not in what for what in said.values())


def test_nothing_but_bad_catalogues(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.cat").write_text("nothing")
    with pytest.raises(LightledgerError) as caught:
        plan_of(folder, tmp_path / "out.h5")
    assert "\n" not in str(caught.value)
    with pytest.raises(LightledgerError, match="no catalogue has the column"):
        plan_of(FIELD.write(folder), tmp_path / "out.h5", mapping=("sci-a=NOT_THERE",))


def test_settings_of_the_recipe_hold(tmp_path: Path) -> None:
    folder, out = FIELD.write(tmp_path / "in"), tmp_path / "out.h5"
    settings = Catalogues(("sci-auto=FLUX_AUTO",), match="sky", tolerance=2.0)
    ingest(folder, out, settings)
    with lightledger.open(out) as field:
        used = field.recipe.catalogues
        assert (used.match, used.tolerance) == ("sky", 2.0)
        assert np.isnan(field.light_curve(0, "r_sci-auto").error).all()
    assert plan_of(folder, out, settings).todo == ()
    with pytest.raises(LightledgerError, match="other"):
        plan_of(folder, out, replace(settings, tolerance=1.0))
