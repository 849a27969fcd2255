"""Verify: damage anywhere is found, and named in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import storefield

from lightledger.domain import Cancelled, Control, LightledgerError, Progress
from lightledger.store.checksumtable import load_table
from lightledger.store.reader import StoreReader
from lightledger.store.structure import Structure
from lightledger.store.verify import verify


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("verify") / "field.h5"
    storefield.build(path, range(4), 100)
    return path


@pytest.fixture
def path(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copyfile(sound, tmp_path / "field.h5"))


def extents(path: Path) -> list[tuple[str, int, int, int]]:
    """Name, offset, size, step of every extent."""
    with Structure(path) as structure, structure.file() as file:
        table = load_table(structure, file)
    rows = zip(table.names, table.extents, strict=True)
    return [(name, int(e["offset"]), int(e["size"]), int(e["step"])) for name, e in rows]


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def test_a_sound_store(sound: Path) -> None:
    seen: list[Progress] = []
    report = verify(sound, report=seen.append)
    assert report.ok
    assert report.n_records == 2 * 2 * 100
    assert report.n_bytes == sound.stat().st_size
    assert report.n_extents == len(extents(sound))
    assert seen[-1].done <= seen[-1].total


def test_extents_tile_the_file(sound: Path) -> None:
    end = 0
    for _, offset, size, _ in extents(sound):
        assert offset == end
        end += size
    assert end == sound.stat().st_size


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        ("/bands/ch1/measurements/sci-aper_r3", 77, "record of object I77 in ch1_sci-aper_r3"),
        ("/bands/ch2/positions/coverage", 99, "coverage of object I99 in ch2"),
        ("/bands/ch1/visits/mjd_utc_mid", 0, "visit table of ch1 (mjd_utc_mid)"),
        ("/bands/ch1/zeropoints/sci-aper_r3/factor", 0, "zero points of ch1_sci-aper_r3 (factor)"),
        (
            "/bands/ch2/statistics/sci-aper_r10/corrected/median",
            0,
            "statistics of ch2_sci-aper_r10 (corrected median)",
        ),
        ("/objects/ra", 0, "object table (ra)"),
        ("/problems/what", 0, "list of problems (what)"),
    ],
)
def test_damage_is_named(path: Path, name: str, row: int, words: str) -> None:
    (found,) = [e for e in extents(path) if e[0] == name]
    flip(path, found[1] + row * found[3] + 2)
    report = verify(path)
    assert report.damaged == [words]
    assert not report.ok


def test_padding_is_checked_too(path: Path) -> None:
    (_, offset, size, _) = next(e for e in extents(path) if e[0] == "padding")
    flip(path, offset + size // 2)
    assert verify(path).damaged == [f"padding at bytes {offset} to {offset + size}"]


def test_several_damages_and_the_sums_themselves(path: Path) -> None:
    places = {name: offset for name, offset, _, _ in extents(path)}
    flip(path, places["/objects/ra"])
    flip(path, places["/checksums/crc32"] + 3)
    damaged = verify(path).damaged
    assert damaged[0] == "checksum table (crc32)"
    assert "object table (ra)" in damaged


def test_objects_are_numbered_when_their_ids_cannot_be_read(path: Path) -> None:
    places = {name: (offset, step) for name, offset, _, step in extents(path)}
    offset, step = places["/bands/ch1/measurements/sci-aper_r3"]
    flip(path, offset + 5 * step)
    flip(path, places["/objects/id"][0])  # I0 becomes another name
    assert len(verify(path).damaged) == 2


def test_cancel(path: Path) -> None:
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        verify(path, control=control)


def test_the_rest_stays_readable(path: Path) -> None:
    with StoreReader(path) as store:
        place = store.record_place("ch1_sci-aper_r3")
    flip(path, place.offset + 7 * place.dtype.itemsize)
    with StoreReader(path) as store:
        assert not store.record_is_sound("ch1_sci-aper_r3", 7)
        assert store.record_is_sound("ch1_sci-aper_r3", 8)
        expected = storefield.numbers("ch1", 0, 100)["value"][0, 8]
        np.testing.assert_array_equal(store.planes("ch1_sci-aper_r3")[0][8, 0], expected)


def test_a_sample_looks_at_all_but_the_light_curves(path: Path) -> None:
    whole, some = verify(path), verify(path, sample="5%", seed=3)
    assert (whole.seed, whole.n_rows, whole.n_rows_checked) == (None, 1000, 1000)
    assert (some.seed, some.n_rows, some.n_rows_checked) == (3, 1000, 50)
    assert some.bytes_checked < whole.bytes_checked
    assert verify(path, sample="7").n_rows_checked == 7
    assert verify(path, sample="5000").n_rows_checked == 1000
    places = {name: offset for name, offset, _, _ in extents(path)}
    for at in (9000, places["/objects/ra"], places["/bands/ch1/visits/sky"], places["/structure"]):
        flip(path, at)
        assert len(verify(path, sample="1").damaged) == 1
        flip(path, at)


def test_every_light_curve_is_as_likely_in_a_sample(path: Path) -> None:
    """A damaged one is found by one sample of 10 % in ten, and by the same one again."""
    (found,) = [e for e in extents(path) if e[0] == "/bands/ch2/measurements/sci-aper_r3"]
    flip(path, found[1] + 42 * found[3])
    hits = [bool(verify(path, sample="10%", seed=seed).damaged) for seed in range(100)]
    assert 2 <= sum(hits) <= 25
    assert [bool(verify(path, sample="100", seed=s).damaged) for s in range(5)] == hits[:5]
    assert verify(path, sample="100%").damaged == ["record of object I42 in ch2_sci-aper_r3"]


@pytest.mark.parametrize("sample", ["0%", "0", "-1", "101%", "many", "1.5", "nan%", "%"])
def test_what_is_no_sample(path: Path, sample: str) -> None:
    with pytest.raises(LightledgerError, match="is not a sample; write 1% or 1000"):
        verify(path, sample=sample)


def test_what_is_damaged_is_told_apart(path: Path) -> None:
    (found,) = [e for e in extents(path) if e[0] == "/bands/ch1/measurements/sci-aper_r3"]
    flip(path, found[1] + 7 * found[3])
    report = verify(path)
    (damage,) = report.found
    assert (damage.object, damage.measurement, damage.row) == ("I7", "ch1_sci-aper_r3", 7)
    assert (report.n_records_damaged, report.ok, report.refused) == (1, False, "")
    assert report.outline_bytes % 4096 == 0


def test_without_its_structure_all_else_is_still_checked(path: Path) -> None:
    (found,) = [e for e in extents(path) if e[0] == "/bands/ch1/measurements/sci-aper_r3"]
    flip(path, found[1] + 7 * found[3])
    with path.open("r+b") as file:
        file.write(bytes(2000))
    report = verify(path)
    assert "first bytes of the store are damaged" in report.refused
    assert len(report.damaged) == 2
    assert report.damaged[0].startswith("file structure at bytes 0 to ")
    assert report.damaged[1] == "record of object I7 in ch1_sci-aper_r3"
