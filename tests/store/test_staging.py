"""Staging: one owner, whole files or none, nothing outside the folder."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import storefield
from hypothesis import given
from hypothesis import strategies as st

from lightledger.domain import Flag, LightledgerError, Recipe
from lightledger.store.lock import FileLock
from lightledger.store.staged import StagedDamage, read_staged, write_staged
from lightledger.store.staging import Staging, staging_folder


@pytest.fixture
def staging(tmp_path: Path):
    with Staging.open(tmp_path / "field.h5") as opened:
        yield opened


def test_what_is_staged_is_found_again(staging: Staging) -> None:
    path = staging.path_of("ch1", "gr003")
    storefield.stage(path, "ch1", 3, 30, recipe_hash="abc")
    ((key, found),) = staging.staged().items()
    made = storefield.numbers("ch1", 3, 30)
    assert key == ("ch1", "gr003")
    assert found.recipe_hash == "abc"
    assert found.row["setup"] == "IRAC warm 100s"
    assert found.mjd_utc_mid == storefield.row("ch1", 3)["mjd_utc_mid"]
    value, error, flags = found.read("sci-aper_r10")
    np.testing.assert_array_equal(value, made["value"][1])
    np.testing.assert_array_equal(error, made["error"][1])
    np.testing.assert_array_equal(found.read_plane("coverage"), made["coverage"])
    finite = np.isfinite(value)
    np.testing.assert_array_equal(flags[finite], made["flags"][1][finite])


def test_a_nan_never_comes_without_a_reason(staging: Staging) -> None:
    path = staging.path_of("R", "a")
    value = np.array([[1.0, np.nan, np.nan]])
    flags = np.array([[0, 0, int(Flag.OUTSIDE)]])
    write_staged(path, {"visit": "a"}, ("sci-aper_r3",), value, value, flags)
    assert read_staged(path).read("sci-aper_r3")[2].tolist() == [0, Flag.NOT_FINITE, Flag.OUTSIDE]


@pytest.mark.parametrize("cut", [0, 7, 40, 500, -1])
def test_a_half_file_is_removed_and_named(staging: Staging, cut: int) -> None:
    path = staging.path_of("ch1", "gr003")
    storefield.stage(path, "ch1", 3, 30)
    path.write_bytes(path.read_bytes()[:cut])
    assert staging.staged() == {}
    assert not path.exists()
    assert len(staging.removed) == 1


def test_a_flipped_byte_is_noticed(staging: Staging) -> None:
    path = staging.path_of("ch1", "gr003")
    storefield.stage(path, "ch1", 3, 7)
    whole = path.read_bytes()
    start = read_staged(path).start
    header = len(whole[:start].rstrip(b"\0"))
    # Filling bytes are not read; everything else must be noticed.
    padding = {start + 70 + i for i in range(2)} | {start + 142 + i for i in range(2)}
    for at in range(0, len(whole), 3):
        if header <= at < start or at in padding:
            continue
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x10]) + whole[at + 1 :])
        with pytest.raises(StagedDamage):
            read_staged(path).check()


def test_leftovers_of_a_killed_write_are_swept(tmp_path: Path) -> None:
    with Staging.open(tmp_path / "field.h5") as staging:
        half = staging.path_of("ch1", "a").with_suffix(".visit.1-2.part")
        half.write_bytes(b"half")
    with Staging.open(tmp_path / "field.h5") as staging:
        assert not half.exists()
        assert staging.removed == []


def test_a_file_under_another_visits_name_is_not_believed(staging: Staging) -> None:
    storefield.stage(staging.path_of("ch1", "gr003"), "ch1", 3, 5)
    staging.path_of("ch1", "gr003").rename(staging.path_of("ch1", "gr004"))
    assert staging.staged() == {}


@given(st.text(max_size=300))
def test_a_visit_of_any_name_stays_inside(visit: str) -> None:
    staging = Staging(Path("/t/o.h5"), Path("/t/o.h5.staging"), None)  # type: ignore[arg-type]
    path = staging.path_of("ch1", visit)
    assert path.parent == Path("/t/o.h5.staging/visits")
    assert ".." not in path.name
    assert path.name.isascii()
    assert len(path.name) < 120


@pytest.mark.parametrize(
    "visit", ["../../etc/passwd", "/abs", "a\0b", "CON", "x" * 5000, "", "é", "."]
)
def test_hostile_visits_come_back_under_their_own_names(staging: Staging, visit: str) -> None:
    row = {**storefield.row("ch1", 0), "visit": visit}
    one = np.ones((1, 2))
    write_staged(staging.path_of("ch1", visit), row, ("sci-aper_r3",), one, one, one)
    assert list(staging.staged()) == [("ch1", visit)]


def test_names_that_fold_together_stay_apart(staging: Staging) -> None:
    paths = {str(staging.path_of("R", v)).lower() for v in ("a/b", "a_b", "A_B", "a b")}
    assert len(paths) == 4
    with pytest.raises(ValueError, match="band"):
        staging.path_of("../x", "a")


def test_only_plain_files_are_frozen(staging: Staging) -> None:
    assert staging.put_file("coadd.npy", b"123").read_bytes() == b"123"
    for name in ("../x", "a/b", ".hidden", "", "x.part"):
        with pytest.raises(ValueError, match="plain file name"):
            staging.put_file(name, b"")


def test_the_recipe_survives(staging: Staging) -> None:
    assert staging.recipe is None
    recipe = Recipe().with_measuring(radii_px=(3.0, 5.0), template="{visit}.fits")
    staging.set_recipe(recipe)
    assert staging.recipe == recipe
    assert Staging.recipe_of(staging.target) == recipe
    staging.clear()
    assert staging.recipe is None


def test_a_second_ingest_is_refused(staging: Staging, tmp_path: Path) -> None:
    with pytest.raises(LightledgerError, match="being written by another ingest"):
        Staging.open(tmp_path / "field.h5")


def test_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    target = tmp_path / "field.h5"
    code = textwrap.dedent(f"""
        from lightledger.store.staging import Staging
        staging = Staging.open({str(target)!r})
        print("held", flush=True)
        input()
    """)
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    with pytest.raises(LightledgerError, match="another ingest"):
        Staging.open(target)
    child.kill()
    child.communicate()
    Staging.open(target).close()


def test_a_lock_on_a_removed_file_is_none(tmp_path: Path) -> None:
    first = FileLock(tmp_path / "lock")
    (tmp_path / "lock").unlink()
    second = FileLock(tmp_path / "lock")
    with pytest.raises(BlockingIOError):
        FileLock(tmp_path / "lock")
    first.release()
    second.release()


def test_remove_leaves_nothing(tmp_path: Path) -> None:
    staging = Staging.open(tmp_path / "field.h5")
    storefield.stage(staging.path_of("ch1", "gr000"), "ch1", 0, 5)
    staging.remove()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"SIMPLE  =   T", b"\x89HDF\r\n\x1a\n" + b"\0" * 90])
def test_a_target_that_is_not_ours_is_left_alone(tmp_path: Path, content: bytes) -> None:
    target = tmp_path / "mine.h5"
    target.write_bytes(content)
    with pytest.raises(LightledgerError, match="will not be overwritten"):
        Staging.open(target)
    assert target.read_bytes() == content
    assert not staging_folder(target).exists()


def test_a_folder_as_target_and_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(LightledgerError, match="will not be overwritten: a folder"):
        Staging.open(tmp_path)
    with pytest.raises(LightledgerError, match="does not exist"):
        Staging.open(tmp_path / "nowhere" / "field.h5")


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(LightledgerError, match="no permission to write here"):
        Staging.open(tmp_path / "field.h5")
