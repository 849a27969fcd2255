"""Typed access to the settings in their two files."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from lightledger.installation import places

from . import migration
from .declared import ENTRIES
from .entry import Entry, Value
from .keyfile import KeyFile
from .memory import Memory

_log = logging.getLogger("lightledger.settings")
#: Of both files. 1 was an ini file with everything.
VERSION = 2
_NAME, _MEMORY_NAME = "settings.toml", "window.toml"


def settings_file() -> Path:
    """Where settings are kept."""
    return places.config_folder() / _NAME


class Settings(Memory, QObject):
    """The settings as they stand in their file now, whichever window wrote them.

    Parameters
    ----------
    file : Path, optional
        Another file than the usual one; what is remembered stands beside it.

    Notes
    -----
    What the file holds and nobody knows stays in it; a value that cannot be is as if it was not
    there. Both is said once in the log.
    """

    #: Key of a setting that is another one now, here or in another window.
    changed = Signal(str)

    def __init__(self, file: Path | None = None) -> None:
        QObject.__init__(self)
        self.file = file or settings_file()
        beside = self.file.with_name(f"{self.file.stem}-{_MEMORY_NAME}") if file else None
        self._chosen = _open(
            self.file, "Lightledger's settings; what is not here is as at first.", _comment
        )
        Memory.__init__(
            self,
            _open(
                beside or places.state_folder() / _MEMORY_NAME,
                "What Lightledger remembers by itself; safe to remove.",
                lambda _key: "",
            ),
        )
        self._said: set[str] = set()
        migration.take_over(self.file, self._chosen, self._memory)
        self._say_unknown()
        self._last = self._now()

    def get(self, entry: Entry) -> Any:
        """The value, of the type of the entry's default."""
        value = self._file_of(entry).values().get(entry.key)
        if value is None:
            return entry.default
        try:
            return entry.checked(value)
        except ValueError as error:
            self._say(entry.key, f"{entry.key}: {error}; {entry.default!r} is used")
            return entry.default

    def set(self, entry: Entry, value: Value) -> None:
        """Keep a value.

        Raises
        ------
        ValueError
            One that the entry does not allow.
        """
        self.set_all([(entry, value)])

    def set_all(self, values: Iterable[tuple[Entry, Value]]) -> None:
        """Keep several at once; raises as `set`, and keeps none then."""
        changes: dict[KeyFile, dict[str, Value | None]] = {}
        for entry, value in values:
            checked = entry.checked(value)
            known = self._file_of(entry).values().get(entry.key)
            wanted = None if checked == entry.default else checked
            if known != wanted or type(known) is not type(wanted):
                changes.setdefault(self._file_of(entry), {})[entry.key] = wanted
        for file, changed in changes.items():
            file.update(changed)
        if changes:
            self.follow()

    def reset(self) -> None:
        """Everything that the dialog changes is as at first."""
        self.set_all((entry, entry.default) for entry in ENTRIES if entry.page)

    def follow(self) -> None:
        """Say `changed` for what is another one than before, by whatever hand."""
        before, self._last = self._last, self._now()
        for key, value in self._last.items():
            if value != before.get(key, value):
                self.changed.emit(key)

    def _now(self) -> dict[str, Value]:
        return {entry.key: self.get(entry) for entry in ENTRIES}

    def _file_of(self, entry: Entry) -> KeyFile:
        return self._chosen if entry.page else self._memory

    def _say_unknown(self) -> None:
        known = {entry.key for entry in ENTRIES if entry.page}
        for key in sorted(set(self._chosen.values()) - known):
            self._say(key, f"{key}: not a setting of this version; it stays in {self.file.name}")

    def _say(self, key: str, words: str) -> None:
        if key not in self._said:
            self._said.add(key)
            _log.warning("%s", words)


def _open(path: Path, head: str, comment: Callable[[str], str]) -> KeyFile:
    return KeyFile(path, VERSION, migration.migrate, comment, head)


def _comment(key: str) -> str:
    entry = next((entry for entry in ENTRIES if entry.key == key), None)
    return f"{entry.help} ({entry.allowed})" if entry else "not of this version"
