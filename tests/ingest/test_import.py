"""A store that went out as Parquet comes back the same; anything else is refused or said."""

from __future__ import annotations

import io
import json
import shutil
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import storefield
from ingested import lightledger
from synthetic import Series

import lightledger as ll
from lightledger.analysis.masks import Filters, TimeRange
from lightledger.domain import Cancelled, Control, Flag, LightledgerError, Problem
from lightledger.export import parquet as writing
from lightledger.export.whole import pack, unpack
from lightledger.ingest.importing import import_parquet
from lightledger.ingest.parquet_past import ParquetPast
from lightledger.store.compare import differences
from lightledger.store.layout import position_path, record_path
from lightledger.store.reader import StoreReader
from lightledger.store.staging import Staging
from lightledger.store.verify import verify

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

N_OBJECT, N_VISIT = 23, 9


@pytest.fixture(scope="module")
def store(tmp_path_factory) -> Path:
    """Two bands, positions and coverage, text columns, a problem; nan and -0.0 of every kind."""
    path = tmp_path_factory.mktemp("import") / "field.h5"
    made = storefield.numbers

    def strange(*given):
        numbers = made(*given)
        numbers["value"].view(np.uint32)[0, 3] = 0x7FC12345  # a nan with a payload
        numbers["error"].view(np.uint32)[1, 4] = 0xFFC00001
        numbers["value"][1, 5] = -0.0
        return numbers

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storefield, "numbers", strange)
        storefield.build(
            path, range(N_VISIT), N_OBJECT, problems=[Problem("not a frame", "a.txt", "look")]
        )
    return path


@pytest.fixture(scope="module")
def whole(store) -> Path:
    """All of it as Parquet, a few light curves in a row group."""
    path = store.with_name("field.parquet")
    with pytest.MonkeyPatch.context() as patch, ll.open(store) as field:
        patch.setattr(writing, "GROUP_POINTS", 5 * N_VISIT)
        field.export(path)
    assert pq.ParquetFile(path).num_row_groups == 4 * 5
    return path


def same_records(first: Path, second: Path, names=None) -> bool:
    with StoreReader(first) as a, StoreReader(second) as b:
        return all(
            a.records(name).tobytes() == b.records(name).tobytes()
            for name in names or a.measurements()
        )


# ---- there and back


def test_a_store_from_frames_comes_back_byte_for_byte(tmp_path):
    Series(n_visit=7).write(tmp_path / "night")
    first, second = tmp_path / "field.h5", tmp_path / "again.h5"
    assert lightledger("ingest", tmp_path / "night", "-o", first).returncode == 0
    with ll.open(first) as field:
        field.export(tmp_path / "field.parquet", everything=True)
    done = lightledger("import", tmp_path / "field.parquet", "-o", second)
    assert done.returncode == 0, done.stderr
    assert verify(second).ok
    assert differences(first, second) == []  # zero points and statistics too
    with StoreReader(first) as a, StoreReader(second) as b:
        assert a.uuid != b.uuid
        assert a.recipe_text == b.recipe_text
    assert not list(tmp_path.glob("again.h5.*"))
    # frames can be added to it as to the first
    Series(n_visit=8).write(tmp_path / "night", first=7)
    for path in (first, second):
        assert lightledger("ingest", tmp_path / "night", "-o", path).returncode == 0
    assert differences(first, second) == []


def test_records_positions_tables_and_attributes_are_the_same(store, whole, tmp_path):
    out = tmp_path / "again.h5"
    seen = []
    published = import_parquet(whole, out, report=seen.append)
    assert published.n_visit == {"ch1": N_VISIT, "ch2": N_VISIT}
    assert verify(out).ok
    assert {progress.stage for progress in seen} >= {"publish"}
    assert same_records(store, out)
    with StoreReader(store) as a, StoreReader(out) as b:
        assert b.attributes_of_store["field"] == "IRAC Dark Field"
        assert b.band_original == a.band_original == {"ch1": "[3.6]", "ch2": "ch2"}
        assert b.object_units == a.object_units
        assert b.problems() == a.problems()
        assert list(b.objects) == list(a.objects)
        for name, column in a.objects.items():
            assert b.objects[name].dtype == column.dtype
            np.testing.assert_array_equal(b.objects[name], column)
        for band in a.bands:
            for name, column in a.visits(band).items():
                np.testing.assert_array_equal(b.visits(band)[name], column)
            for plane in ("x", "y", "coverage"):
                mine, theirs = a.object_plane(band, plane), b.object_plane(band, plane)
                assert mine.tobytes() == theirs.tobytes()
        for name in a.measurements():
            assert b.attributes(name) == a.attributes(name)


def test_import_of_an_import_changes_nothing(whole, tmp_path):
    first, second = tmp_path / "a.h5", tmp_path / "b.h5"
    import_parquet(whole, first)
    with ll.open(first) as field:
        field.export(tmp_path / "a.parquet")
    import_parquet(tmp_path / "a.parquet", second)
    assert differences(first, second) == []


def test_points_rejected_by_hand_are_flagged_outside_and_not_inside(store, tmp_path):
    copy = Path(shutil.copy(store, tmp_path / "field.h5"))
    with ll.open(copy) as field:
        field.journal.reject_point("I3", "ch1", "gr004")
        field.journal.reject_visit("ch2", "gr001")
        report = field.export(tmp_path / "field.parquet")
    assert report.n_rows == 4 * N_OBJECT * N_VISIT
    table = pq.read_table(tmp_path / "field.parquet").to_pandas()
    rejected = [int(np.sum(flags & int(Flag.REJECTED) != 0)) for flags in table["flags"]]
    assert sum(rejected) == 2 * 1 + 2 * N_OBJECT
    import_parquet(tmp_path / "field.parquet", tmp_path / "again.h5")
    assert same_records(store, tmp_path / "again.h5")


def test_some_objects_and_measurements_make_a_smaller_store(store, tmp_path):
    names = ["ch2_sci-aper_r10", "ch2_sci-aper_r3"]
    with ll.open(store) as field:
        field.export(tmp_path / "some.parquet", ["I7", "I2", "I3", "I20"], names)
    import_parquet(tmp_path / "some.parquet", tmp_path / "some.h5")
    with StoreReader(store) as all_of_it, StoreReader(tmp_path / "some.h5") as some:
        assert some.object_ids == ["I7", "I2", "I3", "I20"]
        assert some.bands == ("ch2",)
        for name in names:
            expected = all_of_it.records(name)[[7, 2, 3, 20]]
            assert some.records(name).tobytes() == expected.tobytes()
        np.testing.assert_array_equal(
            some.object_plane("ch2", "x"), all_of_it.object_plane("ch2", "x")[[7, 2, 3, 20]]
        )


# ---- refused


@pytest.mark.parametrize(
    "options",
    [
        {"filters": Filters(TimeRange(first=55005.0), 0, keep_missing=True, keep_rejected=True)},
        {"filters": Filters()},
        {"corrected": True},
        {"as_magnitude": True},
    ],
)
def test_a_selection_of_points_is_no_store(store, tmp_path, options):
    with ll.open(store) as field:
        field.export(tmp_path / "some.parquet", **options)
    with pytest.raises(LightledgerError, match="this is a selection"):
        import_parquet(tmp_path / "some.parquet", tmp_path / "out.h5")
    assert [p.name for p in tmp_path.iterdir()] == ["some.parquet"]


def test_nothing_is_ever_written_over(store, whole, tmp_path):
    there = Path(shutil.copy(store, tmp_path / "there.h5"))
    with pytest.raises(LightledgerError, match="exists already"):
        import_parquet(whole, there)
    target = tmp_path / "new.h5"
    with Staging.open(target) as staging:
        path = staging.path_of("ch1", "gr000")
        storefield.stage(path, "ch1", 0, 4)
    with pytest.raises(LightledgerError, match="unfinished"):
        import_parquet(whole, target)
    assert path.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a Parquet file"),
        (b"PAR1PAR1", "not a Parquet file"),
        (b"SIMPLE  = T" * 500, "not a Parquet file"),
        (b"PAR1" + b"\xff" * 500 + b"\xff\xff\xff\x7fPAR1", "footer is too large"),
        (b"PAR1" + bytes(100) + b"\x20\0\0\0PAR1", "cannot|can be read"),
    ],
)
def test_what_is_no_parquet_is_one_line(tmp_path, content, words):
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(LightledgerError, match=words) as refused:
        import_parquet(path, tmp_path / "out.h5")
    assert "\n" not in str(refused.value)
    assert [p.name for p in tmp_path.iterdir()] == ["x.parquet"]


def remade(path: Path, out: Path, change=lambda table: table, facts=None, tables=None) -> Path:
    """The file again, as somebody else might have written it."""
    file = pq.ParquetFile(path)
    kept = json.loads(file.metadata.metadata[b"lightledger"])
    place = kept["whole"]
    packed = path.read_bytes()[place["offset"] : place["offset"] + place["size"]]
    if tables is not None:
        arrays, told = unpack(packed, path)
        tables(arrays, told)
        packed = pack(arrays, told)
    table = change(file.read())
    raw = io.BytesIO()
    writer = pq.ParquetWriter(raw, table.schema, store_schema=False)
    writer.write_table(table, row_group_size=N_OBJECT)
    kept["whole"] = {"offset": raw.tell(), "size": len(packed), "crc32": zlib.crc32(packed)}
    raw.write(packed)
    writer.add_key_value_metadata({"lightledger": json.dumps(kept | (facts or {}))})
    writer.close()
    out.write_bytes(raw.getvalue())
    return out


def replaced(name, column):
    def change(table):
        return table.set_column(table.schema.get_field_index(name), name, column(table))

    return change


def ragged(table):
    lists = table.column("value").to_pylist()
    lists[3] = lists[3][:-1]
    lists[4] = [*lists[4], 0.0]
    return pa.array(lists, table.schema.field("value").type)


def doubled(table):
    return table.column("value").cast(pa.list_(pa.float64()))


def test_the_same_file_written_by_somebody_else_is_taken(store, whole, tmp_path):
    import_parquet(remade(whole, tmp_path / "x.parquet"), tmp_path / "out.h5")
    assert same_records(store, tmp_path / "out.h5")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"change": lambda t: t.take([*range(1, len(t)), 0])}, "another order"),
        ({"change": lambda t: t.slice(1)}, "91 rows"),
        ({"change": lambda t: t.drop_columns("crc32")}, "crc32"),
        ({"change": replaced("value", ragged)}, "uneven"),
        ({"change": replaced("value", doubled)}, "column value"),
        ({"facts": {"version": 99}}, "version 99"),
        ({"facts": {"version": "x"}}, "tables"),
        ({"facts": {"whole": {"offset": 1 << 60, "size": 1, "crc32": 0}}}, "cut off"),
        ({"facts": {"whole": {"offset": 0, "size": 100, "crc32": 0}}}, "damaged"),
        ({"tables": lambda a, f: a.pop("visits/ch1/fwhm_px")}, "fwhm_px"),
        ({"tables": lambda a, f: a.update({"objects/x": np.zeros(3)})}, "different lengths"),
        ({"tables": lambda a, f: f["bands"].update(ch9="")}, "ch9"),
        ({"tables": lambda a, f: f["measurements"].update({"../../x": {}})}, "measurement name"),
        ({"tables": lambda a, f: f["attributes"].update(field=["a"])}, "attribute field"),
        ({"tables": lambda a, f: f["attributes"].update(field="x" * 70_000)}, "attribute field"),
        ({"tables": lambda a, f: f["attributes"].update(recipe="[measuring]\nx = 1")}, "setting"),
        ({"tables": lambda a, f: f.clear()}, "attributes"),
    ],
)
def test_tables_that_do_not_fit_are_one_line(whole, tmp_path, how, words):
    path = remade(whole, tmp_path / "x.parquet", **how)
    with pytest.raises(LightledgerError, match=words) as refused:
        import_parquet(path, tmp_path / "out.h5")
    assert "\n" not in str(refused.value)
    assert [p.name for p in tmp_path.iterdir()] == ["x.parquet"]


def test_numbers_of_an_earlier_version_are_noted(whole, tmp_path):
    older = {"tables": lambda a, f: f["attributes"].update(measuring_hash="0" * 64)}
    import_parquet(remade(whole, tmp_path / "x.parquet", **older), tmp_path / "out.h5")
    with StoreReader(tmp_path / "out.h5") as reader:
        assert "another version" in reader.problems()[-1].what


def test_parquet_of_others_is_not_taken(tmp_path):
    pq.write_table(pa.table({"object": ["I1"]}), tmp_path / "x.parquet")
    with pytest.raises(LightledgerError, match="not of lightledger"):
        import_parquet(tmp_path / "x.parquet", tmp_path / "out.h5")


def test_without_pyarrow_it_is_said_how_to_get_it(whole, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(LightledgerError, match=r"pip install 'lightledger\[parquet\]'"):
        import_parquet(whole, tmp_path / "out.h5")


def test_cancel_leaves_nothing(whole, tmp_path):
    control = Control()

    def stop(progress):
        control.cancel()

    with pytest.raises(Cancelled):
        import_parquet(whole, tmp_path / "out.h5", control, stop)
    assert list(tmp_path.iterdir()) == []


# ---- damaged


def test_a_damaged_page_costs_its_light_curves_and_no_others(store, whole, tmp_path):
    group = pq.ParquetFile(whole).metadata.row_group(1)
    column = next(
        group.column(i)
        for i in range(group.num_columns)
        if group.column(i).path_in_schema.startswith("value")
    )
    raw = bytearray(whole.read_bytes())
    raw[column.data_page_offset + column.total_compressed_size - 5] ^= 0x10
    path = tmp_path / "x.parquet"
    path.write_bytes(raw)
    done = lightledger("import", path, "-o", tmp_path / "out.h5")
    assert done.returncode == 1, done.stderr
    assert len(verify(tmp_path / "out.h5").damaged) == 5
    with StoreReader(store) as a, StoreReader(tmp_path / "out.h5") as b:
        name = a.measurements()[0]
        for i in range(N_OBJECT):
            assert b.record_is_sound(name, i) == (not 5 <= i < 10)
            if 5 <= i < 10:
                assert np.isnan(b.records(name)[i]["value"]).all()
            else:
                assert b.records(name)[i] == a.records(name)[i] or not 5 <= i < 10
        assert "damaged" in b.damaged[0]
    assert same_records(store, tmp_path / "out.h5", [n for n in _names(store) if n != name])


def _names(store):
    with StoreReader(store) as reader:
        return reader.measurements()


def test_a_record_that_was_damaged_stays_damaged(store, tmp_path):
    copy = Path(shutil.copy(store, tmp_path / "field.h5"))
    with StoreReader(store) as reader:
        name = reader.measurements()[2]
        place = reader.record_place(name)
    with copy.open("r+b") as file:
        file.seek(place.offset + 11 * place.dtype.itemsize + 2)
        file.write(b"\x55")
    done = lightledger("export", copy, "-o", tmp_path / "field.parquet")
    assert done.returncode == 1
    assert f"damaged: I11 in {name}" in done.stderr
    published = import_parquet(tmp_path / "field.parquet", tmp_path / "out.h5")
    assert len(published.damaged) == 1
    with StoreReader(tmp_path / "out.h5") as reader:
        assert [reader.record_is_sound(name, i) for i in (10, 11, 12)] == [True, False, True]
    assert same_records(copy, tmp_path / "out.h5")


def test_no_flipped_bit_goes_unseen(whole, tmp_path):
    def all_of(path):
        with ParquetPast(path) as past:
            found = {}
            for name in past.measurements():
                found[name] = past.rows(record_path(name), 0, N_OBJECT)
            for band in past.bands:
                for plane in past.stored_planes(band):
                    at = position_path(band, plane)
                    found[at] = past.rows(at, 0, N_OBJECT)
            tables = [
                repr(past.facts),
                past.object_ids,
                past.visits("ch1")["mjd_utc_mid"].tobytes(),
            ]
            return found, tables

    clean, tables = all_of(whole)
    raw = whole.read_bytes()
    rng = np.random.default_rng(3)
    path = tmp_path / "x.parquet"
    n_refused = n_damaged = 0
    for at in rng.integers(0, len(raw), 80):
        flipped = bytearray(raw)
        flipped[at] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        try:
            found, others = all_of(path)
        except LightledgerError:
            n_refused += 1
            continue
        assert others == tables
        for name, (rows, damaged) in found.items():
            sound = np.setdiff1d(np.arange(N_OBJECT), damaged)
            mine, theirs = (a.view(np.uint8).reshape(N_OBJECT, -1) for a in (rows, clean[name][0]))
            np.testing.assert_array_equal(mine[sound], theirs[sound])
            n_damaged += bool(damaged)
    assert n_refused
    assert n_damaged
