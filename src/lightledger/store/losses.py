"""Columns of a damaged store: what their checksums vouch for, and a note of what is lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from lightledger.domain import LightledgerError, Problem

from .anyway import Anyway
from .checksums import read_checked
from .text import decode
from .words import in_words

#: Lost cells that a note names.
_NAMED = 5


class Losses:
    """Reads columns by their sums and collects what is lost of them.

    Attributes
    ----------
    notes : list of Problem
        What was lost, in words.
    """

    def __init__(self, path: Path, store: Anyway) -> None:
        self.path = path
        self._tree, self._file, self._table = store.tree, store.file, store.table
        self.notes: list[Problem] = []

    def _column(self, path: str) -> tuple[np.ndarray, np.ndarray]:
        """A dataset as stored, and which of its rows are lost (those read as zero).

        Raises
        ------
        LightledgerError
            There is none, or no sums of it.
        """
        place, extent = self._tree.place(path), self._table.find(path)
        if not place.n_bytes:
            return np.empty(place.shape, place.dtype), np.zeros(place.shape[:1], bool)
        there = place.shape and place.n_bytes <= self._file.size
        if extent is None or not extent["count"] or not there:
            raise LightledgerError(f"{path} cannot be checked", self.path)
        step = int(extent["step"]) or place.n_bytes
        first, n = int(extent["first"]), int(extent["count"])
        sums, (whole, rest) = self._table.sums[first : first + n], divmod(place.n_bytes, step)
        raw, wrong = read_checked(self._file, whole, step, place.offset, sums[:whole])
        if rest:  # the last sum is of fewer rows
            end = place.offset + whole * step
            last, lost = read_checked(self._file, 1, rest, end, sums[whole:])
            raw, wrong = raw + last, np.append(wrong, lost)
        rows_per_sum = max(step * place.shape[0] // place.n_bytes, 1)
        lost_rows = np.repeat(wrong, rows_per_sum)[: place.shape[0]]
        return np.frombuffer(raw, place.dtype).reshape(place.shape), lost_rows

    def clean(self, path: str) -> tuple[np.ndarray, np.ndarray]:
        """A column with its lost cells blank: text '', numbers nan."""
        values, lost = self._column(path)
        if values.dtype.kind == "S":
            text = decode(values.reshape(-1)).reshape(values.shape)
            text[lost] = ""
            return text, lost
        if values.dtype.kind in "iu" and lost.any():
            values = values.astype(np.float64)
        if lost.any():
            values = values.copy()
            values[lost] = np.nan
        return values, lost

    def note(self, path: str, lost: np.ndarray, names: Sequence[str] = (), more: str = "") -> None:
        rows = np.flatnonzero(lost).tolist()
        if not rows:
            return
        shown = ", ".join(names[row] if names else str(row) for row in rows[:_NAMED])
        rest = f" and {len(rows) - _NAMED:,} more" if len(rows) > _NAMED else ""
        band = path.split("/")[2] if path.startswith("/bands/") else ""
        self.notes.append(
            Problem(
                f"{in_words(path)} damaged for {shown}{rest}, left blank{more}",
                severity="damaged",
                band=band,
            )
        )

    def left_out(self, path: str, error: LightledgerError) -> None:
        what = f"{in_words(path)} cannot be read ({error.what}), left out"
        self.notes.append(Problem(what, severity="damaged"))
