"""XML-RPC as SAMP uses it: texts, lists and maps, bounded and checked."""

from __future__ import annotations

import xmlrpc.client
from typing import Any
from xml.parsers.expat import ExpatError

#: Bytes of a message: a list of some hundred thousand rows.
MAX_BYTES = 16 << 20
#: Lists and maps within each other; SAMP's own need three.
_DEEPEST = 6


def request(method: str, *arguments: Any) -> bytes:
    """A call as it goes over the wire."""
    return xmlrpc.client.dumps(arguments, methodname=method).encode()


def response() -> bytes:
    """The answer to a call: well received."""
    return xmlrpc.client.dumps(("",), methodresponse=True).encode()


def read(body: bytes) -> tuple[list[Any], str]:
    """What a call or an answer holds: its values, and the method ('' of an answer).

    Raises
    ------
    ValueError
        Not XML-RPC, with a document type (and so with entities), or with values that SAMP
        does not have.
    xmlrpc.client.Fault
        An answer that says what went wrong.
    """
    if len(body) > MAX_BYTES:
        raise ValueError("longer than any message")
    # XML in another encoding than UTF-8 could hide it; no hub writes any
    text = body.decode("utf-8")
    if "\0" in text or "<!DOCTYPE" in text:
        raise ValueError("a document type")
    try:
        values, method = xmlrpc.client.loads(text)
    except xmlrpc.client.Fault:
        raise
    except (ExpatError, xmlrpc.client.Error, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"no XML-RPC ({type(error).__name__})") from None
    return [_checked(value, _DEEPEST) for value in values], method or ""


def _checked(value: Any, deepest: int) -> Any:
    """The value, if SAMP has such; some hubs answer with numbers where nothing is meant."""
    if isinstance(value, (str, bool, int, float)) or value is None:
        return "" if value is None else value
    if deepest and isinstance(value, list):
        return [_checked(part, deepest - 1) for part in value]
    if deepest and isinstance(value, dict):
        return {str(key): _checked(part, deepest - 1) for key, part in value.items()}
    raise ValueError(f"a {type(value).__name__} in a message")


def plain(text: str) -> str:
    """A text of characters that SAMP has: ASCII without controls."""
    kept = text.encode("ascii", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in kept)
