"""The reader: views of the file, words for what is missing, many threads."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import h5py
import numpy as np
import pytest
import storefield

from lightledger.domain import LightledgerError
from lightledger.store.reader import StoreReader

N = 60


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reader") / "fiëld.h5"
    storefield.build(path, range(30), N)
    return path


@pytest.fixture
def store(path: Path):
    with StoreReader(path) as reader:
        yield reader


def test_records_are_views_that_cannot_be_written(store: StoreReader) -> None:
    records = store.records("ch1_sci-aper_r3")
    value, error, flags = store.planes("ch1_sci-aper_r3")
    assert records.shape == (N,)
    assert value.shape == error.shape == flags.shape == (N, 30)
    assert np.shares_memory(value, records)
    assert value[7].flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        value[0, 0] = 1
    for part, one in zip(
        (value, error, flags), store.light_curve("ch1_sci-aper_r3", 7), strict=True
    ):
        assert np.shares_memory(one, records)
        np.testing.assert_array_equal(one, part[7])


def test_arrays_outlive_the_reader(path: Path) -> None:
    with StoreReader(path) as store:
        value = store.planes("ch1_sci-aper_r3")[0]
        expected = value.copy()
    np.testing.assert_array_equal(value, expected)
    with pytest.raises(LightledgerError, match="closed"):
        store.planes("ch1_sci-aper_r10")
    store.close()  # twice does no harm


def test_an_unknown_name_offers_near_ones(store: StoreReader) -> None:
    assert store.index_of("I12") == 12
    with pytest.raises(LightledgerError, match=r"no object 'I012'; did you mean I12"):
        store.index_of("I012")
    with pytest.raises(LightledgerError, match="the first id is I0"):
        store.index_of("NGC 6543")
    with pytest.raises(LightledgerError, match=r"did you mean ch1_sci-aper_r3"):
        store.planes("ch1_sci-aper_r4")
    with pytest.raises(LightledgerError, match="not a measurement name"):
        store.planes("nonsense")
    with pytest.raises(LightledgerError, match="bands are ch1, ch2"):
        store.visits("ch3")
    with pytest.raises(LightledgerError, match="planes are x, y, coverage"):
        store.object_plane("ch1", "z")
    with pytest.raises(KeyError):
        store.objects["nothing"]


def test_object_columns_in_catalogue_order(store: StoreReader) -> None:
    made = storefield.objects(N)
    assert list(store.objects) == list(made)
    for name, column in made.items():
        np.testing.assert_array_equal(store.objects[name], column)
    assert store.object_units["ra"] == "deg"
    assert store.object_ids[:2] == ["I0", "I1"]


def test_many_threads_read_the_same_numbers(path: Path) -> None:
    wrong: list[str] = []

    def read(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(40):
            band = ("ch1", "ch2")[rng.integers(2)]
            m, i = int(rng.integers(2)), int(rng.integers(N))
            j = int(rng.integers(30))
            value = store.planes(f"{band}_{storefield.METHODS[m]}")[0][i, j]
            expected = expected_values[band][j][m, i]
            stats = store.statistics(f"{band}_{storefield.METHODS[m]}", bool(i % 2))
            if not (value == expected or (np.isnan(value) and np.isnan(expected))):
                wrong.append(f"{band} {m} {i} {j}")
            if stats["n_good"].size != N or store.visits(band)["visit"].size != 30:
                wrong.append("tables")

    expected_values = {
        band: [storefield.numbers(band, j, N)["value"] for j in range(30)]
        for band in storefield.BANDS
    }
    with StoreReader(path) as store:
        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_others_may_have_the_file_open(path: Path) -> None:
    with h5py.File(path, "r") as other, StoreReader(path) as store:
        assert other.attrs["version"] == store.version
    with StoreReader(path) as store, h5py.File(path, "r") as other:
        value = other["bands/ch1/measurements/sci-aper_r3"]["value"]
        np.testing.assert_array_equal(store.planes("ch1_sci-aper_r3")[0], value)


def test_sums_of_single_records(store: StoreReader) -> None:
    for name in store.measurements():
        assert all(store.record_is_sound(name, i) for i in range(N))


def test_only_numpy_and_h5py_are_loaded() -> None:
    code = (
        "import sys, lightledger.store; "
        "bad = {'astropy', 'scipy', 'numba', 'PySide6'} & set(sys.modules); "
        "assert not bad, bad"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
