"""The hash that tells whether a frame has changed since it was measured."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from lightledger.frames.content import FRAME_HASH, content_hash, frame_hash, has_hash

ROW = 8 * 4096


def by_definition(content: bytes) -> str:
    """Word by word in integers without end."""
    words = np.frombuffer(content + bytes(-len(content) % ROW), "<u8").reshape(-1, 4096)
    lanes = [0] * 4096
    for row in words.tolist():
        lanes = [
            (0x9E3779B97F4A7C15 * h + (w ^ (w >> 33))) % 2**64
            for h, w in zip(lanes, row, strict=True)
        ]
    numbers = [*lanes, len(content)]
    return hashlib.sha256(b"".join(h.to_bytes(8, "little") for h in numbers)).hexdigest()


@pytest.mark.parametrize("size", [0, 1, ROW - 1, ROW, 16 * ROW, 16 * ROW + 5, 37 * ROW + 4091])
def test_the_hash_is_as_it_is_described(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(np.random.default_rng(size).bytes(size))
    assert frame_hash(path) == FRAME_HASH + by_definition(path.read_bytes())


def test_whatever_changes_shows(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    content = np.zeros(20 * ROW, np.uint8)  # blank pixels are where weak hashes fail
    path, seen = tmp_path / "a", set()
    changed = [content, content[:-1], content[:-ROW], np.append(content, np.uint8(0))]
    for at in rng.integers(0, content.size, 40):
        for bit in (1, 128):
            other = content.copy()
            other[at] = bit
            changed.append(other)
    # the top bit of two words of one column: all that is left of them modulo 2^64
    top = content.copy()
    top[[7, 7 + 5 * ROW]] = 128
    # the same values at other places
    changed += [top, *(np.roll(top, shift) for shift in (1, 8, ROW, 3 * ROW))]
    for other in changed:
        path.write_bytes(other.tobytes())
        seen.add(frame_hash(path))
    assert len(seen) == len(changed)


def test_hashes_of_older_stores_still_count(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"as it was")
    for known in (content_hash(path), frame_hash(path)):
        path.write_bytes(b"as it was")
        assert has_hash(path, known)
        path.write_bytes(b"otherwise")
        assert not has_hash(path, known)
    assert not has_hash(path, "")
