"""Rows that were just written, read again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lightledger.domain import Flag

from .diskio import PositionedFile
from .reduce import Planes
from .rows import RecordRows, Rows


@dataclass(frozen=True)
class Written:
    """A dataset whose rows are in the file.

    Records that were damaged before read as blank: nothing is computed from them.

    Attributes
    ----------
    rows : Rows
    file : PositionedFile
    offset : int
        Of the first row.
    n_object : int
    damaged : tuple of int
        Objects whose rows were damaged before.
    """

    rows: Rows
    file: PositionedFile
    offset: int
    n_object: int
    damaged: tuple[int, ...] = ()

    @property
    def row(self) -> np.dtype:
        return self.rows.row

    @property
    def path(self) -> str:
        return self.rows.path

    @property
    def n_bytes(self) -> int:
        return self.n_object * self.row.itemsize

    def damaged_among(self, first: int, n: int) -> list[int]:
        """The damaged ones of ``n`` rows from ``first`` on, counted from there."""
        return [i - first for i in self.damaged if 0 <= i - first < n]

    def blank_damaged(self, first: int, rows: np.ndarray) -> None:
        """Blank, in memory, the damaged ones among ``rows``, the first of which is ``first``."""
        inside = self.damaged_among(first, len(rows))
        if inside and isinstance(self.rows, RecordRows):
            rows["value"][inside] = rows["error"][inside] = np.nan
            rows["flags"][inside] = np.uint16(Flag.NOT_FINITE)

    def read(self, indices: np.ndarray) -> Planes:
        """Value, error, flags of any objects, each a new array (n, n_visit)."""
        wanted = np.asarray(indices, np.intp)
        n_visit = self.rows.plan.n_visit
        planes = tuple(np.empty((wanted.size, n_visit), t) for t in ("<f4", "<f4", "<u2"))
        order = np.argsort(wanted, kind="stable")
        # Runs of neighbours are read in one piece.
        breaks = np.flatnonzero(np.diff(wanted[order]) != 1) + 1
        for run in np.split(order, breaks) if wanted.size else []:
            first = int(wanted[run[0]])
            rows = np.empty(run.size, self.row)
            self.file.read_into(rows, self.offset + first * self.row.itemsize)
            self.blank_damaged(first, rows)
            for plane, part in zip(planes, ("value", "error", "flags"), strict=True):
                plane[run] = rows[part]
        return planes[0], planes[1], planes[2]
