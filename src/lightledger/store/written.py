"""Records that were just written, read again by object."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lightledger.domain import Flag

from .diskio import PositionedFile
from .reduce import Planes


class WrittenRecords:
    """Records of one measurement, from the file.

    Those that were damaged before read as blank: nothing is computed from them.

    Parameters
    ----------
    file : PositionedFile
    offset : int
        Of the first record.
    row : numpy.dtype
        A record.
    damaged : sequence of int
        Objects whose records were damaged before.
    """

    def __init__(
        self, file: PositionedFile, offset: int, row: np.dtype, damaged: Sequence[int]
    ) -> None:
        self._file, self._offset, self._row = file, offset, row
        self._damaged = np.array(damaged, np.intp)

    def slice(self, first: int, end: int) -> Planes:
        """Value, error, flags of the objects [first, end), views (n, n_visit) of new memory."""
        rows = np.empty(end - first, self._row)
        self._file.read_into(rows.view(np.uint8), self._offset + first * self._row.itemsize)
        inside = self._damaged[(self._damaged >= first) & (self._damaged < end)] - first
        rows["value"][inside] = rows["error"][inside] = np.nan
        rows["flags"][inside] = np.uint16(Flag.NOT_FINITE)
        return rows["value"], rows["error"], rows["flags"]

    def read(self, indices: np.ndarray) -> Planes:
        """Value, error, flags of any objects, each a new array (n, n_visit)."""
        wanted = np.asarray(indices, np.intp)
        n_visit = self._row["value"].shape[0]
        planes = tuple(np.empty((wanted.size, n_visit), t) for t in ("<f4", "<f4", "<u2"))
        order = np.argsort(wanted, kind="stable")
        # Runs of neighbours are read in one piece.
        breaks = np.flatnonzero(np.diff(wanted[order]) != 1) + 1
        for run in np.split(order, breaks) if wanted.size else []:
            first = int(wanted[run[0]])
            for plane, part in zip(planes, self.slice(first, first + run.size), strict=True):
                plane[run] = part
        return planes[0], planes[1], planes[2]
