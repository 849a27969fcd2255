"""Text columns: fixed-length UTF-8, so that equal tables are equal bytes and can be mapped."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def encode(texts: Iterable[object], width: int = 0) -> np.ndarray:
    """Texts as an ``S<n>`` array, UTF-8, padded with zero bytes.

    Parameters
    ----------
    texts : iterable
        Anything; ``str()`` of each. A zero byte inside becomes U+FFFD and what UTF-8 cannot say
        (undecodable file names) a backslash escape, so nothing is cut short silently.
    width : int
        Bytes of a cell; longer texts are cut at a whole character. 0: as wide as the longest.
    """
    raw = [
        str(text).replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "backslashreplace")
        for text in texts
    ]
    wide = width or max((len(r) for r in raw), default=1) or 1
    if width:
        raw = [r if len(r) <= wide else _cut(r, wide) for r in raw]
    return np.array(raw, dtype=f"S{wide}")


def _cut(raw: bytes, width: int) -> bytes:
    mark = "…".encode()
    return raw[: max(width - len(mark), 0)].decode("utf-8", "ignore").encode() + mark[:width]


def decode(cells: np.ndarray) -> np.ndarray:
    """An ``S<n>`` array as an object array of str; bytes that are not UTF-8 become U+FFFD."""
    return np.array([cell.decode("utf-8", "replace") for cell in cells.tolist()], dtype=object)


def as_column(values: np.ndarray) -> np.ndarray:
    """Any column as it is stored: text as ``S<n>``, numbers little-endian, booleans as u1."""
    array = np.ma.filled(values) if isinstance(values, np.ma.MaskedArray) else np.asarray(values)
    if array.dtype.kind in "UO":
        return encode(array.tolist())
    if array.dtype.kind == "S":
        return encode(decode(array))
    if array.dtype.kind == "b":
        return array.astype(np.uint8)
    if array.dtype.kind in "iuf" and array.dtype.itemsize <= 8:
        return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    if array.dtype.kind == "f":  # long double is not the same on every machine
        return array.astype("<f8")
    return encode(array.tolist())
