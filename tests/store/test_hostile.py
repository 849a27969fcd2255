"""Files that are not what they claim: refused in one line, nothing followed, nothing huge."""

from __future__ import annotations

import re
import shutil
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
import storefield
from forked import Server, serving

from lightledger.domain import LightledgerError
from lightledger.store.reader import StoreReader
from lightledger.store.verify import verify

RECORDS = "bands/ch1/measurements/sci-aper_r3"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "field.h5"
    storefield.build(path, range(4), 20)
    return path


@pytest.fixture(scope="module")
def server(sound: Path) -> Iterator[Server]:
    """Children that may take 200 MB and a second of a processor beyond what they begin with."""
    with serving(sound.parent, ("faulty:look_at_everything", [str(sound)])) as server:
        yield server


def refusal(server: Server, path: Path, how: str = "faulty:refuse") -> str:
    """The one line by which a store is refused, within bounds that the system enforces."""
    done = server.call(how, path, megabytes=200, cpu_seconds=1)
    assert done.status == 0, f"{done.status} {done.said}"
    return done.said.strip("\n")


def replaced(path: str, **how: object) -> Callable[[h5py.File], None]:
    def change(file: h5py.File) -> None:
        del file[path]
        file.create_dataset(path, **how)  # type: ignore[arg-type]

    return change


def external_link(file: h5py.File) -> None:
    del file[RECORDS]
    file[RECORDS] = h5py.ExternalLink("/etc/passwd", "/x")


def external_group(file: h5py.File) -> None:
    del file["bands/ch1"]
    file["bands/ch1"] = h5py.ExternalLink("other.h5", "/bands/ch1")


def soft_link(file: h5py.File) -> None:
    del file[RECORDS]
    file[RECORDS] = h5py.SoftLink("/bands/ch2/measurements/sci-aper_r3")


def soft_ids(file: h5py.File) -> None:
    del file["objects/id"]
    file["objects/id"] = h5py.SoftLink("/objects/kind")


def named_type(file: h5py.File) -> None:
    del file["objects/id"]
    file["objects/id"] = np.dtype("f8")


def external_storage(file: h5py.File) -> None:
    del file["objects/ra"]
    file.create_dataset("objects/ra", (20,), "f8", external=[("/etc/passwd", 0, 160)])


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((20,), "f8")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (20,))
    del file["objects/ra"]
    file.create_virtual_dataset("objects/ra", layout)


def huge_attribute(file: h5py.File) -> None:
    file.attrs["recipe"] = np.bytes_(b"x" * (8 << 20))


def many_attributes(file: h5py.File) -> None:
    for i in range(200):
        file.attrs[f"a{i}"] = i


def odd_attribute(file: h5py.File) -> None:
    file.attrs["software"] = "text of varying length"


def array_attribute(file: h5py.File) -> None:
    file[RECORDS].attrs["unit"] = np.arange(9)


def newer(file: h5py.File) -> None:
    file.attrs["version"] = np.int64(2)


def other_format(file: h5py.File) -> None:
    file.attrs["format"] = np.bytes_(b"something")


def no_version(file: h5py.File) -> None:
    del file.attrs["version"]


def group_for_dataset(file: h5py.File) -> None:
    del file["objects/id"]
    file.create_group("objects/id")


def dataset_for_group(file: h5py.File) -> None:
    del file["bands/ch1"]
    file["bands/ch1"] = 1


def bad_name(file: h5py.File) -> None:
    file.move(RECORDS, "bands/ch1/measurements/nonsense")


def no_visits(file: h5py.File) -> None:
    del file["bands/ch1/visits"]


def member_of_another_length(file: h5py.File) -> None:
    path = "bands/ch1/zeropoints/sci-aper_r3/weight"
    del file[path]
    file[path] = np.ones(3)


def cyclic(file: h5py.File) -> None:
    file["bands/loop"] = file["/"]


def itself(file: h5py.File) -> None:
    del file[RECORDS]
    file[RECORDS] = file["bands/ch1/measurements"]


def soft_circle(file: h5py.File) -> None:
    del file["objects/ra"]
    file["objects/ra"] = h5py.SoftLink("/objects/dec2")
    file["objects/dec2"] = h5py.SoftLink("/objects/ra")


def thousands_of_columns(file: h5py.File) -> None:
    objects = file["objects"].id
    for i in range(6000):
        objects.links.create_hard(b"c%d" % i, objects, b"ra")


def thousands_of_bands(file: h5py.File) -> None:
    for i in range(1000):
        file[f"bands/b{i}"] = file["bands/ch1"]


def long_name(file: h5py.File) -> None:
    file["objects"]["x" * 5000] = file["objects/ra"]


def name_of_bytes(file: h5py.File) -> None:
    objects = file["objects"].id
    objects.links.create_hard(b"\xff\xfe", objects, b"ra")


def name_with_line_break(file: h5py.File) -> None:
    file["objects"]["a\nb"] = h5py.SoftLink("/nowhere")


def dots(file: h5py.File) -> None:
    bands = file["bands"].id
    bands.links.create_hard(b"..", bands, b"ch1")


def measurement_of_dots(file: h5py.File) -> None:
    group = file["bands/ch1/measurements"].id
    group.links.create_hard(b"..", group, b"sci-aper_r3")


def null_space(file: h5py.File) -> None:
    del file["objects/ra"]
    file["objects/ra"] = h5py.Empty("f8")


def filled(file: h5py.File) -> None:
    """Four terabytes of records that take no room on the disk."""
    del file["objects/id"]
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.CONTIGUOUS)
    plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    space = h5py.h5s.create_simple((1 << 42,))
    h5py.h5d.create(file["objects"].id, b"id", h5py.h5t.C_S1, space, plist)


def compact(file: h5py.File) -> None:
    del file["objects/ra"]
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((20,))
    h5py.h5d.create(file["objects"].id, b"ra", h5py.h5t.IEEE_F64LE, space, plist)


def table_of_nonsense(file: h5py.File) -> None:
    """A checksum table that fits its seal but not the file."""
    extents, seal = file["checksums/extents"][()], file["checksums/seal"][()]
    extents["size"][3] = 1 << 63
    extents["step"][3] = 1
    seal["extents_crc"] = zlib.crc32(extents.tobytes())
    seal["own_crc"] = zlib.crc32(seal.tobytes()[:-4])
    file["checksums/extents"][()] = extents
    file["checksums/seal"][()] = seal


ANY = r"^[^\n]+$"
CASES: list[tuple[Callable[[h5py.File], None], str]] = [
    (external_link, "is a link to elsewhere"),
    (external_group, "is a link to elsewhere"),
    (soft_link, "is a link to elsewhere"),
    (soft_ids, "is a link to elsewhere"),
    (external_storage, "kept in another file"),
    (virtual, "not one contiguous piece"),
    (huge_attribute, "attribute of 8388608 bytes"),
    (many_attributes, "has 2.. attributes"),
    (odd_attribute, "not a text or number"),
    (array_attribute, "not a text or number"),
    (newer, "version 2; this program reads version 1.*update"),
    (other_format, "not a lightledger store"),
    (no_version, "not a lightledger store"),
    (group_for_dataset, "is not a dataset"),
    (dataset_for_group, ANY),
    (named_type, "neither group nor dataset"),
    (bad_name, "not a measurement name"),
    (no_visits, "has no /bands/ch1/visits"),
    (member_of_another_length, "not as the format says"),
    (replaced(RECORDS, data=np.zeros(20)), "not as the format says"),
    (replaced(RECORDS, shape=(20,), dtype="f8", chunks=(5,)), "not one contiguous piece"),
    (replaced(RECORDS, shape=(1 << 40,), dtype="f8"), ANY),
    (replaced("objects/id", shape=(1 << 50,), dtype="S8"), ANY),
    (replaced("objects/id", shape=(20,), dtype=h5py.string_dtype()), "text of varying length"),
    (replaced("objects/id", data=np.zeros(20)), "not as the format says"),
    (replaced("objects/ra", data=np.zeros((1, 1, 1, 1))), "unknown type"),
    (replaced("objects/ra", data=np.zeros(7)), "not as the format says"),
    (replaced("bands/ch1/visits/mjd_utc_mid", data=np.zeros(5)), "not as the format says"),
    (replaced("bands/ch1/visits/mjd_utc_mid", data=np.zeros(4, "S9")), "not as the format says"),
    (replaced("bands/ch1/visits/visit", data=np.zeros(4)), "not as the format says"),
    (replaced("bands/ch1/visits/transform", data=np.zeros((4, 3, 2))), "not as the format says"),
    (cyclic, "has no /bands/loop/visits"),
    (itself, "is not a dataset"),
    (soft_circle, "is a link to elsewhere"),
    (thousands_of_columns, "too many entries"),
    (thousands_of_bands, "the store has 1002 bands"),
    (long_name, "name of over 1024 bytes"),
    (name_of_bytes, "cannot be read"),
    (name_with_line_break, r"/objects/a\\nb is a link to elsewhere"),
    (dots, "not as the format says"),
    (measurement_of_dots, "not a measurement name"),
    (null_space, ANY),
    (filled, ANY),
    (compact, "not one contiguous piece"),
    (table_of_nonsense, "checksum table is damaged"),
    (replaced("objects/ra", data=np.zeros(20), compression="gzip"), "not one contiguous piece"),
    (replaced("objects/ra", data=np.zeros(20), fletcher32=True), "not one contiguous piece"),
    (replaced("objects/ra", shape=(20,), dtype=h5py.ref_dtype), "unknown type"),
    (replaced("objects/ra", shape=(20,), dtype=h5py.regionref_dtype), "unknown type"),
    (replaced("objects/ra", shape=(20,), dtype=h5py.vlen_dtype(np.int32)), "unknown type"),
    (replaced("objects/ra", data=np.zeros(20, bool)), "not as the format says"),
    (replaced("objects/ra", data=np.zeros(20, complex)), "not as the format says"),
    (replaced("objects/ra", data=np.zeros(20, [("a", "f8")])), "not as the format says"),
    (replaced("objects/ra", data=np.zeros(20, "V8")), "not as the format says"),
    (replaced("checksums/seal", data=np.zeros(3)), "checksum table is damaged"),
    (replaced("problems/what", data=np.zeros(3)), "not as the format says"),
]


@pytest.mark.parametrize(("change", "says"), CASES)
def test_refused_in_one_line(
    sound: Path,
    server: Server,
    tmp_path: Path,
    change: Callable[[h5py.File], None],
    says: str,
) -> None:
    path = tmp_path / "hostile.h5"
    shutil.copyfile(sound, path)
    with h5py.File(path, "r+", libver=("v108", "v114")) as file:
        change(file)
    said = refusal(server, path)
    assert re.search(says, said), said
    assert said.startswith(str(path))
    assert "\n" not in said
    assert refusal(server, path, "faulty:refuse_verify"), "verify has nothing to say"


def test_nothing_is_wrong_with_the_sound_one(sound: Path, server: Server) -> None:
    assert refusal(server, sound) == ""
    assert refusal(server, sound, "faulty:refuse_verify") == ""


@pytest.mark.parametrize("keep", [0, 1, 8, 40, 100, 4096, 0.3, 0.9, -1])
def test_a_store_that_is_cut_off(sound: Path, tmp_path: Path, keep: float) -> None:
    raw = sound.read_bytes()
    path = tmp_path / "cut.h5"
    n = int(keep * len(raw)) if isinstance(keep, float) else keep
    path.write_bytes(raw[:n])
    with pytest.raises(LightledgerError, match=r"cut off|empty|not a lightledger store"):
        StoreReader(path)
    if n < len(raw) / 2 and keep != -1:  # nothing is left that tells what was there
        with pytest.raises(LightledgerError, match=r"cut off|empty|not a lightledger store"):
            verify(path)
    else:
        assert "cut off" in verify(path).refused


def test_bytes_added_at_the_end_are_noticed(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "long.h5"
    path.write_bytes(sound.read_bytes() + b"\0" * 10)
    assert verify(path).damaged == ["10 bytes too many at the end"]


def test_a_user_block_is_refused(tmp_path: Path, sound: Path) -> None:
    path = tmp_path / "block.h5"
    path.write_bytes(b"#!/bin/sh\n".ljust(512, b"\0") + sound.read_bytes())
    with pytest.raises(LightledgerError, match="not a lightledger store"):
        StoreReader(path)


def test_other_files(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["x"] = np.arange(10)
    with pytest.raises(LightledgerError, match="an HDF5 file, but not a lightledger store"):
        StoreReader(tmp_path / "other.h5")
    with h5py.File(tmp_path / "newer.h5", "w", libver="latest") as file:
        file["x"] = np.arange(10)
    with pytest.raises(LightledgerError, match="an HDF5 file, but not a lightledger store"):
        StoreReader(tmp_path / "newer.h5")
    with pytest.raises(LightledgerError, match="no such file"):
        StoreReader(tmp_path / "nothing.h5")
    with pytest.raises(LightledgerError, match="a folder"):
        StoreReader(tmp_path)
