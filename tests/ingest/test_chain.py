"""From frames to light curves: positions, fluxes, ids, append, targets."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from astropy.table import Table
from ingested import lightledger
from synthetic import Series

import lightledger as ll
from lightledger.domain import Flag, Recipe
from lightledger.ingest.build import in_the_rim
from lightledger.library import Field
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging


def ingest(*arguments: object) -> dict[str, object]:
    done = lightledger("ingest", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def nearest(field: Field, x: float, y: float) -> int:
    distance = np.hypot(field.objects["x"] - x, field.objects["y"] - y)
    assert distance.min() < 0.5
    return int(np.argmin(distance))


@pytest.mark.parametrize("with_wcs", [True, False])
def test_fluxes_of_a_drifting_field_are_right(tmp_path: Path, with_wcs: bool) -> None:
    """Fluxes in the widest aperture are the planted ones, per second; transparency goes."""
    series = Series(with_wcs=with_wcs, drift_px=15.0, shape=(160, 160), n_star=16, apart_px=22)
    series.write(tmp_path / "night")
    report = ingest(tmp_path / "night", "-o", tmp_path / "a.h5")
    assert report["n_points"] == report["n_measured"] + report["n_flagged"]  # type: ignore[operator]
    x, y, flux = series.stars()
    with ll.open(tmp_path / "a.h5") as field:
        widest = field.measurements[-1]
        inner = (x > 20) & (x < 125) & (y > 20) & (y < 140)
        ratios = []
        for a, b, f in zip(x[inner], y[inner], flux[inner], strict=True):
            curve = field.light_curve(nearest(field, a, b), widest, corrected=True).good()
            assert len(curve) == 8
            assert np.std(curve.value) < 2.5 * np.median(curve.error)
            ratios.append(np.median(curve.value) * 60 / f)
            matched = bool((curve.flags & int(Flag.UNCERTAIN_POSITION)).all())
            assert matched is not with_wcs
    assert np.median(ratios) == pytest.approx(1.0, abs=0.04)
    assert np.std(ratios) < 0.05


def test_new_visits_join_and_old_values_stay(tmp_path: Path) -> None:
    Series(n_visit=4).write(tmp_path / "night")
    store = tmp_path / "a.h5"
    ingest(tmp_path / "night", "-o", store)
    with ll.open(store) as field:
        name = field.measurements[0]
        ids = list(field.reader.object_ids)
        before = field.light_curve("I1", name)
    Series(n_visit=7).write(tmp_path / "night", first=4)
    report = ingest(tmp_path / "night", "-o", store)
    assert report["visits"] == {"R": 7}
    with ll.open(store) as field:
        after = field.light_curve("I1", name)
        assert list(field.reader.object_ids) == ids
    assert np.array_equal(after.value[:4], before.value)
    assert list(after.visit[:4]) == list(before.visit)
    assert np.isfinite(after.value).all()
    assert (np.diff(after.time) > 0).all()


def test_the_rim_of_a_stack_gives_only_what_stands_out_of_its_noise() -> None:
    depth = np.full((20, 30), 1.0)
    depth[:, 25:] = 0.04
    found = {
        "x": np.array([10.0, 27.0, 28.4, 29.6]),
        "y": np.array([10.0, 5.0, 19.7, -0.4]),
        "snr": np.array([3.5, 15.0, 40.0, 24.0]),
    }
    assert found["snr"][~in_the_rim(found, depth)].tolist() == [3.5, 40.0]


def test_a_night_in_another_filter_joins(tmp_path: Path) -> None:
    Series(n_visit=3).write(tmp_path / "first")
    store = tmp_path / "a.h5"
    ingest(tmp_path / "first", "-o", store)
    Series(n_visit=3, mjd=59001.2, header={"FILTER": "V"}).write(tmp_path / "second")
    report = ingest(tmp_path / "second", "-o", store)
    assert report["visits"] == {"R": 3, "V": 3}
    with ll.open(store) as field:
        assert field.unit(field.suggested("R")) == field.unit(field.suggested("V")) == "adu/s"


def test_stars_without_a_wcs_get_their_sky_from_the_frames_that_have_one(tmp_path: Path) -> None:
    Series(n_visit=2, with_wcs=False).write(tmp_path / "night")
    Series(n_visit=5).write(tmp_path / "night", first=2)
    ingest(tmp_path / "night", "-o", tmp_path / "a.h5")
    with ll.open(tmp_path / "a.h5") as field:
        curve = field.light_curve("I1", field.suggested("R"))
        assert np.isfinite(curve.bjd_tdb).all()
        uncertain = (curve.flags & int(Flag.UNCERTAIN_POSITION)) != 0
        assert list(uncertain) == [True, True, False, False, False]


def test_a_catalogue_decides_objects_and_ids(tmp_path: Path) -> None:
    series = Series()
    series.write(tmp_path / "night")
    x, y, _ = series.stars()
    names = [f"star {i}" for i in range(x.size)]
    Table({"name": names, "x": x, "y": y}).write(tmp_path / "cat.ecsv")
    ingest(tmp_path / "night", "-o", tmp_path / "a.h5", "--catalog", tmp_path / "cat.ecsv")
    with ll.open(tmp_path / "a.h5") as field:
        assert list(field.reader.object_ids) == names
        assert field.objects["x"] == pytest.approx(x)


def test_a_target_is_an_object_by_its_name(tmp_path: Path) -> None:
    series = Series()
    series.write(tmp_path / "night")
    x, y, _ = series.stars()
    ingest(
        tmp_path / "night", "-o", tmp_path / "a.h5",
        "--target", f"mine={x[3]:.1f},{y[3]:.1f} px",
        "--target", "nothing there=120.0 30.0",
    )  # fmt: skip
    with ll.open(tmp_path / "a.h5") as field:
        mine = field.light_curve("mine", field.measurements[0])
        assert np.isfinite(mine.value).all()
        where = field.reader.index_of("mine")
        assert field.objects["x"][where] == pytest.approx(x[3], abs=0.3)
        assert np.isfinite(field.light_curve("nothing there", field.measurements[0]).value).all()


def test_same_frames_same_bytes(tmp_path: Path) -> None:
    """But for the root attributes ``created`` and ``uuid``."""
    Series(n_visit=4).write(tmp_path / "night")
    stores = [tmp_path / "a.h5", tmp_path / "b.h5"]
    for store in stores:
        ingest(tmp_path / "night", "-o", store)
    a, b = (np.frombuffer(store.read_bytes(), "u1") for store in stores)
    assert a.size == b.size
    # two texts of at most 36 bytes, and the checksums of the pieces that hold them
    assert np.count_nonzero(a != b) < 120


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    Series(n_visit=3).write(tmp_path / "night")
    done = lightledger("ingest", tmp_path / "night", "-o", tmp_path / "a.h5", "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["to_measure"] == 3
    assert {p.name for p in tmp_path.iterdir()} == {"night"}


def test_a_catalogue_beside_the_stars_is_moved_onto_them_and_says_so(tmp_path: Path) -> None:
    series = Series(n_visit=3)
    series.write(tmp_path / "night")
    x, y, _ = series.stars()
    Table({"id": [f"s{i}" for i in range(x.size)], "x": x + 0.9, "y": y - 0.4}).write(
        tmp_path / "cat.ecsv"
    )
    report = ingest(tmp_path / "night", "-o", tmp_path / "a.h5", "--catalog", tmp_path / "cat.ecsv")
    assert any("moved by (-0.9" in p["what"] for p in report["problems"])  # type: ignore[attr-defined]
    with ll.open(tmp_path / "a.h5") as field:
        assert np.abs(field.objects["x"] - x).max() < 0.1
        assert np.abs(field.objects["y"] - y).max() < 0.1


def test_what_is_shown_can_change_without_measuring_again(tmp_path: Path) -> None:
    Series(n_visit=5).write(tmp_path / "night")
    store, recipe = tmp_path / "a.h5", tmp_path / "r.toml"
    ingest(tmp_path / "night", "-o", store)
    with ll.open(store) as field:
        name = field.measurements[0]
        first = field.comparison(name)[0]
        before = field.light_curve("I1", name).value.copy()
    recipe.write_text(f'[presenting]\ncomparison_remove = ["{first}"]\n')
    report = ingest(tmp_path / "night", "-o", store, "--recipe", recipe)
    assert report["visits_measured"] == 0
    with ll.open(store) as field:
        assert first not in field.comparison(name)
        assert np.array_equal(field.light_curve("I1", name).value, before)


def test_a_staging_that_a_killed_run_left_is_no_second_measurement(tmp_path: Path) -> None:
    """Killed between publishing and clearing up, then new frames came."""
    Series(n_visit=4).write(tmp_path / "night")
    store = tmp_path / "a.h5"
    done = lightledger("ingest", tmp_path / "night", "-o", tmp_path / "b.h5", "--dry-run")
    assert done.returncode == 0
    ingest(tmp_path / "night", "-o", store)
    left = Staging.open(store)
    with ll.open(store) as field:
        row = {name: column[0] for name, column in field.visits("R").items()}
    row["transform"] = row["transform"].tolist()
    value = np.zeros((len(field.measurements), field.n_object), "f4")
    names = [m.removeprefix("R_") for m in field.measurements]
    path = left.path_of("R", row["visit"])
    write_staged(path, row, names, value, value, value.astype("u2"))
    left.close()
    Series(n_visit=5).write(tmp_path / "night", first=4)
    assert ingest(tmp_path / "night", "-o", store)["visits"] == {"R": 5}


def test_an_unfinished_remeasuring_is_said_and_never_thrown_away(tmp_path: Path) -> None:
    Series(n_visit=3).write(tmp_path / "night")
    store, recipe = tmp_path / "a.h5", tmp_path / "r.toml"
    ingest(tmp_path / "night", "-o", store)
    before = store.read_bytes()
    recipe.write_text("[measuring]\nradii_px = [2.5]\n")
    with Staging.open(store) as staging:  # as a run that was killed leaves it
        staging.set_recipe(Recipe().with_measuring(radii_px=(2.5,)))
    done = lightledger("ingest", tmp_path / "night", "-o", store)
    assert done.returncode == 2
    assert "--remeasure" in done.stderr
    assert store.read_bytes() == before
    ingest(tmp_path / "night", "-o", store, "--recipe", recipe, "--remeasure")
    with ll.open(store) as field:
        assert field.measurements == ("R_sci-aper_r2.5",)
