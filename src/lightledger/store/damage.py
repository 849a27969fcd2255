"""What damage is called: an extent and a sum of the checksum table in the words of a user."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain import LightledgerError, parse_measurement

from .anyway import Anyway
from .checksums import PADDING, STRUCTURE
from .layout import full_name
from .text import decode
from .words import in_words


@dataclass(frozen=True)
class Damage:
    """One damaged part of a store.

    Attributes
    ----------
    what : str
        In words, such as 'record of object I77 in ch1_sci-aper_r3'.
    path : str
        The dataset, 'structure', 'padding' or 'end'.
    row : int
        The object's row where it is a record or a position; else -1.
    object, measurement : str
        The object and the measurement it belongs to ('' none).
    """

    what: str
    path: str
    row: int = -1
    object: str = ""
    measurement: str = ""


class DamageNames:
    """Names damage; objects by their id where the ids can be read."""

    def __init__(self, store: Anyway) -> None:
        self._store = store
        self._ids: list[str] | None = None

    def _object(self, row: int) -> str:
        """Id of an object; '' where it cannot be read."""
        if self._ids is None:
            try:
                place = self._store.tree.place("/objects/id")
                raw = self._store.file.read(place.n_bytes, place.offset)
                self._ids = decode(np.frombuffer(raw, place.dtype)).tolist()
            except (LightledgerError, EOFError, ValueError, OSError):
                self._ids = []
        return self._ids[row] if row < len(self._ids) else ""

    def __call__(self, extent: int, which: int) -> Damage:
        name, row = self._store.table.names[extent], self._store.table.extents[extent]
        if name in (STRUCTURE, PADDING):
            what = "file structure" if name == STRUCTURE else name
            place = f"bytes {row['offset']} to {row['offset'] + row['size']}"
            return Damage(f"{what} at {place}", name)
        if "/measurements/" not in name and "/positions/" not in name:
            return Damage(in_words(name), name)
        known = self._object(which)
        words = in_words(name, f"object {known}" if known else f"object number {which}")
        return Damage(words, name, which, known, _measurement(name))


def _measurement(path: str) -> str:
    """Full name of the measurement whose records stand at ``path``; '' for positions."""
    _, _, band, kind, name = path.split("/", 4)
    try:
        return str(parse_measurement(full_name(band, name))) if kind == "measurements" else ""
    except ValueError:
        return ""
