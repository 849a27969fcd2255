"""Settings, declared once: an ini file where the system keeps such files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
from PySide6.QtCore import QByteArray, QSettings

from lightledger.library.verdicts import VERDICTS

from .objectcolumns import DEFAULT
from .vetting.verdictset import text_of

#: A saved layout of another number is forgotten: docks and toolbars have changed since.
LAYOUT_VERSION = 2
_RECENT_LENGTH = 10


@dataclass(frozen=True)
class Entry:
    """One setting: key, default (its type is the setting's type) and meaning."""

    key: str
    default: str | bool | int
    meaning: str


THEME = Entry("view/theme", "system", "colours: 'system', 'light' or 'dark'")
Y_SCALE = Entry("view/y_scale", "same", "Y scale of panels: 'robust', 'same' or 'locked'")
SYSTEM = Entry("view/magnitude_system", "", "magnitudes: 'AB' or 'Vega'; empty is as stored")
EXPORT_FOLDER = Entry("export/folder", "", "folder last exported to")
OPEN_FOLDER = Entry("open/folder", "", "folder last opened from")
OBSERVER = Entry("export/observer", "", "observer code in AAVSO files")
COLUMNS_SHOWN = Entry(
    "table/columns", ",".join(DEFAULT), "columns of the object table beside the id, by commas"
)
VERDICTS_SHOWN = Entry(
    "vetting/verdicts", text_of(VERDICTS), "verdicts of the keys 1 to 9, by commas"
)
BUDGET_MB = Entry("run/memory_mb", 1024, "memory for publishing; more is faster on slow disks")
WORKERS = Entry("run/workers", 0, "threads that measure frames; 0 is one per processor")
TEMPLATES = Entry(
    "files/templates", "{}", "file-name templates of one's own: name to pattern, JSON"
)
RECIPE_FOLDER = Entry("files/recipe_folder", "", "folder of the recipe last saved or loaded")
ENTRIES: tuple[Entry, ...] = (
    THEME, Y_SCALE, SYSTEM, EXPORT_FOLDER, OPEN_FOLDER, OBSERVER, COLUMNS_SHOWN, VERDICTS_SHOWN,
    BUDGET_MB, WORKERS, TEMPLATES, RECIPE_FOLDER,
)  # fmt: skip


def settings_file() -> Path:
    """Where settings are kept."""
    return platformdirs.user_config_path("lightledger", appauthor=False) / "lightledger.ini"


class Settings:
    """Typed access to the settings, the recent stores and the window's layout."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or settings_file()
        self._qt = QSettings(str(self.file), QSettings.Format.IniFormat)

    def get(self, entry: Entry) -> Any:
        value = self._qt.value(entry.key, entry.default, type(entry.default))
        return entry.default if value is None else value

    def set(self, entry: Entry, value: str | bool | int) -> None:
        self._qt.setValue(entry.key, value)

    def recent(self) -> list[Path]:
        """Stores opened lately, the latest first; those that are gone stay out."""
        try:
            names = json.loads(str(self._qt.value("recent/stores", "[]")))
        except ValueError:
            names = []
        return [Path(name) for name in names if isinstance(name, str) and Path(name).exists()]

    def remember(self, store: Path) -> None:
        """Put a store first among the recent ones."""
        store = store.resolve()
        names = [str(store)] + [str(path) for path in self.recent() if path != store]
        self._qt.setValue("recent/stores", json.dumps(names[:_RECENT_LENGTH]))

    def forget_recent(self) -> None:
        self._qt.remove("recent/stores")

    def star(self, store: Path) -> str:
        """The object that a person called "my star" in a store, '' for none."""
        return str(self._qt.value(f"star/{_key_of(store)}", "") or "")

    def set_star(self, store: Path, object_id: str) -> None:
        self._qt.setValue(f"star/{_key_of(store)}", object_id)

    def filter(self, store: Path) -> tuple[str, str]:
        """The filter of the object table when a store was closed, and the subset it was in."""
        key = _key_of(store)
        names = f"filter/{key}", f"subset/{key}"
        text, subset = (str(self._qt.value(name, "") or "") for name in names)
        return text, subset

    def set_filter(self, store: Path, text: str, subset: str) -> None:
        key = _key_of(store)
        for name, value in ((f"filter/{key}", text), (f"subset/{key}", subset)):
            if value:
                self._qt.setValue(name, value)
            else:
                self._qt.remove(name)

    def kept(self, store: Path) -> str:
        """How a store was left, '' where it was never open."""
        return str(self._qt.value(f"kept/{_key_of(store)}", "") or "")

    def set_kept(self, store: Path, text: str) -> None:
        self._qt.setValue(f"kept/{_key_of(store)}", text)

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        self._qt.setValue("window/version", LAYOUT_VERSION)
        self._qt.setValue("window/geometry", geometry)
        self._qt.setValue("window/state", state)

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state; None when there is none of this version."""
        if int(str(self._qt.value("window/version", 0)) or 0) != LAYOUT_VERSION:
            return None
        geometry, state = self._qt.value("window/geometry"), self._qt.value("window/state")
        if isinstance(geometry, QByteArray) and isinstance(state, QByteArray):
            return geometry, state
        return None

    def forget_layout(self) -> None:
        self._qt.remove("window")

    def sync(self) -> None:
        self._qt.sync()


def _key_of(store: Path) -> str:
    return hashlib.sha256(str(store.resolve()).encode()).hexdigest()[:16]
