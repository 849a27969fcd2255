"""The lock: of the system, or on disks that have none a file that says who holds it."""

from __future__ import annotations

import errno
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lightledger.domain import LightledgerError
from lightledger.store import lock
from lightledger.store.lock import FileLock, Held
from lightledger.store.staging import Staging


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that has no locks."""

    def take(fd: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_take", take)


def owner_of_the_dead(path: Path) -> None:
    """Leave the owner file of a process that has ended."""
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from pathlib import Path; from lightledger.store import lock\n"
            "lock._take = lambda fd: (_ for _ in ()).throw(OSError(37, ''))\n"
            f"lock.FileLock(Path({str(path)!r}))",
        ],
        check=True,
    )
    assert child.returncode == 0
    assert path.with_name("lock.owner").exists()


def test_one_at_a_time(tmp_path: Path) -> None:
    first = FileLock(tmp_path / "lock")
    with pytest.raises(BlockingIOError):
        FileLock(tmp_path / "lock")
    first.release()
    first.release()  # twice does no harm
    FileLock(tmp_path / "lock").release()
    assert [p.name for p in tmp_path.iterdir()] == ["lock"]


def test_one_at_a_time_without_locks(tmp_path: Path, no_locks: None) -> None:
    first = FileLock(tmp_path / "lock")
    with pytest.raises(Held) as caught:
        FileLock(tmp_path / "lock")
    assert f"process {os.getpid()} on {socket.gethostname()}" in caught.value.advice
    first.release()
    FileLock(tmp_path / "lock").release()
    assert [p.name for p in tmp_path.iterdir()] == ["lock"]


def test_the_owner_that_died_is_followed(tmp_path: Path, no_locks: None) -> None:
    owner_of_the_dead(tmp_path / "lock")
    held = FileLock(tmp_path / "lock")
    assert json.loads((tmp_path / "lock.owner").read_text())["pid"] == os.getpid()
    held.release()


def test_a_number_that_another_process_has_now(tmp_path: Path, no_locks: None) -> None:
    """The number of the dead one was given to this very process."""
    owner = {"host": socket.gethostname(), "pid": os.getpid(), "at": "12"}
    (tmp_path / "lock.owner").write_text(json.dumps(owner))
    FileLock(tmp_path / "lock").release()


@pytest.mark.parametrize(
    "text", ['{"host": "elsewhere", "pid": 1, "at": ""}', "", "nonsense", "[1]", '{"host": 3}']
)
def test_another_machine_may_be_at_work(tmp_path: Path, no_locks: None, text: str) -> None:
    (tmp_path / "lock.owner").write_text(text)
    with pytest.raises(Held) as caught:
        FileLock(tmp_path / "lock")
    assert "this disk has no locks" in caught.value.advice
    assert str(tmp_path / "lock.owner") in caught.value.advice
    assert (tmp_path / "lock.owner").read_text() == text


def test_two_never_take_the_place_of_a_dead_one(tmp_path: Path, no_locks: None) -> None:
    owner_of_the_dead(tmp_path / "lock")
    (tmp_path / "lock.taking").write_text("")  # another one is at it
    with pytest.raises(Held) as caught:
        FileLock(tmp_path / "lock")
    assert str(tmp_path / "lock.taking") in caught.value.advice


def test_an_ingest_says_it_in_one_line(tmp_path: Path, no_locks: None) -> None:
    with Staging.open(tmp_path / "field.h5"), pytest.raises(LightledgerError) as caught:
        Staging.open(tmp_path / "field.h5")
    assert "being written by another ingest; this disk has no locks" in str(caught.value)
    assert "\n" not in str(caught.value)
    with Staging.open(tmp_path / "field.h5") as staging:
        staging.clear()
        with pytest.raises(LightledgerError, match="another ingest"):
            Staging.open(tmp_path / "field.h5")
        staging.remove()
    assert list(tmp_path.iterdir()) == []
