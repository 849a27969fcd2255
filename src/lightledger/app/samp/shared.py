"""Tables that this program and others have in common: which row is which object."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np

#: Older ones are forgotten: each may hold a million rows.
_MOST = 20


class SharedTables:
    """By the id under which they were sent, either way; of one store.

    Attributes
    ----------
    listening : bool
        What is selected now follows another program and is not said back to it.
    """

    def __init__(self) -> None:
        self._objects: OrderedDict[str, np.ndarray] = OrderedDict()
        self._urls: dict[str, str] = {}
        self.listening = False

    def __len__(self) -> int:
        return len(self._objects)

    def __contains__(self, table_id: object) -> bool:
        return self._known(table_id) in self._objects

    def _known(self, name: object) -> object:
        """The id of a table that may be named by its URL."""
        return next((ident for ident, url in self._urls.items() if url == name), name)

    def add(self, table_id: str, url: str, objects: np.ndarray) -> None:
        """Remember a table.

        Parameters
        ----------
        url : str
            Where it was; some programs name it so.
        objects : ndarray of int, shape (n_row,)
            Row of the catalogue of each row of the table, -1 for none.
        """
        self.drop(table_id)
        self._objects[table_id], self._urls[table_id] = objects, url
        while len(self._objects) > _MOST:
            self.drop(next(iter(self._objects)))

    def drop(self, table_id: str) -> None:
        """Forget a table, if it is known."""
        self._objects.pop(table_id, None)
        self._urls.pop(table_id, None)

    def clear(self) -> None:
        """Another store is open."""
        for table_id in list(self._objects):
            self.drop(table_id)

    def objects_of(self, table_id: str, rows: Iterable[int]) -> np.ndarray:
        """Objects of rows, without those that are none; rows beyond the table are none."""
        known = self._objects[str(self._known(table_id))]
        asked = np.fromiter(rows, np.int64)
        found = known[asked[asked < known.size]]
        return found[found >= 0]

    def rows_of(self, objects: Iterable[int]) -> tuple[dict[str, str], list[int]]:
        """The newest table that has any of the objects, as messages name it, and their rows in
        it; none where there is none."""
        wanted = np.fromiter(objects, np.int64)
        for table_id in reversed(self._objects):
            found = np.flatnonzero(np.isin(self._objects[table_id], wanted))
            if found.size:
                return {"table-id": table_id, "url": self._urls[table_id]}, found.tolist()
        return {}, []

    @contextmanager
    def following(self) -> Iterator[None]:
        """While another program's selection is taken over."""
        self.listening = True
        try:
            yield
        finally:
            self.listening = False
