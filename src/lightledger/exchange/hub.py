"""The hub: where it is, and how it is called."""

from __future__ import annotations

import http.client
import ipaddress
import os
import re
import socket
import stat
import time
import xmlrpc.client
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from lightledger.domain import LightledgerError

from . import wire
from .messages import HubGone
from .within import answer_within

#: Where the lock file is, where it is not ``~/.samp``: 'std-lockurl:file:///...'.
VARIABLE = "SAMP_HUB"
#: Seconds for one call: the window may have to wait for it as it closes.
TIMEOUT_S = 3.0
_LOCK_BYTES = 1 << 16
_START_ONE = "start TOPCAT or Aladin, which bring one, and connect again"


def lock_file() -> Path:
    """The file by which a hub says where it is (SAMP 1.3, section 4.2).

    Raises
    ------
    LightledgerError
        The variable names one that is not on this machine.
    """
    named = os.environ.get(VARIABLE, "")
    if not named:
        return Path.home() / ".samp"
    place = urlsplit(named.removeprefix("std-lockurl:"))
    if not named.startswith("std-lockurl:") or place.scheme != "file":
        raise LightledgerError(f"{VARIABLE} names no file: {named[:100]}")
    return Path(url2pathname(place.path))


@dataclass(frozen=True)
class Hub:
    """A hub of this machine; each call is a connection of its own, from any thread.

    Attributes
    ----------
    host, port, path
        Of its XML-RPC server.
    secret : str
        What registering needs.
    """

    host: str
    port: int
    path: str
    secret: str

    @classmethod
    def find(cls) -> Hub:
        """The hub that runs.

        Raises
        ------
        LightledgerError
            None does, its lock file is no such, or it is not of this machine alone.
        """
        file = lock_file()
        try:
            if not stat.S_ISREG(file.stat().st_mode):
                raise LightledgerError("no SAMP lock file", file)
            with file.open("rb") as opened:
                text = opened.read(_LOCK_BYTES).decode("utf-8", "replace")
        except FileNotFoundError:
            raise LightledgerError("no SAMP hub is running", advice=_START_ONE) from None
        except OSError as error:
            raise LightledgerError(error.strerror or "cannot be read", file) from None
        tokens = dict(re.findall(r"^([\w.-]+)=(.*?)\s*$", text, re.MULTILINE))
        url, secret = tokens.get("samp.hub.xmlrpc.url", ""), tokens.get("samp.secret", "")
        try:
            place = urlsplit(url)
            port, host = place.port or 80, place.hostname or ""
        except ValueError:
            port, host = 0, ""
        if not (secret and host and port and place.scheme == "http"):
            raise LightledgerError("not the lock file of a SAMP hub", file, "remove it")
        if not is_here(host):
            raise LightledgerError(f"the SAMP hub is at {host[:80]}, not on this machine", file)
        return cls(host, port, place.path or "/", secret)

    def call(self, method: str, *arguments: Any, timeout: float = TIMEOUT_S) -> Any:
        """Call a method ``samp.hub.*``.

        Raises
        ------
        HubGone
            No answer within ``timeout`` seconds, or none that is one.
        LightledgerError
            The hub refuses.
        """
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            headers = {"Content-Type": "text/xml"}
            body = wire.request(f"samp.hub.{method}", *arguments)
            connection.request("POST", self.path, body, headers)
            answer = answer_within(connection, time.monotonic() + timeout)
            content = answer.read(wire.MAX_BYTES + 1)
            if answer.status != http.client.OK:
                raise ValueError(f"HTTP status {answer.status}")
            values, _ = wire.read(content)
            return values[0]
        except xmlrpc.client.Fault as fault:
            words = str(fault.faultString)[:200]
            raise LightledgerError(f"the SAMP hub refuses {method}: {words}") from None
        except (OSError, http.client.HTTPException, ValueError, IndexError) as error:
            why = f" ({error})" if isinstance(error, ValueError) else ""
            raise HubGone(f"the SAMP hub does not answer{why}", advice=_START_ONE) from None
        finally:
            connection.close()


def is_here(host: str) -> bool:
    """Whether a host is this machine, by every address it has, and reached by no network."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    addresses = {str(info[4][0]).partition("%")[0] for info in found}
    return bool(addresses) and all(ipaddress.ip_address(each).is_loopback for each in addresses)
