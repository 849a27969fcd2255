"""The bytes of a file: their hash, and a cheap fingerprint to find copies."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

_CHUNK = 1 << 20
_SAMPLE = 4096
#: What begins a `frame_hash`, and its numbers side by side, times, and factor (2^64 over the
#: golden ratio, whose bits are well mixed).
FRAME_HASH = "poly64:"
_LANES, _ROWS, _FACTOR = 4096, 16, 0x9E3779B97F4A7C15


def content_hash(path: str | Path) -> str:
    """SHA-256 (hex) of the bytes of a file."""
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def frame_hash(path: str | Path) -> str:
    """Hash of the bytes of a file in less than half the time of `content_hash`, for every frame.

    Tells files apart that nobody made alike on purpose. The file is read as rows of 4096 words of
    64 bits, the least byte first, the last row filled up with 0; a word w counts as w ^ (w >> 33).
    Every column is a polynomial modulo 2^64: h becomes 0x9E3779B97F4A7C15 h + w with every row.
    The hash is the SHA-256 of the 4096 results and the size, 8 bytes each, behind `FRAME_HASH`.
    As the factor is odd, a change of one word in a column always shows.
    """
    powers, whole = _powers()
    words = np.zeros((_ROWS, _LANES), "<u8")
    mixed, total, sums = np.empty_like(words), np.zeros(_LANES, "<u8"), np.empty(_LANES, "<u8")
    size = 0
    with Path(path).open("rb") as file:
        while n := file.readinto(words.view(np.uint8).reshape(-1).data):
            size += n
            rows = -(-n // (8 * _LANES))
            words.view(np.uint8).reshape(-1)[n : rows * 8 * _LANES] = 0
            part, read = mixed[:rows], words[:rows]
            np.right_shift(read, 33, out=part)
            np.bitwise_xor(part, read, out=part)
            np.multiply(part, powers[_ROWS - rows :], out=part)
            np.add.reduce(part, axis=0, out=sums)
            np.multiply(total, whole[rows], out=total)
            np.add(total, sums, out=total)
    digest = hashlib.sha256(total.tobytes())
    digest.update(size.to_bytes(8, "little"))
    return FRAME_HASH + digest.hexdigest()


@lru_cache(maxsize=1)
def _powers() -> tuple[np.ndarray, np.ndarray]:
    """The factor to the power of 15 ... 0 as a column, and of 0 ... 16."""
    powers = np.array([pow(_FACTOR, k, 1 << 64) for k in range(_ROWS + 1)], np.uint64)
    return powers[_ROWS - 1 :: -1, None].copy(), powers


def has_hash(path: str | Path, known: str) -> bool:
    """Whether a file still has a hash, be it a `frame_hash` or, of older stores, SHA-256."""
    return known == (frame_hash if known.startswith(FRAME_HASH) else content_hash)(path)


def fingerprint(path: str | Path, size: int) -> str:
    """Hash of a file's size and of samples of its bytes.

    Copies always share it; other files hardly ever do, so only files that share it need be read
    whole (a deep field is hundreds of gigabytes).
    """
    digest = hashlib.sha256(str(size).encode())
    with Path(path).open("rb") as file:
        for part in range(5):
            file.seek(max(0, (size - _SAMPLE) * part // 4))
            digest.update(file.read(_SAMPLE))
    return digest.hexdigest()


def copies(files: dict[str, tuple[str, int]]) -> dict[str, str]:
    """Files whose content stands under an earlier name too.

    Parameters
    ----------
    files : dict of str to (str, int)
        Name to path and size, in the order in which names are preferred.

    Returns
    -------
    dict of str to str
        Name of a copy to the name that is kept.
    """
    by_size: dict[int, list[str]] = {}
    for name, (_, size) in files.items():
        by_size.setdefault(size, []).append(name)
    kept: dict[str, str] = {}
    for size, names in by_size.items():
        if len(names) == 1:
            continue
        alike: dict[str, list[str]] = {}
        for name in names:
            alike.setdefault(fingerprint(files[name][0], size), []).append(name)
        for group in alike.values():
            if len(group) == 1:
                continue
            first: dict[str, str] = {}
            for name in group:
                known = first.setdefault(content_hash(files[name][0]), name)
                if known != name:
                    kept[name] = known
    return kept
