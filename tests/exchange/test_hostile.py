"""Whatever is said to us is one of the few things we know, bounded, or refused."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import xmlrpc.client
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightledger.domain import Cancelled, Control, LightledgerError
from lightledger.exchange import fetch as fetching
from lightledger.exchange import listener, messages, wire
from lightledger.exchange.client import MOST_UNREAD, Client
from lightledger.exchange.fetch import fetch
from lightledger.exchange.hub import Hub, is_here, lock_file

KEY = "secret"
NOTICE = "samp.client.receiveNotification"
PING = {"samp.mtype": "samp.app.ping", "samp.params": {}}


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Client, Queue]]:
    """A client whose hub does not exist, hearing in a thread, and what it heard."""
    monkeypatch.setattr(listener.Listener, "timeout", 0.01)
    client, heard, control = Client(Hub("127.0.0.1", 9, "/", ""), KEY), Queue(), Control()
    thread = threading.Thread(target=client.serve, args=(control, heard.put))
    thread.start()
    yield client, heard
    control.cancel()
    thread.join()


def post(client: Client, body: bytes, path: str = "", headers: dict | None = None) -> int:
    """HTTP status of a call; 0 where it was cut off."""
    server = client._listener
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    try:
        connection.putrequest("POST", path or server.path)
        for name, value in ({"Content-Length": str(len(body))} | (headers or {})).items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def test_only_the_hub_is_heard(served) -> None:
    client, heard = served
    assert post(client, wire.request(NOTICE, "guessed", "c1", PING)) == 400
    assert post(client, wire.request(NOTICE, KEY, "c1", PING), path="/") == 404
    assert post(client, wire.request("system.listMethods")) == 400
    assert post(client, wire.request(NOTICE, KEY, "c1")) == 400
    assert post(client, wire.request(NOTICE, KEY, "c1", "no map")) == 400
    assert post(client, wire.request(NOTICE, KEY, "c1", PING)) == 200
    assert heard.get(timeout=30).message == messages.Pinged()
    assert heard.empty()


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", {"Content-Length": "99999999999999999999"}, 413),
        (b"", {"Content-Length": str(wire.MAX_BYTES + 1)}, 413),
        (b"", {"Content-Length": "-1"}, 404),
        (b"", {"Content-Length": "\u00b2"}, 404),
        (b"\xff\xfe<\x00", {}, 400),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><methodCall/>", {}, 400),
        (b"<methodCall>" * 10_000, {}, 400),
        (b"x" * 70_000, {"X": "y" * 70_000}, 431),
    ],
    ids=["huge", "large", "negative", "power", "utf-16", "entities", "deep", "header"],
)
def test_calls_that_are_none_are_refused(served, body, headers, status) -> None:
    client, heard = served
    assert post(client, body, headers=headers) in (status, 0)
    assert heard.empty()


def test_one_who_dawdles_is_cut_off(served, monkeypatch) -> None:
    monkeypatch.setattr(listener, "CALL_S", 0.05)
    client, _ = served
    with socket.create_connection(client._listener.server_address, timeout=30) as caller:
        caller.sendall(b"POST ")
        assert caller.recv(100) == b""
    assert post(client, wire.request(NOTICE, KEY, "c1", PING)) == 200  # others are heard


def test_a_flood_is_refused_until_there_is_room() -> None:
    client = Client(Hub("127.0.0.1", 9, "/", ""), KEY)
    for _ in range(MOST_UNREAD):
        client._take(NOTICE, [KEY, "c1", PING])
    with pytest.raises(ValueError, match="too many"):
        client._take(NOTICE, [KEY, "c1", PING])
    client.handled()
    client._take(NOTICE, [KEY, "c1", PING])
    client._listener.server_close()


@pytest.mark.parametrize(
    ("mtype", "params"),
    [
        ("table.highlight.row", {"table-id": "t", "row": "-1"}),
        ("table.highlight.row", {"table-id": "t", "row": "9" * 400}),
        ("table.highlight.row", {"table-id": "t", "row": ["1"]}),
        ("table.highlight.row", {"row": "1"}),
        ("table.select.rowList", {"table-id": "t", "row-list": "1"}),
        ("table.select.rowList", {"table-id": "t", "row-list": ["1", {}]}),
        ("coord.pointAt.sky", {"ra": "nan", "dec": "0"}),
        ("coord.pointAt.sky", {"ra": "1", "dec": "90.1"}),
        ("coord.pointAt.sky", {"ra": 1.0, "dec": "0"}),
        ("table.load.votable", {"url": "file:///" + "x" * 5000}),
        ("table.load.votable", {}),
        ("script.aladin.send", {"script": "rm"}),
        ("client.env.get", {"name": "HOME"}),
    ],
)
def test_messages_that_cannot_be_are_refused(mtype, params) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        messages.read(mtype, params)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"samp.status": "samp.ok"}, ""),
        ({"samp.status": "samp.warning", "samp.error": {"samp.errortxt": "half"}}, ""),
        ({"samp.status": "samp.error", "samp.error": {"samp.errortxt": "no\nroom"}}, "no\\nroom"),
        ({"samp.status": "samp.error", "samp.error": "none"}, "it did not work"),
    ],
)
def test_an_answer_is_an_error_only_if_it_says_so(answer, error) -> None:
    client = Client(Hub("127.0.0.1", 9, "/", ""), KEY)
    client._take("samp.client.receiveResponse", [KEY, "c1", "tag", answer])
    assert client._arrived[0].message == messages.Answered(error)
    client._listener.server_close()


values = st.text() | st.none() | st.floats() | st.lists(st.text() | st.integers(), max_size=3)
names = st.sampled_from(["url", "table-id", "name", "row", "row-list", "ra", "dec"])


@settings(max_examples=40)
@given(st.sampled_from(messages.HEARD), st.dictionaries(names, values))
def test_whatever_the_parameters_are_it_is_a_message_or_refused(mtype, params) -> None:
    try:
        message = messages.read(mtype, params)
    except ValueError:
        return
    assert isinstance(message, messages.Message)


@settings(max_examples=40)
@given(st.binary() | st.text().map(lambda t: f"<methodCall>{t}</methodCall>".encode()))
def test_whatever_the_bytes_are_they_are_xml_rpc_or_refused(body) -> None:
    try:
        values, method = wire.read(body)
    except (ValueError, xmlrpc.client.Fault):
        return
    assert isinstance(values, list)
    assert isinstance(method, str)


samp_values = st.recursive(
    st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("ab.c", min_size=1), inner),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.lists(samp_values, max_size=3))
def test_what_goes_out_can_be_read(arguments) -> None:
    try:
        assert wire.read(wire.request("m", *arguments)) == (arguments, "m")
    except ValueError as error:  # more within each other than any message has
        assert "in a message" in str(error)  # noqa: PT017


# ---- files


@contextmanager
def page(answer: bytes, status: int = 200) -> Iterator[str]:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Location", "http://127.0.0.1:9/")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/table?x=1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_files_and_pages_of_this_machine_are_copied(tmp_path) -> None:
    (tmp_path / "a b.vot").write_text("table")
    assert fetch((tmp_path / "a b.vot").as_uri(), tmp_path / "in").read_text() == "table"
    with page(b"served") as url:
        assert fetch(url, tmp_path / "in").read_bytes() == b"served"


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/t.vot", "https://127.0.0.1/t.vot", "ftp://localhost/t.vot",
        "file://elsewhere/etc/passwd", "file:///dev/zero", "file:///", "file:///gone.vot",
        "http://[::1/t", "http://127.0.0.1:99999/", "/etc/passwd", "", "http://127.0.0.1:9/",
        "file:///a%00b", "http://192.0.2.1/t.vot",
    ],
)  # fmt: skip
def test_nothing_else_is_read(url, tmp_path) -> None:
    with pytest.raises(LightledgerError):
        fetch(url, tmp_path / "in")
    assert not list((tmp_path / "in").glob("*"))


def test_redirections_and_what_is_too_large_are_refused(tmp_path, monkeypatch) -> None:
    with page(b"", status=302) as url, pytest.raises(LightledgerError, match="302"):
        fetch(url, tmp_path)
    monkeypatch.setattr(fetching, "MAX_BYTES", 10)
    with page(b"x" * 11) as url, pytest.raises(LightledgerError, match="more than"):
        fetch(url, tmp_path)
    (tmp_path / "big").write_bytes(b"x" * 11)
    with pytest.raises(LightledgerError, match="more than"):
        fetch((tmp_path / "big").as_uri(), tmp_path)


@contextmanager
def dripping(start: bytes, piece: bytes = b"x") -> Iterator[str]:
    """A server that sends ``start`` and then a piece now and then, for ever."""
    ended = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):
            connection.recv(1 << 16)
            connection.sendall(start)
            while piece and not ended.wait(0.02):
                connection.sendall(piece)
            ended.wait()

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/t"
        finally:
            ended.set()
            thread.join()


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b""),  # never a word
        (b"HTTP/1.1 200 OK\r\nX-Head: ", b"x"),  # a head without end
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\n\r\n", b""),
    ],
)
def test_a_page_that_never_ends_is_given_up(start, piece, tmp_path, monkeypatch) -> None:
    """However it drips, and at once where nobody waits for it any more."""
    monkeypatch.setattr(fetching, "_WHOLE_S", 0.3)
    with dripping(start, piece) as url, pytest.raises(LightledgerError, match="too slow"):
        fetch(url, tmp_path / "in")
    monkeypatch.setattr(fetching, "_WHOLE_S", 600.0)
    monkeypatch.setattr(fetching, "_TIMEOUT_S", 600.0)
    control = Control()
    control.cancel()
    with dripping(start, piece) as url, pytest.raises(Cancelled):
        fetch(url, tmp_path / "in", control)
    assert not list((tmp_path / "in").glob("*"))


def test_a_hub_that_drips_is_gone(tmp_path) -> None:
    with dripping(b"HTTP/1.1 200 OK\r\nX-Head: ") as url:
        hub = Hub("127.0.0.1", int(url.rpartition(":")[2].partition("/")[0]), "/", "")
        with pytest.raises(messages.HubGone):
            hub.call("ping", timeout=0.3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_a_pipe_is_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LightledgerError, match="no file"):
        fetch((tmp_path / "pipe").as_uri(), tmp_path)


# ---- the lock file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not the lock file"),
        ("samp.secret=x\nsamp.hub.xmlrpc.url=http://example.org:80/\n", "not on this machine"),
        ("samp.secret=x\nsamp.hub.xmlrpc.url=http://[::1/\n", "not the lock file"),
        ("samp.secret=x\nsamp.hub.xmlrpc.url=file:///etc/passwd\n", "not the lock file"),
    ],
)
def test_a_lock_file_that_is_none_is_said(text, said, tmp_path, monkeypatch) -> None:
    (tmp_path / "lock").write_text(text)
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{(tmp_path / 'lock').as_uri()}")
    with pytest.raises(LightledgerError, match=said):
        Hub.find()


def test_a_stale_lock_file_is_a_hub_that_does_not_answer(tmp_path, monkeypatch) -> None:
    (tmp_path / "lock").write_text("samp.secret=x\nsamp.hub.xmlrpc.url=http://127.0.0.1:9/\n")
    monkeypatch.setenv("SAMP_HUB", f"std-lockurl:{(tmp_path / 'lock').as_uri()}")
    with pytest.raises(messages.HubGone, match="does not answer"):
        Client.connect({"samp.name": "x"})
    monkeypatch.setenv("SAMP_HUB", "std-lockurl:http://example.org/lock")
    with pytest.raises(LightledgerError, match="names no file"):
        lock_file()
    monkeypatch.delenv("SAMP_HUB")
    assert lock_file() == Path.home() / ".samp"


def test_only_loopback_is_here() -> None:
    assert is_here("127.0.0.1")
    assert is_here("localhost")
    assert not is_here("192.0.2.1")
    assert not is_here("0.0.0.0")
