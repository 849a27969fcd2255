"""A store's HDF5 structure, read with distrust.

Links other than hard ones are never followed; a dataset is accepted only when it is one
contiguous piece inside the file; sizes are checked before anything is read or mapped.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5l, h5o, h5s, h5t

from lightledger.domain import LightledgerError

from .diskio import PositionedFile, reading
from .layout import MAX_ATTRIBUTE_BYTES, MAX_ATTRIBUTES, MAX_LINKS, MAX_NAME, Place, Scalar
from .longer import LongerFile
from .outline import find_outline
from .superblock import SIZE, CutOff, check_superblock

_MAX_RANK = 3
# What the HDF5 library raises on files that are damaged or not as they should be.
_LIBRARY = (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError, OverflowError)


#: What to do about a damaged store.
SALVAGE = "'lightledger verify' names what is damaged, 'lightledger salvage' saves the rest"


class Structure:
    """Groups, attributes and places of one HDF5 file, open for reading.

    The descriptor is the library's own, duplicated: bytes and structure are of the same file
    also when a newer version takes its name meanwhile. Safe to share between threads.

    Parameters
    ----------
    path : Path or str
    cut_off : bool
        Accept a file that lost its end (structure stands at the front): places then lie beyond
        the end of the file.

    Attributes
    ----------
    file_size : int
        Bytes that the whole file has.

    Raises
    ------
    LightledgerError
        No such file, not a file, not HDF5, cut off or damaged.
    """

    def __init__(self, path: Path | str, *, cut_off: bool = False) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._hdf5: h5py.File | None = None
        self._id: Any = None
        self._open: dict[str, Any] = {}
        self._cut_off = cut_off
        self._longer: LongerFile | None = None
        with reading(self.path), PositionedFile(self.path) as file:
            size = file.size
            head = bytes(file.read(min(size, SIZE), 0))
            end = self._end(head, file)
        try:
            with self._trusting_nothing("its HDF5 structure is damaged"):
                self._hdf5 = self._open_longer(end) if cut_off else _open_file(self.path)
                self._id = self._hdf5.id
                self._open["/"] = h5g.open(self._id, b"/")
        except LightledgerError:
            self.close()
            raise
        self.file_size = end if cut_off else self._size()

    def _open_longer(self, end: int) -> h5py.File:
        self._longer = LongerFile(self.path, end)
        try:
            return h5py.File(self._longer, "r")
        except BaseException:
            self._longer.close()
            raise

    def _end(self, head: bytes, file: PositionedFile) -> int:
        """Where the file should end by its first bytes."""
        try:
            return check_superblock(head, file.size, self.path, cut_off=self._cut_off)
        except CutOff:
            raise
        except LightledgerError as error:
            if find_outline(self.path, file) is None:
                raise
            raise LightledgerError(
                f"the first bytes of the store are damaged ({error.what})", self.path, SALVAGE
            ) from None

    def _size(self) -> int:
        try:
            return os.fstat(self._id.get_vfd_handle()).st_size
        except (OSError, NotImplementedError):
            return self.path.stat().st_size

    def file(self) -> PositionedFile:
        """The very file that is open, for reading its bytes (the caller closes it)."""
        if os.name == "nt" or self._cut_off:  # an open file cannot be replaced on Windows
            return PositionedFile(self.path)
        return PositionedFile(self.path, descriptor=os.dup(self._id.get_vfd_handle()))

    @contextlib.contextmanager
    def _trusting_nothing(self, what: str) -> Iterator[None]:
        try:
            yield
        except LightledgerError:
            raise
        except _LIBRARY as error:
            why = " ".join(str(error).split())[:200]
            raise LightledgerError(f"{what} ({why})", self.path, SALVAGE) from None

    def _object(self, path: str) -> Any:
        """The opened object at ``path``, every link on the way hard."""
        if path in self._open:
            return self._open[path]
        if path == "/":
            raise LightledgerError("the store is closed", self.path)
        parent, _, name = path.rpartition("/")
        group = self._object(parent or "/")
        if not isinstance(group, h5g.GroupID):
            raise LightledgerError(f"{parent} of the store is not a group", self.path)
        raw = name.encode()
        # Asking for the link: "name in group" would look through a link to another file.
        if not group.links.exists(raw):
            raise LightledgerError(f"the store has no {path}", self.path)
        if group.links.get_info(raw).type != h5l.TYPE_HARD:
            raise LightledgerError(
                f"{path} is a link to elsewhere", self.path, "links are never followed"
            )
        found = h5o.open(group, raw)
        if not isinstance(found, (h5g.GroupID, h5d.DatasetID)):
            raise LightledgerError(f"{path} is neither group nor dataset", self.path)
        if isinstance(found, h5g.GroupID):
            self._open[path] = found
        return found

    def children(self, path: str) -> list[str]:
        """Names within a group; [] where the group does not exist.

        Raises
        ------
        LightledgerError
            Not a group, more entries or longer names than any of ours, or damaged.
        """
        with self._lock, self._trusting_nothing(f"{path} cannot be read"):
            if not self.exists(path):
                return []
            group = self._object(path)
            if not isinstance(group, h5g.GroupID):
                raise LightledgerError(f"{path} of the store is not a group", self.path)
            if group.get_num_objs() > MAX_LINKS:
                raise LightledgerError(f"{path} has too many entries", self.path)
            names = list(group)
            if any(len(name) > MAX_NAME for name in names):
                raise LightledgerError(f"{path} has a name of over {MAX_NAME} bytes", self.path)
            return [name.decode() for name in names]

    def exists(self, path: str) -> bool:
        """Whether there is an entry at ``path`` (its link may still be refused)."""
        with self._lock, self._trusting_nothing(f"{path} cannot be read"):
            parent, _, name = path.rpartition("/")
            if path == "/":
                return True
            if not self.exists(parent or "/"):
                return False
            group = self._object(parent or "/")
            return isinstance(group, h5g.GroupID) and group.links.exists(name.encode())

    def attributes(self, path: str) -> dict[str, Scalar]:
        """Scalar attributes: text of fixed length, whole numbers, floats.

        Raises
        ------
        LightledgerError
            Any other attribute, more than `MAX_ATTRIBUTES`, or one above
            `MAX_ATTRIBUTE_BYTES`.
        """
        with self._lock, self._trusting_nothing(f"the attributes of {path} cannot be read"):
            where = self._object(path)
            count = h5a.get_num_attrs(where)
            if count > MAX_ATTRIBUTES:
                raise LightledgerError(f"{path} has {count} attributes", self.path)
            found: dict[str, Scalar] = {}
            for index in range(count):
                info = h5a.get_info(where, index=index)
                if info.data_size > MAX_ATTRIBUTE_BYTES:
                    raise LightledgerError(
                        f"{path} has an attribute of {info.data_size} bytes", self.path
                    )
                attribute = h5a.open(where, index=index)
                name = attribute.name.decode()
                found[name] = self._scalar(attribute, f"attribute {name!r} of {path}")
            return found

    def _scalar(self, attribute: Any, what: str) -> Scalar:
        kind = attribute.get_type()
        simple = isinstance(kind, (h5t.TypeIntegerID, h5t.TypeFloatID)) or (
            isinstance(kind, h5t.TypeStringID) and not kind.is_variable_str()
        )
        if not simple or attribute.get_space().get_simple_extent_type() != h5s.SCALAR:
            raise LightledgerError(f"{what} is not a text or number", self.path)
        if kind.get_size() > MAX_ATTRIBUTE_BYTES:
            raise LightledgerError(f"{what} is too big", self.path)
        cell = np.empty((), attribute.dtype)
        attribute.read(cell, mtype=kind)
        value = cell.item()
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def place(self, path: str) -> Place:
        """Where a dataset stands in the file.

        Raises
        ------
        LightledgerError
            Missing, not contiguous, filtered, kept in another file, virtual, of an unknown
            type, or not inside the file.
        """
        with self._lock, self._trusting_nothing(f"{path} cannot be read"):
            dataset = self._object(path)
            if not isinstance(dataset, h5d.DatasetID):
                raise LightledgerError(f"{path} of the store is not a dataset", self.path)
            plist = dataset.get_create_plist()
            if plist.get_layout() != h5d.CONTIGUOUS or plist.get_nfilters():
                raise LightledgerError(f"{path} is not one contiguous piece", self.path)
            if plist.get_external_count():
                raise LightledgerError(f"{path} is kept in another file", self.path)
            kind = dataset.get_type()
            if isinstance(kind, h5t.TypeStringID) and kind.is_variable_str():
                raise LightledgerError(f"{path} has text of varying length", self.path)
            shape = tuple(int(n) for n in dataset.shape)
            dtype = dataset.dtype
            place = Place(int(dataset.get_offset() or 0), shape, dtype)
            if dtype.hasobject or len(shape) > _MAX_RANK:
                raise LightledgerError(f"{path} is of an unknown type", self.path)
            if place.n_bytes != dataset.get_storage_size() and place.n_bytes:
                raise LightledgerError(f"{path} is not wholly in the file", self.path)
            if place.n_bytes and (
                place.offset <= 0 or place.offset + place.n_bytes > self.file_size
            ):
                raise LightledgerError(f"{path} is not inside the file", self.path)
            return place

    def close(self) -> None:
        with self._lock:
            self._open.clear()
            if self._hdf5 is not None:
                with contextlib.suppress(*_LIBRARY):
                    self._hdf5.close()
                self._hdf5 = self._id = None
            if self._longer is not None:
                self._longer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _open_file(path: Path) -> h5py.File:
    """Open for reading just as h5py does by itself: one process may open a file only one way.

    Where that fails, without locks: some network disks have none, and a published store is
    never written anyway.
    """
    try:
        return h5py.File(path, "r")
    except OSError:
        return h5py.File(path, "r", locking=False)
