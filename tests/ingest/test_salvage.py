"""Salvage: what is sound goes into a new store, what is lost is blank and listed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import storefield
from ingested import lightledger
from synthetic import Series

from lightledger.domain import Flag, LightledgerError
from lightledger.ingest.salvage import salvage
from lightledger.store.compare import differences
from lightledger.store.reader import StoreReader
from lightledger.store.structure import Structure
from lightledger.store.verify import verify

N = 50
NAME = "ch1_sci-aper_r3"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "field.h5"
    storefield.build(path, range(6), N)
    return path


def place(path: Path, dataset: str) -> int:
    with Structure(path) as structure:
        return structure.place(dataset).offset


def flipped(sound: Path, target: Path, *offsets: int) -> Path:
    raw = bytearray(sound.read_bytes())
    for at in offsets:
        raw[at] ^= 0x10
    target.write_bytes(raw)
    return target


def same_records(one: Path, other: Path, without: tuple[int, ...] = ()) -> None:
    rows = np.setdiff1d(np.arange(N), without)
    with StoreReader(one) as a, StoreReader(other) as b:
        for name in a.measurements():
            for mine, theirs in zip(a.planes(name), b.planes(name), strict=True):
                np.testing.assert_array_equal(mine[rows], theirs[rows])


def test_of_a_sound_store_nothing_is_lost(sound: Path, tmp_path: Path) -> None:
    before = sound.read_bytes()
    report = salvage(sound, tmp_path / "new.h5")
    assert report.whole
    assert (report.refused, report.n_records, report.n_records_lost) == ("", 4 * N, 0)
    assert sound.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new.h5"]
    same_records(sound, tmp_path / "new.h5")
    with StoreReader(sound) as old, StoreReader(tmp_path / "new.h5") as new:
        for band in old.bands:
            for name, column in old.visits(band).items():
                np.testing.assert_array_equal(column, new.visits(band)[name])
            for plane in ("x", "y", "coverage"):
                np.testing.assert_array_equal(
                    old.object_plane(band, plane), new.object_plane(band, plane)
                )
        for name, column in old.objects.items():
            np.testing.assert_array_equal(column, new.objects[name])
        assert new.object_units == old.object_units
        assert new.band_original == old.band_original
        assert new.attributes(NAME) == old.attributes(NAME)
        assert new.attributes_of_store["field"] == "IRAC Dark Field"
        assert new.attributes_of_store["salvaged_from"] == "field.h5"
    # and again: a salvage of what was salvaged is the same store
    salvage(tmp_path / "new.h5", tmp_path / "field.h5")
    salvage(sound, tmp_path / "again.h5")
    assert differences(tmp_path / "again.h5", tmp_path / "new.h5") == []


def test_a_damaged_record_becomes_blank_and_is_listed(sound: Path, tmp_path: Path) -> None:
    with StoreReader(sound) as store:
        at = store.record_place(NAME).offset + 7 * store.record_place(NAME).dtype.itemsize
    old = flipped(sound, tmp_path / "old.h5", at + 3)
    report = salvage(old, tmp_path / "new.h5")
    assert report.lost == (f"record of object I7 in {NAME}",)
    assert (report.n_records_lost, report.whole) == (1, False)
    assert verify(tmp_path / "new.h5").ok
    same_records(sound, tmp_path / "new.h5", without=(7,))
    with StoreReader(tmp_path / "new.h5") as store:
        value, error, flags = (plane[7] for plane in store.planes(NAME))
        assert np.isnan(value).all()
        assert np.isnan(error).all()
        assert (flags == int(Flag.NOT_FINITE)).all()
        (problem,) = store.problems()
        assert problem.severity == "damaged"
        assert f"record of I7 in {NAME}" in problem.what
        assert store.statistics(NAME)["n_good"][7] == 0


def structure_itself(sound: Path, target: Path) -> None:
    flipped(sound, target, 5000)


def first_bytes(sound: Path, target: Path) -> None:
    flipped(sound, target, 0)


def front(sound: Path, target: Path) -> None:
    raw = bytearray(sound.read_bytes())
    raw[:40_000] = bytes(40_000)
    target.write_bytes(raw)


def added_at_the_end(sound: Path, target: Path) -> None:
    target.write_bytes(sound.read_bytes() + b"\xff" * 1000)


def outline(sound: Path, target: Path) -> None:
    flipped(sound, target, place(sound, "/structure") + 100)


def table(part: str) -> Callable[[Path, Path], None]:
    def change(sound: Path, target: Path) -> None:
        flipped(sound, target, place(sound, f"/checksums/{part}"))

    return change


@pytest.mark.parametrize(
    "change",
    [
        structure_itself,
        first_bytes,
        front,
        added_at_the_end,
        outline,
        table("extents"),
        table("name"),
        table("seal"),
        table("crc32"),
    ],
)
def test_damage_outside_of_the_data_costs_nothing(
    sound: Path, tmp_path: Path, change: Callable[[Path, Path], None]
) -> None:
    change(sound, tmp_path / "old.h5")
    assert verify(tmp_path / "old.h5").damaged
    report = salvage(tmp_path / "old.h5", tmp_path / "new.h5")
    assert report.whole
    assert verify(tmp_path / "new.h5").ok
    same_records(sound, tmp_path / "new.h5")


def read_tables(path: Path) -> None:
    with StoreReader(path) as store:
        for band in store.bands:
            store.visits(band)


def test_sums_are_mended_only_where_it_is_proved(sound: Path, tmp_path: Path) -> None:
    """A damaged sum is told from a damaged record; where both are, both count as damaged."""
    with StoreReader(sound) as store:
        record = store.record_place(NAME).offset
    sums = place(sound, "/checksums/crc32")
    old = flipped(sound, tmp_path / "old.h5", sums + 4 * 30, record)
    assert salvage(old, tmp_path / "one.h5").lost == (f"record of object I0 in {NAME}",)
    old = flipped(sound, tmp_path / "old.h5", sums + 4 * 30, sums + 4 * 31, record)
    report = salvage(old, tmp_path / "two.h5")
    assert report.lost == (f"record of object I0 in {NAME}",)
    assert report.problems
    assert verify(tmp_path / "two.h5").ok


def test_a_reader_that_refuses_names_the_way_out(sound: Path, tmp_path: Path) -> None:
    for change in (structure_itself, first_bytes):
        change(sound, tmp_path / "old.h5")
        with pytest.raises(LightledgerError, match="lightledger salvage"):
            read_tables(tmp_path / "old.h5")
    (tmp_path / "cut.h5").write_bytes(sound.read_bytes()[:-1])
    with pytest.raises(LightledgerError, match=r"cut off.*lightledger salvage"):
        StoreReader(tmp_path / "cut.h5")


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_of_a_file_that_was_cut_off_the_front_is_saved(
    sound: Path, tmp_path: Path, share: float
) -> None:
    with StoreReader(sound) as store:
        places = [store.record_place(name) for name in store.measurements()]
    start, end = min(p.offset for p in places), max(p.offset + p.n_bytes for p in places)
    cut = int(start + share * (end - start))
    (tmp_path / "old.h5").write_bytes(sound.read_bytes()[:cut])
    report = salvage(tmp_path / "old.h5", tmp_path / "new.h5")
    assert "cut off" in report.refused
    whole = sum(
        (cut - p.offset) // p.dtype.itemsize
        for p in places
        if p.offset < cut < p.offset + p.n_bytes
    )
    whole += N * sum(p.offset + p.n_bytes <= cut for p in places)
    assert report.n_records - report.n_records_lost == whole
    assert verify(tmp_path / "new.h5").ok


def test_cells_of_tables(sound: Path, tmp_path: Path) -> None:
    visits = "/bands/ch1/visits"
    old = flipped(
        sound,
        tmp_path / "old.h5",
        place(sound, "/objects/id") + 3 * 3 + 1,  # the id of row 3
        place(sound, "/objects/neighbours") + 8 * 20,
        place(sound, "/objects/kind"),
        place(sound, f"{visits}/mjd_utc_mid") + 8 * 2,
        place(sound, f"{visits}/visit"),
        place(sound, f"{visits}/n_matched") + 4,
        place(sound, "/bands/ch2/zeropoints/sci-aper_r3/factor"),
    )
    report = salvage(old, tmp_path / "new.h5")
    assert (report.n_records_lost, len(report.problems)) == (0, 6)
    with StoreReader(sound) as before, StoreReader(tmp_path / "new.h5") as store:
        ids = store.object_ids
        assert (ids[2], ids[3], ids[4]) == ("I2", "damaged-3", "I4")
        lost = np.isnan(store.objects["neighbours"])
        np.testing.assert_array_equal(np.flatnonzero(lost), np.arange(16, 32))
        np.testing.assert_array_equal(
            store.objects["neighbours"][~lost], before.objects["neighbours"][~lost]
        )
        assert list(store.objects["kind"][:17]) == [""] * 16 + ["galaxy"]
        v = store.visits("ch1")
        # a visit without a time stands last, its light curves with it
        assert list(v["visit"]) == ["damaged-0", "gr001", "gr003", "gr004", "gr005", "gr002"]
        assert np.isnan(v["mjd_utc_mid"][-1])
        old_value, new_value = before.planes(NAME)[0], store.planes(NAME)[0]
        np.testing.assert_array_equal(old_value[:, [0, 1, 3, 4, 5, 2]], new_value)
        listed = [p.what for p in store.problems()]
        assert any("mjd_utc_mid" in what and "gr002" in what for what in listed)
        assert np.isfinite(store.zero_points("ch2_sci-aper_r3").factor).all()
        assert store.recipe == before.recipe


def test_it_refuses_what_it_must(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "there.h5").write_text("mine")
    for new in (tmp_path / "there.h5", sound):
        with pytest.raises(LightledgerError, match="exists already"):
            salvage(sound, new)
    assert (tmp_path / "there.h5").read_text() == "mine"
    with pytest.raises(LightledgerError, match="not a lightledger store"):
        salvage(tmp_path / "there.h5", tmp_path / "new.h5")
    with pytest.raises(LightledgerError, match="no such file"):
        salvage(tmp_path / "nothing.h5", tmp_path / "new.h5")
    # cut off and the front damaged: nothing tells any more where anything stood
    raw = bytearray(sound.read_bytes()[:-9000])
    raw[100] ^= 1
    (tmp_path / "both.h5").write_bytes(raw)
    with pytest.raises(LightledgerError):
        salvage(tmp_path / "both.h5", tmp_path / "new.h5")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["both.h5", "there.h5"]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that was really ingested, with coadd and WCS; its frames beside it."""
    folder = tmp_path_factory.mktemp("real")
    Series(n_visit=6, shape=(72, 80), n_star=12).write(folder / "night")
    done = lightledger("ingest", folder / "night", "-o", folder / "field.h5")
    assert done.returncode == 0, done.stderr
    return folder


def test_a_salvaged_store_can_be_added_to(night: Path, tmp_path: Path) -> None:
    store = night / "field.h5"
    old = flipped(store, tmp_path / "old.h5", place(store, "/objects/x"))
    (tmp_path / "old.h5.journal.jsonl").write_bytes(b"")
    done = lightledger("salvage", old, "-o", tmp_path / "new.h5", "--json")
    assert done.returncode == 1, done.stderr
    facts = json.loads(done.stdout)
    assert facts["records_lost"] == 0
    assert (tmp_path / "new.h5.journal.jsonl").exists()
    with StoreReader(store) as before, StoreReader(tmp_path / "new.h5") as after:
        np.testing.assert_allclose(after.objects["x"], before.objects["x"], atol=1e-6)
        for name in before.measurements():
            for corrected in (False, True):
                one, two = before.statistics(name, corrected), after.statistics(name, corrected)
                assert list(one) == list(two)
                for column in one:
                    np.testing.assert_allclose(one[column], two[column], rtol=1e-6)
        assert set(after.reference()) == set(before.reference())
    again = lightledger("ingest", night / "night", "-o", tmp_path / "new.h5", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["up_to_date"]
    Series(n_visit=8, shape=(72, 80), n_star=12).write(tmp_path / "longer")
    added = lightledger("ingest", tmp_path / "longer", "-o", tmp_path / "new.h5", "--json")
    assert added.returncode in (0, 1), added.stderr
    assert json.loads(added.stdout)["visits_measured"] == 2
    with StoreReader(tmp_path / "new.h5") as after:
        assert after.attributes_of_store["salvaged_from"] == "old.h5"


def test_the_command_refuses_in_one_line(sound: Path, tmp_path: Path) -> None:
    done = lightledger("salvage", sound, "-o", sound)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "exists already" in done.stderr
