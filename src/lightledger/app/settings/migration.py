"""Settings of older versions."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

from .declared import ENTRIES
from .entry import Value
from .keyfile import KeyFile

_log = logging.getLogger("lightledger.settings")
#: Keys that have another name since a version: version to old and new names.
RENAMED: dict[int, dict[str, str]] = {}
#: The file of version 1, which held everything.
OLD_NAME = "lightledger.ini"


def migrate(version: int, values: dict[str, Value]) -> dict[str, Value]:
    """Values of an older version under the names of this one."""
    for since in sorted(RENAMED):
        if version < since:
            names = RENAMED[since]
            values = {names.get(key, key): value for key, value in values.items()}
    return values


def take_over(file: Path, chosen: KeyFile, memory: KeyFile) -> None:
    """Bring what version 1 kept beside ``file`` into the two files of today, once."""
    old = file.with_name(OLD_NAME)
    if file.exists() or not old.is_file():
        return
    values = migrate(1, _from_ini(old))
    pages = {entry.key: entry for entry in ENTRIES if entry.page}
    known: dict[str, Value | None] = {}
    for key in pages.keys() & values.keys():
        entry = pages[key]
        try:
            value = entry.checked(entry.from_text(str(values.pop(key))))
        except ValueError as error:
            _log.warning("%s: %s; %r is used", key, error, entry.default)
            continue
        known[key] = None if value == entry.default else value
    chosen.update(known)
    memory.update(dict(values))
    _log.info("settings of %s are in %s now", old.name, file.name)


def _from_ini(path: Path) -> dict[str, Value]:
    """All values as text, byte arrays as base64; the number of the layout as one."""
    old = QSettings(str(path), QSettings.Format.IniFormat)
    values: dict[str, Value] = {}
    for key in old.allKeys():
        value = old.value(key)
        if isinstance(value, QByteArray):
            values[key] = bytes(value.toBase64().data()).decode("ascii")
        elif isinstance(value, list):  # text with commas that was not quoted
            values[key] = ", ".join(map(str, value))
        elif value is not None:
            values[key] = str(value)
    if str(values.get("window/version", "")).isdigit():
        values["window/version"] = int(str(values["window/version"]))
    return values
