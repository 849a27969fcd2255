"""All of a store that is not light curves, packed into one piece of bytes.

It is a NumPy ``.npz`` (a ZIP of ``.npy``), so that it can be read with NumPy alone: each table
column and image under its path, and everything else as JSON under ``facts``.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from lightledger.domain import LightledgerError

FACTS = "facts"
_UNREADABLE = (
    ValueError, KeyError, EOFError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
#: More was not written by us.
MAX_ARRAYS = 10_000
#: Bytes when unpacked: at most this, or so many times what is packed.
MAX_BYTES, MAX_RATIO = 64 << 20, 30


def pack(arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]) -> bytes:
    """Arrays (numbers and ``S<n>`` text) and JSON-able facts as one piece.

    JSON is Python's: ``NaN`` and ``Infinity`` stay what they are.
    """
    text = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    packed = io.BytesIO()
    everything: dict[str, Any] = {**arrays, FACTS: text}
    np.savez_compressed(packed, **everything)
    return packed.getvalue()


def unpack(packed: bytes, file: object) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """The inverse of `pack`; sizes are known and limited before anything is unpacked.

    Parameters
    ----------
    packed : bytes
    file : object
        The file it is from, for messages.

    Raises
    ------
    LightledgerError
        Not of `pack`, damaged, or larger than it can be.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            entries = archive.infolist()
            room = max(MAX_BYTES, MAX_RATIO * len(packed))
            if len(entries) > MAX_ARRAYS or sum(e.file_size for e in entries) > room:
                raise ValueError("too large")
            arrays = {e.filename.removesuffix(".npy"): _array(archive, e) for e in entries}
        facts = json.loads(arrays.pop(FACTS).tobytes())
        if not isinstance(facts, dict):
            raise ValueError("no facts")
    except _UNREADABLE as error:
        raise LightledgerError(
            f"what belongs to the light curves cannot be read ({error})",
            file,
            "export the store again",
        ) from None
    return arrays, facts


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> np.ndarray:
    """One array, of plain numbers or bytes, not larger than its entry says."""
    with archive.open(entry) as stream:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"array format {version}")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
        n_bytes = math.prod(shape) * dtype.itemsize
        plain = dtype.kind in "fiuS" and not fortran and min(shape, default=0) >= 0
        if not plain or n_bytes > entry.file_size:
            raise ValueError(f"{entry.filename} is no plain array")
        raw = stream.read(n_bytes)
    return np.frombuffer(raw, dtype, math.prod(shape)).reshape(shape)
