"""What does not read back is never published."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import storefield

from lightledger.domain import LightledgerError
from lightledger.store.compare import differences
from lightledger.store.diskio import PositionedFile
from lightledger.store.layout import beside
from lightledger.store.staging import Staging
from lightledger.store.verify import verify

N = 40


def on_write_to(
    monkeypatch: pytest.MonkeyPatch, name: str, change: Callable[[int, bytearray], None]
) -> None:
    """Change what is written to a file on its way to the disk; told which write it is."""
    write = PositionedFile.write
    count = 0

    def changed(self: PositionedFile, buffer: Any, offset: int) -> None:
        nonlocal count
        if self.path.name == name and self._file.mode == "rb+":
            content = bytearray(memoryview(buffer).cast("B"))
            change(count, content)
            buffer, count = bytes(content), count + 1
        write(self, buffer, offset)

    monkeypatch.setattr(PositionedFile, "write", changed)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.999])
@pytest.mark.parametrize("budget", [3_000, 1 << 30])
def test_a_bit_lost_on_the_way_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, share: float, budget: int
) -> None:
    target = tmp_path / "field.h5"
    storefield.build(target, range(4), N)
    before = target.read_bytes()
    writes = 0

    def count(index: int, content: bytearray) -> None:
        nonlocal writes
        writes = index + 1

    whole = tmp_path / "whole" / "field.h5"
    whole.parent.mkdir()
    storefield.build(whole, range(4), N)
    with monkeypatch.context() as patch:
        on_write_to(patch, "field.h5.tmp", count)
        storefield.build(whole, range(6), N, budget_bytes=budget)

    def flip(index: int, content: bytearray) -> None:
        if index == int(share * writes) and content:
            content[len(content) // 2] ^= 4

    with monkeypatch.context() as patch:
        on_write_to(patch, "field.h5.tmp", flip)
        with pytest.raises(LightledgerError, match="does not read back") as caught:
            storefield.build(target, range(6), N, budget_bytes=budget)
    assert "\n" not in str(caught.value)
    assert target.read_bytes() == before
    assert not beside(target, ".tmp").exists()
    assert Staging.count(target) == 2 * 2
    storefield.build(target, range(6), N)
    assert verify(target).ok
    assert differences(target, whole) == []


def test_a_disk_that_cannot_keep_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Many file systems tell of a failed write only when asked to sync, and only once."""
    target = tmp_path / "field.h5"
    storefield.build(target, range(4), N)
    before = target.read_bytes()
    told = []

    def failing(fd: int) -> None:
        if not told:
            told.append(fd)
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(PositionedFile, "sync_data", lambda self: failing(self.fd))
    with pytest.raises(LightledgerError, match=r"cannot be written \(Input/output error"):
        storefield.build(target, range(6), N)
    assert told
    assert target.read_bytes() == before
    monkeypatch.undo()
    storefield.build(target, range(6), N)
    assert verify(target).ok
