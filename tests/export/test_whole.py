"""What is packed beside light curves comes back as it was, and is never more than it says."""

from __future__ import annotations

import io
import json
import math
import zipfile

import numpy as np
import pytest

from lightledger.domain import LightledgerError
from lightledger.export.whole import FACTS, pack, unpack

ARRAYS = {
    "objects/id": np.array([b"I1", "stär".encode()]),
    "objects/apertures": np.arange(6, dtype="<f4").reshape(2, 3),
    "reference/coadd": np.array([[np.nan, -0.0], [np.inf, 1.0]], "<f4"),
    "visits/R/n_matched": np.array([-1, 2], "<i4"),
    "none": np.zeros(0, "S1"),
}


def test_arrays_and_facts_come_back_bit_for_bit():
    facts = {"a": 1, "b": 1.0, "c": math.nan, "d": ["x", -math.inf], "e": {"é": ""}}
    arrays, told = unpack(pack(ARRAYS, facts), "f")
    assert list(arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert arrays[name].shape == array.shape
        assert arrays[name].tobytes() == array.tobytes()
    assert repr(told) == repr(facts)  # nan is nan, 1 is no 1.0


def test_numpy_alone_reads_it():
    with np.load(io.BytesIO(pack(ARRAYS, {"a": 1})), allow_pickle=False) as saved:
        np.testing.assert_array_equal(saved["objects/id"], ARRAYS["objects/id"])
        assert json.loads(saved[FACTS].tobytes()) == {"a": 1}


def archive(**entries: bytes) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in entries.items():
            file.writestr(f"{name}.npy", content)
    return raw.getvalue()


def npy(array: np.ndarray, **options: bool) -> bytes:
    raw = io.BytesIO()
    np.save(raw, array, **options)
    return raw.getvalue()


HUGE = npy(np.zeros(4)).replace(b"(4,)", b"(4000000000,)".ljust(4))
GOOD = npy(np.frombuffer(b"{}", np.uint8))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        b"PK\x05\x06 not a zip",
        archive(facts=npy(np.frombuffer(b"[1]", np.uint8))),
        archive(facts=npy(np.frombuffer(b"{", np.uint8))),
        archive(facts=npy(np.frombuffer(b"[" * 100_000, np.uint8))),
        archive(x=GOOD),
        archive(facts=GOOD, x=b"no array"),
        archive(facts=GOOD, x=npy(np.array([{}], object), allow_pickle=True)),
        archive(facts=GOOD, x=npy(np.zeros(2, "c16"))),
        archive(facts=GOOD, x=npy(np.zeros(2, [("a", "f4")]))),
        archive(facts=GOOD, x=HUGE),
        archive(facts=GOOD, x=npy(np.zeros(100))[:-8]),
        archive(facts=GOOD, bomb=npy(np.zeros(100 << 20, np.uint8))),
        pack(ARRAYS, {})[:-30],
    ],
)
def test_anything_else_is_one_line(packed):
    with pytest.raises(
        LightledgerError, match=r"f\.parquet: what belongs to the light curves"
    ) as e:
        unpack(packed, "f.parquet")
    assert "\n" not in str(e.value)
