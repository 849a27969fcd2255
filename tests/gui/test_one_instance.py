"""A later start hands its files to the window that is open; nobody else's words get in."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightledger.app import oneinstance
from lightledger.app.main import take_later
from lightledger.app.oneinstance import OneInstance, meeting_place, message_of, paths_of
from lightledger.app.opening import sort_out
from lightledger.app.settings import settings_file

posix = pytest.mark.skipif(os.name != "posix", reason="sockets and signals of POSIX")


@pytest.fixture(autouse=True)
def runtime_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Of our own, and short: the name of a socket has at most 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="ll-") as name:
        Path(name).chmod(0o700)
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        yield Path(name)


@pytest.fixture
def first(qtbot, runtime_folder: Path) -> Iterator[OneInstance]:
    instance = OneInstance(settings_file())
    assert not instance.hand_over([])
    assert instance.listens
    yield instance
    instance.close()


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "lightledger", *arguments],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def end(process: subprocess.Popen[str]) -> int:
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said, said
    return process.returncode


def test_a_second_process_hands_its_files_over_and_ends_well(first, qtbot, tmp_path) -> None:
    (tmp_path / "night.h5").touch()
    second = None
    with qtbot.waitSignal(first.arrived, timeout=60_000) as heard:
        second = start(str(tmp_path / "night.h5"), "gone.fits")
    assert heard.args == [[tmp_path / "night.h5", Path("gone.fits").absolute()]]
    assert end(second) == 0


def has_open(process: subprocess.Popen[str], file: Path) -> bool:
    """As the kernel says: whether a process reads a file."""
    links = []
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):
            links.append(link.readlink())
    return file in links


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks Linux for open files")
def test_two_processes_one_window_and_an_end_in_good_order(store, qtbot) -> None:
    """The first one opens what the second was given; SIGTERM ends it as its close button does."""
    window = start()
    try:
        place = Path(meeting_place(settings_file()))
        qtbot.waitUntil(place.exists, timeout=60_000)
        assert end(start(str(store))) == 0
        qtbot.waitUntil(lambda: has_open(window, store), timeout=60_000)
        window.send_signal(signal.SIGTERM)
        assert end(window) == 0
        assert not place.exists()
    finally:
        window.kill()


def test_another_settings_file_is_another_window(first, tmp_path) -> None:
    other = OneInstance(tmp_path / "portable.ini")
    assert not other.hand_over([tmp_path])
    assert other.listens
    other.close()


@posix
def test_a_killed_instance_leaves_nothing_in_the_way(runtime_folder, qtbot) -> None:
    place = meeting_place(settings_file())
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(place)
    dead.close()  # the file stays, as after kill -9
    instance = OneInstance(settings_file())
    assert not instance.hand_over([])
    assert instance.listens
    instance.close()


@posix
def test_one_that_does_not_answer_is_left_alone(runtime_folder, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(oneinstance, "_ANSWER_MS", 50)
    with socket.socket(socket.AF_UNIX) as hung:
        hung.bind(meeting_place(settings_file()))
        hung.listen()
        instance = OneInstance(settings_file())
        assert not instance.hand_over([])
        assert not instance.listens


@posix
@pytest.mark.parametrize(
    "message",
    [
        b"GET / HTTP/1.1\r\n",
        b'{"open": ["relative.h5"]}\n',
        b'{"open": "/a"}\n',
        b'{"open": [1]}\n',
        b'{"open": ["/a\\u0000b"]}\n',
        b"[" * 100_000 + b"\n",
        b"x" * (oneinstance.MAX_BYTES + 10),
    ],
    ids=["http", "relative", "text", "number", "nul", "deep", "long"],
)
def test_words_of_others_are_refused(first, qtbot, message) -> None:
    heard: list[object] = []
    first.arrived.connect(heard.append)
    answer: list[bytes] = []

    def call() -> None:
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(30)
            caller.connect(meeting_place(settings_file()))
            try:
                caller.sendall(message)
                answer.append(caller.recv(100))
            except ConnectionError:
                answer.append(b"")

    thread = threading.Thread(target=call)
    thread.start()
    qtbot.waitUntil(lambda: bool(answer), timeout=30_000)
    thread.join()
    assert answer == [b""]
    assert heard == []


@posix
def test_a_caller_that_says_nothing_is_put_out(first, qtbot, monkeypatch) -> None:
    monkeypatch.setattr(oneinstance, "_CALLER_MS", 20)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(meeting_place(settings_file()))
        caller.setblocking(False)

        def put_out() -> bool:
            try:
                return caller.recv(1) == b""
            except BlockingIOError:
                return False

        qtbot.waitUntil(put_out, timeout=30_000)


@given(st.lists(st.text(st.characters(exclude_characters="\0")).map(lambda t: Path("/", t))))
def test_every_name_of_a_file_survives(paths: list[Path]) -> None:
    assert paths_of(message_of(paths)) == paths


def test_names_that_are_no_utf8_survive() -> None:
    odd = Path(os.fsdecode(b"/a/\xff.h5"))
    assert paths_of(message_of([odd])) == [odd]


@given(
    st.binary()
    | st.recursive(st.none() | st.text(), st.lists).map(lambda o: json.dumps(o).encode())
)
def test_whatever_is_said_is_paths_or_nothing(line: bytes) -> None:
    assert paths_of(line) is None


def test_files_of_a_later_start_are_opened_and_what_is_not_is_said(window, qtbot, store) -> None:
    window.showMinimized()
    take_later(window, [store, store.with_name("second.h5")])
    qtbot.waitUntil(lambda: window.open is not None, timeout=20_000)
    assert window.open.session.path == store
    assert not window.isMinimized()
    assert "not opened: second.h5" in window.centre.bar.message


def test_what_is_left_out_of_a_drop_is_named(tmp_path) -> None:
    stores = [tmp_path / f"{n}.h5" for n in range(5)]
    assert sort_out(stores[:1]).refusals() == []
    assert sort_out(stores).refusals() == [
        "a window shows one store; not opened: 1.h5, 2.h5, 3.h5…"
    ]
    assert sort_out([tmp_path, stores[0]]).refusals() == ["frames come first; not opened: 0.h5"]


def test_the_system_may_send_files_as_events() -> None:
    """As the Finder does: an application of ours, in a process of its own, hears of it."""
    code = (
        "from PySide6.QtCore import QUrl; from PySide6.QtGui import QFileOpenEvent\n"
        "from lightledger.app.main import make_application\n"
        "app = make_application(); app.files_opened.connect(print)\n"
        "app.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile('/a/night.h5')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert "night.h5" in done.stdout
