"""Whatever is wrong is one clear line and an exit code; nothing is lost, no traceback."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from astropy.table import Table
from ingested import lightledger
from synthetic import Series

import lightledger as ll


def ingest(*arguments: object) -> tuple[int, str]:
    """Exit code and what was said to the person."""
    done = lightledger("ingest", *arguments)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def last_line(said: str) -> str:
    return said.strip().splitlines()[-1]


@pytest.fixture
def night(tmp_path: Path) -> Path:
    Series(n_visit=4).write(tmp_path / "night")
    return tmp_path / "night"


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, said = ingest(tmp_path / "empty", "-o", tmp_path / "a.h5")
    assert code == 2
    assert "no FITS image" in last_line(said)
    assert len(said.strip().splitlines()) == 1
    assert not (tmp_path / "a.h5").exists()


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    code, said = ingest(tmp_path / "nowhere", "-o", tmp_path / "a.h5")
    assert code == 2
    assert "nowhere" in said


def test_frames_without_a_time_are_refused_by_name(night: Path, tmp_path: Path) -> None:
    for path in list(night.iterdir())[:1]:
        with fits.open(path, mode="update") as hdus:
            del hdus[0].header["DATE-OBS"]
        name = path.name
    code, said = ingest(night, "-o", tmp_path / "a.h5")
    assert code == 1
    assert name in said
    assert "time" in said
    with ll.open(tmp_path / "a.h5") as field:
        assert field.visits("R")["visit"].size == 3
        assert any(name in problem.file for problem in field.reader.problems())


def test_no_frame_has_a_time(night: Path, tmp_path: Path) -> None:
    for path in night.iterdir():
        with fits.open(path, mode="update") as hdus:
            del hdus[0].header["DATE-OBS"]
    code, said = ingest(night, "-o", tmp_path / "a.h5")
    assert code == 2
    assert "time" in said


def test_no_stars(tmp_path: Path) -> None:
    Series(n_visit=3, n_star=0).write(tmp_path / "night")
    code, said = ingest(tmp_path / "night", "-o", tmp_path / "a.h5")
    assert code == 2
    assert "no stars" in last_line(said)


def test_one_visit_is_a_field_too(tmp_path: Path) -> None:
    Series(n_visit=1).write(tmp_path / "night")
    code, said = ingest(tmp_path / "night", "-o", tmp_path / "a.h5")
    assert code == 0, said
    with ll.open(tmp_path / "a.h5") as field:
        curve = field.light_curve("I1", field.suggested("R"))
        assert len(curve) == 1
        assert np.isfinite(curve.value).all()


def test_mixed_shapes_are_measured_where_they_overlap(tmp_path: Path) -> None:
    Series(n_visit=3).write(tmp_path / "night")
    Series(n_visit=4, shape=(80, 120)).write(tmp_path / "night", first=3)
    code, said = ingest(tmp_path / "night", "-o", tmp_path / "a.h5")
    assert code in (0, 1), said
    with ll.open(tmp_path / "a.h5") as field:
        assert field.visits("R")["visit"].size == 4


def test_a_copy_is_used_once(night: Path, tmp_path: Path) -> None:
    first = sorted(night.iterdir())[0]
    shutil.copy(first, night / "copy_of_it.fits")
    code, said = ingest(night, "-o", tmp_path / "a.h5")
    assert code in (0, 1), said
    with ll.open(tmp_path / "a.h5") as field:
        assert field.visits("R")["visit"].size == 4


def test_unc_without_sci_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "per_aor"
    for i, path in enumerate(Series(n_visit=3).write(tmp_path / "raw")):
        folder.mkdir(exist_ok=True)
        path.rename(folder / f"IDF_gr{i}_ch1_sci.fits")
    fits.writeto(folder / "IDF_gr9_ch1_unc.fits", np.ones((96, 120), "f4"))
    code, said = ingest(folder, "-o", tmp_path / "a.h5")
    assert code == 1
    assert "IDF_gr9_ch1_unc.fits" in said


def test_the_output_is_a_folder_or_lies_nowhere(night: Path, tmp_path: Path) -> None:
    assert ingest(night, "-o", tmp_path)[0] == 2
    code, said = ingest(night, "-o", tmp_path / "no" / "a.h5")
    assert code == 2
    assert "no such folder" in said or "does not exist" in said


def test_a_target_that_is_not_ours_is_left_alone(night: Path, tmp_path: Path) -> None:
    target = tmp_path / "thesis.h5"
    target.write_bytes(b"my only copy")
    code, said = ingest(night, "-o", target)
    assert code == 2
    assert "thesis.h5" in last_line(said)
    assert target.read_bytes() == b"my only copy"
    assert not list(tmp_path.glob("thesis.h5.*"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_target(night: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o500)
    code, said = ingest(night, "-o", locked / "a.h5")
    assert code == 2
    assert "writable" in said


def test_a_catalogue_of_another_field(night: Path, tmp_path: Path) -> None:
    table = Table({"id": ["a", "b"], "ra": [10.0, 11.0], "dec": [-50.0, -51.0]})
    table.write(tmp_path / "other.ecsv")
    code, said = ingest(night, "-o", tmp_path / "a.h5", "--catalog", tmp_path / "other.ecsv")
    assert code == 2
    assert "other.ecsv" in said
    assert "another field" in said


def test_a_recipe_with_a_typo(night: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "r.toml"
    recipe.write_text("[measuring]\nradius = 3\n")
    code, said = ingest(night, "-o", tmp_path / "a.h5", "--recipe", recipe)
    assert code == 2
    assert "radius" in said
    assert "r.toml" in said


def test_two_fields_in_one_folder(tmp_path: Path) -> None:
    Series(n_visit=3).write(tmp_path / "night")
    other = Series(n_visit=3, seed=7, header={"CRVAL1": 200.0, "OBJECT": "Elsewhere"})
    for path in other.write(tmp_path / "more"):
        path.rename(tmp_path / "night" / f"other_{path.name}")
    code, said = ingest(tmp_path / "night", "-o", tmp_path / "a.h5")
    assert code == 2
    assert "field" in last_line(said)


def test_a_second_ingest_finds_nothing_new(night: Path, tmp_path: Path) -> None:
    store = tmp_path / "a.h5"
    assert ingest(night, "-o", store)[0] == 0
    before = store.read_bytes()
    code, said = ingest(night, "-o", store)
    assert code == 0
    assert "nothing new" in said
    assert store.read_bytes() == before


def test_frames_of_another_field_do_not_join_a_store(night: Path, tmp_path: Path) -> None:
    ingest(night, "-o", tmp_path / "a.h5")
    before = (tmp_path / "a.h5").read_bytes()
    elsewhere = {"CRVAL1": 83.5, "CRVAL2": -22.0}
    Series(n_visit=6, header=elsewhere).write(tmp_path / "other", first=4)
    code, said = ingest(tmp_path / "other", "-o", tmp_path / "a.h5")
    assert code == 2
    assert "another field" in last_line(said)
    assert (tmp_path / "a.h5").read_bytes() == before


def test_a_frame_that_stays_useless_publishes_nothing_anew(night: Path, tmp_path: Path) -> None:
    Series(n_visit=5, n_star=0, with_wcs=False).write(night, first=4)
    code, said = ingest(night, "-o", tmp_path / "a.h5")
    assert code == 1, said
    before = (tmp_path / "a.h5").read_bytes()
    code, said = ingest(night, "-o", tmp_path / "a.h5")
    assert code == 1
    assert "nothing new" in said
    assert "night_004.fits: 0 stars found" in said
    assert (tmp_path / "a.h5").read_bytes() == before
    assert not (tmp_path / "a.h5.staging").exists()


def test_another_recipe_needs_remeasure(night: Path, tmp_path: Path) -> None:
    store, recipe = tmp_path / "a.h5", tmp_path / "r.toml"
    recipe.write_text("[measuring]\nradii_px = [2.5]\n")
    assert ingest(night, "-o", store)[0] == 0
    code, said = ingest(night, "-o", store, "--recipe", recipe)
    assert code == 2
    assert "radii_px" in said
    assert ingest(night, "-o", store, "--recipe", recipe, "--remeasure")[0] == 0
    with ll.open(store) as field:
        assert field.measurements == ("R_sci-aper_r2.5",)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs a tmpfs")
def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    Series(n_visit=6, n_star=40).write(tmp_path / "night")
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(small)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("may not mount a tmpfs here")
    try:
        code, said = ingest(tmp_path / "night", "-o", small / "a.h5")
        assert code == 2
        assert "disk" in last_line(said)
        assert not (small / "a.h5").exists()
        subprocess.run(["mount", "-o", "remount,size=20m", str(small)], check=True)
        code, said = ingest(tmp_path / "night", "-o", small / "a.h5")
        assert code == 0, said
        with ll.open(small / "a.h5") as field:
            assert field.visits("R")["visit"].size == 6
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_frame_with_a_wrong_wcs_is_refused_by_name(tmp_path: Path) -> None:
    Series(n_visit=6).write(tmp_path / "night")
    with fits.open(tmp_path / "night" / "night_002.fits", mode="update") as hdus:
        hdus[0].header["CRVAL1"] = 120.04  # beside the field, too near to be called another one
    code, said = ingest(tmp_path / "night", "-o", tmp_path / "a.h5")
    assert code == 1
    assert "night_002.fits: the frame does not overlap" in said
    with ll.open(tmp_path / "a.h5") as field:
        assert field.visits("R")["visit"].size == 5
