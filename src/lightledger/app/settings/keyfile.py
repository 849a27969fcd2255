"""A TOML file of values by ``table/name`` that several windows write without losing anything."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lightledger.store.lock import FileLock, Held

from .entry import Value

_log = logging.getLogger("lightledger.settings")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
#: Others hold the lock for a millisecond; one that holds it for longer hangs.
_TRIES, _WAIT_S = 100, 0.01

Comment = Callable[[str], str]
Migrate = Callable[[int, dict[str, Value]], dict[str, Value]]


class KeyFile:
    """Values as they stand in the file now; each change is in the file when `update` returns.

    Parameters
    ----------
    path : Path
    version : int
        Written into the file. One of another version goes through ``migrate``.
    migrate : callable
        Values of an older version, brought to this one; a newer file is taken as it is.
    comment : callable
        What stands above a key; '' for nothing.
    head : str
        The file's first line.
    """

    def __init__(
        self, path: Path, version: int, migrate: Migrate, comment: Comment, head: str
    ) -> None:
        self.path = path
        self._version, self._migrate = version, migrate
        self._comment, self._head = comment, head
        self._stamp: tuple[int, ...] = ()
        self._values: dict[str, Value] = {}
        self._file_version = version
        self._said = False

    def values(self) -> Mapping[str, Value]:
        """Everything in the file, whether known or not."""
        stamp = _stamp(self.path)
        if stamp != self._stamp:
            self._stamp = stamp
            self._values = self._read()
        return self._values

    def update(self, changes: Mapping[str, Value | None]) -> None:
        """Change values (None takes one away); what others wrote meanwhile stays.

        Where the file cannot be written the change holds for this run and the log says so.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock():
                values = {**self.values(), **changes}
                self._values = {k: v for k, v in values.items() if v is not None}
                self._write()
        except OSError as error:
            self._values = {k: v for k, v in {**self._values, **changes}.items() if v is not None}
            if not self._said:
                self._said = True
                _log.warning("settings are not kept: %s: %s", self.path, error.strerror or error)

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        for _ in range(_TRIES):
            try:
                lock = FileLock(self.path.with_name(self.path.name + ".lock"))
            except Held:
                time.sleep(_WAIT_S)
                continue
            try:
                yield
            finally:
                lock.release()
            return
        _log.warning("%s has been locked for long; written all the same", self.path)
        yield

    def _read(self) -> dict[str, Value]:
        try:
            tables = tomllib.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except OSError as error:
            _log.warning("%s cannot be read: %s", self.path, error.strerror or error)
            return {}
        except (ValueError, RecursionError) as error:  # not TOML, or not text
            aside = self.path.with_name(self.path.name + ".broken")
            with contextlib.suppress(OSError):
                self.path.replace(aside)
            _log.warning("%s is not TOML (%s): kept as %s", self.path, error, aside.name)
            return {}
        version = tables.pop("version", self._version)
        values = dict(_flat(tables))
        self._file_version = self._version
        if not isinstance(version, int) or version == self._version:
            return values
        if version < self._version:
            return self._migrate(version, values)
        self._file_version = version  # what we know of it is used, and all of it kept
        _log.warning("%s is of a newer version (%d)", self.path, version)
        return values

    def _write(self) -> None:
        temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.new")
        try:
            temporary.write_text(self._text(), encoding="utf-8", errors="replace")
            _put(temporary, self.path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        self._stamp = _stamp(self.path)

    def _text(self) -> str:
        lines = [f"# {self._head}", f"version = {self._file_version}"]
        before = ""
        for key in sorted(self._values, key=lambda k: k.rpartition("/")):
            table, _, name = key.rpartition("/")
            if table != before:
                lines += ["", f"[{'.'.join(map(_name, table.split('/')))}]"]
                before = table
            if comment := self._comment(key):
                lines.append(f"# {comment}")
            lines.append(f"{_name(name)} = {_toml(self._values[key])}")
        return "\n".join(lines) + "\n"


def _put(temporary: Path, path: Path) -> None:
    """Replace a file; on Windows one that somebody reads just now stays in the way for a moment."""
    for _ in range(_TRIES if os.name == "nt" else 0):
        with contextlib.suppress(PermissionError):
            temporary.replace(path)
            return
        time.sleep(_WAIT_S)
    temporary.replace(path)


def _stamp(path: Path) -> tuple[int, ...]:
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_mtime_ns, status.st_size


def _flat(table: Mapping[str, object], before: str = "") -> Iterator[tuple[str, Value]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}/")
        elif isinstance(value, (str, bool, int, float)):
            yield before + name, value
        else:  # we write none; somebody's own list or date stays as text
            yield before + name, str(value)


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _toml(name)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):  # JSON's strings are TOML's, but for DEL and what is beyond 16 bits
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
    return repr(value)
