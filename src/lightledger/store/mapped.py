"""An open store file: its structure, its bytes mapped once, its columns, its checksums."""

from __future__ import annotations

import contextlib
import mmap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import numpy as np

from lightledger.domain import LightledgerError, Recipe, record_dtype

from .adopt import adopt_next
from .checksums import read_checked, row_sums
from .checksumtable import load_table
from .diskio import PositionedFile
from .identify import root_attributes
from .layout import REFERENCE, Place, Scalar
from .structure import Structure
from .text import decode

#: Not on Windows.
_WILL_NEED = getattr(mmap, "MADV_WILLNEED", None)


class MappedStore:
    """What `StoreReader` stands on: no meaning yet, only checked access.

    Subclasses read what they need at once in ``_start``.
    """

    n_object: int
    _visit_count: dict[str, int]

    def __init__(self, path: Path | str) -> None:
        self.path = adopt_next(path)
        self._lock = threading.RLock()
        self._cache: dict[Any, Any] = {}
        self._reading, self._closed = 0, False
        self._structure = Structure(self.path)
        try:
            self._file = self._structure.file()
            try:
                self._map: mmap.mmap | None = self._mapping()
                self._identify()
                self._start()
            except BaseException:
                self._file.close()
                raise
        except BaseException:
            self._structure.close()
            raise

    def _mapping(self) -> mmap.mmap:
        try:
            return mmap.mmap(self._file.fd, 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise LightledgerError(f"cannot be mapped ({error})", self.path) from None

    def _identify(self) -> None:
        root = root_attributes(self._structure)
        self.attributes_of_store: dict[str, Scalar] = root
        self.uuid, self.created, self.software, self.recipe_text = (
            str(root.get(name, "")) for name in ("uuid", "created", "software", "recipe")
        )
        self.version = int(root["version"])

    def _start(self) -> None:
        """Read what is needed at once."""

    def _strange(self, path: str) -> LightledgerError:
        return LightledgerError(f"{path} of the store is not as the format says", self.path)

    def _is_closed(self) -> LightledgerError:
        return LightledgerError("the store is closed", self.path)

    @contextlib.contextmanager
    def _open_file(self) -> Iterator[PositionedFile]:
        """The file, which is not closed (nor its number given to another) while it is in use."""
        with self._lock:
            if self._closed:
                raise self._is_closed()
            self._reading += 1
        try:
            yield self._file
        finally:
            with self._lock:
                self._reading -= 1
                if self._closed and not self._reading:
                    self._file.close()

    def _view(self, place: Place) -> np.ndarray:
        """Read-only array over the mapping; copied only where the bytes are not aligned."""
        if place.n_bytes == 0:
            return np.empty(place.shape, place.dtype)
        mapped = self._map  # another thread may close the store at any moment
        if mapped is None:
            raise self._is_closed()
        count = place.n_bytes // place.dtype.itemsize
        flat = np.frombuffer(mapped, place.dtype, count, place.offset)
        if not flat.flags.aligned:
            flat = flat.copy()
            flat.flags.writeable = False
        return flat.reshape(place.shape)

    def _fetching(self, place: Place) -> Callable[[int], None]:
        """A function that fetches the pages of one row at once.

        A page fault would take in the disk's whole read-ahead, some MB.
        """
        mapped, offset, step = self._map, place.offset, place.dtype.itemsize
        if mapped is None or _WILL_NEED is None:
            return lambda index: None
        advise, page = mapped.madvise, mmap.PAGESIZE

        def fetch(index: int) -> None:
            start = offset + index * step
            before = start % page
            advise(_WILL_NEED, start - before, step + before)

        return fetch

    def _column(self, path: str, length: int, *rest: int, text: bool | None = False) -> np.ndarray:
        """A column of ``length`` rows: text decoded, numbers as a view; kept.

        ``text`` says which of the two it must be; None: either.
        """
        with self._lock:
            if path not in self._cache:
                place = self._structure.place(path)
                if place.shape[:1] != (length,) or (rest and place.shape[1:] != rest):
                    raise self._strange(path)
                allowed = {None: "Siuf", True: "S", False: "iuf"}[text]
                if place.dtype.kind not in allowed:
                    raise self._strange(path)
                array = self._view(place)
                if place.dtype.kind == "S":
                    array = decode(array.reshape(-1)).reshape(place.shape)
                    array.flags.writeable = False
                self._cache[path] = array
            return self._cache[path]

    def reference(self) -> dict[str, np.ndarray]:
        """What visits are measured against: ``coadd`` (ny, nx), stars; views on the file."""
        with self._lock:
            found = {}
            for name in self._structure.children(REFERENCE):
                place = self._structure.place(f"{REFERENCE}/{name}")
                if place.dtype.kind not in "fiu" or len(place.shape) > 2:
                    raise self._strange(f"{REFERENCE}/{name}")
                found[name] = self._view(place)
            return found

    def has(self, path: str) -> bool:
        """Whether the file has something at ``path``."""
        return self._structure.exists(path)

    def rows(self, path: str, first: int, n: int) -> tuple[np.ndarray, list[int]]:
        """Rows of a dataset that has one per object, read anew and checked.

        Not through the mapping, whose pages would count as memory in use.

        Parameters
        ----------
        path : str
            Records of a measurement, or a plane of positions.
        first, n : int
            Objects ``[first, first + n)``.

        Returns
        -------
        rows : ndarray
            Records, shape (n,), or f4, shape (n, n_visit); what cannot be read is zero.
        damaged : list of int
            Those that fail their checksum or cannot be read, counted from ``first``.

        Raises
        ------
        LightledgerError
            The dataset is not as the format says, or the checksum table is damaged.
        """
        place, sums = self._row_place(path)
        step = place.n_bytes // self.n_object
        with self._open_file() as file:
            raw, wrong = read_checked(
                file, n, step, place.offset + first * step, sums[first : first + n]
            )
        rows = np.frombuffer(raw, place.dtype).reshape(n, *place.shape[1:])
        return rows, np.flatnonzero(wrong).tolist()

    def _row_place(self, path: str) -> tuple[Place, np.ndarray]:
        """Where such a dataset stands, and the sum of each row."""
        with self._lock:
            key = ("rows", path)
            if key not in self._cache:
                place, extent = self._structure.place(path), self._extent(path)
                n_visit = self._visit_count[path.split("/")[2]]
                record = place.dtype == record_dtype(n_visit) and len(place.shape) == 1
                plane = place.dtype == np.dtype("<f4") and place.shape[1:] == (n_visit,)
                if not (record or plane) or place.shape[0] != self.n_object or extent is None:
                    raise self._strange(path)
                first, sums = extent
                if len(sums) < first + self.n_object:
                    raise self._strange(path)
                self._cache[key] = place, sums[first : first + self.n_object]
            return self._cache[key]

    def unsound_tables(self) -> list[str]:
        """Datasets of objects, visits and reference that fail their checksum."""
        with self._lock:
            self._extent("/objects/id")
            table = self._cache["table"]
        found = []
        for name, extent in zip(table.names, table.extents, strict=True):
            if name.startswith(("/objects/", f"{REFERENCE}/")) or "/visits/" in name:
                with self._open_file() as file:
                    content = file.read(int(extent["size"]), int(extent["offset"]))
                first, count = int(extent["first"]), int(extent["count"])
                if row_sums(content, int(extent["step"])) != list(
                    table.sums[first : first + count]
                ):
                    found.append(name)
        return found

    def _extent(self, path: str) -> tuple[int, np.ndarray] | None:
        with self._lock:
            if "table" not in self._cache:
                with self._open_file() as file:
                    self._cache["table"] = load_table(self._structure, file)
            table = self._cache["table"]
            extent = table.find(path)
        return None if extent is None else (int(extent["first"]), table.sums)

    @property
    def recipe(self) -> Recipe:
        """The recipe that the store was made by."""
        return Recipe.from_toml(self.recipe_text, self.path)

    @property
    def file_bytes(self) -> int:
        return self._structure.file_size

    def close(self) -> None:
        """Let go of the file; arrays already handed out keep the mapping alive."""
        with self._lock:
            self._cache.clear()
            self._structure.close()
            self._map = None  # unmapped with its last array
            self._closed = True
            if not self._reading:
                self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"StoreReader({str(self.path)!r})"
