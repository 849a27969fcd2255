"""Mosaics on a coadd's grid, from the folder to the store: all measurements, bad companions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from mosaics import SHAPE, Mosaics

import lightledger as ll
from lightledger.domain import Flag, LightledgerError, Measuring, Recipe
from lightledger.ingest.events import IngestReport
from lightledger.ingest.plan import make_plan
from lightledger.ingest.presets import presets, read_recipe
from lightledger.ingest.request import IngestRequest
from lightledger.ingest.run import run
from lightledger.ingest.submit import ThreadSubmitter

ONE = Mosaics(n_visit=3, bands=("ch1",))


def ingest(folder: Path, out: Path, recipe: Recipe | None = None) -> IngestReport:
    plan = make_plan(IngestRequest((folder,), out, recipe=recipe))
    with ThreadSubmitter(1) as submitter:
        return run(plan, submitter)


def spoil(path: Path, change) -> None:  # type: ignore[no-untyped-def]
    data, header = fits.getdata(path, header=True)
    fits.writeto(path, np.asarray(change(data.copy()), "f4"), header, overwrite=True)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dark")
    report = ingest(Mosaics().write(folder / "frames"), folder / "field.h5")
    assert report.exit_code == 0
    assert report.n_points == report.n_measured + report.n_flagged
    assert report.n_points == 40 * 3 * report.n_object
    return folder / "field.h5"


def test_forty_measurements_over_two_bands(store: Path) -> None:
    fluxes = [f"{i}-{m}" for i in ("sci", "clean") for m in ("auto", "iso")]
    fluxes += [f"{i}-aper_r{r}" for i in ("sci", "clean") for r in (2, 3, 4, 5)]
    ratios = [f"ratio-{m}_{n}px" for m in ("median", "biweight") for n in (3, 7, 13, 20)]
    with ll.open(store) as field:
        expected = {f"{band}_{name}" for band in ("ch1", "ch2") for name in fluxes + ratios}
        assert set(field.measurements) == expected
        assert field.attributes("ch2_ratio-median_7px")["unit"] == ""
        assert field.attributes("ch2_clean-auto")["unit"] == "uJy"


def test_how_many_pixels_a_ratio_has_is_kept(store: Path) -> None:
    with ll.open(store) as field:
        counts = np.array([field.objects[f"ratio_pixels_{n}px"] for n in (3, 7, 13, 20)])
    assert np.all(counts[0] == 9)  # the coadd is deep
    assert np.all(np.diff(counts, axis=0) >= 0)
    assert np.all(counts[3] < 200)  # stars, not sky


def test_every_one_says_that_nothing_changes(store: Path) -> None:
    with ll.open(store) as field:
        for name in field.measurements:
            value, error, flags = field.block(name)
            good = np.isfinite(value) & (flags & (Flag.COSMIC_RAY | Flag.BAD_PIXELS) == 0)
            assert good.mean() > 0.85, name
            if "ratio" in name:  # each band to its own coadd
                assert np.median(value[good]) == pytest.approx(1.0, abs=0.02)
            middle = np.nanmedian(np.where(good, value, np.nan), axis=1, keepdims=True)
            assert np.median(np.abs(value - middle)[good] / error[good]) < 1.2, name


def test_cosmic_rays_are_removed_where_they_hit(store: Path) -> None:
    with ll.open(store) as field:
        hit = int(np.argmin(np.hypot(field.objects["x"] - 18, field.objects["y"] - 15)))
        sci, clean = (field.light_curve(hit, f"ch1_{i}-aper_r5") for i in ("sci", "clean"))
        assert list((sci.flags & Flag.COSMIC_RAY) != 0) == [True, False, True]
        assert list(sci.flags) == list(clean.flags)
        assert np.ptp(sci.value) > 10 * np.median(sci.error)
        assert np.ptp(clean.value) < 0.3 * np.ptp(sci.value)
        assert (field.visits("ch1")["n_cosmic"][[0, 2]] > 0).all()


def test_coverage_and_positions_can_be_read(store: Path) -> None:
    with ll.open(store) as field:
        coverage = field.light_curve(0, "ch1_cov-mean")
        np.testing.assert_array_equal(coverage.value, 12)
        assert "ch2_cov-mean" in field.places
        x = field.light_curve(2, "ch2_place-x").value
        np.testing.assert_allclose(x, field.objects["x"][2], rtol=1e-6)


def test_ready_made_recipes_are_what_the_data_would_choose(store: Path, tmp_path: Path) -> None:
    assert {"dark-field", "apertures"} <= set(presets())
    with ll.open(store) as field:
        chosen = field.recipe.measuring
    plain = Measuring()
    for name, value in vars(read_recipe("dark-field").measuring).items():
        assert value in (getattr(plain, name), getattr(chosen, name)), name
    folder = Mosaics(n_visit=1, bands=("ch1",)).write(tmp_path / "frames")
    ingest(folder, tmp_path / "circles.h5", read_recipe("apertures"))
    with ll.open(tmp_path / "circles.h5") as field:
        assert {m.partition("-")[2][:6] for m in field.measurements} == {"aper_r"}
    with pytest.raises(LightledgerError, match="dark-field"):
        read_recipe("no-such-recipe")


def test_without_error_maps_nothing_is_called_clean(tmp_path: Path) -> None:
    folder = Mosaics(n_visit=2, bands=("ch1",), kinds=("cov",)).write(tmp_path / "frames")
    ingest(folder, tmp_path / "field.h5")
    with ll.open(tmp_path / "field.h5") as field:
        images = {m.split("_", 1)[1].partition("-")[0] for m in field.measurements}
        assert images == {"sci", "ratio"}
    # asked for all the same: no numbers, and every visit says why
    ingest(folder, tmp_path / "asked.h5", read_recipe("dark-field"))
    with ll.open(tmp_path / "asked.h5") as field:
        curve = field.light_curve(3, "ch1_clean-auto")
        assert np.isnan(curve.value).all()
        assert np.all(curve.flags & Flag.FRAME_PROBLEM)
        assert np.isfinite(field.light_curve(3, "ch1_sci-auto").value).all()
        assert all("cosmic rays" in note for note in field.visits("ch1")["note"])


WRONG = {
    "unc without a sigma": ("unc", lambda a: 0 * a, "none of the values of its unc frame"),
    "unc all nan": ("unc", lambda a: np.nan * a, "none of the values of its unc frame"),
    "covered by nothing": ("cov", lambda a: 0 * a, "no usable pixel"),
    "all nan": ("sci", lambda a: np.nan * a, "no finite pixel"),
}


@pytest.mark.parametrize("case", WRONG)
def test_one_bad_visit_is_refused_in_a_line_and_the_others_go_on(case: str, tmp_path: Path) -> None:
    kind, change, said = WRONG[case]
    folder = ONE.write(tmp_path / "frames")
    spoil(ONE.path(folder, 2, "ch1", kind), change)
    report = ingest(folder, tmp_path / "field.h5")
    assert report.exit_code == 1
    (problem,) = (p for p in report.problems if p.severity == "refused")
    assert said in problem.what
    assert "\n" not in str(problem)
    assert report.visits == {"ch1": 2}
    assert report.files_used + report.files_left_out + report.files_refused == report.files_found


def test_some_pixels_without_a_sigma_are_counted_in_the_visit(tmp_path: Path) -> None:
    folder = ONE.write(tmp_path / "frames")

    def holes(unc: np.ndarray) -> np.ndarray:
        unc[5, 5:9] = [0, -1, np.nan, np.inf]
        return unc

    spoil(ONE.path(folder, 2, "ch1", "unc"), holes)
    report = ingest(folder, tmp_path / "field.h5")
    assert report.exit_code == 0
    with ll.open(tmp_path / "field.h5") as field:
        notes = list(field.visits("ch1")["note"])
    assert notes == ["", "4 pixels without a usable sigma are left out", ""]
    (remark,) = (p for p in report.problems if "sigma" in p.what)
    assert remark.severity == "note"


def test_a_saturated_field_is_flagged_not_hidden(tmp_path: Path) -> None:
    folder = ONE.write(tmp_path / "frames")
    spoil(ONE.path(folder, 1, "ch1", "sci"), lambda sci: np.minimum(sci, 0.3))
    recipe = Recipe().with_measuring(saturation=0.3)
    ingest(folder, tmp_path / "field.h5", recipe)
    with ll.open(tmp_path / "field.h5") as field:
        for name in ("ch1_sci-auto", "ch1_clean-iso", "ch1_ratio-median_7px"):
            value, _, flags = field.block(name)
            assert (flags[:, 0] & Flag.SATURATED != 0).mean() > 0.8
            assert np.isfinite(value[:, 0]).all()


def test_a_visit_of_another_field_is_refused(tmp_path: Path) -> None:
    folder = ONE.write(tmp_path / "frames")
    for kind in ("sci", "unc", "cov"):
        path = ONE.path(folder, 3, "ch1", kind)
        with fits.open(path, mode="update") as hdus:
            hdus[0].header["CRVAL2"] += 0.03  # nearer than another field, yet beside it
    report = ingest(folder, tmp_path / "field.h5")
    (problem,) = (p for p in report.problems if p.severity == "refused")
    assert "overlap" in problem.what
    assert problem.visit == "gr3"


def test_frames_on_another_grid_measure_the_same(tmp_path: Path) -> None:
    """Visit 2 shifted by whole pixels: the same sky, other pixels."""
    folder = ONE.write(tmp_path / "frames")
    for kind in ("sci", "unc", "cov"):
        path = ONE.path(folder, 2, "ch1", kind)
        data, header = fits.getdata(path, header=True)
        header["CRPIX1"] -= 4
        header["CRPIX2"] += 3
        moved = np.full((SHAPE[0] + 6, SHAPE[1] - 4), np.nan, "f4")
        moved[3 : 3 + SHAPE[0]] = data[:, 4:]
        fits.writeto(path, moved, header, overwrite=True)
    assert ingest(folder, tmp_path / "moved.h5").exit_code == 0
    ingest(ONE.write(tmp_path / "plain"), tmp_path / "plain.h5")
    with ll.open(tmp_path / "moved.h5") as moved_field, ll.open(tmp_path / "plain.h5") as plain:
        inside = plain.objects["x"] > 14
        for name in plain.measurements:
            value, error, _ = plain.block(name)
            other = moved_field.block(name)[0]
            apart = np.abs(other[:, 1] - value[:, 1])[inside] / error[inside, 1]
            assert np.nanmedian(apart) < 0.3, name
            np.testing.assert_array_equal(other[:, 0], value[:, 0])
