"""Files that are not what they claim: refused in one line, nothing followed, nothing huge."""

from __future__ import annotations

import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import storefield

from lightledger.domain import LightledgerError
from lightledger.store.reader import StoreReader
from lightledger.store.verify import verify

RECORDS = "bands/ch1/measurements/sci-aper_r3"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "field.h5"
    storefield.build(path, range(4), 20)
    return path


def read_everything(path: Path) -> None:
    """All that a window or a command would ask for."""
    with StoreReader(path) as store:
        _ = (store.problems(), store.object_units, store.object_ids, store.damaged)
        _ = [store.objects[name] for name in store.objects]
        for band in store.bands:
            store.visits(band)
            for plane in ("x", "y", "coverage"):
                store.object_plane(band, plane).sum()
        for name in store.measurements():
            store.attributes(name)
            store.records(name)["value"].sum()
            store.zero_points(name)
            store.statistics(name)
            store.statistics(name, True)
            store.record_is_sound(name, 0)


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
    (replaced("checksums/seal", data=np.zeros(3)), "checksum table is damaged"),
    (replaced("problems/what", data=np.zeros(3)), "not as the format says"),
]


@pytest.mark.parametrize(("change", "says"), CASES)
def test_refused_in_one_line(
    sound: Path, tmp_path: Path, change: Callable[[h5py.File], None], says: str
) -> None:
    path = tmp_path / "hostile.h5"
    shutil.copyfile(sound, path)
    with h5py.File(path, "r+", libver=("v108", "v114")) as file:
        change(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    with pytest.raises(LightledgerError, match=says) as caught:
        read_everything(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert time.monotonic() - began < 20  # no hang; the limit of a slow, shared machine


def test_nothing_is_wrong_with_the_sound_one(sound: Path) -> None:
    read_everything(sound)


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
