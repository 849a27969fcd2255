"""``/structure``: where everything stands, once more, at the end of the file and without HDF5.

JSON text, a line per dataset, padded with spaces; the last 24 bytes are its length (u8), its
CRC-32 (u4), four zero bytes and a magic word. With it a store whose HDF5 structure is damaged can
still be checked and salvaged. It is written when the store is laid out, so it holds nothing that
differs between two runs (`created`, `uuid`).
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lightledger.domain import LightledgerError

from .diskio import PositionedFile
from .layout import ALIGNMENT, DatasetSpec, Place, Scalar

PATH = "/structure"
MAGIC = b"LLSTRUCT"
_TAIL = struct.Struct("<QI4x8s")
#: Root attributes that differ between two runs on the same frames.
STAMPS = ("created", "uuid")
#: How far before the end of a file the magic is looked for (something may have been added to it).
_LOOK_BACK = 1 << 20
_MAX_BYTES = 64 << 20

Attributes = Mapping[str, Mapping[str, Scalar]]


def outline_spec(datasets: Sequence[DatasetSpec], attributes: Attributes) -> DatasetSpec:
    """The dataset that holds the outline of ``datasets``; it goes behind them all."""
    room = len(_text(datasets, [0] * len(datasets), attributes)) + _TAIL.size
    return DatasetSpec(PATH, np.dtype("u1"), (-(-room // ALIGNMENT) * ALIGNMENT,))


def encode(
    datasets: Sequence[DatasetSpec], offsets: Sequence[int], attributes: Attributes, room: int
) -> bytes:
    """Content of ``/structure``, ``room`` bytes, of all the other datasets."""
    text = _text(datasets, offsets, attributes).ljust(room - _TAIL.size)
    return text + _TAIL.pack(len(text), zlib.crc32(text), MAGIC)


def _text(datasets: Sequence[DatasetSpec], offsets: Sequence[int], attributes: Attributes) -> bytes:
    groups = {path: _cells(values) for path, values in attributes.items()}
    groups["/"] = {k: v for k, v in groups.get("/", {}).items() if k not in STAMPS}
    lines = []
    for spec, offset in zip(datasets, offsets, strict=True):
        kind = np.lib.format.dtype_to_descr(spec.dtype)
        what = json.dumps([spec.path, kind, spec.shape, spec.step])[:-1]
        # As wide for every offset: the room is known before the places are.
        lines.append(f"{what}, {offset:20d}, {json.dumps(_cells(spec.attributes))}]")
    rows = ",\n".join(lines)
    return f'{{"groups": {json.dumps(groups)},\n"datasets": [\n{rows}\n]}}'.encode()


def _cells(values: Mapping[str, Scalar]) -> dict[str, Any]:
    """Attributes as JSON can hold them; nan and infinity as text of a list of one."""
    return {
        name: [repr(value)] if isinstance(value, float) and not math.isfinite(value) else value
        for name, value in sorted(values.items())
    }


def _scalars(values: dict[str, Any]) -> dict[str, Scalar]:
    return {
        str(name): float(value[0]) if isinstance(value, list) else value
        for name, value in values.items()
        if isinstance(value, (str, int, float)) or (isinstance(value, list) and len(value) == 1)
    }


@dataclass(frozen=True)
class _Entry:
    place: Place
    step: int
    attributes: dict[str, Scalar]


class Outline:
    """The structure of a store as its copy tells it; the same words as `Structure`.

    Places may lie beyond the end of a file that was cut off.

    Attributes
    ----------
    path : Path
    file_size : int
        Bytes of the whole file; the outline is its end.
    """

    def __init__(self, path: Path, text: bytes, file_size: int) -> None:
        self.path = path
        self.file_size = file_size
        told = json.loads(text)
        self._groups = {str(k): _scalars(v) for k, v in told["groups"].items()}
        self._entries: dict[str, _Entry] = {}
        for name, kind, shape, step, offset, attributes in told["datasets"]:
            place = Place(int(offset), tuple(int(n) for n in shape), _dtype(kind))
            numbers = (place.offset, int(step), *place.shape)
            if min(numbers) < 0 or place.dtype.hasobject or not place.dtype.itemsize:
                raise ValueError(name)
            if place.n_bytes > file_size:
                raise ValueError(name)
            self._entries[str(name)] = _Entry(place, int(step), _scalars(attributes))
        room = len(text) + _TAIL.size
        own = Place(file_size - room, (room,), np.dtype("u1"))
        self._entries[PATH] = _Entry(own, 0, {})

    def datasets(self) -> list[DatasetSpec]:
        """Every dataset, in the order of their sums; ``/structure`` is the last."""
        return [
            DatasetSpec(name, e.place.dtype, e.place.shape, e.step, e.attributes)
            for name, e in self._entries.items()
        ]

    def children(self, path: str) -> list[str]:
        """Names within a group, sorted; [] where it does not exist."""
        inside = path.rstrip("/") + "/"
        below = {n[len(inside) :].split("/")[0] for n in self._entries if n.startswith(inside)}
        return sorted(below)

    def exists(self, path: str) -> bool:
        return path in self._entries or path in self._groups or bool(self.children(path))

    def attributes(self, path: str) -> dict[str, Scalar]:
        """Attributes of a group or dataset."""
        if path in self._entries:
            return dict(self._entries[path].attributes)
        return dict(self._groups.get(path, {}))

    def place(self, path: str) -> Place:
        """Where a dataset stands.

        Raises
        ------
        LightledgerError
            There is none.
        """
        return self._entry(path).place

    def _entry(self, path: str) -> _Entry:
        if path not in self._entries:
            raise LightledgerError(f"the store has no {path}", self.path)
        return self._entries[path]


def _dtype(kind: Any) -> np.dtype:
    """The dtype of a JSON description: lists become the tuples that numpy wants."""
    if isinstance(kind, str):
        return np.dtype(kind)
    fields = [(f[0], f[1], *(tuple(shape) for shape in f[2:])) for f in kind]
    return np.lib.format.descr_to_dtype(fields)


def find_outline(path: Path, file: PositionedFile) -> Outline | None:
    """The outline at the end of a file; None when there is none, or a damaged one."""
    try:
        size = file.size
        look = min(size, _LOOK_BACK)
        end = bytes(file.read(look, size - look))
        at = end.rfind(MAGIC)
        while at >= 0:
            stop = size - look + at + len(MAGIC)
            found = _outline_to(path, file, stop)
            if found is not None:
                return found
            at = end.rfind(MAGIC, 0, at)
    except (OSError, EOFError):
        pass
    return None


def _outline_to(path: Path, file: PositionedFile, stop: int) -> Outline | None:
    if stop < _TAIL.size:
        return None
    start = stop - _TAIL.size
    length, crc, _ = _TAIL.unpack(bytes(file.read(_TAIL.size, start)))
    if length > min(start, _MAX_BYTES):
        return None
    text = bytes(file.read(length, start - length))
    if zlib.crc32(text) != crc:
        return None
    try:
        return Outline(path, text, stop)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None
