"""A table that another program offers: a file, or a page served on this machine."""

from __future__ import annotations

import http.client
import shutil
import stat
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from lightledger.domain import Control, LightledgerError

from .hub import is_here
from .within import answer_within

#: Bytes of a table.
MAX_BYTES = 256 << 20
_TIMEOUT_S, _WHOLE_S = 10.0, 60.0
_PIECE = 1 << 20


def fetch(url: str, folder: Path, control: Control | None = None) -> Path:
    """A copy of what is at a URL, in a file of its own.

    Parameters
    ----------
    url : str
        ``file:`` or ``http:`` of this machine; nothing else is asked for anything.
    folder : Path
        Where the copy goes; who called removes it.

    Raises
    ------
    LightledgerError
        Another URL, no regular file, too large, too slow.
    """
    try:
        place = urlsplit(url)
        port = place.port
    except ValueError:
        raise LightledgerError(f"no URL: {url[:100]}") from None
    local = place.scheme == "file" and place.hostname in (None, "", "localhost", "127.0.0.1")
    if not local and not (place.scheme == "http" and place.hostname and is_here(place.hostname)):
        raise LightledgerError(f"only files and pages of this machine are read, not {url[:100]}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix="arrived-", delete=False) as out:
        copy = Path(out.name)
        try:
            if local:
                _copy(Path(_file_name(place.path)), out)
            else:
                path = f"{place.path or '/'}{'?' + place.query if place.query else ''}"
                _download(str(place.hostname), port or 80, path, out, control)
        except BaseException:
            out.close()
            copy.unlink(missing_ok=True)
            raise
    return copy


def _file_name(path: str) -> str:
    """A path of a ``file:`` URL as this system writes it."""
    from urllib.request import url2pathname

    if "\0" in unquote(path):
        raise LightledgerError("no name of a file")
    return url2pathname(path)


def _copy(file: Path, out: IO[bytes]) -> None:
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):  # a pipe would never end
            raise LightledgerError("no file", file)
        _check(about.st_size)
        with file.open("rb") as source:
            shutil.copyfileobj(source, out, _PIECE)
    except OSError as error:
        raise LightledgerError(error.strerror or "cannot be read", file) from None


def _download(host: str, port: int, path: str, out: IO[bytes], control: Control | None) -> None:
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    end, n_bytes = time.monotonic() + _WHOLE_S, 0
    try:
        connection.request("GET", path)
        look = control.check if control is not None else None
        answer = answer_within(connection, end, _TIMEOUT_S, look)
        if answer.status != http.client.OK:  # a redirection leads away from here
            raise LightledgerError(f"the other program does not give it (status {answer.status})")
        while piece := answer.read1(_PIECE):
            n_bytes += len(piece)
            _check(n_bytes)
            out.write(piece)
    except TimeoutError:
        raise LightledgerError("the other program is too slow") from None
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "strerror", "") or type(error).__name__
        raise LightledgerError(f"the table did not arrive ({why})") from None
    finally:
        connection.close()


def _check(n_bytes: int) -> None:
    if n_bytes > MAX_BYTES:
        raise LightledgerError(f"a table of more than {MAX_BYTES >> 20} MB is not read")
