"""A stranger's reader, written from FORMAT.md with h5py and numpy alone."""

from __future__ import annotations

import json
import re
import struct
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
import storefield

ROOT = Path(__file__).parents[2]


class Stranger:
    """Reads a store by the text of FORMAT.md; nothing of lightledger is used."""

    def __init__(self, path: Path) -> None:
        self.raw = path.read_bytes()
        self.file = h5py.File(path, "r")
        assert self.file.attrs["format"] == b"lightledger"
        assert self.file.attrs["version"] == 1

    def close(self) -> None:
        self.file.close()

    def texts(self, path: str) -> list[str]:
        return [cell.decode("utf-8") for cell in self.file[path][()]]

    def record(self, band: str, name: str, i: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        dataset = self.file[f"/bands/{band}/measurements/{name}"]
        n = len(self.file[f"/bands/{band}/visits/mjd_utc_mid"])
        size = 8 * -(-10 * n // 8)
        at = dataset.id.get_offset() + i * size
        piece = self.raw[at : at + size]
        value = np.frombuffer(piece, "<f4", n, 0)
        error = np.frombuffer(piece, "<f4", n, 4 * n)
        flags = np.frombuffer(piece, "<u2", n, 8 * n)
        assert not any(piece[10 * n :])
        return value, error, flags

    def flag_bits(self) -> dict[str, int]:
        lines = self.file.attrs["flags"].decode().split("\n")
        return {m[2]: int(m[1]) for m in (re.match(r"(\d+) (\w+): ", line) for line in lines) if m}

    def bjd_tdb(self, band: str, ra_deg: float, dec_deg: float) -> np.ndarray:
        v = self.file[f"/bands/{band}/visits"]
        ra, dec = np.radians([ra_deg, dec_deg])
        u = np.array([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)])
        r = np.stack([v[f"observer_{axis}_km"][()] for axis in "xyz"], axis=1)
        late = (v["tdb_minus_utc_s"][()] + r @ u / 299792.458) / 86400
        return v["mjd_utc_mid"][()] + 2400000.5 + late

    def corrected(self, band: str, name: str, i: int) -> tuple[np.ndarray, np.ndarray]:
        value, error, flags = (a.astype(float) for a in self.record(band, name, i))
        z = {k: d[()] for k, d in self.file[f"/bands/{band}/zeropoints/{name}"].items()}
        factor, factor_error = z["factor"].copy(), z["error"].copy()
        (place,) = np.nonzero(z["member"] == i)
        if place.size:
            bits = sum(1 << bit for bit in (0, 1, 2, 3, 4, 7, 8, 10))
            for j in range(value.size):
                q = value[j] / z["reference"][place[0]]
                sound = np.isfinite(value[j]) and not int(flags[j]) & bits
                if sound and abs(q - factor[j]) <= z["clip"][j]:
                    total, w = z["weight_sum"][j], z["weight"][place[0]]
                    factor[j] = (factor[j] * total - w * q) / (total - w)
                    factor_error[j] *= np.sqrt(total / (total - w))
        result = value / factor
        return result, np.sqrt((error / factor) ** 2 + (result * factor_error / factor) ** 2)

    def bad_pieces(self) -> list[str]:
        """Every byte against the checksums, the table itself first."""
        table = self.file["/checksums"]
        seal = table["seal"][0]
        assert zlib.crc32(table["seal"][()].tobytes()[:28]) == seal["own_crc"]
        for part in ("extents", "name", "crc32"):
            assert zlib.crc32(table[part][()].tobytes()) == seal[f"{part}_crc"]
        extents, sums = table["extents"][: seal["n_extents"]], table["crc32"][()]
        bad, end = [], 0
        for extent, name in zip(extents, table["name"], strict=False):
            offset, size, step, first, count = (int(n) for n in extent)
            assert offset == end
            end = offset + size
            pieces = range(offset, end, step) if step else [offset]
            for k, at in enumerate(pieces if count else []):
                if zlib.crc32(self.raw[at : min(at + (step or size), end)]) != sums[first + k]:
                    bad.append(name.decode())
        assert end == len(self.raw)
        return bad


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("format") / "field.h5"
    storefield.build(path, range(13))
    return path


@pytest.fixture
def stranger(store: Path):
    reader = Stranger(store)
    yield reader
    reader.close()


def test_a_stranger_finds_what_was_measured(stranger: Stranger) -> None:
    assert stranger.texts("/objects/id")[7] == "I7"
    assert stranger.texts("/objects/kind")[0] == "stär"
    assert stranger.texts("/bands/ch2/visits/visit") == [f"gr{i:03d}" for i in range(13)]
    assert stranger.file["/bands/ch1"].attrs["original"] == b"[3.6]"
    for m, name in enumerate(storefield.METHODS):
        value, error, flags = stranger.record("ch2", name, 7)
        for j in range(13):
            made = storefield.numbers("ch2", j, 40)
            np.testing.assert_array_equal(value[j], made["value"][m, 7])
            np.testing.assert_array_equal(error[j], made["error"][m, 7])
            assert np.isnan(value[j]) or flags[j] == made["flags"][m, 7]


def test_h5py_reads_the_same_records(stranger: Stranger) -> None:
    whole = stranger.file["/bands/ch1/measurements/sci-aper_r10"][()]
    for field, mine in zip(("value", "error", "flags"), stranger.record("ch1", "sci-aper_r10", 3),
                           strict=True):  # fmt: skip
        np.testing.assert_array_equal(whole[field][3], mine)


def test_flags_mean_what_the_file_and_the_text_say(stranger: Stranger) -> None:
    text = (ROOT / "FORMAT.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", text, flags=re.M)
    assert {name: int(bit) for bit, name in rows} == stranger.flag_bits()
    value, _, flags = stranger.record("ch1", "sci-aper_r3", 2)
    assert ((flags[np.isnan(value)] & (1 << stranger.flag_bits()["not_finite"])) != 0).all()


def test_barycentric_time(stranger: Stranger, store: Path) -> None:
    from lightledger.domain import bjd_tdb
    from lightledger.store.reader import StoreReader

    with StoreReader(store) as ours:
        v = ours.visits("ch1")
        ra, dec = ours.objects["ra"][4], ours.objects["dec"][4]
        observer = np.stack([v[f"observer_{axis}_km"] for axis in "xyz"], axis=1)
        expected = bjd_tdb(v["mjd_utc_mid"], v["tdb_minus_utc_s"], observer, ra, dec)
    np.testing.assert_allclose(stranger.bjd_tdb("ch1", ra, dec), expected, rtol=0, atol=1e-8)


@pytest.mark.parametrize("index", [0, 3, 20])  # two comparison stars, and an object that is none
def test_correction_leaves_the_object_itself_out(
    stranger: Stranger, store: Path, index: int
) -> None:
    from lightledger.store.reader import StoreReader

    with StoreReader(store) as ours:
        value, error, flags = (plane[index] for plane in ours.planes("ch1_sci-aper_r3"))
        expected = ours.zero_points("ch1_sci-aper_r3").apply(index, value, error, flags)
    found = stranger.corrected("ch1", "sci-aper_r3", index)
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-6)
    np.testing.assert_allclose(found[1], expected[1], rtol=1e-6)


def test_every_byte_has_a_sum(stranger: Stranger) -> None:
    assert stranger.bad_pieces() == []


def test_the_examples_of_the_text(
    stranger: Stranger, store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    text = (ROOT / "FORMAT.md").read_text(encoding="utf-8")
    with_h5py, with_numpy = re.findall(r"```python\n(.*?)```", text, flags=re.S)
    monkeypatch.chdir(store.parent)
    value, _, flags = stranger.record("ch1", "sci-aper_r3", 7)
    found: dict = {}
    exec(with_h5py, found)
    bits = sum(1 << bit for bit in (0, 1, 2, 3, 4, 7, 8, 10))
    np.testing.assert_array_equal(found["one"]["value"], value)
    np.testing.assert_array_equal(found["good"], (flags & bits) == 0)
    assert 0 < found["good"].sum() < 13
    assert capsys.readouterr().out
    exec(with_numpy, found)
    for name, mine in zip(("value", "error", "flags"), stranger.record("ch1", "sci-aper_r3", 7),
                          strict=True):  # fmt: skip
        np.testing.assert_array_equal(found[name][7], mine)


def test_the_structure_once_more(stranger: Stranger) -> None:
    """By the text alone, from the end of the file."""
    length, crc, zeros, magic = struct.unpack("<QII8s", stranger.raw[-24:])
    assert (zeros, magic) == (0, b"LLSTRUCT")
    text = stranger.raw[-24 - length : -24]
    assert zlib.crc32(text) == crc
    told = json.loads(text)
    paths, first = set(), 0
    sums = stranger.file["/checksums/crc32"][()]
    for path, kind, shape, step, offset, attributes in told["datasets"]:
        dataset = stranger.file[path]
        paths.add(path)
        assert dataset.shape == tuple(shape)
        assert not dataset.size or dataset.id.get_offset() == offset
        assert set(attributes) == set(dataset.attrs)
        size = dataset.id.get_storage_size()
        if isinstance(kind, str) and not path.startswith("/checksums/"):
            assert np.dtype(kind) == dataset.dtype
            assert zlib.crc32(stranger.raw[offset : offset + (step or size)]) == sums[first]
        first += -(-size // step) if step else bool(size)
    every: set[str] = set()
    stranger.file.visititems(
        lambda name, item: every.add(f"/{name}") if isinstance(item, h5py.Dataset) else None
    )
    assert every - paths == {"/structure"}
    assert set(told["groups"]["/"]) == set(stranger.file.attrs) - {"created", "uuid"}
    end = struct.unpack_from("<Q", stranger.raw, 28)[0]
    assert end == len(stranger.raw)


def test_the_structure_stands_in_front(stranger: Stranger) -> None:
    names = [n.decode() for n in stranger.file["/checksums/name"][()]]
    assert names[0] == "structure"
    assert names.count("structure") == 1


def test_the_text_names_every_dataset(stranger: Stranger) -> None:
    text = (ROOT / "FORMAT.md").read_text(encoding="utf-8")
    for name in stranger.file["/bands/ch1/visits"]:
        assert f"`{name}`" in text
    for name in stranger.file["/bands/ch1/zeropoints/sci-aper_r3"]:
        assert f"`{name}`" in text
    for name in stranger.file.attrs:
        assert f"`{name}`" in text
    groups = set(stranger.file) | set(stranger.file["/bands/ch1"])
    assert groups == {
        "objects", "bands", "problems", "checksums", "structure",
        "visits", "measurements", "positions", "zeropoints", "statistics",
    }  # fmt: skip


def test_large_datasets_start_at_a_page(stranger: Stranger) -> None:
    def check(name: str, item: object) -> None:
        if isinstance(item, h5py.Dataset) and item.id.get_storage_size() >= 4096:
            assert item.id.get_offset() % 4096 == 0, name

    stranger.file.visititems(check)
