"""What comes through a socket within a time as a whole, however slowly it drips."""

from __future__ import annotations

import http.client
import io
import math
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

#: Seconds after which it is looked whether anyone still waits.
_LOOK_S = 0.2


class Within(io.RawIOBase):
    """What comes through a socket until a time: one who sends a byte now and then is cut off.

    Parameters
    ----------
    connection : socket
    end : float
        Of `time.monotonic`.
    silence_s : float
        Longest time without a byte.
    look : callable, optional
        Called now and then; what it raises ends the reading.
    """

    def __init__(
        self,
        connection: socket.socket,
        end: float,
        silence_s: float = math.inf,
        look: Callable[[], None] | None = None,
    ) -> None:
        self._connection, self._end = connection, end
        self._silence_s, self._look = silence_s, look

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        end = min(self._end, time.monotonic() + self._silence_s)
        while (left := end - time.monotonic()) > 0:
            if self._look is not None:
                self._look()
            self._connection.settimeout(left if self._look is None else min(left, _LOOK_S))
            with suppress(TimeoutError):
                return self._connection.recv_into(buffer)
        raise TimeoutError("it takes too long")


class _Owned(Within):
    """Of a socket that ends with it."""

    def close(self) -> None:
        self._connection.close()
        super().close()


def answer_within(
    connection: http.client.HTTPConnection,
    end: float,
    silence_s: float = math.inf,
    look: Callable[[], None] | None = None,
) -> http.client.HTTPResponse:
    """The answer to a request that was sent; its head and its body come as `Within` says.

    Raises
    ------
    TimeoutError, OSError, http.client.HTTPException
    """

    class Answer(http.client.HTTPResponse):
        def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
            super().__init__(sock, *args, **more)
            self.fp.close()
            self.fp = io.BufferedReader(_Owned(sock.dup(), end, silence_s, look))

    connection.response_class = Answer
    return connection.getresponse()
