"""What the window remembers by itself: layout, recent stores, how each store was left."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray

from .entry import Value
from .keyfile import KeyFile

#: A saved layout of another number is forgotten: docks and toolbars have changed since.
LAYOUT_VERSION = 2
_RECENT_LENGTH = 10
#: Stores of which is kept how they were left; the file is read at each start.
_MOST_STORES = 100
#: What is forgotten of a store; "my star" is not.
_FORGOTTEN = ("kept", "filter", "subset")


class Memory:
    """Remembers between two runs; `lightledger.app.settings.Settings` is one.

    Parameters
    ----------
    file : KeyFile
    """

    def __init__(self, file: KeyFile) -> None:
        self._memory = file

    def _known(self, key: str) -> str:
        return str(self._memory.values().get(key, ""))

    def _keep(self, changes: Mapping[str, Value | None]) -> None:
        values = self._memory.values()
        if any(values.get(key) != value for key, value in changes.items()):
            self._memory.update(changes)

    def recent(self) -> list[Path]:
        """Stores opened lately, the latest first; those that are gone stay out."""
        return [Path(name) for name in self._texts("recent/stores") if Path(name).exists()]

    def _texts(self, key: str) -> list[str]:
        try:
            texts = json.loads(self._known(key) or "[]")
        except ValueError:
            return []
        return [t for t in texts if isinstance(t, str)] if isinstance(texts, list) else []

    def remember(self, store: Path) -> None:
        """Put a store first among the recent ones."""
        store = store.resolve()
        names = [str(store)] + [str(path) for path in self.recent() if path != store]
        self._keep({"recent/stores": json.dumps(names[:_RECENT_LENGTH])})

    def forget_recent(self) -> None:
        self._keep({"recent/stores": None})

    def star(self, store: Path) -> str:
        """The object that a person called "my star" in a store, '' for none."""
        return self._known(f"star/{_key_of(store)}")

    def set_star(self, store: Path, object_id: str) -> None:
        self._keep({f"star/{_key_of(store)}": object_id})

    def filter(self, store: Path) -> tuple[str, str]:
        """The filter of the object table when a store was closed, and the subset it was in."""
        key = _key_of(store)
        return self._known(f"filter/{key}"), self._known(f"subset/{key}")

    def set_filter(self, store: Path, text: str, subset: str) -> None:
        key = _key_of(store)
        self._keep({f"filter/{key}": text or None, f"subset/{key}": subset or None})

    def filters(self) -> list[str]:
        """Filters that were asked for lately, in any store, the latest last."""
        return self._texts("filters/asked")

    def set_filters(self, texts: list[str]) -> None:
        self._keep({"filters/asked": json.dumps(texts)})

    def kept(self, store: Path) -> str:
        """How a store was left, '' where it was never open."""
        return self._known(f"kept/{_key_of(store)}")

    def set_kept(self, store: Path, text: str) -> None:
        """Keep how a store was left; of too many stores those longest unopened are forgotten."""
        key = _key_of(store)
        left = [k for k in self._order() if k != key]
        forgotten = left[: max(0, len(left) + 1 - _MOST_STORES)]
        changes: dict[str, Value | None] = {
            f"{kind}/{gone}": None for gone in forgotten for kind in _FORGOTTEN
        }
        order = " ".join([*left[len(forgotten) :], key])
        self._keep({**changes, f"kept/{key}": text, "stores/order": order})

    def _order(self) -> list[str]:
        """Keys of the stores that were left, the latest last."""
        order = self._known("stores/order").split()
        known = {k.partition("/")[2] for k in self._memory.values() if k.startswith("kept/")}
        return sorted(known - set(order)) + [key for key in order if key in known]

    def save_layout(self, geometry: QByteArray, state: QByteArray) -> None:
        self._keep(
            {
                "window/version": LAYOUT_VERSION,
                "window/geometry": _text(geometry),
                "window/state": _text(state),
            }
        )

    def layout(self) -> tuple[QByteArray, QByteArray] | None:
        """Geometry and dock state; None when there is none of this version."""
        if self._memory.values().get("window/version") != LAYOUT_VERSION:
            return None
        both = [QByteArray.fromBase64(self._known(f"window/{part}").encode())
                for part in ("geometry", "state")]  # fmt: skip
        return None if any(part.isEmpty() for part in both) else (both[0], both[1])

    def forget_layout(self) -> None:
        self._keep({f"window/{part}": None for part in ("version", "geometry", "state")})


def _key_of(store: Path) -> str:
    return hashlib.sha256(str(store.resolve()).encode()).hexdigest()[:16]


def _text(data: QByteArray) -> str:
    return bytes(data.toBase64().data()).decode("ascii")
