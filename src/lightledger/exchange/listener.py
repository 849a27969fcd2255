"""Where the hub calls back: an HTTP server of this machine alone, one call at a time."""

from __future__ import annotations

import io
import logging
import secrets
import socketserver
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

from . import wire
from .within import Within

_log = logging.getLogger(__name__)

#: Seconds that a caller has for its whole call.
CALL_S = 2.0
#: Seconds after which `Listener.handle_request` comes back without one.
TURN_S = 0.2

Take = Callable[[str, list[Any]], None]


class Listener(socketserver.TCPServer):
    """Takes calls at 127.0.0.1; nothing runs but in `handle_request`.

    Parameters
    ----------
    take : callable
        Gets method and values of a call; ValueError refuses it.

    Attributes
    ----------
    url : str
        For the hub; a part of it cannot be guessed.
    """

    timeout = TURN_S
    request_queue_size = 64

    def __init__(self, take: Take) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.take = take
        self.path = f"/{secrets.token_hex(16)}"
        self.url = f"http://127.0.0.1:{self.server_address[1]}{self.path}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        _log.debug("a call was given up", exc_info=True)


class _Call(BaseHTTPRequestHandler):
    """One call; the connection ends with it."""

    server: Listener

    def setup(self) -> None:
        super().setup()
        self.rfile.close()
        self.rfile = io.BufferedReader(Within(self.connection, time.monotonic() + CALL_S))

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != self.server.path or not (length.isascii() and length.isdigit()):
            self._answer(404)
        elif len(length) > 9 or int(length) > wire.MAX_BYTES:
            self._answer(413)
        else:
            try:
                values, method = wire.read(self.rfile.read(int(length)))
                self.server.take(method, values)
            except Exception as error:
                _log.info("a SAMP call was refused: %s", str(error)[:200])
                self._answer(400)
            else:
                self._answer(200, wire.response())

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Not on standard error."""
