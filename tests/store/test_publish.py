"""Publish and append: what was staged is what is read, in every order and any budget."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import storefield
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import (
    Cancelled,
    Control,
    Flag,
    LightledgerError,
    Problem,
    Progress,
    Recipe,
    ZeroPoints,
)
from lightledger.store.compare import differences
from lightledger.store.layout import beside, natural_sorted
from lightledger.store.publish import publish
from lightledger.store.reader import StoreReader
from lightledger.store.reduce import Block
from lightledger.store.staged import write_staged
from lightledger.store.staging import Staging
from lightledger.store.verify import verify

N = 40


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve visits, published at once."""
    path = tmp_path_factory.mktemp("whole") / "field.h5"
    storefield.build(path, range(12), N, problems=[Problem("too dark", "a.fits")])
    return path


def again(path: Path, visits: object, **options: object) -> None:
    storefield.build(path, visits, N, problems=[Problem("too dark", "a.fits")], **options)  # type: ignore[arg-type]


def test_everything_is_where_it_belongs(whole: Path) -> None:
    with StoreReader(whole) as store:
        assert store.bands == ("ch1", "ch2")
        assert store.measurements("ch2") == ("ch2_sci-aper_r3", "ch2_sci-aper_r10")
        for band in store.bands:
            for m, method in enumerate(storefield.METHODS):
                value, error, flags = store.planes(f"{band}_{method}")
                for j in range(12):
                    made = storefield.numbers(band, j, N)
                    np.testing.assert_array_equal(value[:, j], made["value"][m])
                    np.testing.assert_array_equal(error[:, j], made["error"][m])
                    extra = flags[:, j] ^ made["flags"][m]
                    assert set(extra.tolist()) <= {0, int(Flag.NOT_FINITE)}
            for plane in ("x", "y", "coverage"):
                stored = store.object_plane(band, plane)
                for j in range(12):
                    np.testing.assert_array_equal(
                        stored[:, j], storefield.numbers(band, j, N)[plane]
                    )
        assert store.problems() == [Problem("too dark", "a.fits")]
        assert store.recipe == Recipe()
        assert store.attributes_of_store["field"] == "IRAC Dark Field"
        assert store.band_original == {"ch1": "[3.6]", "ch2": "ch2"}
        visits = store.visits("ch1")
        assert visits["visit"].tolist() == [f"gr{j:03d}" for j in range(12)]
        assert visits["transform"].shape == (12, 2, 3)
        assert np.isnan(visits["airmass"]).all()


def test_statistics_and_zero_points_are_of_these_records(whole: Path) -> None:
    reduce = storefield.Plain()
    with StoreReader(whole) as store:
        name = "ch1_sci-aper_r10"
        planes = store.planes(name)
        expected = reduce.zero_points(
            name, store.visits("ch1"), lambda i: tuple(np.array(p[i]) for p in planes)
        )
        found = store.zero_points(name)
        for field in ("factor", "error", "n_star", "weight_sum", "clip", "member", "reference"):
            np.testing.assert_array_equal(getattr(found, field), getattr(expected, field))
        block = Block(name, store.visits("ch1"), *planes, expected)
        ((raw, corrected),) = reduce.statistics(0, [block])
        for key in ("n_good", "median"):
            np.testing.assert_array_equal(store.statistics(name)[key], raw[key])
            np.testing.assert_array_equal(store.statistics(name, True)[key], corrected[key])


def test_two_runs_give_the_same_bytes(whole: Path, tmp_path: Path) -> None:
    again(tmp_path / "b.h5", range(12))
    assert differences(whole, tmp_path / "b.h5") == []
    with StoreReader(whole) as a, StoreReader(tmp_path / "b.h5") as b:
        assert a.uuid != b.uuid


def test_differences_are_seen(whole: Path, tmp_path: Path) -> None:
    storefield.build(tmp_path / "b.h5", range(12), N, problems=[Problem("too pale", "a.fits")])
    assert differences(whole, tmp_path / "b.h5") == ["list of problems (what)"]


@pytest.mark.parametrize("budget", [1, 3_000, 20_000])
def test_the_budget_does_not_change_a_byte(whole: Path, tmp_path: Path, budget: int) -> None:
    again(tmp_path / "b.h5", range(12), budget_bytes=budget)
    assert differences(whole, tmp_path / "b.h5") == []


@settings(max_examples=3, deadline=None)
@given(order=st.permutations(range(12)), cut=st.integers(1, 11), second=st.integers(1, 11))
def test_added_visits_give_the_same_bytes_as_all_at_once(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, order: list[int], cut: int, second: int
) -> None:
    """Visits come in any order and stand in time order."""
    path = tmp_path_factory.mktemp("added") / "field.h5"
    again(path, order[:cut])
    again(path, order[: max(cut, second)])
    again(path, order, budget_bytes=5_000)
    assert differences(whole, path) == []


def test_a_band_and_a_measurement_may_come_later(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(3), N, bands=["ch1"], methods=["sci-aper_r3"])
    storefield.build(path, range(5), N)
    with StoreReader(path) as store:
        assert store.n_visit("ch2") == 5
        value, _, flags = store.planes("ch1_sci-aper_r10")
        assert np.isnan(value[:, :3]).all()
        assert (flags[:, :3] == int(Flag.NOT_FINITE)).all()
        np.testing.assert_array_equal(value[:, 4], storefield.numbers("ch1", 4, N)["value"][1])
    assert verify(path).ok


def test_published_values_never_change(whole: Path, tmp_path: Path) -> None:
    """A visit that is staged once more with other numbers stays as it was published."""
    path = tmp_path / "field.h5"
    again(path, range(12))
    with Staging.open(path) as staging:
        other = np.ones((2, N))
        write_staged(
            staging.path_of("ch1", "gr004"),
            storefield.row("ch1", 4),
            storefield.METHODS,
            other,
            other,
            other,
        )
    again(path, range(12))
    assert differences(whole, path) == []


def test_positions_that_were_not_staged_follow_from_the_transform(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    one = np.ones((1, N), np.float32)

    def run(visits: range, with_planes: bool) -> None:
        with Staging.open(path) as staging:
            for j in visits:
                made = storefield.numbers("ch1", j, N)
                planes = {k: made[k] for k in "xy"} if with_planes else {}
                write_staged(
                    staging.path_of("ch1", f"gr{j:03d}"), storefield.row("ch1", j),
                    ["sci-aper_r3"], one, one, one, planes,
                )  # fmt: skip
            publish(
                path,
                staged=[s.path for s in staging.staged().values()],
                previous=path if path.exists() else None,
                objects=storefield.objects(N),
                recipe=Recipe(),
                reduce=storefield.Plain(),
            )
            staging.remove()

    run(range(3), with_planes=False)
    with StoreReader(path) as store:
        assert store.stored_planes("ch1") == ()
        expected = storefield.numbers("ch1", 2, N)["y"]
        np.testing.assert_allclose(store.object_plane("ch1", "y")[:, 2], expected, rtol=1e-6)
        assert np.isnan(store.object_plane("ch1", "coverage")).all()
    run(range(3, 5), with_planes=True)
    with StoreReader(path) as store:
        assert store.stored_planes("ch1") == ("x", "y")
        for j in range(5):
            expected = storefield.numbers("ch1", j, N)["x"]
            np.testing.assert_allclose(store.object_plane("ch1", "x")[:, j], expected, rtol=1e-6)


def test_objects_added_later_have_no_past(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(3), N)
    storefield.build(path, range(5), N + 3)
    with StoreReader(path) as store:
        assert store.n_object == N + 3
        value, _, flags = store.planes("ch1_sci-aper_r3")
        assert np.isnan(value[N:, :3]).all()
        assert (flags[N:, :3] != 0).all()
        np.testing.assert_array_equal(value[:N, 0], storefield.numbers("ch1", 0, N)["value"][0])
        np.testing.assert_array_equal(value[:, 4], storefield.numbers("ch1", 4, N + 3)["value"][0])


def test_another_catalogue_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(3), N)
    before = path.read_bytes()
    with pytest.raises(LightledgerError, match="objects are not those of the store"):
        storefield.build(path, range(5), N - 1)
    assert path.read_bytes() == before


# ---- damage in the previous store ---------------------------------------------------------------


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 0x40]))


def test_a_damaged_record_stays_damaged(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(6), N)
    with StoreReader(path) as store:
        place = store.record_place("ch2_sci-aper_r3")
        positions = store._structure.place("/bands/ch1/positions/x")
    flip(path, place.offset + 17 * place.dtype.itemsize + 3)
    flip(path, place.offset + 2 * place.dtype.itemsize + 3)  # a comparison star
    flip(path, positions.offset + 5 * 6 * 4)
    names = [
        "record of object I17 in ch2_sci-aper_r3",
        "record of object I2 in ch2_sci-aper_r3",
        "x of object I5 in ch1",
    ]
    assert sorted(verify(path).damaged) == names
    for visits, budget in ((range(8), 1 << 30), (range(9), 2_000)):
        report = storefield.build(path, visits, N, budget_bytes=budget)
        assert sorted(report.damaged) == names
        assert sorted(verify(path).damaged) == names
        with StoreReader(path) as store:
            assert any("I2, I17 in ch2_sci-aper_r3" in text for text in store.damaged)
            assert len(store.damaged) == 2
            assert not store.record_is_sound("ch2_sci-aper_r3", 17)
            assert store.record_is_sound("ch2_sci-aper_r3", 16)
            # What is damaged enters nothing; the rest is untouched.
            assert store.statistics("ch2_sci-aper_r3")["n_good"][17] == 0
            assert 2 not in store.zero_points("ch2_sci-aper_r3").member
            expected = storefield.numbers("ch2", 7, N)["value"][0]
            np.testing.assert_array_equal(store.planes("ch2_sci-aper_r3")[0][:, 7], expected)


def test_a_damaged_record_may_be_left_blank(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(6), N)
    with StoreReader(path) as store:
        place = store.record_place("ch2_sci-aper_r3")
        coverage = store._structure.place("/bands/ch1/positions/coverage")
    flip(path, place.offset + 17 * place.dtype.itemsize + 3)
    flip(path, coverage.offset + 5 * 6 * 4)
    storefield.build(path, range(5), N)  # the damage is listed
    for budget in (1 << 30, 2_000):
        new = tmp_path / f"new{budget}.h5"
        with StoreReader(path) as old:
            report = publish(new, staged=[], previous=old, damage="blank", recipe=Recipe(),
                             objects=storefield.objects(N), reduce=storefield.Plain(),
                             budget_bytes=budget)  # fmt: skip
            assert verify(new).ok
            assert sorted(report.damaged) == sorted(verify(path).damaged)
            with StoreReader(new) as store:
                value, error, flags = store.planes("ch2_sci-aper_r3")
                assert np.isnan(value[17]).all()
                assert np.isnan(error[17]).all()
                assert (flags[17] == int(Flag.NOT_FINITE)).all()
                assert np.isnan(store.object_plane("ch1", "coverage")[5]).all()
                for mine, theirs in zip((value, error, flags), old.planes("ch2_sci-aper_r3"),
                                        strict=True):  # fmt: skip
                    np.testing.assert_array_equal(np.delete(mine, 17, 0), np.delete(theirs, 17, 0))
                assert store.statistics("ch2_sci-aper_r3")["n_good"][17] == 0
                assert len(store.damaged) == 2
                assert all("left blank" in text for text in store.damaged)


@pytest.mark.parametrize("table", ["/bands/ch1/visits/mjd_utc_mid", "/objects/ra"])
def test_nothing_is_added_to_a_store_with_a_damaged_table(tmp_path: Path, table: str) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(3), N)
    with StoreReader(path) as store:
        offset = store._structure.place(table).offset
    flip(path, offset + 3)
    before = path.read_bytes()
    with pytest.raises(LightledgerError, match=r"cannot be added to: its .* is damaged"):
        storefield.build(path, range(5), N)
    assert path.read_bytes() == before


def test_a_damaged_staged_file_is_named_and_nothing_published(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    with Staging.open(path) as staging:
        staged = staging.path_of("ch1", "gr001")
        storefield.stage(staged, "ch1", 1, N)
        flip(staged, staged.stat().st_size - 5)
        with pytest.raises(LightledgerError, match="gr001 of ch1 is damaged"):
            publish(path, staged=[staged], previous=None, objects=storefield.objects(N),
                    recipe=Recipe(), reduce=storefield.Plain())  # fmt: skip
    assert not path.exists()
    assert not beside(path, ".tmp").exists()
    storefield.build(path, range(2), N)  # measured again
    assert verify(path).ok


# ---- the last step ------------------------------------------------------------------------------


def test_cancel_keeps_staging_and_the_old_store(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(3), N)
    before = path.read_bytes()
    control = Control()

    def stop(progress: Progress) -> None:
        control.cancel()

    with pytest.raises(Cancelled):
        storefield.build(path, range(6), N, control=control, report=stop, budget_bytes=2_000)
    assert path.read_bytes() == before
    assert not beside(path, ".tmp").exists()
    with Staging.open(path) as staging:
        assert len(staging.staged()) == 6


def test_a_store_in_use_waits_as_next_and_is_adopted(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "field.h5"
    again(path, range(7))
    replace = Path.replace

    def in_use(self: Path, target: Path) -> Path:
        if Path(target) == path:
            raise PermissionError(13, "the file is mapped")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", in_use)
    report = storefield.build(path, range(12), N, problems=[Problem("too dark", "a.fits")])
    assert report.pending
    assert report.path == tmp_path / "field.h5.next"
    with StoreReader(path) as store:  # cannot be moved yet: read where it is
        assert store.n_visit("ch1") == 12
        assert store.path == report.path
    monkeypatch.undo()
    with StoreReader(path) as store:
        assert store.n_visit("ch1") == 12
        assert store.path == path
    assert not report.path.exists()
    assert differences(whole, path) == []


def test_a_half_next_is_not_adopted(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    again(path, range(7))
    waiting = beside(path, ".next")
    waiting.write_bytes(whole.read_bytes()[:-1])
    with StoreReader(path) as store:
        assert store.n_visit("ch1") == 7
    assert waiting.exists()


def test_an_older_next_is_not_adopted(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    again(path, range(7))
    beside(path, ".next").write_bytes(whole.read_bytes())  # made before
    with StoreReader(path) as store:
        assert store.n_visit("ch1") == 7


def test_a_reader_goes_on_while_a_newer_version_takes_the_name(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    storefield.build(path, range(3), N)
    with StoreReader(path) as store:
        before = store.planes("ch1_sci-aper_r3")[0].copy()
        storefield.build(path, range(6), N)
        np.testing.assert_array_equal(store.planes("ch1_sci-aper_r3")[0], before)
        assert store.n_visit("ch2") == 3
        # Not asked for before: still of the file that was opened.
        assert store.planes("ch2_sci-aper_r3")[0].shape == (N, 3)
        assert store.visits("ch2")["visit"].size == 3


# ---- refusals -----------------------------------------------------------------------------------


def test_nothing_to_publish(tmp_path: Path) -> None:
    with pytest.raises(LightledgerError, match="no measured visit"):
        publish(tmp_path / "f.h5", staged=[], previous=None, objects=storefield.objects(3),
                recipe=Recipe(), reduce=storefield.Plain())  # fmt: skip
    with pytest.raises(LightledgerError, match="no object"):
        publish(tmp_path / "f.h5", staged=[], previous=None, objects={"id": np.array([])},
                recipe=Recipe(), reduce=storefield.Plain())  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_too_little_disk_is_said_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    free = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: free)
    with pytest.raises(LightledgerError, match=r"not enough room: .* needed, 0.0 MB are free"):
        storefield.build(tmp_path / "field.h5", range(3), N)
    assert not (tmp_path / "field.h5.tmp").exists()


def test_columns_of_any_kind_and_name_survive(tmp_path: Path) -> None:
    n = 5
    objects = storefield.objects(n)
    objects |= {
        "flux/auto": np.arange(n, dtype=">f8"),
        "flux_auto": np.arange(n, dtype=np.float32),
        "...": np.array([True, False] * 2 + [True]),
        "notes": np.array(["a\0b", "漢字", "", "\udcff", "x" * 300], dtype=object),
        "shape": np.arange(2 * n).reshape(n, 2),
    }
    path = tmp_path / "field.h5"
    with Staging.open(path) as staging:
        storefield.stage(staging.path_of("R", "gr000"), "R", 0, n)
        publish(path, staged=[staging.path_of("R", "gr000")], previous=None, objects=objects,
                recipe=Recipe(), reduce=storefield.Plain())  # fmt: skip
    with StoreReader(path) as store:
        assert list(store.objects)[:3] == ["id", "ra", "dec"]
        np.testing.assert_array_equal(store.objects["flux_auto"], objects["flux/auto"])
        np.testing.assert_array_equal(store.objects["flux_auto_2"], objects["flux_auto"])
        assert store.objects["column"].tolist() == [1, 0, 1, 0, 1]
        assert store.objects["notes"].tolist() == ["a�b", "漢字", "", "\\udcff", "x" * 300]
        np.testing.assert_array_equal(store.objects["shape"], objects["shape"])
    assert verify(path).ok


def test_visits_without_a_time_stand_last(tmp_path: Path) -> None:
    path = tmp_path / "field.h5"
    one = np.ones((1, 2))
    with Staging.open(path) as staging:
        for name, mjd in (("b", 2.0), ("a", np.nan), ("c", 1.0), ("d", 2.0)):
            row = {"visit": name, "mjd_utc_mid": mjd}
            write_staged(staging.path_of("R", name), row, ["sci-aper_r3"], one, one, one)
        publish(path, staged=[s.path for s in staging.staged().values()], previous=None,
                objects=storefield.objects(2), recipe=Recipe(), reduce=Few())  # fmt: skip
    with StoreReader(path) as store:
        assert store.visits("R")["visit"].tolist() == ["c", "b", "d", "a"]


class Few(storefield.Plain):
    """No zero points."""

    def zero_points(self, measurement: str, visits: object, read: object) -> ZeroPoints:
        return ZeroPoints.none(4)


def test_natural_order() -> None:
    names = ["sci-aper_r10", "sci-aper_r3", "sci-aper_r2.5", "ratio-median_3px", "sci-aper_r3"]
    assert natural_sorted(names) == (
        "ratio-median_3px", "sci-aper_r2.5", "sci-aper_r3", "sci-aper_r10",
    )  # fmt: skip
